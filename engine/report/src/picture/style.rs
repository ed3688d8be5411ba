//! Colours and type.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

pub(super) const INK: RGBColor = RGBColor(22, 27, 38);
pub(super) const SOFT: RGBColor = RGBColor(86, 96, 115);
pub(super) const GRID: RGBColor = RGBColor(228, 231, 237);

/// Drawn so many times larger than shown: the backend places everything on whole units, and
/// a curve on whole pixels looks bent.
pub(super) const FINE: u32 = 4;

/// Pixels in the backend's units.
pub(super) fn fine(pixels: u32) -> u32 {
    pixels * FINE
}

/// The same where a sign is asked for.
pub(super) fn fine_i(pixels: i32) -> i32 {
    pixels * FINE as i32
}

/// Colours of series, in their order: blue, vermilion, green, purple, ochre, sky, grey.
const SERIES: [RGBColor; 7] = [
    RGBColor(29, 95, 209),
    RGBColor(192, 70, 14),
    RGBColor(0, 117, 90),
    RGBColor(124, 58, 237),
    RGBColor(150, 105, 0),
    RGBColor(3, 105, 161),
    RGBColor(86, 96, 115),
];

/// The colour of the series of that number.
pub(super) fn series(number: usize) -> RGBColor {
    SERIES[number % SERIES.len()]
}

/// Text of a size in a colour, from its top left corner.
pub(super) fn text(size: i32, colour: RGBColor) -> TextStyle<'static> {
    ("sans-serif", fine_i(size)).into_font().color(&colour)
}

/// The same, placed by another point.
pub(super) fn placed(size: i32, colour: RGBColor, x: HPos, y: VPos) -> TextStyle<'static> {
    text(size, colour).pos(Pos::new(x, y))
}

/// Dark or light ink, whichever reads on that ground.
pub(super) fn ink_on(ground: RGBColor) -> RGBColor {
    let light = 0.299 * f64::from(ground.0) + 0.587 * f64::from(ground.1) + 0.114 * f64::from(ground.2);
    if light > 140.0 { INK } else { WHITE }
}

/// A colour between stops, at a place from 0 to 1.
pub(super) fn between(stops: &[(u8, u8, u8)], place: f64) -> RGBColor {
    let last = stops.len() - 1;
    let at = place.clamp(0.0, 1.0) * last as f64;
    let i = (at as usize).min(last.saturating_sub(1));
    let share = at - i as f64;
    let mix = |a: u8, b: u8| (f64::from(a) + share * (f64::from(b) - f64::from(a))).round() as u8;
    let (a, b) = (stops[i], stops[(i + 1).min(last)]);
    RGBColor(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

/// Room around a chart, and for the words of its axes.
pub(super) fn frame(builder: &mut ChartBuilder<'_, '_, SVGBackend<'_>>) {
    builder.margin(fine(12)).margin_right(fine(20)).x_label_area_size(fine(44)).y_label_area_size(fine(72));
}
