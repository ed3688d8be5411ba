//! Corporate actions: splits and cash dividends as dated events.
//!
//! Prices are raw, so an action is an event that leaves equity unchanged at the
//! moment it takes effect (the open of the first bar at or after `ex_time`): a
//! split multiplies the position and divides marks and working orders; a cash
//! dividend is credited to the holder of the night before.

use crate::fixed::Price;
use crate::time::Timestamp;

/// What happens to each share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// `from` old shares become `to` new ones (a 2-for-1 split: to 2, from 1).
    Split {
        /// New shares, 1 to 10,000.
        to: u32,
        /// Old shares, 1 to 10,000.
        from: u32,
    },
    /// Cash per share held before the ex date, in the instrument's currency.
    CashDividend {
        /// Amount per share, above 0.
        per_share: Price,
    },
}

/// One dated action of one instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorporateAction {
    /// Start of the ex date in the instrument's time zone, as UTC.
    pub ex_time: Timestamp,
    /// What happens.
    pub kind: ActionKind,
}
