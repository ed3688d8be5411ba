//! Daily price limits: how far a price may move from the reference close.
//!
//! `limit = reference x (1 ± rate)`, rounded half up to the tick. Where rounding
//! leaves less than one tick of room, the limit is one tick away (trading rules of
//! the Shanghai and Shenzhen exchanges, section on price limits).

use super::board::Board;
use super::dated::{Dated, OverlapError};
use crate::date::Date;
use crate::exact::{Round, scaled};
use crate::fixed::{Price, Rate};
use crate::instrument::TickLadder;

/// How far a price may move in a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitRule {
    /// Fraction of the reference price, above 0 and below 1.
    pub rate: Rate,
    /// Trading days after listing without a limit; 5 = none on days 1 to 5.
    pub free_days: u32,
}

/// One rule, what it is for, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitPeriod {
    /// Board it is for.
    pub board: Board,
    /// For risk-warned names (ST), or for all others.
    pub risk_warned: bool,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// The rule.
    pub rule: LimitRule,
}

/// The lowest and the highest price of a day, both allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DailyLimits {
    /// Lowest price.
    pub down: Price,
    /// Highest price.
    pub up: Price,
}

impl LimitRule {
    /// The limits around a reference price (above zero).
    #[must_use]
    pub fn limits(&self, reference: Price, ticks: &TickLadder) -> DailyLimits {
        let step = ticks.step(reference).units();
        let rounded = |factor: i64| {
            let denominator = i128::from(Rate::SCALE) * i128::from(step);
            let steps = scaled(reference.units().into(), factor, denominator, Round::HalfUp);
            i64::try_from(steps).unwrap_or(i64::MAX / step).saturating_mul(step)
        };
        let up = rounded(Rate::SCALE + self.rate.units());
        let down = rounded(Rate::SCALE - self.rate.units());
        DailyLimits {
            down: Price::from_units(down.min(reference.units() - step).max(step)),
            up: Price::from_units(up.max(reference.units() + step)),
        }
    }
}

/// The price limits of the boards by date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceLimits {
    /// By board and risk warning.
    rules: [[Dated<LimitRule>; 2]; Board::ALL.len()],
}

impl PriceLimits {
    /// From periods in any order.
    ///
    /// # Errors
    /// Two rules for one board on one day; names the board.
    pub fn new(periods: &[LimitPeriod]) -> Result<Self, (Board, OverlapError)> {
        let mut limits = Self::default();
        for board in Board::ALL {
            for risk_warned in [false, true] {
                let of_board = periods.iter().filter(|p| p.board == board && p.risk_warned == risk_warned);
                let spans = of_board.map(|p| (p.from, p.until, p.rule)).collect();
                limits.rules[board as usize][usize::from(risk_warned)] = Dated::new(spans).map_err(|e| (board, e))?;
            }
        }
        Ok(limits)
    }

    /// The rule of a board on a date. A risk-warned name without a rule of its
    /// own follows its board.
    #[must_use]
    pub fn on(&self, date: Date, board: Board, risk_warned: bool) -> Option<&LimitRule> {
        let [plain, warned] = &self.rules[board as usize];
        let own = if risk_warned { warned.on(date) } else { None };
        own.or_else(|| plain.on(date))
    }

    /// The limits of a day.
    ///
    /// `reference` is the previous close, on an ex-date the reference price
    /// ([`super::ExRights`]). `trading_day` counts from 1 on the day of listing;
    /// `None` when the listing is long past or not known. `None` comes back for a
    /// day without limits: a new listing, or a date the table does not cover.
    #[must_use]
    pub fn limits(
        &self,
        reference: Price,
        date: Date,
        board: Board,
        risk_warned: bool,
        trading_day: Option<u32>,
        ticks: &TickLadder,
    ) -> Option<DailyLimits> {
        let rule = self.on(date, board, risk_warned)?;
        if trading_day.is_some_and(|day| day <= rule.free_days) || reference <= Price::ZERO {
            return None;
        }
        Some(rule.limits(reference, ticks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_rounded_half_up_to_the_tick() {
        let p = |text: &str| text.parse::<Price>().expect("a price");
        let cent = TickLadder::single(p("0.01")).expect("a step");
        let rate = |x| LimitRule { rate: Rate::from_f64(x).expect("a rate"), free_days: 5 };
        // rate, reference, down, up; the exact products behind
        let cases = [
            (0.10, "10.00", "9.00", "11.00"),
            (0.10, "10.05", "9.05", "11.06"), // 9.045, 11.055: both halves go up
            (0.10, "9.94", "8.95", "10.93"),  // 8.946, 10.934
            (0.10, "1686.00", "1517.40", "1854.60"),
            (0.20, "15.53", "12.42", "18.64"), // 12.424, 18.636
            (0.30, "3.33", "2.33", "4.33"),    // 2.331, 4.329
            (0.05, "2.47", "2.35", "2.59"),    // 2.3465, 2.5935
            (0.05, "0.09", "0.08", "0.10"),    // 0.0855 -> 0.09, 0.0945 -> 0.09: one tick each way
            (0.10, "0.01", "0.01", "0.02"),    // nothing below one tick
        ];
        for (r, reference, down, up) in cases {
            let found = rate(r).limits(p(reference), &cent);
            assert_eq!(found, DailyLimits { down: p(down), up: p(up) }, "{r} around {reference}");
        }
    }
}
