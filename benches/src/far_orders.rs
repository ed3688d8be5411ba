//! ORDERS: a strategy with resting orders that the price never comes near.

use engine_core::bars::BarRef;
use engine_core::context::Context;
use engine_core::fixed::{Price, Quantity, SCALE};
use engine_core::instrument::InstrumentId;
use engine_core::order::{NewOrder, Side, Size};
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Strategy;

/// Submits limit orders far below the price at the start, then leaves the bars to another strategy.
pub struct FarOrders<S> {
    /// Sees the bars.
    pub inner: S,
    /// How many orders rest: one share each at 0.01, 0.02, ...
    pub count: usize,
}

impl<S: Strategy> Strategy for FarOrders<S> {
    fn setup(&mut self, setup: &mut Setup<'_>) -> Result<(), SetupError> {
        self.inner.setup(setup)
    }

    fn on_start(&mut self, cx: &mut Context) {
        for order in 1..=self.count as i64 {
            let limit = Price::from_units(order * SCALE / 100);
            let size = Size::Quantity(Quantity::from_units(SCALE));
            cx.submit(NewOrder::limit(InstrumentId(0), Side::Buy, size, limit));
        }
    }

    fn on_bar(&mut self, cx: &mut Context, id: InstrumentId, bar: BarRef<'_>) {
        self.inner.on_bar(cx, id, bar);
    }
}

/// A strategy that does nothing.
pub struct Idle;

impl Strategy for Idle {
    fn setup(&mut self, _: &mut Setup<'_>) -> Result<(), SetupError> {
        Ok(())
    }
}
