//! An estimated fraction: how sure it is, and how much of it to use.

use numeric::normal;

use super::trades::{empirical, mean_variance, win_loss};
use super::{fractional, shrinkage};
use crate::RiskError;
use crate::bootstrap::{Band, Bootstrap};
use crate::check::checked;
use crate::resample::band;

/// A fraction estimated from data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate; may be negative.
    pub fraction: f64,
    /// Its standard error; `None` where the data give none (a single win or loss).
    pub error: Option<f64>,
    /// Returns it was estimated from.
    pub observations: usize,
}

impl Estimate {
    /// The interval `fraction -+ z error` that covers the true fraction with the
    /// chance `confidence`, in large samples (delta method). `None` without an error.
    ///
    /// # Errors
    /// `confidence` not above 0 and below 1.
    pub fn interval(&self, confidence: f64) -> Result<Option<(f64, f64)>, RiskError> {
        checked("confidence", confidence, confidence > 0.0 && confidence < 1.0, "above 0 and below 1")?;
        let Some(z) = normal::quantile(0.5 * (1.0 - confidence)) else {
            return Ok(None);
        };
        Ok(self.error.map(|e| (self.fraction + z * e, self.fraction - z * e)))
    }

    /// The fraction less what its error asks for: times `f^2 / (f^2 + e^2)` (Baker
    /// and McHale 2013). Zero without an edge, and without an error to judge it by.
    #[must_use]
    pub fn shrunk(&self) -> f64 {
        let keep = self.error.map_or(0.0, |e| shrinkage(self.fraction, e));
        if self.fraction > 0.0 { self.fraction * keep } else { 0.0 }
    }

    /// The same towards zero by empirical Bayes: times `max(0, 1 - e^2 / f^2)`, the
    /// share of the estimate's square that its error does not explain (Efron and
    /// Morris 1973, "Stein's estimation rule and its competitors", for one
    /// estimate). Harder than [`Self::shrunk`]: zero up to one standard error.
    #[must_use]
    pub fn shrunk_empirical_bayes(&self) -> f64 {
        let Some(error) = self.error.filter(|_| self.fraction > 0.0) else {
            return 0.0;
        };
        let share = error / self.fraction;
        self.fraction * (1.0 - share * share).max(0.0)
    }

    /// A part (0 to 1) of the fraction; zero without an edge.
    ///
    /// # Errors
    /// A part outside 0 to 1.
    pub fn recommended(&self, part: f64) -> Result<f64, RiskError> {
        fractional(self.fraction, part)
    }
}

/// Which fraction of returns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// [`win_loss`].
    WinLoss,
    /// [`mean_variance`] with this rate per period.
    MeanVariance {
        /// Risk-free rate per period.
        rate: f64,
    },
    /// [`empirical`] with this limit.
    Empirical {
        /// Greatest fraction.
        most: Option<f64>,
    },
}

impl Method {
    fn fraction(&self, returns: &[f64]) -> Result<f64, RiskError> {
        match *self {
            Self::WinLoss => win_loss(returns).map(|f| f.estimate.fraction),
            Self::MeanVariance { rate } => mean_variance(returns, rate).map(|f| f.fraction),
            Self::Empirical { most } => empirical(returns, most).map(|f| f.fraction),
        }
    }
}

/// The percentile interval of the fraction by bootstrap (see [`mod@crate::resample`]): the
/// fractions of histories resampled in blocks. `block: Some(1)` for trades that do
/// not depend on each other.
///
/// # Errors
/// The returns themselves have no such fraction, more than a tenth of the
/// resamples have none (few losses), or settings outside their ranges.
pub fn bootstrap(returns: &[f64], method: Method, settings: &Bootstrap) -> Result<Band, RiskError> {
    method.fraction(returns)?;
    band(returns, settings, |sample| method.fraction(sample).ok())
}
