//! W6: implied volatilities, beside the crate implied-vol.
//!
//! All run in turn in this process, on columns that exist already. In the money the time value is
//! mostly rounding of the price, so that only options out of the money are compared.

use super::place::Place;
use super::table::{Check, Row, Table, Target};
use super::timing::{Samples, in_turn, time};
use super::{Failure, Report};
use crate::w6::{self, Quotes, Solver};

const REPETITIONS: usize = 7;
/// The most that volatilities of two programs may differ.
const NEAR: f64 = 3e-14;

pub(super) fn run(place: &Place) -> Result<Report, Failure> {
    let mut report = Report::default();
    let quotes = place.w6()?;
    let n = quotes.len();
    let mut found: [Vec<f64>; 5] = std::array::from_fn(|_| vec![0.0; n]);
    let [columns, shared, single, jaeckel, hybrid] = &mut found;
    let times: Vec<Samples> = in_turn(
        REPETITIONS,
        &mut [
            &mut || time(|| w6::compute(&quotes, columns, false)).0,
            &mut || time(|| w6::compute(&quotes, shared, true)).0,
            &mut || time(|| w6::compute_one_by_one(&quotes, single)).0,
            &mut || time(|| w6::compute_peer(&quotes, Solver::Jaeckel, jaeckel)).0,
            &mut || time(|| w6::compute_peer(&quotes, Solver::Hybrid, hybrid)).0,
        ],
    )
    .iter()
    .map(|times| times.per(n))
    .collect();

    let mut table = Table::new(format!("{n} quotes, ns a quote"));
    let labels = ["ours, columns, one thread", "ours, columns, all threads", "ours, one at a time"];
    let targets = [Some(0.5), None, Some(1.0)];
    for ((label, times_of), target) in labels.into_iter().zip(&times).zip(targets) {
        let row = Row::new(label, times_of.median(), times_of.least());
        let row = row.ratio(times_of.ratio_to(&times[4]), "x implied-vol, Hybrid");
        table.push(match target {
            Some(most) => row.target(Target::AtMost(most)),
            None => row,
        });
    }
    for (label, times) in ["implied-vol, Jaeckel", "implied-vol, Hybrid"].into_iter().zip(&times[3..]) {
        table.push(Row::new(label, times.median(), times.least()));
    }
    report.tables.push(table);

    let [columns, shared, single, jaeckel, hybrid] = &found;
    for (what, other) in [("one thread and all", shared), ("columns and one at a time", single)] {
        let differing = columns.iter().zip(other).filter(|(a, b)| a.to_bits() != b.to_bits()).count();
        report.checks.push(Check::values(&format!("{what}: quotes with other bits"), differing as f64, 0.0));
    }
    let failures = columns.iter().filter(|v| !(v.is_finite() && **v > 0.0)).count();
    report.checks.push(Check::values("quotes without a volatility", failures as f64, 0.0));
    for (what, other) in [("Jaeckel", jaeckel), ("Hybrid", hybrid)] {
        let most = largest(&quotes, |i| columns[i] - other[i]);
        let label = format!("out of the money, largest difference to implied-vol, {what}: {most:.1e}");
        report.checks.push(Check::values(&format!("{label}; beyond 3e-14"), f64::from(most > NEAR), 0.0));
    }
    for (what, values) in [("ours", columns), ("implied-vol, Jaeckel", jaeckel), ("implied-vol, Hybrid", hybrid)] {
        let most = largest(&quotes, |i| values[i] - quotes.volatility(i));
        let note = format!("{what}: out of the money, largest distance to the volatility of the price {most:.1e}");
        report.notes.push(note);
    }
    Ok(report)
}

/// The largest absolute value over options out of the money; infinite if one is not a number.
fn largest(quotes: &Quotes, difference: impl Fn(usize) -> f64) -> f64 {
    let differences = (0..quotes.len()).filter(|i| quotes.is_out_of_the_money(*i)).map(|i| difference(i).abs());
    differences.fold(0.0, |most, d| {
        if d.is_nan() {
            f64::INFINITY
        } else if d > most {
            d
        } else {
            most
        }
    })
}
