//! The report of a sweep: a terminal table and one self-contained page.
//!
//! Plain figures go in, text comes out. Both count the trials and show the deflated
//! Sharpe ratio of the best, what its neighbours earn, and one plain judgement.

mod charts;
mod judgement;
mod page;
mod terminal;

pub use judgement::judgement;
pub use page::html;
pub use terminal::terminal;

/// One parameter of a sweep.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameter {
    /// As the config names it.
    pub name: String,
    /// The key of the config.
    pub path: String,
    /// `5, 6, 7, ... 50` or `0.1 to 0.9, drawn`.
    pub values: String,
}

/// One cell that ran.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// Number in canonical order.
    pub number: usize,
    /// Values of the parameters.
    pub values: Vec<String>,
    /// Figures in the order of `SweepReport::figures`.
    pub figures: Vec<Option<f64>>,
    /// Digest of the run, if it was taken.
    pub digest: Option<String>,
}

/// Two parameters against the ranking figure, the rest summed up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatMap {
    /// Name of the parameter from left to right.
    pub x: String,
    /// Name of the parameter from bottom to top; empty when there is only one.
    pub y: String,
    /// Values of `x`.
    pub columns: Vec<String>,
    /// Values of `y`.
    pub rows: Vec<String>,
    /// Per row, per column: the best over the other parameters.
    pub best: Vec<Option<f64>>,
    /// Per row, per column: the median over the other parameters.
    pub median: Vec<Option<f64>>,
    /// Place of the best cell, counted by rows.
    pub mark: Option<usize>,
    /// How the two were chosen.
    pub chosen: String,
}

/// The deflated Sharpe ratio of the best cell (Bailey and Lopez de Prado 2014).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Deflated {
    /// Cells that ran.
    pub trials: u64,
    /// Variance of the trials' Sharpe ratios per period.
    pub variance: Option<f64>,
    /// Sharpe ratio of the best per period.
    pub sharpe: Option<f64>,
    /// Returns of the best.
    pub observations: u64,
    /// Skewness of its returns.
    pub skew: Option<f64>,
    /// Raw kurtosis of its returns; 3 for a normal distribution.
    pub kurtosis: Option<f64>,
    /// Per period: what the best of as many trials without skill is expected to show.
    pub threshold: Option<f64>,
    /// Probability that its true Sharpe ratio is above that.
    pub ratio: Option<f64>,
    /// Bars per year.
    pub periods_per_year: f64,
}

/// Counts of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepCounts {
    /// Combinations before constraints.
    pub combinations: u64,
    /// Excluded by constraints.
    pub excluded: u64,
    /// What is left.
    pub cells: u64,
    /// Ran.
    pub done: u64,
    /// Parameters that do not fit each other.
    pub invalid: u64,
    /// Ended before their end.
    pub failed: u64,
    /// Not run yet.
    pub pending: u64,
}

/// What a report of a sweep is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SweepReport {
    /// Name of the sweep.
    pub name: String,
    /// `grid`, or `random, 200 draws, seed 7`.
    pub mode: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Constraints as they were written.
    pub constraints: Vec<String>,
    /// Counts of cells.
    pub counts: SweepCounts,
    /// Names of figures.
    pub figures: Vec<String>,
    /// Number of the ranking figure.
    pub rank: usize,
    /// Less of it is better.
    pub less_is_better: bool,
    /// The best cells, the best first.
    pub top: Vec<Cell>,
    /// The ranking figure of every cell that has one, in canonical order.
    pub metric: Vec<f64>,
    /// Two parameters against it.
    pub heat_map: Option<HeatMap>,
    /// Cells one step of one parameter away from the best.
    pub neighbours: Vec<Cell>,
    /// The deflated Sharpe ratio of the best.
    pub deflated: Deflated,
    /// Parameters and reason of the first cells that did not run.
    pub not_run: Vec<(String, String)>,
    /// `91 distinct, 73 MB; limit 100 MB`.
    pub columns: String,
    /// Threads.
    pub threads: usize,
    /// Seconds that the cells of this start took.
    pub seconds: f64,
    /// Cells of this start.
    pub ran: u64,
    /// Bars of one cell.
    pub bars: u64,
    /// Digest; `None` when not all cells have run.
    pub digest: Option<String>,
    /// What the reader should doubt.
    pub warnings: Vec<String>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// Label and text of where everything came from.
    pub provenance: Vec<(String, String)>,
}

impl SweepReport {
    /// The ranking figure of a cell.
    #[must_use]
    pub fn metric_of(&self, cell: &Cell) -> Option<f64> {
        cell.figures.get(self.rank).copied().flatten()
    }

    /// Name of the ranking figure.
    #[must_use]
    pub fn rank_name(&self) -> &str {
        self.figures.get(self.rank).map_or("", String::as_str)
    }

    /// A figure of a cell by its name.
    #[must_use]
    pub fn figure(&self, cell: &Cell, name: &str) -> Option<f64> {
        let at = self.figures.iter().position(|f| f == name)?;
        cell.figures.get(at).copied().flatten()
    }
}

/// The middle value of some numbers; the mean of the two middle ones of an even count.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    risk::moments::quantile(values, 0.5)
}

/// A figure as people read it, by its name.
pub(crate) fn shown(name: &str, x: Option<f64>) -> String {
    use crate::display::{UNDEFINED, count, money, percent, ratio};
    let Some(x) = x else { return UNDEFINED.to_owned() };
    match name {
        "bars" | "fills" | "trades" | "max_drawdown_days" | "fills_outside_bar" => count(x.max(0.0) as u64),
        "final_equity" | "fees" | "pnl_worst" | "pnl_best" => money(x),
        "total_return" | "cagr" | "volatility" | "max_drawdown" | "win_rate" | "exposure" | "certain_share" => {
            percent(Some(x))
        }
        _ => ratio(Some(x)),
    }
}
