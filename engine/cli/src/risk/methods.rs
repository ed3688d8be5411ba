//! VaR and expected shortfall by every method, from the same holdings.

use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use risk::monte_carlo::{Contributions, Estimate, Growth, Model, Outcome, Progress, Simulation, simulate};
use risk::var::{
    Backtest, CornishFisher, Historical, PortfolioRisk, Quantile, Tail, TailRisk, backtest, cornish_fisher, exceptions,
    normal_of, portfolio_risk,
};
use risk::{RiskError, block_length, covariance, moments};

use super::holdings::Holdings;
use crate::interrupt::Interrupt;

/// Work shorter than this shows nothing.
const SILENT: Duration = Duration::from_secs(1);

/// How returns are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum ModelName {
    /// Normal log returns (geometric Brownian motion)
    Gbm,
    /// Joint Student t log returns
    StudentT,
    /// Past days in blocks (stationary bootstrap)
    Bootstrap,
}

/// What to simulate.
pub(super) struct Plan {
    pub(super) model: ModelName,
    pub(super) degrees: f64,
    pub(super) block: Option<f64>,
    pub(super) settings: Simulation,
    pub(super) confidence: f64,
    pub(super) band: f64,
}

/// VaR and ES as fractions of the value, for the horizon.
pub(super) struct Closed {
    pub(super) historical: TailRisk,
    pub(super) cornish_fisher: CornishFisher,
    /// Money.
    pub(super) normal: PortfolioRisk,
}

/// By formula: historical (one day's, times the root of the days), normal with delta weights, Cornish-Fisher.
pub(super) fn closed(holdings: &Holdings, past: &[f64], confidence: f64, days: f64) -> Result<Closed, RiskError> {
    let history = Historical::new(past)?;
    let root = days.sqrt();
    let historical = TailRisk {
        var: root * history.var(confidence, Quantile::Linear)?,
        expected_shortfall: root * history.expected_shortfall(confidence, Tail::RockafellarUryasev)?,
    };
    // Cumulants of independent days add up.
    let degenerate = RiskError::Degenerate { argument: "history", problem: "its returns have no variance" };
    let population = |n: f64| ((n - 1.0) / n).sqrt();
    let deviation = moments::deviation(past).ok_or(degenerate.clone())? * population(past.len() as f64);
    let (mean, skew) = (moments::mean(past).ok_or(degenerate.clone())?, moments::skew(past).ok_or(degenerate.clone())?);
    let kurtosis = moments::excess_kurtosis(past).ok_or(degenerate)?;
    let bent = cornish_fisher(days * mean, root * deviation, skew / root, kurtosis / days, confidence)?;
    let (means, covariances) = estimates(holdings)?;
    let scaled = |values: &[f64]| values.iter().map(|x| days * x).collect::<Vec<f64>>();
    let weights = holdings.weights()?;
    let normal = portfolio_risk(&weights, &scaled(&means), &scaled(&covariances), confidence, holdings.value)?;
    Ok(Closed { historical, cornish_fisher: bent, normal })
}

/// Means and covariance of the factors' simple returns, per day.
fn estimates(holdings: &Holdings) -> Result<(Vec<f64>, Vec<f64>), RiskError> {
    let slices = holdings.history.slices();
    let means = slices.iter().map(|r| moments::mean(*r).unwrap_or(0.0)).collect();
    Ok((means, covariance::covariance(&slices, 1)?))
}

/// The simulation, with a bar on standard error and a stop by Ctrl-C.
pub(super) fn simulated(
    holdings: &Holdings,
    plan: &Plan,
    interrupt: &Interrupt,
) -> Result<(Outcome, Estimate, Contributions), RiskError> {
    let portfolio = holdings.simulated()?;
    let logs: Vec<Vec<f64>> =
        holdings.history.returns.iter().map(|r| r.iter().map(|x| libm::log1p(*x)).collect()).collect();
    let slices: Vec<&[f64]> = logs.iter().map(Vec::as_slice).collect();
    let mean: Vec<f64> = slices.iter().map(|r| moments::mean(*r).unwrap_or(0.0)).collect();
    let covariance = covariance::covariance(&slices, 1)?;
    let days = holdings.history.days();
    let rows: Vec<f64> = (0..days).flat_map(|day| holdings.history.returns.iter().map(move |r| r[day])).collect();
    let model = match plan.model {
        ModelName::Gbm => Model::Normal { mean: &mean, covariance: &covariance, growth: Growth::LogMean },
        ModelName::StudentT => {
            let degrees = plan.degrees;
            Model::StudentT { mean: &mean, covariance: &covariance, growth: Growth::LogMean, degrees }
        }
        ModelName::Bootstrap => Model::Bootstrap { returns: &rows, mean_block: mean_block(holdings, plan.block) },
    };
    let bar = Bar::new(plan.settings.paths as u64);
    let watch = |progress: Progress| {
        bar.show(progress.done as u64, progress.total as u64);
        if interrupt.code().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let outcome = simulate(&portfolio, &model, &plan.settings, &watch)?;
    let estimate = outcome.estimate(plan.confidence, plan.band)?;
    let parts = outcome.contributions(plan.confidence, &watch)?;
    Ok((outcome, estimate, parts))
}

/// The block length given, or the longest that the factors' own estimates ask for.
pub(super) fn mean_block(holdings: &Holdings, given: Option<f64>) -> f64 {
    let estimate = || holdings.history.returns.iter().filter_map(|r| block_length::block_length(r)).max().unwrap_or(1);
    given.unwrap_or_else(|| estimate() as f64)
}

/// One backtest: each day's VaR from the `window` days before it.
pub(super) struct Tested {
    pub(super) name: &'static str,
    pub(super) result: Backtest,
}

/// Backtests of the historical and the normal VaR of one day.
pub(super) fn tested(past: &[f64], confidence: f64, window: usize) -> Result<Vec<Tested>, RiskError> {
    let days = past.len().saturating_sub(window);
    if days == 0 {
        let expected = format!("more than the {window} of --backtest");
        return Err(RiskError::Length { argument: "history", found: past.len(), expected });
    }
    let losses: Vec<f64> = past[window..].iter().map(|r| -r).collect();
    let (mut by_history, mut by_normal) = (Vec::with_capacity(days), Vec::with_capacity(days));
    for day in 0..days {
        let before = &past[day..day + window];
        by_history.push(Historical::new(before)?.var(confidence, Quantile::Linear)?);
        by_normal.push(normal_of(before, confidence)?.var);
    }
    let test = |name, var: &[f64]| Ok(Tested { name, result: backtest(&exceptions(&losses, var)?, confidence)? });
    Ok(vec![test("historical", &by_history)?, test("normal", &by_normal)?])
}

/// A bar with the time left, when standard error is a terminal and the work is long.
struct Bar {
    bar: Option<ProgressBar>,
    began: Instant,
}

impl Bar {
    fn new(total: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(total);
            if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} paths, {eta} left") {
                bar.set_style(style);
            }
            bar
        });
        Self { bar, began: Instant::now() }
    }

    fn show(&self, done: u64, total: u64) {
        if let Some(bar) = self.bar.as_ref().filter(|_| self.began.elapsed() > SILENT) {
            bar.set_length(total);
            bar.set_position(done);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
