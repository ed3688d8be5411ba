//! W3: many instruments, few decisions.

use std::hint::black_box;

use engine_core::kernel::{self, Scratch};
use engine_core::setup::ColumnCache;

use super::peer;
use super::place::Place;
use super::table::{Check, Row, Table, Target};
use super::timing::{Samples, in_turn, time};
use super::{Failure, Report};
use crate::w3::{self, Rebalancer};

const REPETITIONS: usize = 9;

pub(super) fn run(place: &Place) -> Result<Report, Failure> {
    let mut report = Report::default();
    let prices = place.w3()?;
    let bars = prices.days * prices.symbols;
    let (loading, feed) = time(|| prices.feed());
    let options = w3::options();
    let strategy = || Rebalancer::new(&prices.month_end);
    let first = kernel::run(&feed, &mut strategy(), &options)?;
    let result = (first.fills.len(), first.final_equity.to_f64());
    report.checks.push(Check::run("ours and the plain loop", result, prices.fused()));

    let mut kept = Some(Scratch::from(first));
    let mut fused = || time(|| black_box(black_box(&prices).fused())).0;
    let mut reused = || {
        let scratch = kept.take().unwrap_or_default();
        let cache = ColumnCache::default();
        let (took, run) = time(|| kernel::run_with(&feed, &mut strategy(), &options, &cache, scratch));
        kept = run.ok().map(Scratch::from);
        took
    };
    let mut fresh = || time(|| kernel::run(&feed, &mut strategy(), &options).is_ok()).0;
    let times = in_turn(REPETITIONS, &mut [&mut fused, &mut reused, &mut fresh]);
    let times: Vec<Samples> = times.iter().map(|s| s.per(bars)).collect();

    let mut table = Table::new(format!("{} symbols x {} days, ns a bar", prices.symbols, prices.days));
    let row = |what: &str, samples: &Samples| Row::new(what, samples.median(), samples.least());
    table.push(row("plain loop", &times[0]));
    table.push(row("ours, buffers reused", &times[1]).ratio(times[1].ratio_to(&times[0]), "x plain loop"));
    table.push(row("ours, fresh buffers", &times[2]).ratio(times[2].ratio_to(&times[0]), "x plain loop"));

    let data = place.data().to_string_lossy();
    match peer::python(&place.script("vectorbt_w3.py"), &[&data, "5"])? {
        Some(answer) => {
            let samples = answer.samples()?.per(bars);
            let ratio = samples.median() / times[1].median();
            table.push(row(&answer.name(), &samples).ratio(ratio, "x ours").target(Target::AtLeast(30.0)));
            let what = "vectorbt and the plain loop of its rules (fractions of shares, this close)";
            report.checks.push(Check::run(what, answer.result()?, prices.fused_at_close()));
        }
        None => report.notes.push("vectorbt: not installed".to_owned()),
    }
    report.notes.push(format!(
        "joining the {} series into one feed, once: {:.0} ms",
        prices.symbols,
        loading.as_secs_f64() * 1e3
    ));
    report.tables.push(table);
    Ok(report)
}
