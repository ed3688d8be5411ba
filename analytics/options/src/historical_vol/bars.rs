//! The prices that go in, and what may be wrong with them.

use thiserror::Error;

use super::Estimator;

/// Columns of prices, oldest first, all of one length.
///
/// An estimator reads only the columns it needs, see [`Estimator::columns`]; the
/// others may be empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bars<'a> {
    /// First price of each bar.
    pub open: &'a [f64],
    /// Highest price of each bar.
    pub high: &'a [f64],
    /// Lowest price of each bar.
    pub low: &'a [f64],
    /// Last price of each bar.
    pub close: &'a [f64],
}

/// Why there is no historical volatility.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// A price is not a number, infinite, zero or negative.
    #[error("{column}[{bar}] is {found}, expected a finite price above 0")]
    Price {
        /// Name of the column.
        column: &'static str,
        /// Place of the bar, from 0.
        bar: usize,
        /// What stands there.
        found: f64,
    },
    /// The high is below the low.
    #[error("bar {bar}: high {high} is below low {low}")]
    Range {
        /// Place of the bar, from 0.
        bar: usize,
        /// Its high.
        high: f64,
        /// Its low.
        low: f64,
    },
    /// The open or the close is not between low and high.
    #[error("bar {bar}: {column} {found} is outside low {low} to high {high}")]
    Outside {
        /// `open` or `close`.
        column: &'static str,
        /// Place of the bar, from 0.
        bar: usize,
        /// That price.
        found: f64,
        /// The bar's low.
        low: f64,
        /// The bar's high.
        high: f64,
    },
    /// Columns of different lengths.
    #[error("{column} has {found} bars, expected {expected} as in the first column read")]
    Length {
        /// Name of the column.
        column: &'static str,
        /// Its length.
        found: usize,
        /// The length of the first column that is needed.
        expected: usize,
    },
    /// Fewer bars than the estimate needs.
    #[error("{found} bars, expected at least {expected} for {estimator}")]
    TooFew {
        /// Name of the estimator.
        estimator: &'static str,
        /// Bars given.
        found: usize,
        /// Bars needed.
        expected: usize,
    },
    /// A return is not a number or infinite.
    #[error("returns[{row}] is {found}, expected {expected}")]
    Return {
        /// Its place, from 0.
        row: usize,
        /// Its value.
        found: f64,
        /// Its domain, in words.
        expected: &'static str,
    },
    /// Another argument is outside its domain.
    #[error("{argument} is {found}, expected {expected}")]
    Argument {
        /// Its name.
        argument: &'static str,
        /// Its value.
        found: f64,
        /// Its domain, in words.
        expected: &'static str,
    },
}

/// Room for the rounding of adjusted prices: an open or close may lie this far
/// outside the range, as a share of the price. The high may not lie below the low.
const ROUNDING: f64 = 1e-9;

impl<'a> Bars<'a> {
    pub(super) fn column(&self, name: &str) -> &'a [f64] {
        match name {
            "open" => self.open,
            "high" => self.high,
            "low" => self.low,
            _ => self.close,
        }
    }

    /// Number of bars in the columns that `estimator` reads.
    pub(super) fn count(&self, estimator: Estimator) -> Result<usize, HistoryError> {
        let mut expected = None;
        for &column in estimator.columns() {
            let found = self.column(column).len();
            match expected {
                Some(expected) if found != expected => return Err(HistoryError::Length { column, found, expected }),
                _ => expected = Some(found),
            }
        }
        Ok(expected.unwrap_or(0))
    }

    /// What is wrong with one bar, for `estimator`.
    pub(super) fn check(&self, bar: usize, estimator: Estimator) -> Result<(), HistoryError> {
        let at = |column| self.column(column).get(bar).copied().unwrap_or(f64::NAN);
        for &column in estimator.columns() {
            let found = at(column);
            if !(found.is_finite() && found > 0.0) {
                return Err(HistoryError::Price { column, bar, found });
            }
        }
        if !estimator.columns().contains(&"high") {
            return Ok(());
        }
        let (high, low) = (at("high"), at("low"));
        if high < low {
            return Err(HistoryError::Range { bar, high, low });
        }
        for &column in estimator.columns().iter().filter(|&&column| column == "open" || column == "close") {
            let found = at(column);
            if found > high + ROUNDING * high || found < low - ROUNDING * low {
                return Err(HistoryError::Outside { column, bar, found, low, high });
            }
        }
        Ok(())
    }
}

/// Every bar that `estimator` cannot use, with the reason, oldest first.
///
/// # Errors
/// When the columns differ in length.
pub fn problems(estimator: Estimator, bars: &Bars<'_>) -> Result<Vec<HistoryError>, HistoryError> {
    Ok((0..bars.count(estimator)?).filter_map(|bar| bars.check(bar, estimator).err()).collect())
}
