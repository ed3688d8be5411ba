//! Numbers and times as people read them; `-` for what is undefined.

use engine_core::time::{MINUTE, SECOND, Timestamp};

use crate::summary::Curve;

/// Shown for what is undefined.
pub(crate) const UNDEFINED: &str = "-";

/// An integer with thousands separators.
pub(crate) fn count(n: u64) -> String {
    group(&n.to_string())
}

/// A decimal with thousands separators and so many places; from 1e15 on with an exponent.
pub(crate) fn decimal(x: f64, places: usize) -> String {
    if !x.is_finite() {
        return UNDEFINED.to_owned();
    }
    if x.abs() >= 1e15 {
        return format!("{x:.places$e}");
    }
    let text = format!("{:.places$}", x.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    // What rounds to zero has no sign.
    let negative = x < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b));
    format!("{}{}{rest}", if negative { "-" } else { "" }, group(whole))
}

/// An amount of money, two places.
pub(crate) fn money(x: f64) -> String {
    decimal(x, 2)
}

/// An amount of money with its sign, also when it is a gain.
pub(crate) fn gain(x: f64) -> String {
    let text = money(x);
    if x > 0.0 && text != "0.00" { format!("+{text}") } else { text }
}

/// A fraction as percent with two places.
pub(crate) fn percent(fraction: Option<f64>) -> String {
    optional(fraction, |x| format!("{}%", decimal(x * 100.0, 2)))
}

/// A ratio with two places.
pub(crate) fn ratio(x: Option<f64>) -> String {
    optional(x, |x| decimal(x, 2))
}

/// A value, or `-`.
pub(crate) fn optional<T>(value: Option<T>, show: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| UNDEFINED.to_owned(), show)
}

/// "1 bar", "2 bars".
pub(crate) fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// How the times of a run are shown, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// Dates: bars of a day or longer.
    Dates,
    /// Dates with hours and minutes.
    Minutes,
    /// Dates with the time to the millisecond: runs on tapes.
    Millis,
}

impl Clock {
    /// Fits the bars of a run.
    pub(crate) fn of(curve: &Curve<'_>) -> Self {
        if curve.periods_per_year <= 366.0 { Self::Dates } else { Self::Minutes }
    }

    /// A time in UTC.
    pub(crate) fn show(self, time: Timestamp) -> String {
        let (year, month, day) = time.date();
        let date = format!("{year:04}-{month:02}-{day:02}");
        match self {
            Self::Dates => date,
            Self::Minutes => {
                let minutes = time.nanos().div_euclid(MINUTE).rem_euclid(24 * 60);
                format!("{date} {:02}:{:02}", minutes / 60, minutes % 60)
            }
            Self::Millis => {
                let seconds = time.nanos().rem_euclid(MINUTE) as f64 / SECOND as f64;
                // Down, so that 59.9999 stays in its minute.
                format!("{}:{:06.3}", Self::Minutes.show(time), (seconds * 1e3).floor() / 1e3)
            }
        }
    }
}

/// The same text without control characters, which could steer a terminal, and
/// without marks that reorder what follows.
pub(crate) fn printable(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control() || matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if hidden(c) { ' ' } else { c }).collect()
}

/// As much as fits `columns`, marked when some is missing.
pub(crate) fn shorten(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let Some(room) = columns.checked_sub(3) else {
        return String::new();
    };
    let mut kept = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += char_width(c);
        if used > room {
            break;
        }
        kept.push(c);
    }
    kept + "..."
}

/// Columns that a text takes in a terminal.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Two for the wide scripts of East Asia and pictographs, else one.
fn char_width(c: char) -> usize {
    let wide = matches!(u32::from(c),
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd);
    if wide { 2 } else { 1 }
}

/// Puts a comma before every third digit from the right.
fn group(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_signed() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(999), "999");
        assert_eq!(money(-1234.5), "-1,234.50");
        assert_eq!(money(-0.001), "0.00");
        assert_eq!(gain(12.0), "+12.00");
        assert_eq!(gain(0.001), "0.00");
        assert_eq!(percent(Some(0.12345)), "12.35%");
        assert_eq!(percent(None), "-");
        assert_eq!(ratio(Some(f64::NAN)), "-");
        assert_eq!(money(-9.2233e18), "-9.22e18");
    }

    #[test]
    fn hostile_text_cannot_steer_a_terminal() {
        assert_eq!(printable("a\u{1b}[31mb\n"), "a [31mb ");
        assert_eq!(printable("a\u{202e}b"), "a b");
        assert_eq!(shorten("abcdef", 5), "ab...");
    }

    #[test]
    fn times_in_utc() {
        let t = Timestamp::from_date(2024, 2, 29) + 75 * MINUTE;
        assert_eq!(Clock::Dates.show(t), "2024-02-29");
        assert_eq!(Clock::Minutes.show(t), "2024-02-29 01:15");
        let late = Timestamp::from_nanos(t.nanos() + 59_999_999_999);
        assert_eq!(Clock::Millis.show(late), "2024-02-29 01:15:59.999");
        assert_eq!(Clock::Millis.show(t), "2024-02-29 01:15:00.000");
    }
}
