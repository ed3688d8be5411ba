//! Without volatility, or at expiry: the underlying's path is known, and the
//! option is worth the best of all exercise dates.

use super::evaluate::exercised;
use super::{American, Valuation};

/// The most of `sign (S e^(-q t) - K e^(-r t))` over t from 0 to expiry: at one
/// of the ends, or where its slope vanishes, `e^((r - q) t) = r K / (q S)`.
pub(super) fn valuation(option: &American, european: f64) -> Valuation {
    let (r, q, sign) = (option.rate, option.dividend_yield, option.kind.sign());
    let worth = |t: f64| sign * (option.spot * libm::exp(-q * t) - option.strike * libm::exp(-r * t));
    let common = Valuation { european, ..Valuation::default() };
    let now = option.intrinsic();
    let mut best = (now, 0.0);
    let turn = libm::log(r * option.strike / (q * option.spot)) / (r - q);
    if turn > 0.0 && turn < option.years && worth(turn) > best.0 {
        best = (worth(turn), turn);
    }
    if option.years > 0.0 && european > best.0 {
        best = (european, option.years);
    }
    let (price, date) = best;
    if price <= 0.0 {
        return common;
    }
    if price <= now {
        return exercised(option, common);
    }
    Valuation { price, delta: sign * libm::exp(-q * date), ..common }
}
