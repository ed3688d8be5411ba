//! Interest by the day: margin debit, borrowed shares, holding fees.
//!
//! Every calendar day is charged on its own and rounded half up at 1e-8, so the
//! sum does not depend on how a period is cut: Friday to Monday is three days of
//! Friday's balance.

use super::dated::Dated;
use super::product::ProductSet;
use crate::date::Date;
use crate::exact::{Round, scaled};
use crate::fixed::{Money, Rate};

/// How many days a year has for interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayCount {
    /// Actual/360: money market convention of USD.
    Actual360,
    /// Actual/365 fixed: convention of HKD and CNY.
    Actual365,
}

impl DayCount {
    /// The divisor of the annual rate.
    #[must_use]
    pub const fn days(self) -> i64 {
        match self {
            Self::Actual360 => 360,
            Self::Actual365 => 365,
        }
    }

    /// The convention of a currency's money market.
    #[must_use]
    pub fn of_currency(currency: &str) -> Self {
        match currency {
            "HKD" | "CNY" | "CNH" | "GBP" | "SGD" => Self::Actual365,
            _ => Self::Actual360,
        }
    }

    /// The name used in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Actual360 => "actual/360",
            Self::Actual365 => "actual/365",
        }
    }
}

/// Annual rates by date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnualRates {
    /// Annual rate as a fraction, zero or above; no rate on a date means none is charged.
    pub rates: Dated<Rate>,
    /// Days of a year.
    pub day_count: DayCount,
}

impl AnnualRates {
    /// What a balance costs from the night of `from` until `until` (not included):
    /// one day each. A balance of zero or below costs nothing.
    #[must_use]
    pub fn accrue(&self, balance: Money, from: Date, until: Date) -> Money {
        let mut total = 0;
        let mut day = from;
        while day < until && balance > Money::ZERO {
            let (rate, last) = self.rates.span(day);
            let end = until.min(last.plus(1));
            if let Some(rate) = rate {
                let year = i128::from(Rate::SCALE) * i128::from(self.day_count.days());
                let a_day = scaled(balance.units(), rate.units(), year, Round::HalfUp);
                total += a_day * (i128::from(end.days()) - i128::from(day.days()));
            }
            day = end;
        }
        Money::from_units(total)
    }
}

/// What a holding cost is measured on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CarryBase {
    /// Borrowed cash: the debit balance (margin interest).
    Debit,
    /// The market value of short positions (borrow cost).
    Short,
    /// The market value of long positions (custody, portfolio fee).
    Long,
}

impl CarryBase {
    /// Every base, in order.
    pub const ALL: [Self; 3] = [Self::Debit, Self::Short, Self::Long];

    /// The name used in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debit => "debit",
            Self::Short => "short",
            Self::Long => "long",
        }
    }
}

/// A cost that grows with time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarryFee {
    /// What it is called.
    pub name: String,
    /// What it is measured on.
    pub base: CarryBase,
    /// Classes whose positions count; no matter for `Debit`.
    pub products: ProductSet,
    /// How much.
    pub rates: AnnualRates,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn rate(x: f64) -> Rate {
        Rate::from_f64(x).expect("a rate")
    }

    #[test]
    fn interest_by_calendar_day() {
        let flat = |x, day_count| AnnualRates { rates: Dated::always(rate(x)), day_count };
        // rate, day count, balance, from, until, interest; worked by hand
        let cases = [
            // 36,000 x 6.8 % / 360 = 6.80 a day
            (0.068, DayCount::Actual360, "36000", "2024-03-04", "2024-03-05", "6.8"),
            // Friday to Monday: three days
            (0.068, DayCount::Actual360, "36000", "2024-03-01", "2024-03-04", "20.4"),
            // A leap day is a day: 28 February to 1 March 2024
            (0.068, DayCount::Actual360, "36000", "2024-02-28", "2024-03-01", "13.6"),
            // 73,000 x 5 % / 365 = 10.00 a day
            (0.05, DayCount::Actual365, "73000", "2024-03-04", "2024-03-05", "10"),
            // 1,000 x 5 % / 365 = 0.136986301...: rounded each day at 1e-8, 0.13698630 x 2
            (0.05, DayCount::Actual365, "1000", "2024-03-04", "2024-03-06", "0.2739726"),
            (0.05, DayCount::Actual365, "-1000", "2024-03-04", "2024-03-06", "0"),
            (0.05, DayCount::Actual365, "1000", "2024-03-06", "2024-03-04", "0"),
        ];
        for (x, day_count, balance, from, until, interest) in cases {
            let found = flat(x, day_count).accrue(balance.parse().expect("money"), d(from), d(until));
            assert_eq!(found.to_string(), interest, "{balance} at {x} from {from} until {until}");
        }
    }

    #[test]
    fn a_change_of_rate_counts_from_its_day_and_cuts_do_not_matter() {
        let rates = Dated::new(vec![
            (d("2024-01-03"), d("2024-01-10"), rate(0.0365)),
            (d("2024-01-11"), Date::MAX, rate(0.073)),
        ]);
        let rates = AnnualRates { rates: rates.expect("no overlap"), day_count: DayCount::Actual365 };
        let balance = Money::from_whole(10_000);
        // Nights of 1st and 2nd free, 3rd to 10th 1.00 each (8), 11th to 14th 2.00 each (4): 8 + 8
        let all = rates.accrue(balance, d("2024-01-01"), d("2024-01-15"));
        assert_eq!(all, Money::from_whole(16));
        let odd: Money = "12345.67891234".parse().expect("money");
        let whole = rates.accrue(odd, d("2024-01-01"), d("2024-01-15"));
        let daily = (0..14).map(|i| rates.accrue(odd, d("2024-01-01").plus(i), d("2024-01-02").plus(i))).sum();
        assert_eq!(whole, daily);
        assert_eq!(DayCount::of_currency("USD"), DayCount::Actual360);
        assert_eq!(DayCount::of_currency("HKD"), DayCount::Actual365);
    }
}
