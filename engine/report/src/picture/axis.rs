//! What an axis is of, and how its numbers are written.

/// An axis: its label with the unit, and how numbers are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// What it measures, with the unit.
    pub label: String,
    decimals: Option<usize>,
    percent: bool,
}

impl Axis {
    /// An axis of numbers as short as they can be.
    #[must_use]
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), decimals: None, percent: false }
    }

    /// Numbers with so many decimals and separated thousands.
    #[must_use]
    pub fn decimals(self, decimals: usize) -> Self {
        Self { decimals: Some(decimals), percent: false, ..self }
    }

    /// Fractions as percent with so many decimals.
    #[must_use]
    pub fn percent(self, decimals: usize) -> Self {
        Self { decimals: Some(decimals), percent: true, ..self }
    }

    /// A number as this axis writes it.
    #[must_use]
    pub fn number(&self, value: f64) -> String {
        let value = if self.percent { 100.0 * value } else { value };
        let text = match self.decimals {
            Some(decimals) => grouped(value, decimals),
            None => shortest(value),
        };
        if self.percent { format!("{text}%") } else { text }
    }
}

/// At most six significant digits without trailing zeros.
fn shortest(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e7).contains(&size) {
        return format!("{value:.3e}");
    }
    let whole = if size < 1.0 { 1 } else { size.log10().floor() as usize + 1 };
    let text = grouped(value, 6_usize.saturating_sub(whole));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    // No minus sign before nothing.
    let text = if text.bytes().all(|b| matches!(b, b'-' | b'0' | b'.')) { text.replace('-', "") } else { text };
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, rest) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::from(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) && whole.is_ascii() && digit.is_ascii_digit() {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    out
}

/// The range of finite values with a margin on both sides; none without a finite value.
pub(super) fn range(values: impl Iterator<Item = f64>, margin: f64) -> Option<(f64, f64)> {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return None;
    }
    if low == high {
        // One value has a range all the same.
        let width = low.abs().max(1.0) * 0.1;
        return Some((low - width, high + width));
    }
    Some((low - margin * (high - low), high + margin * (high - low)))
}

#[cfg(test)]
mod tests {
    use super::{Axis, range};

    #[test]
    fn numbers_are_written_for_reading() {
        let plain = Axis::new("");
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1234567.0, "1,234,567"),
            (-1234.5, "-1,234.5"),
            (0.25, "0.25"),
            (1e9, "1.000e9"),
            (999.0, "999"),
        ] {
            assert_eq!(plain.number(value), expected);
        }
        assert_eq!(Axis::new("").percent(1).number(0.1234), "12.3%");
        assert_eq!(Axis::new("").decimals(2).number(-0.001), "0.00");
        assert_eq!(Axis::new("").decimals(0).number(-123456.0), "-123,456");
    }

    #[test]
    fn ranges_leave_out_what_is_no_number() {
        assert_eq!(range([f64::NAN, f64::INFINITY].into_iter(), 0.1), None);
        assert_eq!(range([1.0, f64::NAN, 3.0].into_iter(), 0.5), Some((0.0, 4.0)));
        let (low, high) = range([2.0].into_iter(), 0.1).unwrap_or_default();
        assert!(low < 2.0 && 2.0 < high);
    }
}
