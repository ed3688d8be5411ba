//! `engine stats trades FILE.csv`: statistics of closed trades.

use std::path::PathBuf;

use clap::Args;
use engine_data::table::read_table;
use risk::trades::{excursions, trade_statistics};

use super::{column, print};
use crate::failure::Failure;

/// Won and lost, and how far, of a list of closed trades
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine stats trades runs/bracket/trades.csv --json\n\nReads the net profit of each trade from the column pnl, and mae and mfe (fractions of the\nmoney entered) where the table has both: trades.csv of a run folder has all three."
)]
pub(super) struct Arguments {
    /// A CSV with a header, one row per trade, in the order they closed
    file: PathBuf,
    /// The column with the net profit
    #[arg(long, default_value = "pnl")]
    column: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let table = read_table(&arguments.file)?;
    let profits = column(&table, &arguments.column, 0)?;
    let t = trade_statistics(&profits);
    let whole = |n: usize| Some(n as f64);
    let mut figures = vec![
        ("trades", whole(t.trades)),
        ("won", whole(t.won)),
        ("lost", whole(t.lost)),
        ("win_rate", t.win_rate),
        ("profit_factor", t.profit_factor),
        ("expectancy", t.expectancy),
        ("average_win", t.average_win),
        ("average_loss", t.average_loss),
        ("payoff_ratio", t.payoff_ratio),
        ("best", t.best),
        ("worst", t.worst),
        ("winners_in_a_row", whole(t.winners_in_a_row)),
        ("losers_in_a_row", whole(t.losers_in_a_row)),
    ];
    if table.position("mae").is_some() && table.position("mfe").is_some() {
        let e = excursions(&profits, &column(&table, "mae", 0)?, &column(&table, "mfe", 0)?);
        figures.extend([
            ("mae_median_of_winners", e.mae_of_winners),
            ("mae_median_of_losers", e.mae_of_losers),
            ("mfe_median_of_winners", e.mfe_of_winners),
            ("mfe_median_of_losers", e.mfe_of_losers),
            ("mae_worst", e.mae_worst),
            ("mfe_best", e.mfe_best),
        ]);
    }
    print(figures, arguments.json)
}
