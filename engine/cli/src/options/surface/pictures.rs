//! Smiles and surface as pictures.

use engine_report::picture::{Axis, Chart, HeatMap, Line, Look, Mark, Panel, Ranges, Scale, sheet as drawn};
use options::surface::{Fitted, Smile};

use super::figures::{Expiry, Figures, MONEYNESS};
use crate::failure::Failure;

/// Quotes shown of one smile at most.
const SHOWN: usize = 45;
/// Smiles shown at most; of more, evenly spread ones.
const SMILES: usize = 11;

/// A panel for each expiry and one for the surface.
pub(super) fn sheet(figures: &Figures, fitted: &Fitted) -> Result<String, Failure> {
    let all = figures.expiries.len();
    let count = all.min(SMILES);
    let chosen = (0..count).map(|i| if count > 1 { i * (all - 1) / (count - 1) } else { 0 });
    let mut panels: Vec<Panel> =
        chosen.filter_map(|i| Some(smile(figures.expiries.get(i)?, fitted.smiles.get(i)?))).collect();
    panels.push(surface(figures));
    let columns = if panels.len() > 4 { 3 } else { 2 };
    let note = if count < all { format!(" ({count} of {all} expiries shown)") } else { String::new() };
    let title = format!("Implied volatility: quotes and fitted smiles{note}");
    drawn(&title, &panels, columns, 440, 320).map_err(Failure::other)
}

fn smile(expiry: &Expiry, smile: &Smile) -> Panel {
    let forward = expiry.term.forward;
    let strike = |k: f64| forward * k.exp();
    let every = smile.points.len().div_ceil(SHOWN).max(1);
    let open = |bound: Option<f64>, edge: f64| bound.unwrap_or(edge);
    let bars = smile
        .points
        .iter()
        .step_by(every)
        .map(|p| (p.strike, open(p.bid_volatility, f64::NEG_INFINITY), open(p.ask_volatility, f64::INFINITY)));
    let fit: Vec<(f64, f64)> = smile.curve(80).into_iter().map(|(k, v)| (strike(k), v)).collect();
    let low = fit.iter().fold(f64::INFINITY, |low, p| low.min(p.1));
    let high = fit.iter().fold(0.0, |high: f64, p| high.max(p.1));
    let margin = 0.35 * (high - low).max(0.1 * low);
    let days = 365.0 * expiry.term.years;
    Panel::Chart(Chart {
        title: format!("{}: {days:.0} days, RMSE {:.2} points", expiry.name, expiry.summary.rmse_points),
        x: Axis::new("strike"),
        y: Axis::new("volatility, per year").percent(0),
        ranges: vec![Ranges { name: "bid to ask".to_owned(), bars: bars.collect() }],
        lines: vec![Line::new("fit", fit, Look::Solid)],
        marks: vec![Mark { x: forward, label: format!("forward {forward:.2}") }],
        zero: false,
        y_limits: Some(((low - margin).max(0.0), high + margin)),
    })
}

fn surface(figures: &Figures) -> Panel {
    Panel::HeatMap(HeatMap {
        title: "Surface".to_owned(),
        x_label: "strike / forward".to_owned(),
        y_label: "expiry".to_owned(),
        columns: MONEYNESS.map(|m| format!("{:.1}%", 100.0 * m)).to_vec(),
        rows: figures.expiries.iter().map(|e| e.name.clone()).collect(),
        values: figures.expiries.iter().flat_map(|e| e.volatilities.iter().copied()).collect(),
        value: Axis::new("volatility").percent(0),
        scale: Scale::Rising,
    })
}
