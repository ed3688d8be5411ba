//! Technical indicators, each defined once: incremental and batch, bit-identical to each other,
//! equal to the reference tables (TA-Lib, pandas).
//!
//! Bars come in as plain numbers ([`Input`], [`Series`]), values go out as plain numbers, `NaN`
//! for "undefined". This crate must never do I/O, panic, read a clock, or allocate while an
//! indicator is being updated. It uses `+ - * /`, the square root and comparisons only, so that
//! its results are the same bits on every machine.
//!
//! [`parse`] builds an indicator from text, [`catalogue`] lists them all; each type documents its
//! formula, source, inputs, units, range and warm-up.
//!
//! ```
//! use indicators::{Indicator, Series, Sma};
//!
//! let sma = Sma::new(2)?;
//! let mut columns = [Vec::new()];
//! sma.batch(Series::of_close(&[1.0, 2.0, 4.0]), &mut columns);
//! assert!(columns[0][0].is_nan());
//! assert_eq!(columns[0][1..], [1.5, 3.0]);
//! # Ok::<(), indicators::ParameterError>(())
//! ```
//!
//! # Values that are not finite
//!
//! A bar with a `NaN` or an infinity has no answer, and no output is ever infinite. What a window
//! computes is undefined as long as the bar is in the window and not one bar longer. What a
//! recursion computes (EMA, MACD, RSI, ATR, ADX) starts anew with the next bar, warm-up included.
//! Running totals (OBV, cumulative and session VWAP) leave the bar out and go on.
//!
//! # Rounding
//!
//! Windows never subtract what leaves them (`window`), so that nothing drifts; variances are
//! measured from a value inside the window (`moments`), so that levels do not cancel; recursions
//! hand on one number per eight bars (`decay`), so that they are not bound to the latency of an
//! addition and a multiplication. Each of these files states its argument.
//!
//! # What is built on the crate `ta`
//!
//! | indicator | built on | why, or why not |
//! |---|---|---|
//! | EMA, first-value seeding | `ta::indicators::ExponentialMovingAverage` | equal to the pandas table, and faster than TA-Lib's |
//! | OBV | `ta::indicators::OnBalanceVolume` | same totals as TA-Lib once its first bar is entered as a rise |
//! | EMA with SMA seeding, MACD | own | `ta` has no SMA seeding and no warm-up, and a flat series does not stay exactly flat |
//! | SMA, standard deviation, Bollinger bands | own | running sums: an outlier or a `NaN` never quite leaves |
//! | RSI, ATR | own | `ta` smooths with 2 / (n + 1), not with Wilder's 1 / n, and seeds the RSI with 0.1 |
//! | true range, minimum, maximum | own | no warm-up, a `NaN` is forgotten; the extremes rescan the window |
//! | stochastic, CCI, MFI, ROC | own | no warm-up; zero ranges and zero flows are not TA-Lib's 0 |
//! | ADX, WMA, VWAP, Williams %R, momentum, slope | own | not in `ta` |

mod adx;
mod atr;
mod bollinger;
mod catalogue;
mod cci;
mod column;
mod decay;
mod ema;
mod extremes;
mod indicator;
mod lag;
mod linreg_slope;
mod macd;
mod mfi;
mod moments;
mod momentum;
mod naming;
mod obv;
mod parameter;
mod parse;
mod recursion;
mod rolling;
mod rsi;
mod sma;
mod std_dev;
mod stochastic;
mod true_range;
mod vwap;
mod weighted;
mod williams_r;
mod window;
mod wma;

pub use adx::Adx;
pub use atr::{Atr, Natr};
pub use bollinger::Bollinger;
pub use catalogue::{Argument, ArgumentKind, Entry, catalogue};
pub use cci::Cci;
pub use ema::{Ema, Seeding};
pub use indicator::{Indicator, Input, Series};
pub use linreg_slope::LinregSlope;
pub use macd::Macd;
pub use mfi::Mfi;
pub use momentum::{Momentum, Roc};
pub use obv::Obv;
pub use parameter::{PERIOD_MAX, ParameterError, WIDTH_MAX};
pub use parse::{ParseError, parse};
pub use rolling::{RollingMax, RollingMin};
pub use rsi::Rsi;
pub use sma::Sma;
pub use std_dev::StdDev;
pub use stochastic::Stochastic;
pub use true_range::TrueRange;
pub use vwap::{Vwap, VwapSpan};
pub use williams_r::WilliamsR;
pub use wma::Wma;
