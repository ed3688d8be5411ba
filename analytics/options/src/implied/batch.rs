//! Columns of quotes: the bits of the single calls, several at a time.
//!
//! A block of quotes is split into time value and rest, sorted by lane (see `solve`) and each lane
//! solved in a loop without branches, which the compiler turns into vector instructions for the
//! processor that is found. Elements do not see their neighbours, so that nothing depends on the
//! block, on the vector length, or on the number of threads.

use multiversion::multiversion;
use rayon::prelude::*;

use super::quote::{Quote, forward_quote, is_plain};
use super::solve::{LANES, Lane, Normal, first, sort};
use super::step::{NEAR, deviation};
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

/// The volatilities of a column of quotes, as [`super::black`] gives them, to the bit.
///
/// A row without one is NaN in `out` and listed in what is returned, in order. More than
/// [`PARALLEL`] rows are shared among the threads of rayon; the result is the same for any number.
///
/// # Errors
/// [`OptionError::Length`] when the columns differ in length.
pub fn black_batch(quotes: &ForwardQuotes<'_>, out: &mut [f64]) -> Result<Vec<Failure>, OptionError> {
    let rows = quotes.prices.len();
    let lengths = [
        ("forwards", quotes.forwards.len()),
        ("strikes", quotes.strikes.len()),
        ("years", quotes.years.len()),
        ("kinds", quotes.kinds.len()),
        ("out", out.len()),
    ];
    for (argument, found) in lengths {
        if found != rows {
            return Err(OptionError::Length { argument, found, expected: rows });
        }
    }
    if rows <= PARALLEL {
        return Ok(part(quotes, 0, out));
    }
    let parts: Vec<Vec<Failure>> =
        out.par_chunks_mut(PARALLEL).enumerate().map(|(i, out)| part(quotes, i * PARALLEL, out)).collect();
    Ok(parts.concat())
}

/// Rows from which on the work is shared among threads.
pub const PARALLEL: usize = 16 * 1_024;

/// Rows of one block: what is kept of them fits the innermost cache.
const BLOCK: usize = 512;

/// Lanes are filled up to multiples of this.
const WIDTH: usize = 8;

/// The rows `start..start + out.len()`.
fn part(quotes: &ForwardQuotes<'_>, start: usize, out: &mut [f64]) -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut block = Block::new();
    for (i, out) in out.chunks_mut(BLOCK).enumerate() {
        let start = start + i * BLOCK;
        let rows = start..start + out.len();
        let quotes = ForwardQuotes {
            prices: &quotes.prices[rows.clone()],
            forwards: &quotes.forwards[rows.clone()],
            strikes: &quotes.strikes[rows.clone()],
            years: &quotes.years[rows.clone()],
            kinds: &quotes.kinds[rows],
        };
        block.split(&quotes);
        block.solve(out.len(), quotes.years, out);
        for (row, out) in out.iter_mut().enumerate() {
            if block.lanes[row] == ALONE {
                let kind = quotes.kinds[row];
                let (price, forward) = (quotes.prices[row], quotes.forwards[row]);
                let found = super::black(price, forward, quotes.strikes[row], quotes.years[row], kind);
                *out = found.unwrap_or_else(|error| {
                    failures.push(Failure { row: start + row, error });
                    f64::NAN
                });
            }
        }
    }
    failures
}

/// Rows that go the way of the single call: errors, and prices next to none.
const ALONE: Lane = LANES as Lane;

/// What a block needs beside its columns.
struct Block {
    x: [f64; BLOCK],
    price: [f64; BLOCK],
    target: [f64; BLOCK],
    lanes: [Lane; BLOCK],
    sorted: Queue,
    total: [f64; QUEUE],
    length: [f64; QUEUE],
}

const QUEUE: usize = BLOCK + LANES * WIDTH;

/// The block's rows lane by lane, each lane filled up to whole vectors.
struct Queue {
    x: [f64; QUEUE],
    price: [f64; QUEUE],
    target: [f64; QUEUE],
    row: [u32; QUEUE],
}

impl Block {
    fn new() -> Box<Self> {
        let sorted = Queue { x: [1.0; QUEUE], price: [0.1; QUEUE], target: [-2.0; QUEUE], row: [0; QUEUE] };
        Box::new(Self {
            x: [0.0; BLOCK],
            price: [0.0; BLOCK],
            target: [0.0; BLOCK],
            lanes: [ALONE; BLOCK],
            sorted,
            total: [0.0; QUEUE],
            length: [0.0; QUEUE],
        })
    }

    /// Moneyness, time value, target and lane of every row.
    fn split(&mut self, quotes: &ForwardQuotes<'_>) {
        let n = quotes.prices.len();
        let (x, price) = (&mut self.x[..n], &mut self.price[..n]);
        split_rows(quotes, x, price, &mut self.target[..n], &mut self.lanes[..n]);
    }

    /// Volatilities of all rows that have a lane.
    fn solve(&mut self, rows: usize, years: &[f64], out: &mut [f64]) {
        let mut counts = [0; LANES + 1];
        for lane in &self.lanes[..rows] {
            counts[usize::from(*lane)] += 1;
        }
        let mut starts = [0; LANES + 1];
        for lane in 0..LANES {
            starts[lane + 1] = starts[lane] + usize::next_multiple_of(counts[lane], WIDTH);
        }
        let mut next = starts;
        let queue = &mut self.sorted;
        for row in 0..rows {
            let lane = usize::from(self.lanes[row]);
            if lane == LANES {
                continue;
            }
            let place = next[lane];
            next[lane] += 1;
            queue.x[place] = self.x[row];
            queue.price[place] = self.price[row];
            queue.target[place] = self.target[row];
            queue.row[place] = row as u32;
        }
        for lane in 0..LANES {
            let range = starts[lane]..starts[lane + 1];
            let (x, price, target) =
                (&queue.x[range.clone()], &queue.price[range.clone()], &queue.target[range.clone()]);
            let (total, length) = (&mut self.total[range.clone()], &mut self.length[range]);
            match lane {
                0 => run::<0>(x, price, target, total, length),
                1 => run::<1>(x, price, target, total, length),
                2 => run::<2>(x, price, target, total, length),
                3 => run::<3>(x, price, target, total, length),
                _ => run::<4>(x, price, target, total, length),
            }
            for place in starts[lane]..next[lane] {
                let row = queue.row[place] as usize;
                out[row] = self.total[place];
                if self.length[place].is_nan() || self.length[place] > NEAR {
                    self.lanes[row] = ALONE;
                }
            }
        }
        per_root_year(years, out);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn split_rows(quotes: &ForwardQuotes<'_>, x: &mut [f64], price: &mut [f64], target: &mut [f64], lanes: &mut [Lane]) {
    let n = x.len();
    let (prices, forwards, strikes) = (&quotes.prices[..n], &quotes.forwards[..n], &quotes.strikes[..n]);
    let (years, kinds) = (&quotes.years[..n], &quotes.kinds[..n]);
    let (price, target, lanes) = (&mut price[..n], &mut target[..n], &mut lanes[..n]);
    for i in 0..n {
        let quote = forward_quote(prices[i], forwards[i], strikes[i], kinds[i] == OptionType::Call);
        let plain = is_plain(&quote, prices[i], forwards[i], strikes[i], years[i]);
        let Quote { time_value, rest, unit, x: moneyness } = quote;
        let sorted = sort(&Normal { x: moneyness, price: time_value, rest, unit });
        x[i] = sorted.x;
        price[i] = sorted.price;
        target[i] = sorted.target;
        lanes[i] = if plain { sorted.lane } else { ALONE };
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn run<const LANE: Lane>(x: &[f64], price: &[f64], target: &[f64], total: &mut [f64], length: &mut [f64]) {
    let n = x.len();
    let (price, target, total, length) = (&price[..n], &target[..n], &mut total[..n], &mut length[..n]);
    for i in 0..n {
        let at = first::<LANE>(x[i], price[i], target[i]);
        total[i] = deviation(x[i], at.u);
        length[i] = at.length;
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn per_root_year(years: &[f64], out: &mut [f64]) {
    for (out, years) in out.iter_mut().zip(years) {
        *out /= years.sqrt();
    }
}
