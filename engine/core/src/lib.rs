//! Vocabulary, deterministic kernel, simulated exchange and portfolio.
//!
//! A run is a pure function of its events: no clock, no I/O, no threads, no
//! hidden randomness in here. `kernel::run` plays a `feed::Feed` to a
//! `strategy::Strategy`; orders go through `gate`, are matched by `exchange`,
//! booked by `portfolio` and `ledger`, and end up in a `record::RunResult`.
//!
//! A bracket on given bars, its fills and their certainty:
//!
//! ```
//! use std::sync::Arc;
//!
//! use engine_core::bars::{BarColumns, BarRef, Bars, OpenTimes};
//! use engine_core::context::Context;
//! use engine_core::feed::{Feed, Series};
//! use engine_core::instrument::{Instrument, InstrumentId, Symbol};
//! use engine_core::kernel::{RunOptions, run};
//! use engine_core::order::{NewOrder, Side, Size};
//! use engine_core::setup::{Setup, SetupError};
//! use engine_core::strategy::Strategy;
//! use engine_core::time::DAY;
//!
//! /// Buys 100 at the next open, protected at 48, with a target at 52.
//! struct Bracket;
//!
//! impl Strategy for Bracket {
//!     fn setup(&mut self, _: &mut Setup<'_>) -> Result<(), SetupError> {
//!         Ok(())
//!     }
//!     fn on_bar(&mut self, cx: &mut Context, id: InstrumentId, bar: BarRef<'_>) {
//!         if bar.row() == 0 {
//!             let hundred = Size::Quantity("100".parse().unwrap());
//!             let entry = NewOrder::market(id, Side::Buy, hundred);
//!             cx.submit_bracket(entry, "48".parse().unwrap(), "52".parse().unwrap());
//!         }
//!     }
//! }
//!
//! let bars = Bars::new(BarColumns {
//!     open_time: OpenTimes::Before(DAY),
//!     close_time: vec![DAY, 2 * DAY, 3 * DAY],
//!     open: vec![50.0, 50.0, 51.0],
//!     high: vec![51.0, 51.0, 53.0],
//!     low: vec![49.0, 49.0, 47.0],
//!     close: vec![50.0, 50.5, 50.0],
//!     volume: vec![],
//! })?;
//! let instrument = Instrument::equity(Symbol::new("US.X")?, "USD");
//! let feed = Arc::new(Feed::new(vec![Series::daily(instrument, bars)])?);
//! let result = run(&feed, &mut Bracket, &RunOptions::default())?;
//! let fills: Vec<String> = result
//!     .fills
//!     .iter()
//!     .map(|f| format!("bar {} {} {} @ {} certain: {}", f.bar, f.side.name(), f.quantity, f.price, f.certain))
//!     .collect();
//! // On the third bar 53 and 47 were both reached, and nobody knows which first.
//! assert_eq!(fills, ["bar 1 buy 100 @ 50 certain: true", "bar 2 sell 100 @ 52 certain: false"]);
//! assert_eq!(result.ambiguous[0].pnl_worst.to_string(), "-200");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod account;
pub mod actions;
pub mod bars;
pub mod builder;
pub mod calendar;
mod charges;
pub mod compose;
pub mod context;
pub mod crossing;
pub mod date;
pub mod digest;
pub mod drill_down;
mod exact;
pub mod exchange;
pub mod feed;
pub mod fees;
pub mod fixed;
pub mod flags;
pub mod frames;
pub mod gate;
pub mod instrument;
pub mod kernel;
pub mod latency;
pub mod ledger;
pub mod market;
mod open_times;
pub mod order;
pub mod orderbook;
mod per_instrument;
pub mod portfolio;
mod position;
pub mod record;
pub mod registry;
mod rows;
pub mod rules;
pub mod setup;
pub mod strategy;
pub mod tape;
pub mod time;
