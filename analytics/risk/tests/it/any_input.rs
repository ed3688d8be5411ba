//! Every public function with numbers of any bit pattern and slices of any lengths: an answer
//! or an error, never a panic.

use std::ops::ControlFlow;

use options::{European, OptionType};
use risk::bootstrap::Bootstrap;
use risk::covariance::{self, Repair, Target};
use risk::kelly::{self, Bet, Continuous, Limits, Market, Method};
use risk::monte_carlo::{self, Growth, Model, Portfolio, Sampling, Simulation, Valuation, simulate};
use risk::portfolio::{self, Book, Instrument, Position};
use risk::series::adf::{AdfSettings, LagChoice, adf};
use risk::series::engle_granger::{EngleGrangerSettings, both};
use risk::series::kalman::{KalmanSettings, kalman_hedge};
use risk::series::mackinnon::Trend;
use risk::series::{correlation, ewma, garch, half_life, mackinnon, ols, rank};
use risk::stress::{self, Scenario, VolatilityShock};
use risk::var::{self, Deviation, Historical, Quantile, Tail};
use risk::{
    activity, benchmark, block_length, bootstrap, calendar, curve, deflated, drawdown, moments, pbo, performance,
    ratios, resample, rolling, trades,
};

const SPECIAL: [f64; 18] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::MAX,
    f64::MIN,
    f64::MIN_POSITIVE,
    5e-324,
    -5e-324,
    1e-160,
    1e160,
    f64::EPSILON,
    1.0 - f64::EPSILON / 2.0,
    2.0,
    -0.5,
];

/// How wild the numbers of a round are.
#[derive(Clone, Copy)]
enum Kind {
    Bits,
    Special,
    Mild,
    Mixed,
    Few,
}

/// A linear congruential generator (Knuth's MMIX constants).
struct Noise {
    state: u64,
    kind: Kind,
}

impl Noise {
    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let x = self.state ^ (self.state >> 33);
        x.wrapping_mul(0xff51_afd7_ed55_8ccd) ^ (x >> 29)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.bits() >> 20) as usize % n
    }

    fn number(&mut self) -> f64 {
        let mild = |bits: u64| (bits >> 11) as f64 / (1_u64 << 52) as f64 - 1.0;
        match self.kind {
            Kind::Bits => f64::from_bits(self.bits()),
            Kind::Special => SPECIAL[self.below(SPECIAL.len())],
            Kind::Mild => mild(self.bits()),
            Kind::Few => [0.0, 0.01, -0.01][self.below(3)],
            Kind::Mixed => match self.below(24) {
                0 => f64::from_bits(self.bits()),
                1 => SPECIAL[self.below(SPECIAL.len())],
                _ => mild(self.bits()),
            },
        }
    }

    fn list(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.number()).collect()
    }

    fn share(&mut self) -> f64 {
        if self.below(2) == 0 { [0.5, 0.95, 0.999][self.below(3)] } else { self.number() }
    }

    fn option(&mut self) -> European {
        let kind = if self.below(2) == 0 { OptionType::Call } else { OptionType::Put };
        let mut some = |usual: f64| if self.below(3) == 0 { self.number() } else { usual };
        European {
            kind,
            spot: some(100.0),
            strike: some(95.0),
            years: some(0.5),
            rate: some(0.03),
            dividend_yield: some(0.01),
            volatility: some(0.2),
        }
    }
}

fn rounds(seed: u64, count: usize, mut each: impl FnMut(&mut Noise)) {
    for round in 0..count {
        let kinds = [Kind::Bits, Kind::Special, Kind::Mild, Kind::Mixed, Kind::Few];
        let mut noise = Noise { state: seed + round as u64, kind: kinds[round % 5] };
        noise.bits();
        each(&mut noise);
    }
}

fn none_is_nan(found: &[Option<f64>]) {
    assert!(found.iter().flatten().all(|x| x.is_finite()), "{found:?}");
}

#[test]
fn statistics_of_a_curve() {
    rounds(1, 3_000, |n| {
        let length = n.below(40);
        let (a, b) = (n.list(length), {
            let other = if n.below(4) == 0 { n.below(40) } else { length };
            n.list(other)
        });
        let (x, y, z) = (n.number(), n.number(), n.number());
        let many = n.below(40);
        let times: Vec<i64> =
            (0..many).map(|i| if n.below(2) == 0 { n.bits() as i64 } else { i as i64 * 86_400_000_000_000 }).collect();
        let p = performance::performance(&a, x);
        none_is_nan(&[p.total_return, p.cagr, p.volatility, p.sharpe, p.sortino, p.downside_risk, p.calmar]);
        none_is_nan(&[p.max_drawdown, p.ulcer_index, p.best, p.worst, p.win_rate, p.win_rate_all, p.profit_factor]);
        none_is_nan(&[p.payoff_ratio, p.skew, p.excess_kurtosis, p.stability, p.probabilistic_sharpe, p.tail_ratio]);
        none_is_nan(&[
            ratios::volatility(&a, x),
            ratios::sharpe(&a, x, y),
            ratios::sortino(&a, x),
            ratios::calmar(x, y),
        ]);
        none_is_nan(&[
            ratios::downside_risk(&a, x),
            ratios::win_rate(&a),
            ratios::profit_factor(&a),
            ratios::stability(&a),
        ]);
        none_is_nan(&[ratios::payoff_ratio(&a), ratios::tail_ratio(&a), ratios::probabilistic_sharpe(&a)]);
        none_is_nan(&[moments::mean(&a), moments::deviation(&a), moments::skew(&a), moments::excess_kurtosis(&a)]);
        none_is_nan(&[moments::skew_adjusted(&a), moments::excess_kurtosis_adjusted(&a), moments::quantile(&a, x)]);
        none_is_nan(&[benchmark::beta(&a, &b), benchmark::alpha(&a, &b, x), benchmark::correlation(&a, &b)]);
        none_is_nan(&[benchmark::tracking_error(&a, &b, x), benchmark::information_ratio(&a, &b)]);
        none_is_nan(&[activity::years(length, x), activity::turnover(x, y, z), calendar::periods_per_year(&times)]);
        none_is_nan(&[activity::exposure(n.bits(), n.bits()), drawdown::max_drawdown(&a), drawdown::ulcer_index(&a)]);
        let c = curve::curve(&times, &a, x);
        none_is_nan(&[c.volatility, c.sharpe, c.sortino, c.max_drawdown, c.mean]);
        none_is_nan(&drawdown::drawdowns(&a).collect::<Vec<_>>());
        none_is_nan(&rolling::sharpe(&a, n.below(9), x).collect::<Vec<_>>());
        for under in drawdown::under_water(&a) {
            let _ = (under.periods(), under.duration(&times));
        }
        let _ = (drawdown::longest(&times, &a), drawdown::longest_periods(&a), drawdown::deepest(&a, n.below(9)));
        none_is_nan(&calendar::monthly_returns(&times, &a).iter().map(|m| m.value).collect::<Vec<_>>());
        let t = trades::trade_statistics(&a);
        none_is_nan(&[t.win_rate, t.profit_factor, t.expectancy]);
        let _ = trades::excursions(&a, &b, &times.iter().map(|t| *t as f64).collect::<Vec<_>>());
        let _ = block_length::block_length(&a);
        let e = deflated::Estimate { sharpe: x, periods: n.bits() as usize >> n.below(64), skew: y, kurtosis: z };
        let trials = n.bits() >> n.below(64);
        none_is_nan(&[e.probability_above(x), e.deflated(trials, y), e.minimum_periods(x, z)]);
        none_is_nan(&[deflated::expected_best_sharpe(trials, x), deflated::minimum_backtest_years(trials, x)]);
    });
}

#[test]
fn value_at_risk_and_kelly() {
    rounds(2, 3_000, |n| {
        let length = n.below(12);
        let a = n.list(length);
        let (x, y, z, w, c) = (n.number(), n.number(), n.number(), n.number(), n.share());
        if let Ok(history) = Historical::new(&a) {
            let all = [Quantile::Linear, Quantile::Lower, Quantile::Higher, Quantile::Nearest, Quantile::InvertedCdf];
            for quantile in all.into_iter().chain([Quantile::Weibull, Quantile::Hazen, Quantile::MedianUnbiased]) {
                assert!(
                    history.var(c, quantile).is_ok_and(f64::is_finite)
                        || !(c > 0.0 && c < 1.0)
                        || history.var(c, quantile).is_err()
                );
            }
            for tail in [Tail::AtOrBelowVar, Tail::Count, Tail::RockafellarUryasev] {
                assert!(!history.expected_shortfall(c, tail).is_ok_and(|x| !x.is_finite()));
            }
        }
        let finite = |r: Result<var::TailRisk, _>| {
            assert!(!r.is_ok_and(|r: var::TailRisk| !(r.var.is_finite() && r.expected_shortfall.is_finite())))
        };
        finite(var::normal(x, y, c));
        finite(var::lognormal(x, y, c));
        finite(var::normal_of(&a, c));
        assert!(!var::cornish_fisher(x, y, z, w, c).is_ok_and(|r| !r.var.is_finite()));
        assert!(!var::cornish_fisher_of(&a, c, Deviation::Sample).is_ok_and(|r| !r.var.is_finite()));
        let assets = n.below(5);
        let (weights, means, matrix) = (n.list(assets), n.list(assets), symmetric(n, assets));
        assert!(
            !var::portfolio_risk(&weights, &means, &matrix, c, x).is_ok_and(|r| !(r.var.is_finite() && r.sigma > 0.0))
        );
        let _ = var::portfolio_risk(&a, &means, &matrix, c, 1.0);
        if let Ok(hit) = var::exceptions(&a, &weights).or_else(|_| var::exceptions(&a, &a)) {
            let _ = var::backtest(&hit, c);
        }
        let hits: Vec<bool> = (0..length).map(|_| n.below(2) == 0).collect();
        if let Ok(b) = var::backtest(&hits, c) {
            assert!((0.0..=1.0).contains(&b.proportion_of_failures.p_value), "{b:?}");
        }
        let bet = Bet { probability: if n.below(2) == 0 { 0.6 } else { x }, win: y, loss: z };
        let _ = (bet.fraction(), bet.recommended(), bet.growth(w), bet.ruin(), bet.shrunk(w), bet.edge());
        let (won, trials) = (n.bits() >> n.below(64), n.bits() >> n.below(64));
        let _ = (Bet::from_counts(won, trials, x, y), Bet::estimate(won, trials, x, y));
        let continuous = Continuous { drift: x, rate: y, volatility: z };
        let _ = (
            continuous.fraction(),
            continuous.growth(w),
            continuous.chance_of_falling_to(c, w),
            kelly::fractional(x, y),
        );
        for estimate in [kelly::win_loss(&a).map(|w| w.estimate), kelly::mean_variance(&a, x)].into_iter().flatten() {
            assert!(estimate.fraction.is_finite() && estimate.shrunk().is_finite(), "{estimate:?}");
            let _ = (estimate.interval(c), estimate.recommended(x), estimate.shrunk_empirical_bayes());
        }
        let _ = kelly::empirical(&a, if n.below(2) == 0 { None } else { Some(x) });
        let market = Market { drift: &means, covariance: &matrix, rate: x };
        if let Ok(found) = market.optimum() {
            assert!(found.fractions.iter().all(|f| f.is_finite()) && found.growth.is_finite(), "{found:?}");
        }
        let _ = (market.at(&weights), market.fractional(y), market.standard_errors(z, length), market.james_stein(w));
        let _ = market.within(&Limits::long_only(assets, x));
        let _ = market.within(&Limits::within(length, x, y, z));
        let _ = market.within(&Limits { lower: weights.clone(), upper: a.clone(), total: w });
    });
}

/// A matrix, half the time made symmetric.
fn symmetric(n: &mut Noise, size: usize) -> Vec<f64> {
    let mut matrix = n.list(size * size);
    if n.below(4) > 0 {
        for i in 0..size {
            for j in 0..i {
                matrix[i * size + j] = 0.1 * matrix[j * size + i];
                matrix[j * size + i] = matrix[i * size + j];
            }
            matrix[i * size + i] = matrix[i * size + i].abs();
        }
    }
    matrix
}

#[test]
fn matrices_and_books() {
    rounds(3, 2_000, |n| {
        let assets = n.below(6);
        let length = n.below(20);
        let other = n.below(8);
        let matrix = symmetric(n, assets);
        let series: Vec<Vec<f64>> = (0..assets)
            .map(|_| {
                let l = if n.below(9) == 0 { n.below(20) } else { length };
                n.list(l)
            })
            .collect();
        let series: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
        let (a, b, c, d) = (n.list(assets), n.list(assets), n.list(other), n.list(length));
        let (x, y, z) = (n.number(), n.number(), n.number());
        let _ = covariance::covariance(&series, [0, 1, 2, usize::MAX][n.below(4)]);
        for size in [assets, other, usize::MAX] {
            let _ = (covariance::correlation(&matrix, size), covariance::smallest_eigenvalue(&matrix, size));
            for settings in [Repair::default(), Repair { floor: x, tolerance: y, steps_max: 50 }] {
                let _ = covariance::nearest_correlation(&matrix, size, &settings);
                let _ = covariance::clipped_correlation(&matrix, size, &settings);
                let _ = covariance::nearest_covariance(&matrix, size, &settings);
            }
        }
        for target in [Target::Identity, Target::ConstantCorrelation] {
            if let Ok(found) = covariance::shrink(&series, target) {
                assert!((0.0..=1.0).contains(&found.intensity) && found.covariance.iter().all(|x| x.is_finite()));
                let _ = found.correlation();
            }
        }
        let _ = (portfolio::weights(&a), portfolio::check_weights(&a), portfolio::concentration(&a));
        let _ = (portfolio::leverage(&a, x), portfolio::margin(&a, &b, &c, y), portfolio::beta(&a, &series, &d));
        let _ = (portfolio::days_to_trade(x, y, z), portfolio::margin(&a, &b, &b, y));
        if let Ok(found) = portfolio::liquidity(&a, &b, &a, x) {
            let _ = found.closed_within(y);
        }
        let positions: Vec<Position<'_>> = (0..other)
            .map(|i| Position {
                name: "p",
                underlying: ["A", "B"][i % 2],
                currency: ["USD", "HKD"][n.below(2)],
                quantity: n.number(),
                multiplier: if n.below(2) == 0 { 1.0 } else { n.number() },
                price: if n.below(2) == 0 { 1.0 } else { n.number() },
                instrument: match n.below(4) {
                    0 => Instrument::Cash,
                    1 => Instrument::Asset,
                    2 => Instrument::Future,
                    _ => Instrument::European(n.option()),
                },
            })
            .collect();
        let rates = [("HKD", if n.below(2) == 0 { 0.128 } else { x })];
        let book = Book {
            positions: &positions,
            base: "USD",
            rates: &rates,
            equity: if n.below(2) == 0 { None } else { Some(1e3) },
        };
        let _ = book.summary();
        let mut scenario = Scenario::named("any");
        (scenario.spot, scenario.rate, scenario.currency) = (x, y, z);
        scenario.volatility = if n.below(2) == 0 { VolatilityShock::Points(y) } else { VolatilityShock::Relative(z) };
        scenario.spots = vec![("A".to_owned(), n.number()), ("C".to_owned(), 0.1)];
        let _ = (stress::stress(&book, &[scenario]), stress::stress(&book, &stress::standard_scenarios()));
        let _ = stress::grid(&book, &c, &[VolatilityShock::Points(x), VolatilityShock::Relative(y)]);
    });
}

#[test]
fn time_series() {
    rounds(4, 1_500, |n| {
        let length = n.below(45);
        let (a, b) = (n.list(length), {
            let other = if n.below(6) == 0 { n.below(45) } else { length };
            n.list(other)
        });
        let (x, y, c) = (n.number(), n.number(), n.share());
        let max_lag = [None, Some(0), Some(3), Some(usize::MAX)][n.below(4)];
        for trend in [Trend::None, Trend::Constant] {
            for choice in [LagChoice::Aic, LagChoice::TStatistic, LagChoice::Fixed] {
                if let Ok(found) = adf(&a, &AdfSettings { trend, choice, max_lag }) {
                    assert!(found.statistic.is_finite() && found.p_value.is_finite(), "{found:?}");
                }
                let _ = both(&a, &b, &EngleGrangerSettings { trend, choice, max_lag });
            }
            let variables = n.bits() as usize >> n.below(64);
            let _ = (mackinnon::p_value(x, trend, variables), mackinnon::critical_values(trend, variables, y));
            let _ = (mackinnon::p_value(x, trend, 2), mackinnon::critical_values(trend, 1, y));
        }
        for found in [correlation::pearson(&a, &b), rank::spearman(&a, &b)].into_iter().flatten() {
            assert!((-1.0..=1.0).contains(&found.coefficient) && !found.p_value().is_some_and(f64::is_nan));
            let _ = (found.interval(c), correlation::change(&found, &found), found.fisher_z());
        }
        let _ = (correlation::covariance(&a, &b), rank::kendall(&a, &b), rank::ranks(&a));
        let _ = correlation::rolling(&a, &b, [0, 2, 3, length, usize::MAX][n.below(5)]);
        let _ =
            (ewma::forecasts(&a, x, y), ewma::averages(&a, c), ewma::initial_variance(&a), ewma::forecasts(&a, c, 1.0));
        let _ = ewma::covariance(&[&a, &b], c);
        let model = garch::Garch { omega: x.abs(), alpha: y.abs(), beta: c };
        let _ = (
            model.variances(&a, 1.0),
            model.log_likelihood(&a, x),
            model.forecast(x, length),
            model.first_variance(&a),
        );
        if n.below(10) == 0
            && let Ok(found) = garch::fit(&a)
        {
            assert!(found.log_likelihood.is_finite() && found.garch.persistence() < 1.0, "{found:?}");
        }
        if let Ok(found) = half_life::half_life(&a) {
            let _ = found.interval(c);
        }
        if let Ok(fit) = ols::ols(&a, &[&b, &vec![1.0; length]]) {
            let _ =
                (fit.p_values(), fit.r_squared(), fit.adjusted_r_squared(), fit.error_variance(), fit.aic(), fit.bic());
            let _ = (fit.observations(), fit.degrees_of_freedom());
        }
        let settings = KalmanSettings::default();
        let _ = kalman_hedge(&a, &b, &settings);
        let _ = kalman_hedge(&a, &b, &KalmanSettings { delta: x, observation_variance: y, ..settings });
        let settings = Bootstrap {
            resamples: 1 + n.below(30),
            confidence: c,
            seed: n.bits(),
            block: [None, Some(0), Some(3), Some(usize::MAX)][n.below(4)],
        };
        let _ = bootstrap::bootstrap(&a, if n.below(2) == 0 { 252.0 } else { x }, &settings);
        let _ = resample::band(&a, &settings, ratios::total_return);
        let _ = kelly::bootstrap(
            &a,
            [Method::WinLoss, Method::MeanVariance { rate: x }, Method::Empirical { most: Some(3.0) }][n.below(3)],
            &settings,
        );
        let half = length / 2;
        let _ = pbo::overfitting(&[&a, &b], [0, 2, 3, 4, 6, 25, usize::MAX][n.below(7)]);
        let _ = pbo::overfitting(&[&a[..half], &a[length - half..]], 4);
    });
}

#[test]
fn simulations() {
    let on = |_| ControlFlow::Continue(());
    rounds(5, 600, |n| {
        let factors = n.below(4);
        let wild = n.below(2) == 0;
        let levels: Vec<f64> = (0..factors).map(|_| if wild { n.number() } else { 100.0 }).collect();
        let count = n.below(4);
        let positions = (0..count)
            .map(|_| monte_carlo::Position {
                quantity: n.number(),
                instrument: if n.below(2) == 0 {
                    monte_carlo::Instrument::Asset { factor: n.below(4) }
                } else {
                    monte_carlo::Instrument::Option {
                        factor: n.below(4),
                        option: n.option(),
                        volatility: [None, Some(n.below(4))][n.below(2)],
                    }
                },
                currency: [None, None, Some(n.below(4))][n.below(3)],
            })
            .collect();
        let Ok(portfolio) = Portfolio::new(levels, positions) else { return };
        let (mean, matrix, history) = (n.list(factors), symmetric(n, factors), n.list(factors * 7));
        let growth = [Growth::Arithmetic, Growth::LogMean, Growth::PriceMean][n.below(3)];
        let model = match n.below(3) {
            0 => Model::Normal { mean: &mean, covariance: &matrix, growth },
            1 => Model::StudentT {
                mean: &mean,
                covariance: &matrix,
                growth,
                degrees: if n.below(2) == 0 { 4.0 } else { n.number() },
            },
            _ => Model::Bootstrap { returns: &history, mean_block: if n.below(2) == 0 { 2.0 } else { n.number() } },
        };
        let settings = Simulation {
            paths: [64, 100, 8, usize::MAX, 1][n.below(5)],
            steps: [1, 3, 0, usize::MAX][n.below(4)],
            years: if n.below(2) == 0 { 0.1 } else { n.number() },
            seed: n.bits(),
            sampling: [Sampling::Random, Sampling::Antithetic, Sampling::Sobol { replicates: 8 }][n.below(3)],
            valuation: [Valuation::Full, Valuation::DeltaGamma][n.below(2)],
            ..Simulation::default()
        };
        let Ok(outcome) = simulate(&portfolio, &model, &settings, &on) else { return };
        let c = n.share();
        if let Ok(found) = outcome.estimate(c, 0.95) {
            assert!(!found.var.is_nan() && !found.expected_shortfall.is_nan(), "{found:?}");
        }
        let _ = (outcome.estimate(0.95, c), outcome.contributions(c, &on), outcome.below_zero());
    });
}
