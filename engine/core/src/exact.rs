//! Exact ratios of whole numbers: one rounding, at the end, whatever the size.

/// Which whole number stands for a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Round {
    /// The nearest, a half goes up.
    HalfUp,
    /// The next above.
    Up,
}

/// `n x numerator / denominator` rounded once; `n >= 0`, `numerator >= 0`,
/// `denominator > 0`, `numerator x denominator <= 1e38`. Does not overflow as long
/// as the result fits.
#[inline]
pub(crate) fn scaled(n: i128, numerator: i64, denominator: i128, round: Round) -> i128 {
    // Most amounts stay in 64 bits, where a division is several times cheaper.
    if let (Ok(n), Ok(d)) = (i64::try_from(n), i64::try_from(denominator))
        && let Some(product) = n.checked_mul(numerator)
    {
        let (q, r) = (product / d, product % d);
        return i128::from(q + i64::from(rounds_up(r.into(), d.into(), round)));
    }
    wide(n, numerator, denominator, round)
}

/// Whole denominators first, so that only the remainder is multiplied out.
#[inline(never)]
fn wide(n: i128, numerator: i64, denominator: i128, round: Round) -> i128 {
    let numerator = i128::from(numerator);
    let rest = (n % denominator) * (numerator % denominator);
    let whole = (n / denominator) * numerator + (n % denominator) * (numerator / denominator);
    let (q, r) = (rest / denominator, rest % denominator);
    whole + q + i128::from(rounds_up(r, denominator, round))
}

#[inline]
fn rounds_up(rest: i128, denominator: i128, round: Round) -> bool {
    match round {
        Round::HalfUp => rest * 2 >= denominator,
        Round::Up => rest > 0,
    }
}

/// Greatest common divisor; `gcd(a, 0) = a`.
pub(crate) fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_rounding_at_the_end() {
        // n, numerator, denominator, half up, up
        let cases: [(i128, i64, i128, i128, i128); 7] = [
            (5, 1, 2, 3, 3),
            (4, 1, 3, 1, 2),
            (6, 1, 3, 2, 2),
            (0, 7, 3, 0, 0),
            (1, 1, 1_000_000_000_000_000_000_000_000, 0, 1),
            // 64 bits are not enough for the product, nor for the operands.
            (i128::from(i64::MAX), 1_000_000, 1_000_000, i128::from(i64::MAX), i128::from(i64::MAX)),
            (
                30_000_000_000_000_000_000_000_000_001,
                1_000_000_000_000,
                2_000_000_000_000,
                15_000_000_000_000_000_000_000_000_001,
                15_000_000_000_000_000_000_000_000_001,
            ),
        ];
        for (n, numerator, denominator, half_up, up) in cases {
            assert_eq!(scaled(n, numerator, denominator, Round::HalfUp), half_up, "{n} x {numerator} / {denominator}");
            assert_eq!(scaled(n, numerator, denominator, Round::Up), up, "{n} x {numerator} / {denominator}");
            assert_eq!(wide(n, numerator, denominator, Round::HalfUp), half_up, "{n} x {numerator} / {denominator}");
            assert_eq!(wide(n, numerator, denominator, Round::Up), up, "{n} x {numerator} / {denominator}");
        }
        assert_eq!(gcd(1_500_000, 1_000_000_000_000), 500_000);
        assert_eq!(gcd(7, 0), 7);
    }
}
