//! Whether smiles can be prices: no butterfly and no calendar costs less than nothing.

use super::Svi;

/// Roger Lee's bound on the slope of total variance in the wings (2004, "The
/// moment formula for implied volatility at extreme strikes"). Below it `g`
/// tends to a number above 0 far from the money: `(4 - slope^2) / 16`.
pub const WING_SLOPE_MAX: f64 = 2.0;

/// What a check found. The counts are of places of [`grid`] and of low points between them, plus one for each wing.
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

/// The values of a function on a grid, and its least value between the places about each low point.
///
/// A grid alone is not enough: a search for the best smile ends where it touches zero, between two places of the grid
/// as well as on one.
struct Swept {
    on_grid: Vec<f64>,
    between: Vec<f64>,
}

impl Swept {
    /// Low points at or above `high` are left as the grid has them.
    fn of(ks: &[f64], high: f64, f: impl Fn(f64) -> f64) -> Self {
        let on_grid: Vec<f64> = ks.iter().map(|&k| f(k)).collect();
        let mut between = Vec::new();
        for i in 1..on_grid.len().saturating_sub(1) {
            let low = on_grid[i] <= on_grid[i - 1] && on_grid[i] <= on_grid[i + 1];
            if low && on_grid[i] >= 0.0 && on_grid[i] < high {
                between.push(least(&f, ks[i - 1], ks[i + 1]));
            }
        }
        Self { on_grid, between }
    }

    fn count(&self, bad: impl Fn(f64) -> bool) -> usize {
        self.on_grid.iter().chain(&self.between).filter(|value| bad(**value)).count()
    }
}

/// The least value between two places, by golden sections.
fn least(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let (mut a, mut b) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
    let (mut at_a, mut at_b) = (f(a), f(b));
    for _ in 0..36 {
        if at_a < at_b {
            (high, b, at_b) = (b, a, at_a);
            a = high - GOLDEN * (high - low);
            at_a = f(a);
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = low + GOLDEN * (high - low);
            at_b = f(b);
        }
    }
    if at_a < at_b { at_a } else { at_b }
}

/// Low points of `g` below this, and of the gap between two smiles below this share of the upper, are looked into.
const LOW: f64 = 0.05;

/// By how much `above` is above `below` at a place, as a share of `above`; NaN where that is 0.
fn gap(below: &Svi, above: &Svi, k: f64) -> f64 {
    let upper = above.total_variance(k);
    (upper - below.total_variance(k)) / upper
}

/// Checks one smile, and against the smile of the expiry `before` where there is one.
#[must_use]
pub fn check(smile: &Svi, before: Option<&Svi>) -> Violations {
    let smiles: Vec<&Svi> = std::iter::once(smile).chain(before).collect();
    let ks = grid(&smiles);
    let mut found = Violations {
        butterfly: Swept::of(&ks, LOW, |k| smile.g(k)).count(is_butterfly),
        wings: smile.wing_slopes().iter().filter(|slope| **slope > WING_SLOPE_MAX).count(),
        calendar: 0,
    };
    if let Some(before) = before {
        found.calendar = Swept::of(&ks, LOW, |k| gap(before, smile, k)).count(|gap| gap < 0.0)
            + smile.wing_slopes().iter().zip(before.wing_slopes()).filter(|&(now, before)| *now < before).count();
    }
    found
}

/// Whether a smile passes with a little room, alone and below the one of the `next` expiry.
pub(super) fn passes_with_margin(smile: &Svi, next: Option<&Svi>) -> bool {
    const ROOM: f64 = 1e-6;
    if smile.validate().is_err() || smile.wing_slopes().iter().any(|slope| *slope > WING_SLOPE_MAX - ROOM) {
        return false;
    }
    let passes = |swept: &Swept| swept.count(|value| value.is_nan() || value < ROOM) == 0;
    let smiles: Vec<&Svi> = std::iter::once(smile).chain(next).collect();
    let ks = grid(&smiles);
    if let Some(next) = next {
        let crossed = smile.wing_slopes().iter().zip(next.wing_slopes()).any(|(now, next)| *now > next);
        if crossed || !passes(&Swept::of(&ks, LOW, |k| gap(smile, next, k))) {
            return false;
        }
    }
    passes(&Swept::of(&ks, LOW, |k| smile.g(k)))
}
