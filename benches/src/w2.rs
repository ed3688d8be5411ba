//! W2: 1,840 pairs of simple averages over the same bars: fast 5 to 50, slow 55 to
//! 250 by 5; one share, next open, 0.1 % a side, 1,000,000 at the start.
//!
//! Each pair is a run through the ordinary interface, with columns shared by all
//! and the buffers of the last run, and gives all figures of `summary.json`: what a
//! cell of `engine sweep` is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use engine_core::feed::Feed;
use engine_core::fixed::Money;
use engine_core::kernel::{Scratch, run_with};
use engine_core::registry::Role;
use engine_core::setup::ColumnCache;
use engine_report::{ReportInput, periods_per_year, summary_at};
use serde_json::json;

/// Bytes that shared columns may take.
const COLUMN_BYTES: usize = 100_000_000;

/// A fast and a slow average.
pub type Pair = (usize, usize);

/// All pairs, in order.
#[must_use]
pub fn pairs() -> Vec<Pair> {
    (5..=50).flat_map(|fast| (55..=250).step_by(5).map(move |slow| (fast, slow))).collect()
}

/// Fills and final equity, summed over all pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum {
    /// Fills.
    pub fills: usize,
    /// Final equity, exact.
    pub equity: Money,
    /// Sum of Sharpe ratios, so that figures are not optimised away.
    pub sharpe: f64,
}

impl Sum {
    fn add(&mut self, other: &Self) {
        self.fills += other.fills;
        self.equity += other.equity;
        self.sharpe += other.sharpe;
    }
}

/// Runs the pairs on so many threads; `figures` takes all of them for each.
///
/// # Panics
/// When a run fails: its parameters are valid.
#[must_use]
pub fn sweep(feed: &Arc<Feed>, pairs: &[Pair], threads: usize, figures: bool) -> Sum {
    let cache = ColumnCache::with_limit(COLUMN_BYTES);
    let next = AtomicUsize::new(0);
    let periods = periods_per_year(&feed.series()[0].bars.columns().close_time);
    let work = || {
        let (registry, options) = (strategies::registry(), crate::w1::options());
        let plugin = registry.find(Role::Signal, "sma_cross").expect("registered");
        let fixed = registry.find(Role::Sizer, "fixed").expect("registered");
        let (mut sum, mut scratch) = (Sum::default(), Scratch::default());
        while let Some((fast, slow)) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let values = json!({ "fast": fast, "slow": slow });
            let signal = plugin.signal(values.as_object().cloned().unwrap_or_default()).expect("valid");
            let sizer = fixed.sizer(serde_json::Map::new()).expect("valid");
            let mut strategy = engine_core::compose::Composed::new("SIM.WALK", signal, sizer, 0);
            let run = run_with(feed, &mut strategy, &options, &cache, scratch).expect("runs");
            let sharpe = if figures { summary_at(&input(&run), periods).sharpe.unwrap_or(0.0) } else { 0.0 };
            sum.add(&Sum { fills: run.fills.len(), equity: run.final_equity, sharpe });
            scratch = Scratch::from(run);
        }
        sum
    };
    if threads == 1 {
        return work();
    }
    let mut total = Sum::default();
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for thread in running {
            total.add(&thread.join().expect("runs"));
        }
    });
    total
}

fn input(run: &engine_core::record::RunResult) -> ReportInput<'_> {
    ReportInput {
        name: "",
        run,
        digest: "",
        series: &[],
        benchmark: None,
        pessimistic: None,
        optimistic: None,
        last_in_queue: None,
        first_in_queue: None,
        assumptions: Vec::new(),
        warnings: Vec::new(),
        provenance: Vec::new(),
        config: "",
    }
}

/// The same work as plain loops over doubles: fills and final equity of all pairs.
///
/// # Panics
/// Never: the periods are valid.
#[must_use]
pub fn fused(open: &[f64], close: &[f64], pairs: &[Pair]) -> (usize, f64) {
    let average = |period: usize| {
        let view = indicators::Series::of_close(close);
        let mut out = vec![Vec::new()];
        indicators::Indicator::batch(&indicators::Sma::new(period).expect("valid"), view, &mut out);
        out.remove(0)
    };
    fused_over(open, close, pairs, average)
}

/// As `fused`, with averages from running totals as vectorbt makes them. Both are right, but
/// differ in the last bit, and on a grid of prices two averages are often equal but for that.
#[must_use]
pub fn fused_from_totals(open: &[f64], close: &[f64], pairs: &[Pair]) -> (usize, f64) {
    let mut total = 0.0;
    let totals: Vec<f64> = close
        .iter()
        .map(|x| {
            total += x;
            total
        })
        .collect();
    let average = |period: usize| {
        let of = |i: usize| match (i + 1).cmp(&period) {
            std::cmp::Ordering::Less => f64::NAN,
            std::cmp::Ordering::Equal => totals[i] / period as f64,
            std::cmp::Ordering::Greater => (totals[i] - totals[i - period]) / period as f64,
        };
        (0..close.len()).map(of).collect()
    };
    fused_over(open, close, pairs, average)
}

fn fused_over(open: &[f64], close: &[f64], pairs: &[Pair], average: impl Fn(usize) -> Vec<f64>) -> (usize, f64) {
    let mut columns = std::collections::BTreeMap::new();
    for period in pairs.iter().flat_map(|(fast, slow)| [*fast, *slow]) {
        columns.entry(period).or_insert_with(|| average(period));
    }
    let (mut fills, mut equity) = (0, 0.0);
    for (fast, slow) in pairs {
        let (n, total) = one(open, close, &columns[fast], &columns[slow]);
        fills += n;
        equity += total;
    }
    (fills, equity)
}

fn one(open: &[f64], close: &[f64], fast: &[f64], slow: &[f64]) -> (usize, f64) {
    let (mut before, mut cash, mut position, mut pending, mut fills) = (f64::NAN, 1_000_000.0, 0.0, 0.0, 0);
    for (i, (fast, slow)) in fast.iter().zip(slow).enumerate() {
        if pending != 0.0 {
            cash -= pending * open[i] + open[i] * 0.001;
            position += pending;
            fills += 1;
            pending = 0.0;
        }
        let now = fast - slow;
        if now > 0.0 && before <= 0.0 && position == 0.0 {
            pending = 1.0;
        } else if now < 0.0 && before >= 0.0 && position > 0.0 {
            pending = -1.0;
        }
        before = now;
    }
    (fills, cash + position * close[close.len() - 1])
}
