//! Strategies on paper.

mod curves;
mod margin;
mod outcomes;
mod shapes;

use options::OptionType::{self, Call, Put};
use options::legs::{Breakeven, Instrument, Leg, LegVolatility, Market, Outcome, Quoted, Strategy, Style, Terms};

/// One contract of 100 shares, a tenth of a year.
const ONE: Terms = Terms { quantity: 1.0, multiplier: 100.0, years: 0.1, style: Style::European };

fn quoted(strike: f64, premium: f64) -> Quoted {
    Quoted { strike, premium }
}

fn option(kind: OptionType, strike: f64, quantity: f64, premium: f64) -> Leg {
    Leg {
        instrument: Instrument::Option { kind, strike, years: 0.1, style: Style::European },
        quantity,
        multiplier: 100.0,
        premium,
    }
}

fn later(leg: Leg, years: f64) -> Leg {
    let Instrument::Option { kind, strike, style, .. } = leg.instrument else { return leg };
    Leg { instrument: Instrument::Option { kind, strike, years, style }, ..leg }
}

fn american(leg: Leg) -> Leg {
    let Instrument::Option { kind, strike, years, .. } = leg.instrument else { return leg };
    Leg { instrument: Instrument::Option { kind, strike, years, style: Style::American }, ..leg }
}

fn call(strike: f64, quantity: f64, premium: f64) -> Leg {
    option(Call, strike, quantity, premium)
}

fn put(strike: f64, quantity: f64, premium: f64) -> Leg {
    option(Put, strike, quantity, premium)
}

fn shares(quantity: f64, premium: f64) -> Leg {
    Leg { instrument: Instrument::Shares, quantity, multiplier: 1.0, premium }
}

fn strategy(legs: &[Leg]) -> Strategy {
    Strategy::new(legs.to_vec()).expect("valid legs")
}

fn market(spot: f64, volatility: f64) -> Market<'static> {
    Market { spot, rate: 0.03, dividend_yield: 0.0, volatility: LegVolatility::Flat(volatility) }
}

fn near(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found} for {expected}");
}

/// Breakevens at exactly these prices, in this order, up to 1e-12 of each.
fn breaks(outcome: &Outcome, expected: &[f64], what: &str) {
    assert_eq!(outcome.breakevens.len(), expected.len(), "{what}: {:?}", outcome.breakevens);
    for (found, expected) in outcome.breakevens.iter().zip(expected) {
        let Breakeven::At(found) = found else { unreachable!("{what}: {found:?}") };
        near(*found, *expected, 1e-12 * expected, what);
    }
}
