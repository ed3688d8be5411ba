//! Greeks in other units, each named.

use super::Greeks;

/// What a change in time is measured in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PerTime {
    /// A year.
    #[default]
    Year,
    /// A calendar day, a 365th of a year.
    Day365,
    /// A trading day, a 252nd of a year.
    Day252,
}

/// What a change in a volatility or a rate is measured in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PerSize {
    /// 1.00, that is 100 percentage points.
    #[default]
    One,
    /// 0.01, a percentage point.
    Point,
    /// 0.0001, a basis point.
    BasisPoint,
}

/// The units of Greeks; the default is raw: per year, per 1.00.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Units {
    /// Of theta and charm.
    pub time: PerTime,
    /// Of vega and vanna, and twice of volga.
    pub volatility: PerSize,
    /// Of rho and rho_q.
    pub rate: PerSize,
}

impl PerTime {
    /// How many of it make a year.
    #[must_use]
    pub fn per_year(self) -> f64 {
        match self {
            Self::Year => 1.0,
            Self::Day365 => 365.0,
            Self::Day252 => 252.0,
        }
    }
}

impl PerSize {
    /// How many of it make 1.00.
    #[must_use]
    pub fn per_one(self) -> f64 {
        match self {
            Self::One => 1.0,
            Self::Point => 100.0,
            Self::BasisPoint => 10_000.0,
        }
    }
}

impl Greeks {
    /// The same in other units; `self` must be in raw units, as everything in this crate is.
    #[must_use]
    pub fn in_units(&self, units: Units) -> Self {
        let (time, volatility, rate) = (units.time.per_year(), units.volatility.per_one(), units.rate.per_one());
        Self {
            price: self.price,
            delta: self.delta,
            gamma: self.gamma,
            vega: self.vega / volatility,
            theta: self.theta / time,
            rho: self.rho / rate,
            vanna: self.vanna / volatility,
            volga: self.volga / volatility / volatility,
            charm: self.charm / time,
            rho_q: self.rho_q / rate,
        }
    }
}
