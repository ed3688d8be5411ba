//! American prices against the reference table, scheme against scheme, equation
//! against equation, row against batch.

use options::american::{Chain, Scheme, prices, valuations};
use options::{American, OptionType};

/// A row of `american.csv`.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) option: American,
    pub(crate) price: f64,
    pub(crate) price_error: f64,
    pub(crate) delta: Option<(f64, f64)>,
    pub(crate) european: f64,
    pub(crate) exercise_now: bool,
}

pub(crate) fn table() -> Vec<Row> {
    let text = include_str!("../golden/american.csv");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("header").split(',').collect();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let cell = |name: &str| cells[header.iter().position(|head| *head == name).expect("column")];
            let number = |name: &str| cell(name).parse::<f64>().expect("number");
            Row {
                name: format!("row {} {} {}", cell("id"), cell("regime"), cell("type")),
                option: American {
                    kind: if cell("type") == "call" { OptionType::Call } else { OptionType::Put },
                    spot: number("S"),
                    strike: number("K"),
                    years: number("T"),
                    rate: number("r"),
                    dividend_yield: number("q"),
                    volatility: number("sigma"),
                },
                price: number("price"),
                price_error: number("price_err"),
                delta: (!cell("delta").is_empty()).then(|| (number("delta"), number("delta_err"))),
                european: number("european_price"),
                exercise_now: cell("immediate_exercise") == "1",
            }
        })
        .collect()
}

#[test]
fn golden_prices_and_deltas() {
    let rows = table();
    assert_eq!(rows.len(), 300);
    for scheme in [Scheme::Accurate, Scheme::Reference, Scheme::ReferenceB] {
        let (mut worst, mut worst_delta) = (0.0_f64, 0.0_f64);
        for row in &rows {
            let found = row.option.valuation(scheme).expect("valid");
            let miss = (found.price - row.price).abs() / (5.0 * row.price_error).max(1e-6);
            assert!(miss <= 1.0, "{} {scheme:?}: {} is not {}, {miss} tolerances", row.name, found.price, row.price);
            worst = worst.max(miss);
            assert!((found.european - row.european).abs() <= 1e-10, "{}: European {}", row.name, found.european);
            if let Some((delta, error)) = row.delta {
                let miss = (found.delta - delta).abs() / (5.0 * error).max(1e-6);
                assert!(miss <= 1.0, "{} {scheme:?}: delta {} is not {delta}", row.name, found.delta);
                worst_delta = worst_delta.max(miss);
            }
            if row.exercise_now {
                assert!(found.exercise_now, "{}: {found:?}", row.name);
                assert_eq!(found.price, row.option.intrinsic(), "{}", row.name);
                assert_eq!((found.delta, found.gamma), (row.option.kind.sign(), 0.0), "{}", row.name);
            }
            assert_eq!(found.exercise_now, found.price == row.option.intrinsic() && found.price > 0.0, "{}", row.name);
        }
        println!("{scheme:?}: worst price {worst}, worst delta {worst_delta} of the tolerance");
    }
}

#[test]
fn the_fast_scheme_is_within_its_promise() {
    for row in table() {
        let found = row.option.valuation(Scheme::Fast).expect("valid").price;
        assert!((found - row.price).abs() <= 3e-6 * row.option.strike, "{}: {found} is not {}", row.name, row.price);
    }
}

#[test]
fn the_two_equations_agree() {
    for row in table() {
        let a = row.option.valuation(Scheme::Reference).expect("valid");
        let b = row.option.valuation(Scheme::ReferenceB).expect("valid");
        assert!((a.price - b.price).abs() < 2e-7, "{}: {} and {}", row.name, a.price, b.price);
        if let (Some(a), Some(b)) = (a.critical_price, b.critical_price) {
            assert!((a / b - 1.0).abs() < 1e-5, "{}: boundary {a} and {b}", row.name);
        }
    }
}

#[test]
fn gamma_is_the_slope_of_delta() {
    for row in table() {
        let at = |spot: f64| American { spot, ..row.option }.valuation(Scheme::Reference).expect("valid");
        let step = 2e-5 * row.option.spot;
        let (low, middle, high) = (at(row.option.spot - step), at(row.option.spot), at(row.option.spot + step));
        if low.exercise_now || high.exercise_now {
            continue;
        }
        let critical = middle.critical_price.unwrap_or(0.0);
        if (critical / row.option.spot - 1.0).abs() < 5e-3 {
            continue;
        }
        let slope = (high.delta - low.delta) / (2.0 * step);
        let scale = middle.gamma.abs().max(1e-3);
        assert!((middle.gamma - slope).abs() < 2e-4 * scale, "{}: {} and {slope}", row.name, middle.gamma);
        let slope = (high.price - low.price) / (2.0 * step);
        assert!((middle.delta - slope).abs() < 1e-6, "{}: {} and {slope}", row.name, middle.delta);
    }
}

/// All rows as columns, `times` over.
fn columns(rows: &[Row], times: usize) -> (Vec<OptionType>, [Vec<f64>; 6]) {
    let all = || (0..times).flat_map(|_| rows.iter().map(|row| row.option));
    let column = |of: fn(American) -> f64| all().map(of).collect::<Vec<f64>>();
    (
        all().map(|option| option.kind).collect(),
        [
            column(|o| o.spot),
            column(|o| o.strike),
            column(|o| o.years),
            column(|o| o.rate),
            column(|o| o.dividend_yield),
            column(|o| o.volatility),
        ],
    )
}

#[test]
fn batch_gives_the_bits_of_one_by_one() {
    let rows = table();
    let (kind, [mut spot, strike, years, rate, dividend_yield, volatility]) = columns(&rows, 2);
    spot[7] = f64::NAN;
    let chain = Chain {
        kind: &kind,
        spot: &spot,
        strike: &strike,
        years: &years,
        rate: &rate,
        dividend_yield: &dividend_yield,
        volatility: &volatility,
    };
    let mut out = vec![0.0; kind.len()];
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
        pool.install(|| prices(&chain, Scheme::Accurate, &mut out)).expect("same lengths");
        let all = pool.install(|| valuations(&chain, Scheme::Accurate)).expect("same lengths");
        for (at, (price, valuation)) in out.iter().zip(&all).enumerate() {
            if at == 7 {
                assert!(price.is_nan() && valuation.is_err());
                continue;
            }
            let alone = rows[at % rows.len()].option.valuation(Scheme::Accurate).expect("valid");
            assert_eq!(price.to_bits(), alone.price.to_bits(), "row {at}");
            assert_eq!(*valuation, Ok(alone), "row {at}");
        }
    }
    let few = Chain { spot: &spot[..10], ..chain };
    let error = prices(&few, Scheme::Fast, &mut out).expect_err("lengths differ");
    assert_eq!(error.to_string(), "kind has 600 elements, expected 10");
    let error = prices(&chain, Scheme::Fast, &mut out[..3]).expect_err("lengths differ");
    assert_eq!(error.to_string(), "out has 3 elements, expected 600");
}
