//! W10: the most memory that W1 takes, in a process of its own.

use std::process::Command;

use engine_core::kernel;

use super::place::Place;
use super::table::{Check, Row, Table, Target};
use super::{Failure, Report, process};
use crate::{input, w1};

/// Hidden command of the child process.
pub(super) const COMMAND: &str = "peak-of-w1";
/// What a run may take beside its data, MB.
const BESIDE_DATA_MB: f64 = 80.0;
/// The same with prices in Parquet.
const BESIDE_PARQUET_MB: f64 = 60.0;

const CONFIG: &str = r#"[run]
name = "memory"

[account]
cash = 1000000.0
currency = "USD"

[[data]]
symbol = "SIM.WALK"
file = "w1.csv"
bars = "1m"
timezone = "UTC"
stamp = "close"
prices = "raw"
currency = "USD"
source = "synthetic"

[strategy]
name = "macd"
seeding = "first"
start_after = 1000

[sizing]
kind = "fixed"
quantity = 1.0

[costs]
schedule = "rate"
rate = 0.001
"#;

pub(super) fn run(place: &Place) -> Result<Report, Failure> {
    let mut report = Report::default();
    let file = place.w1_file()?;
    let columns = place.w1()?;
    let rows = columns.close.len();
    // A time and five numbers a bar.
    let data_mb = rows as f64 * 48.0 / 1e6;
    let limit = Target::AtMost(data_mb + BESIDE_DATA_MB);
    let mut table = Table::new(format!("{rows} bars ({data_mb:.0} MB of data), peak MB"));

    let text = process::output(Command::new(std::env::current_exe()?).arg(COMMAND).arg(&file))?;
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|x| x.parse().ok()).collect();
    let [loaded, peak, fills, equity] = numbers[..] else { return Err("the child process gave no figures".into()) };
    let expected = w1::fused(&columns);
    report.checks.push(Check::run("ours and the plain loop", (fills as usize, equity), expected));
    table.push(Row::new("bars loaded", loaded, loaded));
    table.push(Row::new("bars loaded and run", peak, peak).target(limit));

    match place.engine() {
        Some(engine) => {
            let (config, out) = (place.file("w10.toml"), place.file("w10-run"));
            place.w1_csv()?;
            std::fs::write(&config, CONFIG)?;
            let parquet = process::in_parquet(&engine, &place.w1_csv()?, CONFIG)?;
            let lower = Target::AtMost(data_mb + BESIDE_PARQUET_MB);
            for (what, config, limit) in [("CSV", config, limit), ("Parquet", parquet, lower)] {
                let mut command = Command::new(&engine);
                command.arg("backtest").arg(config).arg("--out").arg(&out);
                let _ = std::fs::remove_dir_all(&out);
                let mb = process::peak_mb(&mut command)?;
                let found = process::figures(&std::fs::read_to_string(out.join("summary.json"))?)?;
                report.checks.push(Check::run("the program and the plain loop", found, expected));
                table.push(Row::new(format!("engine backtest, {what} and run folder"), mb, mb).target(limit));
            }
        }
        None => report.notes.push("engine: not there; build it with `cargo build --release` and run this again".into()),
    }
    report.tables.push(table);
    Ok(report)
}

/// The child: loads the bars, runs, prints memory before and after, fills and equity.
pub(super) fn child(file: &str) -> Result<(), Failure> {
    let columns = input::read_minute_bars(std::path::Path::new(file))?;
    let feed = input::feed(columns);
    let loaded = process::own_peak_mb().ok_or("this system does not tell peak memory")?;
    let run = kernel::run(&feed, &mut w1::strategy(), &w1::options())?;
    let peak = process::own_peak_mb().ok_or("this system does not tell peak memory")?;
    println!("{loaded} {peak} {} {}", run.fills.len(), run.final_equity);
    Ok(())
}
