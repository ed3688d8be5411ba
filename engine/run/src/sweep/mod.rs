//! `Sweep`: a backtest for every combination of parameters of a `[sweep]` section.
//!
//! The way of a sweep: `spec` (the section, every value checked once) -> `plan`
//! (the cells in canonical order) -> `cell` (one run, on any thread) -> `outcome`
//! (ranking, neighbours, deflated Sharpe ratio) -> `folder` (what it leaves behind,
//! also when it is stopped). Data, merged rows and indicator columns are loaded once
//! and shared; each thread has one set of buffers.
//!
//! The digest of a sweep is SHA-256 over its cells in canonical order: the same for
//! any number of threads, and whether it was stopped and resumed or not.

mod axis;
mod border;
mod cell;
mod constraint;
pub mod figures;
mod folder;
mod outcome;
mod plan;
mod run;
mod spec;
mod table;
mod value;

use std::sync::OnceLock;
use std::time::Instant;

use engine_core::registry::Registry;
use engine_core::setup::{CacheUse, ColumnCache};
use sha2::{Digest, Sha256};

pub use axis::Axis;
pub use cell::CellOutcome;
pub use figures::Figures;
pub use folder::SweepFolder;
pub use plan::{ASK_ABOVE, CELLS_MAX};
pub use run::{SweepProgress, THREADS_MAX};
pub use spec::{Digests, Mode};
pub use value::Scalar;

use crate::config::Config;
use crate::error::RunFailure;
use crate::load::{self, Input};
use crate::manifest::InputFile;
use cell::{Cells, Shared};
use plan::Plan;
use spec::Spec;

/// Cells times bars up to which `digests = "auto"` hashes every run.
pub const HASH_ALL_BARS_MAX: u64 = 50_000_000;

/// What the user said about a large sweep.
#[derive(Clone, Copy, Debug, Default)]
pub struct Consent {
    /// `--yes`.
    pub yes: bool,
    /// `--limit`: most combinations.
    pub limit: Option<u64>,
}

/// A sweep: what it runs, and what came of it so far.
pub struct Sweep {
    config: Config,
    /// Without `[sweep]`.
    base: Config,
    spec: Spec,
    plan: Plan,
    input: Input,
    combinations: u128,
    outcomes: Vec<Option<CellOutcome>>,
    cache: ColumnCache,
    threads: usize,
    /// Seconds and cells of this start.
    seconds: f64,
    ran: usize,
}

/// How many cells came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Combinations before constraints; draws of a random sweep.
    pub combinations: u128,
    /// Excluded by constraints.
    pub excluded: u64,
    /// What is left: cells.
    pub cells: usize,
    /// Ran.
    pub done: usize,
    /// Parameters that do not fit each other.
    pub invalid: usize,
    /// Ended before their end.
    pub failed: usize,
    /// Not run yet.
    pub pending: usize,
}

impl Sweep {
    /// Reads `[sweep]`, loads the data and lists the cells.
    ///
    /// # Errors
    /// A wrong `[sweep]`, data that cannot be read, or so many combinations that
    /// the user must say so.
    pub fn prepare(config: Config, registry: &Registry, consent: Consent) -> Result<Self, RunFailure> {
        let spec = Spec::read(&config, registry)?;
        let base = config.clone().without("sweep");
        let combinations = plan::combinations(&spec);
        if combinations > CELLS_MAX {
            let problem = format!(
                "{} combinations, expected at most {}; use fewer values, or mode = \"random\" with samples",
                grouped(combinations),
                grouped(CELLS_MAX)
            );
            return Err(config.error("sweep", problem).into());
        }
        let input = load::load(&base)?;
        if combinations > ASK_ABOVE
            && !(consent.yes && consent.limit.is_some_and(|limit| u128::from(limit) >= combinations))
        {
            let estimate = estimate(&base, &input, &spec, registry, combinations);
            let problem = format!(
                "{} combinations{estimate}; nothing was started. Use fewer values, mode = \"random\" with samples, \
                 or say --yes --limit {combinations}",
                grouped(combinations)
            );
            return Err(config.error("sweep", problem).into());
        }
        let plan = Plan::of(&spec);
        if plan.len() == 0 {
            let problem = format!("excludes all of the {} combinations", grouped(combinations));
            return Err(config.error("sweep.constraint", problem).into());
        }
        let cache = ColumnCache::with_limit(spec.memory_mb as usize * 1_000_000);
        let outcomes = vec![None; plan.len()];
        Ok(Self { config, base, spec, plan, input, combinations, outcomes, cache, threads: 0, seconds: 0.0, ran: 0 })
    }

    fn shared<'a>(&'a self, registry: &'a Registry) -> Shared<'a> {
        Shared {
            base: &self.base,
            registry,
            input: &self.input,
            spec: &self.spec,
            plan: &self.plan,
            cache: &self.cache,
            periods_per_year: OnceLock::new(),
        }
    }

    /// True when every run is hashed as a whole.
    #[must_use]
    pub fn hashes_all(&self) -> bool {
        match self.spec.digests {
            Digests::All => true,
            Digests::Top => false,
            Digests::Auto => (self.plan.len() as u64).saturating_mul(self.bars()) <= HASH_ALL_BARS_MAX,
        }
    }

    /// Bars of one cell, those that warm up included.
    #[must_use]
    pub fn bars(&self) -> u64 {
        self.input.feed.rows() as u64
    }

    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.plan.len()
    }

    /// True when there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.plan.len() == 0
    }

    /// The parameters.
    #[must_use]
    pub fn axes(&self) -> &[Axis] {
        &self.spec.axes
    }

    /// The values of a cell, in the order of the parameters.
    #[must_use]
    pub fn values(&self, cell: usize) -> Vec<Scalar> {
        self.plan.values(&self.spec, cell)
    }

    /// What `--set` takes to make a cell a backtest of its own.
    #[must_use]
    pub fn overrides(&self, cell: usize) -> Vec<String> {
        let values = self.values(cell);
        self.spec.axes.iter().zip(values).map(|(axis, value)| format!("{}={value}", axis.path)).collect()
    }

    /// What came of each cell; `None` where it has not run.
    #[must_use]
    pub fn outcomes(&self) -> &[Option<CellOutcome>] {
        &self.outcomes
    }

    /// True when every cell has an outcome.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.outcomes.iter().all(Option::is_some)
    }

    /// How many cells came to what.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts {
            combinations: self.combinations,
            excluded: self.plan.excluded,
            cells: self.plan.len(),
            ..Counts::default()
        };
        for outcome in &self.outcomes {
            match outcome {
                Some(CellOutcome::Done { .. }) => counts.done += 1,
                Some(CellOutcome::Invalid(_)) => counts.invalid += 1,
                Some(CellOutcome::Failed(_)) => counts.failed += 1,
                None => counts.pending += 1,
            }
        }
        counts
    }

    /// SHA-256 over the cells in canonical order, hex; `None` before all have run.
    #[must_use]
    pub fn digest(&self) -> Option<String> {
        let mut hash = Sha256::new();
        hash.update(format!("engine-sweep-1\n{}\n", self.plan.len()).as_bytes());
        for (cell, outcome) in self.outcomes.iter().enumerate() {
            let line = match outcome.as_ref()? {
                CellOutcome::Done { result, .. } => format!("{result}\n"),
                CellOutcome::Invalid(_) => format!("invalid {}\n", self.overrides(cell).join(" ")),
                CellOutcome::Failed(_) => format!("failed {}\n", self.overrides(cell).join(" ")),
            };
            hash.update(line.as_bytes());
        }
        Some(cell::hex(&hash.finalize()))
    }

    /// The name of the run.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.config.run.name
    }

    /// What the indicator columns take.
    #[must_use]
    pub fn columns(&self) -> CacheUse {
        self.cache.usage()
    }

    /// The files that were read.
    #[must_use]
    pub fn files(&self) -> &[InputFile] {
        &self.input.files
    }
}

/// All that is wrong with `[sweep]`; the data is not loaded.
pub(crate) fn check(config: &Config, registry: &Registry) -> Vec<crate::config::ConfigError> {
    let config = config.clone().collecting();
    let last = Spec::read(&config, registry).err();
    let mut errors = config.document().collected();
    errors.extend(last.filter(|e| !errors.contains(e)));
    errors
}

/// `, about 14 hours at 50 us a cell on one thread`: measured on the
/// config as it stands; empty when that does not run.
fn estimate(base: &Config, input: &Input, spec: &Spec, registry: &Registry, combinations: u128) -> String {
    let mut one = spec.clone();
    // No parameter: the config as it stands.
    one.mode = Mode::Grid;
    one.axes.clear();
    one.targets.clear();
    one.constraints.clear();
    let (plan, cache) = (Plan::of(&one), ColumnCache::default());
    let (spec, plan, cache) = (&one, &plan, &cache);
    let shared = Shared { base, registry, input, spec, plan, cache, periods_per_year: OnceLock::new() };
    let mut cells = Cells::new(&shared);
    let mut run = || matches!(border::guard(|| cells.run(0, false)), Ok(CellOutcome::Done { .. }));
    if !run() {
        return String::new();
    }
    // The second has its columns and buffers.
    let began = Instant::now();
    run();
    let one = began.elapsed().as_secs_f64();
    format!(", about {} at {} a cell on one thread", span(one * combinations as f64), span(one))
}

/// A time as people say it.
#[must_use]
pub fn span(seconds: f64) -> String {
    match seconds {
        s if s < 1e-3 => format!("{:.0} us", s * 1e6),
        s if s < 1.0 => format!("{:.0} ms", s * 1e3),
        s if s < 120.0 => format!("{s:.1} s"),
        s if s < 7_200.0 => format!("{:.0} minutes", s / 60.0),
        s if s < 172_800.0 => format!("{:.0} hours", s / 3_600.0),
        s if s < 63_072_000.0 => format!("{:.0} days", s / 86_400.0),
        s => format!("{:.0} years", s / 31_536_000.0),
    }
}

/// Digits in groups of three.
fn grouped(n: u128) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(c);
    }
    text
}
