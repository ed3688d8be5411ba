//! The charts of a sweep as inline SVG: heat map and distribution.

use maud::{Markup, PreEscaped, html};

use super::{HeatMap, SweepReport, shown};
use crate::display::printable;

/// Bars of the distribution.
const BINS: usize = 40;

/// A colour between low and high, readable on light and dark ground.
fn colour(share: f64) -> String {
    // Blue over pale to red-brown is read wrongly by nobody: one hue ramp in lightness.
    let stops = [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)];
    let at = share.clamp(0.0, 1.0) * (stops.len() - 1) as f64;
    let i = (at as usize).min(stops.len() - 2);
    let u = at - i as f64;
    let mix = |a: i32, b: i32| (f64::from(a) + u * f64::from(b - a)).round() as i32;
    let (a, b) = (stops[i], stops[i + 1]);
    format!("rgb({},{},{})", mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

fn escape(text: &str) -> String {
    let text = printable(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Both heat maps, one hidden; the script switches.
pub(super) fn heat_map(report: &SweepReport, map: &HeatMap) -> Markup {
    html! {
        section #heat aria-labelledby="heat-title" {
            div.title-row {
                h2 #heat-title { (report.rank_name()) " by " (printable(&map.x)) @if !map.y.is_empty() { " and " (printable(&map.y)) } }
                div.tools {
                    label { "Over the other parameters: "
                        select #heat-kind { option value="best" { "best" } option value="median" { "median" } }
                    }
                }
            }
            p.hint { (map.chosen) " The square marks the best cell; grey: no cell." }
            div #heat-best { (PreEscaped(svg(report, map, &map.best))) }
            div #heat-median hidden { (PreEscaped(svg(report, map, &map.median))) }
        }
    }
}

fn svg(report: &SweepReport, map: &HeatMap, values: &[Option<f64>]) -> String {
    let (columns, rows) = (map.columns.len().max(1), map.rows.len().max(1));
    let side = (1_000.0 / columns as f64).min(560.0 / rows as f64).clamp(4.0, 46.0);
    let (left, bottom) = (84.0, 46.0);
    let (width, height) = (left + side * columns as f64 + 90.0, side * rows as f64 + bottom + 8.0);
    let defined = || values.iter().flatten().copied();
    let low = defined().fold(f64::INFINITY, |a, b| if b < a { b } else { a });
    let high = defined().fold(f64::NEG_INFINITY, |a, b| if b > a { b } else { a });
    let share = |x: f64| {
        let u = if high > low { (x - low) / (high - low) } else { 0.5 };
        if report.less_is_better { 1.0 - u } else { u }
    };
    let rank = report.rank_name();
    let mut out = format!(
        "<svg class=\"heat\" style=\"max-width:{width:.0}px\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-label=\"heat map of {}\">",
        escape(rank)
    );
    for row in 0..rows {
        for column in 0..columns {
            let value = values.get(row * columns + column).copied().flatten();
            let (x, y) = (left + side * column as f64, side * (rows - 1 - row) as f64 + 4.0);
            let fill = value.map_or("var(--line)".to_owned(), |v| colour(share(v)));
            let mut title = format!("{} {}", map.x, map.columns.get(column).map_or("", String::as_str));
            if !map.y.is_empty() {
                title += &format!(", {} {}", map.y, map.rows.get(row).map_or("", String::as_str));
            }
            out += &format!(
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{side:.1}\" height=\"{side:.1}\" fill=\"{fill}\"><title>{}: {}</title></rect>",
                escape(&title),
                shown(rank, value)
            );
        }
    }
    if let Some(mark) = map.mark {
        let (x, y) = (left + side * (mark % columns) as f64, side * (rows - 1 - mark / columns) as f64 + 4.0);
        out += &format!("<rect class=\"mark\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{side:.1}\" height=\"{side:.1}\"/>");
    }
    // As many labels as have room.
    let every = (48.0 / side).ceil().max(1.0) as usize;
    let base = side * rows as f64 + 4.0;
    for (i, text) in map.columns.iter().enumerate().step_by(every) {
        let x = left + side * (i as f64 + 0.5);
        out += &format!("<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>", base + 16.0, escape(text));
    }
    let every = (16.0 / side).ceil().max(1.0) as usize;
    for (i, text) in map.rows.iter().enumerate().step_by(every) {
        let y = side * (rows - 1 - i) as f64 + side * 0.5 + 8.0;
        out += &format!("<text x=\"{:.1}\" y=\"{y:.1}\" text-anchor=\"end\">{}</text>", left - 6.0, escape(text));
    }
    let middle = left + side * columns as f64 * 0.5;
    out +=
        &format!("<text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>", base + 34.0, escape(&map.x));
    let (x, y) = (14.0, side * rows as f64 * 0.5 + 4.0);
    out += &format!(
        "<text x=\"{x}\" y=\"{y:.1}\" text-anchor=\"middle\" transform=\"rotate(-90 {x} {y:.1})\">{}</text>",
        escape(&map.y)
    );
    out += &legend(rank, low, high, left + side * columns as f64 + 14.0, base, report.less_is_better);
    out + "</svg>"
}

fn legend(rank: &str, low: f64, high: f64, x: f64, base: f64, less_is_better: bool) -> String {
    if !low.is_finite() {
        return String::new();
    }
    let tall = (base - 4.0).min(160.0);
    let mut out = String::new();
    for i in 0..20 {
        let u = f64::from(i) / 19.0;
        let y = 4.0 + tall * (1.0 - f64::from(i + 1) / 20.0);
        out += &format!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"12\" height=\"{:.1}\" fill=\"{}\"/>",
            tall / 20.0 + 0.5,
            colour(u)
        );
    }
    let (top, foot) = if less_is_better { (low, high) } else { (high, low) };
    let text = |y: f64, v: f64| format!("<text x=\"{:.1}\" y=\"{y:.1}\">{}</text>", x + 17.0, shown(rank, Some(v)));
    out + &text(14.0, top) + &text(4.0 + tall, foot)
}

/// How the ranking figure is spread over all cells.
pub(super) fn distribution(report: &SweepReport) -> Markup {
    let low = report.metric.iter().fold(f64::INFINITY, |a, b| if *b < a { *b } else { a });
    let high = report.metric.iter().fold(f64::NEG_INFINITY, |a, b| if *b > a { *b } else { a });
    if report.metric.is_empty() || high <= low {
        return html! {};
    }
    let mut bins = [0_usize; BINS];
    for x in &report.metric {
        let at = ((x - low) / (high - low) * BINS as f64) as usize;
        bins[at.min(BINS - 1)] += 1;
    }
    let most = bins.iter().copied().max().unwrap_or(1).max(1) as f64;
    let (wide, tall) = (1_000.0, 160.0);
    let step = wide / BINS as f64;
    let rank = report.rank_name();
    let mut out =
        format!("<svg viewBox=\"0 0 {wide:.0} {:.0}\" role=\"img\" aria-label=\"distribution\">", tall + 22.0);
    for (i, n) in bins.iter().enumerate() {
        let height = *n as f64 / most * tall;
        let from = low + (high - low) * i as f64 / BINS as f64;
        let to = low + (high - low) * (i + 1) as f64 / BINS as f64;
        out += &format!(
            "<rect class=\"bar\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"><title>{} to {}: {n} cells</title></rect>",
            step * i as f64 + 1.0,
            tall - height,
            step - 2.0,
            shown(rank, Some(from)),
            shown(rank, Some(to))
        );
    }
    for (x, anchor, value) in [(0.0, "start", low), (wide * 0.5, "middle", (low + high) * 0.5), (wide, "end", high)] {
        out += &format!(
            "<text x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"{anchor}\">{}</text>",
            tall + 16.0,
            shown(rank, Some(value))
        );
    }
    out += "</svg>";
    html! {
        section #distribution aria-labelledby="distribution-title" {
            h2 #distribution-title { "Distribution of " (rank) " over " (crate::display::count(report.metric.len() as u64)) " cells" }
            (PreEscaped(out))
        }
    }
}
