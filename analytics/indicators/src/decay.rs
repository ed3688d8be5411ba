//! The recursion y = a y' + x w, arranged so that a processor need not wait for y' at every step.
//!
//! Values are grouped in blocks of eight, counted from where the average begins. With c the
//! recursion started from zero at the block's beginning and s the value before the block,
//! y(j) = a^j s + c(j). The c of different blocks do not depend on each other; only s is handed
//! on, once per block. Neither term loses precision that the plain recursion would keep.
//!
//! `step` and `run` do the same arithmetic.

use crate::ema::weight;
use crate::recursion::RUN_ROWS;

/// Values per block.
pub(crate) const BLOCK: usize = 8;

/// Rows of two blocks that follow each other.
pub(crate) const PAIR_ROWS: usize = 2 * BLOCK;

/// Two blocks that follow each other, side by side: for each step a value of the first and one
/// of the second. A processor computes both with one instruction.
pub(crate) type Pairs = [[f64; 2]; BLOCK];

/// Memory for a run of [`Pairs`]. Being memory, and not values that live in registers, is what
/// makes the compiler keep the two blocks in the two halves of a register.
pub(crate) const LANES: [Pairs; RUN_ROWS / PAIR_ROWS] = [[[0.0; 2]; BLOCK]; RUN_ROWS / PAIR_ROWS];

#[inline(always)]
pub(crate) fn each(lane: impl Fn(usize) -> f64) -> [f64; 2] {
    [lane(0), lane(1)]
}

/// Two blocks side by side.
#[inline(always)]
pub(crate) fn pairs(rows: &[f64; PAIR_ROWS]) -> Pairs {
    std::array::from_fn(|step| [rows[step], rows[BLOCK + step]])
}

/// The deviations of two blocks, each from the value before it.
#[inline(always)]
pub(crate) fn deviations(anchor: f64, rows: &[f64; PAIR_ROWS]) -> Pairs {
    let anchors = [anchor, rows[BLOCK - 1]];
    pairs(rows).map(|values| each(|lane| values[lane] - anchors[lane]))
}

/// Writes two blocks that are side by side one after the other.
#[inline(always)]
pub(crate) fn unpair(lanes: &[Pairs], column: &mut [f64]) {
    let (blocks, _) = column.as_chunks_mut::<PAIR_ROWS>();
    for (rows, pairs) in blocks.iter_mut().zip(lanes) {
        for (step, pair) in pairs.iter().enumerate() {
            [rows[step], rows[BLOCK + step]] = *pair;
        }
    }
}

/// The recursion y = a y' + x w.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decay {
    /// a
    keep: f64,
    /// w
    share: f64,
    /// a, a^2, ..., a^8
    powers: [f64; BLOCK],
    /// Steps into the block, less than eight.
    position: usize,
    /// s, the value before the block.
    start: f64,
    /// c, the recursion since the block's beginning.
    part: f64,
}

impl Decay {
    fn new(keep: f64, share: f64) -> Self {
        let mut power = 1.0;
        let powers = std::array::from_fn(|_| {
            power *= keep;
            power
        });
        let (position, start, part) = (0, 0.0, 0.0);
        Self { keep, share, powers, position, start, part }
    }

    /// Wilder's average: (y' (n - 1) + x) / n.
    pub(crate) fn wilder(period: usize) -> Self {
        let period = period as f64;
        Self::new((period - 1.0) / period, 1.0 / period)
    }

    /// The exponential average: y' + k (x - y'), k = 2 / (n + 1).
    pub(crate) fn exponential(period: usize) -> Self {
        let weight = weight(period);
        Self::new(1.0 - weight, weight)
    }

    /// Begins a block with `value` as the value before it.
    pub(crate) fn begin(&mut self, value: f64) {
        (self.position, self.start, self.part) = (0, value, 0.0);
    }

    /// False from the step on that met a value that is not finite.
    #[inline(always)]
    pub(crate) fn finite(&self) -> bool {
        self.start.is_finite() && self.part.is_finite()
    }

    /// Steps until the next block begins, 0 between two blocks.
    pub(crate) fn steps_to_block(&self) -> usize {
        (BLOCK - self.position) % BLOCK
    }

    /// Takes the next value.
    #[inline(always)]
    pub(crate) fn step(&mut self, value: f64) -> f64 {
        self.part = self.part * self.keep + value * self.share;
        let average = self.powers[self.position % BLOCK] * self.start + self.part;
        self.position += 1;
        if self.position == BLOCK {
            self.begin(average);
        }
        average
    }

    /// c of two blocks side by side.
    #[inline(always)]
    pub(crate) fn parts(&self, values: &Pairs, parts: &mut Pairs) {
        let mut part = [0.0; 2];
        for (cell, value) in parts.iter_mut().zip(values) {
            part = each(|lane| part[lane] * self.keep + value[lane] * self.share);
            *cell = part;
        }
    }

    /// s of two blocks whose c are `parts`; the next block begins with the last average less the
    /// last of `shifts`, the second of the two with that of the first.
    #[inline(always)]
    pub(crate) fn starts(&mut self, parts: &Pairs, shifts: [f64; 2]) -> [f64; 2] {
        let (power, start) = (self.powers[BLOCK - 1], self.start);
        let [first, second] = parts[BLOCK - 1];
        let middle = power * start + first - shifts[0];
        self.start = power * middle + second - shifts[1];
        [start, middle]
    }

    /// The averages of a step of two blocks.
    #[inline(always)]
    pub(crate) fn averages(&self, step: usize, starts: [f64; 2], parts: &Pairs) -> [f64; 2] {
        each(|lane| self.powers[step] * starts[lane] + parts[step][lane])
    }

    /// Puts the averages in the place of the values, two whole blocks at a time and only between
    /// two blocks.
    #[inline(always)]
    pub(crate) fn run(&mut self, values: &mut [f64]) {
        let mut state = *self;
        let mut lanes = LANES;
        let (blocks, _) = values.as_chunks_mut();
        for (parts, values) in lanes.iter_mut().zip(blocks.iter()) {
            state.parts(&pairs(values), parts);
        }
        for (parts, values) in lanes.iter().zip(blocks) {
            let starts = state.starts(parts, [0.0; 2]);
            for step in 0..BLOCK {
                [values[step], values[BLOCK + step]] = state.averages(step, starts, parts);
            }
        }
        *self = state;
    }
}

/// An exponential average that measures its values from an anchor, the last value before the
/// block.
///
/// A constant series has only zero deviations, so its average is exactly that constant. Two
/// averages that began together have the same anchor, and the difference of their deviations does
/// not suffer from the level of the series.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchored {
    anchor: f64,
    decay: Decay,
}

impl Anchored {
    pub(crate) fn new(period: usize) -> Self {
        Self { anchor: 0.0, decay: Decay::exponential(period) }
    }

    /// Begins after the value `anchor` with an average that deviates from it by `deviation`.
    pub(crate) fn begin(&mut self, anchor: f64, deviation: f64) {
        self.anchor = anchor;
        self.decay.begin(deviation);
    }

    /// False from the step on that met a value that is not finite.
    #[inline(always)]
    pub(crate) fn finite(&self) -> bool {
        self.anchor.is_finite() && self.decay.finite()
    }

    /// Takes the next value; gives the anchor and the deviation of the average from it.
    #[inline(always)]
    pub(crate) fn step(&mut self, value: f64) -> [f64; 2] {
        let anchor = self.anchor;
        let deviation = value - anchor;
        let average = self.decay.step(deviation);
        if self.decay.steps_to_block() == 0 {
            self.begin(value, average - deviation);
        }
        [anchor, average]
    }

    /// Steps until the next block begins, 0 between two blocks.
    pub(crate) fn steps_to_block(&self) -> usize {
        self.decay.steps_to_block()
    }

    /// The value from which the next block is measured.
    pub(crate) fn anchor(&self) -> f64 {
        self.anchor
    }

    /// As [`Decay::parts`], of [`deviations`].
    #[inline(always)]
    pub(crate) fn parts(&self, deviations: &Pairs, parts: &mut Pairs) {
        self.decay.parts(deviations, parts);
    }

    /// As [`Decay::starts`].
    #[inline(always)]
    pub(crate) fn starts(&mut self, parts: &Pairs, values: &[f64; PAIR_ROWS]) -> [f64; 2] {
        let [middle, last] = [values[BLOCK - 1], values[PAIR_ROWS - 1]];
        let starts = self.decay.starts(parts, [middle - self.anchor, last - middle]);
        self.anchor = last;
        starts
    }

    /// As [`Decay::averages`], as deviations.
    #[inline(always)]
    pub(crate) fn averages(&self, step: usize, starts: [f64; 2], parts: &Pairs) -> [f64; 2] {
        self.decay.averages(step, starts, parts)
    }

    /// Writes the averages of the values; as [`Decay::run`].
    #[inline(always)]
    pub(crate) fn run(&mut self, values: &[f64], out: &mut [f64]) {
        let mut state = *self;
        let mut lanes = LANES;
        let (blocks, _) = values.as_chunks();
        let (cells, _) = out.as_chunks_mut::<PAIR_ROWS>();
        let mut anchor = state.anchor;
        for (parts, values) in lanes.iter_mut().zip(blocks) {
            state.decay.parts(&deviations(anchor, values), parts);
            anchor = values[PAIR_ROWS - 1];
        }
        for ((parts, values), cells) in lanes.iter().zip(blocks).zip(cells) {
            let anchors = [state.anchor, values[BLOCK - 1]];
            let starts = state.starts(parts, values);
            for step in 0..BLOCK {
                let averages = state.decay.averages(step, starts, parts);
                [cells[step], cells[BLOCK + step]] = each(|lane| anchors[lane] + averages[lane]);
            }
        }
        *self = state;
    }
}
