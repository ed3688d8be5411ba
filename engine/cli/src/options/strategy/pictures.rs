//! Payoff and profit as pictures.

use engine_report::picture::{Axis, Chart, HeatMap, Line, Look, Mark, Panel, Scale, sheet as drawn};
use options::legs::{Breakeven, Instrument};

use super::book::{Book, from_one};
use super::figures::{Figures, money, spots};
use crate::failure::Failure;

/// Places of a curve.
const PLACES: usize = 160;

pub(super) fn sheet(book: &Book, figures: &Figures) -> Result<String, Failure> {
    drawn(&figures.title(), &[curve(book, figures)?, grid(figures)], 1, 860, 420).map_err(Failure::other)
}

/// Profit at the first expiry and today, with breakevens.
pub(super) fn curve(book: &Book, figures: &Figures) -> Result<Panel, Failure> {
    let (low, high) = spots(book);
    let mut places: Vec<f64> = (0..=PLACES).map(|i| low + (high - low) * i as f64 / PLACES as f64).collect();
    places.extend(book.strategy.legs().iter().filter_map(|leg| match leg.instrument {
        Instrument::Option { strike, .. } => Some(strike),
        Instrument::Shares => None,
    }));
    places.sort_by(f64::total_cmp);
    let market = book.market();
    let at = |elapsed: f64| -> Result<Vec<(f64, f64)>, Failure> {
        let grid = book.strategy.profit_grid(&market, &places, &[elapsed], &[0.0]);
        let grid = grid.map_err(|error| Failure::input(from_one(&error)))?;
        Ok(grid.spots.iter().copied().zip(grid.profits.iter().copied()).collect())
    };
    let expiry = figures.first_expiry.unwrap_or(0.0);
    let when = if figures.several { "at the first expiry" } else { "at expiry" };
    let mut marks: Vec<Mark> = vec![Mark { x: book.spot, label: format!("spot {}", money(book.spot)) }];
    marks.extend(figures.outcome.breakevens.iter().filter_map(|b| match b {
        Breakeven::At(price) if (low..=high).contains(price) => {
            Some(Mark { x: *price, label: format!("breakeven {}", money(*price)) })
        }
        _ => None,
    }));
    Ok(Panel::Chart(Chart {
        title: format!("Profit {when} and today"),
        x: Axis::new(figures.in_money("price of the underlying")),
        y: Axis::new(figures.in_money("profit")),
        lines: vec![Line::new(when, at(expiry)?, Look::Filled), Line::new("today", at(0.0)?, Look::Dashed)],
        marks,
        zero: true,
        ..Chart::default()
    }))
}

/// Profit over spot and time.
pub(super) fn grid(figures: &Figures) -> Panel {
    let grid = &figures.grid;
    let shift = figures.unshifted();
    let value = |t: usize, s: usize| grid.at(s, t, shift).unwrap_or(f64::NAN);
    let values = (0..grid.elapsed.len()).flat_map(|t| (0..grid.spots.len()).map(move |s| (t, s)));
    Panel::HeatMap(HeatMap {
        title: "Profit by price of the underlying and time".to_owned(),
        x_label: figures.in_money("price of the underlying"),
        y_label: "days from now".to_owned(),
        columns: grid.spots.iter().map(|spot| money(*spot)).collect(),
        rows: grid.elapsed.iter().map(|years| format!("{:.1}", 365.0 * years)).collect(),
        values: values.map(|(t, s)| value(t, s)).collect(),
        value: Axis::new(figures.in_money("profit")).decimals(if grid.profits.iter().any(|p| p.abs() >= 100.0) {
            0
        } else {
            2
        }),
        scale: Scale::AboutZero,
    })
}
