//! Forwards and discount factors from parity.

use options::chain::Style;
use options::chain::parity::{DiscountSource, Expiry, Pair, imply};
use options::chain::rules::Rule;

use crate::surface_market::Random;

/// Pairs of a market with forward 101 and discount factor 0.98, with noise on the call.
fn pairs(strikes: impl Iterator<Item = i32>, noise: f64, seed: u64) -> Vec<Pair> {
    let mut random = Random(seed);
    let one = |strike: i32| {
        let strike = f64::from(strike);
        let put = 4.0 * ((strike - 101.0) / 12.0).exp();
        let call = put + 0.98 * (101.0 - strike) + noise * (2.0 * random.next() - 1.0);
        Pair { strike, call, put, error: 0.05 }
    };
    strikes.map(one).collect()
}

fn expiry(years: f64, pairs: Vec<Pair>) -> Expiry {
    Expiry { years, pairs, forward: None }
}

#[test]
fn exact_pairs_give_exact_answers() {
    let found = imply(&[expiry(0.5, pairs(90..=112, 0.0, 1))], Style::European, None)[0].expect("a forward");
    assert!((found.forward - 101.0).abs() < 1e-10 && (found.discount - 0.98).abs() < 1e-12, "{found:?}");
    assert_eq!(found.source, DiscountSource::Parity);
    assert!((found.rate() + 0.98_f64.ln() / 0.5).abs() < 1e-11);
    let rate = -0.98_f64.ln() / 0.5;
    let one = imply(&[expiry(0.5, pairs(95..=95, 0.0, 1))], Style::European, Some(rate))[0].expect("a forward");
    assert!((one.forward - 101.0).abs() < 1e-10, "{one:?}");
    assert_eq!((one.source, one.pairs), (DiscountSource::Given, 1));
}

#[test]
fn bad_pairs_have_no_say() {
    for seed in 1..20 {
        let mut bad = pairs(85..=118, 0.05, seed);
        bad[16].call += 30.0;
        bad[14].put += 12.0;
        bad[20].call = 0.01;
        let found = imply(&[expiry(0.5, bad)], Style::European, None)[0].expect("a forward");
        assert!((found.forward - 101.0).abs() < 0.06, "{found:?}");
        assert!((found.discount - 0.98).abs() < 0.01, "{found:?}");
        assert!(found.rejected >= 3 && found.error < 0.05, "{found:?}");
    }
}

#[test]
fn short_expiries_take_the_rate_of_the_long_ones() {
    let rate = -0.98_f64.ln() / 0.5;
    let mut short = pairs(98..=104, 0.05, 3);
    // The same rate for three days.
    let discount = (-rate * 0.01).exp();
    short.iter_mut().for_each(|p| p.call = p.put + discount * (101.0 - p.strike));
    short[2].call += 0.02;
    let few = pairs(100..=102, 0.0, 1);
    let all = [expiry(0.01, short), expiry(0.5, pairs(80..=120, 0.0, 5)), expiry(0.5 + 1e-9, few)];
    let found = imply(&all, Style::European, None);
    for (one, source) in found.iter().zip([DiscountSource::Pooled, DiscountSource::Parity, DiscountSource::Pooled]) {
        let one = one.expect("a forward");
        assert_eq!(one.source, source);
        assert!((one.rate() - rate).abs() < 2e-3, "{one:?}");
    }
}

#[test]
fn what_cannot_be_known_is_named() {
    let imply = |expiry: Expiry, rate| imply(&[expiry], Style::European, rate)[0];
    assert_eq!(imply(expiry(0.5, vec![]), Some(0.01)), Err(Rule::NoForward));
    assert_eq!(imply(expiry(0.5, vec![]), None), Err(Rule::NoForward));
    assert_eq!(imply(expiry(0.5, pairs(99..=102, 0.0, 1)), None), Err(Rule::NoDiscount));
    // A line that slopes the wrong way is no discount factor.
    let mut wrong = pairs(95..=107, 0.0, 1);
    wrong.iter_mut().for_each(|p| std::mem::swap(&mut p.call, &mut p.put));
    assert_eq!(imply(expiry(0.5, wrong), None), Err(Rule::NoDiscount));
    let known = Expiry { forward: Some(123.0), ..expiry(0.5, vec![]) };
    let found = imply(known, Some(0.02)).expect("a forward");
    assert_eq!((found.forward, found.pairs, found.error), (123.0, 0, 0.0));
}

#[test]
fn american_pairs_are_read_close_to_the_money() {
    // Puts carry a premium for early exercise that grows with the strike.
    let mut premium = pairs(80..=122, 0.0, 1);
    premium.iter_mut().for_each(|p| p.put += 0.002 * (p.strike - 80.0).powi(2) / 10.0);
    let found = |style, rate| imply(&[expiry(0.5, premium.clone())], style, rate)[0].expect("a forward");
    let rate = -0.98_f64.ln() / 0.5;
    assert!((found(Style::American, Some(rate)).forward - 101.0).abs() < 0.12);
    // The premium bends the line: more so further out.
    let error = |style| (found(style, None).discount - 0.98).abs();
    assert!(error(Style::American) <= error(Style::European));
    assert!(found(Style::European, None).pairs > 0);
}
