//! The smile at one time: a mix of the smiles of two expiries.

use crate::svi::Svi;
use crate::svi::arbitrage::durrleman;

/// A smile cut from a surface at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Section {
    parts: [(f64, Svi); 2],
    shift: f64,
    years: f64,
}

impl Section {
    pub(super) fn of(parts: [(f64, Svi); 2], shift: f64, years: f64) -> Self {
        Self { parts, shift, years }
    }

    /// Its time in years.
    #[must_use]
    pub fn years(&self) -> f64 {
        self.years
    }

    /// Total variance at log-moneyness `k`.
    #[must_use]
    pub fn total_variance(&self, k: f64) -> f64 {
        self.shift + self.mix(|smile| smile.total_variance(k))
    }

    /// Volatility at log-moneyness `k`.
    #[must_use]
    pub fn volatility(&self, k: f64) -> f64 {
        (self.total_variance(k) / self.years).sqrt()
    }

    /// Derivative of total variance in `k`.
    #[must_use]
    pub fn slope(&self, k: f64) -> f64 {
        self.mix(|smile| smile.slope(k))
    }

    /// Second derivative of total variance in `k`.
    #[must_use]
    pub fn curvature(&self, k: f64) -> f64 {
        self.mix(|smile| smile.curvature(k))
    }

    /// Derivative of volatility in `k`.
    #[must_use]
    pub fn volatility_slope(&self, k: f64) -> f64 {
        0.5 * self.slope(k) / (self.total_variance(k) * self.years).sqrt()
    }

    /// Durrleman's function: 0 or more where there is no butterfly arbitrage.
    #[must_use]
    pub fn g(&self, k: f64) -> f64 {
        durrleman(k, self.total_variance(k), self.slope(k), self.curvature(k))
    }

    fn mix(&self, of: impl Fn(&Svi) -> f64) -> f64 {
        let [(share, low), (other, high)] = &self.parts;
        if *other == 0.0 { share * of(low) } else { share * of(low) + other * of(high) }
    }
}
