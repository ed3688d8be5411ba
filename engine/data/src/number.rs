//! Doubles as text.

/// `x` with 17 significant digits, as C's `%.17g` writes it: plain or scientific,
/// whichever is shorter, no zeros at the end. Parsing it gives the same double.
/// NaN gives an empty text; infinities give `inf` and `-inf`.
#[must_use]
pub fn digits17(x: f64) -> String {
    if x.is_nan() {
        return String::new();
    }
    if x.is_infinite() {
        return if x > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    if x == 0.0 {
        return if x.is_sign_negative() { "-0" } else { "0" }.to_owned();
    }
    let text = format!("{x:.16e}");
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text;
    };
    let sign = if mantissa.starts_with('-') { "-" } else { "" };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-5..17).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        return format!("{sign}{first}{point}{rest}e{exponent}");
    }
    if exponent < 0 {
        let zeros = "0".repeat((-exponent - 1) as usize);
        return format!("{sign}0.{zeros}{digits}");
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        return format!("{sign}{digits}{}", "0".repeat(whole - digits.len()));
    }
    format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
}

/// `x` in the fewest digits that parse back to the same double; scientific where
/// it would otherwise be long. NaN gives an empty text.
#[must_use]
pub fn shortest(x: f64) -> String {
    let size = x.abs();
    if x.is_nan() {
        String::new()
    } else if x == 0.0 || !x.is_finite() || (1e-5..1e17).contains(&size) {
        x.to_string()
    } else {
        format!("{x:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seventeen_digits() {
        for (x, text) in [
            (0.1, "0.10000000000000001"),
            (1.0, "1"),
            (-2.5, "-2.5"),
            (100.0, "100"),
            (1e16, "10000000000000000"),
            (1e17, "1e17"),
            (1e-5, "0.000010000000000000001"),
            (1e-6, "9.9999999999999995e-7"),
            (2.0_f64.powi(-20), "9.5367431640625e-7"),
            (5e-324, "4.9406564584124654e-324"),
            (-1.5e300, "-1.5000000000000001e300"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, ""),
            (-0.0, "-0"),
            (0.0, "0"),
        ] {
            assert_eq!(digits17(x), text);
            if !x.is_nan() {
                assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(x.to_bits()));
            }
        }
    }

    #[test]
    fn fewest_digits() {
        for (x, text) in [
            (0.1, "0.1"),
            (-2.0, "-2"),
            (1e300, "1e300"),
            (-1.25e-7, "-1.25e-7"),
            (0.0, "0"),
            (f64::INFINITY, "inf"),
            (f64::NAN, ""),
        ] {
            assert_eq!(shortest(x), text);
        }
    }
}
