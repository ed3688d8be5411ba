//! Times as vendors write them, to the forms that price files have.

use engine_core::time::Timestamp;

use crate::when;
use crate::zone::clock_text;

/// `2020-01-02`, or with a time of day, from what a plain file may have:
/// `2020/1/2 9:30`, `20200102`, `20200102 09:30`, `20200102 093000` and our own forms.
pub(super) fn plain(text: &str) -> Result<String, String> {
    if when::parse(text).is_ok() {
        return Ok(text.to_owned());
    }
    let (date, clock) = match text.split_once([' ', 'T']) {
        Some((date, clock)) => (date, Some(clock.trim())),
        None => (text, None),
    };
    let parts: Vec<&str> = date.split(['/', '-', '.']).collect();
    let numbers: Vec<Option<u32>> = parts.iter().map(|p| whole(p)).collect();
    let civil = match (parts.as_slice(), numbers.as_slice()) {
        ([y, _, _], [Some(year), Some(month), Some(day)]) if y.len() == 4 => format!("{year:04}-{month:02}-{day:02}"),
        ([_, _, y], [Some(a), Some(b), Some(_)]) if y.len() == 4 => {
            return Err(format!(
                "`{text}` may be day {a} of month {b} or month {a}, day {b}; expected the year first, as in 2020-01-31"
            ));
        }
        ([one], _) if one.len() == 8 && whole(one).is_some() => format!("{}-{}-{}", &one[..4], &one[4..6], &one[6..]),
        _ => return Err(bad(text)),
    };
    let full = match clock {
        None => civil,
        Some(clock) => format!("{civil} {}", padded(clock).ok_or_else(|| bad(text))?),
    };
    if when::parse(&full).is_ok() { Ok(full) } else { Err(bad(text)) }
}

/// `9:30` and `093000` to `09:30` and `09:30:00`.
fn padded(clock: &str) -> Option<String> {
    let digits = clock.bytes().all(|b| b.is_ascii_digit());
    match clock.len() {
        4 if digits => Some(format!("{}:{}", &clock[..2], &clock[2..])),
        6 if digits => Some(format!("{}:{}:{}", &clock[..2], &clock[2..4], &clock[4..])),
        _ if clock.as_bytes().get(1) == Some(&b':') => Some(format!("0{clock}")),
        _ => Some(clock.to_owned()),
    }
}

fn bad(text: &str) -> String {
    format!("`{text}` is no time, expected for example 2020-01-31, 2020/1/31 9:30 or 20200131 09:30")
}

fn whole(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.len() <= 8 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Milliseconds or microseconds since 1970 UTC, told by their number of digits.
pub(super) fn epoch(text: &str) -> Result<String, String> {
    let nanos = match text.len() {
        13 => text.parse::<i64>().ok().and_then(|n| n.checked_mul(1_000_000)),
        16 => text.parse::<i64>().ok().and_then(|n| n.checked_mul(1_000)),
        _ => None,
    };
    let found = nanos.filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let problem = || format!("`{text}` is no open time, expected milliseconds (13 digits) or microseconds (16 digits)");
    found.map(|nanos| Timestamp::from_nanos(nanos).to_string()).ok_or_else(problem)
}

/// Milliseconds since midnight of a date (`yyyyMMdd`).
pub(super) fn in_day(date: &str, text: &str) -> Result<String, String> {
    let millis = whole(text).filter(|n| *n < 86_400_000);
    let millis = millis.ok_or_else(|| format!("`{text}` is no time, expected milliseconds since midnight"))?;
    let nanos = i64::from(millis) * 1_000_000;
    let fraction = match millis % 1000 {
        0 => String::new(),
        n => format!(".{n:03}"),
    };
    let day = plain(date)?;
    // `clock_text` leaves seconds out where they are 0; a fraction needs them.
    let clock = clock_text(nanos);
    let clock = if fraction.is_empty() || clock.len() == 8 { clock } else { format!("{clock}:00") };
    Ok(format!("{day} {clock}{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form() {
        for (text, expected) in [
            ("2020-01-02", "2020-01-02"),
            ("2020/1/2", "2020-01-02"),
            ("2020/01/02 9:30", "2020-01-02 09:30"),
            ("20200102", "2020-01-02"),
            ("20200102 09:30", "2020-01-02 09:30"),
            ("20200102 093015", "2020-01-02 09:30:15"),
            ("2020-01-02T09:30:00Z", "2020-01-02T09:30:00Z"),
        ] {
            assert_eq!(plain(text).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(
            plain("03/02/2020").expect_err("two meanings"),
            "`03/02/2020` may be day 3 of month 2 or month 3, day 2; expected the year first, as in 2020-01-31"
        );
        for text in ["2020/13/1", "x", "", "20200102 25:00", "2020", "é020/1/2"] {
            assert!(plain(text).is_err(), "{text}");
        }
        assert_eq!(epoch("1577836800000").as_deref(), Ok("2020-01-01T00:00:00Z"));
        assert_eq!(epoch("1735689600000000").as_deref(), Ok("2025-01-01T00:00:00Z"));
        assert!(epoch("1577836800").is_err() && epoch("9999999999999").is_err() && epoch("9999999999999999").is_err());
        assert_eq!(in_day("20131008", "34200000").as_deref(), Ok("2013-10-08 09:30"));
        assert_eq!(in_day("20131008", "34200500").as_deref(), Ok("2013-10-08 09:30:00.500"));
        assert!(in_day("20131008", "86400000").is_err());
    }
}
