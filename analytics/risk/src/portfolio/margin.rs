//! Margin use.

use crate::RiskError;
use crate::check::{all_finite, each, finite, length, positive};

/// How much of an account's equity its positions bind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margin {
    /// Initial margin of all positions, in money: needed to open them.
    pub initial: f64,
    /// Maintenance margin of all positions: below it the account is called.
    pub maintenance: f64,
    /// `initial / equity`: above 1 nothing can be added.
    pub use_initial: f64,
    /// `maintenance / equity`: above 1 there is a call.
    pub use_maintenance: f64,
    /// Equity less the initial margin; negative = nothing can be added.
    pub available: f64,
    /// Equity less the maintenance margin; negative = a call.
    pub cushion: f64,
    /// The relative move of all prices together, such as -0.2, at which equity is the
    /// maintenance margin (which moves with the prices); `None` when no move above -1
    /// against the account does that, or there is a call already.
    pub move_to_call: Option<f64>,
}

/// Margin of linear positions: exposures (money, of either sign), each with its
/// initial and maintenance rate (fractions of its absolute exposure), on an equity.
///
/// # Errors
/// Lengths that differ, an element that is not finite, a rate outside 0 to 1 or a
/// maintenance rate above the initial one, an equity not above zero.
pub fn margin(exposures: &[f64], initial: &[f64], maintenance: &[f64], equity: f64) -> Result<Margin, RiskError> {
    all_finite("exposures", exposures)?;
    length("initial", initial.len(), exposures.len())?;
    length("maintenance", maintenance.len(), exposures.len())?;
    each("initial", initial, |r| (0.0..=1.0).contains(&r), "0 to 1")?;
    each("maintenance", maintenance, |r| (0.0..=1.0).contains(&r), "0 to 1")?;
    if let Some(index) = (0..initial.len()).find(|i| maintenance[*i] > initial[*i]) {
        let expected = "not above the initial rate";
        return Err(RiskError::Element { argument: "maintenance", index, found: maintenance[index], expected });
    }
    positive("equity", equity)?;
    let bound = |rates: &[f64]| exposures.iter().zip(rates).map(|(x, r)| x.abs() * r).sum::<f64>();
    let (initial, maintenance) = (finite("initial margin", bound(initial))?, bound(maintenance));
    let net: f64 = exposures.iter().sum();
    let cushion = equity - maintenance;
    // equity + net x = maintenance (1 + x)
    let toward = maintenance - net;
    let found = Some(cushion / toward).filter(|x| x.is_finite() && cushion >= 0.0 && *x > -1.0);
    Ok(Margin {
        initial,
        maintenance,
        use_initial: initial / equity,
        use_maintenance: maintenance / equity,
        available: equity - initial,
        cushion,
        move_to_call: found,
    })
}
