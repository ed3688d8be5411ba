//! Executes a quantity in equal slices over time, passively first.

use engine_core::context::Context;
use engine_core::fixed::{Money, Quantity};
use engine_core::instrument::InstrumentId;
use engine_core::order::{NewOrder, OrderId, Side, Size, TimeInForce};
use engine_core::parameters;
use engine_core::record::Fill;
use engine_core::registry::Plugin;
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Strategy;
use engine_core::time::{SECOND, Timestamp};

parameters! {
    /// Parameters of the execution.
    pub struct TwapParameters {
        /// What it trades; may be left out with one book.
        symbol: String = String::new(), Domain::Text;
        /// buy or sell.
        side: String = "buy".to_owned(), Domain::OneOf(&["buy", "sell"]);
        /// How much in all, in whole lots.
        quantity: f64 = 1_000.0, Domain::Number(1e-8, 1e9);
        /// Into how many slices of equal time.
        slices: i64 = 10, Domain::Integer(1, 100_000);
        /// Seconds from the start of the data to the start of the execution.
        start_after: f64 = 0.0, Domain::Number(0.0, 604_800.0);
        /// Seconds from its start to its end.
        duration: f64 = 600.0, Domain::Number(0.001, 604_800.0);
        /// Ticks beyond the best opposite price that it pays at most for what a slice has left at its end.
        cap: i64 = 2, Domain::Integer(0, 10_000);
        /// Seconds between looks at the quotes.
        refresh: f64 = 0.1, Domain::Number(0.001, 3_600.0);
    }
}

/// What the order on its way is.
#[derive(Clone, Copy, Debug)]
struct Sent {
    id: OrderId,
    /// Waits at the best price of its own side; otherwise it takes at once.
    passive: bool,
    cancelling: bool,
}

/// Buys or sells a quantity evenly over time (time-weighted average price).
///
/// A slice first waits at the best price of its own side, post-only, and follows that
/// price; what is left when the slice ends takes the other side, at most `cap` ticks
/// beyond the best price. Slices are whole lots: after slice k of n, `k / n` of the
/// quantity, rounded down to lots, is due, and all of it after the last. There is one
/// order at a time, and a new one only for what no fill was reported of, so that the
/// quantity is never exceeded.
///
/// The shortfall of the average price against the middle at the start (Perold 1988,
/// "The implementation shortfall") is plotted in ticks and logged at the end.
pub struct Twap {
    parameters: TwapParameters,
    side: Side,
    quantity: Quantity,
    refresh: i64,
    duration: i64,
    id: InstrumentId,
    begin: Timestamp,
    /// Middle price when it began.
    arrival: Option<f64>,
    sent: Option<Sent>,
    filled: Quantity,
    passively: Quantity,
    paid: Money,
}

impl Plugin for Twap {
    const NAME: &'static str = "twap";
    const DOC: &'static str = "Executes a quantity in equal slices over time: waits at the best price, then takes.";
    type Parameters = TwapParameters;

    fn new(parameters: TwapParameters) -> Result<Self, SetupError> {
        Ok(Self {
            side: if parameters.side == "sell" { Side::Sell } else { Side::Buy },
            quantity: super::quantity("quantity", parameters.quantity)?,
            refresh: super::nanos(parameters.refresh),
            duration: super::nanos(parameters.duration),
            parameters,
            id: InstrumentId(0),
            begin: Timestamp::MAX,
            arrival: None,
            sent: None,
            filled: Quantity::ZERO,
            passively: Quantity::ZERO,
            paid: Money::ZERO,
        })
    }
}

impl Twap {
    /// What is due after `slices` slices.
    fn due(&self, cx: &Context, slices: i64) -> Quantity {
        if slices >= self.parameters.slices {
            return self.quantity;
        }
        let part = i128::from(self.quantity.units()) * i128::from(slices) / i128::from(self.parameters.slices);
        // No more than the quantity, which fits.
        cx.instrument(self.id).floor_to_lot(Quantity::from_units(part as i64))
    }

    /// Slices that have ended.
    fn ended(&self, now: Timestamp) -> i64 {
        let passed = i128::from(now - self.begin) * i128::from(self.parameters.slices) / i128::from(self.duration);
        passed.clamp(0, i128::from(self.parameters.slices)) as i64
    }

    fn step(&mut self, cx: &mut Context) {
        let ended = self.ended(cx.now());
        let due = self.due(cx, ended);
        if let Some(sent) = self.sent.filter(|sent| !super::is_closed(cx, sent.id)) {
            let late = due > self.filled;
            if sent.passive && !sent.cancelling && (late || !self.is_at_touch(cx, sent.id)) {
                cx.cancel(sent.id);
                self.sent = Some(Sent { cancelling: true, ..sent });
            }
            return;
        }
        self.sent = None;
        let Some(book) = super::good_book(cx, self.id) else { return };
        if self.arrival.is_none() {
            self.arrival = book.mid();
        }
        if due > self.filled {
            let Some(limit) = super::marketable(cx, self.id, self.side, self.parameters.cap) else { return };
            let size = Size::Quantity(due - self.filled);
            let id = cx.submit(NewOrder::limit(self.id, self.side, size, limit).tif(TimeInForce::Ioc));
            self.sent = Some(Sent { id, passive: false, cancelling: false });
            return;
        }
        let wanted = self.due(cx, ended + 1) - self.filled;
        if let Some(touch) = book.best(self.side)
            && wanted > Quantity::ZERO
        {
            let mut order = NewOrder::limit(self.id, self.side, Size::Quantity(wanted), touch.price);
            order.post_only = true;
            let id = cx.submit(order);
            self.sent = Some(Sent { id, passive: true, cancelling: false });
        }
    }

    fn is_at_touch(&self, cx: &Context, order: OrderId) -> bool {
        let limit = cx.order(order).and_then(|record| record.order.kind.limit());
        let touch = super::good_book(cx, self.id).and_then(|book| book.best(self.side));
        match (limit, touch) {
            (Some(limit), Some(touch)) => limit == touch.price,
            // A bad book says nothing.
            _ => true,
        }
    }

    /// How much worse than the middle at the start, per unit, in ticks; above zero costs.
    fn shortfall(&self, cx: &Context) -> Option<f64> {
        let arrival = self.arrival.filter(|_| !self.filled.is_zero())?;
        let average = self.paid.to_f64() / self.filled.to_f64();
        let step = cx.instrument(self.id).ticks.step(engine_core::fixed::Price::from_f64(arrival)?).to_f64();
        Some((average - arrival) / step * self.side.sign() as f64)
    }
}

impl Strategy for Twap {
    fn setup(&mut self, setup: &mut Setup<'_>) -> Result<(), SetupError> {
        self.id = super::instrument(setup, &self.parameters.symbol)?;
        super::whole_lots(setup, self.id, "quantity", self.quantity)
    }

    fn on_start(&mut self, cx: &mut Context) {
        self.begin = cx.now() + (self.parameters.start_after * SECOND as f64) as i64;
        cx.set_timer(self.begin, 0);
    }

    fn on_timer(&mut self, cx: &mut Context, _: u64) {
        self.step(cx);
        if self.filled < self.quantity {
            cx.set_timer(cx.now() + self.refresh, 0);
        }
    }

    fn on_fill(&mut self, cx: &mut Context, fill: &Fill) {
        self.filled += fill.quantity;
        self.paid += Money::notional(fill.price, fill.quantity, 1);
        if self.sent.is_some_and(|sent| sent.id == fill.order && sent.passive) {
            self.passively += fill.quantity;
        }
        if let Some(ticks) = self.shortfall(cx) {
            cx.plot("shortfall in ticks", ticks);
        }
    }

    fn on_stop(&mut self, cx: &mut Context) {
        let (filled, quantity, passively) = (self.filled, self.quantity, self.passively);
        let mut text = format!("{} {filled} of {quantity}, {passively} of it passively", self.side.name());
        if let (Some(arrival), Some(ticks)) = (self.arrival, self.shortfall(cx)) {
            let average = self.paid.to_f64() / filled.to_f64();
            text.push_str(&format!(
                ", at {average:.6} on average against {arrival:.6} at the start: a shortfall of {ticks:.3} ticks"
            ));
        }
        cx.log(text);
    }
}
