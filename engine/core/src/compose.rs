//! `Composed`: a strategy made of a signal, filters, a sizer and exits.
//!
//! The signal decides on closed bars; filters may veto an entry; the sizer says
//! how much; exits become children of the entry, live from its first fill and in
//! one group with the order that closes the position, so that what is filled is
//! protected until the moment it is sold.

use std::ops::Range;

use crate::bars::{BarRef, Bars};
use crate::context::Context;
use crate::fixed::Quantity;
use crate::instrument::InstrumentId;
use crate::order::{NewOrder, OcoId, OrderId, Side, Size};
use crate::record::Fill;
use crate::setup::{Setup, SetupError};
use crate::strategy::{Exit, Filter, Intent, Signal, Sizer, Strategy, drive_bars};

/// A strategy made of parts.
pub struct Composed {
    symbol: String,
    signal: Box<dyn Signal>,
    filters: Vec<Box<dyn Filter>>,
    sizer: Box<dyn Sizer>,
    exits: Vec<Box<dyn Exit>>,
    /// No signal is acted on before this many bars.
    start_after: usize,
    shrink_to_fit: bool,
    id: InstrumentId,
    entry: Option<OrderId>,
    group: Option<OcoId>,
}

impl Composed {
    /// A strategy on one symbol; signals of the first `start_after` bars are ignored.
    #[must_use]
    pub fn new(symbol: &str, signal: Box<dyn Signal>, sizer: Box<dyn Sizer>, start_after: usize) -> Self {
        Self {
            symbol: symbol.to_owned(),
            signal,
            filters: Vec::new(),
            sizer,
            exits: Vec::new(),
            start_after,
            shrink_to_fit: false,
            id: InstrumentId(0),
            entry: None,
            group: None,
        }
    }

    /// With one more filter; all must allow an entry.
    #[must_use]
    pub fn filter(mut self, filter: Box<dyn Filter>) -> Self {
        self.filters.push(filter);
        self
    }

    /// With one more exit.
    #[must_use]
    pub fn exit(mut self, exit: Box<dyn Exit>) -> Self {
        self.exits.push(exit);
        self
    }

    /// Entries take what the account can pay for instead of being rejected.
    #[must_use]
    pub fn shrink_to_fit(mut self, shrink: bool) -> Self {
        self.shrink_to_fit = shrink;
        self
    }

    fn entry_is_open(&self, cx: &Context) -> bool {
        self.entry.and_then(|id| cx.order(id)).is_some_and(|order| !order.state.is_closed())
    }

    #[inline(never)]
    fn enter(&mut self, cx: &mut Context, bar: BarRef<'_>, side: Side) {
        let position = cx.position(self.id).units() * side.sign();
        if position > 0 || self.entry_is_open(cx) {
            return;
        }
        if !self.filters.iter_mut().all(|f| f.allows(cx, self.id, bar, side)) {
            return;
        }
        if !self.exits.iter().all(|exit| exit.is_ready(cx, self.id, side)) {
            // Without its exits an entry would be unprotected.
            return;
        }
        let risks = self.exits.iter().filter_map(|exit| exit.risk(cx, self.id, side));
        let risk = risks.fold(None, |least: Option<f64>, r| Some(least.map_or(r, |l| if r < l { r } else { l })));
        let Some(size) = self.sizer.size(cx, self.id, side, risk) else {
            return;
        };
        if position < 0 {
            self.leave(cx);
        }
        let mut order = NewOrder::market(self.id, side, size);
        order.shrink_to_fit = self.shrink_to_fit;
        let entry = cx.submit(order);
        self.entry = Some(entry);
        self.group = None;
        if self.exits.is_empty() {
            return;
        }
        let group = cx.new_group();
        self.group = Some(group);
        for exit in &self.exits {
            for child in exit.children(cx, self.id, side, entry, group) {
                cx.submit(child);
            }
        }
    }

    #[inline(never)]
    fn leave(&mut self, cx: &mut Context) {
        if self.entry_is_open(cx)
            && let Some(entry) = self.entry
        {
            cx.cancel(entry);
        }
        let position = cx.position(self.id);
        let (side, size) = match position.units().signum() {
            1 => (Side::Sell, Size::AllIn),
            -1 => (Side::Buy, Size::Quantity(position.abs())),
            _ => return,
        };
        let mut order = NewOrder::market(self.id, side, size);
        order.oco = self.group;
        cx.submit(order);
    }

    /// Moves the position to a fraction of equity.
    #[inline(never)]
    fn target(&mut self, cx: &mut Context, bar: BarRef<'_>, weight: f64) {
        let contract = bar.close() * cx.instrument(self.id).multiplier as f64;
        let wanted = Quantity::from_f64((cx.equity() * weight / contract).abs()).unwrap_or(Quantity::ZERO);
        let wanted = cx.instrument(self.id).floor_to_lot(wanted);
        let wanted = if weight < 0.0 { -wanted } else { wanted };
        let change = wanted - cx.position(self.id);
        if change.is_zero() || cx.has_open_order(self.id) {
            return;
        }
        let side = if change > Quantity::ZERO { Side::Buy } else { Side::Sell };
        let mut order = NewOrder::market(self.id, side, Size::Quantity(change.abs()));
        order.shrink_to_fit = self.shrink_to_fit;
        cx.submit(order);
    }
}

impl Strategy for Composed {
    fn setup(&mut self, setup: &mut Setup<'_>) -> Result<(), SetupError> {
        self.id = setup.instrument(&self.symbol)?;
        if self.sizer.needs_risk() && !self.exits.iter().any(|exit| exit.is_stop()) {
            return Err(SetupError::parameter(
                "sizing.kind",
                "sizes by the distance to a stop, and no [[exit]] is a stop or a trailing stop",
            ));
        }
        self.signal.setup(setup, self.id)?;
        for filter in &mut self.filters {
            filter.setup(setup, self.id)?;
        }
        self.sizer.setup(setup, self.id)?;
        if self.exits.is_empty() {
            setup.without_notices();
        }
        for exit in &mut self.exits {
            exit.setup(setup, self.id)?;
        }
        Ok(())
    }

    /// Once an exit has traded, the entry buys no more.
    fn on_fill(&mut self, cx: &mut Context, fill: &Fill) {
        let parent = cx.order(fill.order).and_then(|order| order.order.parent);
        if let (Some(parent), true) = (parent, parent == self.entry && self.entry_is_open(cx)) {
            cx.cancel(parent);
        }
    }

    fn on_bar(&mut self, cx: &mut Context, id: InstrumentId, bar: BarRef<'_>) {
        if id != self.id {
            return;
        }
        let intent = self.signal.on_bar(cx, id, bar);
        if !self.exits.is_empty() {
            let position = cx.position(id);
            if !position.is_zero() {
                for exit in &mut self.exits {
                    exit.on_bar(cx, id, bar, position);
                }
            }
        }
        if intent != Intent::Hold {
            self.act(cx, bar, intent);
        }
    }

    /// Without exits only the signal sees a quiet bar: its own loop is shorter.
    fn drive(&mut self, cx: &mut Context, id: InstrumentId, bars: &Bars, rows: Range<usize>) -> usize {
        if id != self.id || !self.exits.is_empty() {
            return drive_bars(self, cx, id, bars, rows);
        }
        let mut row = rows.start;
        while row < rows.end {
            let (next, intent) = self.signal.scan(cx, id, bars, row..rows.end);
            row = next;
            if intent != Intent::Hold {
                self.act(cx, bars.row(row - 1), intent);
                if cx.has_requests() {
                    return row;
                }
            }
        }
        row
    }
}

impl Composed {
    fn act(&mut self, cx: &mut Context, bar: BarRef<'_>, intent: Intent) {
        if bar.row() < self.start_after {
            return;
        }
        match intent {
            Intent::Hold => {}
            Intent::Enter(side) => self.enter(cx, bar, side),
            Intent::Exit => self.leave_once(cx),
            Intent::Target => {
                let weight = self.signal.weight();
                self.target(cx, bar, weight);
            }
        }
    }

    /// Leaves unless an order that closes the position already works.
    fn leave_once(&mut self, cx: &mut Context) {
        let position = cx.position(self.id);
        if position.is_zero() && !self.entry_is_open(cx) {
            return;
        }
        let closing = |id: OrderId| {
            cx.order(id).is_some_and(|o| {
                o.order.instrument == self.id
                    && o.order.parent.is_none()
                    && o.order.side.sign() * position.units().signum() < 0
            })
        };
        if !cx.open_orders().any(closing) {
            self.leave(cx);
        }
    }
}
