//! `Teller`: what happens in the market, as rows of a tape.

use engine_core::fixed::{Price, Quantity};
use engine_core::order::Side;
use engine_core::tape::{LAST, SNAPSHOT, TapeColumns, TapeEvent};
use engine_core::time::Timestamp;

use crate::market::{Market, Match};
use crate::settings::{Detail, SyntheticBook};

/// What happened to a resting order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    /// It came.
    Added { id: u64, side: Side, tick: i64, lots: i64 },
    /// It was `from` and is `tick` and `lots` now.
    Changed { id: u64, side: Side, from: i64, tick: i64, lots: i64 },
    /// It was cancelled, all of it.
    Left { id: u64, side: Side, tick: i64, lots: i64 },
}

/// Writes rows. Prices are counted in ticks and sizes in lots until here.
pub(crate) struct Teller {
    columns: TapeColumns,
    detail: Detail,
    tick: i64,
    lot: i64,
    /// Best price and lots of each side as told last, for quotes.
    told: [(i64, i64); 2],
}

impl Teller {
    pub(crate) fn new(settings: &SyntheticBook) -> Self {
        Self {
            columns: TapeColumns::default(),
            detail: settings.detail,
            tick: settings.tick.units(),
            lot: settings.lot.units(),
            told: [(0, 0); 2],
        }
    }

    fn price(&self, tick: i64) -> Price {
        Price::from_units(tick * self.tick)
    }

    fn quantity(&self, lots: i64) -> Quantity {
        Quantity::from_units(lots * self.lot)
    }

    fn row(&mut self, stamps: (Timestamp, Timestamp), event: TapeEvent) {
        self.columns.push(stamps.0, stamps.1, event, 0);
    }

    fn end_packet(&mut self) {
        if let Some(code) = self.columns.code.last_mut() {
            *code |= LAST;
        }
    }

    fn level(&mut self, stamps: (Timestamp, Timestamp), market: &Market, side: Side, tick: i64) {
        let (price, quantity) = (self.price(tick), self.quantity(market.lots_at(side, tick)));
        self.row(stamps, TapeEvent::Level { side, price, quantity });
    }

    /// The best prices that changed.
    fn quotes(&mut self, stamps: (Timestamp, Timestamp), market: &Market) {
        let before = self.columns.code.len();
        for (at, side) in [Side::Buy, Side::Sell].into_iter().enumerate() {
            let Some(tick) = market.best(side) else { continue };
            let now = (tick, market.lots_at(side, tick));
            if self.told[at] != now {
                self.told[at] = now;
                let (price, quantity) = (self.price(now.0), self.quantity(now.1));
                self.row(stamps, TapeEvent::Quote { side, price, quantity });
            }
        }
        if self.columns.code.len() > before {
            self.end_packet();
        }
    }

    /// The whole book.
    pub(crate) fn snapshot(&mut self, stamps: (Timestamp, Timestamp), market: &Market) {
        if self.detail == Detail::Quotes {
            return self.quotes(stamps, market);
        }
        let from = self.columns.code.len();
        self.row(stamps, TapeEvent::Clear { side: None });
        for side in [Side::Buy, Side::Sell] {
            for (tick, queue) in market.queues(side) {
                if self.detail == Detail::Levels {
                    self.level(stamps, market, side, tick);
                    continue;
                }
                for order in queue {
                    let (price, quantity) = (self.price(tick), self.quantity(order.lots));
                    self.row(stamps, TapeEvent::Add { order: order.id, side, price, quantity });
                }
            }
        }
        for code in &mut self.columns.code[from..] {
            *code |= SNAPSHOT;
        }
        self.end_packet();
    }

    /// A market order of `aggressor` traded.
    pub(crate) fn traded(
        &mut self,
        stamps: (Timestamp, Timestamp),
        market: &Market,
        aggressor: Side,
        matches: &[Match],
    ) {
        for one in matches {
            let (price, quantity) = (self.price(one.tick), self.quantity(one.lots));
            self.row(stamps, TapeEvent::Trade { price, quantity, aggressor: Some(aggressor) });
        }
        match self.detail {
            Detail::Quotes => return self.quotes(stamps, market),
            Detail::Orders => {
                for one in matches {
                    let quantity = self.quantity(one.lots);
                    self.row(stamps, TapeEvent::Cancel { order: one.id, quantity });
                }
            }
            Detail::Levels => {
                for (at, one) in matches.iter().enumerate() {
                    if matches.get(at + 1).is_none_or(|next| next.tick != one.tick) {
                        self.level(stamps, market, aggressor.opposite(), one.tick);
                    }
                }
            }
        }
        self.end_packet();
    }

    /// Something happened to a resting order.
    pub(crate) fn happened(&mut self, stamps: (Timestamp, Timestamp), market: &Market, what: Happening) {
        match self.detail {
            Detail::Quotes => return self.quotes(stamps, market),
            Detail::Orders => {
                let event = match what {
                    Happening::Added { id, side, tick, lots } => {
                        let (price, quantity) = (self.price(tick), self.quantity(lots));
                        TapeEvent::Add { order: id, side, price, quantity }
                    }
                    Happening::Changed { id, side, tick, lots, .. } => {
                        let (price, quantity) = (self.price(tick), self.quantity(lots));
                        TapeEvent::Modify { order: id, side, price, quantity }
                    }
                    Happening::Left { id, lots, .. } => TapeEvent::Cancel { order: id, quantity: self.quantity(lots) },
                };
                self.row(stamps, event);
            }
            Detail::Levels => match what {
                Happening::Added { side, tick, .. } | Happening::Left { side, tick, .. } => {
                    self.level(stamps, market, side, tick);
                }
                Happening::Changed { side, from, tick, .. } => {
                    self.level(stamps, market, side, from);
                    if tick != from {
                        self.level(stamps, market, side, tick);
                    }
                }
            },
        }
        self.end_packet();
    }

    pub(crate) fn finish(self) -> TapeColumns {
        self.columns
    }
}
