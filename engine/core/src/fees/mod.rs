//! Fees: what a broker, an exchange and a state take from a trade.
//!
//! A [`FeeTable`] is a list of dated [`FeeItem`]s, such as "stamp duty, both sides,
//! shares only, 0.13 %, rounded up to the next dollar, 2021-08-01 to 2023-11-16".
//! The figures come from files (`engine-data` parses them); nothing here is a default.
//!
//! # What is charged
//!
//! An item's amount is `basis`, rounded once to the venue's unit, then at most the
//! maximum, then at least the minimum: where both apply the minimum wins. An item
//! is computed
//!
//! - **per fill**: on the fill alone (exchange and government items), or
//! - **per order and day**: on all that the order traded that day. The fee of a
//!   fill is then the amount after it less the amount before it, so that any
//!   number of fills of one order costs what one fill of their sum would.
//!
//! Tiers look at the calendar month: by orders, an order-day pays the figure of its
//! ordinal in the month; by shares, each share pays the figure of its own ordinal.
//!
//! # Where the state is
//!
//! The table is constant. What an order traded today is an [`OrderTally`] (one per
//! order that may fill more than once a day), what an account traded this month a
//! [`MonthTally`]. [`DayFees::fee`] asks without changing anything, for paths that
//! are tried out; [`DayFees::charge`] asks and notes the trade.
//!
//! # What a caller may rely on
//!
//! Amounts are exact at 1e-8 and never below zero. With the price fixed, the fee of
//! a fill never falls when its quantity grows (every basis, cap, minimum and
//! rounding is monotone, and so are their differences in the quantity after), so
//! the cost of a buy grows strictly and the largest affordable quantity can be
//! searched: [`most_lots`]. A fee is not proportional: minimums, caps and rounding
//! up make the first lot dearer than the next. Nothing allocates in `fee` and
//! `charge`.
//!
//! ```
//! use engine_core::date::Date;
//! use engine_core::fees::{FeeBasis, FeeItem, FeePer, FeeSpec, FeeTable, FeeTrade, MonthTally, OrderTally, Rounding};
//! use engine_core::order::Side;
//! use engine_core::rules::ProductClass;
//!
//! let commission = FeeItem {
//!     per: FeePer::OrderDay,
//!     minimum: "3".parse()?,
//!     rounding: Rounding::HalfUp("0.01".parse()?),
//!     ..FeeItem::new("commission", FeeBasis::PerUnit("0.01".parse()?))
//! };
//! let table = FeeTable::new(FeeSpec { items: vec![commission], ..FeeSpec::named("mine") })?;
//! let date: Date = "2024-05-02".parse()?;
//! let fees = table.on(date, ProductClass::Stock);
//! let (mut order, mut month) = (OrderTally::default(), MonthTally::default());
//! let fill = FeeTrade { date, side: Side::Buy, quantity: "200".parse()?, notional: "5000".parse()? };
//! // 200 shares: 2.00, the minimum is 3; 400 together: 4.00, of which 3 are paid.
//! assert_eq!(fees.charge(&fill, &mut order, &mut month).to_string(), "3");
//! assert_eq!(fees.charge(&fill, &mut order, &mut month).to_string(), "1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod affordable;
mod amount;
mod day;
mod item;
mod table;
mod tally;
#[cfg(test)]
mod tests;

pub use affordable::most_lots;
pub use day::DayFees;
pub use item::{FeeBasis, FeeCategory, FeeItem, FeePer, FeeSide, Rounding};
pub use table::{FeeSpec, FeeTable, FeeTableError};
pub use tally::{FeeTrade, MonthTally, OrderTally};
