//! Gamma-distributed numbers, for the chi-squared variable of a Student t.

use numeric::normal;
use numeric::random::{LANES, Random};

/// Random numbers one at a time.
pub(super) struct Uniform {
    random: Random,
    left: [u64; LANES],
    next: usize,
}

impl Uniform {
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        Self { random: Random::new(seed, stream), left: [0; LANES], next: LANES }
    }

    fn bits(&mut self) -> u64 {
        if self.next == LANES {
            self.left = self.random.draw();
            self.next = 0;
        }
        self.next += 1;
        self.left[self.next - 1]
    }

    /// Above 0 and below 1, in steps of 2^-52.
    pub(super) fn uniform(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// An index below `n`; the bias is below n / 2^64.
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// Chi-squared with so many degrees of freedom, above 2: twice a gamma variable of shape
    /// `degrees / 2` by rejection (Marsaglia and Tsang 2000, "A simple method for generating
    /// gamma variables").
    pub(super) fn chi_squared(&mut self, degrees: f64) -> f64 {
        let d = degrees / 2.0 - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            // Defined: the argument is inside 0 to 1.
            let x = normal::quantile(self.uniform()).unwrap_or(0.0);
            let v = 1.0 + c * x;
            if v <= 0.0 {
                continue;
            }
            let v = v * v * v;
            let u = self.uniform();
            if u < 1.0 - 0.0331 * (x * x) * (x * x) || libm::log(u) < 0.5 * x * x + d * (1.0 - v + libm::log(v)) {
                return 2.0 * d * v;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_chi_squared() {
        for degrees in [2.01, 3.0, 4.5, 30.0] {
            let mut random = Uniform::new(9, 1);
            let n = 200_000.0_f64;
            let draws: Vec<f64> = (0..200_000).map(|_| random.chi_squared(degrees)).collect();
            let mean = draws.iter().sum::<f64>() / n;
            assert!((mean - degrees).abs() < 4.0 * (2.0 * degrees / n).sqrt(), "{degrees}: {mean}");
            let variance = draws.iter().map(|x| (x - degrees) * (x - degrees)).sum::<f64>() / n;
            // Fourth central moment: 12 k (k + 4).
            let error = ((12.0 * degrees * (degrees + 4.0) - 4.0 * degrees * degrees) / n).sqrt();
            assert!((variance - 2.0 * degrees).abs() < 4.0 * error, "{degrees}: {variance}");
        }
    }
}
