//! `engine stats pbo FILE.csv`: the probability of backtest overfitting of a case a row.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use engine_data::table::{TextTable, read_table};
use risk::pbo::overfitting;

use super::fields::{named, numbers, whole, words};
use crate::batch::{Answers, Cell, Files};
use crate::failure::Failure;
use crate::options::columns::Numbers;

/// Probability of backtest overfitting (CSCV) of the cases that rows name
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine stats pbo pbo.csv --returns pbo_returns.csv -o out.csv\n\nReads columns case, S (blocks: even, 2 to 24). The returns have columns case, strategy, ret, and t\nwhere they have times; strategies stand in the order in which they first appear. Appends\nout_n_combinations, out_pbo, out_prob_oos_loss, out_mean_logit, out_median_logit,\nout_degradation_slope, out_degradation_intercept, and out_error."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    files: Files,
    /// The returns [default: pbo_returns.csv beside FILE]
    #[arg(long, value_name = "FILE")]
    returns: Option<PathBuf>,
}

const NAMES: [&str; 7] = [
    "n_combinations",
    "pbo",
    "prob_oos_loss",
    "mean_logit",
    "median_logit",
    "degradation_slope",
    "degradation_intercept",
];

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let table = read_table(&arguments.files.file)?;
    let (names, blocks) = (words(&table, "case")?, numbers(&table, "S")?);
    let path = arguments.returns.clone().unwrap_or_else(|| table.path().with_file_name("pbo_returns.csv"));
    let cases = cases(&path)?;
    let mut answers = Answers::new(&NAMES);
    for row in 0..table.len() {
        let answer = || {
            let name = names.at(row);
            let case = match cases.get(name) {
                Some(case) => case.as_ref().map_err(Clone::clone)?,
                None => return Err(format!("case is {name:?}, which is not in {}", path.display())),
            };
            let strategies: Vec<&[f64]> = case.strategies.iter().map(|(_, s)| s.returns.as_slice()).collect();
            let found = overfitting(&strategies, whole(&blocks, row, 2)?)
                .map_err(|error| named(&error, &[("blocks", "S"), ("strategies", "strategy")]))?;
            Ok(vec![
                Cell::from(found.splits as f64),
                found.probability.into(),
                found.probability_of_loss.into(),
                found.mean_logit.into(),
                found.median_logit.into(),
                found.degradation_slope.into(),
                found.degradation_intercept.into(),
            ])
        };
        answers.push(answer());
    }
    answers.write(&table, arguments.files.output.as_deref())
}

#[derive(Default)]
struct Case {
    strategies: Vec<(String, Strategy)>,
}

#[derive(Default)]
struct Strategy {
    times: Vec<f64>,
    returns: Vec<f64>,
}

/// The returns by case and strategy, or what is wrong with a case.
fn cases(path: &Path) -> Result<BTreeMap<String, Result<Case, String>>, Failure> {
    let table = read_table(path)?;
    let (cases, strategies, returns) = (words(&table, "case")?, words(&table, "strategy")?, numbers(&table, "ret")?);
    let times = Numbers::find(&table, &["t"])?;
    let mut all: BTreeMap<String, Result<Case, String>> = BTreeMap::new();
    for row in 0..table.len() {
        let of = all.entry(cases.at(row).to_owned()).or_insert_with(|| Ok(Case::default()));
        let Ok(case) = of else { continue };
        if let Err(problem) = case.push(strategies.at(row), times.as_ref(), &returns, row) {
            *of = Err(place(&table, row, &problem));
        }
    }
    for case in all.values_mut() {
        if let Ok(found) = case
            && let Some(problem) = found.uneven()
        {
            *case = Err(format!("{}: {problem}", path.display()));
        }
    }
    Ok(all)
}

fn place(table: &TextTable, row: usize, problem: &str) -> String {
    format!("{}:{}: {problem}", table.path().display(), table.line(row).unwrap_or(0))
}

impl Case {
    fn push(&mut self, name: &str, times: Option<&Numbers>, returns: &Numbers, row: usize) -> Result<(), String> {
        let place = self.strategies.iter().position(|(of, _)| of == name).unwrap_or(self.strategies.len());
        if place == self.strategies.len() {
            self.strategies.push((name.to_owned(), Strategy::default()));
        }
        let strategy = &mut self.strategies[place].1;
        if let Some(times) = times {
            let time = times.at(row)?;
            if strategy.times.last().is_some_and(|before| time <= *before) || !time.is_finite() {
                return Err(format!("t is {time}, expected rows of strategy {name} in order of time"));
            }
            strategy.times.push(time);
        }
        let value = returns.at(row)?;
        if !value.is_finite() {
            return Err(format!("{} is {value}, expected a finite number", returns.name()));
        }
        strategy.returns.push(value);
        Ok(())
    }

    /// Strategies must have the same periods.
    fn uneven(&self) -> Option<String> {
        let ((first_name, first), rest) = self.strategies.split_first()?;
        let (name, other) =
            rest.iter().find(|(_, other)| other.returns.len() != first.returns.len() || other.times != first.times)?;
        let (found, expected) = (other.returns.len(), first.returns.len());
        Some(format!("strategy {name} has other periods than {first_name} ({found} rows, {expected} rows)"))
    }
}
