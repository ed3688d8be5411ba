//! `engine stats mc_var_exact FILE.csv`: closed forms, and the simulation beside them.

use std::ops::ControlFlow;

use clap::Args;
use engine_data::table::read_table;
use risk::RiskError;
use risk::monte_carlo::{Growth, Instrument, Model, Portfolio, Position, Simulation, simulate};
use risk::var::{lognormal, normal};

use super::fields::{named, numbers};
use crate::batch::{Answers, Cell, Files};
use crate::failure::Failure;
use crate::interrupt::Interrupt;

/// VaR and ES of normal and lognormal returns: closed forms, and by simulation
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine stats mc_var_exact mc_var_exact.csv -o out.csv\n  engine stats mc_var_exact mc_var_exact.csv --paths 100000 --seed 7 -o out.csv\n\nReads columns mu_daily, sigma_daily, horizon_days, confidence, value. Appends out_var_normal,\nout_cvar_normal, out_var_lognormal, out_cvar_lognormal (money, losses positive),\nout_stderr_var_100k_paths (of the normal model), and out_error. With --paths also out_var_mc,\nout_cvar_mc and their out_stderr_var_mc, out_stderr_cvar_mc of the normal model, and\nout_var_lognormal_mc, out_cvar_lognormal_mc."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    files: Files,
    /// Simulate with so many paths, too
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(100..=100_000_000))]
    paths: Option<u64>,
    /// Start of the random numbers
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

const EXACT: [&str; 5] = ["var_normal", "cvar_normal", "var_lognormal", "cvar_lognormal", "stderr_var_100k_paths"];
const SIMULATED: [&str; 6] =
    ["var_mc", "cvar_mc", "stderr_var_mc", "stderr_cvar_mc", "var_lognormal_mc", "cvar_lognormal_mc"];
/// Of the column that is named after it.
const PATHS: f64 = 100_000.0;

/// A row of the table.
struct Row {
    mean: f64,
    deviation: f64,
    confidence: f64,
    value: f64,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let table = read_table(&arguments.files.file)?;
    let (means, deviations) = (numbers(&table, "mu_daily")?, numbers(&table, "sigma_daily")?);
    let (days, confidences) = (numbers(&table, "horizon_days")?, numbers(&table, "confidence")?);
    let values = numbers(&table, "value")?;
    let interrupt = Interrupt::listen();
    let names: Vec<&str> = match arguments.paths {
        Some(_) => EXACT.into_iter().chain(SIMULATED).collect(),
        None => EXACT.to_vec(),
    };
    let mut answers = Answers::new(&names);
    for row in 0..table.len() {
        let answer = || {
            let (days, value) = (days.at(row)?, values.at(row)?);
            let above_zero = |name: &str, x: f64| match x.is_finite() && x > 0.0 {
                true => Ok(x),
                false => Err(format!("{name} is {x}, expected a finite number above 0")),
            };
            let (days, value) = (above_zero("horizon_days", days)?, above_zero("value", value)?);
            let row = Row {
                mean: means.at(row)? * days,
                deviation: deviations.at(row)? * days.sqrt(),
                confidence: confidences.at(row)?,
                value,
            };
            let mut cells = row.exact().map_err(said)?;
            if let Some(paths) = arguments.paths {
                cells.extend(row.simulated(paths as usize, arguments.seed, &interrupt).map_err(said)?);
            }
            Ok(cells)
        };
        answers.push(answer());
        if let Some(code) = interrupt.code() {
            return Err(Failure::with_code(code, "stopped; nothing was written"));
        }
    }
    answers.write(&table, arguments.files.output.as_deref())
}

fn said(error: RiskError) -> String {
    named(&error, &[("mean", "mu_daily"), ("deviation", "sigma_daily")])
}

impl Row {
    fn exact(&self) -> Result<Vec<Cell>, RiskError> {
        let gauss = normal(self.mean, self.deviation, self.confidence)?;
        let log = lognormal(self.mean, self.deviation, self.confidence)?;
        let tail = 1.0 - self.confidence;
        // The density of the loss at the VaR, times the deviation: from ES = -mean + deviation phi / a.
        let density = (gauss.expected_shortfall + self.mean) * tail / self.deviation;
        let error = self.deviation * (tail * (1.0 - tail) / PATHS).sqrt() / density;
        let figures = [gauss.var, gauss.expected_shortfall, log.var, log.expected_shortfall, error];
        Ok(figures.map(|x| Cell::from(Some(x * self.value).filter(|x| x.is_finite()))).to_vec())
    }

    fn simulated(&self, paths: usize, seed: u64, interrupt: &Interrupt) -> Result<Vec<Cell>, RiskError> {
        let position = Position { quantity: self.value, instrument: Instrument::Asset { factor: 0 }, currency: None };
        let portfolio = Portfolio::new(vec![1.0], vec![position])?;
        let settings = Simulation { paths, seed, ..Simulation::default() };
        let (mean, covariance) = ([self.mean], [self.deviation * self.deviation]);
        let estimate = |growth| {
            let model = Model::Normal { mean: &mean, covariance: &covariance, growth };
            let outcome = simulate(&portfolio, &model, &settings, &|_| match interrupt.code() {
                Some(_) => ControlFlow::Break(()),
                None => ControlFlow::Continue(()),
            })?;
            outcome.estimate(self.confidence, ONE_DEVIATION)
        };
        let gauss = estimate(Growth::Arithmetic)?;
        let log = estimate(Growth::LogMean)?;
        let error = Some(0.5 * (gauss.var_high - gauss.var_low)).filter(|e| e.is_finite());
        Ok(vec![
            gauss.var.into(),
            gauss.expected_shortfall.into(),
            error.into(),
            gauss.es_standard_error.into(),
            log.var.into(),
            log.expected_shortfall.into(),
        ])
    }
}

/// A band of one standard error to each side.
const ONE_DEVIATION: f64 = 0.682_689_492_137_085_9;
