//! A market maker: a grid of limit orders around a price that leans against its position.

use engine_core::context::Context;
use engine_core::fixed::{Price, Quantity};
use engine_core::instrument::InstrumentId;
use engine_core::order::{NewOrder, OrderId, OrderState, Reason, Side, Size};
use engine_core::orderbook::{BookState, OrderBook};
use engine_core::parameters;
use engine_core::registry::Plugin;
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Strategy;
use engine_core::time::{SECOND, Timestamp};

use super::session_ends::SessionEnds;

parameters! {
    /// Parameters of the market maker.
    pub struct MarketMakerParameters {
        /// What it trades; may be left out with one book.
        symbol: String = String::new(), Domain::Text;
        /// The price it quotes around: the middle of the best prices (mid), or the middle weighted by the sizes of the opposite sides (microprice).
        fair: String = "mid".to_owned(), Domain::OneOf(&["mid", "microprice"]);
        /// Ticks from that price to the first order of each side.
        half_spread: f64 = 1.0, Domain::Number(0.0, 10_000.0);
        /// Ticks by which that price moves down (up when short) for each order_quantity held.
        skew: f64 = 0.5, Domain::Number(0.0, 1_000.0);
        /// Orders a side.
        levels: usize = 3, Domain::Integer(1, 50);
        /// Ticks between the orders of a side.
        interval: i64 = 1, Domain::Integer(1, 10_000);
        /// Size of each order, in whole lots.
        order_quantity: f64 = 100.0, Domain::Number(1e-8, 1e9);
        /// Largest position, long or short, with all that is on its way.
        max_position: f64 = 1_000.0, Domain::Number(1e-8, 1e9);
        /// Seconds between looks at the book.
        refresh: f64 = 0.1, Domain::Number(0.001, 3_600.0);
        /// Seconds before the end of a session at which it cancels and closes its position; 0 = never.
        close_before: f64 = 0.0, Domain::Number(0.0, 86_400.0);
    }
}

/// A pause after a refused order, so that a mistake is not repeated at every look.
const REFUSED_PAUSE: i64 = SECOND;

/// An order of the grid.
#[derive(Clone, Copy, Debug)]
struct Live {
    id: OrderId,
    side: Side,
    price: Price,
    cancelling: bool,
}

/// Quotes a grid on both sides of a reservation price and earns the spread from
/// those who trade at once.
///
/// The reservation price is the fair price less `skew` ticks per `order_quantity`
/// held: the linear form of Avellaneda and Stoikov (2008, "High-frequency trading in
/// a limit order book", Quantitative Finance 8), whose price is
/// `s - q gamma sigma^2 (T - t)`, with the factor of the position `q` held constant.
/// The first buy is the tick at or below it less `half_spread`, the first sell the
/// tick at or above it plus `half_spread`; neither crosses the book, nor do they meet. The microprice
/// is the middle weighted by size, `(bid * ask size + ask * bid size) / (both sizes)`
/// (Gatheral and Oomen 2010, "Zero-intelligence realized variance estimation").
///
/// Orders are post-only. One whose price is still wanted stays and keeps its place;
/// others are cancelled. There is never more than one order at a price, and never
/// more on one side than leads to `max_position` if all of it fills. While the book
/// is crossed, gapped, stale or one-sided, nothing is quoted.
pub struct MarketMaker {
    parameters: MarketMakerParameters,
    order_quantity: Quantity,
    max_position: Quantity,
    refresh: i64,
    close_before: i64,
    id: InstrumentId,
    ends: SessionEnds,
    /// Its orders that have not ended; at most `live_max`, those being cancelled included.
    live: Vec<Live>,
    live_max: usize,
    paused_until: Timestamp,
    refusal_told: bool,
}

impl Plugin for MarketMaker {
    const NAME: &'static str = "market_maker";
    const DOC: &'static str = "Quotes a grid of limit orders on both sides of the book, leaning against its position.";
    type Parameters = MarketMakerParameters;

    fn new(parameters: MarketMakerParameters) -> Result<Self, SetupError> {
        let (order_quantity, max_position) = super::sizes(parameters.order_quantity, parameters.max_position)?;
        Ok(Self {
            order_quantity,
            max_position,
            refresh: super::nanos(parameters.refresh),
            close_before: (parameters.close_before * SECOND as f64) as i64,
            live: Vec::with_capacity(4 * parameters.levels),
            live_max: 4 * parameters.levels,
            parameters,
            id: InstrumentId(0),
            ends: SessionEnds::default(),
            paused_until: Timestamp::MIN,
            refusal_told: false,
        })
    }
}

impl MarketMaker {
    fn forget_closed(&mut self, cx: &Context) {
        self.live.retain(|order| !super::is_closed(cx, order.id));
    }

    fn cancel_where(&mut self, cx: &mut Context, unwanted: impl Fn(&Live) -> bool) {
        for order in &mut self.live {
            if !order.cancelling && unwanted(order) {
                order.cancelling = true;
                cx.cancel(order.id);
            }
        }
    }

    /// The first buy and the first sell.
    fn first_prices(&self, cx: &Context, book: &OrderBook) -> Option<(Price, Price)> {
        let (bid, ask) = (book.bid()?, book.ask()?);
        let (b, a) = (bid.price.to_f64(), ask.price.to_f64());
        let fair = if self.parameters.fair == "microprice" {
            let (bids, asks) = (bid.quantity.to_f64(), ask.quantity.to_f64());
            (b * asks + a * bids) / (bids + asks)
        } else {
            (b + a) / 2.0
        };
        let ticks = &cx.instrument(self.id).ticks;
        let step = ticks.step(bid.price).to_f64();
        let held = cx.position(self.id).to_f64() / self.order_quantity.to_f64();
        let reservation = fair - self.parameters.skew * held * step;
        let half = self.parameters.half_spread * step;
        let buy = ticks.round_against(Side::Sell, Price::from_f64(reservation - half)?);
        let sell = ticks.round_against(Side::Buy, Price::from_f64(reservation + half)?);
        let highest = super::away(cx, self.id, ask.price, -1)?;
        let lowest = super::away(cx, self.id, bid.price, 1)?;
        let (buy, sell) = (buy.min(highest), sell.max(lowest));
        if buy < sell {
            return Some((buy, sell));
        }
        // Both at one price would meet each other.
        Some((super::away(cx, self.id, buy, -1)?, super::away(cx, self.id, sell, 1)?))
    }

    /// What may still be bought (sold) without leading beyond `max_position`.
    fn room(&self, cx: &Context, side: Side) -> Quantity {
        let position = cx.position(self.id).units() * side.sign();
        let on_side = self.live.iter().filter(|order| order.side == side);
        let on_its_way: Quantity = on_side.map(|order| super::remaining(cx, order.id)).sum();
        self.max_position - Quantity::from_units(position) - on_its_way
    }

    fn quote(&mut self, cx: &mut Context) {
        let first = super::good_book(cx, self.id).and_then(|book| self.first_prices(cx, book));
        let Some((buy, sell)) = first else {
            return self.cancel_where(cx, |_| true);
        };
        let step = cx.instrument(self.id).ticks.step(buy).units() * self.parameters.interval;
        let levels = self.parameters.levels as i64;
        let wanted = |order: &Live| {
            let distance = match order.side {
                Side::Buy => buy.units() - order.price.units(),
                Side::Sell => order.price.units() - sell.units(),
            };
            distance >= 0 && distance % step == 0 && distance / step < levels
        };
        self.cancel_where(cx, |order| !wanted(order));
        if cx.now() < self.paused_until {
            return;
        }
        for level in 0..levels {
            self.place(cx, Side::Buy, Price::from_units(buy.units() - level * step));
            self.place(cx, Side::Sell, Price::from_units(sell.units() + level * step));
        }
    }

    fn place(&mut self, cx: &mut Context, side: Side, price: Price) {
        if price <= Price::ZERO || !cx.instrument(self.id).ticks.fits(price) || self.live.len() == self.live_max {
            return;
        }
        // Nor against an order of its own that is still being cancelled.
        let in_the_way = |order: &Live| match (order.side == side, side) {
            (true, _) => order.price == price,
            (false, Side::Buy) => order.price <= price,
            (false, Side::Sell) => order.price >= price,
        };
        if self.live.iter().any(in_the_way) {
            return;
        }
        let room = self.room(cx, side);
        let quantity = if room < self.order_quantity { room.max(Quantity::ZERO) } else { self.order_quantity };
        let quantity = cx.instrument(self.id).floor_to_lot(quantity);
        if quantity.is_zero() {
            return;
        }
        let mut order = NewOrder::limit(self.id, side, Size::Quantity(quantity), price);
        order.post_only = true;
        let id = cx.submit(order);
        self.live.push(Live { id, side, price, cancelling: false });
    }

    /// Everything cancelled first, then the position closed at the market.
    fn close(&mut self, cx: &mut Context) {
        self.cancel_where(cx, |_| true);
        let position = cx.position(self.id);
        if !self.live.is_empty() || position.is_zero() || super::good_book(cx, self.id).is_none() {
            return;
        }
        let side = if position > Quantity::ZERO { Side::Sell } else { Side::Buy };
        let id = cx.submit(NewOrder::market(self.id, side, Size::Quantity(position.abs())));
        self.live.push(Live { id, side, price: Price::ZERO, cancelling: true });
    }
}

impl Strategy for MarketMaker {
    fn setup(&mut self, setup: &mut Setup<'_>) -> Result<(), SetupError> {
        self.id = super::instrument(setup, &self.parameters.symbol)?;
        super::whole_lots(setup, self.id, "order_quantity", self.order_quantity)?;
        if self.close_before > 0 {
            self.ends = SessionEnds::of(&setup.series()[self.id.index()]);
        }
        Ok(())
    }

    fn on_start(&mut self, cx: &mut Context) {
        cx.set_timer(cx.now() + self.refresh, 0);
    }

    fn on_timer(&mut self, cx: &mut Context, _: u64) {
        cx.set_timer(cx.now() + self.refresh, 0);
        self.forget_closed(cx);
        if self.close_before > 0 && self.ends.within(cx.now(), self.close_before) {
            self.close(cx);
        } else {
            self.quote(cx);
        }
    }

    fn on_book_state(&mut self, cx: &mut Context, id: InstrumentId, state: BookState) {
        if id == self.id && state != BookState::Good {
            self.forget_closed(cx);
            self.cancel_where(cx, |_| true);
        }
    }

    fn on_order(&mut self, cx: &mut Context, order: OrderId) {
        let Some(record) = cx.order(order) else { return };
        if record.state != OrderState::Rejected || record.reason == Reason::PostOnlyWouldTake {
            return;
        }
        self.paused_until = cx.now() + REFUSED_PAUSE;
        if !self.refusal_told {
            self.refusal_told = true;
            let text = format!("order {order} was refused: {}; one second of pause after each", record.reason.text());
            cx.log(text);
        }
    }
}
