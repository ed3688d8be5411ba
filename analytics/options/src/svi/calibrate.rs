//! One SVI smile fitted to quoted volatilities, free of arbitrage.
//!
//! 1. The quasi-explicit fit of De Marco and Martini, which asks for no more than `a >= 0` and Lee's bound. It
//!    is what [`Calibrated::free`] keeps, so that what the constraints cost can be seen.
//! 2. A search over all five parameters by the error of volatility itself, with penalties on `g < 0` and on total
//!    variance above that of the next expiry, ever stiffer until the check passes.
//! 3. Should it still not pass: the smile is moved toward one that is free of arbitrage for certain just as far as it
//!    takes, and improved from there by a search that refuses every smile that does not pass.
//!
//! Expiries are fitted from the last to the first, each below the next. The other way round there would be no smile
//! to fall back on; this way there is one of the right shape: total variance of the next expiry times a share below 1 is
//! free of butterflies when the whole is, because Durrleman's `g` is concave in the share and not below 0 at
//! either end. It also gives the word to the long expiries, whose wings are quoted further out.

use numeric::minima::nelder_mead;

use super::Svi;
use super::arbitrage::{Violations, WING_SLOPE_MAX, check, passes_with_margin, places};
use super::quasi_explicit;
use crate::OptionError;
use crate::error::{finite, not_negative, positive};

/// A volatility to be met.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Log-moneyness, `ln(strike / forward)`.
    pub k: f64,
    /// Volatility, above 0.
    pub volatility: f64,
    /// Weight of its squared error, 0 or more; only ratios matter.
    pub weight: f64,
}

/// The expiries about one, as far as its smile must or should heed them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Neighbours<'a> {
    /// The smile of the next expiry, which must nowhere be below.
    pub next: Option<&'a Svi>,
    /// Volatilities, at this expiry's time, that the smile should rather not be below: the total variance that
    /// earlier expiries are quoted at, so that it leaves room for them where it has no targets of its own. All floors
    /// together weigh as much as all targets.
    pub floors: &'a [Target],
    /// Slopes of the left and right wing that each earlier expiry would like to have, 0 or more. To leave room for them, a
    /// smile gives up at most a quarter of its mean squared error for each wing, or the square of an eighth of a
    /// volatility point when that is more.
    pub slopes: &'a [[f64; 2]],
}

/// What it took to be free of arbitrage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// Nothing: the best smile passed.
    None,
    /// Penalties in the search.
    Penalties,
    /// The smile was moved toward one that passes for certain.
    Moved,
}

impl Repair {
    /// A word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Penalties => "penalties",
            Self::Moved => "moved",
        }
    }
}

/// A fitted smile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibrated {
    /// The smile; it passes [`check`] against the expiry before.
    pub smile: Svi,
    /// The quasi-explicit fit before constraints.
    pub free: Svi,
    /// What [`check`] says of the free smile by itself (no calendar).
    pub before: Violations,
    /// What was needed.
    pub repair: Repair,
}

/// Fits a smile to `targets` at `years`, free of butterfly arbitrage and nowhere above the smile of the `next` expiry.
///
/// The smile is defined for every `k`; it is only as good as the targets within their range. With fewer than five
/// targets more than one smile fits and the flattest bend found is as good as any: ask for five.
///
/// # Errors
/// Names the argument (`years`, `k`, `volatility`, `weight`) that is not a number or outside its domain;
/// [`OptionError::Length`] when there are fewer than three targets of a weight above 0; `next`
/// when it is not free of arbitrage itself.
pub fn calibrate(targets: &[Target], years: f64, neighbours: &Neighbours<'_>) -> Result<Calibrated, OptionError> {
    positive("years", years)?;
    let Neighbours { next, floors, slopes } = *neighbours;
    for slope in slopes.iter().flatten() {
        not_negative("slopes", *slope)?;
    }
    for target in targets.iter().chain(floors) {
        finite("k", target.k)?;
        positive("volatility", target.volatility)?;
        not_negative("weight", target.weight)?;
    }
    let (targets, floors) = (shares(targets), shares(floors));
    if targets.len() < 3 {
        return Err(OptionError::Length { argument: "targets", found: targets.len(), expected: 3 });
    }
    if let Some(next) = next {
        next.validate()?;
        let violations = check(next, None).total();
        if violations > 0 {
            let found = violations as f64;
            return Err(OptionError::Argument { argument: "next", found, expected: "a smile without violations" });
        }
    }
    let free = free(&targets, years);
    let low = targets.iter().fold(0.0, |low, t| if t.k < low { t.k } else { low });
    let high = targets.iter().fold(0.0, |high, t| if t.k > high { t.k } else { high });
    let width = width(&targets, years);
    let reach = high - low + width;
    let mut fit = Fit { targets: &targets, floors: &floors, years, next, slopes, width, reach, scale: 0.0 };
    let scale = fit.missed(&free);
    fit.scale = if scale > 1e-10 { scale } else { 1e-10 };
    Ok(fit.solve(free))
}

/// Those of a weight above 0, with weights that sum to 1.
fn shares(targets: &[Target]) -> Vec<Target> {
    let total: f64 = targets.iter().map(|t| t.weight).sum();
    targets.iter().filter(|t| t.weight > 0.0).map(|t| Target { weight: t.weight / total, ..*t }).collect()
}

/// The fit that asks for next to nothing: what a smile would be, were arbitrage no concern. `targets`, of any
/// weights above 0, must not be empty.
pub(crate) fn free(targets: &[Target], years: f64) -> Svi {
    quasi_explicit::fit(targets, years, width(targets, years))
}

/// The least volatility as a deviation: a scale for distances in `k`.
fn width(targets: &[Target], years: f64) -> f64 {
    targets.iter().fold(f64::INFINITY, |low, t| if t.volatility < low { t.volatility } else { low }) * years.sqrt()
}

struct Fit<'a> {
    targets: &'a [Target],
    floors: &'a [Target],
    years: f64,
    next: Option<&'a Svi>,
    slopes: &'a [[f64; 2]],
    /// A scale for distances in `k`, and the range of the targets.
    width: f64,
    reach: f64,
    /// The mean squared error without constraints: what violations are weighed against.
    scale: f64,
}

impl Fit<'_> {
    fn solve(&self, free: Svi) -> Calibrated {
        let before = check(&free, None);
        let passes = |smile: &Svi| self.sensible(smile) && passes_with_margin(smile, self.next);
        let polished = self.search(free, 0.0);
        let best = if self.error(&polished) <= self.error(&free) { polished } else { free };
        if passes(&best) {
            return Calibrated { smile: best, free, before, repair: Repair::None };
        }
        let safe = self.safe();
        // From where the data lead, and from a smile that passes for certain.
        let mut candidates = vec![(Repair::Moved, self.moved(&best, &safe))];
        let level = self.level_of_targets();
        let bent = |rho: f64, size: f64| Svi {
            a: 0.5 * level,
            b: 0.5 * level / (size * self.width),
            rho,
            m: 0.0,
            sigma: size * self.width,
        };
        for (i, start) in [best, safe, bent(-0.5, 1.0), bent(0.5, 1.0), bent(0.0, 4.0)].into_iter().enumerate() {
            // The plain shapes are for when nothing else led anywhere.
            let good = candidates.iter().any(|(_, smile)| self.error(smile) < 4.0 * self.scale);
            if i > 1 && good {
                break;
            }
            let mut smile = start;
            for stiffness in [1.0, 1e2, 1e4] {
                smile = self.search(smile, stiffness);
                if passes(&smile) {
                    candidates.push((Repair::Penalties, smile));
                    break;
                }
            }
            candidates.push((Repair::Moved, self.moved(&smile, &safe)));
        }
        candidates.sort_by(|a, b| self.error(&a.1).total_cmp(&self.error(&b.1)));
        let (repair, mut smile) = candidates[0];
        let refused = |x: &[f64; 5]| {
            let smile = smile_at(x);
            if passes(&smile) { self.error(&smile) } else { f64::INFINITY }
        };
        for size in [0.1, 0.02] {
            let improved = smile_at(&nelder_mead(refused, coordinates(&smile), self.steps(size), 1e-6, 250).at);
            if passes(&improved) && self.error(&improved) < self.error(&smile) {
                smile = improved;
            }
        }
        Calibrated { smile, free, before, repair }
    }

    /// The weighted mean squared error of volatility; infinite for a smile without variance.
    fn missed(&self, smile: &Svi) -> f64 {
        if smile.least_total_variance() <= 0.0 {
            return f64::INFINITY;
        }
        self.targets.iter().map(|t| t.weight * self.distance(smile, t) * self.distance(smile, t)).sum()
    }

    /// What is to be small: [`Fit::missed`], and what neighbours would rather have.
    fn error(&self, smile: &Svi) -> f64 {
        let below = self.floors.iter().map(|t| (t.weight, self.distance(smile, t))).filter(|(_, d)| *d < 0.0);
        let crowded: f64 = below.map(|(weight, d)| weight * d * d).sum();
        let lack = |(has, wanted): (f64, &f64)| if has < *wanted { (wanted - has) / wanted } else { 0.0 };
        let wings = smile.wing_slopes();
        let flat: f64 =
            self.slopes.iter().flat_map(|wanted| wings.into_iter().zip(wanted)).map(lack).map(|x| x * x).sum();
        let share = if self.slopes.is_empty() { 0.0 } else { 0.25 / self.slopes.len() as f64 };
        let worth = if self.scale > 6.25e-6 { self.scale } else { 6.25e-6 };
        self.missed(smile) + crowded + share * worth * flat
    }

    fn distance(&self, smile: &Svi, target: &Target) -> f64 {
        (smile.total_variance(target.k) / self.years).sqrt() - target.volatility
    }

    /// The best smile near `start` when violations cost `stiffness`.
    fn search(&self, start: Svi, stiffness: f64) -> Svi {
        let objective = |x: &[f64; 5]| {
            let smile = smile_at(x);
            if !self.sensible(&smile) {
                return f64::INFINITY;
            }
            let error = self.error(&smile);
            if stiffness == 0.0 { error } else { error + stiffness * self.scale * self.penalty(&smile) }
        };
        let mut at = coordinates(&self.nearest_sensible(&start));
        for size in [0.2, 0.05] {
            at = nelder_mead(objective, at, self.steps(size), 1e-9, 1_000).at;
        }
        smile_at(&at)
    }

    /// Whether a smile bends within reach of its targets, neither in a kink (a spike in the density) nor too
    /// wide to tell, has variance everywhere, and keeps Lee's bound.
    fn sensible(&self, smile: &Svi) -> bool {
        let steep = smile.wing_slopes().iter().any(|slope| *slope > WING_SLOPE_MAX - 1e-4);
        // At least a hundredth of the least volatility quoted.
        let alive = smile.least_total_variance() >= 1e-4 * self.width * self.width;
        let bent = smile.sigma >= 0.05 * self.width && smile.sigma <= 20.0 * self.reach;
        !steep && alive && bent && smile.rho.abs() <= 0.9995 && smile.m.abs() <= 5.0 * self.reach
    }

    /// The smile, or one like it that is sensible: a search has to start somewhere.
    fn nearest_sensible(&self, smile: &Svi) -> Svi {
        let rho = smile.rho.clamp(-quasi_explicit::RHO_MAX, quasi_explicit::RHO_MAX);
        let sigma = smile.sigma.clamp(0.06 * self.width, 15.0 * self.reach);
        // The same curvature at the bend, but never steep.
        let (b, steepest) = (smile.b * sigma / smile.sigma, (WING_SLOPE_MAX - 1e-3) / (1.0 + rho.abs()));
        let b = if b < steepest { b } else { steepest };
        let (least, dead) = (smile.least_total_variance(), 1e-3 * self.width * self.width);
        let least = if least > dead { least } else { dead };
        let m = smile.m.clamp(-4.5 * self.reach, 4.5 * self.reach);
        Svi { a: least - b * sigma * (1.0 - rho * rho).sqrt(), b, rho, m, sigma }
    }

    /// How far a smile is from passing, 0 when it passes with some room.
    fn penalty(&self, smile: &Svi) -> f64 {
        const ROOM: f64 = 1e-3;
        let smiles: Vec<&Svi> = std::iter::once(smile).chain(self.next).collect();
        let mut sum = 0.0;
        let mut lack = |by: f64| {
            if by > 0.0 {
                sum += 1e2 * by * by;
            }
        };
        for k in places(&smiles, 50, 25) {
            lack(ROOM - smile.g(k));
            if let Some(next) = self.next {
                let most = next.total_variance(k);
                lack((smile.total_variance(k) - most * (1.0 - ROOM)) / most);
            }
        }
        if let Some(next) = self.next {
            for (now, next) in smile.wing_slopes().iter().zip(next.wing_slopes()) {
                lack((now - next * (1.0 - ROOM)) / (next + 1e-4));
            }
        }
        sum
    }

    /// On the way from `smile` to `safe` the nearest that passes.
    fn moved(&self, smile: &Svi, safe: &Svi) -> Svi {
        let at = |share: f64| {
            let mix = |from: f64, to: f64| from + share * (to - from);
            Svi {
                a: mix(smile.a, safe.a),
                b: mix(smile.b, safe.b),
                rho: mix(smile.rho, safe.rho),
                m: mix(smile.m, safe.m),
                sigma: mix(smile.sigma, safe.sigma),
            }
        };
        let passes = |share: f64| passes_with_margin(&at(share), self.next);
        let mut failed = 0.0;
        for step in 0..16 {
            let share = libm::exp2(f64::from(step) - 16.0);
            if passes(share) {
                let mut passed = share;
                for _ in 0..12 {
                    let half = 0.5 * (failed + passed);
                    if passes(half) {
                        passed = half;
                    } else {
                        failed = half;
                    }
                }
                return at(passed);
            }
            failed = share;
        }
        *safe
    }

    /// A smile that passes for certain: a share of the next at the level of the targets (the next itself in the
    /// last resort), or flat without a next.
    fn safe(&self) -> Svi {
        let Some(next) = self.next else { return Svi::flat(self.level_of_targets()) };
        let level: f64 = self.targets.iter().map(|t| t.weight * next.total_variance(t.k)).sum();
        let share = self.level_of_targets() / level;
        let mut share = if share < 1.0 { share } else { 1.0 - 1e-5 };
        // Arithmetic may spoil by a hair what holds for numbers; nearer to the next smile it has room.
        for _ in 0..20 {
            let safe = Svi { a: share * next.a, b: share * next.b, ..*next };
            if passes_with_margin(&safe, self.next) {
                return safe;
            }
            share = 0.5 * (1.0 + share);
        }
        *next
    }

    /// The mean total variance of the targets.
    fn level_of_targets(&self) -> f64 {
        self.targets.iter().map(|t| t.weight * t.volatility * t.volatility * self.years).sum()
    }

    fn steps(&self, size: f64) -> [f64; 5] {
        [size, size, size, size * self.width, size]
    }
}

/// Where a smile lies in coordinates without bounds: the logarithm of the least total
/// variance and of `b`, `atanh rho`, `m`, and the logarithm of `sigma`.
fn coordinates(smile: &Svi) -> [f64; 5] {
    let least = smile.least_total_variance();
    let least = if least > 1e-12 { least } else { 1e-12 };
    let b = if smile.b > 1e-9 { smile.b } else { 1e-9 };
    let rho = smile.rho.clamp(-quasi_explicit::RHO_MAX, quasi_explicit::RHO_MAX);
    [libm::log(least), libm::log(b), libm::atanh(rho), smile.m, libm::log(smile.sigma)]
}

fn smile_at(x: &[f64; 5]) -> Svi {
    let (least, b, rho, sigma) = (libm::exp(x[0]), libm::exp(x[1]), libm::tanh(x[2]), libm::exp(x[4]));
    Svi { a: least - b * sigma * (1.0 - rho * rho).sqrt(), b, rho, m: x[3], sigma }
}
