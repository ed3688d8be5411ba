//! The reference tables: the shared one, and one of inputs made to break it.

use options::{European, OptionError, OptionType, implied};

fn kind(text: &str) -> OptionType {
    if text == "call" {
        return OptionType::Call;
    }
    assert_eq!(text, "put");
    OptionType::Put
}

/// Rows of comma-separated fields behind a header.
fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table.lines().skip(1).map(|line| line.split(',').collect())
}

fn number(text: &str) -> f64 {
    text.parse().expect("a number")
}

#[test]
fn golden_table() {
    let (mut count, mut worst, mut worst_forward) = (0, 0.0_f64, 0.0_f64);
    for row in rows(include_str!("../../golden/implied_vol.csv")) {
        let option = European {
            kind: kind(row[2]),
            spot: number(row[3]),
            strike: number(row[4]),
            years: number(row[5]),
            rate: number(row[6]),
            dividend_yield: number(row[7]),
            volatility: f64::NAN,
        };
        let found = implied::volatility(number(row[8]), &option);
        count += 1;
        match row[9] {
            "ok" => {
                let error = (found.expect(row[0]) / number(row[10]) - 1.0).abs();
                worst = worst.max(error / number(row[11]));
                assert!(error <= number(row[11]), "row {}: {error:e}, allowed {}", row[0], row[11]);
                if row[1].starts_with("forward") {
                    worst_forward = worst_forward.max(error);
                }
            }
            "error: below intrinsic" => assert_eq!(found, Err(OptionError::BelowIntrinsic), "row {}", row[0]),
            "error: above maximum" => assert_eq!(found, Err(OptionError::AboveMaximum), "row {}", row[0]),
            _ => assert_eq!(found, Ok(0.0), "row {}", row[0]),
        }
    }
    println!("worst share of the tolerance {worst:.4}, worst relative error of forward rows {worst_forward:e}");
    assert_eq!(count, 446);
    assert!(worst_forward <= 4e-15, "{worst_forward:e}");
    assert!(worst <= 0.5, "{worst}");
}

#[test]
fn nasty_table() {
    // mpmath at 120 digits: prices next to intrinsic value and maximum, subnormal prices, deviations from
    // 1e-10 to 38, moneyness to e^690, rates of hundreds of percent. The tolerance is the golden table's.
    let (mut count, mut worst_share, mut worst_forward) = (0, 0.0_f64, 0.0_f64);
    for row in rows(include_str!("../../golden/implied_vol_nasty.csv")) {
        let option = European {
            kind: kind(row[1]),
            spot: number(row[2]),
            strike: number(row[3]),
            years: number(row[4]),
            rate: number(row[5]),
            dividend_yield: number(row[6]),
            volatility: f64::NAN,
        };
        let price = number(row[7]);
        let found = implied::volatility(price, &option);
        count += 1;
        match row[8] {
            "ok" => {
                assert!(found.is_ok(), "{row:?}: {found:?}");
                let found = found.expect("is_ok");
                // What is below the smallest double is 0.
                let error = (found - number(row[9])).abs() / number(row[9]).max(f64::MIN_POSITIVE);
                worst_share = worst_share.max(error / number(row[10]));
                if option.rate == 0.0 && option.dividend_yield == 0.0 {
                    worst_forward = worst_forward.max(error);
                    let black = implied::black(price, option.spot, option.strike, option.years, option.kind);
                    assert!((black.expect("as above") / found - 1.0).abs() < 4e-15 || found < 1e-300, "{row:?}");
                }
            }
            "below intrinsic" => assert_eq!(found, Err(OptionError::BelowIntrinsic), "{row:?}"),
            "above maximum" => assert_eq!(found, Err(OptionError::AboveMaximum), "{row:?}"),
            _ => assert_eq!(found, Ok(0.0), "{row:?}"),
        }
    }
    println!("worst share of the tolerance {worst_share:.4}, worst relative error without rates {worst_forward:e}");
    assert_eq!(count, 455);
    assert!(worst_share <= 0.125, "{worst_share}");
    assert!(worst_forward <= 4e-15, "{worst_forward:e}");
}
