//! The derivatives that have no formula of their own here, by central differences.

use super::collocation::Workspace;
use super::{American, Scheme, Valuation, evaluate};
use crate::OptionError;

/// Derivatives of the price by central differences, in raw units: per year, per
/// 1.00. Their error is about 1e-6 of the spot with [`Scheme::Accurate`]; near
/// the critical price, where the price has a kink in its second derivative, more. Where
/// the tree answers they are about as good as its price. A step that would change from
/// one method to the other is replaced by one to the side of the option's own.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Differences {
    /// dV/dsigma, per 1.00 of volatility.
    pub vega: f64,
    /// dV/dt, per year of calendar time (usually negative).
    pub theta: f64,
    /// dV/dr, per 1.00 of rate.
    pub rho: f64,
    /// dV/dq, per 1.00 of dividend yield.
    pub rho_q: f64,
}

/// A step of the relative size at which rounding and curvature err alike.
const STEP: f64 = 1e-3;

impl Differences {
    pub(super) fn of(option: &American, scheme: Scheme) -> Result<Self, OptionError> {
        let mut work = Workspace::default();
        let mut slope = |at: f64, least: f64, step: f64, set: &dyn Fn(f64) -> American| {
            let (low, high) = ((at - step).max(least), at + step);
            let mut value = |x| evaluate::valuation(&set(x), scheme, &mut work);
            let (below, above) = (value(low)?, value(high)?);
            let by_tree = |found: &Valuation| found.tree_error.is_some();
            if by_tree(&below) == by_tree(&above) {
                return Ok((above.price - below.price) / (high - low));
            }
            // The tree errs by more than the step changes the price: stay on the option's own side.
            let here = value(at)?;
            let (near, side) = if by_tree(&here) == by_tree(&above) { (above, step) } else { (below, -step) };
            let far = value(at + 2.0 * side)?;
            Ok::<f64, OptionError>((4.0 * near.price - 3.0 * here.price - far.price) / (2.0 * side))
        };
        option.check()?;
        let step = |at: f64| STEP * at.abs().max(1e-2);
        let vega =
            slope(option.volatility, 0.0, step(option.volatility), &|volatility| American { volatility, ..*option })?;
        let by_years = if option.years > 0.0 {
            slope(option.years, 0.0, STEP * option.years, &|years| American { years, ..*option })?
        } else {
            0.0
        };
        let none = f64::NEG_INFINITY;
        let rate_step = |at: f64| 1e-5 * at.abs().max(1.0);
        let rho = slope(option.rate, none, rate_step(option.rate), &|rate| American { rate, ..*option })?;
        let rho_q = slope(option.dividend_yield, none, rate_step(option.dividend_yield), &|dividend_yield| American {
            dividend_yield,
            ..*option
        })?;
        let found = Self { vega, theta: if by_years == 0.0 { 0.0 } else { -by_years }, rho, rho_q };
        let known = [found.vega, found.theta, found.rho, found.rho_q].iter().all(|slope| slope.is_finite());
        if known { Ok(found) } else { Err(OptionError::Unresolved) }
    }
}
