//! A volatility surface: one arbitrage-free SVI smile for each expiry, joined in total variance.
//!
//! [`fit()`] makes one from a chain of quotes; [`Surface::new`] from smiles that are known.
//!
//! Between two expiries total variance is linear in time at constant forward moneyness, so that it never falls with time.
//! Outside of them:
//! - before the first expiry, total variance is that of the first in proportion to time (its volatilities at constant
//!   forward moneyness). This is free of arbitrage whenever the first smile is: Durrleman's `g` is concave in the
//!   proportion and not below 0 at both ends.
//! - after the last expiry, total variance grows by the same amount at every strike: the forward variance at the money
//!   of the last interval (of the only smile when there is one).
//!
//! The logarithm of the forward is linear in time between spot and the expiries, that of the discount factor
//! between 1 and the expiries; after the last both go on as in the last interval. Without a spot, the
//! forward before the first expiry is that of the first.

mod error;
mod exercise;
mod fit;
mod points;
mod report;
mod section;
mod skew;

pub use error::SurfaceError;
pub use fit::{Fitted, Smile, fit};
pub use points::Point;
pub use report::{Drop, Summary};
pub use section::Section;
pub use skew::{DeltaConvention, Skew, Term};

use crate::OptionError;
use crate::error::{finite, positive};
use crate::svi::Svi;
use crate::svi::arbitrage::{Violations, check, grid, is_butterfly};

/// The smile of one expiry with its market.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slice {
    /// Years to expiry, above 0.
    pub years: f64,
    /// Forward price of the underlying, above 0.
    pub forward: f64,
    /// Value now of 1.00 at expiry, above 0.
    pub discount: f64,
    /// Total variance over log-moneyness.
    pub smile: Svi,
}

/// Volatility at any strike and time.
#[derive(Clone, Debug, PartialEq)]
pub struct Surface {
    slices: Vec<Slice>,
    spot: Option<f64>,
}

impl Surface {
    /// A surface of smiles in ascending order of expiry. Whether they are free of arbitrage is for
    /// [`Surface::violations`] to tell; [`fit()`] gives none that are not.
    ///
    /// # Errors
    /// Names the parameter of a slice, or the spot, that is outside its domain; `years` when the order is not
    /// ascending; [`OptionError::Length`] without a slice.
    pub fn new(slices: Vec<Slice>, spot: Option<f64>) -> Result<Self, OptionError> {
        if slices.is_empty() {
            return Err(OptionError::Length { argument: "slices", found: 0, expected: 1 });
        }
        if let Some(spot) = spot {
            positive("spot", spot)?;
        }
        let mut before = 0.0;
        for slice in &slices {
            positive("years", slice.years)?;
            if slice.years <= before {
                let expected = "later than the expiry before";
                return Err(OptionError::Argument { argument: "years", found: slice.years, expected });
            }
            before = slice.years;
            positive("forward", slice.forward)?;
            positive("discount", slice.discount)?;
            slice.smile.validate()?;
            // A variance of 0 has no volatility to speak of: d1 and d2 do not exist.
            positive("least total variance", slice.smile.least_total_variance())?;
        }
        Ok(Self { slices, spot })
    }

    /// The expiries, in order.
    #[must_use]
    pub fn slices(&self) -> &[Slice] {
        &self.slices
    }

    /// The spot, when given.
    #[must_use]
    pub fn spot(&self) -> Option<f64> {
        self.spot
    }

    /// The smile at a time, above 0.
    ///
    /// # Errors
    /// Names `years` when it is not a finite number above 0.
    pub fn section(&self, years: f64) -> Result<Section, OptionError> {
        positive("years", years)?;
        let next = self.slices.partition_point(|slice| slice.years < years);
        let parts = match (next.checked_sub(1).map(|i| &self.slices[i]), self.slices.get(next)) {
            (_, Some(at)) if at.years == years => Section::of([(1.0, at.smile), (0.0, at.smile)], 0.0, years),
            (None, Some(first)) => Section::of([(years / first.years, first.smile), (0.0, first.smile)], 0.0, years),
            (Some(low), Some(high)) => {
                let share = (years - low.years) / (high.years - low.years);
                Section::of([(1.0 - share, low.smile), (share, high.smile)], 0.0, years)
            }
            (last, None) => {
                let last = last.unwrap_or(&self.slices[0]);
                let rise = self.last_forward_variance() * (years - last.years);
                Section::of([(1.0, last.smile), (0.0, last.smile)], rise, years)
            }
        };
        Ok(parts)
    }

    /// Total variance at log-moneyness `k = ln(strike / forward)` and `years` above 0.
    ///
    /// # Errors
    /// Names the argument that is not a number or outside its domain.
    pub fn total_variance(&self, k: f64, years: f64) -> Result<f64, OptionError> {
        finite("k", k)?;
        Ok(self.section(years)?.total_variance(k))
    }

    /// Volatility at log-moneyness `k = ln(strike / forward)` and `years` above 0.
    ///
    /// # Errors
    /// Names the argument that is not a number or outside its domain.
    pub fn volatility(&self, k: f64, years: f64) -> Result<f64, OptionError> {
        finite("k", k)?;
        Ok(self.section(years)?.volatility(k))
    }

    /// Volatility at a strike and `years` above 0.
    ///
    /// # Errors
    /// Names the argument that is not a number or outside its domain.
    pub fn volatility_at_strike(&self, strike: f64, years: f64) -> Result<f64, OptionError> {
        positive("strike", strike)?;
        let forward = self.forward(years)?;
        self.volatility(libm::log(strike / forward), years)
    }

    /// The forward price of the underlying at `years` above 0.
    ///
    /// # Errors
    /// Names `years` when it is not a finite number above 0.
    pub fn forward(&self, years: f64) -> Result<f64, OptionError> {
        positive("years", years)?;
        let nodes = self.slices.iter().map(|slice| (slice.years, slice.forward));
        let start = self.spot.map(|spot| (0.0, spot));
        Ok(log_linear(&start.into_iter().chain(nodes).collect::<Vec<_>>(), years))
    }

    /// The value now of 1.00 at `years` above 0.
    ///
    /// # Errors
    /// Names `years` when it is not a finite number above 0.
    pub fn discount(&self, years: f64) -> Result<f64, OptionError> {
        positive("years", years)?;
        let nodes = self.slices.iter().map(|slice| (slice.years, slice.discount));
        Ok(log_linear(&std::iter::once((0.0, 1.0)).chain(nodes).collect::<Vec<_>>(), years))
    }

    /// Volatilities at each of `ks` (columns) and `years` (rows): the grid of a picture.
    ///
    /// # Errors
    /// Names the argument that is not a number or outside its domain.
    pub fn grid(&self, ks: &[f64], years: &[f64]) -> Result<Vec<Vec<f64>>, OptionError> {
        let row = |&years: &f64| ks.iter().map(|&k| self.volatility(k, years)).collect();
        years.iter().map(row).collect()
    }

    /// Volatilities at each moneyness `strike / forward` (columns) and `years` (rows).
    ///
    /// # Errors
    /// Names the argument that is not a number or outside its domain.
    pub fn table(&self, moneyness: &[f64], years: &[f64]) -> Result<Vec<Vec<f64>>, OptionError> {
        let ks = moneyness.iter().map(|&m| positive("moneyness", m).map(libm::log)).collect::<Result<Vec<_>, _>>()?;
        self.grid(&ks, years)
    }

    /// Butterfly, wing and calendar violations of each expiry against the one before.
    #[must_use]
    pub fn violations(&self) -> Vec<Violations> {
        let mut before = None;
        let mut one = |slice: &Slice| {
            let found = check(&slice.smile, before.as_ref());
            before = Some(slice.smile);
            found
        };
        self.slices.iter().map(&mut one).collect()
    }

    /// Places of the grid at which a smile between two expiries (`parts - 1` times evenly between each pair) has
    /// butterfly arbitrage. Interpolation in total variance rules out calendar arbitrage for certain, butterflies
    /// only nearly: this is the check.
    #[must_use]
    pub fn butterflies_between(&self, parts: u32) -> usize {
        let mut found = 0;
        for pair in self.slices.windows(2) {
            let ks = grid(&[&pair[0].smile, &pair[1].smile]);
            for i in 1..parts {
                let share = f64::from(i) / f64::from(parts);
                let section = Section::of([(1.0 - share, pair[0].smile), (share, pair[1].smile)], 0.0, 1.0);
                found += ks.iter().filter(|&&k| is_butterfly(section.g(k))).count();
            }
        }
        found
    }

    fn last_forward_variance(&self) -> f64 {
        let at_the_money = |slice: &Slice| slice.smile.total_variance(0.0);
        let last = &self.slices[self.slices.len() - 1];
        match self.slices.len() {
            1 => at_the_money(last) / last.years,
            n => {
                let before = &self.slices[n - 2];
                let rise = (at_the_money(last) - at_the_money(before)) / (last.years - before.years);
                if rise > 0.0 { rise } else { 0.0 }
            }
        }
    }
}

/// Between nodes (ascending) linear in the logarithm; after the last as in the last interval, before the first as there.
fn log_linear(nodes: &[(f64, f64)], years: f64) -> f64 {
    let next = nodes.partition_point(|node| node.0 < years);
    if let Some(node) = nodes.get(next)
        && (node.0 == years || next == 0)
    {
        return node.1;
    }
    let high = if next == nodes.len() { next - 1 } else { next };
    let Some(low) = high.checked_sub(1) else { return nodes[0].1 };
    let ((t0, v0), (t1, v1)) = (nodes[low], nodes[high]);
    v0 * libm::exp(libm::log(v1 / v0) * (years - t0) / (t1 - t0))
}
