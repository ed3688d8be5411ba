//! Columns of numbers as short text: a million figures in a page of a few MB.
//!
//! A column is rounded to a number of decimal places, its differences from one
//! value to the next are written as zigzag varints (7 bits a byte, the lowest
//! first, the eighth bit says that more follow), and the bytes as base64. Prices
//! in ticks and times at even distances so take one or two bytes. `decode` in
//! `assets/column.js` reads it.

use serde::Serialize;

/// Significant digits kept of the greatest value.
const DIGITS: i32 = 8;

/// Encoded numbers.
#[derive(Serialize, Default, Clone, Debug, PartialEq)]
pub(crate) struct Column {
    /// Number of values.
    n: usize,
    /// Decimal places; negative for numbers beyond 1e9.
    p: i32,
    /// The differences.
    d: String,
    /// Indices of values that are undefined.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    none: Vec<usize>,
}

impl Column {
    /// Numbers with as few decimal places as keep them as they are, or eight
    /// significant digits of the greatest. What is not finite is undefined.
    pub(crate) fn of(values: &[f64]) -> Self {
        let greatest = values.iter().filter(|x| x.is_finite()).fold(0.0_f64, |most, x| most.max(x.abs()));
        let most = if greatest > 0.0 { DIGITS - 1 - greatest.log10().floor() as i32 } else { 0 };
        let most = most.min(300);
        let places = (0..most).find(|p| values.iter().all(|x| fits(*x, *p))).unwrap_or(most);
        Self::rounded(values, places)
    }

    /// Amounts of money: to the cent, unless they are so small or so great that
    /// eight digits say more.
    pub(crate) fn money(values: &[f64]) -> Self {
        let greatest = values.iter().filter(|x| x.is_finite()).fold(0.0_f64, |most, x| most.max(x.abs()));
        if (1e3..1e12).contains(&greatest) { Self::rounded(values, 2) } else { Self::of(values) }
    }

    /// Numbers rounded to decimal places.
    pub(crate) fn rounded(values: &[f64], places: i32) -> Self {
        let none = values.iter().enumerate().filter(|(_, x)| !x.is_finite()).map(|(i, _)| i).collect();
        let whole = values.iter().map(|x| if x.is_finite() { Some(scaled(*x, places).round() as i64) } else { None });
        Self { n: values.len(), p: places, d: differences(whole), none }
    }

    /// Amounts of money whose sum is to be right to the cent.
    pub(crate) fn money_to_sum(values: &[f64]) -> Self {
        let small = values.iter().all(|x| x.abs() < 1e9);
        if small { Self::rounded(values, 5) } else { Self::money(values) }
    }

    /// True when there is no value.
    pub(crate) fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// Whole numbers.
    pub(crate) fn whole(values: impl ExactSizeIterator<Item = i64>) -> Self {
        Self { n: values.len(), p: 0, d: differences(values.map(Some)), none: Vec::new() }
    }
}

fn scaled(x: f64, places: i32) -> f64 {
    if places >= 0 { x * 10_f64.powi(places) } else { x / 10_f64.powi(-places) }
}

/// True when so many places lose nothing but rounding noise.
fn fits(x: f64, places: i32) -> bool {
    let scaled = scaled(x, places);
    !x.is_finite() || (scaled - scaled.round()).abs() <= 1e-14 * scaled.abs()
}

/// Base64 of the varints; an undefined value repeats the one before.
fn differences(values: impl ExactSizeIterator<Item = Option<i64>>) -> String {
    let mut bytes = Vec::with_capacity(values.len() * 2);
    let mut before = 0_i64;
    for value in values {
        let value = value.unwrap_or(before);
        let difference = value.wrapping_sub(before);
        before = value;
        let mut rest = ((difference << 1) ^ (difference >> 63)) as u64;
        while rest >= 0x80 {
            bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
    }
    base64(&bytes)
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |i: usize| chunk.get(i).copied().map_or(0, u32::from);
        let word = at(0) << 16 | at(1) << 8 | at(2);
        for i in 0..4 {
            let digit = ALPHABET[(word >> (18 - 6 * i) & 63) as usize];
            text.push(if i > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    text
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What the script in the page makes of a column.
    pub(crate) fn decode(column: &Column) -> Vec<f64> {
        const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let digits: Vec<u32> =
            column.d.chars().filter(|c| *c != '=').map(|c| ALPHABET.find(c).expect("a digit") as u32).collect();
        let mut bytes = Vec::new();
        for four in digits.chunks(4) {
            let word = four.iter().enumerate().fold(0, |w, (i, d)| w | d << (18 - 6 * i));
            bytes.extend((0..four.len() - 1).map(|i| (word >> (16 - 8 * i)) as u8));
        }
        let (mut out, mut before, mut rest, mut shift) = (Vec::new(), 0_i64, 0_u64, 0);
        for byte in bytes {
            rest |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                before = before.wrapping_add((rest >> 1) as i64 ^ -((rest & 1) as i64));
                out.push(if column.p >= 0 {
                    before as f64 / 10_f64.powi(column.p)
                } else {
                    before as f64 * 10_f64.powi(-column.p)
                });
                (rest, shift) = (0, 0);
            }
        }
        for i in &column.none {
            out[*i] = f64::NAN;
        }
        out
    }

    #[test]
    fn prices_in_ticks_come_back_as_they_were() {
        let prices: Vec<f64> = (0..1_000).map(|i| f64::from(31_415 + (i * 7_919) % 97) / 100.0).collect();
        let column = Column::of(&prices);
        assert_eq!((column.n, column.p), (1_000, 2));
        assert_eq!(decode(&column), prices);
        assert!(column.d.len() < 2_800, "{} bytes", column.d.len());
        let times: Vec<i64> = (0..1_000).map(|i| 1_700_000_000 + i * 60).collect();
        let column = Column::whole(times.iter().copied());
        assert_eq!(decode(&column), times.iter().map(|t| *t as f64).collect::<Vec<_>>());
        assert!(column.d.len() < 1_450, "{} bytes", column.d.len());
    }

    #[test]
    fn any_number_keeps_eight_digits() {
        for scale in [1e-12, 1e-3, 1.0, 1e7, 1e15, 1e200] {
            let values: Vec<f64> = (1..200).map(|i| (f64::from(i) * 0.7).sin() * scale).collect();
            let back = decode(&Column::of(&values));
            for (x, y) in values.iter().zip(&back) {
                assert!((x - y).abs() <= 1.01e-7 * scale, "{x} {y}");
            }
        }
    }

    #[test]
    fn money_sums_to_the_cent() {
        let amounts: Vec<f64> = (0..40_000).map(|i| (f64::from(i) * 1.37).sin() * 1_234.567_891_23).collect();
        let sum = |values: &[f64]| values.iter().sum::<f64>();
        assert!((sum(&decode(&Column::money_to_sum(&amounts))) - sum(&amounts)).abs() < 0.005);
        let curve = [100_000.0, 123_456.789, -5.0];
        assert_eq!(decode(&Column::money(&curve)), [100_000.0, 123_456.79, -5.0]);
        let great = [3e12, 1.5e13];
        assert_eq!(decode(&Column::money(&great)), great);
    }

    #[test]
    fn what_is_undefined_stays_so() {
        let back = decode(&Column::of(&[1.5, f64::NAN, -2.25, f64::INFINITY]));
        assert_eq!((back[0], back[2]), (1.5, -2.25));
        assert!(back[1].is_nan() && back[3].is_nan());
        assert_eq!(decode(&Column::of(&[])), Vec::<f64>::new());
        assert_eq!(decode(&Column::of(&[0.0, 0.0])), [0.0, 0.0]);
    }

    #[test]
    fn base64_of_the_standard() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
