//! The page of a sweep: one HTML file that asks the network for nothing.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Cell, SweepReport, charts, judgement, shown};
use crate::display::{count, decimal, percent, printable};

const STYLE: &str = include_str!("sweep.css");
const SCRIPT: &str = include_str!("sweep.js");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// The report of a sweep as one self-contained HTML page.
#[must_use]
pub fn html(report: &SweepReport) -> String {
    let name = printable(&report.name);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="color-scheme" content="light dark";
                link rel="icon" href="data:,";
                title { (name) " - sweep report" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (name) }
                    p.lead { "Sweep, " (report.mode) ": " (count(report.counts.cells)) " cells, ranked by " (report.rank_name()) }
                    @if let Some(digest) = &report.digest { p.digest { "digest " code { (digest) } } }
                }
                main {
                    @if report.counts.pending > 0 {
                        div.notice role="alert" { "Not all cells have run: " (count(report.counts.pending)) " are missing. Go on with " code { "engine sweep --resume" } "." }
                    }
                    @if report.counts.failed > 0 {
                        div.notice role="alert" { (count(report.counts.failed)) " cells failed; see below." }
                    }
                    p.judgement { (judgement(report)) }
                    (cards(report))
                    (table(report, "top", "Best cells", &report.top, true))
                    @if let Some(map) = &report.heat_map { (charts::heat_map(report, map)) }
                    (charts::distribution(report))
                    (table(report, "neighbours", "Neighbours of the best", &report.neighbours, false))
                    (deflated(report))
                    (not_run(report))
                    (lists(report))
                }
                footer { "Figures are fractions of the definitions in summary.json; returns and drawdowns in percent." }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

fn cards(report: &SweepReport) -> Markup {
    let card = |label: &str, value: String, note: String| {
        html! { dl.card { dt { (label) } dd { (value) } p { (note) } } }
    };
    let d = &report.deflated;
    let c = &report.counts;
    let best = report.top.first();
    let metric = best.and_then(|b| report.metric_of(b));
    let values = best.map_or(String::new(), |b| pairs(report, b));
    html! {
        div.cards {
            (card(&format!("Best {}", report.rank_name()), shown(report.rank_name(), metric), values))
            (card("Deflated Sharpe ratio", d.ratio.map_or("-".to_owned(), |x| decimal(x, 3)), format!("after {} trials", count(d.trials))))
            (card("Median of all cells", shown(report.rank_name(), super::median(&report.metric)), format!("{} cells with a value", count(report.metric.len() as u64))))
            (card("Cells", count(c.done), format!("of {}; {} invalid, {} failed, {} excluded", count(c.cells), count(c.invalid), count(c.failed), count(c.excluded))))
        }
    }
}

fn pairs(report: &SweepReport, cell: &Cell) -> String {
    let names = report.parameters.iter().map(|p| p.name.as_str());
    names.zip(&cell.values).map(|(n, v)| format!("{} {}", printable(n), printable(v))).collect::<Vec<_>>().join(", ")
}

/// Figures that a table leaves out.
const HIDDEN: [&str; 3] = ["bars", "certain_share", "fills_outside_bar"];

fn table(report: &SweepReport, id: &str, title: &str, cells: &[Cell], sortable: bool) -> Markup {
    if cells.is_empty() {
        return html! {};
    }
    let mut order: Vec<usize> = vec![report.rank];
    order.extend(
        (0..report.figures.len()).filter(|i| *i != report.rank && !HIDDEN.contains(&report.figures[*i].as_str())),
    );
    html! {
        section id=(id) {
            h2 { (title) }
            @if sortable { p.hint { "Click a column head to sort." } }
            div.scroll {
                table.sortable[sortable] {
                    thead { tr {
                        @for p in &report.parameters { th scope="col" { (printable(&p.name)) } }
                        @for i in &order { th scope="col" { (report.figures[*i].replace('_', " ")) } }
                    } }
                    tbody { @for cell in cells { tr {
                        @for value in &cell.values { td data-value=(value) { (printable(value)) } }
                        @for i in &order {
                            @let x = cell.figures.get(*i).copied().flatten();
                            td data-value=(x.map_or(String::new(), |x| x.to_string())) { (shown(&report.figures[*i], x)) }
                        }
                    } } }
                }
            }
        }
    }
}

fn deflated(report: &SweepReport) -> Markup {
    let d = &report.deflated;
    let number = |x: Option<f64>| x.map_or("-".to_owned(), |x| decimal(x, 6));
    let year = d.periods_per_year.sqrt();
    let yearly = |x: Option<f64>| x.map_or("-".to_owned(), |x| decimal(x * year, 2));
    html! {
        section #deflated {
            h2 { "Deflated Sharpe ratio" }
            p { "The more combinations are tried, the better the best of them looks by luck alone. The deflated Sharpe ratio is the "
                "probability that the true Sharpe ratio of the best is above what the best of as many trials without skill would show "
                "(Bailey and Lopez de Prado 2014). Trials that are alike count in full here, so it is on the careful side; trials of "
                "earlier sweeps over the same data are not known to it." }
            table.plain { tbody {
                tr { th scope="row" { "Trials" } td { (count(d.trials)) } }
                tr { th scope="row" { "Sharpe ratio of the best, per bar (per year)" } td { (number(d.sharpe)) " (" (yearly(d.sharpe)) ")" } }
                tr { th scope="row" { "Variance of the trials' Sharpe ratios, per bar" } td { (d.variance.map_or("-".to_owned(), |x| format!("{x:.3e}"))) } }
                tr { th scope="row" { "Best of as many without skill, per bar (per year)" } td { (number(d.threshold)) " (" (yearly(d.threshold)) ")" } }
                tr { th scope="row" { "Returns; skewness; kurtosis (normal: 3)" } td { (count(d.observations)) "; " (number(d.skew)) "; " (number(d.kurtosis)) } }
                tr { th scope="row" { "Deflated Sharpe ratio" } td { b { (percent(d.ratio)) } } }
            } }
        }
    }
}

fn not_run(report: &SweepReport) -> Markup {
    if report.not_run.is_empty() {
        return html! {};
    }
    let all = report.counts.invalid + report.counts.failed;
    html! {
        section #not-run {
            h2 { "Cells without a result" }
            p.hint { "The first " (report.not_run.len()) " of " (count(all)) "; all are in results.parquet." }
            table.plain { tbody { @for (values, reason) in &report.not_run {
                tr { th scope="row" { (printable(values)) } td { (printable(reason)) } }
            } } }
        }
    }
}

fn lists(report: &SweepReport) -> Markup {
    let list = |title: &str, lines: &[String]| {
        html! { @if !lines.is_empty() { section { h2 { (title) } ul { @for line in lines { li { (printable(line)) } } } } } }
    };
    html! {
        section #parameters {
            h2 { "Parameters" }
            table.plain { tbody {
                @for p in &report.parameters { tr { th scope="row" { (printable(&p.name)) } td { code { (printable(&p.path)) } ": " (printable(&p.values)) } } }
                @for c in &report.constraints { tr { th scope="row" { "where" } td { code { (printable(c)) } } } }
            } }
        }
        (list("Warnings", &report.warnings))
        (list("Assumptions", &report.assumptions))
        section #provenance {
            h2 { "Provenance" }
            table.plain { tbody {
                @for (label, text) in &report.provenance { tr { th scope="row" { (printable(label)) } td { (printable(text)) } } }
                tr { th scope="row" { "columns" } td { (report.columns) } }
            } }
        }
    }
}
