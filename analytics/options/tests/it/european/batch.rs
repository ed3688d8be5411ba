//! Columns: the bits of single options, marked rows, lengths, threads.

use options::european::batch::{Column, Columns, GreekColumns, PARALLEL_ROWS, evaluate, evaluate_sequential, prices};
use options::{European, Greeks, OptionError, OptionType};
use proptest::prelude::*;

use super::CALL;

/// Options as columns in memory.
#[derive(Default)]
struct Table {
    kind: Vec<OptionType>,
    numbers: [Vec<f64>; 6],
}

impl Table {
    fn of(options: &[European]) -> Self {
        let mut table = Self::default();
        for o in options {
            table.kind.push(o.kind);
            let values = [o.spot, o.strike, o.years, o.rate, o.dividend_yield, o.volatility];
            for (column, value) in table.numbers.iter_mut().zip(values) {
                column.push(value);
            }
        }
        table
    }

    fn columns(&self) -> Columns<'_> {
        let [spot, strike, years, rate, dividend_yield, volatility] = self.numbers.each_ref().map(Column::from);
        Columns { kind: (&self.kind).into(), spot, strike, years, rate, dividend_yield, volatility }
    }
}

fn in_order(g: &Greeks) -> [f64; 10] {
    [g.price, g.delta, g.gamma, g.vega, g.theta, g.rho, g.vanna, g.volga, g.charm, g.rho_q]
}

/// All figures of all rows, and how many are marked.
fn all(columns: &Columns<'_>, rows: usize, sequential: bool) -> (Vec<Vec<f64>>, usize) {
    let mut found = vec![vec![1.5; rows]; 10];
    let [price, delta, gamma, vega, theta, rho, vanna, volga, charm, rho_q] = &mut found[..] else { unreachable!() };
    let results = GreekColumns {
        price: Some(price),
        delta: Some(delta),
        gamma: Some(gamma),
        vega: Some(vega),
        theta: Some(theta),
        rho: Some(rho),
        vanna: Some(vanna),
        volga: Some(volga),
        charm: Some(charm),
        rho_q: Some(rho_q),
    };
    let marked = if sequential { evaluate_sequential(columns, results) } else { evaluate(columns, results) };
    (found, marked.expect("lengths fit"))
}

/// Ordinary options with some of every odd sort between them.
fn mixed(rows: usize) -> Vec<European> {
    let mut state = 1_u64;
    let mut uniform = move |low: f64, high: f64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        low + (high - low) * ((state >> 11) as f64 / (1_u64 << 53) as f64)
    };
    (0..rows)
        .map(|row| {
            let option = European {
                kind: if uniform(0.0, 1.0) < 0.5 { OptionType::Call } else { OptionType::Put },
                spot: uniform(50.0, 150.0),
                strike: uniform(20.0, 300.0),
                years: uniform(0.01, 3.0),
                rate: uniform(-0.02, 0.08),
                dividend_yield: uniform(-0.01, 0.05),
                volatility: uniform(0.02, 1.5),
            };
            match row % 41 {
                3 => European { years: 0.0, ..option },
                7 => European { volatility: 0.0, ..option },
                11 => European { volatility: 1e-7, ..option },
                13 => European { spot: f64::NAN, ..option },
                17 => European { rate: f64::INFINITY, ..option },
                19 => European { strike: -1.0, ..option },
                23 => European { spot: 1e200, strike: 1e201, ..option },
                29 => European { rate: -500.0, years: 10.0, ..option },
                _ => option,
            }
        })
        .collect()
}

#[test]
fn a_column_has_the_bits_of_its_options() {
    for rows in [0, 1, 7, 63, 64, 65, 127, 128, 1_000, PARALLEL_ROWS - 1, PARALLEL_ROWS + 77] {
        let options = mixed(rows);
        let table = Table::of(&options);
        let (found, marked) = all(&table.columns(), rows, false);
        let mut bad = 0;
        for (row, option) in options.iter().enumerate() {
            let expected = option.greeks();
            bad += usize::from(expected.is_err());
            let expected = expected.map_or([f64::NAN; 10], |g| in_order(&g));
            for (column, expected) in found.iter().zip(expected) {
                assert_eq!(column[row].to_bits(), expected.to_bits(), "row {row} of {rows}: {option:?}");
            }
            if !expected[0].is_nan() {
                assert_eq!(option.price().map(f64::to_bits), Ok(expected[0].to_bits()));
            }
        }
        assert_eq!(marked, bad);
    }
}

#[test]
fn threads_do_not_show() {
    let rows = 3 * PARALLEL_ROWS + 5;
    let table = Table::of(&mixed(rows));
    let (alone, marked) = all(&table.columns(), rows, true);
    let bits = |found: &[Vec<f64>]| -> Vec<u64> { found.iter().flatten().map(|x| x.to_bits()).collect() };
    for threads in [1, 2, 3, 7] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let (found, m) = pool.install(|| all(&table.columns(), rows, false));
        assert_eq!(m, marked);
        assert!(bits(&found) == bits(&alone), "{threads} threads");
    }
}

#[test]
fn a_chain_shares_its_market() {
    let strikes: Vec<f64> = (1..200).map(f64::from).collect();
    let columns = Columns {
        kind: OptionType::Put.into(),
        spot: 100.0.into(),
        strike: (&strikes).into(),
        years: 0.5.into(),
        rate: 0.03.into(),
        dividend_yield: 0.01.into(),
        volatility: 0.2.into(),
    };
    let found = prices(&columns).expect("lengths fit");
    for (strike, found) in strikes.iter().zip(&found) {
        let option = European {
            kind: OptionType::Put,
            spot: 100.0,
            strike: *strike,
            years: 0.5,
            rate: 0.03,
            dividend_yield: 0.01,
            volatility: 0.2,
        };
        assert_eq!(option.price(), Ok(*found));
    }
    assert_eq!(columns.option(198).map(|o| o.strike), Some(199.0));
    assert_eq!(columns.option(199), None);
    let one = Columns { strike: 100.0.into(), ..columns };
    assert_eq!(prices(&one).map(|p| p.len()), Ok(1));
}

#[test]
fn a_marked_row_tells_why() {
    let table = Table::of(&[CALL, European { volatility: f64::NAN, ..CALL }, CALL]);
    let (found, marked) = all(&table.columns(), 3, false);
    assert_eq!(marked, 1);
    assert!(found.iter().all(|c| c[1].is_nan() && c[0] == c[2] && c[0].is_finite()));
    let error = table.columns().option(1).expect("a row").price().expect_err("not a number");
    assert_eq!(error.to_string(), "volatility is NaN, expected a finite number, 0 or more");
}

#[test]
fn lengths_must_agree() {
    let table = Table::of(&[CALL; 3]);
    let columns = Columns { rate: Column::Each(&[0.0; 2]), ..table.columns() };
    let wrong = OptionError::Length { argument: "rate", found: 2, expected: 3 };
    assert_eq!(prices(&columns), Err(wrong));
    let mut short = [0.0; 2];
    let results = GreekColumns { gamma: Some(&mut short), ..GreekColumns::default() };
    let wrong = OptionError::Length { argument: "gamma", found: 2, expected: 3 };
    assert_eq!(evaluate(&table.columns(), results), Err(wrong));
    assert_eq!(evaluate(&table.columns(), GreekColumns::default()), Ok(0));
}

proptest! {
    #[test]
    fn one_row_anywhere_in_a_block(at in 0_usize..200, spot in 1.0..1e4_f64, volatility in 0.0..3.0_f64) {
        let option = European { spot, volatility, ..CALL };
        let mut options = vec![CALL; 200];
        options[at] = option;
        let table = Table::of(&options);
        let (found, _) = all(&table.columns(), 200, false);
        let expected = in_order(&option.greeks().expect("valid"));
        for (column, expected) in found.iter().zip(expected) {
            prop_assert_eq!(column[at].to_bits(), expected.to_bits());
        }
    }
}
