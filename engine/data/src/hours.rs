//! Regular trading hours per market, used to place bars that carry a date only.
//!
//! | symbol prefix | opens | closes (local time) |
//! |---|---|---|
//! | `US.` | 09:30 | 16:00 |
//! | `HK.` | 09:30 | 16:00 |
//! | `SH.`, `SZ.` | 09:30 | 15:00 |
//! | `CFFEX.` | 09:30 | 15:00 |
//! | `SHFE.`, `INE.` | 09:00 | 15:00 |
//! | anything else | 00:00 | 24:00 |
//!
//! Half days, evenings and older hours are not looked up: a daily bar only needs a moment
//! that all bars of that market share on that date.

use engine_core::time::{DAY, HOUR, MINUTE};

/// Opening and closing time of a market, nanoseconds after local midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// First trade.
    pub open: i64,
    /// Last trade; 24 hours means the next midnight.
    pub close: i64,
}

/// The hours of the market that `symbol` ("US.AAPL") names by its prefix.
#[must_use]
pub fn of_symbol(symbol: &str) -> Hours {
    let morning = 9 * HOUR + 30 * MINUTE;
    let (open, close) = match market(symbol) {
        "US" | "HK" => (morning, 16 * HOUR),
        "SH" | "SZ" | "CFFEX" => (morning, 15 * HOUR),
        "SHFE" | "INE" => (9 * HOUR, 15 * HOUR),
        _ => (0, DAY),
    };
    Hours { open, close }
}

/// The currency in which the market that `symbol` names trades; `USD` when the
/// prefix is not known.
#[must_use]
pub fn currency_of_symbol(symbol: &str) -> &'static str {
    if market(symbol) == "HK" { "HKD" } else { currency_of_market(symbol).unwrap_or("USD") }
}

/// The currency in which the market that `symbol` names trades, when it is known.
/// Hong Kong's codes from 80000 on have counters in yuan and dollars: no answer.
pub(crate) fn currency_of_market(symbol: &str) -> Option<&'static str> {
    match market(symbol) {
        "HK" if symbol.starts_with("HK.8") && symbol.len() == 8 => None,
        "HK" => Some("HKD"),
        "SH" | "SZ" | "CFFEX" | "SHFE" | "INE" => Some("CNY"),
        "US" => Some("USD"),
        _ => None,
    }
}

fn market(symbol: &str) -> &str {
    symbol.split_once('.').map_or("", |(market, _)| market)
}
