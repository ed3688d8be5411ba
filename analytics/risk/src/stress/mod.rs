//! What a portfolio would lose if prices, volatilities, rates and currencies moved.
//!
//! Assets and futures move with their underlying; European options are valued
//! again in full, and the change of the model's value is added to the market
//! price; what the market pays less than the model for a long option may so come out
//! below zero, by that difference. Everything happens at once: no time passes.
//!
//! ```
//! use risk::portfolio::{Book, Instrument, Position};
//! use risk::stress::{standard_scenarios, stress};
//!
//! let share = Position {
//!     name: "AAPL", underlying: "AAPL", currency: "USD",
//!     quantity: 100.0, multiplier: 1.0, price: 250.0, instrument: Instrument::Asset,
//! };
//! let book = Book { positions: &[share], base: "HKD", rates: &[("USD", 7.8)], equity: Some(500_000.0) };
//! for outcome in stress(&book, &standard_scenarios())? {
//!     println!("{:60} {:12.0} {:6.2} %", outcome.scenario, outcome.change, 100.0 * outcome.share.unwrap_or(0.0));
//! }
//! # Ok::<(), risk::RiskError>(())
//! ```

mod grid;
mod scenario;

pub use grid::{Grid, grid};
pub use scenario::{Scenario, VolatilityShock, standard_scenarios};

use options::European;

use crate::RiskError;
use crate::check::{at_least, finite};
use crate::portfolio::{Book, Instrument};

/// What a scenario does to a portfolio, in the base currency.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The scenario's name.
    pub scenario: String,
    /// Gain, negative when a loss: the sum of the contributions.
    pub change: f64,
    /// Gain per position, in order.
    pub contributions: Vec<f64>,
    /// `change` over the book's equity, where that is given.
    pub share: Option<f64>,
}

/// The outcomes of scenarios, in order.
///
/// # Errors
/// No positions; what [`Book::summary`] refuses of a position; a shock that is not
/// finite, a spot or currency shock of -1 or less, one that names an underlying or
/// currency that is not in the book, a volatility shocked below zero.
pub fn stress(book: &Book<'_>, scenarios: &[Scenario]) -> Result<Vec<Outcome>, RiskError> {
    at_least("positions", book.positions.len(), 1)?;
    if let Some(equity) = book.equity {
        crate::check::positive("equity", equity)?;
    }
    scenarios
        .iter()
        .map(|scenario| {
            let contributions = changes(book, scenario)?;
            let change = finite("change", contributions.iter().sum())?;
            let share = book.equity.map(|equity| change / equity);
            Ok(Outcome { scenario: scenario.name.clone(), change, contributions, share })
        })
        .collect()
}

/// The gain of every position.
fn changes(book: &Book<'_>, scenario: &Scenario) -> Result<Vec<f64>, RiskError> {
    scenario.check(book)?;
    (0..book.positions.len()).map(|index| change(book, index, scenario)).collect()
}

fn change(book: &Book<'_>, index: usize, scenario: &Scenario) -> Result<f64, RiskError> {
    let position = &book.positions[index];
    let size = book.size(index)?;
    let rate = book.rate(index)?;
    let moved = rate * (1.0 + scenario.currency_shock(position.currency, book.base));
    let spot = scenario.spot_shock(position.underlying);
    // What the price changes by, and what the value was.
    let (step, value) = match position.instrument {
        Instrument::Cash => (0.0, 1.0),
        Instrument::Asset => (position.price * spot, position.price),
        Instrument::Future => (position.price * spot, 0.0),
        Instrument::European(option) => {
            let error = |error| RiskError::Option { argument: "positions", index, error };
            let before = option.price().map_err(error)?;
            let shocked = European {
                spot: option.spot * (1.0 + spot),
                volatility: scenario.volatility.of(option.volatility),
                rate: option.rate + scenario.rate,
                ..option
            };
            (shocked.price().map_err(error)? - before, position.price)
        }
    };
    finite("change", size * (step * moved + value * (moved - rate)))
}
