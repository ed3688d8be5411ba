//! Value at risk and expected shortfall by simulation.
//!
//! Risk factors (prices, exchange rates, volatilities) move by a [`Model`]; a
//! [`Portfolio`] of assets and options in several currencies is valued again on
//! every path; the [`Outcome`] has the profit of each path in the base currency, and
//! from it VaR and ES with their confidence bands ([`Outcome::estimate`]) and
//! the parts of each position ([`Outcome::contributions`]).
//!
//! Paths are made in blocks of [`BLOCK`]; block number k draws from stream k of
//! the seed, so that the result is the same bits for any number of threads
//! (those of the rayon pool that the call runs in) and on every machine.

mod book;
mod bootstrap;
mod contributions;
mod draw;
mod estimate;
mod gamma;
mod model;
mod root;
mod run;
mod strata;
mod tail;

pub use book::{Instrument, Portfolio, Position, Valuation};
pub use contributions::Contributions;
pub use estimate::Estimate;
pub use model::{Growth, Model};
pub use run::{Outcome, PATHS_MAX, Progress, STEPS_MAX, Sampling, Simulation, simulate};

/// Paths that share a stream of random numbers.
pub const BLOCK: usize = 4_096;
/// Paths that are computed side by side.
const GROUP: usize = numeric::gaussian::GROUP;
/// A number for each of them.
type Lanes = [f64; GROUP];
