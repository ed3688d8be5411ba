//! W3: 500 shares in equal weights, rebalanced at the end of each month.
//!
//! At the close of a month's last bar the target is floor(0.95 x equity / n / close)
//! shares each; the differences go out as market orders in order of symbols and
//! fill at the next open, 0.1 % a side. Buys may run ahead of sells, so the account
//! may borrow.

use std::sync::Arc;

use engine_core::account::{AccountKind, FeeSchedule};
use engine_core::bars::{BarColumns, Bars, OpenTimes};
use engine_core::context::{Context, Slice};
use engine_core::feed::{Feed, Series};
use engine_core::fixed::{Money, Quantity, Rate, SCALE};
use engine_core::instrument::{Instrument, Symbol};
use engine_core::kernel::RunOptions;
use engine_core::order::{NewOrder, Side, Size};
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Strategy;
use engine_core::time::DAY;

use crate::input::{Random, business_days};

/// Share of equity that is invested.
const INVESTED: f64 = 0.95;
/// Fee, as a fraction of what is traded.
const FEE: f64 = 0.001;
/// Money at the start.
const CASH: i64 = 100_000_000;

/// Prices by day and symbol.
#[derive(Clone, Debug)]
pub struct Prices {
    /// Number of days.
    pub days: usize,
    /// Number of symbols.
    pub symbols: usize,
    /// Opens, day after day.
    pub open: Vec<f64>,
    /// Closes, day after day.
    pub close: Vec<f64>,
    /// Per day: the last of its month.
    pub month_end: Vec<bool>,
}

/// What a run gave: fills and final equity.
pub type Result3 = (usize, f64);

impl Prices {
    /// Random walks with a common part, on a grid of 0.01.
    #[must_use]
    pub fn random(days: usize, symbols: usize) -> Self {
        let mut random = Random::new(3);
        let grid = |x: f64| ((x * 100.0).round() / 100.0).max(0.5);
        let shares: Vec<(f64, f64)> =
            (0..symbols).map(|_| (0.5 + random.uniform(), 0.01 + 0.015 * random.uniform())).collect();
        let mut price: Vec<f64> = (0..symbols).map(|_| 40.0 + 360.0 * random.uniform()).collect();
        let (mut open, mut close) = (Vec::new(), Vec::new());
        for _ in 0..days {
            let market = 0.009 * random.normal();
            for (price, (beta, own)) in price.iter_mut().zip(&shares) {
                let first = *price * (1.0 + 0.002 * random.normal());
                *price = (first * (1.0 + 0.0004 + beta * market + own * random.normal())).max(1.0);
                open.push(grid(first));
                close.push(grid(*price));
            }
        }
        Self { days, symbols, open, close, month_end: month_ends(days) }
    }

    /// The prices as a feed, one series a symbol.
    ///
    /// # Panics
    /// When the prices are not above zero.
    #[must_use]
    pub fn feed(&self) -> Arc<Feed> {
        let close_time: Vec<i64> = business_days(self.days).into_iter().map(|t| t + DAY).collect();
        let series = |symbol: usize| {
            let column =
                |from: &[f64]| -> Vec<f64> { from.iter().skip(symbol).step_by(self.symbols).copied().collect() };
            let (open, close) = (column(&self.open), column(&self.close));
            let pairs = || open.iter().zip(&close);
            let columns = BarColumns {
                open_time: OpenTimes::Before(DAY),
                close_time: close_time.clone(),
                high: pairs().map(|(o, c)| if o > c { *o } else { *c }).collect(),
                low: pairs().map(|(o, c)| if o < c { *o } else { *c }).collect(),
                volume: Vec::new(),
                open,
                close,
            };
            let symbol = Symbol::new(&format!("SIM.{symbol:03}")).expect("a valid symbol");
            Series::daily(Instrument::equity(symbol, "USD"), Bars::new(columns).expect("prices above zero"))
        };
        Arc::new(Feed::new((0..self.symbols).map(series).collect()).expect("distinct symbols"))
    }

    /// The same work as plain loops over doubles.
    #[must_use]
    pub fn fused(&self) -> Result3 {
        let n = self.symbols;
        let (mut position, mut target) = (vec![0.0; n], vec![0.0; n]);
        let (mut cash, mut pending, mut fills, mut equity) = (CASH as f64, false, 0, 0.0);
        for (day, (open, close)) in self.open.chunks_exact(n).zip(self.close.chunks_exact(n)).enumerate() {
            if pending {
                fills += trade(&mut position, &target, open, &mut cash);
                pending = false;
            }
            equity = cash;
            for (held, close) in position.iter().zip(close) {
                equity += held * close;
            }
            if self.month_end[day] {
                let each = INVESTED * equity / n as f64;
                for (target, close) in target.iter_mut().zip(close) {
                    *target = (each / close).floor();
                }
                pending = true;
            }
        }
        (fills, equity)
    }

    /// What vectorbt does: fractions of shares, filled at the close of the decision.
    #[must_use]
    pub fn fused_at_close(&self) -> Result3 {
        let n = self.symbols;
        let (mut position, mut target) = (vec![0.0; n], vec![0.0; n]);
        let (mut cash, mut fills, mut equity) = (CASH as f64, 0, 0.0);
        let value = |cash: f64, position: &[f64], close: &[f64]| {
            position.iter().zip(close).fold(cash, |sum, (held, close)| sum + held * close)
        };
        for (day, close) in self.close.chunks_exact(n).enumerate() {
            if self.month_end[day] {
                let each = INVESTED * value(cash, &position, close) / n as f64;
                for (target, close) in target.iter_mut().zip(close) {
                    *target = each / close;
                }
                fills += trade(&mut position, &target, close, &mut cash);
            }
            equity = value(cash, &position, close);
        }
        (fills, equity)
    }
}

/// Trades to the targets; returns the number of fills.
fn trade(position: &mut [f64], target: &[f64], price: &[f64], cash: &mut f64) -> usize {
    let mut fills = 0;
    for ((held, target), price) in position.iter_mut().zip(target).zip(price) {
        let change = target - *held;
        if change != 0.0 {
            *cash -= change * price + change.abs() * price * FEE;
            *held = *target;
            fills += 1;
        }
    }
    fills
}

/// Which of the business days are the last of their month; the last day of all is not.
fn month_ends(days: usize) -> Vec<bool> {
    let months: Vec<i64> = business_days(days).iter().map(|t| month(t.div_euclid(DAY))).collect();
    (0..days).map(|day| months.get(day + 1).is_some_and(|next| *next != months[day])).collect()
}

/// Number of the month of a day since 1970 (Hinnant, "chrono-compatible low-level date algorithms").
fn month(day: i64) -> i64 {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // March is month 0 of such a year.
    (era * 400 + year_of_era) * 12 + (5 * of_year + 2) / 153
}

/// The rebalancer; bench only.
pub struct Rebalancer {
    month_end: Vec<bool>,
    day: usize,
}

impl Rebalancer {
    /// Rebalances on the days marked.
    #[must_use]
    pub fn new(month_end: &[bool]) -> Self {
        Self { month_end: month_end.to_vec(), day: 0 }
    }
}

impl Strategy for Rebalancer {
    fn setup(&mut self, setup: &mut Setup<'_>) -> Result<(), SetupError> {
        setup.slices();
        Ok(())
    }

    fn on_slice(&mut self, cx: &mut Context, slice: &Slice<'_>) {
        self.day += 1;
        if !self.month_end[self.day - 1] {
            return;
        }
        let each = INVESTED * cx.equity() / slice.len() as f64;
        for (id, close) in slice.closes() {
            let target = Quantity::from_units((each / close).floor() as i64 * SCALE);
            let change = target - cx.position(id);
            if change.is_zero() {
                continue;
            }
            let side = if change > Quantity::ZERO { Side::Buy } else { Side::Sell };
            cx.submit(NewOrder::market(id, side, Size::Quantity(change.abs())));
        }
    }
}

/// Account and costs.
///
/// # Panics
/// Never: the rates are valid.
#[must_use]
pub fn options() -> RunOptions {
    RunOptions {
        account: AccountKind::Margin { leverage: Rate::from_f64(10.0).expect("a valid rate") },
        cash: Money::from_whole(CASH),
        fees: FeeSchedule::Rate(Rate::from_f64(FEE).expect("a valid rate")),
        ..RunOptions::default()
    }
}
