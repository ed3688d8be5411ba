//! What a report is made of.

use engine_core::feed::Series;
use engine_core::record::RunResult;

/// A line to compare with: equity of buying and holding.
#[derive(Clone, Copy, Debug)]
pub struct Benchmark<'a> {
    /// What is held.
    pub symbol: &'a str,
    /// Its equity at each of the run's instants (`RunResult::times`).
    pub equity: &'a [f64],
}

/// What a report is made of.
#[derive(Clone, Debug)]
pub struct ReportInput<'a> {
    /// Name of the run.
    pub name: &'a str,
    /// The run.
    pub run: &'a RunResult,
    /// Digest of the run.
    pub digest: &'a str,
    /// The series for the price chart, matched to the run's instruments by symbol.
    pub series: &'a [Series],
    /// Buy and hold.
    pub benchmark: Option<Benchmark<'a>>,
    /// The complete re-run in which every ambiguous bar takes its worse path;
    /// `None` when nothing was ambiguous.
    pub pessimistic: Option<&'a RunResult>,
    /// The complete re-run in which every ambiguous bar takes its better path;
    /// `None` when nothing was ambiguous.
    pub optimistic: Option<&'a RunResult>,
    /// The complete re-run in which every resting order on a book is the last in its queue
    /// (`volume_ahead`, `traded`); `None` when no order could wait in a queue whose places are unknown.
    pub last_in_queue: Option<&'a RunResult>,
    /// The complete re-run in which nobody is before a resting order (`none`, `full`).
    pub first_in_queue: Option<&'a RunResult>,
    /// What the run took for granted, one sentence each.
    pub assumptions: Vec<String>,
    /// What the reader should doubt, one sentence each.
    pub warnings: Vec<String>,
    /// Where everything came from: label and text.
    pub provenance: Vec<(String, String)>,
    /// The config that the run was made of, in full; empty when there is none.
    pub config: &'a str,
}

impl<'a> ReportInput<'a> {
    /// The complete re-runs that were made, each with its name.
    pub(crate) fn re_runs(&self) -> impl Iterator<Item = (&'static str, &'a RunResult)> + Clone + use<'a> {
        [
            ("Pessimistic", self.pessimistic),
            ("Optimistic", self.optimistic),
            ("Last in the queue", self.last_in_queue),
            ("First in the queue", self.first_in_queue),
        ]
        .into_iter()
        .filter_map(|(name, run)| Some((name, run?)))
    }

    /// The same report of another run over the same data, without re-runs.
    pub(crate) fn of_re_run(&self, run: &'a RunResult) -> Self {
        Self { run, pessimistic: None, optimistic: None, last_in_queue: None, first_in_queue: None, ..self.clone() }
    }
}
