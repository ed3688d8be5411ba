//! `engine stats mackinnon_p FILE.csv` and `engine stats mackinnon_crit FILE.csv`:
//! the response surfaces by themselves.

use clap::Args;
use engine_data::table::read_table;
use risk::series::mackinnon::{critical_values, p_value};

use super::fields::{critical, numbers, trend, whole, words};
use crate::batch::{Answers, Files};
use crate::failure::Failure;

/// MacKinnon's p-values of unit root and cointegration statistics
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine stats mackinnon_p mackinnon_p.csv -o out.csv\n\nReads columns regression (n, c, ct, ctt), n_vars (1 for a Dickey-Fuller test, 1 plus the number\nof regressors for Engle-Granger; up to 6), tau. Appends out_p_value, and out_error."
)]
pub(super) struct PValues {
    #[command(flatten)]
    files: Files,
}

/// MacKinnon's critical values of unit root and cointegration tests
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine stats mackinnon_crit mackinnon_crit.csv -o out.csv\n\nReads columns regression (n, c, ct, ctt), n_vars (up to 12; 1 for n), nobs (rows of the regression,\nor inf). Appends out_crit_1pct, out_crit_5pct, out_crit_10pct, and out_error."
)]
pub(super) struct Critical {
    #[command(flatten)]
    files: Files,
}

pub(super) fn p_values(arguments: &PValues) -> Result<(), Failure> {
    let table = read_table(&arguments.files.file)?;
    let (trends, variables) = (words(&table, "regression")?, numbers(&table, "n_vars")?);
    let statistics = numbers(&table, "tau")?;
    let mut answers = Answers::new(&["p_value"]);
    for row in 0..table.len() {
        let answer = || {
            let trend = trend("regression", trends.at(row))?;
            let (variables, statistic) = (whole(&variables, row, 1)?, statistics.at(row)?);
            if statistic.is_nan() {
                return Err("tau is NaN, expected a number".to_owned());
            }
            let none = || format!("n_vars is {variables}, expected 1 to 6");
            Ok(vec![p_value(statistic, trend, variables).ok_or_else(none)?.into()])
        };
        answers.push(answer());
    }
    answers.write(&table, arguments.files.output.as_deref())
}

pub(super) fn critical_value(arguments: &Critical) -> Result<(), Failure> {
    let table = read_table(&arguments.files.file)?;
    let (trends, variables) = (words(&table, "regression")?, numbers(&table, "n_vars")?);
    let observations = numbers(&table, "nobs")?;
    let mut answers = Answers::new(&["crit_1pct", "crit_5pct", "crit_10pct"]);
    for row in 0..table.len() {
        let answer = || {
            let name = trends.at(row);
            let (trend, variables) = (trend("regression", name)?, whole(&variables, row, 1)?);
            let observations = observations.at(row)?;
            if observations.is_nan() || observations <= 0.0 {
                return Err(format!("nobs is {observations}, expected a number above 0, or inf"));
            }
            let found = critical_values(trend, variables, observations).ok_or_else(|| {
                let most = if name == "n" { "1 without a constant" } else { "1 to 12" };
                format!("n_vars is {variables}, expected {most}")
            })?;
            Ok(critical(Some(found)).to_vec())
        };
        answers.push(answer());
    }
    answers.write(&table, arguments.files.output.as_deref())
}
