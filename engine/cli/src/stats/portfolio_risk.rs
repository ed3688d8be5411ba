//! `engine stats portfolio_risk FILE.csv`: risk of a portfolio of normal returns a row.

use clap::Args;
use engine_data::table::read_table;
use risk::var::portfolio_risk;

use super::fields::{list, named, numbers, words};
use crate::batch::{Answers, Cell, Files};
use crate::failure::Failure;

/// VaR of portfolios and its parts, with normal returns
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine stats portfolio_risk portfolio_risk.csv -o out.csv\n\nReads columns weights, mu, cov_rowmajor (lists separated by semicolons; per period), confidence,\nvalue. Appends out_sigma, out_var_normal and out_cvar_normal (money, losses positive),\nout_component_sigma (sums to out_sigma), out_marginal_var (per 1.00 of weight; times the weights\nsums to the VaR), out_diversification_ratio, and out_error."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    files: Files,
}

const NAMES: [&str; 6] =
    ["sigma", "var_normal", "cvar_normal", "component_sigma", "marginal_var", "diversification_ratio"];

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let table = read_table(&arguments.files.file)?;
    let (weights, means) = (words(&table, "weights")?, words(&table, "mu")?);
    let covariances = words(&table, "cov_rowmajor")?;
    let (confidences, values) = (numbers(&table, "confidence")?, numbers(&table, "value")?);
    let mut answers = Answers::new(&NAMES);
    for row in 0..table.len() {
        let answer = || {
            let weights = list("weights", weights.at(row))?;
            let (mean, covariance) = (list("mu", means.at(row))?, list("cov_rowmajor", covariances.at(row))?);
            let found = portfolio_risk(&weights, &mean, &covariance, confidences.at(row)?, values.at(row)?)
                .map_err(|error| named(&error, &[("mean", "mu"), ("covariance", "cov_rowmajor")]))?;
            Ok(vec![
                Cell::from(found.sigma),
                found.var.into(),
                found.expected_shortfall.into(),
                found.component_sigma.as_slice().into(),
                found.marginal_var.as_slice().into(),
                found.diversification_ratio.into(),
            ])
        };
        answers.push(answer());
    }
    answers.write(&table, arguments.files.output.as_deref())
}
