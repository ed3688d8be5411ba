//! What positions are worth on a path.

use options::{European, OptionType};
use risk::monte_carlo::{Instrument, Model, Portfolio, Position, Simulation, Valuation};

use super::{mixed, on, put, run, single};

#[test]
fn each_position_is_valued_in_base_currency() {
    // A history of one day: the outcome is known to the last cent.
    let (portfolio, ..) = mixed();
    let day = [-0.10, 0.05, 0.02, 0.40];
    let model = Model::Bootstrap { returns: &day, mean_block: 1.0 };
    let settings = Simulation { paths: 10, years: 0.01, ..Simulation::default() };
    let outcome = run(&portfolio, &model, &settings);
    let price = |option: European, spot: f64, years: f64, volatility: f64| {
        European { spot, years, volatility, ..option }.price().expect("fine")
    };
    let call = European { kind: OptionType::Call, ..put(260.0, 0.05) };
    let expected = 300.0 * -10.0
        + -20.0 * (262.5 * 7.956 - 250.0 * 7.8)
        + 1_000.0 * (7.956 - 7.8)
        + 100.0 * (price(put(95.0, 0.2), 90.0, 0.19, 0.35) - price(put(95.0, 0.2), 100.0, 0.2, 0.25))
        + -50.0 * (price(call, 262.5, 0.04, 0.25) * 7.956 - price(call, 250.0, 0.05, 0.25) * 7.8);
    for profit in outcome.profits() {
        assert!((profit - expected).abs() < 1e-8, "{profit} {expected}");
    }
    let value = 30_000.0 - 20.0 * 250.0 * 7.8 + 7_800.0 + 100.0 * price(put(95.0, 0.2), 100.0, 0.2, 0.25)
        - 50.0 * price(call, 250.0, 0.05, 0.25) * 7.8;
    assert!((portfolio.value() - value).abs() < 1e-8);
    // A certain outcome is its own VaR, and its parts are the positions' profits.
    let parts = outcome.contributions(0.9, &on).expect("fine");
    assert!((parts.var + expected).abs() < 1e-8 && (parts.component_var[0] - 3_000.0).abs() < 1e-6);
    // Two days compound.
    let two =
        run(&single(), &Model::Bootstrap { returns: &[-0.1], mean_block: 3.0 }, &Simulation { steps: 2, ..settings });
    assert!((two.profits()[0] - (0.9 * 0.9 - 1.0)).abs() < 1e-15);
}

#[test]
fn delta_gamma_is_right_for_small_moves_only() {
    let option = put(100.0, 0.5);
    let position = Position {
        quantity: 1.0,
        instrument: Instrument::Option { factor: 0, option, volatility: Some(1) },
        currency: None,
    };
    let portfolio = Portfolio::new(vec![100.0, 0.25], vec![position]).expect("fine");
    let gap = |day: &[f64]| {
        let model = Model::Bootstrap { returns: day, mean_block: 1.0 };
        let [full, near] = [Valuation::Full, Valuation::DeltaGamma].map(|valuation| {
            run(&portfolio, &model, &Simulation { paths: 2, valuation, ..Simulation::default() }).profits()[0]
        });
        (full - near).abs()
    };
    // The error is of third order in the price, of second order in the volatility.
    assert!(gap(&[0.001, 0.0]) < 1e-6 && gap(&[0.0, 0.001]) < 1e-4);
    assert!(gap(&[0.01, 0.0]) < 1e-3 && gap(&[0.2, 0.0]) > 0.05);
}

#[test]
fn options_age_and_expire() {
    let gone = Position {
        quantity: 1.0,
        instrument: Instrument::Option { factor: 0, option: put(110.0, 0.01), volatility: None },
        currency: None,
    };
    let portfolio = Portfolio::new(vec![100.0], vec![gone]).expect("fine");
    let model = Model::Bootstrap { returns: &[0.05], mean_block: 1.0 };
    let outcome = run(&portfolio, &model, &Simulation { paths: 2, years: 0.5, ..Simulation::default() });
    // Past its expiry: worth the intrinsic value, 110 - 105.
    assert!((outcome.profits()[0] - (5.0 - portfolio.value())).abs() < 1e-12);
}
