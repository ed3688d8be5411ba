//! The digest of a run: SHA-256 over its orders, fills, postings and equity.
//!
//! Only what the run decided goes in, as little-endian numbers in a fixed order.
//! Wall times, paths and the bytes of files stay out, so that the same config,
//! data, seed and version give the same digest on every machine.

use sha2::{Digest, Sha256};

use crate::fixed::{Price, Quantity};
use crate::ledger::postings;
use crate::order::{NewOrder, Size, TimeInForce, Trail};
use crate::record::RunResult;

/// Version of the canonical stream; part of it.
const STREAM: &str = "engine-run-1";

struct Stream(Sha256);

impl Stream {
    fn text(&mut self, text: &str) {
        self.number(text.len() as i128);
        self.0.update(text.as_bytes());
    }
    fn number(&mut self, number: i128) {
        self.0.update(number.to_le_bytes());
    }
    fn float(&mut self, x: f64) {
        // One zero and one NaN.
        let x = if x == 0.0 { 0.0 } else { x };
        let bits = if x.is_nan() { f64::NAN.to_bits() & !(1 << 63) } else { x.to_bits() };
        self.0.update(bits.to_le_bytes());
    }
    fn price(&mut self, price: Option<Price>) {
        self.number(price.map_or(-1, |p| i128::from(p.units())));
    }
    fn request(&mut self, order: &NewOrder) {
        self.number(i128::from(order.instrument.0));
        self.text(order.side.name());
        self.text(order.kind.name());
        self.price(order.kind.limit());
        self.price(order.kind.trigger());
        match order.kind.trail() {
            Some(Trail::Amount(d)) => self.price(Some(d)),
            Some(Trail::Fraction(r)) => self.number(i128::from(r.units())),
            None => self.number(0),
        }
        self.text(order.tif.name());
        if let TimeInForce::Gtd(until) = order.tif {
            self.number(i128::from(until.nanos()));
        }
        let (tag, amount) = match order.size {
            Size::Quantity(q) => (0, q.units()),
            Size::Notional(a) => (1, a.units()),
            Size::PercentOfEquity(r) => (2, r.units()),
            Size::AllIn => (3, 0),
            Size::AsParent => (4, 0),
        };
        self.number(tag);
        self.number(i128::from(amount));
        self.number(order.basis as i128);
        self.number(i128::from(order.post_only) * 2 + i128::from(order.shrink_to_fit));
        self.number(order.parent.map_or(-1, |p| i128::from(p.0)));
        self.number(order.oco.map_or(-1, |g| i128::from(g.0)));
    }
    fn quantity(&mut self, quantity: Quantity) {
        self.number(i128::from(quantity.units()));
    }
}

/// The digest of a run, as 64 hexadecimal digits.
#[must_use]
pub fn digest(run: &RunResult) -> String {
    let mut s = Stream(Sha256::new());
    s.text(STREAM);
    for i in &run.instruments {
        s.text(i.symbol.as_str());
    }
    s.number(run.orders.len() as i128);
    for o in &run.orders {
        s.request(&o.order);
        s.number(i128::from(o.submitted.nanos()));
        s.number(i128::from(o.ended.nanos()));
        s.text(o.state.name());
        s.text(o.reason.text());
        s.quantity(o.filled);
    }
    s.number(run.fills.len() as i128);
    for f in &run.fills {
        s.number(i128::from(f.time.nanos()));
        s.number(i128::from(f.order.0));
        s.number(i128::from(f.bar));
        s.price(Some(f.price));
        s.quantity(f.quantity);
        s.number(f.fee.units());
        s.number(i128::from(f.certain));
    }
    s.number((run.fills.len() + run.transfers.len()) as i128);
    for entry in run.entries() {
        s.number(i128::from(entry.time.nanos()));
        for posting in postings(&entry, &run.fills) {
            s.text(&posting.account.to_string());
            s.number(posting.amount.units());
        }
    }
    s.number(run.equity.len() as i128);
    for (time, equity) in run.times.iter().zip(&run.equity) {
        s.number(i128::from(*time));
        s.float(*equity);
    }
    s.number(run.final_equity.units());
    s.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
