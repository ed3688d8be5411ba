//! W2: many runs over the same bars, as a sweep makes them.

use std::hint::black_box;
use std::process::Command;
use std::time::Duration;

use super::peer;
use super::place::Place;
use super::table::{Check, Row, Table, Target};
use super::timing::{Samples, in_turn, time};
use super::{Failure, Report, process};
use crate::{input, w2};

/// Hidden command of a child process: one half of the pairs on one thread.
pub(super) const COMMAND: &str = "half-of-w2";
const BARS: usize = 100_000;
const REPETITIONS: usize = 5;
/// What a sweep may take beside its data, MB.
const BESIDE_DATA_MB: f64 = 200.0;

const CONFIG: &str = r#"[run]
name = "w2"

[account]
cash = 1000000.0
currency = "USD"

[[data]]
symbol = "SIM.WALK"
file = "w2.csv"
bars = "1m"
timezone = "UTC"
stamp = "close"
prices = "raw"
currency = "USD"
source = "synthetic"

[strategy]
name = "sma_cross"

[sizing]
kind = "fixed"
quantity = 1.0

[costs]
schedule = "rate"
rate = 0.001

[sweep]
fast = { from = 5, to = 50, step = 1 }
slow = { from = 55, to = 250, step = 5 }
digests = "top"
"#;

pub(super) fn run(place: &Place) -> Result<Report, Failure> {
    let mut report = Report::default();
    let columns = input::head(&place.w1()?, BARS);
    let feed = input::feed(columns.clone());
    let pairs = w2::pairs();
    let work = pairs.len() * BARS;
    let expected = w2::fused(&columns.open, &columns.close, &pairs);
    let found = w2::sweep(&feed, &pairs, 1, true);
    report.checks.push(Check::run("ours and the plain loop", (found.fills, found.equity.to_f64()), expected));
    let two = w2::sweep(&feed, &pairs, 2, true);
    report.checks.push(Check::run("two threads and one", (two.fills, two.equity.to_f64()), expected));

    let mut fused = || time(|| black_box(w2::fused(&columns.open, &columns.close, &pairs))).0;
    let mut bare = || time(|| black_box(w2::sweep(&feed, &pairs, 1, false))).0;
    let mut one = || time(|| black_box(w2::sweep(&feed, &pairs, 1, true))).0;
    let mut both = || time(|| black_box(w2::sweep(&feed, &pairs, 2, true))).0;
    let file = place.w1_file()?;
    let mut apart = || halves(&file).unwrap_or(Duration::MAX);
    let times = in_turn(REPETITIONS, &mut [&mut fused, &mut bare, &mut one, &mut both, &mut apart]);
    let times: Vec<Samples> = times.iter().map(|s| s.per(work)).collect();

    let mut table = Table::new(format!("{} pairs x {BARS} minutes, ns a pair and bar", pairs.len()));
    let row = |what: &str, samples: &Samples| Row::new(what, samples.median(), samples.least());
    table.push(row("plain loop", &times[0]));
    let ratio = |at: usize| times[at].ratio_to(&times[0]);
    table.push(row("ours, fills and equity only", &times[1]).ratio(ratio(1), "x plain loop"));
    table.push(row("ours, all figures", &times[2]).ratio(ratio(2), "x plain loop"));
    let speed = times[4].ratio_to(&times[3]);
    table.push(row("ours on two threads", &times[3]).ratio(speed, "x two processes").target(Target::AtLeast(0.95)));
    table.push(row("ours in two processes, half each", &times[4]));

    let data = place.data().to_string_lossy();
    match peer::python(&place.script("vectorbt_w2.py"), &[&data, &BARS.to_string(), "3"])? {
        Some(answer) => {
            let samples = answer.samples()?.per(work);
            // Of each pair vectorbt is asked for its fills and final equity, and no more.
            let ratio = samples.median() / times[1].median();
            let vectorbt = row(&answer.name(), &samples).ratio(ratio, "x ours, fills and equity only");
            table.push(vectorbt.target(Target::AtLeast(25.0)));
            let full = samples.median() / times[2].median();
            report.notes.push(format!("vectorbt, fills and equity only: {full:.1} x ours with all figures"));
            let theirs = w2::fused_from_totals(&columns.open, &columns.close, &pairs);
            report.checks.push(Check::run("vectorbt and the plain loop with its averages", answer.result()?, theirs));
        }
        None => report.notes.push("vectorbt: not installed".to_owned()),
    }
    report.tables.push(table);
    match place.engine() {
        Some(engine) => report.tables.push(program(place, &engine, &mut report.checks, expected, pairs.len())?),
        None => report.notes.push("engine: not there; build it with `cargo build --release` and run this again".into()),
    }
    Ok(report)
}

/// `engine sweep` as a user runs it: speed of its cells, peak memory.
fn program(
    place: &Place,
    engine: &std::path::Path,
    checks: &mut Vec<Check>,
    expected: (usize, f64),
    pairs: usize,
) -> Result<Table, Failure> {
    let (config, out) = (place.file("w2.toml"), place.file("w2-sweep"));
    let csv = place.file("w2.csv");
    if !csv.is_file() {
        input::write_csv(&csv, &input::head(&place.w1()?, BARS))?;
    }
    std::fs::write(&config, CONFIG)?;
    let mut table = Table::new("engine sweep, CSV, results and page included");
    for threads in ["1", "2"] {
        let _ = std::fs::remove_dir_all(&out);
        let mut command = Command::new(engine);
        command.args(["sweep", "--csv", "--threads", threads, "--out"]).arg(&out).arg(&config);
        let mb = process::peak_mb(&mut command)?;
        let text = std::fs::read_to_string(out.join("sweep.json"))?;
        let summary: serde_json::Value = serde_json::from_str(&text)?;
        let rate = summary.pointer("/timing/bars_per_second").and_then(serde_json::Value::as_f64);
        let ns = 1e9 / rate.ok_or("sweep.json has no rate")?;
        table.push(Row::new(format!("{threads} threads, ns a pair and bar"), ns, ns));
        let limit = Target::AtMost(BARS as f64 * 48.0 / 1e6 + BESIDE_DATA_MB);
        table.push(Row::new(format!("{threads} threads, peak MB"), mb, mb).target(limit));
        let results = std::fs::read_to_string(out.join("results.csv"))?;
        let mut lines = results.lines();
        let head: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        let at = |name: &str| head.iter().position(|h| *h == name).ok_or("results.csv lacks a column");
        let (fills, equity) = (at("fills")?, at("final_equity")?);
        let (mut sum, mut count) = ((0, 0.0), 0);
        for line in lines {
            let cells: Vec<&str> = line.split(',').collect();
            sum.0 += cells[fills].parse::<f64>()? as usize;
            sum.1 += cells[equity].parse::<f64>()?;
            count += 1;
        }
        checks.push(Check::values("cells of the program", f64::from(count), pairs as f64));
        checks.push(Check::run("the program and the plain loop", sum, expected));
    }
    Ok(table)
}

/// Two processes at the same time, each with every other pair: the longer of both.
fn halves(file: &std::path::Path) -> Result<Duration, Failure> {
    let start = |half: &str| {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(COMMAND).arg(file).arg(half).stdout(std::process::Stdio::piped());
        command.spawn()
    };
    let running = [start("0")?, start("1")?];
    let mut longest = 0.0_f64;
    for child in running {
        let output = child.wait_with_output()?;
        let seconds: f64 = String::from_utf8(output.stdout)?.trim().parse()?;
        longest = longest.max(seconds);
    }
    Ok(Duration::from_secs_f64(longest))
}

/// The child: loads the bars, runs every other pair, prints the seconds of the runs.
pub(super) fn child(file: &str, half: &str) -> Result<(), Failure> {
    let columns = input::head(&input::read_minute_bars(std::path::Path::new(file))?, BARS);
    let feed = input::feed(columns);
    let half: usize = half.parse()?;
    let pairs: Vec<w2::Pair> = w2::pairs().into_iter().skip(half).step_by(2).collect();
    let (took, sum) = time(|| w2::sweep(&feed, &pairs, 1, true));
    black_box(sum);
    println!("{}", took.as_secs_f64());
    Ok(())
}
