//! Surfaces from chains: recovery, no arbitrage whatever the quotes, interpolation, what traders read off.

#![allow(clippy::panic)]

use options::chain::rules::{Rule, Rules};
use options::chain::{Fate, Market, Quote, Style};
use options::surface::{DeltaConvention, Fitted, Slice, Surface, SurfaceError, fit};
use options::svi::Svi;
use options::{American, OptionError, OptionType};

use crate::surface_market::{Made, Random, STYLE};

fn fitted(chain: &[Quote]) -> Fitted {
    fit(chain, &Market::new(STYLE), &Rules::default()).expect("a surface")
}

/// Butterfly and calendar on a grid of the test's own, up to where wings are straight lines.
fn arbitrage(surface: &Surface) -> usize {
    let ks = || (-6_000..=6_000).map(|i| 0.000_5 * f64::from(i) + 0.000_07);
    let slices = surface.slices();
    let butterflies: usize =
        slices.iter().map(|s| ks().filter(|k| s.smile.g(*k) < 0.0 || s.smile.g(*k).is_nan()).count()).sum();
    let falls =
        |pair: &[Slice]| ks().filter(|k| pair[1].smile.total_variance(*k) < pair[0].smile.total_variance(*k)).count();
    let steep = slices.iter().filter(|s| s.smile.wing_slopes().iter().any(|slope| *slope > 2.0)).count();
    butterflies + slices.windows(2).map(falls).sum::<usize>() + steep
}

#[test]
fn a_quiet_market_is_recovered() {
    let made = Made::default();
    let fitted = fitted(&made.chain());
    assert_eq!(fitted.smiles.len(), 5);
    for smile in &fitted.smiles {
        let years = smile.forward.years;
        assert!((smile.forward.forward / made.forward(years) - 1.0).abs() < 1e-6, "{:?}", smile.forward);
        assert!((smile.forward.discount - (-made.rate * years).exp()).abs() < 1e-5, "{:?}", smile.forward);
        let summary = smile.summary();
        assert!(summary.rmse_points < 0.01 && summary.inside == 1.0, "{years}: {summary:?}");
        for (k, volatility) in smile.curve(41) {
            let truth = (made.smile(years).total_variance(k) / years).sqrt();
            assert!((volatility - truth).abs() < 5e-4, "{years} {k}: {volatility} {truth}");
        }
    }
    assert_eq!((fitted.violations_after().total(), arbitrage(&fitted.surface)), (0, 0));
    assert_eq!(fitted.surface.butterflies_between(5), 0);
}

#[test]
fn noise_averages_out() {
    for seed in 1..=4 {
        let made = Made { seed, noise: 0.005, strikes: 41, ..Made::default() };
        let fitted = fitted(&made.chain());
        for smile in &fitted.smiles {
            let years = smile.forward.years;
            let truth = |k: f64| (made.smile(years).total_variance(k) / years).sqrt();
            let squares = smile.points.iter().map(|p| (p.fitted_volatility - truth(p.k)).powi(2)).sum::<f64>();
            let error = 100.0 * (squares / smile.points.len() as f64).sqrt();
            // Uniform noise of half a point has a deviation of 0.29.
            assert!(error < 0.2, "seed {seed}, {years}: {error}");
            assert!(smile.summary().rmse_points < 0.4, "seed {seed}, {years}");
        }
        assert_eq!((fitted.violations_after().total(), arbitrage(&fitted.surface)), (0, 0), "seed {seed}");
    }
}

#[test]
fn whatever_the_quotes_there_is_no_arbitrage_after_the_fit() {
    let mut before = 0;
    for seed in 0..12 {
        let mut random = Random(900 + seed);
        let years: Vec<f64> = (1..=3).map(|i| 0.08 * f64::from(i) * (1.0 + random.next())).collect();
        let mut chain = Vec::new();
        for years in &years {
            // Each expiry at a level of its own: calendars cross. Twists and noise: butterflies.
            let (level, tilt, bend) = (0.1 + 0.5 * random.next(), 3.0 * random.next() - 1.5, 4.0 * random.next() - 1.0);
            let made = Made { years: vec![*years], ..Made::default() };
            for i in -6..=6 {
                let k = 0.06 * f64::from(i);
                let volatility = (level + tilt * k + bend * k * k + 0.03 * random.next()).max(0.05);
                let strike = made.forward(*years) * k.exp();
                for kind in [OptionType::Call, OptionType::Put] {
                    let mid = made.price(kind, strike, *years, volatility);
                    chain.push(Quote::new(*years, strike, kind, Some(0.99 * mid), Some(1.01 * mid)));
                }
            }
        }
        let rules = Rules { outlier: f64::INFINITY, ..Rules::default() };
        let market = Market { rate: Some(0.03), ..Market::new(STYLE) };
        let fitted = fit(&chain, &market, &rules).expect("a surface");
        before += fitted.violations_before().total();
        assert_eq!((fitted.violations_after().total(), arbitrage(&fitted.surface)), (0, 0), "seed {seed}");
    }
    assert!(before > 100, "the quotes were to be hard: {before}");
}

#[test]
fn the_order_of_quotes_does_not_matter() {
    let mut chain = Made { noise: 0.003, ..Made::default() }.chain();
    let first = fitted(&chain);
    chain.reverse();
    let second = fitted(&chain);
    assert_eq!(first.surface, second.surface);
    assert!(first.fates.iter().rev().eq(&second.fates));
}

#[test]
fn broken_chains_have_a_named_outcome() {
    let made = Made { years: vec![0.5], ..Made::default() };
    let good = made.chain();
    let with = |change: &dyn Fn(usize, &mut Quote)| {
        let mut chain = good.clone();
        chain.iter_mut().enumerate().for_each(|(i, quote)| change(i, quote));
        fit(&chain, &Market::new(STYLE), &Rules::default())
    };
    let none = |found: Result<Fitted, SurfaceError>, dropped: &[(Rule, usize)]| match found {
        Err(SurfaceError::NoExpiry { quotes, dropped: found }) => {
            assert_eq!((quotes, found.as_slice()), (42, dropped));
        }
        other => panic!("{dropped:?}: {other:?}"),
    };
    none(with(&|_, q| std::mem::swap(&mut q.bid, &mut q.ask)), &[(Rule::Crossed, 42)]);
    none(with(&|_, q| q.bid = q.ask), &[(Rule::Locked, 42)]);
    none(with(&|_, q| q.bid = None), &[(Rule::NoBid, 42)]);
    none(with(&|_, q| q.ask = Some(f64::NAN)), &[(Rule::Invalid, 42)]);
    none(with(&|_, q| q.years = f64::INFINITY), &[(Rule::Invalid, 42)]);
    none(with(&|_, q| q.years = 0.0), &[(Rule::Expired, 42)]);
    none(with(&|_, q| q.years = -1.0), &[(Rule::Expired, 42)]);
    none(with(&|_, q| q.age_seconds = Some(901.0)), &[(Rule::Stale, 42)]);
    // One strike, over and over: one call and one put are left.
    none(with(&|_, q| q.strike = 100.0), &[(Rule::Duplicate, 40), (Rule::NoDiscount, 2)]);
    none(with(&|_, q| q.kind = OptionType::Call), &[(Rule::Duplicate, 21), (Rule::NoForward, 21)]);
    let four = with(&|i, q| q.open_interest = Some(f64::from(u8::from(i < 8)))).map(|f| f.smiles.len());
    assert_eq!(four, Ok(1), "open interest is not judged unless asked for");
    let asked = Rules { open_interest_min: 1.0, ..Rules::default() };
    let mut chain = good.clone();
    chain.iter_mut().enumerate().for_each(|(i, q)| q.open_interest = Some(f64::from(u8::from((16..24).contains(&i)))));
    let given = Market { rate: Some(0.03), ..Market::new(STYLE) };
    none(fit(&chain, &given, &asked), &[(Rule::OpenInterest, 34), (Rule::InTheMoney, 4), (Rule::TooFewStrikes, 4)]);

    assert_eq!(fit(&[], &Market::new(STYLE), &Rules::default()), Err(SurfaceError::NoQuotes));
    let text = fit(&chain, &given, &asked).expect_err("too few").to_string();
    assert_eq!(
        text,
        "no expiry can be fitted: of 42 quotes are dropped 34 (open interest), 4 (in the money), 4 (too few strikes)"
    );
}

#[test]
fn a_few_bad_quotes_do_no_harm() {
    let made = Made { years: vec![0.5], ..Made::default() };
    let mut chain = made.chain();
    let clean = fitted(&chain).surface;
    // A wild put, out of the money; a call below its intrinsic value; one above the forward; a duplicate that is older.
    let put = 2 * 4 + 1;
    (chain[put].bid, chain[put].ask) = (chain[put].bid.map(|b| 4.0 * b), chain[put].ask.map(|a| 4.0 * a));
    (chain[2].bid, chain[2].ask) = (Some(1.0), Some(1.2));
    (chain[6].bid, chain[6].ask) = (Some(150.0), Some(151.0));
    let mut twin = chain[20];
    (twin.bid, twin.ask, twin.age_seconds) = (Some(1.0), Some(1.01), Some(600.0));
    chain[20].age_seconds = Some(5.0);
    chain.push(twin);
    let fitted = fitted(&chain);
    let dropped = |i: usize| fitted.fates[i];
    assert_eq!(dropped(put), Fate::Dropped(Rule::Outlier));
    assert_eq!(dropped(2), Fate::Dropped(Rule::BelowIntrinsic));
    assert_eq!(dropped(6), Fate::Dropped(Rule::AboveMaximum));
    assert_eq!(dropped(chain.len() - 1), Fate::Dropped(Rule::Duplicate));
    for i in -20..=20 {
        let k = 0.01 * f64::from(i);
        let (found, truth) = (fitted.surface.volatility(k, 0.5), clean.volatility(k, 0.5));
        assert!((found.expect("valid") - truth.expect("valid")).abs() < 3e-4, "{k}");
    }
}

#[test]
fn arguments_are_named() {
    let chain = Made::default().chain();
    let named = |market: Market, rules: Rules| match fit(&chain, &market, &rules) {
        Err(SurfaceError::Argument(OptionError::Argument { argument, .. })) => argument,
        other => panic!("{other:?}"),
    };
    let market = Market::new(STYLE);
    assert_eq!(named(Market { spot: Some(0.0), ..market.clone() }, Rules::default()), "spot");
    assert_eq!(named(Market { rate: Some(f64::NAN), ..market.clone() }, Rules::default()), "rate");
    assert_eq!(named(Market { forwards: vec![(1.0, -1.0)], ..market.clone() }, Rules::default()), "forward");
    assert_eq!(named(market.clone(), Rules { outlier: f64::NAN, ..Rules::default() }), "outlier");
    assert_eq!(named(market, Rules { spread_share_max: -0.1, ..Rules::default() }), "spread_share_max");
}

#[test]
fn all_calls_with_a_forward_and_a_rate_are_enough() {
    let made = Made { years: vec![0.5, 1.0], ..Made::default() };
    let calls: Vec<Quote> = made.chain().into_iter().filter(|q| q.kind == OptionType::Call).collect();
    let forwards = vec![(0.5, made.forward(0.5))];
    let market = Market { rate: Some(made.rate), forwards, ..Market::new(STYLE) };
    let fitted = fit(&calls, &market, &Rules::default()).expect("a surface");
    assert_eq!(fitted.smiles.len(), 1);
    assert_eq!(fitted.expiries_dropped, vec![(1.0, Rule::NoForward)]);
    let truth = (made.smile(0.5).total_variance(0.05) / 0.5).sqrt();
    assert!((fitted.surface.volatility(0.05, 0.5).expect("valid") - truth).abs() < 2e-4);
}

#[test]
fn early_exercise_is_taken_off_american_quotes() {
    let made = Made { rate: 0.06, dividend_yield: 0.02, years: vec![0.25, 1.0], strikes: 17, ..Made::default() };
    let mut chain = made.chain();
    for quote in &mut chain {
        let k = (quote.strike / made.forward(quote.years)).ln();
        let volatility = (made.smile(quote.years).total_variance(k) / quote.years).sqrt();
        let option = American {
            kind: quote.kind,
            spot: made.spot,
            strike: quote.strike,
            years: quote.years,
            rate: made.rate,
            dividend_yield: made.dividend_yield,
            volatility,
        };
        let mid = option.price().expect("valid");
        (quote.bid, quote.ask) = (Some(0.995 * mid), Some(1.005 * mid));
    }
    let market = |style| Market { rate: Some(made.rate), spot: Some(made.spot), ..Market::new(style) };
    let worst = |style| {
        let fitted = fit(&chain, &market(style), &Rules::default()).expect("a surface");
        let errors = fitted.smiles.iter().flat_map(|smile| {
            let years = smile.forward.years;
            let truth = |k: f64| (made.smile(years).total_variance(k) / years).sqrt();
            smile
                .points
                .iter()
                .map(|p| (p.fitted_volatility - truth((p.strike / made.forward(years)).ln())).abs())
                .collect::<Vec<_>>()
        });
        errors.fold(0.0, f64::max)
    };
    let (american, european) = (worst(Style::American), worst(Style::European));
    assert!(american < 5e-4 && american < 0.2 * european, "{american} {european}");
}

#[test]
fn american_quotes_without_dividends_read_as_european() {
    let made = Made { rate: 0.001, dividend_yield: 0.0, ..Made::default() };
    let market = Market { rate: Some(0.001), spot: Some(100.0), ..Market::new(Style::American) };
    let fitted = fit(&made.chain(), &market, &Rules::default()).expect("a surface");
    assert!(fitted.summary().rmse_points < 0.05, "{:?}", fitted.summary());
}

fn two() -> (Made, Surface) {
    let made = Made::default();
    let slice = |years: f64| Slice {
        years,
        forward: made.forward(years),
        discount: (-made.rate * years).exp(),
        smile: made.smile(years),
    };
    let surface = Surface::new(vec![slice(0.25), slice(1.0)], Some(made.spot)).expect("valid");
    (made, surface)
}

#[test]
fn between_and_beyond_expiries() {
    let (made, surface) = two();
    for i in -30..=30 {
        let k = 0.02 * f64::from(i);
        let w = |years: f64| surface.total_variance(k, years).expect("valid");
        let node = |years: f64| made.smile(years).total_variance(k);
        assert_eq!((w(0.25), w(1.0)), (node(0.25), node(1.0)));
        assert!((w(0.5) - (2.0 * node(0.25) + node(1.0)) / 3.0).abs() < 1e-15);
        assert!((w(0.1) - 0.4 * node(0.25)).abs() < 1e-15);
        let rise = (made.smile(1.0).total_variance(0.0) - made.smile(0.25).total_variance(0.0)) / 0.75;
        assert!((w(3.0) - node(1.0) - 2.0 * rise).abs() < 1e-15);
        let mut last = 0.0;
        for step in 1..60 {
            let years = 0.05 * f64::from(step);
            let section = surface.section(years).expect("valid");
            assert!(section.total_variance(k) >= last && section.g(k) >= 0.0, "{k} {years}");
            last = section.total_variance(k);
        }
    }
    for years in [0.1, 0.25, 0.6, 1.0, 4.0] {
        assert!((surface.forward(years).expect("valid") / made.forward(years) - 1.0).abs() < 1e-13);
        assert!((surface.discount(years).expect("valid") / (-made.rate * years).exp() - 1.0).abs() < 1e-13);
        let strike = 1.1 * made.forward(years);
        let (a, b) = (surface.volatility_at_strike(strike, years), surface.table(&[1.1], &[years]));
        assert!((a.expect("valid") - b.expect("valid")[0][0]).abs() < 1e-12);
    }
    for years in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(surface.volatility(0.0, years), Err(OptionError::Argument { argument: "years", .. })));
    }
    assert!(matches!(surface.volatility(f64::NAN, 1.0), Err(OptionError::Argument { argument: "k", .. })));
    assert!(matches!(surface.table(&[0.0], &[1.0]), Err(OptionError::Argument { argument: "moneyness", .. })));
}

#[test]
fn a_surface_refuses_what_is_none() {
    let (_, surface) = two();
    let slices = surface.slices().to_vec();
    let argument = |slices: Vec<Slice>, spot| match Surface::new(slices, spot) {
        Err(OptionError::Argument { argument, .. } | OptionError::Length { argument, .. }) => argument,
        other => panic!("{other:?}"),
    };
    let change = |change: &dyn Fn(&mut Slice)| {
        let mut slices = slices.clone();
        change(&mut slices[1]);
        slices
    };
    assert_eq!(argument(vec![], None), "slices");
    assert_eq!(argument(slices.clone(), Some(-1.0)), "spot");
    assert_eq!(argument(change(&|s| s.years = 0.25), None), "years");
    assert_eq!(argument(change(&|s| s.forward = 0.0), None), "forward");
    assert_eq!(argument(change(&|s| s.discount = f64::NAN), None), "discount");
    assert_eq!(argument(change(&|s| s.smile.rho = 1.0), None), "rho");
    assert_eq!(argument(change(&|s| s.smile.sigma = 0.0), None), "sigma");
    assert_eq!(argument(change(&|s| s.smile.b = -0.1), None), "b");
    assert_eq!(argument(change(&|s| s.smile.a = -1.0), None), "a");
    assert_eq!(argument(change(&|s| s.smile = Svi::flat(0.0)), None), "least total variance");
}

#[test]
fn deltas_find_their_strikes() {
    let (made, surface) = two();
    for years in [0.1, 0.25, 0.7, 1.0, 2.0] {
        let skew = surface.skew(years, 0.25, DeltaConvention::Spot).expect("valid");
        for (kind, k, volatility) in
            [(OptionType::Call, skew.call_k, skew.call_volatility), (OptionType::Put, skew.put_k, skew.put_volatility)]
        {
            let strike = made.forward(years) * k.exp();
            let price = |spot: f64| Made { spot, ..Made::default() }.price(kind, strike, years, volatility);
            let delta = (price(100.001) - price(99.999)) / 0.002;
            assert!((delta.abs() - 0.25).abs() < 1e-7, "{years} {kind:?}: {delta}");
            assert_eq!(volatility, surface.volatility(k, years).expect("valid"));
        }
        assert!(skew.risk_reversal() < 0.0 && skew.butterfly() > 0.0, "{skew:?}");
        let step = 1e-5;
        let rise = surface.volatility(step, years).expect("valid") - surface.volatility(-step, years).expect("valid");
        assert!((skew.slope - rise / (2.0 * step)).abs() < 1e-8);
    }
    let forward = surface.strike_of_delta(1.0, OptionType::Call, 0.5, DeltaConvention::Forward).expect("valid");
    let w = surface.total_variance(forward, 1.0).expect("valid");
    assert!((forward - 0.5 * w).abs() < 1e-12, "half a delta is where d1 is 0");
    for delta in [0.0, 1.0, -0.25, f64::NAN] {
        let found = surface.skew(1.0, delta, DeltaConvention::Forward);
        assert!(matches!(found, Err(OptionError::Argument { argument: "delta", .. })), "{delta}");
    }
    let without = Surface::new(surface.slices().to_vec(), None).expect("valid");
    let found = without.skew(1.0, 0.25, DeltaConvention::Spot);
    assert!(matches!(found, Err(OptionError::Argument { argument: "spot", .. })));
}

#[test]
fn term_structure_and_variance_swaps() {
    let flat = |years: f64, volatility: f64| Slice {
        years,
        forward: 100.0,
        discount: 1.0,
        smile: Svi::flat(volatility * volatility * years),
    };
    let surface = Surface::new(vec![flat(0.5, 0.2), flat(2.0, 0.3)], None).expect("valid");
    let terms = surface.term_structure();
    assert!((terms[0].forward_volatility - 0.2).abs() < 1e-15 && (terms[0].variance_swap - 0.2).abs() < 1e-10);
    assert!((terms[1].forward_volatility - ((0.18 - 0.02) / 1.5_f64).sqrt()).abs() < 1e-15);
    assert!((terms[1].variance_swap - 0.3).abs() < 1e-10, "{}", terms[1].variance_swap);
    let skew = surface.skew(0.5, 0.25, DeltaConvention::Forward).expect("valid");
    assert!(skew.risk_reversal().abs() < 1e-15 && skew.butterfly().abs() < 1e-15 && skew.slope == 0.0);

    // The strip of options: 2 / T times the integral of undiscounted prices over the strike squared.
    let (_, surface) = two();
    let step = 0.000_5;
    let mut strip = 0.0;
    for i in -24_000..=24_000 {
        let k = step * f64::from(i);
        let volatility = surface.volatility(k, 1.0).expect("valid");
        let kind = if k < 0.0 { OptionType::Put } else { OptionType::Call };
        let unit = Made { spot: 1.0, rate: 0.0, dividend_yield: 0.0, ..Made::default() };
        strip += 2.0 * step * unit.price(kind, k.exp(), 1.0, volatility) * (-k).exp();
    }
    let found = surface.variance_swap(1.0).expect("valid");
    assert!((found - strip.sqrt()).abs() < 1e-6, "{found} {}", strip.sqrt());
}
