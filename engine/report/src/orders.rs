//! What became of the orders, and why there may be no trade.

use engine_core::order::{OrderState, Reason};
use engine_core::record::RunResult;

use crate::display::{count, plural};

/// Orders that ended alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) state: OrderState,
    pub(crate) reason: Reason,
    pub(crate) orders: u64,
}

impl Outcome {
    /// "rejected: insufficient cash", "filled".
    pub(crate) fn text(&self) -> String {
        match self.reason.text() {
            "" => self.state.name().to_owned(),
            reason => format!("{}: {reason}", self.state.name()),
        }
    }
}

/// Orders by state and reason, the most frequent first.
pub(crate) fn outcomes(run: &RunResult) -> Vec<Outcome> {
    let mut found: Vec<Outcome> = Vec::new();
    for record in &run.orders {
        let same = found.iter_mut().find(|o| o.state == record.state && o.reason == record.reason);
        match same {
            Some(outcome) => outcome.orders += 1,
            None => found.push(Outcome { state: record.state, reason: record.reason, orders: 1 }),
        }
    }
    found.sort_by_key(|o| std::cmp::Reverse(o.orders));
    found
}

/// Why no round trip closed, one sentence each; empty when some did.
pub(crate) fn why_no_trades(run: &RunResult) -> Vec<String> {
    if !run.trades.is_empty() {
        return Vec::new();
    }
    if run.orders.is_empty() {
        let bars = plural(run.bars, "bar", "bars");
        return vec![format!(
            "The strategy sent no order in {bars}: its conditions were never met, or all bars \
             went into the warm-up of its indicators."
        )];
    }
    let all = outcomes(run);
    let orders = run.orders.len() as u64;
    let mut why = Vec::new();
    if run.fills.is_empty() {
        why.push(format!("None of {} was filled.", plural(orders, "order", "orders")));
    } else {
        let open = run.open_trades.len() as u64;
        why.push(format!(
            "There {}, but no position was closed again; {} open at the end.",
            if run.fills.len() == 1 {
                "was 1 fill".to_owned()
            } else {
                format!("were {} fills", count(run.fills.len() as u64))
            },
            plural(open, "position is", "positions are"),
        ));
    }
    let rejected = |o: &&Outcome| o.state == OrderState::Rejected;
    let total: u64 = all.iter().filter(rejected).map(|o| o.orders).sum();
    if let Some(most) = all.iter().find(|o| rejected(o)) {
        why.push(format!(
            "{} of {} orders were rejected, most often ({}) because of: {}.",
            count(total),
            count(orders),
            count(most.orders),
            most.reason.text()
        ));
    }
    let working: u64 = all.iter().filter(|o| !o.state.is_closed()).map(|o| o.orders).sum();
    if working > 0 {
        why.push(format!("{} still working at the end of the data.", plural(working, "order was", "orders were")));
    }
    why
}
