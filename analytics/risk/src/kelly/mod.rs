//! How much to stake so that wealth grows fastest (Kelly 1956, "A new
//! interpretation of information rate"), and how little of it an estimate
//! deserves.
//!
//! Fractions are of wealth: 0.25 stakes a quarter, 2 is levered twice. The full
//! fraction maximises the expected logarithm of wealth when its inputs are the
//! truth; from estimates it overbets. What is `recommended` or `shrunk` is never
//! a bet without an edge: it is zero then.
//!
//! ```
//! use risk::kelly::{Limits, Market, mean_variance};
//!
//! // Ten trades, profit per unit staked.
//! let trades = [0.04, -0.02, 0.03, -0.01, 0.05, -0.03, 0.02, 0.01, -0.02, 0.03];
//! let estimate = mean_variance(&trades, 0.0)?;
//! assert!((estimate.fraction - 12.5).abs() < 1e-9); // 12.5 times the money ...
//! assert!(estimate.shrunk() < 8.0); // ... of which ten trades make little sure
//!
//! // Two assets, no borrowing, no short position.
//! let market = Market { drift: &[0.10, 0.06], covariance: &[0.04, 0.01, 0.01, 0.0225], rate: 0.02 };
//! let best = market.within(&Limits::long_only(2, 1.0))?;
//! assert!(best.optimum.fractions[0] > best.optimum.fractions[1] && best.price_of_total > 0.0);
//! # Ok::<(), risk::RiskError>(())
//! ```

mod binary;
mod constrained;
mod continuous;
mod estimate;
mod portfolio;
mod trades;

pub use binary::Bet;
pub use constrained::{Constrained, Limits};
pub use continuous::Continuous;
pub use estimate::{Estimate, Method, bootstrap};
pub use portfolio::{Market, Optimum};
pub use trades::{Empirical, WinLoss, empirical, mean_variance, win_loss};

use crate::RiskError;
use crate::check::checked;

/// A part of the full fraction, 0 to 1: 0.5 is half Kelly, which gives up a
/// quarter of the growth and halves the deviation (MacLean, Ziemba and Blazenko
/// 1992). Never below zero.
///
/// # Errors
/// A part outside 0 to 1, a fraction that is not finite.
pub fn fractional(fraction: f64, part: f64) -> Result<f64, RiskError> {
    crate::check::finite("fraction", fraction)?;
    checked("part", part, (0.0..=1.0).contains(&part), "0 to 1")?;
    Ok(fraction.max(0.0) * part)
}

/// The share of an estimated fraction that an error of so much leaves:
/// `f^2 / (f^2 + e^2)`. What maximises the expected growth when the stake is a
/// multiple of an unbiased estimate `f` with the standard error `e` and growth is
/// quadratic in the stake (Baker and McHale 2013, "Optimal betting under
/// parameter uncertainty: improving the Kelly criterion", with the estimate in place of the truth).
pub(crate) fn shrinkage(fraction: f64, error: f64) -> f64 {
    let (f, e) = (fraction.abs(), error.abs());
    if f == 0.0 {
        return 0.0;
    }
    // Written so that nothing overflows.
    1.0 / (1.0 + (e / f) * (e / f))
}
