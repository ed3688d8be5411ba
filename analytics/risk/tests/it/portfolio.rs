//! Portfolios: weights, leverage, currencies, margin, liquidity, stress.

use options::{European, OptionType};
use proptest::prelude::*;
use risk::RiskError;
use risk::portfolio::{
    Book, Instrument, Position, beta, check_weights, concentration, days_to_trade, leverage, liquidity, margin, weights,
};

const DELTAS: [f64; 2] = [-0.32543655918467224, -0.18919778548454588];
pub(crate) const NAN: f64 = f64::NAN;
pub(crate) const INF: f64 = f64::INFINITY;

pub(crate) fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1.0)
}

pub(crate) fn put(strike: f64, volatility: f64) -> European {
    European { kind: OptionType::Put, spot: 400.0, strike, years: 0.25, rate: 0.03, dividend_yield: 0.01, volatility }
}

/// Shares and puts on them in Hong Kong dollars, a future and shares in US dollars, a loan in yuan.
pub(crate) fn positions() -> Vec<Position<'static>> {
    let at = |name, underlying, currency, quantity, multiplier, price, instrument| Position {
        name,
        underlying,
        currency,
        quantity,
        multiplier,
        price,
        instrument,
    };
    vec![
        at("HK.00700", "HK.00700", "HKD", 1_000.0, 1.0, 400.0, Instrument::Asset),
        at("TCH 380 put", "HK.00700", "HKD", 10.0, 100.0, 12.5, Instrument::European(put(380.0, 0.3))),
        at("TCH 350 put", "HK.00700", "HKD", -20.0, 100.0, 4.1, Instrument::European(put(350.0, 0.35))),
        at("ES", "ES", "USD", -1.0, 50.0, 6_000.0, Instrument::Future),
        at("AAPL", "AAPL", "USD", 200.0, 1.0, 250.0, Instrument::Asset),
        at("USD", "USD", "USD", 30_000.0, 1.0, 1.0, Instrument::Cash),
        at("CNY", "CNY", "CNY", -100_000.0, 1.0, 1.0, Instrument::Cash),
    ]
}

pub(crate) const RATES: [(&str, f64); 2] = [("USD", 7.8), ("CNY", 1.08)];

pub(crate) fn book<'a>(positions: &'a [Position<'a>]) -> Book<'a> {
    Book { positions, base: "HKD", rates: &RATES, equity: None }
}

#[test]
fn a_portfolio_at_a_glance() {
    let positions = positions();
    let found = book(&positions).summary().expect("sound");
    // 400,000 + 12,500 - 8,200 + 200 250 7.8 + 30,000 7.8 - 108,000; the future is worth nothing.
    assert!(near(found.equity, 920_300.0), "{}", found.equity);
    assert_eq!((found.lines[3].value, found.lines[3].exposure), (0.0, -2_340_000.0));
    assert_eq!((found.lines[5].value, found.lines[5].exposure), (234_000.0, 0.0));
    assert!(near(found.lines.iter().map(|l| l.weight).sum(), 1.0));
    // Deltas of the puts by mpmath: exp(-q t) (N(d1) - 1).
    for (line, delta, units) in [(1, DELTAS[0], 1_000.0), (2, DELTAS[1], -2_000.0)] {
        assert!((found.lines[line].exposure / (delta * units * 400.0) - 1.0).abs() < 1e-7, "{line}");
    }
    let names: Vec<&str> = found.underlyings.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["HK.00700", "ES", "AAPL"]);
    assert!(near(found.underlyings[0].1, found.lines[..3].iter().map(|l| l.exposure).sum()));
    let own: Vec<(&str, f64)> = found.currencies.iter().map(|c| (c.currency.as_str(), c.value)).collect();
    assert_eq!(own, [("HKD", 404_300.0), ("USD", 624_000.0), ("CNY", -108_000.0)]);
    assert!(near(found.currencies.iter().map(|c| c.weight).sum(), 1.0));
    let of = found.leverage;
    assert!(near(of.net, found.lines.iter().map(|l| l.exposure_weight).sum()));
    assert!(of.gross > 3.0 && of.gross > of.net.abs() && of.long > 0.0 && of.short < -2_340_000.0);
    let most = found.concentration.expect("exposed");
    assert_eq!(most.largest_index, 1);
    // Equity from elsewhere only scales.
    let other = Book { equity: Some(2.0 * found.equity), ..book(&positions) }.summary().expect("sound");
    assert!(near(other.lines[0].weight, 0.5 * found.lines[0].weight));
    // Only cash is exposed to nothing.
    let cash = [positions[5]];
    let found = book(&cash).summary().expect("sound");
    assert_eq!((found.concentration, found.leverage.gross, found.currencies[0].weight), (None, 0.0, 1.0));
}

#[test]
fn weights_and_concentration() {
    assert_eq!(weights(&[1.0, 3.0]), Ok(vec![0.25, 0.75]));
    assert_eq!(weights(&[3.0, -1.0]), Ok(vec![1.5, -0.5]));
    for wrong in [&[][..], &[NAN], &[1.0, INF], &[1.0, -1.0], &[0.0], &[-1.0]] {
        assert!(weights(wrong).is_err(), "{wrong:?}");
    }
    for fine in [&[1.0][..], &[0.333_333, 0.333_333, 0.333_334], &[1.5, -0.5], &[0.333_33, 0.333_33, 0.333_34]] {
        assert!(check_weights(fine).is_ok(), "{fine:?}");
    }
    for wrong in [&[][..], &[0.5], &[0.5, 0.4], &[NAN, 1.0], &[INF, -INF], &[0.0, 0.0], &[50.0, 50.0]] {
        assert!(check_weights(wrong).is_err(), "{wrong:?}");
    }
    let error = check_weights(&[0.5, 0.4]).expect_err("sums to 0.9");
    assert_eq!(error.to_string(), "sum of weights is 0.9, expected 1 (to 1e-5)");

    let even = concentration(&[0.25; 4]).expect("fine");
    assert_eq!((even.herfindahl, even.effective_number, even.largest, even.largest_index), (0.25, 4.0, 0.25, 0));
    let one = concentration(&[0.0, -7.0]).expect("fine");
    assert_eq!((one.herfindahl, one.effective_number, one.largest, one.largest_index), (1.0, 1.0, 1.0, 1));
    let hedged = concentration(&[1.0, -1.0]).expect("fine");
    assert_eq!(hedged.effective_number, 2.0);
    assert_eq!(concentration(&[1e308, 1e308]).expect("fine").effective_number, 2.0);
    for wrong in [&[][..], &[NAN], &[0.0, 0.0], &[INF]] {
        assert!(concentration(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn leverage_and_margin() {
    let of = leverage(&[150.0, -50.0], 100.0).expect("fine");
    assert_eq!((of.long, of.short, of.gross, of.net), (150.0, -50.0, 2.0, 1.0));
    assert_eq!(leverage(&[], 100.0).expect("fine").gross, 0.0);
    for equity in [0.0, -1.0, NAN, INF] {
        assert!(leverage(&[1.0], equity).is_err() && margin(&[1.0], &[0.5], &[0.3], equity).is_err());
    }
    assert!(leverage(&[NAN], 1.0).is_err());

    let of = margin(&[200.0], &[0.5], &[0.3], 100.0).expect("fine");
    assert_eq!((of.initial, of.maintenance, of.use_initial, of.use_maintenance), (100.0, 60.0, 1.0, 0.6));
    assert_eq!((of.available, of.cushion), (0.0, 40.0));
    // 100 + 200 x = 0.3 200 (1 + x): x = -40 / 140.
    assert!(near(of.move_to_call.expect("levered"), -40.0 / 140.0));
    // Short: a rise of 40 / 260.
    let short = margin(&[-200.0], &[0.5], &[0.3], 100.0).expect("fine");
    assert!(near(short.move_to_call.expect("short"), 40.0 / 260.0));
    // Not levered: no fall brings a call. Called already: none.
    assert_eq!(margin(&[50.0], &[0.5], &[0.3], 100.0).expect("fine").move_to_call, None);
    let called = margin(&[1_000.0], &[0.5], &[0.3], 100.0).expect("fine");
    assert!(called.move_to_call.is_none() && called.cushion < 0.0);
    for (exposures, initial, maintenance) in [
        (&[1.0, 1.0][..], &[0.5][..], &[0.3, 0.3][..]),
        (&[1.0], &[0.5], &[]),
        (&[1.0], &[0.3], &[0.5]),
        (&[1.0], &[1.5], &[0.5]),
        (&[1.0], &[NAN], &[0.5]),
        (&[1.0], &[0.5], &[-0.1]),
        (&[NAN], &[0.5], &[0.1]),
    ] {
        assert!(margin(exposures, initial, maintenance, 100.0).is_err());
    }
}

#[test]
fn betas_add_up() {
    let market = [0.01, -0.02, 0.03, 0.005];
    let double: Vec<f64> = market.iter().map(|r| 2.0 * r + 0.001).collect();
    let found = beta(&[0.5, 0.25], &[&market, &double], &market).expect("fine");
    assert!(near(found.portfolio, 1.0) && near(found.assets[1], 2.0) && near(found.contributions[1], 0.5));
    // A flat asset has the beta 0, a flat market gives none.
    assert_eq!(beta(&[1.0], &[&[0.0; 4]], &market).expect("fine").portfolio, 0.0);
    assert!(matches!(beta(&[1.0], &[&market], &[0.01; 4]), Err(RiskError::Degenerate { argument: "market", .. })));
    assert!(beta(&[], &[], &market).is_err() && beta(&[1.0], &[&market, &market], &market).is_err());
    assert!(beta(&[1.0], &[&market[..3]], &market).is_err() && beta(&[NAN], &[&market], &market).is_err());
    assert!(beta(&[1.0], &[&[NAN; 4]], &market).is_err() && beta(&[1.0], &[&[0.1]], &[0.1]).is_err());
}

#[test]
fn the_time_to_get_out() {
    assert_eq!(days_to_trade(-50_000.0, 100_000.0, 0.1), Ok(5.0));
    let found =
        liquidity(&[1_000.0, -5_000.0, 0.0], &[10_000.0, 10_000.0, 0.0], &[30.0, -10.0, 0.0], 0.1).expect("fine");
    assert_eq!((found.days.as_slice(), found.longest, found.longest_index), (&[1.0, 5.0, 0.0][..], 5.0, 1));
    assert_eq!(found.mean, 2.0);
    // After one day all of the first and a fifth of the second.
    assert_eq!(found.closed_within(1.0), Ok(0.8));
    assert_eq!((found.closed_within(0.0), found.closed_within(INF)), (Ok(0.0), Ok(1.0)));
    assert!(found.closed_within(-1.0).is_err() && found.closed_within(NAN).is_err());
    for (quantity, volume, participation) in [
        (NAN, 1.0, 0.1),
        (1.0, 0.0, 0.1),
        (1.0, -1.0, 0.1),
        (1.0, INF, 0.1),
        (1.0, 1.0, 0.0),
        (1.0, 1.0, 1.1),
        (1.0, 1.0, NAN),
    ] {
        assert!(days_to_trade(quantity, volume, participation).is_err());
    }
    let error = liquidity(&[1.0, 2.0], &[5.0, 0.0], &[1.0, 1.0], 0.1).expect_err("no volume");
    assert!(matches!(error, RiskError::Element { argument: "volumes", index: 1, .. }), "{error}");
    assert!(liquidity(&[], &[], &[], 0.1).is_err() && liquidity(&[1.0], &[1.0], &[0.0], 0.1).is_err());
    assert!(liquidity(&[1.0], &[1.0, 2.0], &[1.0], 0.1).is_err() && liquidity(&[1.0], &[1.0], &[], 0.1).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn shares_lie_between_equal_and_one(values in prop::collection::vec(-1e6..1e6_f64, 1..40), scale in 1e-9..1e9_f64) {
        prop_assume!(values.iter().any(|v| v.abs() > 1.0));
        let found = concentration(&values).expect("sound");
        let n = values.len() as f64;
        prop_assert!(found.herfindahl >= (1.0 - 1e-12) / n && found.herfindahl <= 1.0 + 1e-12);
        prop_assert!(found.largest * found.largest <= found.herfindahl + 1e-12 && found.herfindahl <= found.largest + 1e-12);
        // The unit does not matter, nor does the side.
        let other = concentration(&values.iter().map(|v| -v * scale).collect::<Vec<_>>()).expect("sound");
        prop_assert!(near(found.herfindahl, other.herfindahl));
    }
}
