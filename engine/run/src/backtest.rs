//! `backtest`: load, run, run the scenarios, sum up.

use std::sync::Arc;

use engine_core::digest::digest;
use engine_core::exchange::depth::DepthRules;
use engine_core::exchange::{FillRules, PathRule};
use engine_core::feed::{Feed, Series};
use engine_core::kernel::{RunOptions, Scratch, run_with};
use engine_core::record::RunResult;
use engine_core::registry::Registry;
use engine_core::setup::ColumnCache;
use engine_core::tape::Tape;
use engine_core::time::Timestamp;
use engine_report::{Benchmark, ReportInput, Summary, summary};

use crate::benchmark::buy_and_hold;
use crate::composition;
use crate::config::{Config, Schedule, SlippageConfig};
use crate::error::RunFailure;
use crate::load::{self, Input};
use crate::manifest::InputFile;
use crate::queues;

/// What a backtest is doing, for progress bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading price files.
    Load,
    /// The run itself.
    Run,
    /// The run on the worse path of every ambiguous bar.
    Pessimistic,
    /// The run on the better path of every ambiguous bar.
    Optimistic,
    /// The run in which every resting order is the last in its queue.
    LastInQueue,
    /// The run in which nobody is before a resting order.
    FirstInQueue,
    /// Adding up.
    Summary,
}

impl Stage {
    /// All of them, in order.
    pub const ALL: [Self; 7] = [
        Self::Load,
        Self::Run,
        Self::Pessimistic,
        Self::Optimistic,
        Self::LastInQueue,
        Self::FirstInQueue,
        Self::Summary,
    ];

    /// What is shown.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Load => "reading data",
            Self::Run => "running",
            Self::Pessimistic => "running the pessimistic scenario",
            Self::Optimistic => "running the optimistic scenario",
            Self::LastInQueue => "running last in the queue",
            Self::FirstInQueue => "running first in the queue",
            Self::Summary => "adding up",
        }
    }
}

/// All that came of a backtest.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Name of the run.
    pub name: String,
    /// The run.
    pub run: RunResult,
    /// Its digest.
    pub digest: String,
    /// Its figures.
    pub summary: Summary,
    /// The complete re-run on pessimistic paths, when something was ambiguous.
    pub pessimistic: Option<RunResult>,
    /// The complete re-run on optimistic paths, when something was ambiguous.
    pub optimistic: Option<RunResult>,
    /// The complete re-run last in every queue, when orders could wait in queues whose places are unknown.
    pub last_in_queue: Option<RunResult>,
    /// The complete re-run first in every queue.
    pub first_in_queue: Option<RunResult>,
    /// The data it ran over.
    pub feed: Arc<Feed>,
    /// The account's currency.
    pub currency: String,
    /// What the strategy traded; empty when it chose for itself.
    pub symbol: String,
    /// The files that were read, with their hashes.
    pub files: Vec<InputFile>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// What the reader should doubt.
    pub warnings: Vec<String>,
    /// Label and text of where everything came from.
    pub provenance: Vec<(String, String)>,
    /// The config file as it was read.
    pub config_text: String,
    benchmark: Option<(String, Vec<f64>)>,
}

impl Outcome {
    /// What reports are made of.
    #[must_use]
    pub fn report(&self) -> ReportInput<'_> {
        ReportInput {
            name: &self.name,
            run: &self.run,
            digest: &self.digest,
            series: self.feed.series(),
            benchmark: self.benchmark.as_ref().map(|(symbol, equity)| Benchmark { symbol, equity }),
            pessimistic: self.pessimistic.as_ref(),
            optimistic: self.optimistic.as_ref(),
            last_in_queue: self.last_in_queue.as_ref(),
            first_in_queue: self.first_in_queue.as_ref(),
            assumptions: self.assumptions.clone(),
            warnings: self.warnings.clone(),
            provenance: self.provenance.clone(),
            config: &self.config_text,
        }
    }
}

/// Runs the backtest that a config describes. `progress` is told what begins.
///
/// # Errors
/// Data that cannot be read, or a config that does not fit it.
pub fn backtest(config: &Config, registry: &Registry, progress: &mut dyn FnMut(Stage)) -> Result<Outcome, RunFailure> {
    progress(Stage::Load);
    let input = load::load(config)?;
    let options = options(config, &input);
    let cache = ColumnCache::default();
    let run_on = |fills: FillRules, depth: DepthRules| {
        let mut strategy = composition::strategy(config, registry, &input.symbol)?;
        let options = RunOptions { fills, depth, ..options.clone() };
        run_with(&input.feed, strategy.as_mut(), &options, &cache, Scratch::default())
            .map_err(|e| composition::run_error(config, &e))
    };
    progress(Stage::Run);
    let run = run_on(options.fills, options.depth)?;
    let (mut pessimistic, mut optimistic) = (None, None);
    if run.left_ambiguous() > 0 {
        progress(Stage::Pessimistic);
        pessimistic = Some(run_on(FillRules { path: PathRule::Pessimistic, ..options.fills }, options.depth)?);
        progress(Stage::Optimistic);
        optimistic = Some(run_on(FillRules { path: PathRule::Optimistic, ..options.fills }, options.depth)?);
    }
    let (mut last_in_queue, mut first_in_queue) = (None, None);
    if queues::are_modelled(&run, &input.feed, &options.depth) {
        progress(Stage::LastInQueue);
        last_in_queue = Some(run_on(options.fills, queues::last(&options.depth))?);
        progress(Stage::FirstInQueue);
        first_in_queue = Some(run_on(options.fills, queues::first(&options.depth))?);
    }
    // Indicator columns are as large as the bars; nothing below reads them.
    drop(cache);

    progress(Stage::Summary);
    let benchmark = config.benchmark.as_ref().and_then(|symbol| {
        let is_it = |s: &&Series| s.instrument.symbol.as_str() == symbol;
        let series = input.feed.series().iter().find(is_it)?;
        let cash = options.cash.to_f64();
        Some((symbol.clone(), buy_and_hold(series, &run.times, cash, options.apply_actions)))
    });
    let digest = digest(&run);
    let figures = summary(&ReportInput {
        name: &config.run.name,
        run: &run,
        digest: &digest,
        series: input.feed.series(),
        benchmark: None,
        pessimistic: pessimistic.as_ref(),
        optimistic: optimistic.as_ref(),
        last_in_queue: last_in_queue.as_ref(),
        first_in_queue: first_in_queue.as_ref(),
        assumptions: Vec::new(),
        warnings: Vec::new(),
        provenance: Vec::new(),
        config: "",
    });
    Ok(Outcome {
        name: config.run.name.clone(),
        digest,
        summary: figures,
        run,
        pessimistic,
        optimistic,
        last_in_queue,
        first_in_queue,
        assumptions: assumptions(config, &input),
        provenance: provenance(config, &input),
        config_text: config.text().to_owned(),
        warnings: [config.notes.clone(), input.warnings].concat(),
        feed: input.feed,
        currency: input.currency,
        symbol: input.symbol,
        files: input.files,
        benchmark,
    })
}

/// Sets up the strategy of a config over its data and goes no further.
pub(crate) fn set_up(config: &Config, registry: &Registry, input: &Input) -> Result<(), RunFailure> {
    let mut strategy = composition::strategy(config, registry, &input.symbol)?;
    // A run that begins after its last bar.
    let options = RunOptions { begin: Timestamp::MAX, ..options(config, input) };
    run_with(&input.feed, strategy.as_mut(), &options, &ColumnCache::default(), Scratch::default())
        .map(|_| ())
        .map_err(|e| composition::run_error(config, &e).into())
}

pub(crate) fn options(config: &Config, input: &Input) -> RunOptions {
    RunOptions {
        account: config.account.account_kind(),
        cash: config.account.money(),
        fees: config.costs.fees(),
        fills: config.fill.rules(&config.costs),
        depth: config.venue.rules(),
        latency: config.venue.latency(),
        risk: config.risk.limits(),
        apply_actions: config.actions.apply(),
        begin: input.begin,
        seed: config.run.seed,
        ..RunOptions::default()
    }
}

pub(crate) fn assumptions(config: &Config, input: &Input) -> Vec<String> {
    let fill = &config.fill;
    let tapes: Vec<&Tape> = input.feed.series().iter().filter_map(|s| s.tape.as_deref()).collect();
    let on_bars = tapes.len() < input.feed.series().len();
    let mut list = Vec::new();
    if on_bars {
        list.push(match fill.market {
            "same_close" => "market orders fill at the close they were decided on".to_owned(),
            _ => "market orders fill at the open of the next bar that traded".to_owned(),
        });
        list.push(format!(
            "path inside a bar: {}; limits: {}, on a gap at the {}",
            fill.path, fill.limit_fill, fill.limit_gap
        ));
    }
    if !tapes.is_empty() {
        list.extend(config.venue.assumptions(&tapes, on_bars));
    }
    list.push(match &config.costs.schedule {
        Schedule::None => "no commissions".to_owned(),
        Schedule::Table(name) => match &config.costs.plan {
            Some(plan) => format!("fees of the schedule {name}, plan {plan}, by date"),
            None => format!("fees of the schedule {name}, by date"),
        },
        Schedule::Rate => format!("commission {} of the traded amount, on both sides", config.costs.rate),
    });
    if on_bars {
        list.extend(bar_assumptions(config, input));
    }
    list.extend(input.rules.iter().chain(&input.finer).cloned());
    list.push(match config.costs.table().is_some_and(|table| !table.spec().carry.is_empty()) {
        true => "idle cash earns nothing; holding and borrowing cost what the fee schedule says".to_owned(),
        false => "idle cash earns nothing; borrowing costs nothing".to_owned(),
    });
    list
}

/// What only fills on bars take for granted.
fn bar_assumptions(config: &Config, input: &Input) -> Vec<String> {
    let slippage = match config.costs.slippage {
        SlippageConfig::None => "no slippage".to_owned(),
        SlippageConfig::Ticks(n) => format!("slippage of {n} ticks on market and stop fills"),
        SlippageConfig::Bps(x) => format!("slippage of {x} basis points on market and stop fills"),
        SlippageConfig::Amount(x) => format!("slippage of {x} {} on market and stop fills", input.currency),
        SlippageConfig::Sqrt(x) => format!("slippage of {x} x sqrt(quantity / volume) on market and stop fills"),
    };
    let participation = match config.fill.participation {
        None => "no cap on the share of a bar's volume".to_owned(),
        Some(share) => format!("orders take at most {share} of a bar's volume"),
    };
    let actions = match config.actions.mode {
        "apply" => "splits and dividends take effect on their ex date; signals see adjusted prices".to_owned(),
        _ => "splits and dividends are ignored: a split shows as a crash".to_owned(),
    };
    vec![slippage, participation, actions]
}

pub(crate) fn provenance(config: &Config, input: &Input) -> Vec<(String, String)> {
    let mut list = vec![
        ("engine".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ("config".to_owned(), config.path().display().to_string()),
    ];
    list.extend(config.overrides().iter().map(|text| ("override".to_owned(), format!("--set {text}"))));
    list.push(("seed".to_owned(), config.run.seed.to_string()));
    list.extend(input.sources.iter().cloned());
    list.extend(input.files.iter().map(|f| (f.path.clone(), format!("sha256 {}", f.sha256))));
    list
}
