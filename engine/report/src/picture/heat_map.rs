//! A table whose cells are coloured by their values.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::{Area, Axis, PictureError, style};
use crate::display::printable;

/// How values become colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Pale to dark blue from the lowest to the highest value.
    #[default]
    Rising,
    /// Vermilion below 0, white at 0, green above: losses and gains. As dark on both
    /// sides as the value of the larger size asks.
    AboutZero,
}

/// A table in colours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatMap {
    /// Above the picture.
    pub title: String,
    /// What the columns are.
    pub x_label: String,
    /// What the rows are.
    pub y_label: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Names of the rows, the first at the top.
    pub rows: Vec<String>,
    /// Values row by row; `NaN` is an empty cell.
    pub values: Vec<f64>,
    /// How values are written, in cells that are large enough, and the unit for the legend.
    pub value: Axis,
    /// Their colours.
    pub scale: Scale,
}

const RISING: [(u8, u8, u8); 5] = [(237, 243, 252), (176, 205, 243), (104, 158, 224), (38, 98, 184), (11, 45, 110)];
const LOSS: [(u8, u8, u8); 3] = [(255, 255, 255), (244, 177, 140), (184, 67, 12)];
const GAIN: [(u8, u8, u8); 3] = [(255, 255, 255), (136, 208, 186), (0, 117, 90)];

pub(super) fn draw(map: &HeatMap, area: &Area<'_>) -> Result<(), PictureError> {
    let (columns, rows) = (map.columns.len(), map.rows.len());
    if columns == 0 || rows == 0 || map.values.len() != columns * rows {
        let found = map.values.len();
        return Err(PictureError(format!("{}: {found} values for {rows} rows of {columns}", map.title)));
    }
    let finite = || map.values.iter().copied().filter(|value| value.is_finite());
    let low = finite().fold(f64::INFINITY, f64::min);
    let high = finite().fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return Err(PictureError(format!("{}: there is nothing finite in it", map.title)));
    }
    let colour = |value: f64| match map.scale {
        Scale::Rising => style::between(&RISING, if high > low { (value - low) / (high - low) } else { 0.5 }),
        Scale::AboutZero => {
            let most = low.abs().max(high.abs());
            let share = if most > 0.0 { value.abs() / most } else { 0.0 };
            style::between(if value < 0.0 { &LOSS } else { &GAIN }, share)
        }
    };
    let (width, height) = area.dim_in_pixel();
    let fine = f64::from(style::FINE);
    let (width, height) = (f64::from(width) / fine, f64::from(height) / fine);
    let longest = map.rows.iter().map(|name| name.chars().count()).max().unwrap_or(0) as f64;
    let (left, top) = (34.0 + 7.0 * longest.min(24.0), if map.title.is_empty() { 14.0 } else { 40.0 });
    let (right, bottom) = (96.0, 52.0);
    let cell = (((width - left - right) / columns as f64).max(1.0), ((height - top - bottom) / rows as f64).max(1.0));
    let text = |words: &str, style: &TextStyle<'_>, x: f64, y: f64| {
        area.draw_text(&printable(words), style, ((fine * x).round() as i32, (fine * y).round() as i32))
            .map_err(PictureError::of)
    };
    let fill = |from: (f64, f64), to: (f64, f64), colour: RGBColor| {
        let pixel = |p: (f64, f64)| ((fine * p.0).round() as i32, (fine * p.1).round() as i32);
        area.draw(&Rectangle::new([pixel(from), pixel(to)], colour.filled())).map_err(PictureError::of)
    };
    if !map.title.is_empty() {
        text(&map.title, &style::placed(15, style::INK, HPos::Center, VPos::Top), 0.5 * width, 12.0)?;
    }
    let written = |value: f64| map.value.number(value);
    let widest = finite().map(|value| written(value).chars().count()).max().unwrap_or(0) as f64;
    let size = (cell.1 * 0.6).min(1.6 * (cell.0 - 6.0) / widest.max(1.0)).min(13.0);
    for (i, value) in map.values.iter().enumerate() {
        let (column, row) = (i % columns, i / columns);
        let at = (left + cell.0 * column as f64, top + cell.1 * row as f64);
        if !value.is_finite() {
            continue;
        }
        let ground = colour(*value);
        fill(at, (at.0 + cell.0 - 1.0, at.1 + cell.1 - 1.0), ground)?;
        if size >= 8.0 {
            let style = style::placed(size as i32, style::ink_on(ground), HPos::Center, VPos::Center);
            text(&written(*value), &style, at.0 + 0.5 * cell.0, at.1 + 0.5 * cell.1)?;
        }
    }
    let small = |x, y| style::placed(12, style::SOFT, x, y);
    let longest_column = map.columns.iter().map(|name| name.chars().count()).max().unwrap_or(0) as f64;
    let every = ((7.5 * longest_column / cell.0).ceil() as usize).max(1);
    for (i, name) in map.columns.iter().enumerate().step_by(every) {
        let x = left + cell.0 * (i as f64 + 0.5);
        text(name, &small(HPos::Center, VPos::Top), x, top + cell.1 * rows as f64 + 6.0)?;
    }
    let every = ((14.0 / cell.1).ceil() as usize).max(1);
    for (i, name) in map.rows.iter().enumerate().step_by(every) {
        text(name, &small(HPos::Right, VPos::Center), left - 6.0, top + cell.1 * (i as f64 + 0.5))?;
    }
    let middle = left + 0.5 * cell.0 * columns as f64;
    text(&map.x_label, &small(HPos::Center, VPos::Bottom), middle, height - 8.0)?;
    let turned = small(HPos::Center, VPos::Center).transform(FontTransform::Rotate270);
    text(&map.y_label, &turned, 16.0, top + 0.5 * cell.1 * rows as f64)?;
    legend(map, (low, high), &colour, (width - right + 18.0, top), cell.1 * rows as f64, &text, &fill)
}

type Put<'a> = &'a dyn Fn(&str, &TextStyle<'_>, f64, f64) -> Result<(), PictureError>;
type Fill<'a> = &'a dyn Fn((f64, f64), (f64, f64), RGBColor) -> Result<(), PictureError>;

/// A column of colours with its least and greatest value.
fn legend(
    map: &HeatMap,
    (low, high): (f64, f64),
    colour: &dyn Fn(f64) -> RGBColor,
    at: (f64, f64),
    height: f64,
    text: Put<'_>,
    fill: Fill<'_>,
) -> Result<(), PictureError> {
    const STEPS: usize = 24;
    let step = height / STEPS as f64;
    for i in 0..STEPS {
        let value = high - (high - low) * (i as f64 + 0.5) / STEPS as f64;
        let y = at.1 + step * i as f64;
        fill((at.0, y), (at.0 + 14.0, y + step), colour(value))?;
    }
    let small = |y| style::placed(11, style::SOFT, HPos::Left, y);
    text(&map.value.number(high), &small(VPos::Top), at.0 + 19.0, at.1)?;
    text(&map.value.number(low), &small(VPos::Bottom), at.0 + 19.0, at.1 + height)?;
    if low < 0.0 && 0.0 < high && map.scale == Scale::AboutZero {
        text("0", &small(VPos::Center), at.0 + 19.0, at.1 + height * high / (high - low))?;
    }
    let label = style::placed(11, style::SOFT, HPos::Right, VPos::Top);
    text(&map.value.label, &label, at.0 + 72.0, at.1 + height + 6.0)
}
