//! `engine stats half_life FILE.csv` and `engine stats kalman FILE.csv`: of a pair or spread.

use std::path::PathBuf;

use clap::Args;
use engine_data::DataError;
use engine_data::table::read_table;
use risk::series::half_life::half_life;
use risk::series::kalman::{KalmanHedge, KalmanSettings};

use super::fields::{named, numbers};
use crate::batch::{Answers, Cell, Files};
use crate::failure::Failure;

/// How fast a series reverts to its mean
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine stats half_life spread.csv\n  engine stats half_life spread.csv --column close --confidence 0.9 --json\n\nAn Ornstein-Uhlenbeck process fitted to the series, oldest row first: half_life in rows,\nhalf_life_low and half_life_high at --confidence (inf = the data do not exclude that it never\nreverts), b (of the difference on the level) and its standard_error, speed per row, mean and\ndeviation of the long run in the unit of the series."
)]
pub(super) struct HalfLife {
    /// A CSV with a header, one row per period
    file: PathBuf,
    /// The column with the series
    #[arg(long, default_value = "spread")]
    column: String,
    /// Share of cases in which the interval covers the truth, 0.01 to 0.999
    #[arg(long, value_name = "SHARE", default_value_t = 0.95, value_parser = super::share)]
    confidence: f64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The hedge ratio of a pair, followed by a Kalman filter
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine stats kalman pair.csv --delta 1e-4 -o out.csv\n\nReads columns y, x, oldest first. Appends out_beta and out_alpha (known after the row),\nout_innovation (y less its forecast from the rows before), out_variance (of the innovation), out_z\n(innovation over its deviation), and out_error; a bad row changes nothing for those after it."
)]
pub(super) struct Kalman {
    #[command(flatten)]
    files: Files,
    /// How fast beta and alpha drift, 0 to below 1
    #[arg(long, default_value_t = 1e-4)]
    delta: f64,
    /// Variance of the error of y, above 0, in its unit squared
    #[arg(long, value_name = "VARIANCE", default_value_t = 1e-3)]
    observation_variance: f64,
}

pub(super) fn half_life_of(arguments: &HalfLife) -> Result<(), Failure> {
    let table = read_table(&arguments.file)?;
    let series = super::column(&table, &arguments.column, 0)?;
    let problem = |error| {
        let names = [("series", arguments.column.as_str())];
        Failure::from(DataError::file(&arguments.file, named(&error, &names)))
    };
    let found = half_life(&series).map_err(problem)?;
    let (low, high) = found.interval(arguments.confidence).map_err(problem)?;
    let figures = vec![
        ("half_life", Some(found.half_life)),
        ("half_life_low", Some(low)),
        ("half_life_high", Some(high)),
        ("b", Some(found.b)),
        ("standard_error", Some(found.standard_error)),
        ("speed", Some(found.speed)),
        ("mean", Some(found.mean)),
        ("deviation", Some(found.deviation)),
    ];
    super::print(figures, arguments.json)
}

pub(super) fn kalman(arguments: &Kalman) -> Result<(), Failure> {
    let table = read_table(&arguments.files.file)?;
    let (y, x) = (numbers(&table, "y")?, numbers(&table, "x")?);
    let settings = KalmanSettings {
        delta: arguments.delta,
        observation_variance: arguments.observation_variance,
        ..KalmanSettings::default()
    };
    let names = [("delta", "--delta"), ("observation_variance", "--observation-variance")];
    let mut filter = KalmanHedge::new(&settings).map_err(|error| Failure::input(named(&error, &names)))?;
    let mut answers = Answers::new(&["beta", "alpha", "innovation", "variance", "z"]);
    for row in 0..table.len() {
        let mut answer = || {
            let step = filter.update(y.at(row)?, x.at(row)?).map_err(|error| named(&error, &[]))?;
            Ok([step.beta, step.alpha, step.innovation, step.variance, step.z].map(Cell::from).to_vec())
        };
        answers.push(answer());
    }
    answers.write(&table, arguments.files.output.as_deref())
}
