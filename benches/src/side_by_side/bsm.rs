//! W5: prices and five Greeks of European options, beside a compiled loop of Python's.
//!
//! Both read and write columns that exist already. Every figure of every option is
//! compared with the peer's.

use super::peer;
use super::place::Place;
use super::table::{Check, Row, Table, Target};
use super::timing::{Samples, in_turn, time};
use super::{Failure, Report};
use crate::{npy, w5};

const REPETITIONS: usize = 9;
/// Nanoseconds for 60 million options a second.
const MOST: f64 = 16.7;

pub(super) fn run(place: &Place) -> Result<Report, Failure> {
    let mut report = Report::default();
    let chain = place.w5()?;
    let options = chain.len();
    let mut out = w5::results(options);
    let mut shared = w5::results(options);
    let mut single = w5::results(options);
    let mut prices = w5::results(options);
    let mut measure = || {
        in_turn(
            REPETITIONS,
            &mut [
                &mut || time(|| w5::compute(&chain, &mut out, false)).0,
                &mut || time(|| w5::compute(&chain, &mut shared, true)).0,
                &mut || time(|| w5::compute_one_by_one(&chain, &mut single)).0,
                &mut || time(|| w5::compute_prices(&chain, &mut prices)).0,
            ],
        )
    };
    let before = measure();
    let results = place.file("w5_peer.npy");
    let data = place.data().to_string_lossy().into_owned();
    let file = results.to_string_lossy().into_owned();
    let answer = peer::python(&place.script("numba_w5.py"), &[&data, "9", &file])?;
    let times: Vec<Samples> = if answer.is_some() {
        measure().iter().zip(&before).map(|(a, b)| a.and(b).per(options)).collect()
    } else {
        before.iter().map(|b| b.per(options)).collect()
    };

    let mut table = Table::new(format!("{options} options, price and 5 Greeks, ns an option"));
    let labels = ["ours, one thread", "ours, all threads", "ours, one at a time", "ours, prices alone, one thread"];
    for (i, (label, times)) in labels.into_iter().zip(&times).enumerate() {
        let row = Row::new(label, times.median(), times.least());
        table.push(if i == 0 { row.target(Target::AtMost(MOST)) } else { row });
    }
    for (name, (a, b)) in w5::FIGURES.iter().zip(out.iter().zip(&shared)) {
        report.checks.push(same_bits(&format!("{name}, one thread and all"), a, b));
    }
    for (name, (a, b)) in w5::FIGURES.iter().zip(out.iter().zip(&single)) {
        report.checks.push(same_bits(&format!("{name}, columns and one at a time"), a, b));
    }
    match answer {
        None => report.notes.push("numba: not installed".to_owned()),
        Some(answer) => {
            for (label, key, ours) in
                [("one thread", "/seconds", &times[0]), ("all threads", "/all_threads", &times[1])]
            {
                let theirs = Samples::from_seconds(&answer.list(key)?).per(options);
                let row = Row::new(format!("{}, {label}", answer.name()), theirs.median(), theirs.least());
                table.push(row.ratio(theirs.median() / ours.median(), "x ours").target(Target::AtLeast(1.0)));
            }
            let (_, values) = npy::read(&results)?;
            for ((name, ours), theirs) in w5::FIGURES.iter().zip(&out).zip(values.chunks(options)) {
                let difference = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs() / b.abs().max(1.0));
                let largest = difference.fold(0.0, |most, d| if d > most || d.is_nan() { d } else { most });
                report.checks.push(Check::values(&format!("{name}, largest difference to the peer"), largest, 0.0));
            }
        }
    }
    report.tables.push(table);
    Ok(report)
}

fn same_bits(what: &str, a: &[f64], b: &[f64]) -> Check {
    let differing = a.iter().zip(b).filter(|(a, b)| a.to_bits() != b.to_bits()).count();
    Check::values(&format!("{what}: options with other bits"), differing as f64, 0.0)
}
