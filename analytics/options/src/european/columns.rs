//! Columns in and columns out: what `batch` reads and writes.

use super::{European, Greeks};
use crate::{OptionError, OptionType};

/// A column of arguments: one value for each row, or one for all rows.
#[derive(Clone, Copy, Debug)]
pub enum Column<'a, T> {
    /// A value for each row.
    Each(&'a [T]),
    /// The same value for all rows.
    All(T),
}

impl<'a, T> From<&'a [T]> for Column<'a, T> {
    fn from(values: &'a [T]) -> Self {
        Self::Each(values)
    }
}

impl<'a, T> From<&'a Vec<T>> for Column<'a, T> {
    fn from(values: &'a Vec<T>) -> Self {
        Self::Each(values)
    }
}

impl From<f64> for Column<'_, f64> {
    fn from(value: f64) -> Self {
        Self::All(value)
    }
}

impl From<OptionType> for Column<'_, OptionType> {
    fn from(value: OptionType) -> Self {
        Self::All(value)
    }
}

impl<'a, T: Copy> Column<'a, T> {
    fn at(&self, row: usize) -> T {
        match self {
            Self::Each(values) => values[row],
            Self::All(value) => *value,
        }
    }

    /// `N` rows from `start`; `filled` is where they are put when they do not lie in memory,
    /// and the last row stands for those behind it.
    #[inline(always)]
    pub(super) fn block<'b, const N: usize>(&'b self, start: usize, filled: &'b mut [T; N]) -> &'b [T; N] {
        match self {
            Self::All(value) => filled.fill(*value),
            Self::Each(values) => {
                let rest = &values[start..];
                if let Some(block) = rest.first_chunk() {
                    return block;
                }
                filled[..rest.len()].copy_from_slice(rest);
                if let Some(last) = rest.last() {
                    filled[rest.len()..].fill(*last);
                }
            }
        }
        filled
    }

    fn split_at(self, row: usize) -> (Self, Self) {
        match self {
            Self::Each(values) => {
                let (low, high) = values.split_at(row);
                (Self::Each(low), Self::Each(high))
            }
            Self::All(_) => (self, self),
        }
    }

    fn len(&self) -> Option<usize> {
        match self {
            Self::Each(values) => Some(values.len()),
            Self::All(_) => None,
        }
    }
}

/// Options by column; units and domains as in [`European`].
///
/// Options on a forward or a future ([`crate::Black76`]) are those with the forward as
/// spot and `dividend_yield` equal to `rate`; their rho is then `rho + rho_q`.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    /// Calls and puts.
    pub kind: Column<'a, OptionType>,
    /// Prices of the underlying.
    pub spot: Column<'a, f64>,
    /// Strikes.
    pub strike: Column<'a, f64>,
    /// Years to expiry.
    pub years: Column<'a, f64>,
    /// Interest rates.
    pub rate: Column<'a, f64>,
    /// Dividend yields.
    pub dividend_yield: Column<'a, f64>,
    /// Volatilities.
    pub volatility: Column<'a, f64>,
}

impl<'a> Columns<'a> {
    /// The number of rows; 1 when every column holds one value for all.
    ///
    /// # Errors
    /// Names the first column whose length is not that of those before it.
    pub fn rows(&self) -> Result<usize, OptionError> {
        let lengths = [
            ("kind", self.kind.len()),
            ("spot", self.spot.len()),
            ("strike", self.strike.len()),
            ("years", self.years.len()),
            ("rate", self.rate.len()),
            ("dividend_yield", self.dividend_yield.len()),
            ("volatility", self.volatility.len()),
        ];
        let mut rows = None;
        for (argument, length) in lengths {
            let Some(found) = length else { continue };
            let expected = *rows.get_or_insert(found);
            if found != expected {
                return Err(OptionError::Length { argument, found, expected });
            }
        }
        Ok(rows.unwrap_or(1))
    }

    /// One row as an option: its `price` and `greeks` say what is wrong with a row that
    /// was marked. `None` behind the last row.
    #[must_use]
    pub fn option(&self, row: usize) -> Option<European> {
        (row < self.rows().ok()?).then(|| self.at(row))
    }

    pub(super) fn at(&self, row: usize) -> European {
        European {
            kind: self.kind.at(row),
            spot: self.spot.at(row),
            strike: self.strike.at(row),
            years: self.years.at(row),
            rate: self.rate.at(row),
            dividend_yield: self.dividend_yield.at(row),
            volatility: self.volatility.at(row),
        }
    }

    pub(super) fn split_at(self, row: usize) -> (Self, Self) {
        let (kind, spot, strike) = (self.kind.split_at(row), self.spot.split_at(row), self.strike.split_at(row));
        let (years, rate) = (self.years.split_at(row), self.rate.split_at(row));
        let (dividend_yield, volatility) = (self.dividend_yield.split_at(row), self.volatility.split_at(row));
        let low = Self {
            kind: kind.0,
            spot: spot.0,
            strike: strike.0,
            years: years.0,
            rate: rate.0,
            dividend_yield: dividend_yield.0,
            volatility: volatility.0,
        };
        let high = Self {
            kind: kind.1,
            spot: spot.1,
            strike: strike.1,
            years: years.1,
            rate: rate.1,
            dividend_yield: dividend_yield.1,
            volatility: volatility.1,
        };
        (low, high)
    }
}

/// Where results go: a slice for each figure that is wanted, in raw units (see [`Greeks`]).
#[derive(Debug, Default)]
pub struct GreekColumns<'a> {
    /// [`Greeks::price`].
    pub price: Option<&'a mut [f64]>,
    /// [`Greeks::delta`].
    pub delta: Option<&'a mut [f64]>,
    /// [`Greeks::gamma`].
    pub gamma: Option<&'a mut [f64]>,
    /// [`Greeks::vega`].
    pub vega: Option<&'a mut [f64]>,
    /// [`Greeks::theta`].
    pub theta: Option<&'a mut [f64]>,
    /// [`Greeks::rho`].
    pub rho: Option<&'a mut [f64]>,
    /// [`Greeks::vanna`].
    pub vanna: Option<&'a mut [f64]>,
    /// [`Greeks::volga`].
    pub volga: Option<&'a mut [f64]>,
    /// [`Greeks::charm`].
    pub charm: Option<&'a mut [f64]>,
    /// [`Greeks::rho_q`].
    pub rho_q: Option<&'a mut [f64]>,
}

/// Names of the figures, in the order of [`Wanted`].
const NAMES: [&str; 10] = ["price", "delta", "gamma", "vega", "theta", "rho", "vanna", "volga", "charm", "rho_q"];

/// The slices in a fixed order.
pub(super) type Wanted<'a> = [Option<&'a mut [f64]>; 10];

impl<'a> GreekColumns<'a> {
    pub(super) fn checked(self, rows: usize) -> Result<Wanted<'a>, OptionError> {
        let wanted = [
            self.price, self.delta, self.gamma, self.vega, self.theta, self.rho, self.vanna, self.volga, self.charm,
            self.rho_q,
        ];
        for (argument, slice) in NAMES.into_iter().zip(&wanted) {
            let found = slice.as_ref().map_or(rows, |s| s.len());
            if found != rows {
                return Err(OptionError::Length { argument, found, expected: rows });
            }
        }
        Ok(wanted)
    }
}

/// The figures in the order of [`Wanted`].
pub(super) fn in_order(g: &Greeks) -> [f64; 10] {
    [g.price, g.delta, g.gamma, g.vega, g.theta, g.rho, g.vanna, g.volga, g.charm, g.rho_q]
}

/// Cuts every slice at a row.
pub(super) fn split_at(wanted: Wanted<'_>, row: usize) -> (Wanted<'_>, Wanted<'_>) {
    let mut high = Wanted::default();
    let mut low = Wanted::default();
    for ((slice, low), high) in wanted.into_iter().zip(&mut low).zip(&mut high) {
        if let Some((a, b)) = slice.map(|s| s.split_at_mut(row)) {
            (*low, *high) = (Some(a), Some(b));
        }
    }
    (low, high)
}
