//! A chain of quotes, the rules that drop some of them, and the forwards that the rest implies.
//!
//! A chain is a plain slice of [`Quote`]; every quote keeps its place in it, and [`Fate`] says what
//! became of it. [`rules`] judges quotes one by one, [`parity`] finds forward and discount factor of
//! each expiry, [`crate::surface`] fits smiles to what is left.
//!
//! # As a table
//!
//! A program that reads chains from CSV should use these columns, in any order, one row for each quote:
//!
//! | column | meaning |
//! |---|---|
//! | `expiry` or `years` | ISO date of expiry (or date and time), or years to it (actual/365); one of the two |
//! | `strike` | strike, above 0 |
//! | `type` | `call` or `put` (`C`, `P`) |
//! | `bid`, `ask` | prices of one share or index unit; empty when nobody quotes that side |
//! | `bid_size`, `ask_size` | optional: contracts quoted; 0 is nobody |
//! | `open_interest` | optional: contracts open |
//! | `volume` | optional: contracts traded today (carried along, judged by no rule) |
//! | `quote_age_seconds` | optional: seconds since the quote was last confirmed |
//!
//! Beside the table: the style of exercise, the moment of valuation (with `expiry`), and, where
//! known, spot and interest rate.

pub mod parity;
pub mod rules;

use crate::OptionType;

/// A quote of one option.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quote {
    /// Years to expiry; quotes with the same number are one expiry.
    pub years: f64,
    /// Strike.
    pub strike: f64,
    /// Call or put.
    pub kind: OptionType,
    /// The best price bid, if any.
    pub bid: Option<f64>,
    /// The best price asked, if any.
    pub ask: Option<f64>,
    /// Contracts bid for; not judged when unknown.
    pub bid_size: Option<f64>,
    /// Contracts on offer; not judged when unknown.
    pub ask_size: Option<f64>,
    /// Contracts open; not judged when unknown.
    pub open_interest: Option<f64>,
    /// Seconds since the quote was last confirmed; not judged when unknown.
    pub age_seconds: Option<f64>,
}

impl Quote {
    /// A quote of which only the two prices are known.
    #[must_use]
    pub fn new(years: f64, strike: f64, kind: OptionType, bid: Option<f64>, ask: Option<f64>) -> Self {
        Self { years, strike, kind, bid, ask, bid_size: None, ask_size: None, open_interest: None, age_seconds: None }
    }

    /// Half way between bid and ask; `None` when a side is missing.
    #[must_use]
    pub fn mid(&self) -> Option<f64> {
        Some(0.5 * (self.bid? + self.ask?))
    }

    /// Ask less bid; `None` when a side is missing.
    #[must_use]
    pub fn spread(&self) -> Option<f64> {
        Some(self.ask? - self.bid?)
    }
}

/// When the holder may exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// At expiry.
    European,
    /// At any time up to expiry.
    American,
}

/// What is known of the market besides the quotes.
#[derive(Clone, Debug, PartialEq)]
pub struct Market {
    /// The style of every option in the chain.
    pub style: Style,
    /// Price of the underlying; wanted for spot deltas and for forwards before the first expiry.
    pub spot: Option<f64>,
    /// Continuous interest rate per year. Given, it fixes the discount factors; otherwise parity implies them.
    pub rate: Option<f64>,
    /// Forwards that are known, as (years, forward): parity is not asked there. `years` as in the quotes.
    pub forwards: Vec<(f64, f64)>,
}

impl Market {
    /// A market of which nothing is known but the style.
    #[must_use]
    pub fn new(style: Style) -> Self {
        Self { style, spot: None, rate: None, forwards: Vec::new() }
    }
}

/// What became of a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A smile was fitted to it.
    Used,
    /// The rule dropped it.
    Dropped(rules::Rule),
}
