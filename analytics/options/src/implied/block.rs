//! A block of quotes, sorted by lane (see `solve`), each lane solved in a loop without branches, which
//! the compiler turns into vector instructions for the processor that is found.

use multiversion::multiversion;
use numeric::lanes::ln_ratio;

use super::batch::ForwardQuotes;
use super::quote::{Quote, forward_quote, is_finite};
use super::solve::{LANES, Lane, Normal, Sorted, first, sort};
use super::step::{NEAR, deviation};
use crate::OptionType;

/// Rows of a block: what is kept of them fits the innermost cache.
pub(super) const BLOCK: usize = 512;

/// Lanes are filled up to multiples of this.
const WIDTH: usize = 8;

/// Rows that go the way of the single call: errors, and prices next to none.
const ALONE: Lane = LANES as Lane;

const QUEUE: usize = BLOCK + LANES * WIDTH;

/// What a block needs beside its columns.
pub(super) struct Block {
    x: [f64; BLOCK],
    price: [f64; BLOCK],
    target: [f64; BLOCK],
    years: [f64; BLOCK],
    lanes: [Lane; BLOCK],
    queue: Queue,
    total: [f64; QUEUE],
    length: [f64; QUEUE],
}

/// The block's rows lane by lane, each lane filled up to whole vectors with what was there before.
struct Queue {
    x: [f64; QUEUE],
    price: [f64; QUEUE],
    target: [f64; QUEUE],
    row: [u32; QUEUE],
}

impl Block {
    pub(super) fn new() -> Box<Self> {
        let queue = Queue { x: [1.0; QUEUE], price: [0.1; QUEUE], target: [-2.0; QUEUE], row: [0; QUEUE] };
        Box::new(Self {
            x: [0.0; BLOCK],
            price: [0.0; BLOCK],
            target: [0.0; BLOCK],
            years: [1.0; BLOCK],
            lanes: [ALONE; BLOCK],
            queue,
            total: [0.0; QUEUE],
            length: [0.0; QUEUE],
        })
    }

    /// Takes undiscounted prices, at most [`BLOCK`] of them.
    pub(super) fn take(&mut self, quotes: &ForwardQuotes<'_>) {
        let n = quotes.prices.len();
        self.years[..n].copy_from_slice(quotes.years);
        let (x, price) = (&mut self.x[..n], &mut self.price[..n]);
        split_rows(quotes, x, price, &mut self.target[..n], &mut self.lanes[..n]);
    }

    /// Takes one row; `None` when it has to go alone.
    pub(super) fn put(&mut self, row: usize, quote: Option<Quote>, years: f64) {
        self.lanes[row] = ALONE;
        self.years[row] = years;
        let Some(quote) = quote.filter(|quote| quote.is_plain(years)) else { return };
        let Sorted { x, price, target, lane } = sort(&Normal::from(quote), ln_ratio);
        (self.x[row], self.price[row], self.target[row], self.lanes[row]) = (x, price, target, lane);
    }

    /// Whether a row has to go alone, after [`Block::solve`].
    pub(super) fn is_alone(&self, row: usize) -> bool {
        self.lanes[row] == ALONE
    }

    /// Volatilities of all rows that do not go alone.
    pub(super) fn solve(&mut self, out: &mut [f64]) {
        let rows = out.len();
        let (starts, ends) = self.sort_rows(rows);
        let queue = &self.queue;
        for lane in 0..LANES {
            let range = starts[lane]..starts[lane + 1];
            let (x, price) = (&queue.x[range.clone()], &queue.price[range.clone()]);
            let target = &queue.target[range.clone()];
            let (total, length) = (&mut self.total[range.clone()], &mut self.length[range]);
            match lane {
                0 => run::<0>(x, price, target, total, length),
                1 => run::<1>(x, price, target, total, length),
                2 => run::<2>(x, price, target, total, length),
                3 => run::<3>(x, price, target, total, length),
                _ => run::<4>(x, price, target, total, length),
            }
            for place in starts[lane]..ends[lane] {
                let row = queue.row[place] as usize;
                out[row] = self.total[place];
                if self.length[place].is_nan() || self.length[place] > NEAR {
                    self.lanes[row] = ALONE;
                }
            }
        }
        per_root_year(&self.years[..rows], out);
    }

    /// Puts the rows into the queue; where each lane starts (at a whole vector) and ends.
    fn sort_rows(&mut self, rows: usize) -> ([usize; LANES + 1], [usize; LANES + 1]) {
        let mut counts = [0; LANES + 1];
        for lane in &self.lanes[..rows] {
            counts[usize::from(*lane)] += 1;
        }
        let mut starts = [0; LANES + 1];
        for lane in 0..LANES {
            starts[lane + 1] = starts[lane] + usize::next_multiple_of(counts[lane], WIDTH);
        }
        let mut ends = starts;
        let queue = &mut self.queue;
        for row in 0..rows {
            let lane = usize::from(self.lanes[row]);
            if lane == LANES {
                continue;
            }
            let place = ends[lane];
            ends[lane] += 1;
            queue.x[place] = self.x[row];
            queue.price[place] = self.price[row];
            queue.target[place] = self.target[row];
            queue.row[place] = row as u32;
        }
        (starts, ends)
    }
}

#[multiversion(targets(
    "x86_64+avx+avx2+avx512f+avx512vl+avx512bw+avx512dq+avx512cd",
    "x86_64+avx+avx2",
    "aarch64+neon"
))]
fn split_rows(quotes: &ForwardQuotes<'_>, x: &mut [f64], price: &mut [f64], target: &mut [f64], lanes: &mut [Lane]) {
    let n = x.len();
    let (prices, forwards, strikes) = (&quotes.prices[..n], &quotes.forwards[..n], &quotes.strikes[..n]);
    let (years, kinds) = (&quotes.years[..n], &quotes.kinds[..n]);
    let (price, target, lanes) = (&mut price[..n], &mut target[..n], &mut lanes[..n]);
    for i in 0..n {
        let quote = forward_quote(prices[i], forwards[i], strikes[i], kinds[i] == OptionType::Call, ln_ratio);
        let plain = quote.is_plain(years[i]) & is_finite(prices[i], forwards[i], strikes[i]);
        let sorted = sort(&Normal::from(quote), ln_ratio);
        x[i] = sorted.x;
        price[i] = sorted.price;
        target[i] = sorted.target;
        lanes[i] = if plain { sorted.lane } else { ALONE };
    }
}

#[multiversion(targets(
    "x86_64+avx+avx2+avx512f+avx512vl+avx512bw+avx512dq+avx512cd",
    "x86_64+avx+avx2",
    "aarch64+neon"
))]
fn run<const LANE: Lane>(x: &[f64], price: &[f64], target: &[f64], total: &mut [f64], length: &mut [f64]) {
    let n = x.len();
    let (price, target, total, length) = (&price[..n], &target[..n], &mut total[..n], &mut length[..n]);
    for i in 0..n {
        let at = first::<LANE>(x[i], price[i], target[i]);
        total[i] = deviation(x[i], at.u);
        length[i] = at.length;
    }
}

#[multiversion(targets(
    "x86_64+avx+avx2+avx512f+avx512vl+avx512bw+avx512dq+avx512cd",
    "x86_64+avx+avx2",
    "aarch64+neon"
))]
fn per_root_year(years: &[f64], out: &mut [f64]) {
    for (out, years) in out.iter_mut().zip(years) {
        *out /= years.sqrt();
    }
}
