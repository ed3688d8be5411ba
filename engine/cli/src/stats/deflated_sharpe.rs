//! `engine stats deflated_sharpe FILE.csv`: one estimate a row.

use clap::Args;
use engine_data::table::{TextTable, read_table};
use risk::deflated::{Estimate, expected_best_sharpe};

use crate::batch::{Answers, Cell, Files};
use crate::failure::Failure;

/// Most periods and trials of a row: whole numbers up to here are exact.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// The deflated Sharpe ratio of each row of a table
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine stats deflated_sharpe trials.csv -o out.csv\n\nReads columns sr_per_period (not annualised), n_obs, skew, kurtosis_raw (3 for a normal\ndistribution), n_trials, var_of_trial_sr. Appends out_sr0, the Sharpe ratio that the best of\nn_trials strategies without skill is expected to show; out_psr_vs_zero and out_dsr, the\nprobabilities that the true one is above zero and above out_sr0; out_min_trl_95, the\nobservations that 95 % confidence needs; and out_error where a row has no answer."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    files: Files,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let table = read_table(&arguments.files.file)?;
    let columns = Columns::read(&table)?;
    let mut answers = Answers::new(&["sr0", "psr_vs_zero", "dsr", "min_trl_95"]);
    for row in 0..table.len() {
        let (values, problem) = columns.answer(row);
        answers.push_partly(values.map(Cell::from).to_vec(), problem);
    }
    answers.write(&table, arguments.files.output.as_deref())
}

struct Columns {
    sharpe: Vec<f64>,
    periods: Vec<f64>,
    skew: Vec<f64>,
    kurtosis: Vec<f64>,
    trials: Vec<f64>,
    variance: Vec<f64>,
}

impl Columns {
    fn read(table: &TextTable) -> Result<Self, Failure> {
        Ok(Self {
            sharpe: table.column_f64("sr_per_period")?,
            periods: table.column_f64("n_obs")?,
            skew: table.column_f64("skew")?,
            kurtosis: table.column_f64("kurtosis_raw")?,
            trials: table.column_f64("n_trials")?,
            variance: table.column_f64("var_of_trial_sr")?,
        })
    }

    /// What a row has, and why it lacks the rest.
    fn answer(&self, row: usize) -> ([Option<f64>; 4], String) {
        let whole = |x: f64| (x.fract() == 0.0 && (0.0..=WHOLE_MAX).contains(&x)).then_some(x as u64);
        let Some(periods) = whole(self.periods[row]).filter(|n| *n >= 2) else {
            return ([None; 4], "n_obs: expected a whole number from 2".to_owned());
        };
        let estimate = Estimate {
            sharpe: self.sharpe[row],
            periods: periods as usize,
            skew: self.skew[row],
            kurtosis: self.kurtosis[row],
        };
        let Some(above_zero) = estimate.probability_above(0.0) else {
            let problem = "sr_per_period, skew, kurtosis_raw: no distribution has these moments";
            return ([None; 4], problem.to_owned());
        };
        let minimum = estimate.minimum_periods(0.0, 0.95);
        let Some(trials) = whole(self.trials[row]).filter(|n| *n >= 2) else {
            let problem = "n_trials: expected a whole number from 2".to_owned();
            return ([None, Some(above_zero), None, minimum], problem);
        };
        let best = expected_best_sharpe(trials, self.variance[row]);
        if best.is_none() {
            let problem = "var_of_trial_sr: expected a number from 0".to_owned();
            return ([None, Some(above_zero), None, minimum], problem);
        }
        let deflated = estimate.deflated(trials, self.variance[row]);
        ([best, Some(above_zero), deflated, minimum], String::new())
    }
}
