//! Dated trading rules of the venues: what may be traded, in which steps, when
//! it may be sold again, and what holding or borrowing costs by the day.
//!
//! Pure types and functions over exact numbers. Nothing here knows a file, a
//! clock or a default figure: the figures come from rule files (`engine-data`
//! parses them), each with its dates, because every one of them changes in time.
//! All dates are venue-local ([`crate::date::Date`]); a period includes both ends.
//!
//! | module | what it answers |
//! |---|---|
//! | `assumption` | what a table takes for granted |
//! | `product` | which class of product an instrument is, where rules differ by class |
//! | `dated` | which value of a table holds on a date |
//! | `ticks` | the price steps of a product on a date |
//! | `lots` | which quantities may be bought and sold |
//! | `board` | on which board of a mainland exchange a code is listed |
//! | `listing` | what is said of one symbol where its code does not tell |
//! | `limits` | the highest and lowest price of a day |
//! | `reference` | the reference price of an ex-date |
//! | `settlement` | how much of a position may be sold today |
//! | `rates` | interest by the day |
//! | `market` | all of the above for one market |

pub mod assumption;
pub mod board;
pub mod dated;
pub mod limits;
pub mod listing;
pub mod lots;
pub mod market;
pub mod product;
pub mod rates;
pub mod reference;
pub mod settlement;
pub mod ticks;

pub use assumption::Assumption;
pub use board::Board;
pub use dated::{Dated, OverlapError};
pub use limits::{DailyLimits, LimitPeriod, LimitRule, PriceLimits};
pub use listing::Listing;
pub use lots::{LotDefault, LotError, LotRule, LotTable};
pub use market::MarketRules;
pub use product::{ProductClass, ProductSet};
pub use rates::{AnnualRates, CarryBase, CarryFee, DayCount};
pub use reference::ExRights;
pub use settlement::{Availability, Settlement};
pub use ticks::{DatedTicks, TickPeriod};
