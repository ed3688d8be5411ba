//! Whole columns of options.
//!
//! Rows go through the operations of one option in blocks of 64, step by step: every
//! step is a loop over the block that the compiler turns into vector code, compiled
//! for AVX-512, for AVX2 and for what every x86-64 has; which one runs is asked once a
//! call. Rows that the ordinary form does not serve are then done one by one. A row
//! that has no answer is not a number in every result and counted; the others are
//! not touched by it.
//!
//! ```
//! use options::OptionType;
//! use options::european::batch::{Columns, GreekColumns, evaluate};
//!
//! let strikes = [90.0, 100.0, -1.0];
//! let chain = Columns {
//!     kind: OptionType::Call.into(),
//!     spot: 100.0.into(),
//!     strike: strikes.as_slice().into(),
//!     years: 0.5.into(),
//!     rate: 0.03.into(),
//!     dividend_yield: 0.0.into(),
//!     volatility: 0.2.into(),
//! };
//! let (mut price, mut delta) = ([0.0; 3], [0.0; 3]);
//! let results = GreekColumns { price: Some(&mut price), delta: Some(&mut delta), ..GreekColumns::default() };
//! let marked = evaluate(&chain, results)?;
//! assert_eq!(marked, 1);
//! assert!((price[1] - 6.3710).abs() < 1e-4 && price[2].is_nan());
//! let why = chain.option(2).expect("a row").price().expect_err("a negative strike");
//! assert_eq!(why.to_string(), "strike is -1, expected a finite number above 0");
//! # Ok::<(), options::OptionError>(())
//! ```
//!
//! Speed: about 290 additions and multiplications, 5 divisions and a square root an
//! option with price and five Greeks. Without fused multiply-add that is what bounds
//! it: about 10 ns on a core that runs AVX-512 on 256-bit units, where those operations
//! alone, counted, take 6 to 7. Columns that do not fit a cache add 1 to 2 ns.

use multiversion::multiversion;

pub use super::columns::{Column, Columns, GreekColumns};
use super::columns::{Wanted, in_order, split_at};
use super::kernel::{self, Legs, Parts, Shared, Terms};
use crate::{OptionError, OptionType};

/// Rows that go through a step together.
const BLOCK: usize = 64;

/// From this many rows on, [`evaluate`] shares them out to rayon's threads.
pub const PARALLEL_ROWS: usize = 16_384;

/// Rows that a thread takes at least.
const SHARE: usize = 4_096;

/// Prices and the Greeks that are wanted, for every row; gives back how many rows are
/// marked because they have no answer (NaN in every result; [`Columns::option`] tells why).
///
/// From [`PARALLEL_ROWS`] rows on the work is shared by the threads of the current rayon
/// pool. The results are bit for bit those of [`super::European::greeks`], for any number
/// of threads and on any processor.
///
/// # Errors
/// [`OptionError::Length`] when columns or results differ in length.
pub fn evaluate(columns: &Columns<'_>, results: GreekColumns<'_>) -> Result<usize, OptionError> {
    let rows = columns.rows()?;
    let wanted = results.checked(rows)?;
    if rows < PARALLEL_ROWS { Ok(serve(columns, rows, wanted)) } else { Ok(share(*columns, rows, wanted)) }
}

/// As [`evaluate`], on the calling thread alone.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_sequential(columns: &Columns<'_>, results: GreekColumns<'_>) -> Result<usize, OptionError> {
    let rows = columns.rows()?;
    Ok(serve(columns, rows, results.checked(rows)?))
}

/// Prices alone, as a new column; see [`evaluate`].
///
/// # Errors
/// As [`evaluate`].
pub fn prices(columns: &Columns<'_>) -> Result<Vec<f64>, OptionError> {
    let mut price = vec![0.0; columns.rows()?];
    evaluate(columns, GreekColumns { price: Some(&mut price), ..GreekColumns::default() })?;
    Ok(price)
}

/// Halves the rows until a share is small enough.
fn share(columns: Columns<'_>, rows: usize, wanted: Wanted<'_>) -> usize {
    if rows < 2 * SHARE {
        return serve(&columns, rows, wanted);
    }
    let middle = (rows / 2).next_multiple_of(BLOCK);
    let (low, high) = columns.split_at(middle);
    let (wanted_low, wanted_high) = split_at(wanted, middle);
    let (a, b) = rayon::join(|| share(low, middle, wanted_low), || share(high, rows - middle, wanted_high));
    a + b
}

/// A block of every argument.
#[derive(Clone, Copy)]
struct Inputs<'a> {
    sign: &'a [f64; BLOCK],
    spot: &'a [f64; BLOCK],
    strike: &'a [f64; BLOCK],
    years: &'a [f64; BLOCK],
    rate: &'a [f64; BLOCK],
    dividend_yield: &'a [f64; BLOCK],
    volatility: &'a [f64; BLOCK],
}

impl Inputs<'_> {
    #[inline(always)]
    fn at(&self, i: usize) -> Terms {
        Terms {
            sign: self.sign[i],
            spot: self.spot[i],
            strike: self.strike[i],
            years: self.years[i],
            rate: self.rate[i],
            dividend_yield: self.dividend_yield[i],
            volatility: self.volatility[i],
        }
    }
}

/// What the steps of a block leave for the next ones.
struct Steps {
    spot: [f64; BLOCK],
    strike: [f64; BLOCK],
    root: [f64; BLOCK],
    inverse: [f64; BLOCK],
    d1: [f64; BLOCK],
    d2: [f64; BLOCK],
    weight: [f64; BLOCK],
    tail1: [f64; BLOCK],
    tail2: [f64; BLOCK],
    spot_part: [f64; BLOCK],
    strike_part: [f64; BLOCK],
    density: [f64; BLOCK],
    per_spot: [f64; BLOCK],
}

impl Steps {
    const NEW: Self = Self {
        spot: [0.0; BLOCK],
        strike: [0.0; BLOCK],
        root: [0.0; BLOCK],
        inverse: [0.0; BLOCK],
        d1: [0.0; BLOCK],
        d2: [0.0; BLOCK],
        weight: [0.0; BLOCK],
        tail1: [0.0; BLOCK],
        tail2: [0.0; BLOCK],
        spot_part: [0.0; BLOCK],
        strike_part: [0.0; BLOCK],
        density: [0.0; BLOCK],
        per_spot: [0.0; BLOCK],
    };

    #[inline(always)]
    fn parts(&self, i: usize) -> Parts {
        let (spot, strike, root, inverse) = (self.spot[i], self.strike[i], self.root[i], self.inverse[i]);
        Parts {
            legs: Legs { spot, strike, root, inverse },
            d1: self.d1[i],
            d2: self.d2[i],
            weight: self.weight[i],
            tail1: self.tail1[i],
            tail2: self.tail2[i],
        }
    }

    #[inline(always)]
    fn shared(&self, i: usize) -> Shared {
        Shared {
            spot_part: self.spot_part[i],
            strike_part: self.strike_part[i],
            density: self.density[i],
            per_spot: self.per_spot[i],
        }
    }

    /// All that the results are made of.
    #[inline(always)]
    fn run(&mut self, inputs: &Inputs<'_>, derivatives: bool) {
        for i in 0..BLOCK {
            let legs = kernel::legs(&inputs.at(i));
            self.spot[i] = legs.spot;
            self.strike[i] = legs.strike;
            self.root[i] = legs.root;
            self.inverse[i] = legs.inverse;
        }
        for i in 0..BLOCK {
            let (d1, d2) = kernel::distances(&inputs.at(i), self.root[i], self.inverse[i]);
            self.d1[i] = d1;
            self.d2[i] = d2;
        }
        for i in 0..BLOCK {
            self.weight[i] = kernel::weight(self.spot[i], self.d1[i]);
        }
        for i in 0..BLOCK {
            self.tail1[i] = kernel::tail(self.d1[i]);
        }
        for i in 0..BLOCK {
            self.tail2[i] = kernel::tail(self.d2[i]);
        }
        if derivatives {
            for i in 0..BLOCK {
                let shared = kernel::shared(&inputs.at(i), &self.parts(i));
                self.spot_part[i] = shared.spot_part;
                self.strike_part[i] = shared.strike_part;
                self.density[i] = shared.density;
                self.per_spot[i] = shared.per_spot;
            }
        }
    }
}

/// Fills a result, when it is wanted.
#[inline(always)]
fn fill(result: &mut Option<&mut [f64; BLOCK]>, value: impl Fn(usize) -> f64) {
    if let Some(result) = result {
        for (i, cell) in result.iter_mut().enumerate() {
            *cell = value(i);
        }
    }
}

#[inline(always)]
fn fill_all(results: &mut [Option<&mut [f64; BLOCK]>; 10], inputs: &Inputs<'_>, steps: &Steps) {
    let [price, delta, gamma, vega, theta, rho, vanna, volga, charm, rho_q] = results;
    fill(price, |i| kernel::price(&inputs.at(i), &steps.parts(i)));
    fill(delta, |i| kernel::delta(&inputs.at(i), &steps.shared(i)));
    fill(gamma, |i| kernel::gamma(&steps.parts(i), &steps.shared(i)));
    fill(vega, |i| kernel::vega(&steps.parts(i), &steps.shared(i)));
    fill(theta, |i| kernel::theta(&inputs.at(i), &steps.parts(i), &steps.shared(i)));
    fill(rho, |i| kernel::rho(&inputs.at(i), &steps.shared(i)));
    fill(vanna, |i| kernel::vanna(&steps.parts(i), &steps.shared(i)));
    fill(volga, |i| kernel::volga(&steps.parts(i), &steps.shared(i)));
    fill(charm, |i| kernel::charm(&inputs.at(i), &steps.parts(i), &steps.shared(i)));
    fill(rho_q, |i| kernel::rho_q(&inputs.at(i), &steps.shared(i)));
}

/// Which rows of a block are to be done one by one; true when there are any.
#[inline(always)]
fn find_odd(inputs: &Inputs<'_>, odd: &mut [u64; BLOCK]) -> bool {
    let mut any = 0;
    for (i, odd) in odd.iter_mut().enumerate() {
        *odd = u64::from(!kernel::is_ordinary(&inputs.at(i)));
        any |= *odd;
    }
    any != 0
}

#[multiversion(targets(
    "x86_64+avx+avx2+avx512f+avx512vl+avx512bw+avx512dq+avx512cd",
    "x86_64+avx+avx2",
    "aarch64+neon"
))]
fn serve(columns: &Columns<'_>, rows: usize, mut wanted: Wanted<'_>) -> usize {
    let mut steps = Steps::NEW;
    let mut odd = [0; BLOCK];
    let mut sign = [0.0; BLOCK];
    let mut kinds = [OptionType::Call; BLOCK];
    let mut filled = [[0.0; BLOCK]; 6];
    let mut bad = 0;
    let derivatives = wanted[1..].iter().any(Option::is_some);
    for start in (0..rows).step_by(BLOCK) {
        let kinds = columns.kind.block(start, &mut kinds);
        for (sign, kind) in sign.iter_mut().zip(kinds) {
            *sign = kind.sign();
        }
        let [a, b, c, d, e, f] = &mut filled;
        let inputs = Inputs {
            sign: &sign,
            spot: columns.spot.block(start, a),
            strike: columns.strike.block(start, b),
            years: columns.years.block(start, c),
            rate: columns.rate.block(start, d),
            dividend_yield: columns.dividend_yield.block(start, e),
            volatility: columns.volatility.block(start, f),
        };
        steps.run(&inputs, derivatives);
        let any_odd = find_odd(&inputs, &mut odd);
        let here = BLOCK.min(rows - start);
        if here == BLOCK {
            let mut results = wanted.each_mut().map(|r| r.as_mut().and_then(|r| r[start..].first_chunk_mut()));
            fill_all(&mut results, &inputs, &steps);
        } else {
            let mut last = [[0.0; BLOCK]; 10];
            fill_all(&mut last.each_mut().map(Some), &inputs, &steps);
            for (result, last) in wanted.iter_mut().zip(&last) {
                if let Some(result) = result {
                    result[start..].copy_from_slice(&last[..here]);
                }
            }
        }
        if any_odd {
            for (i, _) in odd[..here].iter().enumerate().filter(|(_, odd)| **odd != 0) {
                bad += usize::from(!serve_one(columns, start + i, &mut wanted));
            }
        }
    }
    bad
}

/// One row by itself; false when it has no answer.
#[cold]
#[inline(never)]
fn serve_one(columns: &Columns<'_>, row: usize, wanted: &mut Wanted<'_>) -> bool {
    let found = columns.at(row).greeks();
    let values = found.as_ref().map_or([f64::NAN; 10], in_order);
    for (result, value) in wanted.iter_mut().zip(values) {
        if let Some(result) = result {
            result[row] = value;
        }
    }
    found.is_ok()
}
