//! `engine stats cointegration FILE.csv`: one Engle-Granger test a row.

use std::path::PathBuf;

use clap::Args;
use engine_data::table::read_table;
use risk::series::engle_granger::{EngleGrangerSettings, engle_granger};
use risk::series::mackinnon::Trend;

use super::fields::{SeriesTable, critical, lag_choice, maybe_whole, named, numbers, trend, words};
use crate::batch::{Answers, Cell, Files};
use crate::failure::Failure;

/// Engle-Granger tests of the pairs that rows name
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine stats cointegration cointegration.csv --series coint_series.csv -o out.csv\n\nReads columns pair, trend (n, c, ct, ctt), autolag (aic, bic, t-stat, none), maxlag (empty: the\ndefault). The series have columns pair, y, x, and t where they have times. y is regressed on x.\nAppends out_beta, out_alpha (trends c and n), out_used_lag, out_coint_t (-inf for two series\nthat are one), out_p_value, out_crit_1pct, out_crit_5pct, out_crit_10pct (none for trend n),\nand out_error."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    files: Files,
    /// The series [default: coint_series.csv beside FILE]
    #[arg(long, value_name = "FILE")]
    series: Option<PathBuf>,
}

const NAMES: [&str; 8] = ["beta", "alpha", "used_lag", "coint_t", "p_value", "crit_1pct", "crit_5pct", "crit_10pct"];

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let table = read_table(&arguments.files.file)?;
    let (pairs, trends) = (words(&table, "pair")?, words(&table, "trend")?);
    let (choices, lags) = (words(&table, "autolag")?, numbers(&table, "maxlag")?);
    let series = SeriesTable::read(arguments.series.as_deref(), "coint_series.csv", &table, "pair", &["y", "x"])?;
    let mut answers = Answers::new(&NAMES);
    for row in 0..table.len() {
        let answer = || {
            let settings = EngleGrangerSettings {
                trend: trend("trend", trends.at(row))?,
                choice: lag_choice("autolag", choices.at(row))?,
                max_lag: maybe_whole(&lags, row)?,
            };
            let pair = series.get(pairs.at(row))?;
            let found = engle_granger(&pair.columns[0], &[&pair.columns[1]], &settings)
                .map_err(|error| named(&error, &[("max_lag", "maxlag"), ("series[0]", "x")]))?;
            let alpha = match settings.trend {
                Trend::None => Some(0.0),
                Trend::Constant => found.terms.first().copied(),
                Trend::Linear | Trend::Quadratic => None,
            };
            let mut cells = vec![
                Cell::from(found.slopes.first().copied()),
                alpha.into(),
                found.lags.map(|n| n as f64).into(),
                found.statistic.into(),
                found.p_value.into(),
            ];
            cells.extend(critical(found.critical));
            Ok(cells)
        };
        answers.push(answer());
    }
    answers.write(&table, arguments.files.output.as_deref())
}
