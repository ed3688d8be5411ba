//! VaR and expected shortfall of the returns that happened.
//!
//! How a quantile is read off a finite sample, and what counts as the tail, are
//! conventions, and libraries differ: all the usual ones are here by name. With
//! few returns beyond the VaR they differ by much; no convention knows what has
//! not happened yet.

use crate::{RiskError, check};

/// Where between two sorted returns the quantile lies (Hyndman and Fan 1996,
/// "Sample quantiles in statistical packages", by their types; the names are
/// numpy's). `a` is the tail, `n` the number of returns, `h` the place in the
/// sorted returns from 0; a place beyond the ends is the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantile {
    /// Type 7: `h = (n - 1) a`, interpolated. Default of numpy, pandas, R, Excel's PERCENTILE.INC.
    Linear,
    /// The return just below the place of [`Quantile::Linear`]: the worse one.
    Lower,
    /// The return just above it.
    Higher,
    /// The nearer of the two; half-way goes to the even index.
    Nearest,
    /// Type 1, the inverse of the empirical distribution: `h = n a - 1`, rounded up.
    InvertedCdf,
    /// Type 5: `h = n a - 1/2`, interpolated.
    Hazen,
    /// Type 6: `h = (n + 1) a - 1`, interpolated. Excel's PERCENTILE.EXC.
    Weibull,
    /// Type 8: `h = (n + 1/3) a - 2/3`, interpolated. About unbiased for the median of the quantile.
    MedianUnbiased,
}

/// Which returns an expected shortfall averages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tail {
    /// Those at or below the quantile by [`Quantile::Linear`].
    AtOrBelowVar,
    /// The `floor((n - 1) a) + 1` smallest.
    Count,
    /// The `n a` smallest, the last one by its fraction: the coherent measure of Rockafellar
    /// and Uryasev (2002, "Conditional value-at-risk for general loss distributions").
    RockafellarUryasev,
}

/// Returns in order of size, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Historical {
    /// From the worst to the best.
    sorted: Vec<f64>,
}

impl Historical {
    /// Takes returns per period, as fractions, in any order.
    ///
    /// # Errors
    /// No return, or one that is not finite.
    pub fn new(returns: &[f64]) -> Result<Self, RiskError> {
        if returns.is_empty() {
            return Err(RiskError::Length { argument: "returns", found: 0, expected: "1 or more".to_owned() });
        }
        check::all_finite("returns", returns)?;
        let mut sorted = returns.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        Ok(Self { sorted })
    }

    /// Number of returns.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// The loss that is exceeded with a chance of `1 - confidence`, as a fraction.
    ///
    /// Where the place in the sorted returns is a whole number only up to rounding
    /// (95 % of 1,000 returns), [`Quantile::Lower`], [`Quantile::Higher`] and
    /// [`Quantile::InvertedCdf`] may take either neighbour, as numpy does.
    ///
    /// # Errors
    /// A confidence outside 0 to 1.
    pub fn var(&self, confidence: f64, quantile: Quantile) -> Result<f64, RiskError> {
        Ok(-self.quantile(check::tail(confidence)?, quantile))
    }

    /// The average loss in the tail, as a fraction.
    ///
    /// # Errors
    /// A confidence outside 0 to 1; returns so large that their sum is not finite.
    pub fn expected_shortfall(&self, confidence: f64, tail: Tail) -> Result<f64, RiskError> {
        let a = check::tail(confidence)?;
        let n = self.sorted.len();
        let mean = |count: usize| self.sorted[..count].iter().sum::<f64>() / count as f64;
        let average = match tail {
            Tail::AtOrBelowVar => {
                let bound = self.quantile(a, Quantile::Linear);
                // Interpolation may round below the worst return of a flat sample.
                mean(self.sorted.partition_point(|r| *r <= bound).max(1))
            }
            Tail::Count => mean((((n - 1) as f64 * a) as usize + 1).min(n)),
            Tail::RockafellarUryasev => {
                let wanted = n as f64 * a;
                let whole = (wanted as usize).min(n);
                let rest = self.sorted.get(whole).map_or(0.0, |next| (wanted - whole as f64) * next);
                (self.sorted[..whole].iter().sum::<f64>() + rest) / wanted
            }
        };
        check::finite("sum of returns", average).map(|average| -average)
    }

    fn quantile(&self, a: f64, method: Quantile) -> f64 {
        let last = self.sorted.len() - 1;
        let n = self.sorted.len() as f64;
        let at = |h: f64| self.sorted[(h.max(0.0) as usize).min(last)];
        let linear = (n - 1.0) * a;
        match method {
            Quantile::Linear => self.between(linear),
            Quantile::Lower => at(linear.floor()),
            Quantile::Higher => at(linear.ceil()),
            Quantile::Nearest => at(linear.round_ties_even()),
            Quantile::InvertedCdf => at((n * a - 1.0).ceil()),
            Quantile::Hazen => self.between(n * a + 0.5 - 1.0),
            Quantile::Weibull => self.between(n * a + a - 1.0),
            Quantile::MedianUnbiased => self.between(n * a + (1.0 / 3.0 + a / 3.0) - 1.0),
        }
    }

    /// Between the returns around place `h`, in proportion.
    fn between(&self, h: f64) -> f64 {
        let last = self.sorted.len() - 1;
        let h = h.clamp(0.0, last as f64);
        let index = h.floor() as usize;
        let (low, high) = (self.sorted[index], self.sorted[(index + 1).min(last)]);
        let share = h - h.floor();
        // From the nearer end, so that the share 1 gives `high` itself.
        if share < 0.5 { low + (high - low) * share } else { high - (high - low) * (1.0 - share) }
    }
}
