//! Value at risk (VaR) and expected shortfall (ES, also CVaR).
//!
//! Losses are positive numbers: a VaR of 0.02 at confidence 0.99 says that the
//! loss exceeds 2 % of the value with a chance of 1 %; a negative VaR is a gain
//! even there. Figures are for one period of the returns and not scaled.
//! `confidence` is the share of outcomes that are no worse, above 0 and below 1;
//! the tail is `1 - confidence`, computed just so.

mod backtest;
mod component;
mod cornish_fisher;
mod historical;
mod parametric;

pub use backtest::{Backtest, LikelihoodRatio, backtest, exceptions};
pub use component::{PortfolioRisk, portfolio_risk};
pub use cornish_fisher::{CornishFisher, Deviation, cornish_fisher, cornish_fisher_of};
pub use historical::{Historical, Quantile, Tail};
pub use parametric::{TailRisk, lognormal, normal, normal_of};
