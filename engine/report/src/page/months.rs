//! Returns by month and year as a heat table.

use std::collections::BTreeMap;

use maud::{Markup, html};
use risk::calendar::monthly_returns;

use crate::display::percent;
use crate::input::ReportInput;
use crate::summary::Curve;

const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Returns of a month and of a year of this size have the full colour.
const STRONG_MONTH: f64 = 0.10;
const STRONG_YEAR: f64 = 0.35;

pub(crate) fn section(input: &ReportInput<'_>) -> Markup {
    let curve = Curve::of(input.run);
    let years = by_year(&curve.times, &curve.equity);
    let held = input.benchmark.map(|b| by_year(&input.run.times, b.equity));
    html! {
        section #months aria-labelledby="months-title" {
            h2 #months-title { "Monthly returns" }
            @if years.is_empty() {
                p.note { "The run has no instant." }
            } @else {
                div.scroll {
                    table.heat {
                        thead { tr {
                            th scope="col" { "Year" }
                            @for name in NAMES { th scope="col" { (name) } }
                            th scope="col" { "Total" }
                            @if held.is_some() { th scope="col" title="Buying and holding the benchmark" { "Hold" } }
                        } }
                        tbody {
                            @for (year, row) in &years {
                                tr {
                                    th scope="row" { (year) }
                                    @for value in row { (cell(*value, "", STRONG_MONTH)) }
                                    (cell(whole_year(row), "total", STRONG_YEAR))
                                    @if let Some(held) = &held {
                                        (cell(held.get(year).and_then(whole_year), "total", STRONG_YEAR))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Returns by year and month.
fn by_year(times: &[i64], equity: &[f64]) -> BTreeMap<i32, [Option<f64>; 12]> {
    let mut years: BTreeMap<i32, [Option<f64>; 12]> = BTreeMap::new();
    for month in monthly_returns(times, equity) {
        let row = years.entry(month.year).or_default();
        row[month.month as usize - 1] = month.value;
    }
    years
}

/// Months chained; `None` when no month is defined.
fn whole_year(row: &[Option<f64>; 12]) -> Option<f64> {
    let defined: Vec<f64> = row.iter().copied().flatten().collect();
    (!defined.is_empty()).then(|| defined.iter().map(|r| 1.0 + r).product::<f64>() - 1.0)
}

fn cell(value: Option<f64>, class: &str, strong: f64) -> Markup {
    let Some(value) = value else {
        return html! { td class=(class) {} };
    };
    let tone = match value {
        v if v > 0.0 => "up",
        v if v < 0.0 => "down",
        _ => "",
    };
    // Weak colours keep the text readable on them.
    let strength = (value.abs() / strong).min(1.0) * 0.55 + 0.05;
    let text = percent(Some(value)).replace('%', "");
    html! {
        td class=(format!("{class} {tone}")) style=(format!("--a:{strength:.2}")) title=(percent(Some(value))) { (text) }
    }
}
