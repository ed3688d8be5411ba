//! The Leisen-Reimer tree: against closed form, against the reference table.

use options::tree::{CashDividend, Tree};
use options::{American, OptionType};

use crate::american::table;

#[test]
fn european_prices_converge_with_the_square_of_the_steps() {
    let option = American {
        kind: OptionType::Call,
        spot: 95.0,
        strike: 100.0,
        years: 1.3,
        rate: 0.04,
        dividend_yield: 0.02,
        volatility: 0.3,
    }
    .without_early_exercise();
    let exact = option.price().expect("valid");
    let miss = |steps, extrapolate| (Tree { steps, extrapolate }.european(&option).expect("valid").price - exact).abs();
    assert!(miss(51, false) < 2e-3);
    let order = (miss(101, false) / miss(401, false)).ln() / 4.0_f64.ln();
    assert!((1.8..2.2).contains(&order), "{order}");
    assert!(miss(401, true) < 1e-6);
}

#[test]
fn american_prices_agree_with_the_table() {
    let tree = Tree { steps: 1_001, extrapolate: true };
    for row in table() {
        let found = tree.american(&row.option).expect("valid");
        let allowed = if row.option.years > 5.0 { 1e-2 } else { 1e-3 };
        assert!((found.price - row.price).abs() < allowed, "{}: {} is not {}", row.name, found.price, row.price);
        if let Some((delta, _)) = row.delta {
            assert!((found.delta - delta).abs() < 5e-3, "{}: delta {} is not {delta}", row.name, found.delta);
        }
    }
}

#[test]
fn bad_input_is_named() {
    let option = table()[0].option;
    let tree = Tree { steps: 101, extrapolate: true };
    let of = |tree: Tree, option: American| tree.american(&option).expect_err("bad").to_string();
    assert_eq!(of(Tree { steps: 2, ..tree }, option), "steps is 2, expected 3 to 20,000");
    assert_eq!(of(tree, American { volatility: 0.0, ..option }), "volatility is 0, expected above 0 for a tree");
    assert_eq!(of(tree, American { years: 0.0, ..option }), "years is 0, expected above 0 for a tree");
    assert_eq!(of(tree, American { spot: f64::NAN, ..option }), "spot is NaN, expected a finite number above 0");
}

const CALL: American = American {
    kind: OptionType::Call,
    spot: 100.0,
    strike: 95.0,
    years: 1.0,
    rate: 0.05,
    dividend_yield: 0.0,
    volatility: 0.3,
};
const TREE: Tree = Tree { steps: 1_000, extrapolate: true };

fn paid(years: f64, amount: f64) -> CashDividend {
    CashDividend { years, amount }
}

/// The four options on the terms of [`CALL`].
fn styles(option: American, dividends: &[CashDividend]) -> [f64; 4] {
    let put = American { kind: OptionType::Put, ..option };
    [option, put]
        .map(|option| {
            let american = TREE.american_with_dividends(&option, dividends).expect("valid").price;
            let european = option.without_early_exercise();
            [american, TREE.european_with_dividends(&european, dividends).expect("valid").price]
        })
        .concat()
        .try_into()
        .expect("four")
}

fn plain(option: American) -> [f64; 4] {
    let put = American { kind: OptionType::Put, ..option };
    [option, put]
        .map(|option| [option.price().expect("valid"), option.without_early_exercise().price().expect("valid")])
        .concat()
        .try_into()
        .expect("four")
}

fn close(found: [f64; 4], exact: [f64; 4], within: f64, what: &str) {
    for (at, (found, exact)) in found.iter().zip(exact).enumerate() {
        assert!((found - exact).abs() < within, "{what}, style {at}: {found} is not {exact}");
    }
}

#[test]
fn without_dividends_it_is_the_plain_option() {
    for option in [CALL, American { dividend_yield: 0.04, rate: 0.02, ..CALL }] {
        close(styles(option, &[]), plain(option), 2e-4, "none");
        close(styles(option, &[paid(0.5, 0.0)]), plain(option), 2e-4, "of zero");
        close(styles(option, &[paid(1.5, 7.0)]), plain(option), 2e-4, "after expiry");
    }
}

#[test]
fn a_dividend_just_after_now_is_off_the_spot() {
    let found = styles(CALL, &[paid(1e-9, 6.0)]);
    let mut exact = plain(American { spot: 94.0, ..CALL });
    // The American call is exercised before it when that pays more.
    exact[0] = exact[0].max(5.0);
    close(found, exact, 1e-3, "just after now");
    let deep = styles(American { strike: 60.0, ..CALL }, &[paid(1e-9, 30.0)]);
    assert!((deep[0] - 40.0).abs() < 1e-6, "{deep:?}");
}

#[test]
fn a_dividend_at_expiry_is_on_the_strike() {
    let found = styles(CALL, &[paid(1.0, 6.0)]);
    let with_it = plain(American { strike: 101.0, ..CALL });
    let without = plain(CALL);
    // European options are paid on the lower spot; the American call is exercised just before.
    close([found[1], found[1], found[3], found[3]], [with_it[1], with_it[1], with_it[3], with_it[3]], 1e-3, "European");
    assert!((found[0] - without[1]).abs() < 1e-3, "{} {}", found[0], without[1]);
    assert!(found[2] > with_it[3]);
}

/// European with one dividend, by integrating over the spot at the ex-date.
fn integrated(option: American, dividend: CashDividend) -> f64 {
    let n = 20_000;
    let deviation = option.volatility * dividend.years.sqrt();
    let drift = (option.rate - option.dividend_yield) * dividend.years - 0.5 * deviation * deviation;
    let sum: f64 = (0..=n)
        .map(|i| {
            let z = -9.0 + 18.0 * f64::from(i) / f64::from(n);
            let spot = option.spot * (drift + deviation * z).exp() - dividend.amount;
            let left = American { spot: spot.max(1e-12), years: option.years - dividend.years, ..option };
            (-0.5 * z * z).exp() * left.without_early_exercise().price().expect("valid")
        })
        .sum();
    let density = 18.0 / f64::from(n) / (2.0 * std::f64::consts::PI).sqrt();
    (-option.rate * dividend.years).exp() * sum * density
}

#[test]
fn european_with_a_dividend_in_between() {
    for (years, amount) in [(0.05, 3.0), (0.5, 6.0), (0.93, 20.0)] {
        for kind in [OptionType::Call, OptionType::Put] {
            for spot in [80.0, 100.0, 120.0] {
                let option = American { kind, spot, ..CALL };
                let exact = integrated(option, paid(years, amount));
                let european = option.without_early_exercise();
                let found = TREE.european_with_dividends(&european, &[paid(years, amount)]).expect("valid");
                assert!((found.price - exact).abs() < 1e-3, "{option:?} {years} {amount}: {} {exact}", found.price);
                let at = |spot: f64| integrated(American { spot, ..option }, paid(years, amount));
                let delta = (at(spot + 0.01) - at(spot - 0.01)) / 0.02;
                assert!((found.delta - delta).abs() < 1e-3, "{option:?} {years} {amount}: {} {delta}", found.delta);
                let gamma = (at(spot + 0.5) - 2.0 * exact + at(spot - 0.5)) / 0.25;
                assert!((found.gamma - gamma).abs() < 1e-3, "{option:?} {years} {amount}: {} {gamma}", found.gamma);
            }
        }
    }
}

#[test]
fn calls_are_exercised_just_before_the_ex_date() {
    let dividends = [paid(0.5, 8.0)];
    let [call, european_call, put, european_put] = styles(CALL, &dividends);
    // Exercise just before is worth a European call to the ex-date, or holding on.
    let to_date = American { years: 0.5, ..CALL }.without_early_exercise().price().expect("valid");
    assert!(call > to_date + 1e-3 && call > european_call + 0.1, "{call} {to_date} {european_call}");
    assert!(call < to_date.max(european_call) + 2.0);
    assert!(put > european_put);
    // Two on one day are one of both; the days in between do not matter much.
    let one = styles(CALL, &[paid(0.5, 8.0)]);
    let two = styles(CALL, &[paid(0.5, 5.0), paid(0.5, 3.0)]);
    close(one, two, 2e-3, "two on one day");
    let near = styles(CALL, &[paid(0.5, 5.0), paid(0.500_001, 3.0)]);
    close(one, near, 2e-2, "two on two days");
    let quarterly = [paid(0.2, 2.0), paid(0.45, 2.0), paid(0.7, 2.0), paid(0.95, 2.0)];
    let yielding = styles(CALL, &quarterly);
    let by_yield = plain(American { dividend_yield: 0.08, ..CALL });
    assert!((yielding[1] - by_yield[1]).abs() < 1.0 && (yielding[3] - by_yield[3]).abs() < 1.0, "{yielding:?}");
}

#[test]
fn a_dividend_beyond_the_spot_leaves_nothing() {
    let [call, european_call, put, european_put] = styles(American { years: 0.5, ..CALL }, &[paid(0.25, 1e4)]);
    let to_date = American { years: 0.25, ..CALL }.without_early_exercise().price().expect("valid");
    assert!((call - to_date).abs() < 2e-2 && european_call < 1e-9, "{call} {to_date} {european_call}");
    let all = 95.0 * (-0.05_f64 * 0.5).exp();
    assert!((european_put - all).abs() < 1e-3 && put >= european_put, "{put} {european_put}");
}

#[test]
fn bad_dividends_are_named() {
    for (dividends, message) in [
        (vec![paid(-0.1, 1.0)], "dividends.years is -0.1, expected a finite number above 0"),
        (vec![paid(0.0, 1.0)], "dividends.years is 0, expected a finite number above 0"),
        (vec![paid(f64::NAN, 1.0)], "dividends.years is NaN, expected a finite number above 0"),
        (vec![paid(0.5, -1.0)], "dividends.amount is -1, expected a finite number, 0 or more"),
        (vec![paid(0.5, 1.0), paid(0.4, 1.0)], "dividends.years is 0.4, expected in order of time"),
    ] {
        let error = TREE.american_with_dividends(&CALL, &dividends).expect_err("bad");
        assert_eq!(error.to_string(), message);
    }
}
