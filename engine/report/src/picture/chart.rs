//! Lines, points and ranges over two axes.

use plotters::prelude::*;

use super::axis::range;
use super::{Area, Axis, PictureError, style};
use crate::display::printable;

/// Lines, points and ranges over two axes. What is not finite is left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// Above the picture.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// Lines and dots, drawn in their order in colours of their own.
    pub lines: Vec<Line>,
    /// Bars from low to high, with an optional dot: bid and ask, confidence bands.
    pub ranges: Vec<Ranges>,
    /// Vertical lines at places of the horizontal axis.
    pub marks: Vec<Mark>,
    /// Whether the vertical axis must show 0, with a line.
    pub zero: bool,
    /// Limits of the vertical axis; without, those of the data.
    pub y_limits: Option<(f64, f64)>,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A line.
    Solid,
    /// A dashed line.
    Dashed,
    /// Dots alone.
    Dots,
    /// A line with the ground between it and 0 shaded.
    Filled,
}

/// Points in the order in which they are joined.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its name in the legend; none when empty.
    pub name: String,
    /// (x, y).
    pub points: Vec<(f64, f64)>,
    /// How it is drawn.
    pub look: Look,
}

impl Line {
    /// A line of these points.
    #[must_use]
    pub fn new(name: impl Into<String>, points: Vec<(f64, f64)>, look: Look) -> Self {
        Self { name: name.into(), points, look }
    }
}

/// Vertical bars, all of one colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranges {
    /// The name in the legend; none when empty.
    pub name: String,
    /// (x, low, high); a bound that is not finite is open: it ends at the edge of the picture.
    pub bars: Vec<(f64, f64, f64)>,
}

/// A vertical line.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Where.
    pub x: f64,
    /// What it says.
    pub label: String,
}

pub(super) fn draw(chart: &Chart, area: &Area<'_>) -> Result<(), PictureError> {
    let points =
        || chart.lines.iter().flat_map(|line| line.points.iter()).filter(|p| p.0.is_finite() && p.1.is_finite());
    let bars = || chart.ranges.iter().flat_map(|ranges| ranges.bars.iter());
    let marks = chart.marks.iter().map(|mark| mark.x);
    let xs = points().map(|p| p.0).chain(bars().map(|bar| bar.0)).chain(marks);
    let zero = chart.zero.then_some(0.0);
    let ys = points().map(|p| p.1).chain(bars().flat_map(|bar| [bar.1, bar.2])).chain(zero);
    let (Some(x), Some(y)) = (range(xs, 0.02), chart.y_limits.or_else(|| range(ys, 0.08))) else {
        return Err(PictureError(format!("{}: there is nothing finite in it", chart.title)));
    };
    // Labels of marks stand above what is drawn.
    let room = if chart.y_limits.is_none() { 0.06 * chart.marks.len().min(6) as f64 } else { 0.0 };
    let y = (y.0, y.1 + room * (y.1 - y.0));
    if !(x.0 < x.1 && y.0 < y.1) {
        return Err(PictureError(format!("{}: the limits of an axis are not in order", chart.title)));
    }
    let mut builder = ChartBuilder::on(area);
    style::frame(&mut builder);
    if !chart.title.is_empty() {
        builder.caption(printable(&chart.title), style::text(15, style::INK));
    }
    let mut canvas = builder.build_cartesian_2d(x.0..x.1, y.0..y.1).map_err(PictureError::of)?;
    canvas
        .configure_mesh()
        .x_desc(printable(&chart.x.label))
        .y_desc(printable(&chart.y.label))
        .x_label_formatter(&|value| chart.x.number(*value))
        .y_label_formatter(&|value| chart.y.number(*value))
        .x_labels(7)
        .y_labels(7)
        .label_style(style::text(12, style::SOFT))
        .axis_desc_style(style::text(13, style::SOFT))
        .light_line_style(TRANSPARENT)
        .bold_line_style(style::GRID.stroke_width(style::fine(1)))
        .axis_style(style::SOFT.stroke_width(style::fine(1)))
        .set_all_tick_mark_size(style::fine(4))
        .draw()
        .map_err(PictureError::of)?;
    if y.0 < 0.0 && 0.0 < y.1 && chart.zero {
        let line = PathElement::new(vec![(x.0, 0.0), (x.1, 0.0)], style::SOFT.stroke_width(style::fine(1)));
        canvas.draw_series([line]).map_err(PictureError::of)?;
    }
    let mut legend = false;
    for (i, ranges) in chart.ranges.iter().enumerate() {
        let colour = style::series(i + 6);
        let ends = |(at, low, high): (f64, f64, f64)| {
            let open = |bound: f64, edge: f64| if bound.is_finite() { bound.clamp(y.0, y.1) } else { edge };
            PathElement::new(
                vec![(at, open(low, y.0)), (at, open(high, y.1))],
                colour.mix(0.75).stroke_width(style::fine(2)),
            )
        };
        let drawn = canvas.draw_series(ranges.bars.iter().filter(|bar| bar.0.is_finite()).map(|bar| ends(*bar)));
        let series = drawn.map_err(PictureError::of)?;
        if !ranges.name.is_empty() {
            legend = true;
            series.label(printable(&ranges.name)).legend(move |(x, y)| {
                PathElement::new(
                    vec![(x + style::fine_i(9), y - style::fine_i(6)), (x + style::fine_i(9), y + style::fine_i(6))],
                    colour.mix(0.75).stroke_width(style::fine(2)),
                )
            });
        }
    }
    for (i, line) in chart.lines.iter().enumerate() {
        let colour = style::series(i);
        let inside = |p: &&(f64, f64)| p.0.is_finite() && p.1.is_finite() && (y.0..=y.1).contains(&p.1);
        let points: Vec<(f64, f64)> = line.points.iter().filter(inside).copied().collect();
        let series = match line.look {
            Look::Solid => canvas.draw_series(LineSeries::new(points, colour.stroke_width(style::fine(2)))),
            Look::Dashed => canvas.draw_series(DashedLineSeries::new(
                points,
                style::fine_i(6),
                style::fine_i(4),
                colour.stroke_width(style::fine(2)),
            )),
            Look::Dots => {
                canvas.draw_series(points.into_iter().map(|at| Circle::new(at, style::fine(2), colour.filled())))
            }
            Look::Filled => canvas.draw_series(
                AreaSeries::new(points, 0.0_f64.clamp(y.0, y.1), colour.mix(0.15))
                    .border_style(colour.stroke_width(style::fine(2))),
            ),
        };
        let series = series.map_err(PictureError::of)?;
        if !line.name.is_empty() {
            legend = true;
            let look = line.look;
            series.label(printable(&line.name)).legend(move |(x, y)| {
                let (from, to, width) = match look {
                    Look::Dots => (8, 10, 4),
                    Look::Dashed => (4, 12, 2),
                    _ => (0, 18, 2),
                };
                let ends = vec![(x + style::fine_i(from), y), (x + style::fine_i(to), y)];
                PathElement::new(ends, colour.stroke_width(style::fine(width)))
            });
        }
    }
    for (i, mark) in chart.marks.iter().filter(|mark| mark.x.is_finite()).enumerate() {
        let line = DashedLineSeries::new(
            [(mark.x, y.0), (mark.x, y.1)],
            style::fine_i(3),
            style::fine_i(3),
            style::SOFT.stroke_width(style::fine(1)),
        );
        canvas.draw_series(line).map_err(PictureError::of)?;
        // One below the other, so that close marks do not write over each other.
        let at = y.1 - (y.1 - y.0) * 0.055 * (i % 6) as f64;
        let right = mark.x > 0.5 * (x.0 + x.1);
        let side =
            if right { plotters::style::text_anchor::HPos::Right } else { plotters::style::text_anchor::HPos::Left };
        let text = style::placed(11, style::SOFT, side, plotters::style::text_anchor::VPos::Top);
        let shift = (x.1 - x.0) * if right { -0.006 } else { 0.006 };
        let label = Text::new(printable(&mark.label), (mark.x + shift, at), text);
        canvas.draw_series([label]).map_err(PictureError::of)?;
    }
    if legend {
        canvas
            .configure_series_labels()
            .position(emptiest(chart, x, y))
            .legend_area_size(style::fine(26))
            .background_style(WHITE.mix(0.85))
            .border_style(style::GRID.stroke_width(style::fine(1)))
            .label_font(style::text(12, style::INK))
            .margin(style::fine(6))
            .draw()
            .map_err(PictureError::of)?;
    }
    Ok(())
}

/// The corner with the fewest points.
fn emptiest(chart: &Chart, x: (f64, f64), y: (f64, f64)) -> SeriesLabelPosition {
    let points = chart.lines.iter().flat_map(|line| line.points.iter().copied());
    let bars = chart.ranges.iter().flat_map(|ranges| ranges.bars.iter());
    let ends = bars.flat_map(|bar| [(bar.0, bar.1.max(y.0)), (bar.0, 0.5 * (bar.1 + bar.2)), (bar.0, bar.2.min(y.1))]);
    let places: Vec<(f64, f64)> =
        points.chain(ends).map(|p| ((p.0 - x.0) / (x.1 - x.0), (p.1 - y.0) / (y.1 - y.0))).collect();
    let crowd = |right: bool, top: bool| {
        let near = |share: f64, far: bool, reach: f64| if far { share > 1.0 - reach } else { share < reach };
        places.iter().filter(|p| near(p.0, right, 0.36) && near(p.1, top, 0.3)).count()
    };
    let corners = [
        (crowd(true, true), SeriesLabelPosition::UpperRight),
        (crowd(true, false), SeriesLabelPosition::LowerRight),
        (crowd(false, false), SeriesLabelPosition::LowerLeft),
        (crowd(false, true), SeriesLabelPosition::UpperLeft),
    ];
    let least = corners.into_iter().min_by_key(|(crowd, _)| *crowd);
    least.map_or(SeriesLabelPosition::UpperRight, |(_, position)| position)
}
