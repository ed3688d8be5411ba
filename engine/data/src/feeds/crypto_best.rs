//! The book of `crypto-l2` against the feed's best quotes.
//!
//! A depth message that ends with update N leaves the book as it was after N; the last best
//! quote with an id up to N tells the same book.

use engine_core::orderbook::OrderBook;

use super::crypto::Update;
use super::{Input, Reading};
use crate::audit::grouped;

/// A best quote: price and size by side.
pub(super) struct Best {
    pub(super) id: i64,
    pub(super) row: usize,
    pub(super) sides: [Option<(i64, i64)>; 2],
}

/// Compares the book with the best quotes.
pub(super) fn compare(
    input: &Input<'_>,
    depth: &[Update],
    first: Option<&Update>,
    best: &[Best],
    reading: &mut Reading,
) {
    let Some(first) = first else { return };
    let from = depth.partition_point(|update| update.id <= first.id);
    let mut book = OrderBook::new(true);
    first.levels.iter().for_each(|level| {
        book.apply(level);
    });
    let (mut compared, mut agree) = (0, 0);
    let mut wrong: Option<usize> = None;
    for update in &depth[from..] {
        update.levels.iter().for_each(|level| {
            book.apply(level);
        });
        let known = best.partition_point(|best| best.id <= update.id);
        let Some(best) = known.checked_sub(1).and_then(|at| best.get(at)) else { continue };
        if best.id <= first.id {
            continue;
        }
        let found = [book.bid(), book.ask()].map(|l| l.map(|l| (l.price.units(), l.quantity.units())));
        compared += 1;
        if found == best.sides {
            agree += 1;
        } else {
            wrong.get_or_insert(best.row);
        }
    }
    if compared == 0 {
        return;
    }
    let text = format!(
        "{} of {} depth messages leave the best prices and sizes that the quote stream (bbo) tells for the same update",
        grouped(agree),
        grouped(compared)
    );
    match wrong {
        None => reading.notes.push(text),
        Some(row) => reading.findings.push(format!("{text}; the first that does not: {}", input.table.place(row))),
    }
}
