//! The volatility at which an American option costs its price, and the
//! European option of that volatility.

use numeric::roots::brent;

use super::collocation::Workspace;
use super::{American, Scheme, evaluate};
use crate::error::finite;
use crate::{OptionError, OptionType};

/// An American quote as a European one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DeAmericanised {
    /// The volatility implied by the American price.
    pub volatility: f64,
    /// The European price at that volatility.
    pub european: f64,
    /// American less European price.
    pub early_exercise_premium: f64,
}

/// Volatilities searched, per square root of a year.
const HIGHEST: f64 = 1e3;

/// The volatility at which `option` costs `price`; `option.volatility` is not
/// read. Accurate to what `scheme` prices to, divided by vega.
///
/// # Errors
/// [`OptionError::BelowIntrinsic`] when the price is below the payoff of
/// exercise now, or below the least any volatility gives (an option held with
/// certainty); [`OptionError::AboveMaximum`] at or above the most;
/// [`OptionError::NotUnique`] when it is that least itself, with the highest
/// volatility that still gives it: deep in the money the price is intrinsic for
/// all volatilities up to that one. Otherwise names the argument that is not a
/// number or outside its domain.
pub fn volatility(price: f64, option: &American, scheme: Scheme) -> Result<f64, OptionError> {
    finite("price", price)?;
    let mut work = Workspace::default();
    let mut at = |volatility: f64| evaluate::valuation(&American { volatility, ..*option }, scheme, &mut work);
    let least = at(0.0)?.price;
    let rounding = 4.0 * f64::EPSILON * option.spot.max(option.strike);
    if price < least - rounding {
        return Err(OptionError::BelowIntrinsic);
    }
    let most = match option.kind {
        OptionType::Put => option.strike,
        OptionType::Call => option.spot,
    }
    .max(at(HIGHEST)?.price);
    if price >= most {
        return Err(OptionError::AboveMaximum);
    }
    let above = |found: f64| found > least + rounding;
    if !above(price) {
        // The upper end of the flat part, by halving.
        let (mut low, mut high) = (0.0, HIGHEST);
        for _ in 0..200 {
            let middle = if low > 1e-3 { (low * high).sqrt() } else { 0.5 * (low + high) };
            if middle <= low || middle >= high || high - low <= 1e-12 * high {
                break;
            }
            if above(at(middle)?.price) { high = middle } else { low = middle }
        }
        return Err(OptionError::NotUnique { highest: low });
    }
    let mut high = 1.0;
    while at(high)?.price < price {
        high *= 2.0;
        if high > HIGHEST {
            return Err(OptionError::AboveMaximum);
        }
    }
    let low = if high > 1.0 { 0.5 * high } else { 0.0 };
    brent(|x| at(x).map_or(f64::NAN, |found| found.price - price), low, high, 0.0).ok_or(OptionError::Unresolved)
}

/// The European option that the American quote implies: same volatility, no
/// early exercise. What a fit to European formulas takes as input.
///
/// # Errors
/// As [`volatility`].
pub fn de_americanise(price: f64, option: &American, scheme: Scheme) -> Result<DeAmericanised, OptionError> {
    let volatility = volatility(price, option, scheme)?;
    let european = American { volatility, ..*option }.without_early_exercise().price()?;
    Ok(DeAmericanised { volatility, european, early_exercise_premium: (price - european).max(0.0) })
}
