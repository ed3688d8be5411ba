//! The portfolio of fastest growth within limits: a convex quadratic programme,
//! solved by the primal active-set method (Nocedal and Wright 2006, "Numerical
//! Optimization", algorithm 16.3). Exact up to rounding, not by iteration to a tolerance.
//!
//! Where the covariance is singular, by proximal steps around it (Rockafellar
//! 1976, "Monotone operators and the proximal point algorithm"): of several best
//! portfolios the one that is found first from no bet, such as equal parts of equal assets.

use super::portfolio::{Market, Optimum};
use crate::RiskError;
use crate::check::{each, length};
use crate::covariance::linear::{Factor, eigen, product};

/// Limits of the fractions.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Least fraction per asset; minus infinity = none.
    pub lower: Vec<f64>,
    /// Greatest fraction per asset, not below the least; infinity = none.
    pub upper: Vec<f64>,
    /// Greatest sum of the fractions; infinity = none. 1 = no borrowing, where all are 0 or more.
    pub total: f64,
}

impl Limits {
    /// For so many assets: no short positions, and at most `total` staked in all.
    #[must_use]
    pub fn long_only(assets: usize, total: f64) -> Self {
        Self { lower: vec![0.0; assets], upper: vec![f64::INFINITY; assets], total }
    }

    /// For so many assets: each within `lower` and `upper`, and at most `total` in all.
    #[must_use]
    pub fn within(assets: usize, lower: f64, upper: f64, total: f64) -> Self {
        Self { lower: vec![lower; assets], upper: vec![upper; assets], total }
    }

    fn check(&self, n: usize) -> Result<(), RiskError> {
        length("lower", self.lower.len(), n)?;
        length("upper", self.upper.len(), n)?;
        each("lower", &self.lower, |x| x < f64::INFINITY, "a number, or minus infinity for no limit")?;
        each("upper", &self.upper, |x| x > f64::NEG_INFINITY, "a number, or infinity for no limit")?;
        if let Some(index) = (0..n).find(|i| self.upper[*i] < self.lower[*i]) {
            let expected = "not below the lower limit";
            return Err(RiskError::Element { argument: "upper", index, found: self.upper[index], expected });
        }
        let least: f64 = self.lower.iter().sum();
        let sound = self.total > f64::NEG_INFINITY && least <= self.total;
        crate::check::checked("total", self.total, sound, "at least the sum of the lower limits")?;
        Ok(())
    }
}

/// The best fractions within limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Constrained {
    /// Fractions, growth, Sharpe ratio.
    pub optimum: Optimum,
    /// Growth gained per unit more of `total`; zero when that limit does not bind.
    pub price_of_total: f64,
    /// Per asset the growth gained per unit that its limit were moved: above zero
    /// at the upper one, below at the lower one, zero in between.
    pub price_of_limit: Vec<f64>,
}

impl Market<'_> {
    /// The fractions of fastest growth within limits: maximises
    /// `f' e - f' C f / 2` (`e` the drifts above the rate) with `lower <= f <= upper` and
    /// `sum f <= total`. The covariance may be singular. With `lower` 0 an asset
    /// without an edge of its own is staked only where it hedges another.
    ///
    /// # Errors
    /// Arguments of the wrong length or not finite; limits that exclude each other;
    /// a covariance with a negative eigenvalue; growth without a maximum (an edge
    /// without risk and without limit).
    pub fn within(&self, limits: &Limits) -> Result<Constrained, RiskError> {
        let (covariance, excess) = self.checked()?;
        let n = excess.len();
        limits.check(n)?;
        let edge: Vec<f64> = excess.iter().map(|e| e.high).collect();
        let start = limits.start();
        let (fractions, total) = if Factor::new("covariance", &covariance, n).is_ok() {
            Search { covariance: &covariance, edge: &edge, limits }.run(start)?
        } else {
            singular(&covariance, &edge, limits, start)?
        };
        let slope: Vec<f64> = edge.iter().zip(product(&covariance, &fractions)).map(|(e, c)| e - c - total).collect();
        let at_limit = |i: usize| {
            if fractions[i] == limits.upper[i] && slope[i] > 0.0 || fractions[i] == limits.lower[i] && slope[i] < 0.0 {
                slope[i]
            } else {
                0.0
            }
        };
        let price_of_limit = (0..n).map(at_limit).collect();
        Ok(Constrained { optimum: self.at(&fractions)?, price_of_total: total, price_of_limit })
    }
}

impl Limits {
    /// The point within the limits that is nearest to no bet, or a lower one.
    fn start(&self) -> Vec<f64> {
        let mut f: Vec<f64> = self.lower.iter().zip(&self.upper).map(|(l, u)| 0.0_f64.max(*l).min(*u)).collect();
        let mut over = f.iter().sum::<f64>() - self.total;
        for (f, lower) in f.iter_mut().zip(&self.lower) {
            if over > 0.0 {
                let less = over.min(*f - lower);
                *f -= less;
                over -= less;
            }
        }
        f
    }
}

/// A semidefinite programme, by definite ones.
fn singular(covariance: &[f64], edge: &[f64], limits: &Limits, start: Vec<f64>) -> Result<(Vec<f64>, f64), RiskError> {
    let n = edge.len();
    let deviation: Vec<f64> = (0..n).map(|i| covariance[i * n + i].max(0.0).sqrt()).collect();
    let scaled = |at: usize| {
        let both = deviation[at / n] * deviation[at % n];
        if both > 0.0 { covariance[at] / both } else { covariance[at] }
    };
    let correlation: Vec<f64> = (0..n * n).map(scaled).collect();
    if eigen("covariance", &correlation, n)?.0.iter().any(|value| *value < -1e-9) {
        return Err(RiskError::Degenerate { argument: "covariance", problem: "has a negative eigenvalue" });
    }
    let size = (0..n).map(|i| covariance[i * n + i]).fold(0.0, f64::max);
    let weight = if size > 0.0 { 1e-7 * size } else { 1.0 };
    let mut around = covariance.to_vec();
    (0..n).for_each(|i| around[i * n + i] += weight);
    let mut f = start;
    for _ in 0..200 {
        let pulled: Vec<f64> = edge.iter().zip(&f).map(|(e, f)| e + weight * f).collect();
        let (next, total) = Search { covariance: &around, edge: &pulled, limits }.run(f.clone())?;
        let moved = next.iter().zip(&f).fold(0.0_f64, |most, (a, b)| most.max((a - b).abs()));
        let largest = next.iter().fold(1.0_f64, |most, x| most.max(x.abs()));
        f = next;
        if moved <= 1e-13 * largest {
            return Ok((f, total));
        }
        if largest > 1e12 {
            break;
        }
    }
    Err(RiskError::Degenerate {
        argument: "limits",
        problem: "growth has no maximum within them: an edge without risk",
    })
}

/// Where a fraction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Free,
    Lower,
    Upper,
}

/// A definite programme.
struct Search<'a> {
    covariance: &'a [f64],
    edge: &'a [f64],
    limits: &'a Limits,
}

impl Search<'_> {
    /// The best point, and the price of the total.
    fn run(&self, mut f: Vec<f64>) -> Result<(Vec<f64>, f64), RiskError> {
        let n = f.len();
        let mut place = vec![Place::Free; n];
        let mut bound = false;
        let mut polished = 0;
        let steps_max = 200 + 50 * n;
        for step in 0..steps_max {
            let slope = self.slope(&f);
            let free: Vec<usize> = (0..n).filter(|i| place[*i] == Place::Free).collect();
            let missing = bound.then(|| self.limits.total - f.iter().sum::<f64>());
            let move_by = self.direction(&slope, &free, missing)?;
            let (length, hit) = self.longest(&f, &free, &move_by, bound);
            for (i, by) in free.iter().zip(&move_by) {
                f[*i] += length * by;
            }
            match hit {
                Some(Hit::Total) => {
                    bound = true;
                    continue;
                }
                Some(Hit::Asset(i, at)) => {
                    place[i] = at;
                    f[i] = if at == Place::Lower { self.limits.lower[i] } else { self.limits.upper[i] };
                    continue;
                }
                None => {}
            }
            // The best with these limits at work; is one of them holding growth back?
            let slope = self.slope(&f);
            let price = if bound { self.price(&slope, &free) } else { 0.0 };
            let scale = self.scale(&f);
            // A large step to here leaves its rounding, which one more from here takes away.
            let uneven = free.iter().any(|i| (slope[*i] - price).abs() > 1e-15 * scale);
            if uneven && polished < 2 {
                polished += 1;
                continue;
            }
            polished = 0;
            // Late on, the first rather than the worst: no cycles (Bland 1977).
            let first = step > steps_max / 2;
            let mut worst = 1e-13 * scale;
            let mut leave = None;
            for i in 0..n {
                let wrong = match place[i] {
                    Place::Free => continue,
                    Place::Lower => slope[i] - price,
                    Place::Upper => price - slope[i],
                };
                if wrong > worst && !(first && leave.is_some()) {
                    (worst, leave) = (wrong, Some(i));
                }
            }
            if bound && -price > worst && !(first && leave.is_some()) {
                bound = false;
            } else if let Some(i) = leave {
                place[i] = Place::Free;
            } else {
                return Ok((f, price));
            }
        }
        Err(RiskError::Degenerate {
            argument: "limits",
            problem: "the best fractions were not found: limits or covariance too nearly degenerate",
        })
    }

    /// The derivative of growth.
    fn slope(&self, f: &[f64]) -> Vec<f64> {
        self.edge.iter().zip(product(self.covariance, f)).map(|(e, c)| e - c).collect()
    }

    /// What a derivative is summed up from: its rounding is a share of this.
    fn scale(&self, f: &[f64]) -> f64 {
        let n = f.len();
        (0..n)
            .map(|i| {
                let row = &self.covariance[i * n..(i + 1) * n];
                self.edge[i].abs() + row.iter().zip(f).map(|(c, f)| (c * f).abs()).sum::<f64>()
            })
            .fold(0.0, f64::max)
    }

    /// From here to the best of the free; by `missing` in all where the total binds.
    fn direction(&self, slope: &[f64], free: &[usize], missing: Option<f64>) -> Result<Vec<f64>, RiskError> {
        if free.is_empty() {
            return Ok(Vec::new());
        }
        let factor = self.factor(free)?;
        let zeros = vec![0.0; free.len()];
        // What all have in common does nothing where the total binds; left in, it would cancel.
        let common = if missing.is_some() { self.price(slope, free) } else { 0.0 };
        let uphill: Vec<f64> = free.iter().map(|i| slope[*i] - common).collect();
        let mut found = factor.solve(&uphill, &zeros);
        if let Some(missing) = missing {
            let ones = factor.solve(&vec![1.0; free.len()], &zeros);
            // Twice, since the first leaves the rounding of large numbers.
            for _ in 0..2 {
                let over = found.iter().sum::<f64>() - missing;
                let price = over / ones.iter().sum::<f64>();
                found.iter_mut().zip(&ones).for_each(|(x, one)| *x -= price * one);
            }
        }
        Ok(found)
    }

    fn factor(&self, free: &[usize]) -> Result<Factor, RiskError> {
        let n = self.edge.len();
        let part: Vec<f64> = free.iter().flat_map(|i| free.iter().map(move |j| self.covariance[i * n + j])).collect();
        Factor::new("covariance", &part, free.len())
    }

    /// How far the limits allow, at most 1, and the first that stops.
    fn longest(&self, f: &[f64], free: &[usize], by: &[f64], bound: bool) -> (f64, Option<Hit>) {
        let mut found = (1.0, None);
        for (i, by) in free.iter().zip(by) {
            let (limit, at) =
                if *by < 0.0 { (self.limits.lower[*i], Place::Lower) } else { (self.limits.upper[*i], Place::Upper) };
            let room = (limit - f[*i]) / by;
            if *by != 0.0 && room < found.0 {
                found = (room.max(0.0), Some(Hit::Asset(*i, at)));
            }
        }
        let more: f64 = by.iter().sum();
        if !bound && more > 0.0 {
            let room = (self.limits.total - f.iter().sum::<f64>()) / more;
            if room < found.0 {
                found = (room.max(0.0), Some(Hit::Total));
            }
        }
        found
    }

    /// What the free assets gain by a little more in all.
    fn price(&self, slope: &[f64], free: &[usize]) -> f64 {
        // At the best all free slopes are the same: their mean is it to rounding.
        let sum: f64 = free.iter().map(|i| slope[*i]).sum();
        sum / free.len() as f64
    }
}

/// The limit that stops a step.
#[derive(Clone, Copy, Debug)]
enum Hit {
    Asset(usize, Place),
    Total,
}
