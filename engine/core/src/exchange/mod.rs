//! The simulated exchange on bars: what fills, when, at which price, and how sure that is.
//!
//! It never sees the strategy, the clock or a file. `sim` holds the books of a
//! run; `book` keeps working orders so that the next price that matters is found
//! at once; `matching` walks one path through a bar; `certainty` walks all of
//! them; `scenario` runs the same machinery on cases from a file.
//!
//! # The rules on bars
//!
//! Each rule has scenarios in `tests/scenarios`, one file per group. Sells mirror buys.
//!
//! **Path.** A bar's prices are visited in the order open, the extreme nearer the
//! open, the other extreme, close, through every price between. A tie goes low
//! first when close >= open, else high first. `high_first` and `low_first` force
//! it; `pessimistic` and `optimistic` take, per bar, the one that leaves the
//! lower or higher equity at that bar's close (tie: low first). A bar of volume 0
//! did not trade: nothing fills, triggers or trails on it. An order is first
//! matched on the first bar that opens at or after its arrival.
//!
//! **Market.** At the first price after arrival: the open of the next bar that traded.
//!
//! **Limit buy at L.** First price at or below L: fills there. Later: at L when the
//! price reaches L (`limit_fill = touch`) or passes it (`through`). A rested order
//! that finds the open beyond L gets the open (`limit_gap = open`) or L
//! (`limit`); an order that did not yet rest through a traded bar gets the
//! present price. `post_only` is rejected if its first price would fill it.
//!
//! **Stop buy at S.** Triggers at the first price at or above S; a gap fills at the
//! open. Once triggered it is a market order for all that is left.
//!
//! **Stop-limit buy, stop S, limit L.** Triggers as a stop; then it is a limit for
//! the rest of the same path: if the price is at or below L it fills at once, else
//! it rests at L.
//!
//! **Market if touched, buy at T.** The mirror of a stop: triggers at the first
//! price at or below T and is then a market order (slippage applies).
//!
//! **Limit if touched, buy, touch T, limit L.** Triggers at the first price at or
//! below T; then a limit for the rest of the same path, like a triggered stop-limit.
//!
//! **Trailing stop, sell, distance d** (an amount, or a fraction of the best price).
//! Its level is the highest price passed since it became active, less d. It starts
//! from the last close at submission, a child from the path price at its
//! activation; it moves only on prices already passed and never loosens. At an
//! open the level in force is the one earlier prices made: at or through it fills
//! at the open, else the open counts as passed.
//!
//! **Trailing stop-limit, sell, distance d, offset o.** Trails like a trailing stop.
//! When it triggers at level s (or gaps through it), it becomes a limit at s - o
//! (buy: s + o) for the rest of the same path; s is the level, not the gapped price.
//!
//! **Auction orders.** A bar is the opening auction of its session if it is the
//! first traded bar an order meets that begins a session, and the closing auction
//! if it ends one. `market_on_open` fills at that open; `limit_on_open` too, if
//! the open is at or better than its limit (an auction executes at its price,
//! `through` or not). `market_on_close` and `limit_on_close` fill at the close of
//! the path, after everything else at that price. What an auction does not fill
//! is cancelled. Slippage applies to the market forms.
//!
//! **Time in force.** Day: until the end of the session in which it works. GTD:
//! until the first bar that closes at or after its date has closed. IOC and FOK
//! see the first price after arrival (a child: after activation); FOK fills only
//! if the volume cap allows all of it.
//!
//! **Links.** Children go live with their parent's first fill, at that price, for
//! what is filled so far, and grow with it. A fill of one member of a group
//! reduces its siblings by the same quantity; completing it cancels them. A parent
//! that ends after a partial fill keeps its children for the filled part; one that
//! ends without a fill takes them along. A triggered child stays triggered: what
//! its parent fills later is traded at once.
//!
//! **Order of events at one price.** In order of submission; children that a fill
//! activates act at the same price before the price moves on.
//!
//! **Volume.** All our orders on an instrument together take at most
//! `participation` of a bar's volume, floored to lots; the rest keeps working, and
//! a stop that triggers with nothing left becomes a market order for the next open.
//!
//! **Slippage** moves market, stop, touched and auction market fills against us,
//! never limits; it is rounded to the tick against us and unclamped by default.
//!
//! **Certainty.** Allowed is every continuous path that starts at the open, ends at
//! the close, visits both extremes and stays between them. A fill that is the same
//! on all of them is certain. In a run, a bar in which at most one unlinked order
//! acts after the open has one outcome and is not searched.
//!
//! **Finer data.** A series may have shorter bars of its instrument (`Series::finer`), down to
//! single trades. A bar that leaves anything open (its fills, or the state of an order) is
//! then matched on the finer bars inside it, one after the other, from the state before
//! it; those that did not trade are passed over. They must lie within it and give its
//! open, high, low and close exactly, and no more than its volume; else it is matched as
//! it is, and counted. The opening auction is in the first, the closing one and the end of
//! day orders in the last; between two of them the price jumps, so that a stop may fill
//! at an open inside the bar. `participation` goes by their own volume, floored to lots over
//! all of it so far, or, where they have none, by that of the bar for all together; square
//! root slippage goes by that of the bar. Fills are told at the close of the bar, as
//! ever, and are certain when every path through all the finer bars gives them. A bar
//! with one outcome is not replayed: a jump inside it stays unseen.
//!
//! ```
//! use engine_core::exchange::{scenario, scenario_json};
//!
//! // A market entry with a stop and a target that cancel each other: did the
//! // second bar go down to 48 or up to 52 first? The bar does not tell.
//! let text = r#"{
//!     "bars": [[50, 51, 49, 50], [50, 53, 47, 50]],
//!     "orders": [
//!         {"id": "entry",  "side": "buy",  "quantity": 100, "type": "market"},
//!         {"id": "stop",   "side": "sell", "quantity": 100, "type": "stop",  "stop": 48,  "parent": "entry", "oco": "exit"},
//!         {"id": "target", "side": "sell", "quantity": 100, "type": "limit", "limit": 52, "parent": "entry", "oco": "exit"}
//!     ]
//! }"#;
//! let (cases, _) = scenario_json::read_cases(text).unwrap();
//! let (case, names) = &cases[0];
//! let outcome = scenario::run(case);
//! let lines: Vec<String> = outcome
//!     .fills
//!     .iter()
//!     .map(|f| format!("{} {} @ {} certain: {}", names[f.order], f.quantity, f.price, f.certain))
//!     .collect();
//! assert_eq!(lines, ["entry 100 @ 50 certain: true", "stop 100 @ 48 certain: false"]);
//! assert_eq!(outcome.pnl.to_string(), "-200");
//! assert_eq!((outcome.pnl_worst.to_string(), outcome.pnl_best.to_string()), ("-200".into(), "200".into()));
//! ```

mod book;
pub(crate) mod certainty;
#[cfg(test)]
mod certainty_tests;
mod clearing;
mod days;
pub mod depth;
mod finer;
mod level;
mod matching;
mod replay;
mod rules;
pub mod scenario;
pub mod scenario_json;
pub(crate) mod sim;
mod working;

pub use book::Book;
pub use level::Level;
pub use rules::{FillRules, LimitFill, LimitGap, MarketFill, ONE, PathRule, Slippage, TradedBar};
pub use working::{Desk, Working};
