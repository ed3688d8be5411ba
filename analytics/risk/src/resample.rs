//! The bootstrap band of any statistic of a series.
//!
//! Circular blocks, as in [`mod@crate::bootstrap`] (Politis and Romano 1992), put
//! together to a full history for each resample, so that the statistic may be
//! anything; percentile interval (Efron 1979). [`crate::bootstrap::bootstrap`] is the faster way
//! for Sharpe ratio, growth and drawdown. The same series, settings and seed give
//! the same band on any number of threads: each group of resamples has its own
//! stretch of the generator's sequence.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use crate::RiskError;
use crate::block_length::block_length;
use crate::bootstrap::{Band, Bootstrap, RESAMPLES_MAX};
use crate::check::{all_finite, at_least, checked};
use crate::moments::quantile;

/// Resamples that share a stretch of random numbers.
const GROUP: usize = 64;

/// The band of `statistic` over resamples of `series`. The statistic is given a
/// history of the same length, and gives `None` where it is undefined.
///
/// # Errors
/// Fewer than two values or one that is not finite; settings outside the ranges
/// told at [`Bootstrap`]; a statistic that is undefined (or not finite) in more than a tenth of the resamples.
pub fn band(
    series: &[f64],
    settings: &Bootstrap,
    statistic: impl Fn(&[f64]) -> Option<f64> + Sync,
) -> Result<Band, RiskError> {
    let Bootstrap { resamples, confidence, seed, block } = *settings;
    at_least("series", series.len(), 2)?;
    all_finite("series", series)?;
    checked("resamples", resamples as f64, (100..=RESAMPLES_MAX).contains(&resamples), "100 to 100,000")?;
    checked("confidence", confidence, confidence > 0.0 && confidence < 1.0, "above 0 and below 1")?;
    checked("block", block.unwrap_or(1) as f64, block != Some(0), "1 or more")?;
    let length = block.or_else(|| block_length(series)).unwrap_or(1).min(series.len());

    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let groups: Vec<(usize, Xoshiro256PlusPlus)> = (0..resamples)
        .step_by(GROUP)
        .map(|from| {
            let own = random.clone();
            random.jump();
            (GROUP.min(resamples - from), own)
        })
        .collect();
    let drawn: Vec<Vec<f64>> = groups
        .into_par_iter()
        .map(|(count, mut random)| {
            let mut history = Vec::with_capacity(series.len());
            let one = |_| {
                draw(series, length, &mut random, &mut history);
                statistic(&history).filter(|x| x.is_finite())
            };
            (0..count).filter_map(one).collect()
        })
        .collect();
    let values: Vec<f64> = drawn.concat();
    let tail = (1.0 - confidence) / 2.0;
    let at = |p: f64| quantile(&values, p).filter(|_| values.len() + resamples / 10 >= resamples);
    match (at(tail), at(0.5), at(1.0 - tail)) {
        (Some(low), Some(median), Some(high)) => Ok(Band { low, median, high }),
        _ => Err(RiskError::Degenerate {
            argument: "series",
            problem: "the statistic is undefined in more than a tenth of the resamples",
        }),
    }
}

/// A history as long as the series, from blocks that begin anywhere on the circle.
fn draw(series: &[f64], length: usize, random: &mut Xoshiro256PlusPlus, history: &mut Vec<f64>) {
    let n = series.len();
    history.clear();
    while history.len() < n {
        let start = ((u128::from(random.next_u64()) * n as u128) >> 64) as usize;
        let count = length.min(n - history.len());
        history.extend((start..start + count).map(|i| series[i % n]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moments::mean;

    fn series() -> Vec<f64> {
        (0..200).map(|i| 0.001 + 0.01 * (f64::from(i) * 0.7).sin() * (f64::from(i) * 0.13).cos()).collect()
    }

    #[test]
    fn the_band_of_a_mean_is_its_error() {
        let settings = Bootstrap { resamples: 20_000, confidence: 0.95, seed: 3, block: Some(1) };
        let found = band(&series(), &settings, mean).expect("defined");
        let error = crate::moments::deviation(&series()).expect("defined") / 200_f64.sqrt();
        let centre = mean(&series()).expect("defined");
        assert!(((found.high - found.low) / (2.0 * 1.96 * error) - 1.0).abs() < 0.03, "{found:?}");
        assert!((found.median - centre).abs() < 0.05 * error);
    }

    #[test]
    fn any_number_of_threads_gives_the_same() {
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| band(&series(), &Bootstrap::default(), mean).expect("defined"))
        };
        assert_eq!(on(1), on(2));
        assert_eq!(on(1), on(5));
    }

    #[test]
    fn senseless_input_is_an_error() {
        let fine = series();
        let settings = Bootstrap::default();
        for wrong in [
            Bootstrap { resamples: 99, ..settings },
            Bootstrap { resamples: RESAMPLES_MAX + 1, ..settings },
            Bootstrap { confidence: 0.0, ..settings },
            Bootstrap { confidence: f64::NAN, ..settings },
            Bootstrap { block: Some(0), ..settings },
        ] {
            assert!(band(&fine, &wrong, mean).is_err(), "{wrong:?}");
        }
        assert!(band(&[1.0], &settings, mean).is_err());
        assert!(band(&[1.0, f64::NAN], &settings, mean).is_err());
        assert!(band(&fine, &settings, |_| None).is_err());
        assert!(band(&fine, &settings, |_| Some(f64::NAN)).is_err());
    }
}
