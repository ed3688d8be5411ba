//! `engine stats adf FILE.csv`: one Dickey-Fuller test a row.

use std::path::PathBuf;

use clap::Args;
use engine_data::table::read_table;
use risk::series::adf::{AdfSettings, adf};

use super::fields::{SeriesTable, critical, lag_choice, maybe_whole, named, numbers, trend, words};
use crate::batch::{Answers, Cell, Files};
use crate::failure::Failure;

/// Augmented Dickey-Fuller tests of the series that rows name
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine stats adf adf.csv --series coint_series.csv -o out.csv\n\nReads columns pair, series (y, x, or dy: the differences of y), regression (n, c, ct, ctt),\nautolag (aic, bic, t-stat, none), maxlag (empty: the default). The series have columns pair, y,\nx, and t where they have times. Appends out_stat, out_p_value, out_used_lag, out_nobs (rows of\nthe final regression), out_crit_1pct, out_crit_5pct, out_crit_10pct, out_icbest (the winning\ncriterion; none for a fixed lag), and out_error."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    files: Files,
    /// The series [default: coint_series.csv beside FILE]
    #[arg(long, value_name = "FILE")]
    series: Option<PathBuf>,
}

const NAMES: [&str; 8] = ["stat", "p_value", "used_lag", "nobs", "crit_1pct", "crit_5pct", "crit_10pct", "icbest"];

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let table = read_table(&arguments.files.file)?;
    let (pairs, names, trends) = (words(&table, "pair")?, words(&table, "series")?, words(&table, "regression")?);
    let (choices, lags) = (words(&table, "autolag")?, numbers(&table, "maxlag")?);
    let series = SeriesTable::read(arguments.series.as_deref(), "coint_series.csv", &table, "pair", &["y", "x"])?;
    let mut answers = Answers::new(&NAMES);
    for row in 0..table.len() {
        let answer = || {
            let settings = AdfSettings {
                trend: trend("regression", trends.at(row))?,
                choice: lag_choice("autolag", choices.at(row))?,
                max_lag: maybe_whole(&lags, row)?,
            };
            let pair = series.get(pairs.at(row))?;
            let (y, x) = (&pair.columns[0], &pair.columns[1]);
            let differences: Vec<f64>;
            let values = match names.at(row) {
                "y" => y,
                "x" => x,
                "dy" => {
                    differences = y.windows(2).map(|w| w[1] - w[0]).collect();
                    &differences
                }
                other => return Err(format!("series is {other:?}, expected y, x or dy")),
            };
            let found = adf(values, &settings)
                .map_err(|error| named(&error, &[("max_lag", "maxlag"), ("series", names.at(row))]))?;
            let mut cells = vec![
                Cell::from(found.statistic),
                found.p_value.into(),
                (found.lags as f64).into(),
                (found.observations as f64).into(),
            ];
            cells.extend(critical(Some(found.critical)));
            cells.push(found.criterion.into());
            Ok(cells)
        };
        answers.push(answer());
    }
    answers.write(&table, arguments.files.output.as_deref())
}
