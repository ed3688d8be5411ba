//! W7: VaR and ES of ten assets over a million simulated days, beside numpy.
//!
//! Random numbers differ, so the peer's figures must lie inside the 99.9 % bands
//! of ours, widened by as much for its own error.

use super::peer;
use super::place::Place;
use super::table::{Check, Row, Table, Target};
use super::timing::{Samples, in_turn, time};
use super::{Failure, Report};
use crate::w7::{self, PATHS};

const REPETITIONS: usize = 9;

pub(super) fn run(place: &Place) -> Result<Report, Failure> {
    let mut report = Report::default();
    let assets = place.w7()?;
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let (one, two) = (pool(1)?, pool(2)?);
    let estimates = [one.install(|| assets.risk(PATHS))?, two.install(|| assets.risk(PATHS))?];
    let measure = || {
        in_turn(
            REPETITIONS,
            &mut [
                &mut || one.install(|| time(|| assets.risk(PATHS)).0),
                &mut || two.install(|| time(|| assets.risk(PATHS)).0),
                &mut || time(|| w7::normals(PATHS)).0,
            ],
        )
    };
    let before = measure();
    let data = place.data().to_string_lossy().into_owned();
    let answer = peer::python(&place.script("numpy_w7.py"), &[&data, "7", &PATHS.to_string()])?;
    let times: Vec<Samples> = if answer.is_some() {
        measure().iter().zip(&before).map(|(a, b)| a.and(b).per(PATHS)).collect()
    } else {
        before.iter().map(|b| b.per(PATHS)).collect()
    };

    let mut table = Table::new(format!("{PATHS} paths of ten assets, VaR and ES at 99 %, ns a path"));
    let row = |label: &str, times: &Samples| Row::new(label, times.median(), times.least());
    table.push(row("ours, one thread", &times[0]));
    table.push(row("ours, two threads", &times[1]).ratio(times[1].ratio_to(&times[0]), "x one thread"));
    table.push(row("of which the normal numbers", &times[2]).ratio(times[2].ratio_to(&times[0]), "x ours"));
    let [a, b] = &estimates;
    report.checks.push(Check::values("VaR, two threads and one", b.var, a.var));
    report.checks.push(Check::values("ES, two threads and one", b.expected_shortfall, a.expected_shortfall));
    match answer {
        None => report.notes.push("numpy: not installed".to_owned()),
        Some(answer) => {
            let theirs = answer.samples()?.per(PATHS);
            let row = Row::new(answer.name(), theirs.median(), theirs.least());
            table.push(row.ratio(theirs.median() / times[0].median(), "x ours").target(Target::AtLeast(5.0)));
            let bands = [("var", a.var, a.var_low, a.var_high), ("es", a.expected_shortfall, a.es_low, a.es_high)];
            for (name, ours, low, high) in bands {
                let theirs = answer.number(name)?;
                let inside = theirs > ours - 1.5 * (ours - low) && theirs < ours + 1.5 * (high - ours);
                let what = format!("numpy's {name} {theirs:.2}, ours {ours:.2}, outside the bands");
                report.checks.push(Check::values(&what, f64::from(u8::from(!inside)), 0.0));
            }
        }
    }
    report.tables.push(table);
    Ok(report)
}
