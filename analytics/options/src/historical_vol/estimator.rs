//! The estimators.

use std::f64::consts::LN_2;

use super::bars::{Bars, HistoryError};
use super::blocks;
use super::ewma::log_ratio;

/// How a volatility is estimated from n bars.
///
/// Notation: O, H, L, C of a bar, P the close of the bar before; variances are per
/// bar. All but the first and the last two assume no drift and leave out what
/// happens between the close and the next open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Estimator {
    /// Sample deviation (divides by n - 1, mean removed) of n returns ln(C/P).
    CloseToClose,
    /// Parkinson (1980): mean of ln(H/L)^2 / (4 ln 2).
    Parkinson,
    /// Garman and Klass (1980), the practical estimator (their sigma_5^2):
    /// mean of ln(H/L)^2 / 2 - (2 ln 2 - 1) ln(C/O)^2.
    GarmanKlass,
    /// Rogers and Satchell (1991): mean of ln(H/C) ln(H/O) + ln(L/C) ln(L/O); right
    /// for any drift.
    RogersSatchell,
    /// Yang and Zhang (2000): sample variance of ln(O/P) + k times the sample
    /// variance of ln(C/O) + (1 - k) times the Rogers-Satchell mean, with
    /// k = 0.34 / (1.34 + (n + 1)/(n - 1)); right for drift and for gaps.
    YangZhang,
    /// What the Python package volest calls Yang-Zhang: as above, but means are not
    /// removed, close-to-close takes the place of open-to-close, and the
    /// Rogers-Satchell sum is divided by n - 1. Not the published estimator; here to
    /// compare with figures made by it.
    YangZhangVolest,
}

impl Estimator {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::CloseToClose,
        Self::Parkinson,
        Self::GarmanKlass,
        Self::RogersSatchell,
        Self::YangZhang,
        Self::YangZhangVolest,
    ];

    /// The name in tables: `close_to_close`, `parkinson`, `garman_klass`,
    /// `rogers_satchell`, `yang_zhang_published`, `yang_zhang_volest`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CloseToClose => "close_to_close",
            Self::Parkinson => "parkinson",
            Self::GarmanKlass => "garman_klass",
            Self::RogersSatchell => "rogers_satchell",
            Self::YangZhang => "yang_zhang_published",
            Self::YangZhangVolest => "yang_zhang_volest",
        }
    }

    /// The estimator of that [name](Self::name).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|estimator| estimator.name() == name)
    }

    /// The columns of [`Bars`] it reads.
    #[must_use]
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::CloseToClose => &["close"],
            Self::Parkinson => &["high", "low"],
            _ => &["open", "high", "low", "close"],
        }
    }

    /// Whether the close of the bar before is needed: n returns take n + 1 bars.
    #[must_use]
    pub fn needs_previous_close(self) -> bool {
        matches!(self, Self::CloseToClose | Self::YangZhang | Self::YangZhangVolest)
    }

    /// The smallest window: 2 where n - 1 divides, else 1.
    #[must_use]
    pub fn smallest_window(self) -> usize {
        if self.needs_previous_close() { 2 } else { 1 }
    }
}

/// The volatility of each window of `window` bars, per square root of a year.
///
/// The result has one element per bar, at the last bar of its window. It is `NaN` in
/// the warm-up (the first `window - 1` bars, one more where the close before is
/// needed) and in windows that hold a bad bar: see [`problems`](super::problems). A
/// window in which no price moves is exactly 0.
///
/// # Errors
/// When the window is below [`Estimator::smallest_window`], `periods_per_year` is not
/// a finite number above 0, or the columns differ in length.
pub fn rolling(
    estimator: Estimator,
    bars: &Bars<'_>,
    window: usize,
    periods_per_year: f64,
) -> Result<Vec<f64>, HistoryError> {
    let count = bars.count(estimator)?;
    if window < estimator.smallest_window() {
        let expected = if estimator.smallest_window() == 2 { "2 or more" } else { "1 or more" };
        return Err(HistoryError::Argument { argument: "window", found: window as f64, expected });
    }
    if !(periods_per_year.is_finite() && periods_per_year > 0.0) {
        let expected = "a finite number above 0";
        return Err(HistoryError::Argument { argument: "periods_per_year", found: periods_per_year, expected });
    }
    let first = usize::from(estimator.needs_previous_close());
    let terms = Terms::new(estimator, bars, count);
    let mut found = vec![f64::NAN; count];
    let cells = found.iter_mut().skip(window - 1 + first);
    for (cell, variance) in cells.zip(terms.variances(estimator, window)) {
        // Rounded prices may leave a Rogers-Satchell sum a hair below zero; NaN stays NaN.
        *cell = if variance < 0.0 { 0.0 } else { (variance * periods_per_year).sqrt() };
    }
    Ok(found)
}

/// The volatility over all bars, per square root of a year: the last element of
/// [`rolling`] with the longest window, to the bit.
///
/// # Errors
/// Names the first bad bar, or says how many bars are missing; else as [`rolling`].
pub fn whole(estimator: Estimator, bars: &Bars<'_>, periods_per_year: f64) -> Result<f64, HistoryError> {
    let count = bars.count(estimator)?;
    let first = usize::from(estimator.needs_previous_close());
    let needed = estimator.smallest_window() + first;
    if count < needed {
        return Err(HistoryError::TooFew { estimator: estimator.name(), found: count, expected: needed });
    }
    (0..count).try_for_each(|bar| bars.check(bar, estimator))?;
    let column = rolling(estimator, bars, count - first, periods_per_year)?;
    Ok(column.last().copied().unwrap_or(f64::NAN))
}

/// What each bar adds, from the first bar that has all it needs.
#[derive(Default)]
struct Terms {
    /// Squares or products whose mean is the variance.
    range: Vec<f64>,
    /// ln(O/P).
    overnight: Vec<f64>,
    /// ln(C/O), or ln(C/P) for close-to-close.
    day: Vec<f64>,
}

impl Terms {
    fn new(estimator: Estimator, bars: &Bars<'_>, count: usize) -> Self {
        let mut terms = Self::default();
        let mut before = f64::NAN;
        for bar in 0..count {
            let good = bars.check(bar, estimator).is_ok();
            let at = |column| bars.column(column).get(bar).copied().filter(|_| good).unwrap_or(f64::NAN);
            let (open, high, low, close) = (at("open"), at("high"), at("low"), at("close"));
            let rogers_satchell =
                || log_ratio(high, close) * log_ratio(high, open) + log_ratio(low, close) * log_ratio(low, open);
            let later = bar > 0;
            match estimator {
                Estimator::CloseToClose if later => terms.day.push(log_ratio(close, before)),
                Estimator::Parkinson => terms.range.push(square(log_ratio(high, low)) / (4.0 * LN_2)),
                Estimator::GarmanKlass => {
                    let day = square(log_ratio(close, open));
                    terms.range.push(0.5 * square(log_ratio(high, low)) - (2.0 * LN_2 - 1.0) * day);
                }
                Estimator::RogersSatchell => terms.range.push(rogers_satchell()),
                Estimator::YangZhang if later => {
                    terms.overnight.push(log_ratio(open, before));
                    terms.day.push(log_ratio(close, open));
                    terms.range.push(rogers_satchell());
                }
                Estimator::YangZhangVolest if later => {
                    terms.overnight.push(square(log_ratio(open, before)));
                    terms.day.push(square(log_ratio(close, before)));
                    terms.range.push(rogers_satchell());
                }
                _ => {}
            }
            before = close;
        }
        terms
    }

    /// The variance per bar of each window.
    fn variances(&self, estimator: Estimator, window: usize) -> Vec<f64> {
        let n = window as f64;
        let k = 0.34 / (1.34 + (n + 1.0) / (n - 1.0));
        match estimator {
            Estimator::CloseToClose => {
                blocks::moments(&self.day, window).into_iter().map(blocks::Moments::variance).collect()
            }
            Estimator::YangZhang => {
                let night = blocks::moments(&self.overnight, window);
                let day = blocks::moments(&self.day, window);
                let range = blocks::sums(&self.range, window);
                let parts = night.iter().zip(&day).zip(&range);
                parts
                    .map(|((night, day), range)| night.variance() + k * day.variance() + (1.0 - k) * (range / n))
                    .collect()
            }
            Estimator::YangZhangVolest => {
                let [night, day, range] =
                    [&self.overnight, &self.day, &self.range].map(|terms| blocks::sums(terms, window));
                let parts = night.iter().zip(&day).zip(&range);
                parts.map(|((night, day), range)| (night + k * day + (1.0 - k) * range) / (n - 1.0)).collect()
            }
            _ => blocks::sums(&self.range, window).into_iter().map(|sum| sum / n).collect(),
        }
    }
}

fn square(x: f64) -> f64 {
    x * x
}
