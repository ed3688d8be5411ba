//! How the risk factors move over one step.

use super::root::Root;
use crate::{RiskError, check};

/// What the returns of a model are, and how they add up to a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Growth {
    /// Simple returns of today's price, added up over the steps: `S (1 + R_1 + R_2 + ...)`.
    /// Fine for short horizons; a price can fall below zero.
    Arithmetic,
    /// Log returns whose mean is `mean`: `S exp(R_1 + R_2 + ...)`.
    LogMean,
    /// Log returns whose mean is `mean - variance / 2`, so that the expected price grows by
    /// `exp(mean)` a step: geometric Brownian motion with drift `mean`.
    PriceMean,
}

/// The joint distribution of the factors' returns over one step. `mean` and `covariance`
/// (row-major) are per step, as fractions, one element or row per factor of the portfolio.
///
/// The covariance may be semi-definite (perfect correlation, no variance); one that
/// is not is an error: `portfolio` has the nearest that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Model<'a> {
    /// Normal returns, independent from step to step. All steps are drawn at once, since a sum of
    /// normals is normal: the same distribution, not an approximation.
    Normal {
        /// Mean return of a step.
        mean: &'a [f64],
        /// Covariance of the returns of a step.
        covariance: &'a [f64],
        /// What these are returns of.
        growth: Growth,
    },
    /// Joint Student t: normal returns over the root of one chi-squared variable that all factors
    /// share, so that they fall together (McNeil, Frey and Embrechts 2015, section 6.2), scaled
    /// to have the covariance given. Every step is drawn.
    StudentT {
        /// Mean return of a step.
        mean: &'a [f64],
        /// Covariance of the returns of a step.
        covariance: &'a [f64],
        /// What these are returns of; not [`Growth::PriceMean`], which does not exist: `exp` of a
        /// Student t has no mean. For the same reason the ES of a short position is finite only
        /// with [`Growth::Arithmetic`].
        growth: Growth,
        /// Degrees of freedom, above 2 so that there is a variance.
        degrees: f64,
    },
    /// Days of the past, all factors together, in blocks of random length that wrap around the end
    /// (stationary bootstrap: Politis and Romano 1994, "The stationary bootstrap"). Compounded.
    Bootstrap {
        /// Simple returns, one row per day in order of time, one column per factor (row-major).
        returns: &'a [f64],
        /// Mean length of a block in days, 1 or more; [`crate::block_length`] estimates one.
        mean_block: f64,
    },
}

/// A model that was checked and made ready.
#[derive(Clone, Debug)]
pub(super) enum Ready {
    Elliptical {
        /// Mean of what is drawn at once.
        mean: Vec<f64>,
        root: Root,
        /// Of the covariance, for what is drawn at once: the deviation is `root` times this.
        scale: f64,
        /// Draws per path.
        draws: usize,
        arithmetic: bool,
        /// Of a Student t.
        degrees: Option<f64>,
    },
    Bootstrap {
        returns: Vec<f64>,
        mean_block: f64,
        steps: usize,
    },
}

impl Model<'_> {
    /// Checks the model for a portfolio of `n` factors over `steps` steps.
    pub(super) fn ready(&self, n: usize, steps: usize) -> Result<Ready, RiskError> {
        match *self {
            Self::Normal { mean, covariance, growth } => {
                let mean = step_mean(mean, covariance, growth, n)?;
                let mean = mean.into_iter().map(|m| m * steps as f64).collect();
                let (root, scale) = (Root::of(covariance, n)?, (steps as f64).sqrt());
                let arithmetic = growth == Growth::Arithmetic;
                Ok(Ready::Elliptical { mean, root, scale, draws: 1, arithmetic, degrees: None })
            }
            Self::StudentT { mean, covariance, growth, degrees } => {
                if degrees.is_nan() || degrees <= 2.0 || degrees.is_infinite() {
                    let expected = "a finite number above 2";
                    return Err(RiskError::Argument { argument: "degrees", found: degrees, expected });
                }
                if growth == Growth::PriceMean {
                    let problem = "a Student t has no mean price; give the mean of its log returns";
                    return Err(RiskError::Degenerate { argument: "growth", problem });
                }
                let mean = step_mean(mean, covariance, growth, n)?;
                let root = Root::of(covariance, n)?;
                let arithmetic = growth == Growth::Arithmetic;
                Ok(Ready::Elliptical { mean, root, scale: 1.0, draws: steps, arithmetic, degrees: Some(degrees) })
            }
            Self::Bootstrap { returns, mean_block } => {
                if returns.is_empty() || !returns.len().is_multiple_of(n) {
                    let expected = format!("rows of {n}, one or more");
                    return Err(RiskError::Length { argument: "returns", found: returns.len(), expected });
                }
                if let Some(index) = returns.iter().position(|r| !(r.is_finite() && *r >= -1.0)) {
                    let expected = "a finite number, -1 or more";
                    return Err(RiskError::Element { argument: "returns", index, found: returns[index], expected });
                }
                if !(mean_block.is_finite() && mean_block >= 1.0) {
                    let expected = "a finite number, 1 or more";
                    return Err(RiskError::Argument { argument: "mean_block", found: mean_block, expected });
                }
                Ok(Ready::Bootstrap { returns: returns.to_vec(), mean_block, steps })
            }
        }
    }
}

/// The mean of what is added up, per step.
fn step_mean(mean: &[f64], covariance: &[f64], growth: Growth, n: usize) -> Result<Vec<f64>, RiskError> {
    check::length("mean", mean.len(), n)?;
    check::all_finite("mean", mean)?;
    check::covariance("covariance", covariance, n)?;
    let half = if growth == Growth::PriceMean { 0.5 } else { 0.0 };
    Ok(mean.iter().enumerate().map(|(i, m)| m - half * covariance[i * n + i]).collect())
}
