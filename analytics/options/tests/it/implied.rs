//! Implied volatility: the reference tables, and inputs made to break it.

use options::{European, OptionError, OptionType, implied};

fn kind(text: &str) -> OptionType {
    match text {
        "call" => OptionType::Call,
        "put" => OptionType::Put,
        _ => panic!("{text}"),
    }
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
    for row in rows(include_str!("../golden/implied_vol.csv")) {
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
