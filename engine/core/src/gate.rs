//! The risk gate: what an order must satisfy before it reaches an exchange.

use crate::context::Context;
use crate::exchange::scenario_json::{CHAIN_MAX, DISTANCE_MAX};
use crate::fixed::{Amount, Money, Price, Quantity, Rate};
use crate::instrument::{Instrument, InstrumentKind};
use crate::order::{NewOrder, OrderChange, OrderId, OrderKind, PriceBasis, Reason, Size, TimeInForce, Trail};

/// Limits of a run; `None` = no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RiskLimits {
    /// Largest quantity of one order.
    pub order_quantity_max: Option<Quantity>,
    /// Largest price times quantity of one order, at the last price.
    pub order_notional_max: Option<Amount>,
    /// Most orders that may work at the same time.
    pub open_orders_max: usize,
}

impl Default for RiskLimits {
    fn default() -> Self {
        Self { order_quantity_max: None, order_notional_max: None, open_orders_max: 100_000 }
    }
}

/// Checks orders.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    limits: RiskLimits,
}

impl Gate {
    pub(crate) fn new(limits: RiskLimits) -> Self {
        Self { limits }
    }

    #[inline(never)]
    pub(crate) fn check(&self, cx: &mut Context, id: OrderId) -> Result<(), Reason> {
        let record = &cx.orders[id.index()];
        let order = &record.order;
        let Some(instrument) = cx.instruments.get(order.instrument.index()) else {
            return Err(Reason::NotTradable);
        };
        if instrument.kind == InstrumentKind::Index {
            return Err(Reason::NotTradable);
        }
        let position = cx.portfolio.position(order.instrument).quantity();
        self.check_quantity(order, instrument, record.last, position)?;
        let plain = order.kind == OrderKind::Market && order.basis == PriceBasis::Absolute && !order.post_only;
        if !plain {
            check_prices(order, instrument)?;
        }
        if cx.open.len() > self.limits.open_orders_max {
            return Err(Reason::RiskLimit);
        }
        if order.parent.is_none() && order.oco.is_none() {
            return Ok(());
        }
        let order = *order;
        check_links(cx, id, &order)
    }

    /// What a changed order must satisfy before the change is sent.
    ///
    /// # Errors
    /// A price that is off the tick, a quantity that is no whole number
    /// of lots above zero, or beyond a limit. One that is no more than what is filled ends the order.
    pub(crate) fn check_change(&self, cx: &Context, id: OrderId, change: &OrderChange) -> Result<(), Reason> {
        let record = &cx.orders[id.index()];
        let Some(instrument) = cx.instruments.get(record.order.instrument.index()) else {
            return Err(Reason::NotTradable);
        };
        // Whether the type has the price is for the venue to say: a triggered stop-limit is a limit there.
        let prices = [change.limit, change.stop];
        if prices.into_iter().flatten().any(|price| price <= Price::ZERO || !instrument.ticks.fits(price)) {
            return Err(Reason::BadPrice);
        }
        let mut order = record.order;
        if let Some(quantity) = change.quantity {
            order.size = Size::Quantity(quantity);
            let position = cx.portfolio.position(order.instrument).quantity();
            self.check_quantity(&order, instrument, record.last, position)?;
        }
        Ok(())
    }

    fn check_quantity(
        &self,
        order: &NewOrder,
        instrument: &Instrument,
        last: Price,
        position: Quantity,
    ) -> Result<(), Reason> {
        match order.size {
            Size::Quantity(quantity) => {
                if quantity <= Quantity::ZERO || !instrument.takes(order.side, quantity, position) {
                    return Err(Reason::BadQuantity);
                }
                if self.limits.order_quantity_max.is_some_and(|most| quantity > most) {
                    return Err(Reason::RiskLimit);
                }
                if let Some(most) = self.limits.order_notional_max
                    && Money::notional(last, quantity, instrument.multiplier) > most.into()
                {
                    return Err(Reason::RiskLimit);
                }
                Ok(())
            }
            Size::Notional(amount) if amount <= Amount::ZERO => Err(Reason::BadQuantity),
            Size::Notional(amount) if self.limits.order_notional_max.is_some_and(|most| amount > most) => {
                Err(Reason::RiskLimit)
            }
            Size::PercentOfEquity(rate) if rate <= Rate::ZERO || rate.units() > 10 * Rate::SCALE => {
                Err(Reason::BadQuantity)
            }
            Size::AsParent if order.parent.is_none() => Err(Reason::BadLink),
            _ => Ok(()),
        }
    }
}

fn check_prices(order: &NewOrder, instrument: &Instrument) -> Result<(), Reason> {
    let ticks = &instrument.ticks;
    let relative = order.basis != PriceBasis::Absolute;
    if relative && order.parent.is_none() {
        return Err(Reason::BadLink);
    }
    for price in [order.kind.limit(), order.kind.trigger()].into_iter().flatten() {
        if price <= Price::ZERO || (!relative && !ticks.fits(price)) {
            return Err(Reason::BadPrice);
        }
    }
    match order.kind.trail() {
        Some(Trail::Amount(distance)) if distance <= Price::ZERO || distance > DISTANCE_MAX => {
            return Err(Reason::BadPrice);
        }
        Some(Trail::Fraction(rate)) if rate <= Rate::ZERO || rate.units() >= Rate::SCALE => {
            return Err(Reason::BadPrice);
        }
        _ => {}
    }
    if let OrderKind::TrailingStopLimit { offset, .. } = order.kind
        && (offset < Price::ZERO || offset > DISTANCE_MAX)
    {
        return Err(Reason::BadPrice);
    }
    let takes = matches!(order.tif, TimeInForce::Ioc | TimeInForce::Fok);
    if order.post_only && (takes || !matches!(order.kind, OrderKind::Limit { .. })) {
        return Err(Reason::BadPrice);
    }
    Ok(())
}

fn check_links(cx: &mut Context, id: OrderId, order: &NewOrder) -> Result<(), Reason> {
    if let Some(parent) = order.parent {
        if parent >= id || cx.orders[parent.index()].order.instrument != order.instrument {
            return Err(Reason::BadLink);
        }
        let above = &cx.orders[parent.index()];
        if above.state.is_closed() && above.filled.is_zero() {
            return Err(Reason::ParentClosed);
        }
        if !above.filled.is_zero() && order.basis != PriceBasis::Absolute {
            return Err(Reason::BadLink);
        }
        let mut depth = 1;
        let mut up = above.order.parent;
        while let Some(next) = up {
            depth += 1;
            if depth >= CHAIN_MAX {
                return Err(Reason::BadLink);
            }
            up = cx.orders[next.index()].order.parent;
        }
    }
    if let Some(group) = order.oco {
        match cx.oco_instruments.get_mut(group.0 as usize) {
            Some(Some(instrument)) if *instrument != order.instrument => {
                return Err(Reason::BadLink);
            }
            Some(instrument) => *instrument = Some(order.instrument),
            None => return Err(Reason::BadLink),
        }
    }
    Ok(())
}
