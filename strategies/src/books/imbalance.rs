//! Trades with the heavier side of the book.

use engine_core::context::Context;
use engine_core::fixed::Quantity;
use engine_core::instrument::InstrumentId;
use engine_core::order::{NewOrder, OrderId, OrderState, Side, Size, TimeInForce};
use engine_core::orderbook::OrderBook;
use engine_core::parameters;
use engine_core::record::Fill;
use engine_core::registry::Plugin;
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Strategy;
use engine_core::time::{SECOND, Timestamp};

parameters! {
    /// Parameters of the imbalance strategy.
    pub struct ImbalanceParameters {
        /// What it trades; may be left out with one book.
        symbol: String = String::new(), Domain::Text;
        /// Levels of each side that count.
        depth: usize = 3, Domain::Integer(1, 100);
        /// Imbalance, from 0 (equal sides) to 1 (one side only), beyond which it enters.
        threshold: f64 = 0.6, Domain::Number(0.0, 1.0);
        /// Size of each entry, in whole lots.
        order_quantity: f64 = 100.0, Domain::Number(1e-8, 1e9);
        /// Largest position, long or short, with what is on its way.
        max_position: f64 = 100.0, Domain::Number(1e-8, 1e9);
        /// Ticks beyond the best opposite price that it pays at most.
        cap: i64 = 1, Domain::Integer(0, 10_000);
        /// Seconds between an order and the next entry.
        cool_down: f64 = 5.0, Domain::Number(0.0, 86_400.0);
        /// Seconds after which a position is closed; 0 = held until the sign turns.
        hold: f64 = 30.0, Domain::Number(0.0, 86_400.0);
    }
}

/// Buys when much more is bid for than offered near the best prices, sells in the
/// opposite case, and leaves when the sign turns or after a time.
///
/// The imbalance is `(bids - asks) / (bids + asks)`, the sizes of the best `depth`
/// levels of each side. That it tells the direction of the next move of the middle is
/// shown by Gould and Bonart (2016, "Queue imbalance as a one-tick-ahead price
/// predictor in a limit order book", Market Microstructure and Liquidity 2) for one
/// level. Orders are limits that take at once or not at all (IOC), at most `cap` ticks
/// beyond the best price; one is on its way at a time.
pub struct Imbalance {
    parameters: ImbalanceParameters,
    order_quantity: Quantity,
    max_position: Quantity,
    cool_down: i64,
    hold: i64,
    id: InstrumentId,
    order: Option<OrderId>,
    next_entry: Timestamp,
    /// No order of any kind before this: the last one was refused.
    paused_until: Timestamp,
    /// Sum of the fills reported so far.
    held: Quantity,
    /// When it left zero or changed its sign.
    since: Timestamp,
    refusal_told: bool,
}

impl Plugin for Imbalance {
    const NAME: &'static str = "imbalance";
    const DOC: &'static str = "Takes the side of the book that is heavier, and leaves when the balance turns.";
    type Parameters = ImbalanceParameters;

    fn new(parameters: ImbalanceParameters) -> Result<Self, SetupError> {
        let (order_quantity, max_position) = super::sizes(parameters.order_quantity, parameters.max_position)?;
        Ok(Self {
            order_quantity,
            max_position,
            cool_down: (parameters.cool_down * SECOND as f64) as i64,
            hold: (parameters.hold * SECOND as f64) as i64,
            parameters,
            id: InstrumentId(0),
            order: None,
            next_entry: Timestamp::MIN,
            paused_until: Timestamp::MIN,
            held: Quantity::ZERO,
            since: Timestamp::default(),
            refusal_told: false,
        })
    }
}

impl Imbalance {
    /// From -1 (asks only) to 1 (bids only); `None` for an empty book.
    fn imbalance(&self, book: &OrderBook) -> Option<f64> {
        let sum = |side| book.levels(side).take(self.parameters.depth).map(|l| l.quantity).sum::<Quantity>().to_f64();
        let (bids, asks) = (sum(Side::Buy), sum(Side::Sell));
        (bids + asks > 0.0).then(|| (bids - asks) / (bids + asks))
    }

    fn act(&mut self, cx: &mut Context) {
        if self.order.is_some_and(|order| !super::is_closed(cx, order)) || cx.now() < self.paused_until {
            return;
        }
        let Some(imbalance) = super::good_book(cx, self.id).and_then(|book| self.imbalance(book)) else { return };
        let position = cx.position(self.id);
        if !position.is_zero() {
            let turned = position.units().signum() as f64 * imbalance < 0.0;
            let long_held = self.hold > 0 && cx.now() - self.since >= self.hold;
            if turned || long_held {
                let side = if position > Quantity::ZERO { Side::Sell } else { Side::Buy };
                return self.take(cx, side, position.abs());
            }
        }
        if imbalance.abs() <= self.parameters.threshold || cx.now() < self.next_entry {
            return;
        }
        let side = if imbalance > 0.0 { Side::Buy } else { Side::Sell };
        let held = Quantity::from_units(position.units() * side.sign());
        if held + self.order_quantity <= self.max_position {
            self.take(cx, side, self.order_quantity);
        }
    }

    fn take(&mut self, cx: &mut Context, side: Side, quantity: Quantity) {
        let Some(limit) = super::marketable(cx, self.id, side, self.parameters.cap) else { return };
        let order = NewOrder::limit(self.id, side, Size::Quantity(quantity), limit).tif(TimeInForce::Ioc);
        self.order = Some(cx.submit(order));
        self.next_entry = cx.now() + self.cool_down;
    }
}

impl Strategy for Imbalance {
    fn setup(&mut self, setup: &mut Setup<'_>) -> Result<(), SetupError> {
        self.id = super::instrument(setup, &self.parameters.symbol)?;
        super::whole_lots(setup, self.id, "order_quantity", self.order_quantity)
    }

    fn on_book(&mut self, cx: &mut Context, id: InstrumentId) {
        if id == self.id {
            self.act(cx);
        }
    }

    fn on_fill(&mut self, cx: &mut Context, fill: &Fill) {
        let before = self.held.units() * fill.side.sign();
        self.held += Quantity::from_units(fill.quantity.units() * fill.side.sign());
        if before <= 0 && before + fill.quantity.units() > 0 {
            self.since = cx.now();
        }
    }

    fn on_order(&mut self, cx: &mut Context, order: OrderId) {
        let Some(record) = cx.order(order) else { return };
        if record.state != OrderState::Rejected {
            return;
        }
        self.paused_until = cx.now() + SECOND.max(self.cool_down);
        if !self.refusal_told {
            self.refusal_told = true;
            let text = format!("order {order} was refused: {}", record.reason.text());
            cx.log(text);
        }
    }
}
