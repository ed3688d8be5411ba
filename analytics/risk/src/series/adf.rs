//! The augmented Dickey-Fuller test for a unit root.
//!
//! Dickey and Fuller 1979; Said and Dickey 1984 for the lags. The regression is
//! `dx_t = deterministic terms + g x_(t-1) + sum of c_j dx_(t-j) + error`, the statistic is
//! the t statistic of g, and its distribution under a unit root is MacKinnon's.
//! Conventions of the lag search as in statsmodels' `adfuller`.

use std::f64::consts::PI;

use super::input;
use super::mackinnon::{self, CriticalValues, Trend};
use super::qr::Qr;
use crate::RiskError;

/// How the number of lagged differences is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LagChoice {
    /// The least AIC among 0 to the most lags.
    #[default]
    Aic,
    /// The least BIC.
    Bic,
    /// The largest number whose last lag has |t| of 1.645 or more (5 % to one side of a
    /// normal distribution); none when no lag has.
    TStatistic,
    /// No search: exactly the most lags.
    Fixed,
}

impl LagChoice {
    /// By its usual name, in small or capital letters: `aic`, `bic`, `t-stat` or `none` (fixed).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "aic" => Some(Self::Aic),
            "bic" => Some(Self::Bic),
            "t-stat" => Some(Self::TStatistic),
            "none" => Some(Self::Fixed),
            _ => None,
        }
    }
}

/// What to test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AdfSettings {
    /// Deterministic terms.
    pub trend: Trend,
    /// How the lags are chosen.
    pub choice: LagChoice,
    /// Most lags; `None` for `ceil(12 (n / 100)^(1/4))` (Schwert 1989), but not above
    /// `n / 2 - terms - 1`, which is also the limit of a number given here.
    pub max_lag: Option<usize>,
}

/// Outcome of the test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adf {
    /// t statistic of the lagged level: the more negative, the less like a unit root.
    pub statistic: f64,
    /// MacKinnon's p-value of a unit root, [`mackinnon::p_value`] for one variable.
    pub p_value: f64,
    /// Lagged differences in the final regression.
    pub lags: usize,
    /// Rows of the final regression.
    pub observations: usize,
    /// [`mackinnon::critical_values`] for one variable and these rows.
    pub critical: CriticalValues,
    /// The winning AIC or BIC on the common sample of the search, or the |t| at which the
    /// search by t statistic stopped; `None` for fixed lags.
    pub criterion: Option<f64>,
    /// Coefficient of the lagged level, per period.
    pub coefficient: f64,
}

/// Tests `series`, oldest first.
///
/// The search compares regressions on one common sample, that of the most lags; the
/// final regression then uses all rows its lags leave. Numbers of lags that leave no
/// degree of freedom, or whose last lag depends on the others, are no candidates.
///
/// Two differences from statsmodels' `adfuller`. It also tries numbers of lags that leave
/// no degree of freedom (the default does so for an even n of 20 or less without terms),
/// takes their perfect fit for the best and gives a statistic of 0. And for levels far
/// from zero (or near it) beside a trend, its pseudo-inverse loses digits: 1e-8 of the
/// statistic at levels of 1e6 with steps of 0.01, all of it at 1e8; here about 1e-14.
///
/// # Errors
///
/// Too short for the terms or lags, a value that is not finite, a constant series, a
/// series that its own lags and the terms explain to the last digit or that makes
/// them dependent (an exact trend, a cycle without noise).
pub fn adf(series: &[f64], settings: &AdfSettings) -> Result<Adf, RiskError> {
    input::finite("series", series)?;
    let most = most_lags(series.len(), settings)?;
    if input::constant(series) {
        return Err(RiskError::Degenerate { argument: "series", problem: "all values are the same" });
    }
    let sample = Sample::new(series, settings.trend);
    let (lags, criterion) = match settings.choice {
        LagChoice::Fixed => (most, None),
        choice => {
            let (lags, criterion) = sample.search(most, choice)?;
            (lags, Some(criterion))
        }
    };
    let (coefficient, statistic) = sample.test(lags)?;
    let observations = series.len() - 1 - lags;
    let undefined = RiskError::Degenerate { argument: "series", problem: "its statistic is not a number" };
    let p_value = mackinnon::p_value(statistic, settings.trend, 1).ok_or(undefined.clone())?;
    let critical = mackinnon::critical_values(settings.trend, 1, observations as f64).ok_or(undefined)?;
    Ok(Adf { statistic, p_value, lags, observations, critical, criterion, coefficient })
}

/// The most lags that a series of this length allows, or the default.
fn most_lags(length: usize, settings: &AdfSettings) -> Result<usize, RiskError> {
    let terms = settings.trend.terms();
    let wanted = settings.max_lag.unwrap_or(0);
    let short = || RiskError::Length {
        argument: "series",
        found: length,
        expected: format!(
            "{} or more for {terms} deterministic terms and {wanted} lags",
            wanted.saturating_add(terms + 1).saturating_mul(2)
        ),
    };
    let limit = (length / 2).checked_sub(terms + 1).ok_or_else(short)?;
    let Some(wanted) = settings.max_lag else {
        let fourth_root = (length as f64 / 100.0).sqrt().sqrt();
        return Ok(limit.min((12.0 * fourth_root).ceil() as usize));
    };
    if wanted > limit { Err(short()) } else { Ok(wanted) }
}

/// Levels and differences of a series.
struct Sample {
    trend: Trend,
    levels: Vec<f64>,
    differences: Vec<f64>,
    /// Differences are known to about this, from the rounding of the levels.
    rounding: f64,
}

impl Sample {
    fn new(series: &[f64], trend: Trend) -> Self {
        // A constant takes up any shift; small levels keep more digits.
        let shift = if trend == Trend::None { 0.0 } else { series[series.len() / 2] };
        let largest = series.iter().fold(0.0_f64, |m, x| if x.abs() > m { x.abs() } else { m });
        Self {
            trend,
            levels: series.iter().map(|x| x - shift).collect(),
            differences: series.windows(2).map(|w| w[1] - w[0]).collect(),
            rounding: 4.0 * f64::EPSILON * largest,
        }
    }

    /// All rows that have the lags 1 to `lags`, and their number; columns in the order
    /// terms, level, lags, or with the level last.
    fn regression(&self, lags: usize, level_last: bool) -> (Qr, usize) {
        let rows = self.differences.len() - lags;
        let mut columns = self.trend.columns(rows);
        let level = self.levels[lags..lags + rows].to_vec();
        let lagged = (1..=lags).map(|j| self.differences[lags - j..lags - j + rows].to_vec());
        if level_last {
            columns.extend(lagged);
            columns.push(level);
        } else {
            columns.push(level);
            columns.extend(lagged);
        }
        (Qr::new(columns, self.differences[lags..].to_vec()), rows)
    }

    /// Squares that the first `k` columns leave of the differences, when that is more than the
    /// rounding of the levels and of the decomposition.
    fn left(&self, qr: &Qr, k: usize, rows: usize) -> Result<f64, RiskError> {
        let left = qr.left(k);
        let noise = self.rounding * (rows as f64).sqrt() + EXPLAINED * qr.left(0).sqrt();
        if left.sqrt() > noise && left.is_finite() {
            return Ok(left);
        }
        Err(RiskError::Degenerate { argument: "series", problem: "its own past explains it without an error" })
    }

    /// The number of lags and the criterion that chose it.
    fn search(&self, most: usize, choice: LagChoice) -> Result<(usize, f64), RiskError> {
        let (qr, rows) = self.regression(most, false);
        // Columns before the first lag.
        let before = self.trend.terms() + 1;
        let Some(spare) = rows.checked_sub(before + 1) else {
            return Err(self.no_freedom());
        };
        // A lag that depends on shorter ones cannot be estimated, nor can those after it.
        let most = most.min(qr.independent().checked_sub(before).ok_or_else(dependent)?);
        let most = most.min(spare);
        let n = rows as f64;
        if choice == LagChoice::TStatistic {
            let mut found = (0, 0.0);
            for lags in (0..=most).rev() {
                let k = before + lags;
                let left = self.left(&qr, k, rows)?;
                let (coefficient, unit) = qr.last(k);
                let t = (coefficient / (unit * (left / (n - k as f64)).sqrt())).abs();
                found = (lags, t);
                if t >= NORMAL_95 {
                    break;
                }
            }
            return Ok(found);
        }
        let mut best: Option<(usize, f64)> = None;
        for lags in 0..=most {
            let k = before + lags;
            let left = self.left(&qr, k, rows)?;
            let price = if choice == LagChoice::Bic { libm::log(n) } else { 2.0 };
            let criterion = n * (libm::log(2.0 * PI) + libm::log(left / n) + 1.0) + price * k as f64;
            if best.is_none_or(|(_, least)| criterion < least) {
                best = Some((lags, criterion));
            }
        }
        best.ok_or_else(|| self.no_freedom())
    }

    /// Coefficient and t statistic of the level.
    fn test(&self, lags: usize) -> Result<(f64, f64), RiskError> {
        let k = self.trend.terms() + lags + 1;
        let (qr, rows) = self.regression(lags, true);
        if rows <= k {
            return Err(self.no_freedom());
        }
        if qr.independent() < k {
            return Err(dependent());
        }
        let left = self.left(&qr, k, rows)?;
        let (coefficient, unit) = qr.last(k);
        Ok((coefficient, coefficient / (unit * (left / (rows - k) as f64).sqrt())))
    }

    fn no_freedom(&self) -> RiskError {
        RiskError::Length {
            argument: "series",
            found: self.levels.len(),
            expected: "more: the regression has as many coefficients as rows".into(),
        }
    }
}

fn dependent() -> RiskError {
    RiskError::Degenerate {
        argument: "series",
        problem: "its level, lags and deterministic terms are linearly dependent",
    }
}

/// Residuals below this share of the differences are none.
const EXPLAINED: f64 = 1e-13;

/// The 95 % quantile of a normal distribution.
const NORMAL_95: f64 = 1.644_853_626_951_472_2;
