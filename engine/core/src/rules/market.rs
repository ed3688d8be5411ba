//! `MarketRules`: the dated trading rules of one market together.

use super::assumption::Assumption;
use super::limits::PriceLimits;
use super::lots::LotTable;
use super::product::{ProductClass, ProductSet};
use super::settlement::Settlement;
use super::ticks::DatedTicks;
use crate::date::{Date, utc_offset_hours};
use crate::time::Timestamp;

/// The rules of a market.
#[derive(Clone, Debug, Default)]
pub struct MarketRules {
    /// Name of the market: `HK`, `US`, `CN`.
    pub market: String,
    /// Price steps.
    pub ticks: DatedTicks,
    /// Quantities.
    pub lots: LotTable,
    /// Daily price limits; empty where there are none.
    pub limits: PriceLimits,
    /// When what was bought may be sold; classes not named: at once.
    pub settlement: Vec<(ProductSet, Settlement)>,
    /// What is taken for granted.
    pub assumptions: Vec<Assumption>,
}

impl MarketRules {
    /// The market whose rules a symbol follows: `CN` for `SH.`, `SZ.` and `BJ.`,
    /// else the symbol's own prefix.
    #[must_use]
    pub fn market_of(symbol: &str) -> &str {
        match symbol.split_once('.').map_or("", |(market, _)| market) {
            "SH" | "SZ" | "BJ" => "CN",
            market => market,
        }
    }

    /// When what was bought of a class may be sold.
    #[must_use]
    pub fn settlement_of(&self, class: ProductClass) -> Settlement {
        let own = self.settlement.iter().find(|(products, _)| products.contains(class));
        own.map_or(Settlement::SameSession, |(_, settlement)| *settlement)
    }

    /// The trade date of an instant.
    #[inline]
    #[must_use]
    pub fn date(&self, time: Timestamp) -> Date {
        Date::at(time, utc_offset_hours(&self.market))
    }

    /// What is taken for granted for a symbol between two dates, both included.
    pub fn assumptions<'a>(
        &'a self,
        from: Date,
        until: Date,
        class: ProductClass,
        symbol: &'a str,
    ) -> impl Iterator<Item = &'a Assumption> {
        self.assumptions.iter().filter(move |a| a.concerns(from, until, class, symbol))
    }
}
