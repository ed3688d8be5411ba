//! `Cells`: one combination of parameters to one run, on one thread.
//!
//! What all cells share is behind references: bars, merged rows, indicator columns,
//! the config. A thread keeps its own buffers from cell to cell. Nothing is parsed
//! here: parameters of plugins are put into the config in memory, other keys make
//! a config once per combination of them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use engine_core::digest::digest;
use engine_core::exchange::depth::DepthRules;
use engine_core::exchange::{FillRules, PathRule};
use engine_core::kernel::{RunError, Scratch, run_with};
use engine_core::record::RunResult;
use engine_core::registry::{Registry, Role};
use engine_core::setup::ColumnCache;
use engine_report::{ReportInput, periods_per_year, summary_at};
use sha2::{Digest, Sha256};

use super::figures::Figures;
use super::plan::Plan;
use super::spec::{Spec, Target};
use super::value::Scalar;
use crate::backtest::options;
use crate::composition;
use crate::config::Config;
use crate::load::Input;
use crate::queues;

/// Configs of combinations of keys that are no plugin's parameters, kept at most.
const CONFIGS_MAX: usize = 1_024;

/// What came of a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum CellOutcome {
    /// It ran.
    Done {
        /// Its figures.
        figures: Figures,
        /// SHA-256 of its parameters and exact result, hex.
        result: String,
        /// The digest of the run, when it was asked for: that of a backtest.
        digest: Option<String>,
    },
    /// Its parameters do not fit each other.
    Invalid(String),
    /// It ended before its end: an overflow, a panic.
    Failed(String),
}

/// Why a cell has no result.
pub(crate) enum NoResult {
    Invalid(String),
    Failed(String),
}

/// What all threads share.
pub(crate) struct Shared<'a> {
    pub(crate) base: &'a Config,
    pub(crate) registry: &'a Registry,
    pub(crate) input: &'a Input,
    pub(crate) spec: &'a Spec,
    pub(crate) plan: &'a Plan,
    pub(crate) cache: &'a ColumnCache,
    /// The same for all cells: they run over the same instants.
    pub(crate) periods_per_year: OnceLock<f64>,
}

/// The cells of one thread.
pub(crate) struct Cells<'a> {
    shared: &'a Shared<'a>,
    /// By the values of the keys that are no plugin's parameters.
    configs: BTreeMap<Vec<String>, Result<Config, String>>,
    scratch: Scratch,
}

impl<'a> Cells<'a> {
    pub(crate) fn new(shared: &'a Shared<'a>) -> Self {
        Self { shared, configs: BTreeMap::new(), scratch: Scratch::default() }
    }

    /// Runs a cell; `whole` hashes the whole run as well.
    pub(crate) fn run(&mut self, cell: usize, whole: bool) -> CellOutcome {
        match self.play(cell) {
            Ok((run, figures, result)) => {
                let digest = whole.then(|| digest(&run));
                self.scratch = Scratch::from(run);
                CellOutcome::Done { figures, result, digest }
            }
            Err(NoResult::Invalid(reason)) => CellOutcome::Invalid(reason),
            Err(NoResult::Failed(reason)) => CellOutcome::Failed(reason),
        }
    }

    /// Runs a cell and gives its run.
    pub(crate) fn play(&mut self, cell: usize) -> Result<(RunResult, Figures, String), NoResult> {
        let shared = self.shared;
        let values = shared.plan.values(shared.spec, cell);
        let scratch = std::mem::take(&mut self.scratch);
        let config = self.config(&values).map_err(NoResult::Invalid)?;
        let symbol = config.strategy.symbol.clone().unwrap_or_else(|| shared.input.symbol.clone());
        let base = options(config, shared.input);
        let run_on = |fills: FillRules, depth: DepthRules, scratch: Scratch| {
            let mut strategy =
                composition::strategy(config, shared.registry, &symbol).map_err(|e| NoResult::Invalid(e.problem))?;
            let options = engine_core::kernel::RunOptions { fills, depth, ..base.clone() };
            run_with(&shared.input.feed, strategy.as_mut(), &options, shared.cache, scratch).map_err(|e| {
                let problem = composition::run_error(config, &e).problem;
                match e {
                    RunError::Endless(..) => NoResult::Failed(problem),
                    _ => NoResult::Invalid(problem),
                }
            })
        };
        let run = run_on(base.fills, base.depth, scratch)?;
        let (mut pessimistic, mut optimistic) = (None, None);
        if shared.spec.scenarios && run.left_ambiguous() > 0 {
            let on = |path| run_on(FillRules { path, ..base.fills }, base.depth, Scratch::default());
            pessimistic = Some(on(PathRule::Pessimistic)?);
            optimistic = Some(on(PathRule::Optimistic)?);
        }
        let (mut last_in_queue, mut first_in_queue) = (None, None);
        let modelled = queues::are_modelled(&run, &shared.input.feed, &base.depth);
        if shared.spec.scenarios && modelled {
            last_in_queue = Some(run_on(base.fills, queues::last(&base.depth), Scratch::default())?);
            first_in_queue = Some(run_on(base.fills, queues::first(&base.depth), Scratch::default())?);
        }
        let periods = *shared.periods_per_year.get_or_init(|| periods_per_year(&run.times));
        let report = ReportInput {
            name: "",
            run: &run,
            digest: "",
            series: &[],
            benchmark: None,
            pessimistic: pessimistic.as_ref(),
            optimistic: optimistic.as_ref(),
            last_in_queue: last_in_queue.as_ref(),
            first_in_queue: first_in_queue.as_ref(),
            assumptions: Vec::new(),
            warnings: Vec::new(),
            provenance: Vec::new(),
            config: "",
        };
        let mut figures = Figures::of(&summary_at(&report, periods));
        if (modelled || run.left_ambiguous() > 0) && !shared.spec.scenarios {
            // The re-runs that they come from were not made.
            figures.undefine("pnl_worst");
            figures.undefine("pnl_best");
        }
        let result = result_of(shared.spec, &values, &run, &figures);
        Ok((run, figures, result))
    }

    /// The config of a cell.
    fn config(&mut self, values: &[Scalar]) -> Result<&Config, String> {
        let shared = self.shared;
        let spec = shared.spec;
        let axes = || spec.axes.iter().zip(&spec.targets).zip(values);
        let keys: Vec<String> = axes()
            .filter(|((_, target), _)| **target == Target::Key)
            .map(|((axis, _), value)| format!("{}={value}", axis.path))
            .collect();
        if self.configs.len() >= CONFIGS_MAX && !self.configs.contains_key(&keys) {
            self.configs.clear();
        }
        let config = self.configs.entry(keys).or_insert_with_key(|keys| made(shared, keys));
        let config = config.as_mut().map_err(|e| e.clone())?;
        for ((_, target), value) in axes() {
            let Target::Plugin(role, number, name) = target else { continue };
            let parameters = match role {
                Role::Strategy | Role::Signal => Some(&mut config.strategy.parameters),
                Role::Sizer => config.sizing.as_mut().map(|p| &mut p.parameters),
                Role::Filter => config.filter.get_mut(*number).map(|p| &mut p.parameters),
                Role::Exit => config.exit.get_mut(*number).map(|p| &mut p.parameters),
            };
            if let Some(slot) = parameters.and_then(|p| p.get_mut(name)) {
                *slot = value.to_json();
            }
        }
        Ok(config)
    }
}

/// The config with other values of keys that are no plugin's parameters.
fn made(shared: &Shared<'_>, keys: &[String]) -> Result<Config, String> {
    if keys.is_empty() {
        return Ok(shared.base.clone());
    }
    let config = shared.base.with(keys, shared.registry).map_err(|e| e.problem)?;
    if let Some(symbol) = &config.strategy.symbol
        && shared.input.feed.find(symbol).is_none()
    {
        return Err(format!("[strategy] symbol: {symbol} is not in the data"));
    }
    queues::fit(&config, shared.input.feed.series()).map_err(|e| e.problem)?;
    Ok(config)
}

/// SHA-256 over the parameters of a cell and what its run decided, in exact numbers.
fn result_of(spec: &Spec, values: &[Scalar], run: &RunResult, figures: &Figures) -> String {
    let mut hash = Sha256::new();
    hash.update(b"engine-cell-1\n");
    for (axis, value) in spec.axes.iter().zip(values) {
        hash.update(format!("{}={value}\n", axis.path).as_bytes());
    }
    let mut number = |n: i128| hash.update(n.to_le_bytes());
    let last = run.fills.last().map_or(0, |f| i128::from(f.price.units()));
    for n in [
        i128::from(run.bars),
        run.orders.len() as i128,
        run.fills.len() as i128,
        run.trades.len() as i128,
        run.ambiguous.len() as i128,
        i128::from(run.exposed),
        run.final_equity.units(),
        run.final_cash.units(),
        run.fees().units(),
        run.traded().units(),
        last,
    ] {
        number(n);
    }
    let fall = figures.get("max_drawdown").unwrap_or(1.0);
    // One zero.
    hash.update((if fall == 0.0 { 0.0 } else { fall }).to_bits().to_le_bytes());
    hex(&hash.finalize())
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String never fails.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
