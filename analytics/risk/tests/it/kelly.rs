//! Kelly fractions.

use risk::RiskError;
use risk::bootstrap::Bootstrap;
use risk::kelly::{
    Bet, Continuous, Estimate, Market, Method, bootstrap, empirical, fractional, mean_variance, win_loss,
};

fn list(cell: &str) -> Vec<f64> {
    cell.split(';').map(|x| x.parse().expect(cell)).collect()
}

pub(crate) fn off(found: f64, expected: f64) -> f64 {
    if found == expected { 0.0 } else { (found / expected - 1.0).abs() }
}

#[test]
fn every_bet_of_the_table() {
    let table = include_str!("../golden/kelly_binary.csv");
    for line in table.lines().skip(1) {
        let cells: Vec<f64> = line.split(',').map(|x| x.parse().expect(line)).collect();
        let bet = Bet { probability: cells[1], win: cells[2], loss: cells[3] };
        let stake = bet.recommended().expect(line);
        for (found, expected) in
            [(bet.fraction(), cells[4]), (bet.recommended(), cells[5]), (bet.growth(stake), cells[6])]
        {
            let error = off(found.expect(line), expected);
            assert!(error <= 1e-10, "{line}: {error:e}");
        }
    }
}

#[test]
fn every_portfolio_of_the_table() {
    for line in include_str!("../golden/kelly_portfolio.csv").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (drift, covariance, fractions) = (list(cells[2]), list(cells[3]), list(cells[5]));
        let rate = cells[4].parse().expect(line);
        let found = Market { drift: &drift, covariance: &covariance, rate }.optimum().expect(line);
        let numbers = found.fractions.iter().copied().chain([found.growth, found.sharpe]);
        let expected = fractions.into_iter().chain(cells[6..8].iter().map(|x| x.parse().expect(line)));
        for (found, expected) in numbers.zip(expected) {
            let error = off(found, expected);
            assert!(error <= 1e-10, "{line}: {error:e}");
        }
    }
}

fn series(name: &str) -> Vec<f64> {
    let rows = include_str!("../golden/risk_returns.csv").lines().filter(|l| l.starts_with(&format!("{name},")));
    rows.map(|l| l.split(',').nth(2).expect(l).parse().expect(l)).collect()
}

#[test]
fn every_series_of_the_table() {
    for line in include_str!("../golden/kelly_series.csv").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let returns = series(cells[0]);
        assert!(returns.len() >= 30, "{line}");
        let by_wins = win_loss(&returns).expect(line);
        let by_moments = mean_variance(&returns, 0.0).expect(line);
        let found = [by_wins.win_rate, by_wins.payoff, by_wins.estimate.fraction, by_moments.fraction];
        for (found, cell) in found.into_iter().zip(&cells[1..]) {
            let error = off(found, cell.parse().expect(line));
            assert!(error <= 1e-10, "{line}: {error:e}");
        }
        // Below zero nothing is staked.
        let best = empirical(&returns, None).expect(line);
        assert_eq!(best.fraction > 0.0, by_moments.fraction > 0.0);
    }
}

const INF: f64 = f64::INFINITY;
const THIN: [f64; 2] = [1.999999943436137e-09, 1.9999998868722757e-18];

/// Numbers from -1 to 1 that are the same on every machine.
pub(crate) struct Noise(pub(crate) u64);

impl Noise {
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

#[test]
fn bets_at_the_edges() {
    let bet = |probability, win, loss| Bet { probability, win, loss };
    // Certain to lose, certain to win, fair.
    assert_eq!(bet(0.0, 2.0, 1.0).recommended(), Ok(0.0));
    assert_eq!(bet(0.0, 2.0, 1.0).fraction(), Ok(-0.5));
    assert_eq!(bet(1.0, 0.3, 0.5).fraction(), Ok(2.0));
    assert!(off(bet(1.0, 0.3, 0.5).growth(2.0).expect("fine"), 1.6_f64.ln()) < 1e-15);
    assert_eq!(bet(0.5, 1.0, 1.0).recommended(), Ok(0.0));
    assert_eq!(bet(0.5, 1.0, 1.0).growth(0.0), Ok(0.0));
    assert_eq!(bet(0.6, 1.0, 1.0).growth(1.0), Ok(f64::NEG_INFINITY));
    assert_eq!(bet(0.6, 1.0, 0.5).ruin(), Ok(2.0));
    // An edge of a billionth, by mpmath.
    let thin = bet(0.500_000_001, 1.0, 1.0);
    assert!(off(thin.fraction().expect("fine"), THIN[0]) < 1e-15);
    assert!(off(thin.growth(thin.fraction().expect("fine")).expect("fine"), THIN[1]) < 1e-14);
    // A win of a million times the loss.
    let far = bet(0.622_179_229_441_162_7, 737_092.126_537_631, 8.665_193_876_185_293e-5);
    assert!(off(far.growth(7_180.211_294_598_874).expect("fine"), 13.562_568_058_773_612) < 1e-14);
    // The full fraction is the best one.
    let good = bet(0.55, 1.3, 0.8);
    let full = good.fraction().expect("fine");
    let at = |f: f64| good.growth(f).expect("fine");
    assert!(at(full) > at(full * 0.99) && at(full) > at(full * 1.01) && at(full) > 0.0);
    // The error of the probability takes its part.
    assert_eq!(good.shrunk(0.0), Ok(full));
    assert!(good.shrunk(0.05).expect("fine") < full && good.shrunk(10.0).expect("fine") < 0.01);
    assert_eq!(bet(0.2, 1.0, 1.0).shrunk(0.01), Ok(0.0));
    assert_eq!(Bet::from_counts(7, 10, 1.0, 1.0).expect("fine").probability, 8.0 / 12.0);
    assert!(Bet::from_counts(11, 10, 1.0, 1.0).is_err());
    // Three wins of three are no certainty: p = 4/5, its deviation sqrt(0.16 / 6).
    let lucky = Bet::estimate(3, 3, 1.0, 1.0).expect("fine");
    assert!(
        off(lucky.fraction, 0.6) < 1e-15 && off(lucky.error.expect("defined"), 2.0 * (0.16_f64 / 6.0).sqrt()) < 1e-14
    );
    assert!(lucky.shrunk() < 0.5 && lucky.shrunk() > 0.3);
    // Nothing seen: a fair coin, no bet.
    assert_eq!(Bet::estimate(0, 0, 1.0, 1.0).expect("fine").shrunk(), 0.0);
    assert!(Bet::estimate(1, 2, 0.0, 1.0).is_err());
    for wrong in [
        bet(-0.1, 1.0, 1.0),
        bet(1.1, 1.0, 1.0),
        bet(f64::NAN, 1.0, 1.0),
        bet(0.5, 0.0, 1.0),
        bet(0.5, -1.0, 1.0),
        bet(0.5, INF, 1.0),
        bet(0.5, 1.0, 0.0),
        bet(0.5, 1.0, f64::NAN),
        bet(0.5, 1e-300, 1e-300),
    ] {
        let failed = wrong.fraction().is_err() || wrong.fraction() == Ok(0.0);
        assert!(failed, "{wrong:?} {:?}", wrong.fraction());
    }
    assert!(good.growth(-0.1).is_err() && good.growth(f64::NAN).is_err() && good.shrunk(-1.0).is_err());
}

#[test]
fn an_asset_in_continuous_time() {
    let asset = Continuous { drift: 0.1, rate: 0.02, volatility: 0.2 };
    let full = asset.fraction().expect("fine");
    assert!(off(full, 2.0) < 1e-15);
    assert!(off(asset.growth(full).expect("fine"), 0.02 + 0.08 * 0.08 / (2.0 * 0.04)) < 1e-15);
    assert!(off(asset.growth(2.0 * full).expect("fine"), 0.02) < 1e-12);
    assert_eq!(asset.chance_of_falling_to(0.5, 1.0), Ok(0.5));
    assert_eq!(asset.chance_of_falling_to(0.5, 0.5), Ok(0.125));
    assert_eq!(asset.chance_of_falling_to(0.5, 0.0), Ok(0.0));
    let poor = Continuous { drift: 0.01, ..asset };
    assert!(poor.fraction().expect("fine") < 0.0);
    assert_eq!((poor.recommended(), poor.chance_of_falling_to(0.5, 1.0)), (Ok(0.0), Ok(0.0)));
    for wrong in [
        Continuous { volatility: 0.0, ..asset },
        Continuous { volatility: f64::NAN, ..asset },
        Continuous { volatility: 1e-300, ..asset },
        Continuous { drift: INF, ..asset },
        Continuous { rate: f64::NAN, ..asset },
    ] {
        assert!(wrong.fraction().is_err(), "{wrong:?}");
    }
    for (level, part) in [(0.0, 0.5), (1.1, 0.5), (f64::NAN, 0.5), (0.5, -0.1), (0.5, 1.1)] {
        assert!(asset.chance_of_falling_to(level, part).is_err());
    }
}

#[test]
fn trades_at_the_edges() {
    // The empirical best of a binary record is the binary fraction.
    let record: Vec<f64> = (0..100).map(|i| if i % 5 < 3 { 0.5 } else { -0.4 }).collect();
    let best = empirical(&record, None).expect("fine");
    let bet = Bet { probability: 0.6, win: 0.5, loss: 0.4 };
    assert!(off(best.fraction, bet.fraction().expect("fine")) < 1e-13);
    assert!(off(best.growth, bet.growth(best.fraction).expect("fine")) < 1e-12);
    assert_eq!((best.ruin, best.capped), (Some(2.5), false));
    // Win and loss of this record, in units of its loss.
    let rates = win_loss(&record).expect("fine");
    assert!(off(rates.estimate.fraction / rates.mean_loss, best.fraction) < 1e-13);
    let capped = empirical(&record, Some(0.25)).expect("fine");
    assert_eq!((capped.fraction, capped.capped), (0.25, true));
    // Two trades.
    let two = empirical(&[0.1, -0.05], None).expect("fine");
    assert!(off(two.fraction, 0.5 / 0.05 - 0.5 / 0.1) < 1e-13);
    assert_eq!(win_loss(&[0.1, -0.05]).expect("fine").estimate.error, None);
    assert_eq!(win_loss(&[0.1, -0.05]).expect("fine").estimate.shrunk(), 0.0);
    // All wins: no maximum but a limit. All losses, and no edge: nothing.
    assert!(matches!(empirical(&[0.1, 0.2], None), Err(RiskError::Degenerate { .. })));
    assert_eq!(empirical(&[0.1, 0.2], Some(2.0)).expect("fine").fraction, 2.0);
    assert!(matches!(win_loss(&[0.1, 0.2]), Err(RiskError::Degenerate { .. })));
    for none in [&[-0.1, -0.2][..], &[-0.1], &[0.0], &[0.0, 0.0], &[0.1, -0.1], &[0.1, 0.2, -0.3]] {
        let found = empirical(none, None).expect("fine");
        assert_eq!((found.fraction, found.growth), (0.0, 0.0), "{none:?}");
    }
    assert!(matches!(win_loss(&[-0.1, -0.2]), Err(RiskError::Degenerate { .. })));
    assert!(matches!(win_loss(&[0.0, 0.0]), Err(RiskError::Degenerate { .. })));
    // A loss of more than the stake bounds the fraction below 1.
    let wild = empirical(&[3.0, 3.0, -2.0], None).expect("fine");
    assert!(wild.fraction < 0.5 && wild.ruin == Some(0.5));
    for wrong in [&[][..], &[f64::NAN, 0.1], &[INF, -0.1]] {
        assert!(empirical(wrong, None).is_err() && win_loss(wrong).is_err() && mean_variance(wrong, 0.0).is_err());
    }
    assert!(empirical(&record, Some(0.0)).is_err() && empirical(&record, Some(f64::NAN)).is_err());
    assert!(matches!(mean_variance(&[0.1], 0.0), Err(RiskError::Length { .. })));
    assert!(matches!(mean_variance(&[0.1, 0.1, 0.1], 0.0), Err(RiskError::Degenerate { .. })));
}

/// The estimate's own error against the spread of estimates from fresh data.
#[test]
fn standard_errors_are_the_spread_of_estimates() {
    let mut noise = Noise(7);
    let mut sample =
        || -> Vec<f64> { (0..250).map(|_| 0.0015 + 0.01 * (noise.next() + noise.next() + noise.next())).collect() };
    let spread = |of: &dyn Fn(&[f64]) -> Estimate, sample: &mut dyn FnMut() -> Vec<f64>| {
        let all: Vec<Estimate> = (0..1_000).map(|_| of(&sample())).collect();
        let mean = all.iter().map(|e| e.fraction).sum::<f64>() / 1_000.0;
        let deviation = (all.iter().map(|e| (e.fraction - mean).powi(2)).sum::<f64>() / 999.0).sqrt();
        let error = all.iter().map(|e| e.error.expect("defined")).sum::<f64>() / 1_000.0;
        let covered = all.iter().filter(|e| {
            let (low, high) = e.interval(0.9).expect("fine").expect("defined");
            low <= mean && mean <= high
        });
        (error / deviation, covered.count())
    };
    for (ratio, covered) in [
        spread(&|x| mean_variance(x, 0.0).expect("fine"), &mut sample),
        spread(&|x| win_loss(x).expect("fine").estimate, &mut sample),
    ] {
        assert!((0.92..1.08).contains(&ratio), "{ratio}");
        assert!((860..=940).contains(&covered), "{covered}");
    }
}

#[test]
fn the_bootstrap_interval_agrees_with_the_delta_method() {
    let mut noise = Noise(9);
    let returns: Vec<f64> = (0..400).map(|_| 0.002 + 0.01 * (noise.next() + noise.next())).collect();
    let settings = Bootstrap { resamples: 2_000, confidence: 0.9, seed: 1, block: Some(1) };
    let estimate = mean_variance(&returns, 0.0).expect("fine");
    let (low, high) = estimate.interval(0.9).expect("fine").expect("defined");
    let band = bootstrap(&returns, Method::MeanVariance { rate: 0.0 }, &settings).expect("fine");
    assert!(((band.high - band.low) / (high - low) - 1.0).abs() < 0.12, "{band:?} {low} {high}");
    let best = empirical(&returns, None).expect("fine").fraction;
    for (method, own) in [
        (Method::WinLoss, win_loss(&returns).expect("fine").estimate.fraction),
        (Method::Empirical { most: None }, best),
        (Method::Empirical { most: Some(0.5 * best) }, 0.5 * best),
    ] {
        let band = bootstrap(&returns, method, &settings).expect("fine");
        assert!(band.low <= own && own <= band.high, "{method:?} {band:?} {own}");
        assert_eq!(bootstrap(&returns, method, &settings), Ok(band));
    }
    // A single loss is in no resample about a third of the time.
    let lucky = [vec![0.01; 30], vec![-0.01]].concat();
    assert!(matches!(bootstrap(&lucky, Method::WinLoss, &settings), Err(RiskError::Degenerate { .. })));
    assert!(bootstrap(&returns, Method::WinLoss, &Bootstrap { resamples: 5, ..settings }).is_err());
}

#[test]
fn shrinking_never_turns_nothing_into_a_bet() {
    let of = |fraction, error| Estimate { fraction, error, observations: 100 };
    for (fraction, error) in [(-0.5, Some(0.1)), (0.0, Some(0.1)), (0.0, Some(0.0)), (0.5, None), (-0.5, None)] {
        let estimate = of(fraction, error);
        assert_eq!((estimate.shrunk(), estimate.shrunk_empirical_bayes()), (0.0, 0.0), "{estimate:?}");
    }
    assert_eq!(of(-0.5, None).recommended(1.0), Ok(0.0));
    assert_eq!(of(0.5, None).recommended(0.5), Ok(0.25));
    assert_eq!(of(0.5, Some(0.5)).shrunk(), 0.25);
    assert_eq!(of(0.5, Some(0.5)).shrunk_empirical_bayes(), 0.0);
    assert_eq!(of(0.5, Some(0.25)).shrunk(), 0.4);
    assert_eq!(of(0.5, Some(0.25)).shrunk_empirical_bayes(), 0.375);
    assert_eq!(of(0.5, Some(0.0)).shrunk(), 0.5);
    assert!(of(0.5, Some(0.1)).interval(1.0).is_err() && of(0.5, Some(0.1)).recommended(1.5).is_err());
    assert_eq!(of(0.5, None).interval(0.9), Ok(None));
    assert!(fractional(f64::NAN, 0.5).is_err() && fractional(0.5, f64::NAN).is_err());
}
