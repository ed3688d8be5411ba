//! The worst drawdowns: how deep, how long, and where to look.

use engine_core::time::{DAY, SECOND, Timestamp};
use maud::{Markup, html};
use risk::drawdown::{Drawdown, deepest};

use crate::display::{Clock, count, percent};
use crate::input::ReportInput;
use crate::summary::Curve;

/// Drawdowns listed.
const LISTED: usize = 10;

pub(crate) fn section(input: &ReportInput<'_>) -> Markup {
    let curve = Curve::of(input.run);
    let clock = Clock::of(&curve);
    let listed = deepest(&curve.equity, LISTED);
    let time = |i: usize| Timestamp::from_nanos(curve.times[i]);
    let shown = |i: usize| clock.show(time(i));
    let seconds = |i: usize| curve.times[i].div_euclid(SECOND);
    let days = |d: &Drawdown, to: usize| {
        let day = |i: usize| curve.times[i].div_euclid(DAY);
        count(day(to).abs_diff(day(d.under.peak)))
    };
    html! {
        section #drawdowns aria-labelledby="drawdowns-title" {
            h2 #drawdowns-title { "Worst drawdowns" }
            @if listed.is_empty() {
                p.note { "Equity never fell below a height it had reached." }
            } @else {
                div.scroll { table.list {
                    thead { tr {
                        th scope="col" { "#" }
                        th scope="col" { "Depth" }
                        th.text scope="col" { "Peak" }
                        th.text scope="col" { "Trough" }
                        th.text scope="col" { "Recovered" }
                        th scope="col" { "Days to trough" }
                        th scope="col" { "Days under water" }
                        th scope="col" { "Bars" }
                    } }
                    tbody {
                        @for (n, d) in listed.iter().enumerate() {
                            tr {
                                td { button.show type="button" data-from=(seconds(d.under.peak))
                                    data-to=(seconds(d.under.end)) title="Show in the charts" { (n + 1) } }
                                td.loss { (percent(Some(d.depth))) }
                                td.text { (shown(d.under.peak)) }
                                td.text { (shown(d.trough)) }
                                td.text { @if d.under.recovered { (shown(d.under.end)) } @else { "not yet" } }
                                td { (days(d, d.trough)) }
                                td { (days(d, d.under.end)) }
                                td { (count(d.under.periods() as u64)) }
                            }
                        }
                    }
                } }
            }
        }
    }
}
