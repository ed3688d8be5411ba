//! A trailing stop from the entry on.

use engine_core::context::Context;
use engine_core::instrument::InstrumentId;
use engine_core::order::{NewOrder, OcoId, OrderId, OrderKind, Side, Size, Trail};
use engine_core::parameters;
use engine_core::registry::Plugin;
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Exit;

use super::distance::{Distance, UNITS};

parameters! {
    /// Parameters of the trailing stop.
    pub struct TrailingParameters {
        /// What value counts: percent of the price, an amount of money per share, or multiples of the average true range.
        unit: String = "percent".to_owned(), Domain::OneOf(UNITS);
        /// Distance, in the unit.
        value: f64 = 5.0, Domain::Number(0.0001, 1_000_000.0);
        /// Bars of the average true range (unit atr).
        period: usize = 14, Domain::Integer(1, 10_000);
    }
}

/// A stop that follows the best price since the entry at a distance.
pub struct Trailing {
    distance: Distance,
}

impl Plugin for Trailing {
    const NAME: &'static str = "trailing";
    const DOC: &'static str = "A stop that follows the best price since the entry at a distance.";
    type Parameters = TrailingParameters;

    fn new(parameters: TrailingParameters) -> Result<Self, SetupError> {
        let TrailingParameters { unit, value, period } = parameters;
        Ok(Self { distance: Distance::new(&unit, value, period, 100.0)? })
    }
}

impl Exit for Trailing {
    fn setup(&mut self, setup: &mut Setup<'_>, id: InstrumentId) -> Result<(), SetupError> {
        self.distance.setup(setup, id)
    }
    fn is_stop(&self) -> bool {
        true
    }

    fn risk(&self, cx: &Context, id: InstrumentId, _: Side) -> Option<f64> {
        self.distance.in_price(cx, id)
    }

    fn is_ready(&self, cx: &Context, id: InstrumentId, _: Side) -> bool {
        self.distance.in_price(cx, id).is_some()
    }

    fn children(&self, cx: &Context, id: InstrumentId, side: Side, entry: OrderId, group: OcoId) -> Vec<NewOrder> {
        let trail = match self.distance.fraction() {
            Some(fraction) => Trail::Fraction(fraction),
            None => match self.distance.order_price(cx, id) {
                Some((amount, _)) => Trail::Amount(amount),
                None => return Vec::new(),
            },
        };
        let order = NewOrder::new(id, side.opposite(), Size::AsParent, OrderKind::TrailingStop { trail });
        vec![order.child_of(entry).oco(group)]
    }
}
