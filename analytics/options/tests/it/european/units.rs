//! Greeks in other units.

use options::Greeks;
use options::european::units::{PerSize, PerTime, Units};

use super::CALL;

#[test]
fn each_unit_by_its_name() {
    let raw = CALL.greeks().expect("valid");
    assert_eq!(raw.in_units(Units::default()), raw);
    let units = Units { time: PerTime::Day365, volatility: PerSize::Point, rate: PerSize::BasisPoint };
    let expected = Greeks {
        vega: raw.vega / 100.0,
        vanna: raw.vanna / 100.0,
        volga: raw.volga / 100.0 / 100.0,
        theta: raw.theta / 365.0,
        charm: raw.charm / 365.0,
        rho: raw.rho / 10_000.0,
        rho_q: raw.rho_q / 10_000.0,
        ..raw
    };
    assert_eq!(raw.in_units(units), expected);
    let trading = raw.in_units(Units { time: PerTime::Day252, ..Units::default() });
    assert_eq!(trading, Greeks { theta: raw.theta / 252.0, charm: raw.charm / 252.0, ..raw });
}
