//! The double-entry ledger: every change of money as postings that sum to zero.
//!
//! One compact entry is kept per event; `postings` expands it. Cash, fees,
//! trading, dividends and capital are accounts; a fill moves money between cash,
//! the instrument's trading account and fees.

use std::fmt;

use crate::fixed::{Money, Quantity};
use crate::instrument::InstrumentId;
use crate::order::Side;
use crate::record::Fill;
use crate::time::Timestamp;

/// An account of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LedgerAccount {
    /// Money at hand.
    Cash,
    /// Money put in or taken out.
    Capital,
    /// Bought minus sold of an instrument.
    Trading(InstrumentId),
    /// Fees paid.
    Fees,
    /// Dividends received (negative: income).
    Dividends(InstrumentId),
    /// Taxes on dividends paid, an expense.
    Taxes,
    /// Interest and borrow costs paid, an expense, by number in the fee schedule.
    Carry(u32),
}

impl fmt::Display for LedgerAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cash => write!(f, "assets:cash"),
            Self::Capital => write!(f, "equity:capital"),
            Self::Trading(id) => write!(f, "assets:trading:{}", id.0),
            Self::Fees => write!(f, "expenses:fees"),
            Self::Dividends(id) => write!(f, "income:dividends:{}", id.0),
            Self::Taxes => write!(f, "expenses:taxes"),
            Self::Carry(item) => write!(f, "expenses:carry:{item}"),
        }
    }
}

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// Money put into the account.
    Deposit {
        /// How much.
        amount: Money,
    },
    /// A fill, by its index among the fills.
    Fill {
        /// Index.
        fill: u32,
    },
    /// A cash dividend (negative for a short position).
    Dividend {
        /// Who paid.
        instrument: InstrumentId,
        /// How much.
        amount: Money,
    },
    /// A split: no money moves but that for fractions that cannot be held.
    Split {
        /// Which instrument.
        instrument: InstrumentId,
        /// Change of the position.
        quantity: Quantity,
        /// Cash paid in lieu of a fraction of a lot.
        in_lieu: Money,
    },
    /// A tax on a dividend.
    DividendTax {
        /// Whose dividend.
        instrument: InstrumentId,
        /// How much, above zero.
        amount: Money,
    },
    /// A cost that grows with time: margin interest, borrow cost, custody.
    Carry {
        /// Number in `FeeSpec::carry`.
        item: u32,
        /// How much, above zero.
        amount: Money,
    },
}

/// One event that moved money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub time: Timestamp,
    /// What.
    pub kind: EntryKind,
}

/// One line of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Which account.
    pub account: LedgerAccount,
    /// Debit above zero, credit below.
    pub amount: Money,
}

/// The postings of an entry; they sum to zero.
#[must_use]
pub fn postings(entry: &Entry, fills: &[Fill]) -> Vec<Posting> {
    let line = |account, amount| Posting { account, amount };
    match entry.kind {
        EntryKind::Deposit { amount } => {
            vec![line(LedgerAccount::Cash, amount), line(LedgerAccount::Capital, -amount)]
        }
        EntryKind::Fill { fill } => {
            let fill = &fills[fill as usize];
            let bought = if fill.side == Side::Buy { fill.notional } else { -fill.notional };
            let mut lines = vec![
                line(LedgerAccount::Cash, -(bought + fill.fee)),
                line(LedgerAccount::Trading(fill.instrument), bought),
            ];
            if !fill.fee.is_zero() {
                lines.push(line(LedgerAccount::Fees, fill.fee));
            }
            lines
        }
        EntryKind::Dividend { instrument, amount } => {
            vec![line(LedgerAccount::Cash, amount), line(LedgerAccount::Dividends(instrument), -amount)]
        }
        EntryKind::Split { instrument, in_lieu, .. } => {
            vec![line(LedgerAccount::Cash, in_lieu), line(LedgerAccount::Trading(instrument), -in_lieu)]
        }
        EntryKind::DividendTax { amount, .. } => {
            vec![line(LedgerAccount::Cash, -amount), line(LedgerAccount::Taxes, amount)]
        }
        EntryKind::Carry { item, amount } => {
            vec![line(LedgerAccount::Cash, -amount), line(LedgerAccount::Carry(item), amount)]
        }
    }
}
