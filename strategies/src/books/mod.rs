//! Whole strategies on order books and quotes.
//!
//! They act on what was received: an order is on its way until the venue answers,
//! and fills are known when they are reported. Each counts what is on its way as if
//! it were filled, so that no delay leads beyond a limit.

mod imbalance;
mod market_maker;
mod session_ends;
mod twap;

pub use imbalance::{Imbalance, ImbalanceParameters};
pub use market_maker::{MarketMaker, MarketMakerParameters};
pub use twap::{Twap, TwapParameters};

use engine_core::context::Context;
use engine_core::fixed::{Price, Quantity};
use engine_core::instrument::InstrumentId;
use engine_core::order::{OrderId, Side};
use engine_core::orderbook::{BookState, OrderBook};
use engine_core::setup::{Setup, SetupError};
use engine_core::time::SECOND;

/// Nanoseconds from seconds within a parameter's domain, at least one.
fn nanos(seconds: f64) -> i64 {
    ((seconds * SECOND as f64) as i64).max(1)
}

/// The parameters `order_quantity` and `max_position`, of which the second holds at least one order.
fn sizes(order_quantity: f64, max_position: f64) -> Result<(Quantity, Quantity), SetupError> {
    let order_quantity = quantity("order_quantity", order_quantity)?;
    let max_position = quantity("max_position", max_position)?;
    if max_position < order_quantity {
        let problem = format!("is {max_position}, expected no less than order_quantity, which is {order_quantity}");
        return Err(SetupError::parameter("max_position", problem));
    }
    Ok((order_quantity, max_position))
}

/// A number of shares from a parameter.
fn quantity(key: &'static str, value: f64) -> Result<Quantity, SetupError> {
    let found = Quantity::from_f64(value).filter(|q| *q > Quantity::ZERO);
    found.ok_or_else(|| SetupError::parameter(key, format!("is {value}, expected above 0")))
}

/// The instrument to trade: `symbol`, or the only one with a book. Its book is asked for.
fn instrument(setup: &mut Setup<'_>, symbol: &str) -> Result<InstrumentId, SetupError> {
    let id = if symbol.is_empty() {
        let with_tape = setup.series().iter().enumerate().filter(|(_, series)| series.tape.is_some());
        let mut ids = with_tape.map(|(i, _)| InstrumentId(i as u32));
        match (ids.next(), ids.next()) {
            (Some(id), None) => id,
            (None, _) => InstrumentId(0),
            _ => {
                let problem = "missing, expected one of the symbols with trades, quotes or a book";
                return Err(SetupError::parameter("symbol", problem));
            }
        }
    } else {
        setup.instrument(symbol)?
    };
    setup.books(id)?;
    let series = &setup.series()[id.index()];
    let symbol = &series.instrument.symbol;
    if !series.tape.as_ref().is_some_and(|tape| tape.has_book()) {
        return Err(SetupError::parameter(
            "symbol",
            format!("is {symbol}, whose tape has trades alone, expected a book or quotes"),
        ));
    }
    // Without a price step, distances in ticks mean nothing.
    if series.instrument.ticks.step(Price::from_units(i64::MAX)).units() <= 1 {
        let problem = format!("is {symbol}, which has no price step, expected one: tick in its [[data]]");
        return Err(SetupError::parameter("symbol", problem));
    }
    Ok(id)
}

/// A quantity must be whole lots.
fn whole_lots(setup: &Setup<'_>, id: InstrumentId, key: &'static str, quantity: Quantity) -> Result<(), SetupError> {
    let instrument = &setup.series()[id.index()].instrument;
    if instrument.fits_lot(quantity) && quantity >= instrument.lot_minimum {
        return Ok(());
    }
    let lot = instrument.lot.max(instrument.lot_minimum);
    Err(SetupError::parameter(key, format!("is {quantity}, expected whole lots of {lot}")))
}

/// The book, when it can be traded on: good, and with both sides.
fn good_book(cx: &Context, id: InstrumentId) -> Option<&OrderBook> {
    let book = cx.book(id)?;
    let both = book.bid().is_some() && book.ask().is_some();
    (both && cx.book_state(id) == BookState::Good).then_some(book)
}

/// An order has ended.
fn is_closed(cx: &Context, order: OrderId) -> bool {
    cx.order(order).is_none_or(|record| record.state.is_closed())
}

/// What an order may still fill: all that was not reported.
fn remaining(cx: &Context, order: OrderId) -> Quantity {
    cx.order(order).map_or(Quantity::ZERO, |record| record.quantity - record.filled)
}

/// The price `ticks` price steps away from `price`, higher when above zero; `None` below one step.
fn away(cx: &Context, id: InstrumentId, price: Price, ticks: i64) -> Option<Price> {
    let step = cx.instrument(id).ticks.step(price).units();
    let moved = price.units().checked_add(step.checked_mul(ticks)?)?;
    (moved >= step).then(|| cx.instrument(id).ticks.round(Price::from_units(moved)))
}

/// The worst price of an order that takes: `cap` ticks beyond the best opposite price.
fn marketable(cx: &Context, id: InstrumentId, side: Side, cap: i64) -> Option<Price> {
    let best = good_book(cx, id)?.best(side.opposite())?.price;
    away(cx, id, best, side.sign() * cap)
}
