//! Simulated VaR against closed forms, other methods and itself.

mod estimates;
mod exact;
mod input;
mod revaluation;
mod threads;

use std::ops::ControlFlow;

use options::{European, OptionType};
use risk::monte_carlo::{Estimate, Instrument, Model, Outcome, Portfolio, Position, Progress, Simulation, simulate};

fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn asset(factor: usize, quantity: f64) -> Position {
    Position { quantity, instrument: Instrument::Asset { factor }, currency: None }
}

fn run(portfolio: &Portfolio, model: &Model<'_>, settings: &Simulation) -> Outcome {
    simulate(portfolio, model, settings, &on).expect("simulated")
}

fn estimate(portfolio: &Portfolio, model: &Model<'_>, settings: &Simulation, confidence: f64) -> Estimate {
    run(portfolio, model, settings).estimate(confidence, 0.95).expect("estimated")
}

/// One asset worth 1.
fn single() -> Portfolio {
    Portfolio::new(vec![1.0], vec![asset(0, 1.0)]).expect("fine")
}

fn put(strike: f64, years: f64) -> European {
    European {
        kind: OptionType::Put,
        spot: f64::NAN,
        strike,
        years,
        rate: 0.03,
        dividend_yield: 0.01,
        volatility: 0.25,
    }
}

/// Two stocks, one of them foreign with an option on it, a currency account, an option whose volatility moves.
fn mixed() -> (Portfolio, Vec<f64>, Vec<f64>) {
    // Factors: stock, foreign stock, exchange rate, volatility.
    let levels = vec![100.0, 250.0, 7.8, 0.25];
    let positions = vec![
        asset(0, 300.0),
        Position { currency: Some(2), ..asset(1, -20.0) },
        asset(2, 1_000.0),
        Position {
            quantity: 100.0,
            instrument: Instrument::Option { factor: 0, option: put(95.0, 0.2), volatility: Some(3) },
            currency: None,
        },
        Position {
            quantity: -50.0,
            instrument: Instrument::Option {
                factor: 1,
                option: European { kind: OptionType::Call, ..put(260.0, 0.05) },
                volatility: None,
            },
            currency: Some(2),
        },
    ];
    let deviations = [0.02, 0.03, 0.004, 0.05];
    let correlation = [[1.0, 0.5, -0.2, -0.6], [0.5, 1.0, 0.1, -0.3], [-0.2, 0.1, 1.0, 0.0], [-0.6, -0.3, 0.0, 1.0]];
    let covariance =
        (0..16).map(|k| correlation[k / 4][k % 4] * deviations[k / 4] * deviations[k % 4]).collect::<Vec<f64>>();
    (Portfolio::new(levels, positions).expect("fine"), vec![0.0005, 0.0003, 0.0, 0.0], covariance)
}
