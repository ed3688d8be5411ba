//! How fast a series reverts to its mean.
//!
//! The discretely observed Ornstein-Uhlenbeck process is an autoregression of order
//! one (Vasicek 1977; Chan 2013, "Algorithmic Trading", chapter 2): `dx_t = a + b x_(t-1) +
//! error`, so that a deviation shrinks by `1 + b` every period.

use std::f64::consts::LN_2;

use numeric::normal;

use super::input;
use super::ols::ols;
use crate::RiskError;

/// A mean-reverting series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HalfLife {
    /// Periods until half of a deviation is left: `-ln 2 / ln(1 + b)`. (`-ln 2 / b`, which
    /// is often seen, holds for small b only.)
    pub half_life: f64,
    /// The coefficient b, per period; between -1 and 0.
    pub b: f64,
    /// Standard error of b. The estimate of b is biased downward in short samples
    /// (Kendall 1954, about `-(1 + 3 (1 + b)) / n`): half-lives come out too short.
    pub standard_error: f64,
    /// Speed of reversion of the process in continuous time, `-ln(1 + b)` per period.
    pub speed: f64,
    /// The level reverted to, `-a / b`, in units of the series.
    pub mean: f64,
    /// Standard deviation about that level in the long run, `s / sqrt(1 - (1 + b)^2)`.
    pub deviation: f64,
}

impl HalfLife {
    /// Half-lives at the ends of the interval `b -+ z error` of a normal distribution,
    /// shortest first: 0 where that end of b is at or below -1, infinite where it is at
    /// or above 0 (the data do not exclude that the series never reverts).
    ///
    /// # Errors
    ///
    /// A confidence outside 0..1.
    pub fn interval(&self, confidence: f64) -> Result<(f64, f64), RiskError> {
        let z = two_sided_quantile(confidence)?;
        let at = |b: f64| match b {
            b if b <= -1.0 => 0.0,
            b if b >= 0.0 => f64::INFINITY,
            b => -LN_2 / libm::log1p(b),
        };
        Ok((at(self.b - z * self.standard_error), at(self.b + z * self.standard_error)))
    }
}

/// The z with `confidence` of a normal distribution between -z and z.
pub(super) fn two_sided_quantile(confidence: f64) -> Result<f64, RiskError> {
    normal::quantile(0.5 * (1.0 - confidence)).filter(|_| confidence > 0.0).map(|z| -z).ok_or(RiskError::Argument {
        argument: "confidence",
        found: confidence,
        expected: "a number above 0 and below 1",
    })
}

/// The half-life of `series`, oldest first, in its periods.
///
/// # Errors
///
/// Fewer than four values, values that are not finite, a constant series; `b` at or above
/// 0 (the series does not revert) or at or below -1 (it jumps across its mean every
/// period): `RiskError::Argument` with the value of b.
pub fn half_life(series: &[f64]) -> Result<HalfLife, RiskError> {
    input::at_least("series", series, 4)?;
    input::finite("series", series)?;
    let before = &series[..series.len() - 1];
    if input::constant(before) {
        return Err(RiskError::Degenerate { argument: "series", problem: "all values before the last are the same" });
    }
    // A shift changes neither b nor its error; without it more digits are left.
    let shift = before.iter().sum::<f64>() / before.len() as f64;
    let level: Vec<f64> = before.iter().map(|x| x - shift).collect();
    let change: Vec<f64> = series.windows(2).map(|w| w[1] - w[0]).collect();
    let fit = ols(&change, &[&vec![1.0; level.len()], &level]).map_err(|_| RiskError::Degenerate {
        argument: "series",
        problem: "its squares overflow, or its changes vanish in rounding",
    })?;
    let (a, b) = (fit.coefficients[0], fit.coefficients[1]);
    if !(b > -1.0 && b < 0.0) {
        let expected =
            "a number above -1 and below 0: at 0 and above the series does not revert, at -1 and below it alternates";
        return Err(RiskError::Argument { argument: "b", found: b, expected });
    }
    let speed = -libm::log1p(b);
    let errors = fit.ssr / fit.degrees_of_freedom() as f64;
    Ok(HalfLife {
        half_life: LN_2 / speed,
        b,
        standard_error: fit.standard_errors[1],
        speed,
        mean: shift - a / b,
        // 1 - (1 + b)^2 without cancellation.
        deviation: (errors / (-b * (2.0 + b))).sqrt(),
    })
}
