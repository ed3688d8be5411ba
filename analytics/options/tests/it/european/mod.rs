//! European options: known values, the shared tables, identities, extremes, columns.

mod batch;
mod black76;
mod extremes;
mod golden;
mod properties;
mod units;

use options::{European, OptionType};

/// An ordinary call to vary.
pub(crate) const CALL: European = European {
    kind: OptionType::Call,
    spot: 100.0,
    strike: 105.0,
    years: 0.75,
    rate: 0.04,
    dividend_yield: 0.015,
    volatility: 0.3,
};

#[test]
fn hull_example() {
    // Hull, "Options, Futures, and Other Derivatives", example 15.6: 4.76 and 0.81.
    let call = European {
        kind: OptionType::Call,
        spot: 42.0,
        strike: 40.0,
        years: 0.5,
        rate: 0.1,
        dividend_yield: 0.0,
        volatility: 0.2,
    };
    let put = European { kind: OptionType::Put, ..call };
    assert!((call.price().expect("valid") - 4.76).abs() < 0.005);
    assert!((put.price().expect("valid") - 0.81).abs() < 0.005);
}
