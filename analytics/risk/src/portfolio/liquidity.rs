//! How long it takes to get out.

use crate::RiskError;
use crate::check::{at_least, checked, each, finite, length, positive};

/// Trading days to trade a quantity: `|quantity| / (participation volume)`.
/// `volume` is the average traded per day (ADV) in the quantity's unit, above 0;
/// `participation` the share of it that is one's own, above 0 and up to 1. Fractions of a day count.
///
/// # Errors
/// Names the argument that is outside its domain.
pub fn days_to_trade(quantity: f64, volume: f64, participation: f64) -> Result<f64, RiskError> {
    finite("quantity", quantity)?;
    positive("volume", volume)?;
    checked("participation", participation, participation > 0.0 && participation <= 1.0, "above 0, up to 1")?;
    finite("days", quantity.abs() / (participation * volume))
}

/// The liquidity of a portfolio.
#[derive(Clone, Debug, PartialEq)]
pub struct Liquidity {
    /// Days to close each position.
    pub days: Vec<f64>,
    /// The longest: days to close everything, all being traded at once.
    pub longest: f64,
    /// Which position takes longest; the first of equal ones.
    pub longest_index: usize,
    /// Days per unit of money: the mean, weighted with absolute values.
    pub mean: f64,
    values: Vec<f64>,
}

impl Liquidity {
    /// The share of the absolute value, 0 to 1, that can be closed within so many days (0 or more).
    ///
    /// # Errors
    /// Days that are negative or not a number.
    pub fn closed_within(&self, days: f64) -> Result<f64, RiskError> {
        checked("days", days, days >= 0.0, "0 or more")?;
        let part = |needed: f64| if needed <= days { 1.0 } else { days / needed };
        let closed: f64 = self.days.iter().zip(&self.values).map(|(needed, v)| v * part(*needed)).sum();
        Ok(closed / self.values.iter().sum::<f64>())
    }
}

/// Days to close positions: quantities of either sign, average daily volumes in the
/// same units, and values in one currency (of either sign; what the mean and
/// [`Liquidity::closed_within`] weigh with). Positions of zero take no time whatever their volume.
///
/// # Errors
/// No positions, lengths that differ, an element that is not finite, a volume that
/// is negative or zero with a position, values that are all zero, a participation outside 0 to 1.
pub fn liquidity(
    quantities: &[f64],
    volumes: &[f64],
    values: &[f64],
    participation: f64,
) -> Result<Liquidity, RiskError> {
    at_least("quantities", quantities.len(), 1)?;
    length("volumes", volumes.len(), quantities.len())?;
    length("values", values.len(), quantities.len())?;
    each("quantities", quantities, f64::is_finite, "a finite number")?;
    each("values", values, f64::is_finite, "a finite number")?;
    each("volumes", volumes, |v| v.is_finite() && v >= 0.0, "a finite number, 0 or more")?;
    if let Some(index) = (0..volumes.len()).find(|i| volumes[*i] == 0.0 && quantities[*i] != 0.0) {
        let expected = "above 0: a position without volume cannot be closed";
        return Err(RiskError::Element { argument: "volumes", index, found: 0.0, expected });
    }
    let own = quantities.iter().zip(volumes);
    let days = own.map(|(q, v)| days_to_trade(*q, if *q == 0.0 { 1.0 } else { *v }, participation));
    let days: Vec<f64> = days.collect::<Result<_, _>>()?;
    let values: Vec<f64> = values.iter().map(|v| v.abs()).collect();
    let sum = positive("sum of absolute values", values.iter().sum())?;
    let longest = days.iter().copied().fold(0.0, f64::max);
    let longest_index = days.iter().position(|d| *d == longest).unwrap_or(0);
    let mean = days.iter().zip(&values).map(|(d, v)| d * (v / sum)).sum();
    Ok(Liquidity { days, longest, longest_index, mean, values })
}
