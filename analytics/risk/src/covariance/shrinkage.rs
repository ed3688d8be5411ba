//! Ledoit and Wolf's shrinkage: a sample covariance matrix drawn towards a target
//! by as much as its own error asks for.

use super::{centred, in_range, linear, products};
use crate::RiskError;

/// What the sample covariance is drawn towards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The identity times the mean variance (Ledoit and Wolf 2004, "A
    /// well-conditioned estimator for large-dimensional covariance matrices",
    /// Journal of Multivariate Analysis 88; lemma 3.2 to 3.4).
    Identity,
    /// The sample variances with one correlation for all, the mean of the sample's
    /// (Ledoit and Wolf 2004, "Honey, I shrunk the sample covariance matrix",
    /// Journal of Portfolio Management 30; appendices A and B).
    ConstantCorrelation,
}

/// A shrunk covariance matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Shrunk {
    /// `intensity target + (1 - intensity) sample`, row-major; the sample covariance
    /// divides by the number of observations (`ddof` 0), as in both papers.
    pub covariance: Vec<f64>,
    /// The target's share, 0 to 1.
    pub intensity: f64,
    /// What it was drawn towards.
    pub target: Target,
    /// Assets.
    pub assets: usize,
    /// Observations per asset.
    pub observations: usize,
}

impl Shrunk {
    /// The correlations of the shrunk matrix.
    ///
    /// # Errors
    /// An asset has no variance.
    pub fn correlation(&self) -> Result<Vec<f64>, RiskError> {
        super::correlation(&self.covariance, self.assets)
    }
}

/// The shrunk covariance of returns, one slice per asset. Works with fewer
/// observations than assets: with an intensity above zero the result is positive
/// definite where the target is. One asset, and a sample equal to its target,
/// have the intensity 0.
///
/// # Errors
/// No series, series of different lengths, an element that is not finite, fewer
/// than two observations; for [`Target::ConstantCorrelation`] an asset without variance;
/// products beyond the range of numbers.
pub fn shrink(series: &[&[f64]], target: Target) -> Result<Shrunk, RiskError> {
    let mut centred = centred(series, 2)?;
    // By a power of two, exactly, so that fourth powers stay in range.
    let largest = centred.iter().flatten().fold(0.0_f64, |most, x| most.max(x.abs()));
    let exponent = if largest > 0.0 && largest.is_finite() { libm::ilogb(largest) } else { 0 };
    centred.iter_mut().flatten().for_each(|x| *x = libm::ldexp(*x, -exponent));
    let (n, observations) = (centred.len(), centred[0].len());
    let sample = products(&centred, observations as f64);
    let (aim, raw) = match target {
        Target::Identity => identity(&centred, &sample),
        Target::ConstantCorrelation => constant_correlation(&centred, &sample)?,
    };
    // Not a number where the sample is its target.
    let intensity = if raw > 0.0 { raw.min(1.0) } else { 0.0 };
    let mixed = sample.iter().zip(&aim).map(|(s, t)| intensity * t + (1.0 - intensity) * s);
    let covariance = in_range(mixed.map(|c| libm::ldexp(c, 2 * exponent)).collect())?;
    Ok(Shrunk { covariance, intensity, target, assets: n, observations })
}

/// The target, and the squared error of the sample over its squared distance from the target.
fn identity(centred: &[Vec<f64>], sample: &[f64]) -> (Vec<f64>, f64) {
    let n = centred.len();
    let mean = (0..n).map(|i| sample[i * n + i]).sum::<f64>() / n as f64;
    let target: Vec<f64> = (0..n * n).map(|at| if at / n == at % n { mean } else { 0.0 }).collect();
    let error: f64 = pairs(n).map(|(i, j)| twice(i, j) * error(&centred[i], &centred[j], sample[i * n + j])).sum();
    let raw = error / centred[0].len() as f64 / distance(sample, &target, mean);
    (target, raw)
}

fn constant_correlation(centred: &[Vec<f64>], sample: &[f64]) -> Result<(Vec<f64>, f64), RiskError> {
    let n = centred.len();
    let deviation = super::deviations(sample, n)?;
    let correlations = pairs(n).filter(|(i, j)| i != j).map(|(i, j)| sample[i * n + j] / deviation[i] / deviation[j]);
    let mean = if n == 1 { 0.0 } else { correlations.sum::<f64>() * 2.0 / (n * (n - 1)) as f64 };
    let target: Vec<f64> = (0..n * n)
        .map(|at| if at / n == at % n { sample[at] } else { mean * deviation[at / n] * deviation[at % n] })
        .collect();
    // The error of the sample, and the part of it that the target shares.
    let (mut all, mut shared) = (0.0, 0.0);
    for (i, j) in pairs(n) {
        let own = error(&centred[i], &centred[j], sample[i * n + j]);
        all += twice(i, j) * own;
        if i == j {
            shared += own;
            continue;
        }
        let with = |k: usize| together(&centred[k], sample[k * n + k], &centred[i], &centred[j], sample[i * n + j]);
        shared += mean * (deviation[j] / deviation[i] * with(i) + deviation[i] / deviation[j] * with(j));
    }
    let size = (0..n).map(|i| sample[i * n + i]).sum::<f64>() / n as f64;
    let raw = (all - shared) / centred[0].len() as f64 / distance(sample, &target, size);
    Ok((target, raw))
}

/// Pairs on and below the diagonal.
fn pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(|i| (0..=i).map(move |j| (i, j)))
}

/// How often a pair is in the whole matrix.
fn twice(i: usize, j: usize) -> f64 {
    if i == j { 1.0 } else { 2.0 }
}

/// The mean of `(x_t y_t - covariance)^2`.
fn error(x: &[f64], y: &[f64], covariance: f64) -> f64 {
    let squares = x.iter().zip(y).map(|(x, y)| (x * y - covariance) * (x * y - covariance));
    squares.sum::<f64>() / x.len() as f64
}

/// The mean of `(z_t^2 - variance) (x_t y_t - covariance)`.
fn together(z: &[f64], variance: f64, x: &[f64], y: &[f64], covariance: f64) -> f64 {
    let both = z.iter().zip(x.iter().zip(y)).map(|(z, (x, y))| (z * z - variance) * (x * y - covariance));
    both.sum::<f64>() / z.len() as f64
}

/// The squared Frobenius distance; zero when it is rounding noise of matrices of this size.
fn distance(sample: &[f64], target: &[f64], size: f64) -> f64 {
    let off: Vec<f64> = sample.iter().zip(target).map(|(s, t)| s - t).collect();
    let squared = linear::dot(&off, &off);
    let noise = 8.0 * f64::EPSILON * size;
    if squared <= noise * noise * sample.len() as f64 { f64::NAN } else { squared }
}
