//! Rows followed in one go, as far as nobody has to be told anything.

use multiversion::multiversion;

use super::{BookState, OrderBook};
use crate::fixed::{Price, Quantity};
use crate::tape::{LAST, is_trade, level_side};

/// Rows of a tape, column by column; all of one length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowColumns<'a> {
    pub(crate) code: &'a [u16],
    pub(crate) price: &'a [i64],
    pub(crate) quantity: &'a [i64],
}

/// Follows levels and passes over trades, up to the first row of another kind, or with the packet after
/// which the book's state is no longer `state`. Returns the number of rows followed.
///
/// Whole numbers only, so that the wider instructions of a newer processor give the same.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
pub(crate) fn follow(book: &mut OrderBook, rows: RowColumns<'_>, state: BookState) -> usize {
    let gapped = book.gapped;
    // Keys of both sides that sum to more than this are crossed.
    let apart = -i64::from(book.depth);
    let crossed = match state {
        BookState::Good => Some(false),
        BookState::Crossed => Some(true),
        BookState::Gapped | BookState::Stale => None,
    };
    let mut followed = 0;
    for ((code, price), quantity) in rows.code.iter().zip(rows.price).zip(rows.quantity) {
        if let Some(side) = level_side(*code) {
            book.set_level(side, Price::from_units(*price), Quantity::from_units(*quantity));
        } else if !is_trade(*code) {
            return followed;
        }
        followed += 1;
        if code & LAST == 0 {
            continue;
        }
        let same = if gapped {
            state == BookState::Gapped
        } else {
            crossed == Some(book.bids.top().wrapping_add(book.asks.top()) > apart)
        };
        if !same {
            return followed;
        }
    }
    followed
}
