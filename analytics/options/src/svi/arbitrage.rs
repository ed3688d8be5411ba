//! Whether smiles can be prices: no butterfly and no calendar costs less than nothing.

use super::Svi;

/// Roger Lee's bound on the slope of total variance in the wings (2004, "The
/// moment formula for implied volatility at extreme strikes"). Below it `g`
/// tends to a number above 0 far from the money: `(4 - slope^2) / 16`.
pub const WING_SLOPE_MAX: f64 = 2.0;

/// What a check found. The counts are of places on the grid of [`grid`], plus one for each wing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Violations {
    /// Places where the density is below 0 (`g < 0`) or there is no variance.
    pub butterfly: usize,
    /// Wings steeper than [`WING_SLOPE_MAX`]: 0, 1 or 2.
    pub wings: usize,
    /// Places where total variance is below that of the expiry before; a wing
    /// less steep than that of the expiry before (they cross somewhere) is one.
    pub calendar: usize,
}

impl Violations {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> usize {
        self.butterfly + self.wings + self.calendar
    }
}

impl std::ops::Add for Violations {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            butterfly: self.butterfly + other.butterfly,
            wings: self.wings + other.wings,
            calendar: self.calendar + other.calendar,
        }
    }
}

/// Durrleman's function: the density of the logarithm of the price is `g` times
/// something above 0, so that a smile has no butterfly arbitrage where `g >= 0`
/// (Gatheral and Jacquier 2014, equation 2.1). NaN where `total_variance <= 0`.
///
/// `slope` and `curvature` are the first and second derivative of total variance in `k`.
#[must_use]
pub fn durrleman(k: f64, total_variance: f64, slope: f64, curvature: f64) -> f64 {
    if total_variance <= 0.0 {
        return f64::NAN;
    }
    let first = 1.0 - 0.5 * k * slope / total_variance;
    first * first - 0.25 * slope * slope * (1.0 / total_variance + 0.25) + 0.5 * curvature
}

/// Whether a value of Durrleman's function means arbitrage: below 0, or no number because there is no variance.
pub(crate) fn is_butterfly(g: f64) -> bool {
    g < 0.0 || g.is_nan()
}

impl Svi {
    /// [`durrleman`] at `k`.
    #[must_use]
    pub fn g(&self, k: f64) -> f64 {
        durrleman(k, self.total_variance(k), self.slope(k), self.curvature(k))
    }
}

/// Where smiles are checked, ascending: 401 places from -20 to 20, ever closer to
/// each other toward the money (0.0002 there), 201 places evenly from -1.5 to 1.5,
/// and 201 about the bend of each smile, spread in units of its width.
#[must_use]
pub fn grid(smiles: &[&Svi]) -> Vec<f64> {
    places(smiles, 200, 100)
}

/// A grid of `half` steps to each side of the money and `bend` to each side of a smile's bend.
pub(super) fn places(smiles: &[&Svi], half: i32, bend: i32) -> Vec<f64> {
    const REACH: f64 = 20.0;
    const STRETCH: f64 = 9.0;
    const BEND_STRETCH: f64 = 5.0;
    let unit = REACH / libm::sinh(STRETCH);
    let mut ks: Vec<f64> =
        (-half..=half).map(|i| unit * libm::sinh(STRETCH * f64::from(i) / f64::from(half))).collect();
    for smile in smiles {
        ks.extend(
            (-bend..=bend).map(|i| smile.m + smile.sigma * libm::sinh(BEND_STRETCH * f64::from(i) / f64::from(bend))),
        );
    }
    // Evenly spaced where quotes are: the stretched grid is fine at the money only.
    let even = half / 2;
    ks.extend((-even..=even).map(|i| 1.5 * f64::from(i) / f64::from(even)));
    ks.retain(|k| k.is_finite());
    ks.sort_by(f64::total_cmp);
    ks
}

/// Checks one smile, and against the smile of the expiry `before` where there is one.
#[must_use]
pub fn check(smile: &Svi, before: Option<&Svi>) -> Violations {
    let smiles: Vec<&Svi> = std::iter::once(smile).chain(before).collect();
    let ks = grid(&smiles);
    let mut found = Violations {
        butterfly: ks.iter().filter(|&&k| is_butterfly(smile.g(k))).count(),
        wings: smile.wing_slopes().iter().filter(|slope| **slope > WING_SLOPE_MAX).count(),
        calendar: 0,
    };
    if let Some(before) = before {
        found.calendar = ks.iter().filter(|&&k| smile.total_variance(k) < before.total_variance(k)).count()
            + smile.wing_slopes().iter().zip(before.wing_slopes()).filter(|&(now, before)| *now < before).count();
    }
    found
}

/// Whether a smile passes with room to spare, alone and below the one of the `next` expiry, so that it also
/// passes between the places of the grid.
pub(super) fn passes_with_margin(smile: &Svi, next: Option<&Svi>) -> bool {
    const ROOM: f64 = 1e-5;
    if smile.validate().is_err() || smile.wing_slopes().iter().any(|slope| *slope > WING_SLOPE_MAX - ROOM) {
        return false;
    }
    if let Some(next) = next
        && smile.wing_slopes().iter().zip(next.wing_slopes()).any(|(now, next)| *now > next)
    {
        return false;
    }
    let smiles: Vec<&Svi> = std::iter::once(smile).chain(next).collect();
    grid(&smiles).into_iter().all(|k| {
        let w = smile.total_variance(k);
        smile.g(k) >= ROOM && next.is_none_or(|next| next.total_variance(k) - w >= 1e-10)
    })
}
