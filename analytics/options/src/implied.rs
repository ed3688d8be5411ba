//! Implied volatility: the volatility at which the Black-Scholes-Merton price
//! is the given one.

use crate::{European, OptionError};

/// The volatility at which `option` costs `price`; `option.volatility` is not read.
///
/// # Errors
/// [`OptionError::BelowIntrinsic`] and [`OptionError::AboveMaximum`] when no
/// volatility gives that price; otherwise names the argument that is not a
/// number or outside its domain.
pub fn volatility(price: f64, option: &European) -> Result<f64, OptionError> {
    crate::error::finite("price", price)?;
    let at = |volatility| European { volatility, ..*option }.price();
    if price < at(0.0)? {
        return Err(OptionError::BelowIntrinsic);
    }
    let mut high = 1.0;
    while at(high)? < price {
        high *= 2.0;
        if high > 1e6 {
            return Err(OptionError::AboveMaximum);
        }
    }
    let found = numeric::roots::brent(|v| at(v).map_or(f64::NAN, |found| found - price), 0.0, high, 0.0);
    found.ok_or(OptionError::AboveMaximum)
}
