//! A distance from the entry price: an amount, a percentage, or multiples of the
//! average true range at the time of the entry.

use engine_core::context::Context;
use engine_core::fixed::{Price, Rate};
use engine_core::instrument::InstrumentId;
use engine_core::order::PriceBasis;
use engine_core::setup::{Handle, Setup, SetupError};

/// The units a distance may have.
pub(crate) const UNITS: &[&str] = &["percent", "amount", "atr"];

/// A distance and its unit.
pub(crate) struct Distance {
    unit: Unit,
    value: f64,
    period: usize,
    range: Option<Handle>,
}

#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Percent,
    Amount,
    Atr,
}

impl Distance {
    /// `percent_below`: a percentage must be less than this (a stop cannot be below zero).
    pub(crate) fn new(unit: &str, value: f64, period: usize, percent_below: f64) -> Result<Self, SetupError> {
        let unit = match unit {
            "amount" => Unit::Amount,
            "atr" => Unit::Atr,
            _ => Unit::Percent,
        };
        if unit == Unit::Percent && value >= percent_below {
            let problem = format!("is {value}, expected less than {percent_below} percent");
            return Err(SetupError::parameter("value", problem));
        }
        Ok(Self { unit, value, period, range: None })
    }

    pub(crate) fn setup(&mut self, setup: &mut Setup<'_>, id: InstrumentId) -> Result<(), SetupError> {
        if self.unit == Unit::Atr {
            let range =
                indicators::Atr::new(self.period).map_err(|e| SetupError::parameter("period", e.to_string()))?;
            self.range = Some(setup.indicator(id, range)?);
        }
        Ok(())
    }

    /// The distance in price, for an entry near the last close; `None` during the warm-up.
    pub(crate) fn in_price(&self, cx: &Context, id: InstrumentId) -> Option<f64> {
        let distance = match self.unit {
            Unit::Percent => cx.portfolio().mark(id) * self.value / 100.0,
            Unit::Amount => self.value,
            Unit::Atr => cx.value(self.range?) / cx.adjustment(id) * self.value,
        };
        (distance.is_finite() && distance > 0.0).then_some(distance)
    }

    /// The distance as an order's price and how to read it.
    pub(crate) fn order_price(&self, cx: &Context, id: InstrumentId) -> Option<(Price, PriceBasis)> {
        let (value, basis) = match self.unit {
            Unit::Percent => (self.value / 100.0, PriceBasis::FromFillFraction),
            _ => (self.in_price(cx, id)?, PriceBasis::FromFill),
        };
        Some((Price::from_f64(value).filter(|p| *p > Price::ZERO)?, basis))
    }

    /// The distance as a fraction of the price, if that is its unit.
    pub(crate) fn fraction(&self) -> Option<Rate> {
        (self.unit == Unit::Percent).then(|| Rate::from_f64(self.value / 100.0)).flatten()
    }
}
