//! `engine stats kelly_binary`, `kelly_portfolio` and `kelly_series FILE.csv`.

use std::path::PathBuf;

use clap::Args;
use engine_data::table::read_table;
use risk::kelly::{Bet, Market, mean_variance, win_loss};
use risk::ratios;

use super::fields::{SeriesTable, list, named, numbers, words};
use crate::batch::{Answers, Cell, Files};
use crate::failure::Failure;

/// Kelly fractions of bets that win or lose
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine stats kelly_binary kelly_binary.csv -o out.csv\n\nReads columns p_win (0 to 1), win_per_unit, loss_per_unit (per unit staked, above 0). Appends\nout_f_star (may be negative), out_f_star_clipped_at_0, out_log_growth_at_clipped, and out_error."
)]
pub(super) struct Binary {
    #[command(flatten)]
    files: Files,
}

/// Kelly fractions of several assets, without limits
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine stats kelly_portfolio kelly_portfolio.csv -o out.csv\n\nReads columns mu_annual, cov_rowmajor_annual (lists separated by semicolons), rf. Appends\nout_f_star (a list; may be levered or short), out_growth_rate,\nout_sharpe_of_kelly_portfolio, and out_error. Limits: engine risk kelly."
)]
pub(super) struct Portfolio {
    #[command(flatten)]
    files: Files,
}

/// Kelly fractions of the series that rows name
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine stats kelly_series kelly_series.csv --returns risk_returns.csv -o out.csv\n\nReads column series; the returns have columns series, ret, and t where they have times. Appends\nout_win_rate_nonzero, out_payoff_ratio, out_kelly_win_loss (win rate less loss rate over payoff),\nout_kelly_continuous_mean_over_var, and out_error."
)]
pub(super) struct Series {
    #[command(flatten)]
    files: Files,
    /// The returns [default: risk_returns.csv beside FILE]
    #[arg(long, value_name = "FILE")]
    returns: Option<PathBuf>,
}

pub(super) fn binary(arguments: &Binary) -> Result<(), Failure> {
    let table = read_table(&arguments.files.file)?;
    let (chances, wins) = (numbers(&table, "p_win")?, numbers(&table, "win_per_unit")?);
    let losses = numbers(&table, "loss_per_unit")?;
    let mut answers = Answers::new(&["f_star", "f_star_clipped_at_0", "log_growth_at_clipped"]);
    for row in 0..table.len() {
        let answer = || {
            let bet = Bet { probability: chances.at(row)?, win: wins.at(row)?, loss: losses.at(row)? };
            let found = || {
                let stake = bet.recommended()?;
                Ok([bet.fraction()?, stake, bet.growth(stake)?])
            };
            let names = [("probability", "p_win"), ("win", "win_per_unit"), ("loss", "loss_per_unit")];
            found().map(|values| values.map(Cell::from).to_vec()).map_err(|error| named(&error, &names))
        };
        answers.push(answer());
    }
    answers.write(&table, arguments.files.output.as_deref())
}

pub(super) fn portfolio(arguments: &Portfolio) -> Result<(), Failure> {
    let table = read_table(&arguments.files.file)?;
    let (means, covariances) = (words(&table, "mu_annual")?, words(&table, "cov_rowmajor_annual")?);
    let rates = numbers(&table, "rf")?;
    let mut answers = Answers::new(&["f_star", "growth_rate", "sharpe_of_kelly_portfolio"]);
    for row in 0..table.len() {
        let answer = || {
            let drift = list("mu_annual", means.at(row))?;
            let covariance = list("cov_rowmajor_annual", covariances.at(row))?;
            let market = Market { drift: &drift, covariance: &covariance, rate: rates.at(row)? };
            let names = [("drift", "mu_annual"), ("covariance", "cov_rowmajor_annual"), ("rate", "rf")];
            let found = market.optimum().map_err(|error| named(&error, &names))?;
            Ok(vec![Cell::from(found.fractions.as_slice()), found.growth.into(), found.sharpe.into()])
        };
        answers.push(answer());
    }
    answers.write(&table, arguments.files.output.as_deref())
}

pub(super) fn series(arguments: &Series) -> Result<(), Failure> {
    let table = read_table(&arguments.files.file)?;
    let names = words(&table, "series")?;
    let series = SeriesTable::read(arguments.returns.as_deref(), "risk_returns.csv", &table, "series", &["ret"])?;
    let mut answers =
        Answers::new(&["win_rate_nonzero", "payoff_ratio", "kelly_win_loss", "kelly_continuous_mean_over_var"]);
    for row in 0..table.len() {
        let of = match series.get(names.at(row)) {
            Ok(of) => &of.columns[0],
            Err(problem) => {
                answers.push(Err(problem));
                continue;
            }
        };
        // Without a winner or loser there is no payoff, but a mean and a variance.
        let (by_wins, by_moments) = (win_loss(of), mean_variance(of, 0.0));
        let cells = [
            ratios::win_rate(of),
            ratios::payoff_ratio(of),
            by_wins.as_ref().ok().map(|w| w.estimate.fraction),
            by_moments.as_ref().ok().map(|m| m.fraction),
        ];
        let problem = by_wins.err().or(by_moments.err()).map(|error| named(&error, &[("returns", "ret")]));
        answers.push_partly(cells.map(Cell::from).to_vec(), problem.unwrap_or_default());
    }
    answers.write(&table, arguments.files.output.as_deref())
}
