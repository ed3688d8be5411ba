//! Made-up order flow with a seed: tapes for tests, benches and first steps.
//!
//! [`book`] plays a market in which orders arrive, change, trade and leave at random
//! (a *zero-intelligence* market) and tells it as a tape: by level, order by order, or
//! as quotes. The same settings and seed give the same tape on every machine, and the
//! three forms tell one and the same market. No file, no clock.
//!
//! # The model
//!
//! A continuous-time Markov chain after Cont, Stoikov and Talreja (2010, "A stochastic
//! model for order book dynamics", Operations Research 58), sections 2 and 3, which goes
//! back to Smith, Farmer, Gillemot and Krishnamurthy (2003, "Statistical theory of the
//! continuous double auction", Quantitative Finance 3):
//!
//! - Limit orders arrive `i` ticks from the opposite best price at the rate
//!   `k * i^-decay`, `i` from 1 to `levels`, so that they never cross.
//! - Market orders arrive at a constant rate and take the best prices, the order that
//!   came first at each price first.
//! - Each resting order is changed at a constant rate: 7 of 10 changes cancel it, the
//!   others cut its size (it keeps its place), raise it or move it to another price (it
//!   goes to the end of the queue). Further than `levels` from the opposite best price
//!   the rate is four times as high, so that the book stays short.
//!
//! Events are drawn by the method of Gillespie (1977, "Exact stochastic simulation of
//! coupled chemical reactions"). Sizes are geometric numbers of lots.
//!
//! Two things are added, so that strategies have something to do:
//!
//! - A hidden *fair value*, an Ornstein-Uhlenbeck process in steps of 0.1 seconds. Market
//!   orders lean to the side on which it lies: the chance that one buys is
//!   `(1 + x) / 2`, `x` being its distance from the middle over `lean` ticks, from -0.8
//!   to 0.8. This makes prices drift and return, and fills of resting orders costly.
//! - The rates of all events rise and fall by `swing` over `season`, as a sine.
//!
//! # What it does not have
//!
//! Clusters, crowds, hidden orders, auctions, other venues, answers to our own orders.
//! **It is no picture of any real market**, and a profit made on it means nothing but
//! that the machinery works.
//!
//! # What holds of every tape
//!
//! It begins with a snapshot. Each packet is one event. A market order's trades come
//! first, one per resting order that it met, then what they left of the book. The size at
//! a price falls by what traded or left there and rises by what came, never otherwise. No
//! side is ever empty (the last order of a side stays), and the book is never crossed.
//! Stamps are whole microseconds.

mod flow;
mod market;
mod random;
mod settings;
mod tell;

pub use settings::{Detail, SettingsError, SyntheticBook};

use engine_core::tape::TapeColumns;

/// A market told as a tape (see the crate's text).
///
/// # Errors
/// Settings outside their ranges.
pub fn book(settings: &SyntheticBook) -> Result<TapeColumns, SettingsError> {
    settings.check()?;
    let mut teller = tell::Teller::new(settings);
    flow::play(settings, &mut teller);
    Ok(teller.finish())
}
