//! A profit target at a distance from the entry.

use engine_core::context::Context;
use engine_core::instrument::InstrumentId;
use engine_core::order::{NewOrder, OcoId, OrderId, OrderKind, Side, Size};
use engine_core::parameters;
use engine_core::registry::Plugin;
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Exit;

use super::distance::{Distance, UNITS};

parameters! {
    /// Parameters of the target.
    pub struct TargetParameters {
        /// What value counts: percent of the price, an amount of money per share, or multiples of the average true range.
        unit: String = "percent".to_owned(), Domain::OneOf(UNITS);
        /// Distance, in the unit.
        value: f64 = 10.0, Domain::Number(0.0001, 1_000_000.0);
        /// Bars of the average true range (unit atr).
        period: usize = 14, Domain::Integer(1, 10_000);
    }
}

/// Takes profit with a limit order at a distance from the entry price.
pub struct Target {
    distance: Distance,
}

impl Plugin for Target {
    const NAME: &'static str = "target";
    const DOC: &'static str = "Takes profit with a limit order at a distance from the entry price.";
    type Parameters = TargetParameters;

    fn new(parameters: TargetParameters) -> Result<Self, SetupError> {
        let TargetParameters { unit, value, period } = parameters;
        Ok(Self { distance: Distance::new(&unit, value, period, f64::INFINITY)? })
    }
}

impl Exit for Target {
    fn setup(&mut self, setup: &mut Setup<'_>, id: InstrumentId) -> Result<(), SetupError> {
        self.distance.setup(setup, id)
    }
    fn risk(&self, _: &Context, _: InstrumentId, _: Side) -> Option<f64> {
        None
    }

    fn is_ready(&self, cx: &Context, id: InstrumentId, _: Side) -> bool {
        self.distance.in_price(cx, id).is_some()
    }

    fn children(&self, cx: &Context, id: InstrumentId, side: Side, entry: OrderId, group: OcoId) -> Vec<NewOrder> {
        let Some((price, basis)) = self.distance.order_price(cx, id) else { return Vec::new() };
        let mut order = NewOrder::new(id, side.opposite(), Size::AsParent, OrderKind::Limit { limit: price });
        order.basis = basis;
        vec![order.child_of(entry).oco(group)]
    }
}
