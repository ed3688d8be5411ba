//! The search for the smile nearest to its targets among those without arbitrage.

use numeric::minima::nelder_mead;

use super::Svi;
use super::arbitrage::{WING_SLOPE_MAX, check, passes_with_margin, places};
use super::calibrate::{Calibrated, Repair, Target};
use super::quasi_explicit::RHO_MAX;

/// The fit of one smile.
pub(super) struct Fit<'a> {
    pub(super) targets: &'a [Target],
    pub(super) floors: &'a [Target],
    pub(super) years: f64,
    pub(super) next: Option<&'a Svi>,
    pub(super) slopes: &'a [[f64; 2]],
    pub(super) tolerance: f64,
    /// A scale for distances in `k`, and the range of the targets.
    pub(super) width: f64,
    pub(super) reach: f64,
    /// The mean squared error without constraints: what violations are weighed against.
    pub(super) scale: f64,
}

impl Fit<'_> {
    pub(super) fn solve(&self, free: Svi) -> Calibrated {
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
    pub(super) fn missed(&self, smile: &Svi) -> f64 {
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
        let share = if self.slopes.is_empty() { 0.0 } else { 0.1 / self.slopes.len() as f64 };
        let open = self.tolerance * self.tolerance;
        let worth = if self.scale > open { self.scale } else { open };
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
        let rho = smile.rho.clamp(-RHO_MAX, RHO_MAX);
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
    let rho = smile.rho.clamp(-RHO_MAX, RHO_MAX);
    [libm::log(least), libm::log(b), libm::atanh(rho), smile.m, libm::log(smile.sigma)]
}

fn smile_at(x: &[f64; 5]) -> Svi {
    let (least, b, rho, sigma) = (libm::exp(x[0]), libm::exp(x[1]), libm::tanh(x[2]), libm::exp(x[4]));
    Svi { a: least - b * sigma * (1.0 - rho * rho).sqrt(), b, rho, m: x[3], sigma }
}
