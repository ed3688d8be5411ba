//! The headline statistics of an equity curve in one pass, for long curves and
//! for sweeps over many.
//!
//! The definitions are those of `ratios` and `drawdown`; sums are taken in eight
//! lanes, added in a fixed order, so that the result is the same bits everywhere.

use crate::finite;
use crate::moments::NOISE;

/// Lanes of the sums; part of the result's last bits.
const LANES: usize = 8;
/// Values that are looked at together for falls.
const WATER: usize = 16;

/// What one pass over an equity curve gives; `None` = undefined.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Curve {
    /// `ratios::volatility`, annualised.
    pub volatility: Option<f64>,
    /// `ratios::sharpe` with a risk-free rate of zero, annualised.
    pub sharpe: Option<f64>,
    /// `ratios::sortino` with a target of zero, annualised.
    pub sortino: Option<f64>,
    /// `drawdown::max_drawdown`: zero or negative.
    pub max_drawdown: Option<f64>,
    /// Mean of the equity values.
    pub mean: Option<f64>,
    /// Indices of the peak and the end of the time under water that is longest by
    /// the clock, as `drawdown::longest`; `None` when equity never fell.
    pub longest_under_water: Option<(usize, usize)>,
}

/// One pass over an equity curve; `times` in any unit, one per value.
#[must_use]
pub fn curve(times: &[i64], equity: &[f64], periods_per_year: f64) -> Curve {
    let (Some(first), true) = (equity.first(), equity.len() >= 2) else {
        return Curve { mean: equity.first().copied().and_then(finite), ..Curve::default() };
    };
    let mut sums = Sums::default();
    let mut water = Water::new(*first);
    let mut at = 1;
    while at + LANES <= equity.len() {
        // One value more in front: each return needs its base.
        sums.lanes(&equity[at - 1..at - 1 + LANES], &equity[at..at + LANES]);
        at += LANES;
    }
    for i in at..equity.len() {
        sums.one(equity[i - 1], equity[i], i - at);
    }
    for (i, some) in equity[1..].chunks(WATER).enumerate() {
        water.some(times, some, 1 + i * WATER);
    }
    let total = lanes_sum(&sums.equity) + first;
    let longest_under_water = water.finish(times, equity.len() - 1);
    let mean = finite(total / equity.len() as f64);
    let max_drawdown = mean.and(finite(water.worst)).filter(|_| *first > 0.0);
    let found = Curve { max_drawdown, mean, longest_under_water, ..Curve::default() };
    // A return from zero or less is undefined; a value that is not finite shows in the mean.
    if mean.is_none() || least(&sums.base) <= 0.0 {
        return found;
    }
    let periods = (equity.len() - 1) as f64;
    let sum = lanes_sum(&sums.returns);
    let per_period = sum / periods;
    let squares = lanes_sum(&sums.squares) - sum * per_period;
    // One pass loses digits when the mean is large beside the deviation.
    let squares = if squares < periods * per_period * per_period { two_pass(equity, per_period) } else { squares };
    let deviation = finite((squares / (periods - 1.0)).sqrt());
    let year = periods_per_year.sqrt();
    let downside = (lanes_sum(&sums.downside) / periods).sqrt() * year;
    Curve {
        volatility: deviation.and_then(|d| finite(d * year)),
        sharpe: deviation.filter(|d| *d > NOISE).and_then(|d| finite(per_period / d * year)),
        sortino: Some(downside)
            .filter(|d| equity.len() > 2 && *d > NOISE * year)
            .and_then(|d| finite(per_period * periods_per_year / d)),
        ..found
    }
}

/// Sum of squared deviations of returns from their mean.
fn two_pass(equity: &[f64], mean: f64) -> f64 {
    equity.windows(2).map(|w| w[1] / w[0] - 1.0 - mean).map(|d| d * d).sum()
}

fn lanes_sum(lanes: &[f64; LANES]) -> f64 {
    let [a, b, c, d, e, f, g, h] = *lanes;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

fn least(values: &[f64]) -> f64 {
    values.iter().fold(f64::INFINITY, |least, x| if *x < least { *x } else { least })
}

fn most(values: &[f64]) -> f64 {
    values.iter().fold(f64::NEG_INFINITY, |most, x| if *x > most { *x } else { most })
}

/// Sums of returns and values.
struct Sums {
    returns: [f64; LANES],
    squares: [f64; LANES],
    downside: [f64; LANES],
    equity: [f64; LANES],
    /// Least base of a return.
    base: [f64; LANES],
}

impl Default for Sums {
    fn default() -> Self {
        let zero = [0.0; LANES];
        Self { returns: zero, squares: zero, downside: zero, equity: zero, base: [f64::INFINITY; LANES] }
    }
}

impl Sums {
    #[inline(always)]
    fn lanes(&mut self, before: &[f64], now: &[f64]) {
        let (Ok(before), Ok(now)) = (<[f64; LANES]>::try_from(before), <[f64; LANES]>::try_from(now)) else {
            return;
        };
        for lane in 0..LANES {
            self.one(before[lane], now[lane], lane);
        }
    }

    #[inline(always)]
    fn one(&mut self, before: f64, now: f64, lane: usize) {
        let r = now / before - 1.0;
        let loss = if r < 0.0 { r } else { 0.0 };
        self.returns[lane] += r;
        self.squares[lane] += r * r;
        self.downside[lane] += loss * loss;
        self.equity[lane] += now;
        self.base[lane] = if before < self.base[lane] { before } else { self.base[lane] };
    }
}

/// Falls from the peak so far, and how long they last.
struct Water {
    peak: f64,
    peak_at: usize,
    trough: f64,
    /// Deepest fall so far.
    worst: f64,
    longest: Option<(usize, usize)>,
    duration: i64,
}

impl Water {
    fn new(first: f64) -> Self {
        Self { peak: first, peak_at: 0, trough: first, worst: 0.0, longest: None, duration: 0 }
    }

    /// Several values at once: most neither reach the peak nor fall below the trough.
    #[inline(always)]
    fn some(&mut self, times: &[i64], now: &[f64], at: usize) {
        let (mut low, mut high) = ([f64::INFINITY; 4], [f64::NEG_INFINITY; 4]);
        let (fours, rest) = now.as_chunks::<4>();
        for four in fours {
            for (lane, x) in four.iter().enumerate() {
                low[lane] = if *x < low[lane] { *x } else { low[lane] };
                high[lane] = if *x > high[lane] { *x } else { high[lane] };
            }
        }
        let (mut low, mut high) = (least(&low), most(&high));
        for x in rest {
            low = if *x < low { *x } else { low };
            high = if *x > high { *x } else { high };
        }
        if high < self.peak && low >= self.trough {
            return;
        }
        if low == high && high == self.peak && self.peak_at + 1 == at {
            self.peak_at += now.len();
            return;
        }
        for (i, x) in now.iter().enumerate() {
            self.one(times, *x, at + i);
        }
    }

    #[inline(always)]
    fn one(&mut self, times: &[i64], now: f64, at: usize) {
        if now >= self.peak {
            if at - self.peak_at > 1 {
                self.end(times, at);
            }
            (self.peak, self.peak_at, self.trough) = (now, at, now);
        } else if now < self.trough {
            self.trough = now;
        }
    }

    #[inline(never)]
    fn end(&mut self, times: &[i64], at: usize) {
        let fall = self.trough / self.peak - 1.0;
        if fall < self.worst || fall.is_nan() {
            self.worst = fall;
        }
        let time = |i: usize| times.get(i).copied().unwrap_or_default();
        let duration = time(at).saturating_sub(time(self.peak_at));
        // The later of two equal ones, as `drawdown::longest`.
        if self.longest.is_none() || duration >= self.duration {
            (self.longest, self.duration) = (Some((self.peak_at, at)), duration);
        }
    }

    fn finish(&mut self, times: &[i64], last: usize) -> Option<(usize, usize)> {
        if self.peak_at < last {
            self.end(times, last);
        }
        self.longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{drawdown, moments, ratios};

    /// A linear congruential generator (Knuth), spread over -1..1.
    fn noise(seed: &mut u64) -> f64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    fn near(a: Option<f64>, b: Option<f64>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-11 * b.abs().max(1e-3),
            (a, b) => a == b,
        }
    }

    fn check(equity: &[f64]) {
        let times: Vec<i64> = (0..equity.len() as i64).map(|i| i * i + 7 * i).collect();
        let found = curve(&times, equity, 252.0);
        let r = ratios::returns(equity);
        let of = |f: fn(&[f64]) -> Option<f64>| r.as_deref().and_then(f);
        assert!(near(found.volatility, of(|r| ratios::volatility(r, 252.0))), "{equity:?}");
        assert!(near(found.sharpe, of(|r| ratios::sharpe(r, 252.0, 0.0))), "{equity:?}");
        assert!(near(found.sortino, of(|r| ratios::sortino(r, 252.0))), "{equity:?}");
        assert_eq!(found.max_drawdown, drawdown::max_drawdown(equity), "{equity:?}");
        assert!(near(found.mean, moments::mean(equity)), "{equity:?}");
        let longest = drawdown::longest(&times, equity).map(|(u, _)| (u.peak, u.end));
        if equity.iter().all(|e| e.is_finite()) {
            assert_eq!(found.longest_under_water, longest, "{equity:?}");
        }
    }

    #[test]
    fn as_the_separate_functions() {
        let mut seed = 1;
        for length in [2, 3, 7, 8, 9, 10, 16, 17, 18, 40, 1_000] {
            for kind in 0..40 {
                let mut value = 1_000.0;
                let equity: Vec<f64> = (0..length)
                    .map(|i| {
                        // Flat for a while, as equity is without a position.
                        if kind % 3 == 0 || (i / 13) % 2 == 0 {
                            value *= 1.0 + 0.02 * noise(&mut seed) + 0.001 * f64::from(kind % 5);
                        }
                        value
                    })
                    .collect();
                check(&equity);
            }
        }
    }

    #[test]
    fn special_curves() {
        let growth: Vec<f64> = (0..100).map(|i| 1.01_f64.powi(i)).collect();
        for equity in [
            vec![100.0; 50],
            vec![100.0, 100.0],
            growth,
            vec![100.0, 90.0, 100.0, 80.0, 100.0, 100.0, 100.0, 70.0, 60.0, 65.0],
            vec![100.0, 50.0, 0.0, 10.0],
            vec![100.0, 50.0, -10.0],
        ] {
            check(&equity);
        }
        assert_eq!(curve(&[], &[], 252.0), Curve::default());
        assert_eq!(curve(&[1], &[5.0], 252.0), Curve { mean: Some(5.0), ..Curve::default() });
        for bad in [f64::NAN, f64::INFINITY] {
            let mut equity = vec![100.0; 20];
            equity[11] = bad;
            let found = curve(&[0; 20], &equity, 252.0);
            assert_eq!((found.sharpe, found.mean, found.max_drawdown), (None, None, None));
        }
    }
}
