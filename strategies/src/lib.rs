//! Strategies, filters, sizers and exits: plugins, one file each.
//!
//! `registry()` names them all. A plugin is a struct of parameters, its trait,
//! and one line here. Nothing here knows files, clocks or networks.

pub mod books;
pub mod exits;
pub mod signals;
pub mod sizing;

use engine_core::registry::Registry;

/// Every plugin of this crate.
#[must_use]
pub fn registry() -> Registry {
    Registry::new()
        .with::<books::MarketMaker>()
        .with::<books::Imbalance>()
        .with::<books::Twap>()
        .signal::<signals::Macd>()
        .signal::<signals::SmaCross>()
        .signal::<signals::Rsi>()
        .signal::<signals::Bollinger>()
        .signal::<signals::BuyAndHold>()
        .sizer::<sizing::AllIn>()
        .sizer::<sizing::Fixed>()
        .sizer::<sizing::Percent>()
        .sizer::<sizing::Risk>()
        .sizer::<sizing::VolatilityTarget>()
        .exit::<exits::Stop>()
        .exit::<exits::Target>()
        .exit::<exits::Trailing>()
}
