//! The Leisen-Reimer tree: against closed form, against the reference table.

use options::tree::Tree;
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
