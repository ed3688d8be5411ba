//! `MarketRules`: the dated trading rules of one market together.

use std::collections::BTreeMap;

use super::assumption::Assumption;
use super::board::Board;
use super::limits::PriceLimits;
use super::listing::Listing;
use super::lots::{LotRule, LotTable};
use super::product::{ProductClass, ProductSet};
use super::settlement::Settlement;
use super::ticks::DatedTicks;
use crate::date::{Date, utc_offset_hours};
use crate::instrument::InstrumentKind;
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
    pub settlements: Vec<(ProductSet, Settlement)>,
    /// What is said of single symbols.
    pub listings: BTreeMap<String, Listing>,
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

    /// The class of a symbol: as listed, else after its code, else after its kind.
    /// `None` for an index or a currency pair.
    #[must_use]
    pub fn product(&self, symbol: &str, kind: InstrumentKind) -> Option<ProductClass> {
        let listed = self.listings.get(symbol).and_then(|listing| listing.product);
        let coded = || if kind == InstrumentKind::Equity { ProductClass::of_symbol(symbol) } else { None };
        listed.or_else(coded).or_else(|| ProductClass::of_kind(kind))
    }

    /// The board of a symbol: as listed, else after its code.
    #[must_use]
    pub fn board(&self, symbol: &str) -> Option<Board> {
        let listed = self.listings.get(symbol).and_then(|listing| listing.board);
        listed.or_else(|| Board::of_symbol(symbol))
    }

    /// The lot of a symbol on a date; `None` when it is not known.
    #[must_use]
    pub fn lot(&self, symbol: &str, class: ProductClass, date: Date) -> Option<LotRule> {
        self.lots.on(symbol, class, self.board(symbol), date)
    }

    /// When what was bought of a symbol may be sold: as listed, else after its class.
    #[must_use]
    pub fn settlement(&self, symbol: &str, class: ProductClass) -> Settlement {
        let listed = self.listings.get(symbol).and_then(|listing| listing.settlement);
        let of_class = || self.settlements.iter().find(|(products, _)| products.contains(class)).map(|(_, s)| *s);
        listed.or_else(of_class).unwrap_or(Settlement::SameSession)
    }

    /// True while a symbol is under risk warning.
    #[must_use]
    pub fn is_risk_warned(&self, symbol: &str, date: Date) -> bool {
        self.listings.get(symbol).is_some_and(|listing| listing.risk_warned.on(date).is_some())
    }

    /// The trade date of an instant.
    #[inline]
    #[must_use]
    pub fn date(&self, time: Timestamp) -> Date {
        Date::at(time, utc_offset_hours(&self.market))
    }

    /// The first instant of a trade date.
    #[must_use]
    pub fn begin_of(&self, date: Date) -> Timestamp {
        date.begin(utc_offset_hours(&self.market))
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
