//! Market data besides bars: trades, quotes, books, option quotes.
//!
//! Books are in `orderbook`, the recorded stream of all of these in `tape`.

use crate::fixed::{Price, Quantity};
use crate::instrument::InstrumentId;
use crate::order::Side;
use crate::time::Timestamp;

/// One trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// When it happened at the venue.
    pub time: Timestamp,
    /// What traded.
    pub instrument: InstrumentId,
    /// Price.
    pub price: Price,
    /// Size.
    pub quantity: Quantity,
    /// Who took liquidity, if known.
    pub aggressor: Option<Side>,
}

/// Best bid and ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// When it held at the venue.
    pub time: Timestamp,
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// Best bid; `None` when that side is empty.
    pub bid: Option<BookLevel>,
    /// Best ask.
    pub ask: Option<BookLevel>,
}

/// A price and the size at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookLevel {
    /// Price.
    pub price: Price,
    /// Size.
    pub quantity: Quantity,
}

/// A quote of an option with its underlying.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OptionQuote {
    /// The option's quote.
    pub quote: Quote,
    /// Price of the underlying at that time.
    pub underlying: Price,
    /// Contracts open, if known.
    pub open_interest: Option<u64>,
}
