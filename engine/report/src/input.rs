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
    /// What the run took for granted, one sentence each.
    pub assumptions: Vec<String>,
    /// What the reader should doubt, one sentence each.
    pub warnings: Vec<String>,
    /// Where everything came from: label and text.
    pub provenance: Vec<(String, String)>,
    /// The config that the run was made of, in full; empty when there is none.
    pub config: &'a str,
}
