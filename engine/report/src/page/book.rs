//! What rested in the book and what took from it, and when a book was not to be trusted.

use maud::{Markup, html};

use crate::display::{count, money, percent};
use crate::input::ReportInput;
use crate::summary::{Summary, nearest, share};
use crate::tape::{Part, TapeFigures, Venues, incidents_cut, parts, span};

/// Lines of books that went bad, at most.
const LINES_MAX: usize = 300;

/// For runs with a tape; nothing otherwise.
pub(crate) fn section(input: &ReportInput<'_>, s: &Summary) -> Markup {
    let Some(figures) = &s.tape else { return html! {} };
    html! {
        section #book aria-labelledby="book-title" {
            h2 #book-title { "Order book" }
            (fills(input))
            h3 { "Books not to be trusted" }
            (incidents(input, figures))
        }
    }
}

fn fills(input: &ReportInput<'_>) -> Markup {
    let (resting, taking) = parts(input.run, &Venues::of(input));
    let all = Part {
        fills: resting.fills + taking.fills,
        certain: resting.certain + taking.certain,
        amount: resting.amount + taking.amount,
        fees: resting.fees + taking.fees,
    };
    let of_amount = |part: &Part| {
        let whole = all.amount.to_f64();
        (whole > 0.0).then(|| part.amount.to_f64() / whole)
    };
    html! {
        @if all.fills == 0 {
            p.note { "There are no fills." }
        } @else {
            div.scroll { table.figures.wide {
                thead { tr {
                    th.text scope="col" { "Fills" } th scope="col" { "Number" } th scope="col" { "Of all" }
                    th scope="col" { "Amount" } th scope="col" { "Of all" } th scope="col" { "Fees" }
                    th scope="col" { "Certain" }
                } }
                tbody {
                    @for (label, part) in [("Rested (maker)", &resting), ("Took (taker)", &taking), ("All", &all)] {
                        tr {
                            th scope="row" { (label) }
                            td { (count(part.fills)) }
                            td { (percent(share(part.fills, all.fills))) }
                            td { (money(nearest(part.amount))) }
                            td { (percent(of_amount(part))) }
                            td { (money(nearest(part.fees))) }
                            td { (percent(share(part.certain, part.fills))) }
                        }
                    }
                }
            } }
        }
    }
}

fn incidents(input: &ReportInput<'_>, figures: &TapeFigures) -> Markup {
    let all = &figures.incidents;
    html! {
        @if all.is_empty() {
            p.note { "No book was crossed, gapped or stale while it was looked at." }
        } @else {
            p.hint {
                "While a book is crossed (bid above ask), gapped (something is missing) or stale (silent for too long), "
                "nothing fills against it. As the strategy received it."
                @if incidents_cut(input.run) { " Later changes were not counted: there were too many." }
                @if all.len() > LINES_MAX { " The first " (count(LINES_MAX as u64)) " of " (count(all.len() as u64)) " lines." }
            }
            div.scroll.tall { table.list {
                thead { tr {
                    th.text scope="col" { "Instrument" } th.text scope="col" { "State" } th scope="col" { "Times" }
                    th scope="col" { "In all" } th scope="col" { "Longest" } th.text scope="col" { "First" }
                } }
                tbody {
                    @for i in all.iter().take(LINES_MAX) {
                        tr {
                            td.text { (i.symbol) }
                            td.text { (i.state) }
                            td { (count(i.times)) }
                            td { (span(i.seconds)) }
                            td { (span(i.longest_seconds)) }
                            td.text { (i.first) }
                        }
                    }
                }
            } }
        }
    }
}
