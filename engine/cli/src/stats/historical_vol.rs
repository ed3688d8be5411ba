//! `engine stats historical_vol FILE.csv`: volatility of a window of bars, at each bar.

use clap::Args;
use engine_data::table::{TextTable, read_table};
use options::historical_vol::{Bars, Estimator, HistoryError, problems, rolling};

use crate::batch::{Answers, Cell, Files};
use crate::failure::Failure;

/// Historical volatility of bars: six estimators
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine stats historical_vol data/us_daily/AAPL.csv --window 20 -o runs/vol.csv\n\nReads columns open, high, low, close (others are left alone), oldest row first. Appends\nout_close_to_close (sample deviation of log returns), out_parkinson, out_garman_klass,\nout_rogers_satchell, out_yang_zhang_published, out_yang_zhang_volest (as the Python package\nvolest has it), per year as a fraction, at the last bar of each window; empty before the first\nwindow is full and while a bad bar is in it. out_error tells what is wrong with a bar."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    files: Files,
    /// Bars in a window, at least 2
    #[arg(long, default_value_t = 20)]
    window: usize,
    /// Bars in a year
    #[arg(long, default_value_t = 252.0)]
    periods_per_year: f64,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let table = read_table(&arguments.files.file)?;
    let [open, high, low, close] = ["open", "high", "low", "close"].map(|name| column(&table, name));
    let (open, high, low, close) = (open?, high?, low?, close?);
    let bars = Bars { open: &open, high: &high, low: &low, close: &close };
    let estimate = |estimator| rolling(estimator, &bars, arguments.window, arguments.periods_per_year);
    let mut columns = Vec::new();
    for estimator in Estimator::ALL {
        columns.push(estimate(estimator).map_err(Failure::input)?);
    }
    let mut wrong = vec![String::new(); table.len()];
    // Of all the estimators that read the whole bar, each finds the same.
    for problem in problems(Estimator::YangZhang, &bars).map_err(Failure::input)? {
        let bar = match &problem {
            HistoryError::Price { bar, .. } | HistoryError::Range { bar, .. } | HistoryError::Outside { bar, .. } => {
                *bar
            }
            _ => return Err(Failure::input(problem)),
        };
        if let Some(text) = wrong.get_mut(bar) {
            // Without the bar's number: it stands in its row.
            let said = problem.to_string();
            *text = said.split_once(": ").map_or(said.clone(), |(_, rest)| rest.to_owned());
            *text = text.replacen(&format!("[{bar}]"), "", 1);
        }
    }
    let mut answers = Answers::new(&Estimator::ALL.map(Estimator::name));
    for (row, problem) in wrong.into_iter().enumerate() {
        let cells = columns.iter().map(|column| Cell::from(Some(column[row]).filter(|v| !v.is_nan())));
        answers.push_partly(cells.collect(), problem);
    }
    answers.write(&table, arguments.files.output.as_deref())
}

/// A column of prices; a field that is no number is none.
fn column(table: &TextTable, name: &str) -> Result<Vec<f64>, Failure> {
    Ok(table.column_text(name)?.iter().map(|field| field.parse().unwrap_or(f64::NAN)).collect())
}
