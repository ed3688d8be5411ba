//! Pictures as SVG text: lines, points with ranges, histograms, heat maps.
//!
//! One picture is one [`Panel`]; [`sheet`] puts several side by side. Light ground,
//! colours that colour-blind eyes tell apart, axes with their units. The same
//! input gives the same text; fonts are the reader's own.
//!
//! ```
//! use engine_report::picture::{Axis, Chart, Line, Look, Panel, single};
//! let chart = Chart {
//!     title: "A smile".to_owned(),
//!     x: Axis::new("strike").decimals(0),
//!     y: Axis::new("volatility").percent(1),
//!     lines: vec![Line::new("fit", vec![(90.0, 0.25), (100.0, 0.2), (110.0, 0.22)], Look::Solid)],
//!     ..Chart::default()
//! };
//! let svg = single(&Panel::Chart(chart), 640, 400)?;
//! assert!(svg.starts_with("<svg"));
//! # Ok::<(), engine_report::picture::PictureError>(())
//! ```

mod axis;
mod chart;
mod heat_map;
mod histogram;
mod page;
mod style;

use plotters::coord::Shift;
use plotters::prelude::*;

pub use axis::Axis;
pub use chart::{Chart, Line, Look, Mark, Ranges};
pub use heat_map::{HeatMap, Scale};
pub use histogram::Histogram;
pub use page::{Page, Part};

use crate::display::printable;

/// Why a picture cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureError(String);

impl std::fmt::Display for PictureError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the picture cannot be drawn: {}", self.0)
    }
}

impl std::error::Error for PictureError {}

impl PictureError {
    fn of(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// One picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Panel {
    /// Lines, points and ranges over two axes.
    Chart(Chart),
    /// Bars of counts.
    Histogram(Histogram),
    /// A table in colours.
    HeatMap(HeatMap),
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// One panel as an SVG of that many pixels.
///
/// # Errors
/// A size below 200 x 120, or nothing finite to draw.
pub fn single(panel: &Panel, width: u32, height: u32) -> Result<String, PictureError> {
    drawn(width, height, |area| panel.draw(area))
}

/// Panels in rows of `columns`, each of `width` x `height` pixels, under a title (none when empty).
///
/// # Errors
/// No panel, or as [`single`].
pub fn sheet(title: &str, panels: &[Panel], columns: usize, width: u32, height: u32) -> Result<String, PictureError> {
    if panels.is_empty() {
        return Err(PictureError("there is no panel".to_owned()));
    }
    let columns = columns.clamp(1, panels.len());
    let rows = panels.len().div_ceil(columns);
    let head = if title.is_empty() { 0 } else { 36 };
    let size = |n: usize, each: u32| u32::try_from(n).ok().and_then(|n| n.checked_mul(each));
    let (Some(all_width), Some(all_height)) = (size(columns, width), size(rows, height)) else {
        return Err(PictureError("it is too large".to_owned()));
    };
    drawn(all_width, all_height.saturating_add(head), |area| {
        let (top, rest) = area.split_vertically(head);
        if head > 0 {
            let style = style::text(18, style::INK);
            top.draw_text(&printable(title), &style, (14, 12)).map_err(PictureError::of)?;
        }
        for (panel, cell) in panels.iter().zip(rest.split_evenly((rows, columns))) {
            panel.draw(&cell)?;
        }
        Ok(())
    })
}

fn drawn(
    width: u32,
    height: u32,
    draw: impl FnOnce(&Area<'_>) -> Result<(), PictureError>,
) -> Result<String, PictureError> {
    if width < 200 || height < 120 || width > 20_000 || height > 20_000 {
        return Err(PictureError(format!("{width} x {height} pixels, expected 200 x 120 to 20,000 x 20,000")));
    }
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        root.fill(&WHITE).map_err(PictureError::of)?;
        draw(&root)?;
        root.present().map_err(PictureError::of)?;
    }
    Ok(text)
}

impl Panel {
    fn draw(&self, area: &Area<'_>) -> Result<(), PictureError> {
        match self {
            Self::Chart(chart) => chart::draw(chart, area),
            Self::Histogram(histogram) => histogram::draw(histogram, area),
            Self::HeatMap(map) => heat_map::draw(map, area),
        }
    }
}
