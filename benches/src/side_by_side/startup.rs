//! W9: from the start of the process to its end, ten years of daily bars in CSV and in Parquet.

use std::path::Path;
use std::process::Command;

use engine_core::compose::Composed;
use engine_core::kernel;
use engine_core::registry::Plugin;
use strategies::signals::{SmaCross, SmaCrossParameters};
use strategies::sizing::{Fixed, FixedParameters};

use super::place::Place;
use super::process;
use super::table::{Check, Row, Table, Target};
use super::timing::Samples;
use super::{Failure, Report, peer};
use crate::{input, w1};

const BARS: usize = 2_520;
const REPETITIONS: usize = 21;

/// The same strategy, account and costs as `expected` has.
const CONFIG: &str = r#"[run]
name = "startup"

[account]
cash = 1000000.0
currency = "USD"

[[data]]
symbol = "SIM.WALK"
file = "w9.csv"
bars = "1d"
timezone = "UTC"
stamp = "close"
prices = "raw"
currency = "USD"
source = "synthetic"

[strategy]
name = "sma_cross"
fast = 20
slow = 100

[sizing]
kind = "fixed"
quantity = 1.0

[costs]
schedule = "rate"
rate = 0.001
"#;

pub(super) fn run(place: &Place) -> Result<Report, Failure> {
    let mut report = Report::default();
    let columns = input::daily_walk(BARS, 9);
    let (csv, config) = (place.file("w9.csv"), place.file("w9.toml"));
    input::write_csv(&csv, &columns)?;
    std::fs::write(&config, CONFIG)?;
    let mut table = Table::new(format!("{BARS} bars, whole process, ms"));
    let mut ours = f64::NAN;
    match place.engine() {
        Some(engine) => {
            let out = place.file("w9-run");
            let summary = process::output(command(&engine, &config, &out).arg("--json"))?;
            let found = process::figures(&summary)?;
            report.checks.push(Check::run("the program and its kernel", found, expected(columns)?));
            for (what, flag) in [("engine backtest", None), ("engine backtest --no-report", Some("--no-report"))] {
                let samples = repeat(REPETITIONS, || {
                    let _ = std::fs::remove_dir_all(&out);
                    let mut command = command(&engine, &config, &out);
                    process::wall(command.args(flag))
                })?;
                if flag.is_none() {
                    ours = samples.median();
                }
                table.push(Row::new(what, samples.median(), samples.least()).target(Target::AtMost(20.0)));
            }
            let config = process::in_parquet(&engine, &csv, CONFIG)?;
            let samples = repeat(REPETITIONS, || {
                let _ = std::fs::remove_dir_all(&out);
                process::wall(&mut command(&engine, &config, &out))
            })?;
            let row = Row::new("engine backtest, prices in Parquet", samples.median(), samples.least());
            table.push(row.target(Target::AtMost(15.0)));
        }
        None => report.notes.push("engine: not there; build it with `cargo build --release` and run this again".into()),
    }
    let script = place.script("backtesting_w9.py");
    let Some(python) = peer::interpreters().into_iter().find(|p| has_backtesting(p, &script)) else {
        report.notes.push("backtesting.py: not installed".to_owned());
        report.tables.push(table);
        return Ok(report);
    };
    let samples = repeat(5, || process::wall(Command::new(&python).arg(&script).arg(&csv)))?;
    let row = Row::new("backtesting.py", samples.median(), samples.least());
    table.push(if ours.is_nan() { row } else { row.ratio(samples.median() / ours, "x ours") });
    report.tables.push(table);
    Ok(report)
}

fn has_backtesting(python: &str, script: &Path) -> bool {
    Command::new(python).arg(script).output().is_ok_and(|o| o.status.success())
}

fn command(engine: &Path, config: &Path, out: &Path) -> Command {
    let mut command = Command::new(engine);
    command.arg("backtest").arg(config).arg("--out").arg(out);
    command
}

/// Milliseconds of repeated runs; the first is left out.
fn repeat(count: usize, mut run: impl FnMut() -> Result<std::time::Duration, Failure>) -> Result<Samples, Failure> {
    run()?;
    let times = (0..count).map(|_| run().map(|took| took.as_secs_f64() * 1e3));
    Ok(Samples::new(times.collect::<Result<_, _>>()?))
}

/// Fills and equity of the same run without files.
fn expected(columns: engine_core::bars::BarColumns) -> Result<(usize, f64), Failure> {
    let signal = SmaCross::new(SmaCrossParameters { fast: 20, slow: 100 })?;
    let sizer = Fixed::new(FixedParameters::default())?;
    let mut strategy = Composed::new("SIM.WALK", Box::new(signal), Box::new(sizer), 0);
    let run = kernel::run(&input::feed(columns), &mut strategy, &w1::options())?;
    Ok((run.fills.len(), run.final_equity.to_f64()))
}
