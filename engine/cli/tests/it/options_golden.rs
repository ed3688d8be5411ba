//! The reference tables of options through the commands, at their stated tolerances.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::{engine, outcome, workspace};

const EPS: f64 = f64::EPSILON;

struct Rows(Vec<BTreeMap<String, String>>);

fn through(arguments: &[&str], table: &Path) -> Rows {
    let path = table.to_str().expect("UTF-8");
    let (code, out, errors) = outcome(&mut engine(Path::new("."), &[arguments, &[path]].concat()));
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{arguments:?}");
    rows(&out)
}

fn rows(text: &str) -> Rows {
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    Rows(lines.map(|line| header.iter().cloned().zip(line).collect()).collect())
}

fn golden(name: &str) -> std::path::PathBuf {
    workspace("analytics/options/tests/golden").join(name)
}

fn number(row: &BTreeMap<String, String>, name: &str) -> f64 {
    row[name].parse().unwrap_or_else(|_| panic!("{name} is {:?} in {row:?}", row[name]))
}

#[test]
fn european_prices_and_greeks() {
    let Rows(all) = through(&["options", "greeks"], &golden("bs_european.csv"));
    assert_eq!(all.len(), 500);
    for row in &all {
        let [s, k, t, r, q, sigma] = ["S", "K", "T", "r", "q", "sigma"].map(|name| number(row, name));
        let (carry, root) = ((-q * t).exp(), t.sqrt());
        let (spot, strike) = (s * carry, k * (-r * t).exp());
        let deviation = sigma * root;
        let charm = q.abs() * carry + carry * ((2.0 * (r - q) * t).abs() + deviation) / (2.0 * t * deviation);
        for (name, scale) in [
            ("price", spot.max(strike)),
            ("delta", carry),
            ("gamma", carry / (s * deviation)),
            ("vega", spot * root),
            ("theta", spot * sigma / (2.0 * root) + r.abs() * strike + q.abs() * spot),
            ("rho", strike * t),
            ("rho_q", spot * t),
            ("vanna", carry / sigma),
            ("volga", spot * root / sigma),
            ("charm", charm),
        ] {
            let room = if name == "price" { 1.0 } else { 1.0 + 1.0 / deviation };
            let (found, expected) = (number(row, &format!("out_{name}")), number(row, name));
            assert!((found - expected).abs() <= 8.0 * EPS * scale * room + 1e-300, "{name}: {found} in {row:?}");
        }
    }
    let Rows(prices) = through(&["options", "price"], &golden("bs_european.csv"));
    assert!(prices.iter().zip(&all).all(|(a, b)| a["out_price"] == b["out_price"]));
}

#[test]
fn degenerate_options() {
    let Rows(all) = through(&["options", "greeks"], &golden("bs_degenerate.csv"));
    assert_eq!(all.len(), 40);
    for row in &all {
        for name in ["price", "delta"] {
            let scale = if name == "price" { number(row, "S").max(number(row, "K")) } else { 1.0 };
            let gap = (number(row, &format!("out_{name}")) - number(row, name)).abs();
            assert!(gap <= 8.0 * EPS * scale, "{name} in {row:?}");
        }
    }
}

#[test]
fn implied_volatilities_and_their_errors() {
    let Rows(all) = through(&["options", "iv"], &golden("implied_vol.csv"));
    assert_eq!(all.len(), 446);
    for row in &all {
        let (expected, error) = (row["expected"].as_str(), row["out_error"].as_str());
        if expected == "ok" {
            let gap = (number(row, "out_sigma") / number(row, "sigma") - 1.0).abs();
            assert!(gap <= number(row, "tol_rel") && error.is_empty(), "{row:?}");
        } else if expected.starts_with("zero vol or") && error.is_empty() {
            assert_eq!(number(row, "out_sigma"), 0.0, "{row:?}");
        } else {
            assert!(expected.ends_with(&format!("error: {error}")) && row["out_sigma"].is_empty(), "{row:?}");
        }
    }
}

#[test]
fn american_options() {
    let Rows(all) = through(&["options", "american"], &golden("american.csv"));
    assert_eq!(all.len(), 300);
    for row in &all {
        let gap = (number(row, "out_price") - number(row, "price")).abs();
        assert!(gap <= (5.0 * number(row, "price_err")).max(1e-6), "{row:?}");
        if !row["delta"].is_empty() {
            let gap = (number(row, "out_delta") - number(row, "delta")).abs();
            assert!(gap <= (5.0 * number(row, "delta_err")).max(1e-6), "{row:?}");
        }
    }
}

#[test]
fn historical_volatilities() {
    let Rows(all) = through(&["stats", "historical_vol"], &golden("ohlcv.csv"));
    let Rows(expected) = rows(&std::fs::read_to_string(golden("historical_vol.csv")).expect("the table"));
    assert_eq!(all.len(), expected.len());
    for (row, expected) in all.iter().zip(&expected) {
        for (name, field) in expected.iter().filter(|(name, _)| *name != "bar") {
            let found = &row[&format!("out_{name}")];
            assert_eq!(found.is_empty(), field.is_empty(), "{name} in {row:?}");
            if !field.is_empty() {
                let (found, field): (f64, f64) = (found.parse().expect("a number"), field.parse().expect("a number"));
                assert!((found / field - 1.0).abs() <= 1e-12, "{name}: {found}, expected {field}");
            }
        }
    }
}
