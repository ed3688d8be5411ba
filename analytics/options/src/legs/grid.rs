//! Profit over spot, time and volatility.

use super::{Market, Strategy, StrategyError};

/// Profits at each combination of spot, time and shift of volatility.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfitGrid {
    /// Prices of the underlying.
    pub spots: Vec<f64>,
    /// Years from now.
    pub elapsed: Vec<f64>,
    /// Shifts of all volatilities (0.01 is a point).
    pub shifts: Vec<f64>,
    /// Profits: for each time, for each shift, all spots side by side.
    pub profits: Vec<f64>,
}

impl ProfitGrid {
    /// The profit at the given places in the three lists.
    #[must_use]
    pub fn at(&self, spot: usize, elapsed: usize, shift: usize) -> Option<f64> {
        if spot >= self.spots.len() || shift >= self.shifts.len() {
            return None;
        }
        self.profits.get((elapsed * self.shifts.len() + shift) * self.spots.len() + spot).copied()
    }
}

impl Strategy {
    /// The [profit](Strategy::profit) at each spot, time and shift.
    ///
    /// A cell without an answer is `NaN`: a spot below 0 or not finite, a time after the
    /// first expiry or before now, a shift that takes a volatility below 0.
    ///
    /// # Errors
    /// When a list is empty, or the market itself has no answer.
    pub fn profit_grid(
        &self,
        market: &Market<'_>,
        spots: &[f64],
        elapsed: &[f64],
        shifts: &[f64],
    ) -> Result<ProfitGrid, StrategyError> {
        for (argument, list) in [("spots", spots), ("elapsed", elapsed), ("shifts", shifts)] {
            if list.is_empty() {
                return Err(StrategyError::Empty { argument });
            }
        }
        let valued = self.valued(market)?;
        let cost = self.cost();
        let mut profits = Vec::with_capacity(spots.len() * elapsed.len() * shifts.len());
        for &time in elapsed {
            for &shift in shifts {
                profits.extend(spots.iter().map(|&spot| {
                    let good = spot.is_finite() && spot >= 0.0 && time >= 0.0 && shift.is_finite();
                    let value = if good { valued.value(spot, time, shift) } else { Ok(f64::NAN) };
                    value.map_or(f64::NAN, |value| value - cost)
                }));
            }
        }
        Ok(ProfitGrid { spots: spots.to_vec(), elapsed: elapsed.to_vec(), shifts: shifts.to_vec(), profits })
    }
}
