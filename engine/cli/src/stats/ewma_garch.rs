//! `engine stats ewma_garch FILE.csv`: conditional volatilities of a series of returns.

use clap::Args;
use engine_data::DataError;
use engine_data::table::read_table;
use risk::RiskError;
use risk::series::ewma;
use risk::series::garch::{Garch, GarchFit, fit};
use serde_json::{Value, json};

use super::fields::named;
use crate::batch::{Answers, Cell, Files};
use crate::failure::Failure;
use crate::output;

/// EWMA and GARCH(1,1) volatilities of a series of returns
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine stats ewma_garch returns.csv -o out.csv\n  engine stats ewma_garch returns.csv --fit\n  engine stats ewma_garch returns.csv --json\n\nReads column ret_pct (--column names another), oldest first; volatilities come in its unit, per\nperiod. Appends out_ewma_vol_arch (row t does not use return t; first variance as the arch\nlibrary), out_ewma_vol_from_first_square (row t uses return t), out_garch_fixed_vol (the\nparameters given), with --fit out_garch_fitted_vol, and out_error. --json prints the first\nvariances, log-likelihoods and fitted parameters instead; the fit minds the unit: omega is in its square."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    files: Files,
    /// The column with the returns
    #[arg(long, default_value = "ret_pct")]
    column: String,
    /// Decay of the EWMA, 0 to 1
    #[arg(long, default_value_t = 0.94)]
    lambda: f64,
    /// Constant of the GARCH, above 0, in the square of the returns' unit
    #[arg(long, default_value_t = 0.02)]
    omega: f64,
    /// Weight of the last squared return, 0 or more
    #[arg(long, default_value_t = 0.08)]
    alpha: f64,
    /// Weight of the last variance, 0 or more
    #[arg(long, default_value_t = 0.9)]
    beta: f64,
    /// Fit a GARCH by maximum likelihood, too (20 returns or more)
    #[arg(long)]
    fit: bool,
    /// Print first variances and parameters as JSON, those of the fit among them
    #[arg(long, conflicts_with = "output")]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let path = &arguments.files.file;
    let table = read_table(path)?;
    let returns = super::column(&table, &arguments.column, 0)?;
    let fixed = Garch { omega: arguments.omega, alpha: arguments.alpha, beta: arguments.beta };
    let wrong = |error: RiskError| {
        let names = [("returns", arguments.column.as_str()), ("lambda", "--lambda"), ("omega", "--omega")];
        let more = [("alpha", "--alpha"), ("beta", "--beta")];
        Failure::from(DataError::file(path, named(&error, &[&names[..], &more].concat())))
    };
    let (Some(initial), Some(first)) = (ewma::initial_variance(&returns), fixed.first_variance(&returns)) else {
        return Err(DataError::file(path, "has no returns, expected at least 1".to_owned()).into());
    };
    let fitted = if arguments.fit || arguments.json { Some(fit(&returns).map_err(wrong)?) } else { None };
    if arguments.json {
        let likelihood = fixed.log_likelihood(&returns, first).map_err(wrong)?;
        return print(arguments.lambda, initial, (&fixed, first, likelihood), fitted.as_ref());
    }
    let mut columns = vec![
        ("ewma_vol_arch", ewma::forecasts(&returns, arguments.lambda, initial).map_err(wrong)?),
        ("ewma_vol_from_first_square", ewma::averages(&returns, arguments.lambda).map_err(wrong)?),
        ("garch_fixed_vol", fixed.variances(&returns, first).map_err(wrong)?),
    ];
    if let Some(fitted) = fitted {
        columns.push(("garch_fitted_vol", fitted.variances));
    }
    let mut answers = Answers::new(&columns.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    for row in 0..table.len() {
        answers.push(Ok(columns.iter().map(|(_, v)| Cell::from(v.get(row).map(|v| v.sqrt()))).collect()));
    }
    answers.write(&table, arguments.files.output.as_deref())
}

/// The names are those of the reference's file.
fn print(
    lambda: f64,
    initial: f64,
    (fixed, first, likelihood): (&Garch, f64, f64),
    fitted: Option<&GarchFit>,
) -> Result<(), Failure> {
    let fitted = fitted.map_or(Value::Null, |fit| {
        json!({
            "omega": fit.garch.omega,
            "alpha": fit.garch.alpha,
            "beta": fit.garch.beta,
            "loglik": fit.log_likelihood,
            "persistence": fit.garch.persistence(),
            "long_run_variance": fit.garch.long_run_variance(),
        })
    });
    let all = json!({
        "lambda_": lambda,
        "ewma_initial_variance": initial,
        "garch_fixed": {
            "omega": fixed.omega,
            "alpha": fixed.alpha,
            "beta": fixed.beta,
            "loglik": likelihood,
            "initial_variance": first,
        },
        "garch_fitted": fitted,
    });
    let text = serde_json::to_string_pretty(&all).map_err(Failure::other)?;
    output::print(&format!("{text}\n"))
}
