//! The page: one HTML file with its style, its scripts and its data inside.
//!
//! It asks the network for nothing; a content security policy in the page itself
//! makes a browser hold it to that. All text is escaped by `maud` or, inside the
//! data, by `payload`.

mod book;
pub(crate) mod certainty;
mod column;
mod distribution;
mod drawdowns;
mod lists;
mod months;
mod overview;
mod payload;
mod prices;
mod statistics;

use maud::{DOCTYPE, Markup, PreEscaped, Render, html};

use crate::display::{plural, printable};
use crate::input::ReportInput;
use crate::summary::Summary;
use crate::terminal::LOOK_AHEAD;

const STYLE: &str = include_str!("../assets/page.css");
const SCRIPTS: [&str; 6] = [
    include_str!("../assets/column.js"),
    include_str!("../assets/axis.js"),
    include_str!("../assets/paint.js"),
    include_str!("../assets/chart.js"),
    include_str!("../assets/trades.js"),
    include_str!("../assets/main.js"),
];
/// More than a page has: it then lies in a piece of memory of its own from the start, of which
/// only what is written exists, and all of which goes back at the end.
const PAGE_BYTES: usize = 16 << 20;
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
                      script-src 'unsafe-inline'; img-src data:";

/// The data of the charts: written where it stands, since it is most of a page.
struct Data<'a>(&'a ReportInput<'a>);

impl Render for Data<'_> {
    fn render_to(&self, page: &mut String) {
        page.reserve(PAGE_BYTES);
        payload::write(self.0, page);
    }
}

/// The report as one self-contained HTML page.
#[must_use]
pub fn html(input: &ReportInput<'_>, summary: &Summary) -> String {
    let title = format!("{} - backtest report", printable(input.name));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="color-scheme" content="light dark";
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                @if input.run.same_close {
                    div.banner role="alert" { (LOOK_AHEAD) }
                }
                (body(input, summary))
                script id="data" type="application/json" { (Data(input)) }
                script { (PreEscaped(SCRIPTS.concat())) }
            }
        }
    };
    page.into_string()
}

fn body(input: &ReportInput<'_>, summary: &Summary) -> Markup {
    html! {
        (overview::header(input, summary))
        main {
            noscript { p.note { "Charts and the trade list need JavaScript; the tables do not." } }
            (overview::notices(input))
            (overview::cards(input, summary))
            (charts(input))
            (statistics::section(input, summary))
            (drawdowns::section(input))
            (months::section(input))
            (distribution::section(input))
            (lists::trades(input))
            (certainty::section(input, summary))
            (book::section(input, summary))
            (lists::orders(input))
            (lists::costs(input, summary))
            (lists::sentences("assumptions", "Assumptions", &input.assumptions))
            (lists::logs(input))
            (lists::provenance(input))
        }
        footer { "Times are UTC. Days under water are counted between dates." }
    }
}

/// The places where the scripts put charts.
fn charts(input: &ReportInput<'_>) -> Markup {
    let curve = !input.run.times.is_empty();
    let plots = !input.run.plots.is_empty();
    let plots_left_out = payload::plots_left_out(input.run);
    html! {
        section #performance aria-labelledby="performance-title" {
            div.title-row {
                h2 #performance-title { "Equity" }
                div.tools {
                    label.toggle { input #log type="checkbox"; " Log scale" }
                    button #mode type="button" aria-pressed="false" { "Drag moves" }
                    button #reset type="button" disabled { "Reset zoom" }
                }
            }
            @if curve {
                div #equity-chart {}
                h3 { "Drawdown" }
                div #drawdown-chart {}
                div #rolling hidden { h3 #rolling-title {} div #rolling-chart {} }
                p.hint {
                    "Drag to zoom, Shift and drag (or \"Drag moves\") to move, wheel over a chart to zoom, "
                    "double click to reset. Keys on a chart: arrows move, + and - zoom, 0 resets, "
                    "< and > step the crosshair."
                }
            } @else {
                p.note { "The run has no instant." }
            }
        }
        section #price aria-labelledby="price-title" {
            div.title-row {
                h2 #price-title { "Price and fills" }
                div.tools {
                    label #symbol-label hidden { "Instrument " select #symbol {} }
                }
            }
            div #price-chart {}
            p.hint #price-note {}
        }
        @if plots {
            section #plots aria-labelledby="plots-title" {
                h2 #plots-title { "Strategy plots" }
                div #plot-charts {}
                @if plots_left_out > 0 {
                    p.hint { (plural(plots_left_out as u64, "more line is", "more lines are")) " not drawn." }
                }
            }
        }
    }
}
