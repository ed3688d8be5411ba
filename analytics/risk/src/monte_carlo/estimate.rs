//! VaR and ES of an outcome, and how sure they are.

use numeric::{normal, student};

use super::GROUP;
use super::run::{Control, Outcome, Sampling};
use super::strata::Strata;
use super::tail::worst;
use crate::{RiskError, check};

/// VaR and ES of a simulation: losses, positive, in base currency. The bands say how far the
/// figures may be off because paths are finite in number; not how wrong the model is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The loss that is exceeded with a chance of `1 - confidence`: the inverse of the empirical distribution.
    pub var: f64,
    /// Lower end of its band; minus infinity when there are too few paths for one.
    pub var_low: f64,
    /// Upper end of its band; infinity when there are too few paths in the tail for one.
    pub var_high: f64,
    /// The mean of the worst `1 - confidence` of the losses (Rockafellar and Uryasev 2002).
    pub expected_shortfall: f64,
    /// Lower end of its band.
    pub es_low: f64,
    /// Upper end of its band.
    pub es_high: f64,
    /// Standard error of the ES.
    pub es_standard_error: f64,
    /// Share of outcomes that are no worse than the VaR.
    pub confidence: f64,
    /// Chance that a band covers the true figure.
    pub band: f64,
    /// Paths.
    pub paths: usize,
}

impl Outcome {
    /// VaR and ES at `confidence` with bands that cover with a chance of `band` (0.95 is usual).
    ///
    /// The band of the VaR is a pair of order statistics, by the binomial distribution of
    /// how many losses exceed the VaR (exact for random sampling; David and Nagaraja 2003, "Order
    /// Statistics", section 7.1). The band of the ES is normal, with the variance of Manistre
    /// and Hancock (2005, "Variance of the CTE estimator"). Antithetic pairs and the control enter
    /// both variances; Sobol points have the spread of their replicates, with Student's t.
    ///
    /// # Errors
    /// A confidence or band outside 0 to 1.
    pub fn estimate(&self, confidence: f64, band: f64) -> Result<Estimate, RiskError> {
        let a = check::tail(confidence)?;
        let expected = "a share above 0 and below 1";
        let outside = RiskError::Argument { argument: "band", found: band, expected };
        if !(band > 0.0 && band < 1.0) {
            return Err(outside);
        }
        let half = 0.5 * (1.0 - band);
        let z = -normal::quantile(half).ok_or(outside)?;
        let found = match (self.plan.settings.sampling, &self.plan.control) {
            (Sampling::Sobol { .. }, _) => self.by_replicates(a, band),
            (_, Some(control)) => self.weighted(a, z, control),
            (Sampling::Antithetic, None) => plain(self.profits(), a, z, half, true),
            (Sampling::Random, None) => plain(self.profits(), a, z, half, false),
        };
        let Figures { var, var_low, var_high, es, es_error, es_times } = found;
        Ok(Estimate {
            var,
            var_low,
            var_high,
            expected_shortfall: es,
            es_low: es - es_times * es_error,
            es_high: es + es_times * es_error,
            es_standard_error: es_error,
            confidence,
            band,
            paths: self.profits().len(),
        })
    }

    fn by_replicates(&self, a: f64, band: f64) -> Figures {
        let each: Vec<(f64, f64)> = self.profits().chunks(self.plan.per_replicate()).map(|p| point(p, a)).collect();
        let (var, es) = point(self.profits(), a);
        let n = each.len() as f64;
        let error = |of: fn(&(f64, f64)) -> f64| {
            let mean = each.iter().map(of).sum::<f64>() / n;
            (each.iter().map(|x| (of(x) - mean) * (of(x) - mean)).sum::<f64>() / (n - 1.0) / n).sqrt()
        };
        let (var_error, es_error) = (error(|x| x.0), error(|x| x.1));
        let times = student::two_sided_quantile(1.0 - band, n - 1.0).unwrap_or(f64::INFINITY);
        Figures {
            var,
            var_low: var - times * var_error,
            var_high: var + times * var_error,
            es,
            es_error,
            es_times: times,
        }
    }

    /// Paths weighted so that the control has its exact chance in each stratum.
    fn weighted(&self, a: f64, z: f64, control: &Control) -> Figures {
        let n = self.profits().len();
        let strata = Strata::new(&self.controls, control, a);
        let stratum = |index: u32| strata.of(self.controls[index as usize]);
        let weight = |index: u32| strata.weight(stratum(index));
        let mut wanted = ((4.0 * n as f64 * a) as usize + 1_000).min(n);
        // The chance of the tail as the strata see it, and its error at a loss.
        let error = |tail: &[(f64, u32)]| {
            let mut inside = vec![0.0; strata.chances.len()];
            for (_, index) in tail {
                inside[stratum(*index)] += 1.0;
            }
            let parts = strata.chances.iter().zip(&strata.counts).zip(&inside);
            parts
                .map(|((chance, count), k)| chance * chance * (k / count) * (1.0 - k / count) / count)
                .sum::<f64>()
                .sqrt()
        };
        loop {
            let tail = worst(self.profits(), wanted);
            // How many of the worst carry so much weight.
            let reach = |share: f64| {
                let mut sum = 0.0;
                tail.iter().position(|(_, index)| {
                    sum += weight(*index);
                    sum >= share * (1.0 - 1e-12)
                })
            };
            let all = wanted == n;
            if let Some(at) = reach(a).or(all.then_some(n - 1)) {
                let error = error(&tail[..=at]);
                let far = reach(a + z * error);
                if far.is_some() || all {
                    let near = if a > z * error { reach(a - z * error) } else { None };
                    return strata.figures(&self.controls, &tail, at, [near, far], a, z);
                }
            }
            wanted = (2 * wanted).min(n);
        }
    }
}

pub(super) struct Figures {
    pub(super) var: f64,
    pub(super) var_low: f64,
    pub(super) var_high: f64,
    pub(super) es: f64,
    pub(super) es_error: f64,
    pub(super) es_times: f64,
}

/// The place of the VaR among losses from the worst, from 0.
pub(super) fn place(n: usize, a: f64) -> usize {
    ((n as f64 * a - 1.0).ceil().max(0.0) as usize).min(n - 1)
}

/// The mean of the worst `n a` losses, the last by its fraction.
pub(super) fn shortfall(tail: &[(f64, u32)], n: usize, a: f64) -> f64 {
    let wanted = n as f64 * a;
    let whole = (wanted as usize).min(tail.len());
    let rest = tail.get(whole).map_or(0.0, |next| (wanted - whole as f64) * next.0);
    -(tail[..whole].iter().map(|t| t.0).sum::<f64>() + rest) / wanted
}

/// VaR and ES alone.
fn point(profits: &[f64], a: f64) -> (f64, f64) {
    let place = place(profits.len(), a);
    let tail = worst(profits, place + 2);
    (-tail[place].0, shortfall(&tail, profits.len(), a))
}

fn plain(profits: &[f64], a: f64, z: f64, half: f64, paired: bool) -> Figures {
    let n = profits.len();
    let (size, at) = (n as f64, place(n, a));
    let wide = 2.0 * (z + 1.0) * (2.0 * size * a * (1.0 - a)).sqrt() + 20.0;
    let tail = worst(profits, at + 2 + wide as usize);
    let var = -tail[at].0;
    let beyond = tail[..=at].iter().map(|(profit, index)| (-profit - var, *index));
    let (mut y, mut yy, mut both, mut shared) = (0.0, 0.0, 0.0, 0.0);
    for (excess, index) in beyond {
        y += excess;
        yy += excess * excess;
        // The other path of the pair; the last pairs may lack one.
        let partner = (index as usize) ^ (GROUP / 2);
        if let Some(profit) = profits.get(partner).filter(|_| paired) {
            both += f64::from(-profit >= var);
            shared += excess * (-profit - var).max(0.0);
        }
    }
    let mean = y / size;
    let variance = (yy / size - mean * mean + if paired { shared / size - mean * mean } else { 0.0 }).max(0.0);
    let (near, far) = if paired {
        let error = (size * (a + both / size - 2.0 * a * a).max(0.0)).sqrt();
        ((size * a - z * error).floor(), (size * a + z * error).ceil() + 1.0)
    } else {
        let (near, far) = binomial_bounds(n, a, half);
        (near as f64, far as f64 + 1.0)
    };
    let loss = |rank: f64| tail.get(rank as usize - 1).map(|t| -t.0);
    Figures {
        var,
        var_low: if far > size { f64::NEG_INFINITY } else { loss(far).unwrap_or(f64::NEG_INFINITY) },
        var_high: if near < 1.0 { f64::INFINITY } else { loss(near).unwrap_or(f64::INFINITY) },
        es: shortfall(&tail, n, a),
        es_error: (variance / size).sqrt() / a,
        es_times: z,
    }
}

/// The smallest counts whose cumulative binomial chance is above `half`, and at least `1 - half`.
fn binomial_bounds(n: usize, p: f64, half: f64) -> (usize, usize) {
    let (size, q) = (n as f64, 1.0 - p);
    let spread = (size * p * q).sqrt();
    // Below lies less than 1e-30.
    let first = (size * p - 14.0 * spread - 40.0).max(0.0).floor();
    let log = libm::lgamma(size + 1.0) - libm::lgamma(first + 1.0) - libm::lgamma(size - first + 1.0)
        + first * libm::log(p)
        + (size - first) * libm::log1p(-p);
    // Relative to the first, so that nothing underflows: chances are compared to the sum of all.
    let (mut k, mut log_chance, mut sum, mut near) = (first, log, 0.0, None);
    while k <= size {
        sum += libm::exp(log_chance);
        if near.is_none() && sum > half {
            near = Some(k as usize);
        }
        if sum >= 1.0 - half || k > size * p + 14.0 * spread + 40.0 {
            break;
        }
        log_chance += libm::log((size - k) / (k + 1.0) * (p / q));
        k += 1.0;
    }
    (near.unwrap_or(0), k as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binomial_counts() {
        // By exact sums (scipy 1.17): binom.ppf.
        for (n, p, half, expected) in [
            (100, 0.05, 0.025, (1, 10)),
            (1_000, 0.01, 0.025, (4, 17)),
            (10_000, 0.01, 0.005, (75, 127)),
            (1_000_000, 0.01, 0.025, (9_805, 10_195)),
            (10, 0.01, 0.025, (0, 1)),
            (250, 0.5, 0.05, (112, 138)),
        ] {
            assert_eq!(binomial_bounds(n, p, half), expected, "{n} {p} {half}");
        }
    }
}
