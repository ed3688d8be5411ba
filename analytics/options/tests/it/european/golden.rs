//! The shared tables, at their tolerances.

use options::{European, Greeks, OptionType};

const EUROPEAN: &str = include_str!("../../golden/bs_european.csv");
const HARD: &str = include_str!("../../golden/bs_hard.csv");
const DEGENERATE: &str = include_str!("../../golden/bs_degenerate.csv");

/// The columns of a row from `S` on, with the option they begin with.
fn row(line: &str, kind_at: usize) -> (European, Vec<f64>) {
    let fields: Vec<&str> = line.split(',').collect();
    let kind = match fields[kind_at] {
        "call" => OptionType::Call,
        "put" => OptionType::Put,
        other => unreachable!("{other}"),
    };
    let numbers: Vec<f64> = fields[kind_at + 1..].iter().map(|f| f.parse().expect("a number")).collect();
    let [spot, strike, years, rate, dividend_yield, volatility] = numbers[..6] else { unreachable!("{line}") };
    (European { kind, spot, strike, years, rate, dividend_yield, volatility }, numbers[6..].to_vec())
}

/// Each figure's scale, as the table's description gives it: price, then the others.
fn scales(o: &European) -> [f64; 10] {
    let (growth, discount) = ((-o.dividend_yield * o.years).exp(), (-o.rate * o.years).exp());
    let (s, k, t, root) = (o.spot * growth, o.strike * discount, o.years, o.years.sqrt());
    let deviation = o.volatility * root;
    let net = o.rate - o.dividend_yield;
    let theta = s * o.volatility / (2.0 * root) + o.rate.abs() * k + o.dividend_yield.abs() * s;
    let charm = o.dividend_yield.abs() * growth + growth * ((2.0 * net * t).abs() + deviation) / (2.0 * t * deviation);
    [
        s.max(k),
        growth,
        growth / (o.spot * deviation),
        s * root,
        theta,
        k * t,
        s * t,
        growth / o.volatility,
        s * root / o.volatility,
        charm,
    ]
}

/// In the table's order.
fn figures(g: &Greeks) -> [f64; 10] {
    [g.price, g.delta, g.gamma, g.vega, g.theta, g.rho, g.rho_q, g.vanna, g.volga, g.charm]
}

const NAMES: [&str; 10] = ["price", "delta", "gamma", "vega", "theta", "rho", "rho_q", "vanna", "volga", "charm"];

/// Largest shares of the tolerance, and the largest relative error of a price that is
/// below a millionth of its scale.
fn compare(table: &str) -> ([f64; 10], f64) {
    let mut worst = [0.0_f64; 10];
    let mut worst_tail = 0.0_f64;
    for line in table.lines().skip(1) {
        let (option, expected) = row(line, 2);
        let found = option.greeks().expect("valid");
        assert_eq!(option.price(), Ok(found.price), "{line}");
        let deviation = option.volatility * option.years.sqrt();
        for (i, (found, scale)) in figures(&found).into_iter().zip(scales(&option)).enumerate() {
            if expected[i].is_infinite() {
                assert_eq!(found, f64::MAX.copysign(expected[i]), "{line}");
                continue;
            }
            let slack = if i == 0 { 1.0 } else { 1.0 + 1.0 / deviation };
            // 1e-300 is the floor of the tables, where numbers are denormal.
            let tolerance = 8.0 * f64::EPSILON * scale * slack + 1e-300;
            let error = (found - expected[i]).abs() / tolerance;
            assert!(error <= 1.0, "{line}\n{}: {found}, expected {}, error {error}", NAMES[i], expected[i]);
            worst[i] = worst[i].max(error);
        }
        if expected[0] > 1e-300 && expected[0] < 1e-6 * scales(&option)[0] {
            let error = (found.price / expected[0] - 1.0).abs();
            assert!(error < 1e-10, "{line}\n{}: relative error {error}", found.price);
            worst_tail = worst_tail.max(error);
        }
    }
    (worst, worst_tail)
}

#[test]
fn european() {
    assert_eq!(EUROPEAN.lines().count(), 501);
    let (worst, tail) = compare(EUROPEAN);
    println!("share of the tolerance {:?}, far tail {tail:e}", NAMES.iter().zip(worst).collect::<Vec<_>>());
    assert!(worst.iter().all(|w| *w <= 0.25), "{worst:?}");
    assert!(tail < 1e-11, "{tail}");
}

/// Harder inputs, computed in the same way at 120 digits: deviations down to 1e-10,
/// wings down to the denormals, long lives, extreme rates, volatilities and sizes.
#[test]
fn hard() {
    let (worst, tail) = compare(HARD);
    println!("share of the tolerance {:?}, far tail {tail:e}", NAMES.iter().zip(worst).collect::<Vec<_>>());
    assert!(worst.iter().all(|w| *w <= 0.4), "{worst:?}");
}

#[test]
fn degenerate() {
    let mut rows = 0;
    for line in DEGENERATE.lines().skip(1) {
        let (option, expected) = row(line, 2);
        let found = option.greeks().expect("valid");
        assert_eq!(option.price(), Ok(found.price));
        let within = 2.0 * f64::EPSILON * scales(&option)[0];
        assert!((found.price - expected[0]).abs() <= within, "{line}: {}", found.price);
        assert!((found.delta - expected[1]).abs() <= f64::EPSILON, "{line}: {}", found.delta);
        if expected[0] == 0.0 {
            assert_eq!((found.price, found.delta), (0.0, 0.0), "{line}");
        }
        assert_eq!((found.gamma, found.vega, found.vanna, found.volga), (0.0, 0.0, 0.0, 0.0), "{line}");
        rows += 1;
    }
    assert_eq!(rows, 40);
}
