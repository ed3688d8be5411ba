//! The figures of a cell: the numbers of `summary.json`, side by side.

use engine_report::Summary;

/// How many figures there are.
pub const COUNT: usize = 21;

/// Names of the figures, in order; those of `summary.json`.
pub const NAMES: [&str; COUNT] = [
    "bars",
    "fills",
    "trades",
    "final_equity",
    "total_return",
    "cagr",
    "volatility",
    "sharpe",
    "sortino",
    "calmar",
    "max_drawdown",
    "max_drawdown_days",
    "win_rate",
    "profit_factor",
    "exposure",
    "turnover",
    "fees",
    "certain_share",
    "pnl_worst",
    "pnl_best",
    "fills_outside_bar",
];
/// Whole numbers.
pub(crate) const COUNTS: [&str; 5] = ["bars", "fills", "trades", "max_drawdown_days", "fills_outside_bar"];
/// Figures of which less is better; of the others, more is.
pub const LESS_IS_BETTER: [&str; 5] = ["volatility", "max_drawdown_days", "turnover", "fees", "fills_outside_bar"];

/// The figures of a cell, in the order of [`NAMES`]; NaN where undefined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures(pub [f64; COUNT]);

impl Figures {
    pub(crate) fn of(s: &Summary) -> Self {
        let or = |x: Option<f64>| x.unwrap_or(f64::NAN);
        Self([
            s.bars as f64,
            s.fills as f64,
            s.trades as f64,
            s.final_equity,
            or(s.total_return),
            or(s.cagr),
            or(s.volatility),
            or(s.sharpe),
            or(s.sortino),
            or(s.calmar),
            or(s.max_drawdown),
            or(s.max_drawdown_days.map(|d| d as f64)),
            or(s.win_rate),
            or(s.profit_factor),
            or(s.exposure),
            or(s.turnover),
            s.fees,
            or(s.certain_share),
            s.pnl_worst,
            s.pnl_best,
            s.fills_outside_bar as f64,
        ])
    }

    /// A figure by its name; `None` when it is undefined or there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<f64> {
        let at = NAMES.iter().position(|n| *n == name)?;
        self.at(at)
    }

    /// A figure by its number; `None` when it is undefined.
    #[must_use]
    pub fn at(&self, figure: usize) -> Option<f64> {
        self.0.get(figure).copied().filter(|x| x.is_finite())
    }

    pub(crate) fn undefine(&mut self, name: &str) {
        if let Some(at) = NAMES.iter().position(|n| *n == name) {
            self.0[at] = f64::NAN;
        }
    }
}
