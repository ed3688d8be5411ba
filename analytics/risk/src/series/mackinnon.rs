//! Distributions of the Dickey-Fuller and Engle-Granger statistics: MacKinnon's
//! response surfaces.
//!
//! They have no closed form; MacKinnon fitted them to simulations. P-values (1994) are
//! asymptotic; critical values (2010) depend on the number of observations and are the
//! better guide close to a level of significance.

use numeric::normal;

use super::mackinnon_tables::{
    CRITICAL_CONSTANT, CRITICAL_NONE, CRITICAL_QUADRATIC, CRITICAL_TREND, Levels, P_CONSTANT, P_NONE, P_QUADRATIC,
    P_TREND, Surface,
};

/// Deterministic terms of a test's regression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Trend {
    /// No constant, no trend: `n`.
    None,
    /// A constant: `c`.
    #[default]
    Constant,
    /// A constant and a linear trend: `ct`.
    Linear,
    /// A constant, a linear and a quadratic trend: `ctt`.
    Quadratic,
}

impl Trend {
    /// By its usual short name: `n`, `c`, `ct` or `ctt`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "n" => Some(Self::None),
            "c" => Some(Self::Constant),
            "ct" => Some(Self::Linear),
            "ctt" => Some(Self::Quadratic),
            _ => None,
        }
    }

    /// How many columns that is.
    #[must_use]
    pub fn terms(self) -> usize {
        match self {
            Self::None => 0,
            Self::Constant => 1,
            Self::Linear => 2,
            Self::Quadratic => 3,
        }
    }

    /// The columns over `rows` rows: 1, t, t^2 with t from 1.
    pub(super) fn columns(self, rows: usize) -> Vec<Vec<f64>> {
        let powers: [fn(f64) -> f64; 3] = [|_| 1.0, |t| t, |t| t * t];
        powers[..self.terms()].iter().map(|power| (1..=rows).map(|t| power(t as f64)).collect()).collect()
    }
}

/// Critical values of a test that rejects to the left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CriticalValues {
    /// At 1 %.
    pub one: f64,
    /// At 5 %.
    pub five: f64,
    /// At 10 %.
    pub ten: f64,
}

/// Asymptotic p-value of a statistic for a number of variables believed to be
/// integrated: 1 for a Dickey-Fuller test, 1 plus the number of regressors for
/// Engle-Granger. `Phi` of a polynomial in the statistic, one for the left tail and
/// one for the rest; 0 below the range of the fit and 1 above it (MacKinnon 1994).
///
/// `None` when the statistic is not a number, and for other than 1 to 6 variables,
/// for which there is no table.
#[must_use]
pub fn p_value(statistic: f64, trend: Trend, variables: usize) -> Option<f64> {
    let table: &[Surface; 6] = match trend {
        Trend::None => &P_NONE,
        Trend::Constant => &P_CONSTANT,
        Trend::Linear => &P_TREND,
        Trend::Quadratic => &P_QUADRATIC,
    };
    let surface = table.get(variables.checked_sub(1)?)?;
    if statistic.is_nan() {
        return None;
    }
    if statistic > surface.most {
        return Some(1.0);
    }
    if statistic < surface.least {
        return Some(0.0);
    }
    let z = if statistic <= surface.join {
        let [a, b, c] = surface.tail;
        a + statistic * (b + statistic * (c * 1e-2))
    } else {
        let [a, b, c, d] = surface.rest;
        a + statistic * (b * 1e-1 + statistic * (c * 1e-1 + statistic * (d * 1e-2)))
    };
    Some(normal::cdf(z))
}

/// Critical values for so many variables (as in [`p_value`]) and `observations` rows of
/// the regression: a cubic in `1 / observations` (MacKinnon 2010); infinite observations
/// give the asymptotic ones.
///
/// At 1 % with a constant and two variables the coefficient of `1 / observations^2` is
/// -33.527, as in statsmodels; other transcriptions of the paper have -22.527. That cell
/// differs by `11 / observations^2`: 1e-4 at 300, 0.03 at 20.
///
/// `None` unless the observations are above 0, and where there is no table: above 12
/// variables, and above 1 without a constant.
#[must_use]
pub fn critical_values(trend: Trend, variables: usize, observations: f64) -> Option<CriticalValues> {
    let table: &[Levels] = match trend {
        Trend::None => &CRITICAL_NONE,
        Trend::Constant => &CRITICAL_CONSTANT,
        Trend::Linear => &CRITICAL_TREND,
        Trend::Quadratic => &CRITICAL_QUADRATIC,
    };
    let levels = table.get(variables.checked_sub(1)?)?;
    if observations.is_nan() || observations <= 0.0 {
        return None;
    }
    let u = 1.0 / observations;
    let [one, five, ten] = levels.map(|[a, b, c, d]| a + u * (b + u * (c + u * d)));
    Some(CriticalValues { one, five, ten })
}
