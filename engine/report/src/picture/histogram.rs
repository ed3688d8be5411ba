//! How often values fall where.

use plotters::prelude::*;

use super::axis::range;
use super::{Area, Axis, Mark, PictureError, style};
use crate::display::printable;

/// Bars of counts over equal ranges of a value. What is not finite is left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// Above the picture.
    pub title: String,
    /// The values' axis.
    pub x: Axis,
    /// What is counted, for the vertical axis; shares of all when `share`.
    pub y_label: String,
    /// Whether shares of all values are drawn instead of counts.
    pub share: bool,
    /// The values.
    pub values: Vec<f64>,
    /// Number of bars, at least 1.
    pub bars: usize,
    /// Bars wholly at or below this value are drawn in the second colour: the tail.
    pub tail_below: Option<f64>,
    /// The values drawn; what lies outside is counted in the outermost bars. Without, all.
    pub limits: Option<(f64, f64)>,
    /// Vertical lines.
    pub marks: Vec<Mark>,
}

pub(super) fn draw(histogram: &Histogram, area: &Area<'_>) -> Result<(), PictureError> {
    let finite = || histogram.values.iter().copied().filter(|value| value.is_finite());
    let limits = histogram.limits.or_else(|| range(finite(), 0.0)).filter(|(low, high)| low < high);
    let Some((low, high)) = limits else {
        return Err(PictureError(format!("{}: there is nothing finite in it", histogram.title)));
    };
    let bars = histogram.bars.clamp(1, 1_000);
    let mut counts = vec![0_u64; bars];
    for value in finite() {
        let place = ((value - low) / (high - low) * bars as f64).clamp(0.0, (bars - 1) as f64);
        counts[place as usize] += 1;
    }
    let all: u64 = counts.iter().sum();
    let unit = if histogram.share { 1.0 / all.max(1) as f64 } else { 1.0 };
    let top = counts.iter().max().copied().unwrap_or(0).max(1) as f64 * unit;
    let y = if histogram.share { Axis::new("").percent(1) } else { Axis::new("").decimals(0) };
    let mut builder = ChartBuilder::on(area);
    style::frame(&mut builder);
    if !histogram.title.is_empty() {
        builder.caption(printable(&histogram.title), style::text(15, style::INK));
    }
    let mut canvas = builder.build_cartesian_2d(low..high, 0.0..1.08 * top).map_err(PictureError::of)?;
    canvas
        .configure_mesh()
        .disable_x_mesh()
        .x_desc(printable(&histogram.x.label))
        .y_desc(printable(&histogram.y_label))
        .x_label_formatter(&|value| histogram.x.number(*value))
        .y_label_formatter(&|value| y.number(*value))
        .x_labels(7)
        .y_labels(6)
        .label_style(style::text(12, style::SOFT))
        .axis_desc_style(style::text(13, style::SOFT))
        .light_line_style(TRANSPARENT)
        .bold_line_style(style::GRID.stroke_width(style::fine(1)))
        .axis_style(style::SOFT.stroke_width(style::fine(1)))
        .set_all_tick_mark_size(style::fine(4))
        .draw()
        .map_err(PictureError::of)?;
    let width = (high - low) / bars as f64;
    let rectangles = counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(i, count)| {
        let from = low + width * i as f64;
        let tail = histogram.tail_below.is_some_and(|end| from + 0.5 * width <= end);
        let colour = style::series(usize::from(tail));
        Rectangle::new([(from, 0.0), (from + 0.92 * width, *count as f64 * unit)], colour.mix(0.8).filled())
    });
    canvas.draw_series(rectangles).map_err(PictureError::of)?;
    for (i, mark) in histogram.marks.iter().filter(|mark| (low..=high).contains(&mark.x)).enumerate() {
        let line = DashedLineSeries::new(
            [(mark.x, 0.0), (mark.x, 1.08 * top)],
            style::fine_i(4),
            style::fine_i(3),
            style::INK.stroke_width(style::fine(1)),
        );
        canvas.draw_series(line).map_err(PictureError::of)?;
        let at = top * (1.06 - 0.06 * (i % 8) as f64);
        let label = Text::new(printable(&mark.label), (mark.x + 0.006 * (high - low), at), style::text(12, style::INK));
        canvas.draw_series([label]).map_err(PictureError::of)?;
    }
    Ok(())
}
