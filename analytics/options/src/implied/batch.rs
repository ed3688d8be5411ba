//! Columns of quotes: the bits of the single calls, several at a time.
//!
//! Elements do not see their neighbours, so that nothing depends on the block, on the vector length, or
//! on the number of threads.

use rayon::prelude::*;

use super::block::{BLOCK, Block};
use super::discount;
use crate::european::batch::Columns;
use crate::{OptionError, OptionType};

/// Undiscounted prices of options on forwards, a row per quote.
#[derive(Clone, Copy, Debug)]
pub struct ForwardQuotes<'a> {
    /// Prices.
    pub prices: &'a [f64],
    /// Forward prices of the underlying.
    pub forwards: &'a [f64],
    /// Strikes.
    pub strikes: &'a [f64],
    /// Years to expiry.
    pub years: &'a [f64],
    /// Calls and puts.
    pub kinds: &'a [OptionType],
}

/// A row without a volatility.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failure {
    /// Its place in the columns, from 0.
    pub row: usize,
    /// Why.
    pub error: OptionError,
}

/// The volatilities of a column of undiscounted prices, as [`super::black`] gives them, to the bit.
///
/// A row without one is NaN in `out` and listed in what is returned, in order. More than [`PARALLEL`]
/// rows are shared among the threads of rayon's current pool; the result is the same for any number.
///
/// # Errors
/// [`OptionError::Length`] when the columns differ in length.
pub fn black_batch(quotes: &ForwardQuotes<'_>, out: &mut [f64]) -> Result<Vec<Failure>, OptionError> {
    black_columns(quotes, out, PARALLEL)
}

/// As [`black_batch`], on the calling thread alone.
///
/// # Errors
/// As [`black_batch`].
pub fn black_batch_sequential(quotes: &ForwardQuotes<'_>, out: &mut [f64]) -> Result<Vec<Failure>, OptionError> {
    black_columns(quotes, out, usize::MAX)
}

fn black_columns(quotes: &ForwardQuotes<'_>, out: &mut [f64], share: usize) -> Result<Vec<Failure>, OptionError> {
    let rows = quotes.prices.len();
    for (argument, found) in [
        ("forwards", quotes.forwards.len()),
        ("strikes", quotes.strikes.len()),
        ("years", quotes.years.len()),
        ("kinds", quotes.kinds.len()),
        ("out", out.len()),
    ] {
        if found != rows {
            return Err(OptionError::Length { argument, found, expected: rows });
        }
    }
    Ok(shared(out, share, &|start, out, block| {
        let rows = start..start + out.len();
        let quotes = ForwardQuotes {
            prices: &quotes.prices[rows.clone()],
            forwards: &quotes.forwards[rows.clone()],
            strikes: &quotes.strikes[rows.clone()],
            years: &quotes.years[rows.clone()],
            kinds: &quotes.kinds[rows],
        };
        block.take(&quotes);
        finish(start, out, block, |row| {
            let (price, forward, strike) = (quotes.prices[row], quotes.forwards[row], quotes.strikes[row]);
            super::black(price, forward, strike, quotes.years[row], quotes.kinds[row])
        })
    }))
}

/// The volatilities of a column of prices of today, as [`super::volatility`] gives them, to the bit; the
/// column `volatility` of `options` is not read. Otherwise as [`black_batch`].
///
/// # Errors
/// [`OptionError::Length`] when the columns differ in length.
pub fn volatility_batch(prices: &[f64], options: &Columns<'_>, out: &mut [f64]) -> Result<Vec<Failure>, OptionError> {
    let rows = options.rows()?;
    for (argument, found) in [("prices", prices.len()), ("out", out.len())] {
        if found != rows {
            return Err(OptionError::Length { argument, found, expected: rows });
        }
    }
    Ok(shared(out, PARALLEL, &|start, out, block| {
        for row in 0..out.len() {
            let Some(option) = options.option(start + row) else { continue };
            block.put(row, discount::quote(prices[start + row], &option).ok(), option.years);
        }
        finish(start, out, block, |row| match options.option(start + row) {
            Some(option) => super::volatility(prices[start + row], &option),
            None => Err(OptionError::Length { argument: "prices", found: prices.len(), expected: rows }),
        })
    }))
}

/// Rows from which on the work is shared among threads.
pub const PARALLEL: usize = 16 * 1_024;

/// Solves a block that begins at a row: fills the slice, gives back the failures.
type Solve<'a> = dyn Fn(usize, &mut [f64], &mut Block) -> Vec<Failure> + Sync + 'a;

/// Block after block; with more rows than `share`, shares of that many on several threads.
fn shared(out: &mut [f64], share: usize, solve: &Solve<'_>) -> Vec<Failure> {
    let part = |start: usize, out: &mut [f64]| -> Vec<Failure> {
        let mut block = Block::new();
        out.chunks_mut(BLOCK).enumerate().flat_map(|(i, out)| solve(start + i * BLOCK, out, &mut block)).collect()
    };
    if out.len() <= share {
        return part(0, out);
    }
    let parts: Vec<Vec<Failure>> = out.par_chunks_mut(share).enumerate().map(|(i, out)| part(i * share, out)).collect();
    parts.concat()
}

/// Solves the block, and its rows that go alone one by one.
fn finish(
    start: usize,
    out: &mut [f64],
    block: &mut Block,
    alone: impl Fn(usize) -> Result<f64, OptionError>,
) -> Vec<Failure> {
    block.solve(out);
    let mut failures = Vec::new();
    for (row, out) in out.iter_mut().enumerate() {
        if block.is_alone(row) {
            *out = alone(row).unwrap_or_else(|error| {
                failures.push(Failure { row: start + row, error });
                f64::NAN
            });
        }
    }
    failures
}
