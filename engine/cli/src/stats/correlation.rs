//! `engine stats correlation FILE.csv` and `engine stats correlation_rolling FILE.csv`.

use std::path::PathBuf;

use clap::Args;
use engine_data::table::read_table;
use risk::series::correlation::{covariance, pearson};
use risk::series::rank::{kendall, spearman};

use super::fields::{SeriesTable, named, numbers, whole, words};
use crate::batch::{Answers, Cell, Files};
use crate::failure::Failure;

/// Correlations of the pairs that rows name
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine stats correlation correlation.csv --series corr_series.csv -o out.csv\n\nReads column pair; the series have columns pair, a, b, and t where they have times. Appends\nout_pearson, out_pearson_p (two-sided), out_ci95_low, out_ci95_high (Fisher), out_spearman,\nout_spearman_p, out_kendall_tau_b, out_covariance_sample (divided by n - 1), and out_error."
)]
pub(super) struct Whole {
    #[command(flatten)]
    files: Files,
    /// The series [default: corr_series.csv beside FILE]
    #[arg(long, value_name = "FILE")]
    series: Option<PathBuf>,
}

/// Correlations of windows of the pairs that rows name
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine stats correlation_rolling correlation_rolling.csv --series corr_series.csv -o out.csv\n\nReads columns pair, window, t (of the window's last row); the series have columns pair, t, a, b.\nAppends out_pearson, and out_error."
)]
pub(super) struct Rolling {
    #[command(flatten)]
    files: Files,
    /// The series [default: corr_series.csv beside FILE]
    #[arg(long, value_name = "FILE")]
    series: Option<PathBuf>,
}

const NAMES: [&str; 8] =
    ["pearson", "pearson_p", "ci95_low", "ci95_high", "spearman", "spearman_p", "kendall_tau_b", "covariance_sample"];

const COLUMNS: [(&str, &str); 2] = [("x", "a"), ("y", "b")];

pub(super) fn whole_series(arguments: &Whole) -> Result<(), Failure> {
    let table = read_table(&arguments.files.file)?;
    let pairs = words(&table, "pair")?;
    let series = SeriesTable::read(arguments.series.as_deref(), "corr_series.csv", &table, "pair", &["a", "b"])?;
    let mut answers = Answers::new(&NAMES);
    for row in 0..table.len() {
        match series.get(pairs.at(row)) {
            Ok(pair) => {
                let (cells, problem) = correlations(&pair.columns[0], &pair.columns[1]);
                answers.push_partly(cells, problem);
            }
            Err(problem) => answers.push(Err(problem)),
        }
    }
    answers.write(&table, arguments.files.output.as_deref())
}

/// What is defined, and why the rest is not: a constant series still has a covariance.
fn correlations(a: &[f64], b: &[f64]) -> (Vec<Cell>, String) {
    let covariance = match covariance(a, b) {
        Ok(found) => found,
        Err(error) => return (Vec::new(), named(&error, &COLUMNS)),
    };
    let mut cells = vec![Cell::Number(None); NAMES.len() - 1];
    cells.push(covariance.into());
    let found = || {
        let pearson = pearson(a, b)?;
        let ranks = spearman(a, b)?;
        let (low, high) = pearson.interval(0.95)?;
        Ok([
            Some(pearson.coefficient),
            pearson.p_value(),
            Some(low),
            Some(high),
            Some(ranks.coefficient),
            ranks.p_value(),
            Some(kendall(a, b)?.tau),
        ])
    };
    match found() {
        Ok(values) => {
            for (cell, value) in cells.iter_mut().zip(values) {
                *cell = value.into();
            }
            (cells, String::new())
        }
        Err(error) => (cells, named(&error, &COLUMNS)),
    }
}

pub(super) fn rolling(arguments: &Rolling) -> Result<(), Failure> {
    let table = read_table(&arguments.files.file)?;
    let (pairs, windows, times) = (words(&table, "pair")?, numbers(&table, "window")?, numbers(&table, "t")?);
    let series = SeriesTable::read(arguments.series.as_deref(), "corr_series.csv", &table, "pair", &["a", "b"])?;
    let mut answers = Answers::new(&["pearson"]);
    for row in 0..table.len() {
        let answer = || {
            let pair = series.get(pairs.at(row))?;
            let (window, time) = (whole(&windows, row, 2)?, times.at(row)?);
            let place = pair.times.iter().position(|t| *t == time);
            let last = place.ok_or_else(|| format!("t is {time}, which the series does not have"))?;
            let first = (last + 1).checked_sub(window);
            let first =
                first.ok_or_else(|| format!("window is {window}, expected at most the {} rows up to t", last + 1))?;
            let [a, b] = [0, 1].map(|column| &pair.columns[column][first..=last]);
            let found = pearson(a, b).map_err(|error| named(&error, &COLUMNS))?;
            Ok(vec![found.coefficient.into()])
        };
        answers.push(answer());
    }
    answers.write(&table, arguments.files.output.as_deref())
}
