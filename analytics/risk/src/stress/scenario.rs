//! Scenarios.

use crate::RiskError;
use crate::check::{checked, finite};
use crate::portfolio::Book;

/// A change of volatilities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum VolatilityShock {
    /// Added: 0.1 makes 30 % of 20 %.
    Points(f64),
    /// Relative: 0.5 makes 30 % of 20 %.
    Relative(f64),
}

impl VolatilityShock {
    /// The shocked volatility.
    #[must_use]
    pub fn of(self, volatility: f64) -> f64 {
        match self {
            Self::Points(added) => volatility + added,
            Self::Relative(share) => volatility * (1.0 + share),
        }
    }

    fn size(self) -> f64 {
        match self {
            Self::Points(size) | Self::Relative(size) => size,
        }
    }
}

/// Shocks that happen together.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// Relative move of every underlying that `spots` does not name: -0.2 = a fall of 20 %. Above -1.
    pub spot: f64,
    /// Relative moves of underlyings by name.
    pub spots: Vec<(String, f64)>,
    /// Change of all volatilities.
    pub volatility: VolatilityShock,
    /// Added to all rates: 0.01 = 100 basis points.
    pub rate: f64,
    /// Relative move of every currency against the base that `currencies` does not name. Above -1.
    pub currency: f64,
    /// Relative moves of currencies against the base, by name.
    pub currencies: Vec<(String, f64)>,
}

impl Scenario {
    /// A scenario in which nothing moves.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            spot: 0.0,
            spots: Vec::new(),
            volatility: VolatilityShock::Points(0.0),
            rate: 0.0,
            currency: 0.0,
            currencies: Vec::new(),
        }
    }

    pub(super) fn check(&self, book: &Book<'_>) -> Result<(), RiskError> {
        let falls = |argument, x: f64| checked(argument, x, x.is_finite() && x > -1.0, "a finite number above -1");
        falls("spot", self.spot)?;
        falls("currency", self.currency)?;
        finite("rate", self.rate)?;
        finite("volatility", self.volatility.size())?;
        let refused = |argument, index, found: &str, expected| {
            Err(RiskError::Name { argument, index, found: found.to_owned(), expected })
        };
        let again = |list: &[(String, f64)], index: usize| list[..index].iter().any(|(name, _)| *name == list[index].0);
        for (index, (name, shock)) in self.spots.iter().enumerate() {
            falls("spots", *shock)?;
            if again(&self.spots, index) {
                return refused("spots", index, name, "an underlying that is named once");
            }
            if !book.positions.iter().any(|p| p.underlying == name) {
                return refused("spots", index, name, "an underlying of the positions");
            }
        }
        for (index, (name, shock)) in self.currencies.iter().enumerate() {
            falls("currencies", *shock)?;
            if again(&self.currencies, index) {
                return refused("currencies", index, name, "a currency that is named once");
            }
            if name == book.base || !book.positions.iter().any(|p| p.currency == name) {
                return refused("currencies", index, name, "a currency of the positions, not the base");
            }
        }
        Ok(())
    }

    pub(super) fn spot_shock(&self, underlying: &str) -> f64 {
        self.spots.iter().find(|(name, _)| name == underlying).map_or(self.spot, |(_, shock)| *shock)
    }

    pub(super) fn currency_shock(&self, currency: &str, base: &str) -> f64 {
        if currency == base {
            return 0.0;
        }
        self.currencies.iter().find(|(name, _)| name == currency).map_or(self.currency, |(_, shock)| *shock)
    }
}

/// A table to begin with: one factor at a time, then several together. Sizes are
/// round numbers, not those of any day in history.
#[must_use]
pub fn standard_scenarios() -> Vec<Scenario> {
    let points = VolatilityShock::Points;
    let relative = VolatilityShock::Relative;
    let rows = [
        ("spot -5 %", -0.05, points(0.0), 0.0, 0.0),
        ("spot +5 %", 0.05, points(0.0), 0.0, 0.0),
        ("spot -10 %", -0.1, points(0.0), 0.0, 0.0),
        ("spot +10 %", 0.1, points(0.0), 0.0, 0.0),
        ("spot -20 %", -0.2, points(0.0), 0.0, 0.0),
        ("spot +20 %", 0.2, points(0.0), 0.0, 0.0),
        ("volatility +10 points", 0.0, points(0.1), 0.0, 0.0),
        ("volatility -25 %", 0.0, relative(-0.25), 0.0, 0.0),
        ("rates +100 bp", 0.0, points(0.0), 0.01, 0.0),
        ("rates -100 bp", 0.0, points(0.0), -0.01, 0.0),
        ("foreign currencies -10 %", 0.0, points(0.0), 0.0, -0.1),
        ("foreign currencies +10 %", 0.0, points(0.0), 0.0, 0.1),
        ("correction: spot -10 %, volatility +10 points", -0.1, points(0.1), 0.0, 0.0),
        ("crash: spot -30 %, volatility +30 points, rates -100 bp", -0.3, points(0.3), -0.01, 0.0),
        ("melt-up: spot +15 %, volatility -25 %", 0.15, relative(-0.25), 0.0, 0.0),
        ("flight: spot -15 %, volatility +15 points, foreign currencies -10 %", -0.15, points(0.15), 0.0, -0.1),
    ];
    let scenario = |(name, spot, volatility, rate, currency)| {
        let still = Scenario::named(name);
        Scenario { spot, volatility, rate, currency, ..still }
    };
    rows.into_iter().map(scenario).collect()
}
