//! `engine simulate-orders`: what happened and orders in, fills and their certainty out.
//!
//! A case is one instrument and some orders, with unlimited cash, before bars
//! (`bars`) or before trades, quotes and books (`tape`). The same format serves
//! users ("why did this fill?") and the scenario tests of the exchange. Reading
//! the JSON text is in `scenario_json`.

pub(crate) mod bars;
mod tape;

pub use bars::{BarCase, CaseOrder};
pub use tape::{TapeAsk, TapeCase, TapeRequest};

use super::working::{Desk, Working};
use crate::fixed::{Money, Price, Quantity};
use crate::order::{OrderId, OrderState, Reason, Side};
use crate::time::Timestamp;

/// What orders meet, the orders, and the rules.
#[derive(Clone, Debug, PartialEq)]
pub enum Case {
    /// Bars.
    Bars(BarCase),
    /// Trades, quotes and books.
    Tape(TapeCase),
}

/// A fill of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFill {
    /// Index of the order.
    pub order: usize,
    /// Index of the bar or of the event; -1 before the first event.
    pub bar: i64,
    /// Buy or sell.
    pub side: Side,
    /// Shares.
    pub quantity: Quantity,
    /// Price, slippage included.
    pub price: Price,
    /// The same on every path the bars allow, or at any place in the queue.
    pub certain: bool,
    /// What is known beside a bar.
    pub on_tape: Option<TapeFill>,
}

/// What is known of a fill on a tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TapeFill {
    /// When it happened at the venue.
    pub time: Timestamp,
    /// It was a resting order.
    pub maker: bool,
}

/// An order that still works, or waits for its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseWorking {
    /// Index of the order.
    pub order: usize,
    /// What it could execute now.
    pub quantity: Quantity,
    /// The same on every path, or under every queue that was tried.
    pub certain: bool,
}

/// An order that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseClosed {
    /// Index of the order.
    pub order: usize,
    /// How.
    pub state: OrderState,
    /// Why.
    pub reason: Reason,
}

/// What the bounds of the profit are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounds {
    /// Infimum and supremum over all that the data allow.
    Exact,
    /// Sound, and wider than need be.
    Outer,
    /// The least and the most of the queues that were tried.
    Scenarios,
}

impl Bounds {
    /// The name in the answer.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Outer => "outer",
            Self::Scenarios => "scenarios",
        }
    }
}

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseOutcome {
    /// In the order they happened.
    pub fills: Vec<CaseFill>,
    /// By index of the order.
    pub working: Vec<CaseWorking>,
    /// By index of the order.
    pub closed: Vec<CaseClosed>,
    /// Cash plus what is open, marked at the last close or the last middle.
    pub pnl: Money,
    /// The least over all allowed paths or queues.
    pub pnl_worst: Money,
    /// The most over all allowed paths or queues.
    pub pnl_best: Money,
    /// What these two are.
    pub bounds: Bounds,
    /// True when all fills are certain.
    pub certain: bool,
}

/// Runs a case.
#[must_use]
pub fn run(case: &Case) -> CaseOutcome {
    match case {
        Case::Bars(case) => bars::run(case),
        Case::Tape(case) => tape::run(case),
    }
}

/// Cash without end, and what was traded.
#[derive(Clone, Debug)]
struct Till<F> {
    cash: Money,
    position: Quantity,
    fills: Vec<F>,
    closed: Vec<(OrderId, OrderState, Reason)>,
}

impl<F> Default for Till<F> {
    fn default() -> Self {
        Self { cash: Money::ZERO, position: Quantity::ZERO, fills: Vec::new(), closed: Vec::new() }
    }
}

impl<F> Till<F> {
    fn book(&mut self, fill: F, side: Side, price: Price, quantity: Quantity) {
        let signed = Quantity::from_units(quantity.units() * side.sign());
        self.cash -= Money::notional(price, signed, 1);
        self.position += signed;
        self.fills.push(fill);
    }

    /// The orders that ended, by their index.
    fn ended(&self) -> Vec<CaseClosed> {
        let of = |(id, state, reason): &(OrderId, OrderState, Reason)| CaseClosed {
            order: id.index(),
            state: *state,
            reason: *reason,
        };
        let mut closed: Vec<CaseClosed> = self.closed.iter().map(of).collect();
        closed.sort_unstable_by_key(|c| c.order);
        closed
    }
}
