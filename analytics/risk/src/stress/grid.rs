//! A table of spot moves by volatility changes.

use rayon::prelude::*;

use super::{Scenario, VolatilityShock, changes};
use crate::RiskError;
use crate::check::{at_least, finite};
use crate::portfolio::Book;

/// Gains over a grid, in the base currency.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Relative moves of all underlyings: the rows.
    pub spots: Vec<f64>,
    /// Changes of all volatilities: the columns.
    pub volatilities: Vec<VolatilityShock>,
    /// Gains, row by row.
    pub changes: Vec<f64>,
    /// The greatest loss on the grid, 0 or less.
    pub worst: f64,
}

/// The gains of a book over every pair of a spot move and a volatility change.
///
/// # Errors
/// No spot move or no volatility change; as [`super::stress`].
pub fn grid(book: &Book<'_>, spots: &[f64], volatilities: &[VolatilityShock]) -> Result<Grid, RiskError> {
    at_least("positions", book.positions.len(), 1)?;
    at_least("spots", spots.len(), 1)?;
    at_least("volatilities", volatilities.len(), 1)?;
    let cells: Vec<(f64, VolatilityShock)> =
        spots.iter().flat_map(|s| volatilities.iter().map(move |v| (*s, *v))).collect();
    let of = |(spot, volatility): (f64, VolatilityShock)| {
        let scenario = Scenario { spot, volatility, ..Scenario::named("") };
        finite("change", changes(book, &scenario)?.iter().sum())
    };
    let changes: Vec<f64> = cells.into_par_iter().map(of).collect::<Result<_, _>>()?;
    let worst = changes.iter().copied().fold(0.0, f64::min);
    Ok(Grid { spots: spots.to_vec(), volatilities: volatilities.to_vec(), changes, worst })
}
