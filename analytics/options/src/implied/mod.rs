//! Implied volatility: the volatility at which the Black-Scholes-Merton price is the given one.
//!
//! To machine precision over the whole domain, in the class of Jaeckel (2015), "Let's Be Rational"
//! (Wilmott 75): time value and what is missing to the maximum are formed without cancellation, the
//! logarithm of the smaller of them is solved for `d1` by one step of fifth order from a fitted
//! guess (`step`, `guess`), and what is returned differs from the exact answer by what a change of
//! the inputs by a unit in the last place or two would do. There is no iteration that can fail to
//! end and no bracket that could clip.

mod batch;
mod block;
mod discount;
mod guess;
mod guess_tables;
mod pair;
mod quote;
mod series;
mod solve;
mod step;

pub use batch::{Failure, ForwardQuotes, PARALLEL, black_batch, black_batch_sequential, volatility_batch};

use numeric::lanes;

use crate::{European, OptionError, OptionType};

/// The volatility at which `option` costs `price`, per square root of a year, as a fraction;
/// `option.volatility` is not read.
///
/// A price equal to the discounted forward intrinsic value has volatility 0. Without time to expiry
/// only that price has a volatility.
///
/// # Errors
/// [`OptionError::BelowIntrinsic`] below `max(+-(S e^(-q T) - K e^(-r T)), 0)`,
/// [`OptionError::AboveMaximum`] from `S e^(-q T)` (call) or `K e^(-r T)` (put) on, where no
/// volatility gives that price; otherwise names the argument that is not a number or outside its
/// domain.
pub fn volatility(price: f64, option: &European) -> Result<f64, OptionError> {
    discount::quote(price, option)?.volatility(option.years)
}

/// The volatility of an undiscounted price of an option on a forward (Black 1976 without the
/// discount factor); a price equal to the intrinsic value has volatility 0.
///
/// # Errors
/// As [`volatility`].
#[inline]
pub fn black(price: f64, forward: f64, strike: f64, years: f64, kind: OptionType) -> Result<f64, OptionError> {
    let quote = quote::forward_quote(price, forward, strike, kind == OptionType::Call, lanes::ln_ratio);
    if quote.is_plain(years)
        && quote::is_finite(price, forward, strike)
        && let Some(total) = solve::total_deviation(&solve::Normal::from(quote))
    {
        return Ok(total / years.sqrt());
    }
    quote::checked(price, forward, strike, years, kind)
}

/// The volatility of a discounted price of an option on a future or forward, `e^(-r T)` times that of
/// [`black`] (Black 1976); `rate` is continuous, per year.
///
/// # Errors
/// As [`volatility`].
pub fn black76(
    price: f64,
    forward: f64,
    strike: f64,
    years: f64,
    rate: f64,
    kind: OptionType,
) -> Result<f64, OptionError> {
    discount::forward_quote(price, forward, strike, years, rate, kind)?.volatility(years)
}
