//! Sizers: how much.

mod all_in;
mod fixed;
mod percent;
mod risk;
mod volatility_target;

pub use all_in::{AllIn, AllInParameters};
pub use fixed::{Fixed, FixedParameters};
pub use percent::{Percent, PercentParameters};
pub use risk::{Risk, RiskParameters};
pub use volatility_target::{VolatilityTarget, VolatilityTargetParameters};

use engine_core::context::Context;
use engine_core::fixed::{Quantity, Rate};
use engine_core::instrument::InstrumentId;
use engine_core::order::Size;
use engine_core::setup::SetupError;

/// A percentage as a rate.
pub(crate) fn rate_of_percent(key: &str, percent: f64) -> Result<Rate, SetupError> {
    Rate::from_f64(percent / 100.0)
        .filter(|rate| *rate > Rate::ZERO)
        .ok_or_else(|| SetupError::parameter(key, format!("is {percent}, expected a percentage above 0")))
}

/// So many shares, at most `most_percent` of equity at the last close, in whole lots.
pub(crate) fn whole_lots(cx: &Context, id: InstrumentId, shares: f64, most_percent: f64) -> Option<Size> {
    let contract = cx.portfolio().mark(id) * cx.instrument(id).multiplier as f64;
    let most = cx.equity() * most_percent / 100.0 / contract;
    let shares = if shares < most { shares } else { most };
    let quantity = cx.instrument(id).floor_to_lot(Quantity::from_f64(shares)?);
    (quantity > Quantity::ZERO).then_some(Size::Quantity(quantity))
}
