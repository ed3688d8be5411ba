//! First guesses of `-d1`, within a thousandth of its scale, from fits on compact coordinates.
//!
//! Three regions by the total deviation s, for every moneyness x from 0 to infinity: below
//! `sqrt(1 + 2 x) - 1` (where `d1 = -1`) the wing, above `sqrt(1 + 2 x)` the high region, and the
//! strip of width 1 between them the centre. In each the exact inverse is a smooth function of two
//! coordinates in 0..1, so that one polynomial covers the region to its infinite ends.

use super::guess_tables::{CENTRE, HIGH, HIGH_EDGE, LN, LN_HIGH_EDGE_REST, LOW_EDGE, Surface, WING};

/// What depends on the moneyness alone.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// `1 / sqrt(1 + 2 x)`, from 1 at the money to 0 far from it.
    z: f64,
    /// Deviation at the lower edge, `sqrt(1 + 2 x) - 1`.
    low: f64,
    /// Normalised price at the lower edge.
    pub(super) low_price: f64,
}

impl Frame {
    #[inline(always)]
    pub(super) fn new(x: f64) -> Self {
        let root = (1.0 + 2.0 * x).sqrt();
        let z = 1.0 / root;
        let low = 2.0 * x / (1.0 + root);
        let c = &LOW_EDGE;
        let z2 = z * z;
        let shape =
            ((c[0] + c[1] * z) + (c[2] + c[3] * z) * z2) + ((c[4] + c[5] * z) + (c[6] + c[7] * z) * z2) * (z2 * z2);
        Self { z, low, low_price: low * z * shape }
    }

    /// Normalised price at the upper edge.
    #[inline(always)]
    pub(super) fn high_price(&self) -> f64 {
        quintic(&HIGH_EDGE, self.z)
    }

    /// `-d1` where the price is below the lower edge; `ln_price` of the normalised price.
    #[inline(always)]
    pub(super) fn wing(&self, ln_price: f64) -> f64 {
        let v = (1.0 + 2.0 * (ln_rough(self.low_price) - ln_price)).sqrt();
        v * surface(&WING, 2.0 * self.z - 1.0, 2.0 / v - 1.0)
    }

    /// `-d1` between the edges.
    #[inline(always)]
    pub(super) fn centre(&self, x: f64, price: f64) -> f64 {
        let slope = surface(&CENTRE, 4.0 * price - 1.0, 2.0 * (self.low_price / price) - 1.0);
        let s = self.low + slope * (price - self.low_price);
        x / s - 0.5 * s
    }

    /// `-d1` above the upper edge; `ln_rest` of what the price lacks to its maximum.
    #[inline(always)]
    pub(super) fn high(&self, ln_rest: f64) -> f64 {
        let v = (1.0 + 2.0 * (quintic(&LN_HIGH_EDGE_REST, self.z) - ln_rest)).sqrt();
        -0.5 * self.z - (v - 1.0) * surface(&HIGH, 2.0 * self.z - 1.0, 2.0 / v - 1.0)
    }
}

#[inline(always)]
fn surface(rows: &Surface, x: f64, y: f64) -> f64 {
    let (x2, y2) = (x * x, y * y);
    let y4 = y2 * y2;
    let row = |i: usize| {
        let c = &rows[i];
        ((c[0] + c[1] * y) + (c[2] + c[3] * y) * y2) + ((c[4] + c[5] * y) + (c[6] + c[7] * y) * y2) * y4
    };
    (row(0) + row(1) * x) + ((row(2) + row(3) * x) + (row(4) + row(5) * x) * x2) * x2
}

#[inline(always)]
fn quintic(c: &[f64; 6], z: f64) -> f64 {
    let z2 = z * z;
    (c[0] + c[1] * z) + ((c[2] + c[3] * z) + (c[4] + c[5] * z) * z2) * z2
}

/// `ln x` within 2e-6, for normal numbers above 0.
#[inline(always)]
fn ln_rough(x: f64) -> f64 {
    let bits = x.to_bits();
    let power = f64::from((bits >> 52) as i32 - 1_023);
    let m = f64::from_bits((bits & ((1 << 52) - 1)) | (1_023 << 52));
    let (c, m2) = (&LN, m * m);
    let low = (c[0] + c[1] * m) + (c[2] + c[3] * m) * m2;
    power * std::f64::consts::LN_2 + (low + ((c[4] + c[5] * m) + c[6] * m2) * (m2 * m2))
}
