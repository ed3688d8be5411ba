//! `engine stats risk FILE.csv`: VaR and expected shortfall of a series a row.

use std::path::PathBuf;

use clap::Args;
use engine_data::table::read_table;
use risk::var::{Deviation, Historical, Quantile, Tail, cornish_fisher_of, normal_of};
use risk::{RiskError, moments};

use super::fields::{SeriesTable, named, numbers, words};
use crate::batch::{Answers, Cell, Files};
use crate::failure::Failure;

/// VaR and expected shortfall, by every convention, of the series that rows name
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine stats risk risk.csv --returns risk_returns.csv -o out.csv\n\nReads columns series, confidence (0 to 1). The returns have columns series, ret (fractions), and t\nwhere they have times. Losses are positive fractions, for one period. Appends the moments\n(out_mean, out_std_sample, out_std_population, out_skew_population,\nout_excess_kurtosis_population), out_var_hist_* by way of interpolation, out_cvar_hist_* by\nwhich returns are averaged, out_var_normal, out_cvar_normal, out_var_cf_population_std,\nout_var_cf_sample_std (Cornish-Fisher; out_cf_slope_positive 0 = not to be used), and out_error."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    files: Files,
    /// The returns [default: risk_returns.csv beside FILE]
    #[arg(long, value_name = "FILE")]
    returns: Option<PathBuf>,
}

const QUANTILES: [(&str, Quantile); 8] = [
    ("var_hist_linear", Quantile::Linear),
    ("var_hist_lower", Quantile::Lower),
    ("var_hist_higher", Quantile::Higher),
    ("var_hist_nearest", Quantile::Nearest),
    ("var_hist_inverted_cdf", Quantile::InvertedCdf),
    ("var_hist_weibull", Quantile::Weibull),
    ("var_hist_hazen", Quantile::Hazen),
    ("var_hist_median_unbiased", Quantile::MedianUnbiased),
];
const TAILS: [(&str, Tail); 3] = [
    ("cvar_hist_mean_le_linear_var", Tail::AtOrBelowVar),
    ("cvar_hist_empyrical", Tail::Count),
    ("cvar_hist_rockafellar_uryasev", Tail::RockafellarUryasev),
];
const MOMENTS: [&str; 5] = ["mean", "std_sample", "std_population", "skew_population", "excess_kurtosis_population"];
const MODELS: [&str; 5] =
    ["var_normal", "cvar_normal", "var_cf_population_std", "var_cf_sample_std", "cf_slope_positive"];

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let table = read_table(&arguments.files.file)?;
    let (names, confidences) = (words(&table, "series")?, numbers(&table, "confidence")?);
    let series = SeriesTable::read(arguments.returns.as_deref(), "risk_returns.csv", &table, "series", &["ret"])?;
    let columns = MOMENTS.into_iter().chain(QUANTILES.map(|q| q.0)).chain(TAILS.map(|t| t.0)).chain(MODELS);
    let mut answers = Answers::new(&columns.collect::<Vec<_>>());
    for row in 0..table.len() {
        let found = series.get(names.at(row)).and_then(|of| Ok((of, confidences.at(row)?)));
        match found {
            Ok((of, confidence)) => {
                let (cells, problem) = figures(&of.columns[0], confidence);
                answers.push_partly(cells, problem);
            }
            Err(problem) => answers.push(Err(problem)),
        }
    }
    answers.write(&table, arguments.files.output.as_deref())
}

/// What is defined, and why the rest is not: one return has a history but no deviation.
fn figures(returns: &[f64], confidence: f64) -> (Vec<Cell>, String) {
    let sample = moments::deviation(returns);
    let n = returns.len() as f64;
    let population = sample.map(|s| s * ((n - 1.0) / n).sqrt());
    let mut cells: Vec<Cell> =
        [moments::mean(returns), sample, population, moments::skew(returns), moments::excess_kurtosis(returns)]
            .map(Cell::from)
            .to_vec();
    let historical = || {
        let historical = Historical::new(returns)?;
        let mut values = Vec::new();
        for (_, quantile) in QUANTILES {
            values.push(Cell::from(historical.var(confidence, quantile)?));
        }
        for (_, tail) in TAILS {
            values.push(historical.expected_shortfall(confidence, tail)?.into());
        }
        Ok(values)
    };
    let models = || {
        let normal = normal_of(returns, confidence)?;
        let mut values = vec![Cell::from(normal.var), normal.expected_shortfall.into()];
        let population = cornish_fisher_of(returns, confidence, Deviation::Population)?;
        let sample = cornish_fisher_of(returns, confidence, Deviation::Sample)?;
        let positive = if sample.slope_positive { 1.0 } else { 0.0 };
        values.extend([population.var, sample.var, positive].map(Cell::from));
        Ok(values)
    };
    let parts: [Result<Vec<Cell>, RiskError>; 2] = [historical(), models()];
    let mut problem = String::new();
    for (part, length) in parts.into_iter().zip([QUANTILES.len() + TAILS.len(), MODELS.len()]) {
        match part {
            Ok(found) => cells.extend(found),
            Err(error) => {
                cells.extend(vec![Cell::Number(None); length]);
                if problem.is_empty() {
                    problem = named(&error, &[("returns", "ret")]);
                }
            }
        }
    }
    (cells, problem)
}
