//! What a strategy of one expiry pays: straight lines between the strikes.

use super::net::without_rounding;
use super::outcome::{Outcome, outcome};
use super::{Instrument, Strategy, StrategyError};
use crate::OptionType;
use crate::error::not_negative;

/// The profit at expiry, exact: a broken line whose corners are the strikes.
///
/// Sums that are zero up to rounding are zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Payoff {
    strategy: Strategy,
    corners: Vec<(f64, f64)>,
    slope_above: f64,
}

impl Strategy {
    /// The profit at expiry, of a strategy whose options expire together (or of shares alone).
    ///
    /// # Errors
    /// [`StrategyError::SeveralExpiries`] for a calendar or diagonal: see [`Strategy::outcome`].
    pub fn payoff(&self) -> Result<Payoff, StrategyError> {
        if let (Some(first), Some(last)) = (self.first_expiry(), self.last_expiry())
            && first != last
        {
            return Err(StrategyError::SeveralExpiries { first, last });
        }
        let mut prices: Vec<f64> = self.legs().iter().filter_map(|leg| strike(leg.instrument)).collect();
        prices.push(0.0);
        prices.sort_by(f64::total_cmp);
        prices.dedup();
        let corners = prices.into_iter().map(|price| (price, self.profit_at_expiry(price))).collect();
        let rising = self.legs().iter().filter(|leg| leg.instrument == Instrument::Shares || is_call(leg.instrument));
        let (sum, gross) = rising.fold((0.0, 0.0), |(sum, gross), leg| (sum + leg.units(), gross + leg.units().abs()));
        Ok(Payoff { strategy: self.clone(), corners, slope_above: without_rounding(sum, gross) })
    }

    /// Profit when every option is exercised or lapses at `spot`.
    fn profit_at_expiry(&self, spot: f64) -> f64 {
        let (mut sum, mut gross) = (0.0, 0.0);
        for leg in self.legs() {
            let value = match leg.instrument {
                Instrument::Option { kind, strike, .. } => (kind.sign() * (spot - strike)).max(0.0),
                Instrument::Shares => spot,
            };
            sum += leg.units() * (value - leg.premium);
            gross += leg.units().abs() * (value + leg.premium);
        }
        without_rounding(sum, gross)
    }
}

fn strike(instrument: Instrument) -> Option<f64> {
    match instrument {
        Instrument::Option { strike, .. } => Some(strike),
        Instrument::Shares => None,
    }
}

fn is_call(instrument: Instrument) -> bool {
    matches!(instrument, Instrument::Option { kind: OptionType::Call, .. })
}

impl Payoff {
    /// The profit when the underlying ends at `spot`.
    ///
    /// # Errors
    /// When `spot` is not finite or below 0.
    pub fn profit(&self, spot: f64) -> Result<f64, StrategyError> {
        Ok(self.strategy.profit_at_expiry(not_negative("spot", spot)?))
    }

    /// The corners (price, profit): at 0 and at each strike.
    #[must_use]
    pub fn corners(&self) -> &[(f64, f64)] {
        &self.corners
    }

    /// Change of profit for 1.00 of the underlying above the highest strike.
    #[must_use]
    pub fn slope_above(&self) -> f64 {
        self.slope_above
    }

    /// Breakevens, largest profit and loss, ranges with a profit: solved, not searched.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        outcome(&self.corners, self.slope_above, |a, b| a.0 + (b.0 - a.0) * (a.1 / (a.1 - b.1)))
    }
}
