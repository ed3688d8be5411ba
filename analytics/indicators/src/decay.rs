//! The recursion y = a y' + x w, arranged so that a processor need not wait for y' at every step.
//!
//! Values are grouped in blocks of eight, counted from where the average begins. With c the
//! recursion started from zero at the block's beginning and s the value before the block,
//! y(j) = a^j s + c(j). The c of different blocks do not depend on each other; only s is handed
//! on, once per block. Neither term loses precision that the plain recursion would keep.
//!
//! `step` and `run` do the same arithmetic.

use crate::column::finite;
use crate::ema::weight;

/// Values per block.
pub(crate) const BLOCK: usize = 8;

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

    /// The powers of a, one for each step of a block.
    pub(crate) fn powers(&self) -> [f64; BLOCK] {
        self.powers
    }

    /// A step of a block that is taken as a whole and ended by [`Decay::begin`]; `power` is the
    /// step's of [`Decay::powers`].
    #[inline(always)]
    pub(crate) fn at(&mut self, power: f64, value: f64) -> f64 {
        self.part = self.part * self.keep + value * self.share;
        power * self.start + self.part
    }

    /// Puts eight averages in the place of their values; only between two blocks.
    #[inline(always)]
    pub(crate) fn block(&mut self, values: &mut [f64; BLOCK]) {
        let mut average = 0.0;
        for (value, power) in values.iter_mut().zip(self.powers) {
            average = self.at(power, *value);
            *value = finite(average);
        }
        self.begin(average);
    }

    /// Puts the averages in the place of the values, `NaN` where one is not finite.
    #[inline(always)]
    pub(crate) fn run(&mut self, values: &mut [f64]) {
        let mut state = *self;
        let head = state.steps_to_block().min(values.len());
        let (head, rest) = values.split_at_mut(head);
        let (blocks, tail) = rest.as_chunks_mut();
        head.iter_mut().for_each(|value| *value = finite(state.step(*value)));
        blocks.iter_mut().for_each(|block| state.block(block));
        tail.iter_mut().for_each(|value| *value = finite(state.step(*value)));
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

    /// The powers for [`Anchored::at`].
    pub(crate) fn powers(&self) -> [f64; BLOCK] {
        self.decay.powers
    }

    /// A step of a block that is taken as a whole and ended by [`Anchored::begin`]: the deviations of the value and of the
    /// average from the anchor.
    #[inline(always)]
    pub(crate) fn at(&mut self, power: f64, value: f64) -> [f64; 2] {
        let deviation = value - self.anchor;
        [deviation, self.decay.at(power, deviation)]
    }

    /// Writes the averages of the values, `NaN` where one is not finite; both
    /// columns have the same length.
    #[inline(always)]
    pub(crate) fn run(&mut self, values: &[f64], out: &mut [f64]) {
        let mut state = *self;
        let powers = self.powers();
        let head = state.steps_to_block().min(values.len()).min(out.len());
        let (values_head, values) = values.split_at(head);
        let (out_head, out) = out.split_at_mut(head);
        let (blocks, values_tail) = values.as_chunks::<BLOCK>();
        let (out_blocks, out_tail) = out.as_chunks_mut::<BLOCK>();
        for (cell, value) in out_head.iter_mut().zip(values_head) {
            let [anchor, average] = state.step(*value);
            *cell = finite(anchor + average);
        }
        for (cells, block) in out_blocks.iter_mut().zip(blocks) {
            let [mut deviation, mut average] = [0.0; 2];
            for ((cell, value), power) in cells.iter_mut().zip(block).zip(powers) {
                [deviation, average] = state.at(power, *value);
                *cell = finite(state.anchor + average);
            }
            state.begin(block[BLOCK - 1], average - deviation);
        }
        for (cell, value) in out_tail.iter_mut().zip(values_tail) {
            let [anchor, average] = state.step(*value);
            *cell = finite(anchor + average);
        }
        *self = state;
    }
}
