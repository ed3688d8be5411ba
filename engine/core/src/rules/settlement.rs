//! T+1: what was bought today may be sold from the next session on.
//!
//! A pure record of what an instrument may not sell yet. It knows no calendar: a
//! session is named by its date, and whoever asks gives the session of today.

use crate::date::Date;
use crate::fixed::Quantity;

/// When what was bought may be sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Settlement {
    /// At once (T+0): Hong Kong, United States, futures, options.
    #[default]
    SameSession,
    /// From the next session (T+1): A-shares and most mainland funds.
    NextSession,
}

/// What of one position was bought in the session at hand (12 bytes of content).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Availability {
    bought: Quantity,
    session: Date,
}

impl Availability {
    /// Notes a purchase (above zero) in a session. Sessions never go backward.
    #[inline]
    pub fn buy(&mut self, session: Date, quantity: Quantity) {
        debug_assert!(session >= self.session || self.bought.is_zero(), "sessions go forward");
        if session != self.session {
            *self = Self { bought: Quantity::ZERO, session };
        }
        self.bought += quantity;
    }

    /// How much of `position` may be sold in a session; never below zero. Under
    /// T+0 all of a long position.
    #[inline]
    #[must_use]
    pub fn sellable(&self, settlement: Settlement, session: Date, position: Quantity) -> Quantity {
        let locked = match settlement {
            Settlement::NextSession if session == self.session => self.bought,
            _ => Quantity::ZERO,
        };
        (position - locked).max(Quantity::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_bought_today_waits_for_the_next_session() {
        let q = |n: i64| Quantity::from_units(n * crate::fixed::SCALE);
        let (mut account, mut position) = (Availability::default(), 0);
        let monday: Date = "2024-01-08".parse().expect("a date");
        let friday = monday.plus(-3);
        // session, signed trade, then: position, sellable under T+1
        let story = [
            (friday, 0, 0, 0),
            (friday, 300, 300, 0),
            (friday, 200, 500, 0),
            (monday, 0, 500, 500),
            (monday, -200, 300, 300),
            (monday, 400, 700, 300),
            (monday, -300, 400, 0),
            (monday, 100, 500, 0),
            (monday.plus(1), 0, 500, 500),
            (monday.plus(1), -500, 0, 0),
            (monday.plus(1), 100, 100, 0),
            (monday.plus(9), 0, 100, 100),
        ];
        for (row, (session, trade, held, sellable)) in story.into_iter().enumerate() {
            if trade > 0 {
                account.buy(session, q(trade));
            }
            position += trade;
            assert_eq!(position, held, "row {row}");
            let now = |settlement| account.sellable(settlement, session, q(position));
            assert_eq!(now(Settlement::NextSession), q(sellable), "row {row}");
            assert_eq!(now(Settlement::SameSession), q(held), "row {row}");
        }
        assert_eq!(account.sellable(Settlement::SameSession, monday.plus(9), q(-5)), Quantity::ZERO);
        assert_eq!(std::mem::size_of::<Availability>(), 16);
    }
}
