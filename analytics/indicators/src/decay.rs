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

/// Two blocks side by side: for each step a value of the one and one of the other, so that a
/// processor computes both with one instruction.
pub(crate) type Pairs = [[f64; 2]; BLOCK];

/// The recursion over two blocks: s of both and their c.
#[derive(Clone, Copy)]
pub(crate) struct Pair {
    starts: [f64; 2],
    parts: Pairs,
}

/// Memory for a run. A run is computed in passes that go through memory, because what is stored
/// side by side is sure to be computed side by side.
pub(crate) type Lanes = [Pair; RUN_ROWS / BLOCK];

/// What is computed on the way, of a run.
pub(crate) struct Scratch {
    pub(crate) lanes: Lanes,
    pub(crate) values: [f64; RUN_ROWS],
}

impl Scratch {
    pub(crate) const NEW: Self = Self { lanes: LANES, values: [0.0; RUN_ROWS] };
}

const LANES: Lanes = [Pair { starts: [0.0; 2], parts: [[0.0; 2]; BLOCK] }; RUN_ROWS / BLOCK];

/// What both lanes do.
#[inline(always)]
pub(crate) fn each(lane: impl Fn(usize) -> f64) -> [f64; 2] {
    [lane(0), lane(1)]
}

/// Puts two blocks that follow each other side by side.
#[inline(always)]
pub(crate) fn pairs(rows: &[f64; PAIR_ROWS]) -> Pairs {
    std::array::from_fn(|step| [rows[step], rows[BLOCK + step]])
}

impl Pair {
    /// Computes c in both lanes, each with its own recursion.
    #[inline(always)]
    fn take(&mut self, [one, other]: [&Decay; 2], values: &Pairs) -> [f64; 2] {
        let (keep, share) = ([one.keep, other.keep], [one.share, other.share]);
        let mut part = [0.0; 2];
        for (cell, value) in self.parts.iter_mut().zip(values) {
            part = each(|lane| part[lane] * keep[lane] + value[lane] * share[lane]);
            *cell = part;
        }
        part
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

    /// Ends a block of which the last c is `part`.
    #[inline(always)]
    fn end(&mut self, part: f64) -> f64 {
        self.start = self.powers[BLOCK - 1] * self.start + part;
        self.start
    }

    /// Takes the values of two blocks that follow each other. Each next block begins with the
    /// average less the shift of the one before it.
    #[inline(always)]
    pub(crate) fn take(&mut self, values: &Pairs, shifts: [f64; 2], pair: &mut Pair) {
        let [first, second] = pair.take([self, self], values);
        let start = self.start;
        self.start = self.end(first) - shifts[0];
        pair.starts = [start, self.start];
        self.start = self.end(second) - shifts[1];
    }

    /// The average in one lane after a step.
    #[inline(always)]
    pub(crate) fn average(&self, pair: &Pair, step: usize, lane: usize) -> f64 {
        self.powers[step] * pair.starts[lane] + pair.parts[step][lane]
    }

    /// Takes the values of a run, which begins between two blocks.
    #[inline(always)]
    pub(crate) fn take_run(&mut self, values: &[f64], lanes: &mut Lanes) {
        let mut state = *self;
        let (blocks, _) = values.as_chunks();
        for (pair, values) in lanes.iter_mut().zip(blocks) {
            state.take(&pairs(values), [0.0; 2], pair);
        }
        *self = state;
    }

    /// Writes the averages of the run that was taken.
    #[inline(always)]
    pub(crate) fn write_run(&self, lanes: &Lanes, out: &mut [f64]) {
        let (blocks, _) = out.as_chunks_mut::<PAIR_ROWS>();
        for (pair, cells) in lanes.iter().zip(blocks) {
            for step in 0..BLOCK {
                [cells[step], cells[BLOCK + step]] = each(|lane| self.average(pair, step, lane));
            }
        }
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

    /// Writes the averages of the values of a run, which begins between two blocks.
    #[inline(always)]
    pub(crate) fn run(&mut self, values: &[f64], lanes: &mut Lanes, out: &mut [f64]) {
        let mut state = *self;
        let (blocks, _) = values.as_chunks();
        for (pair, values) in lanes.iter_mut().zip(blocks) {
            let anchors = [state.anchor, values[BLOCK - 1]];
            let deviations = pairs(values).map(|values| each(|lane| values[lane] - anchors[lane]));
            state.decay.take(&deviations, deviations[BLOCK - 1], pair);
            state.anchor = values[PAIR_ROWS - 1];
        }
        let mut anchor = self.anchor;
        let (cells, _) = out.as_chunks_mut::<PAIR_ROWS>();
        for ((pair, values), cells) in lanes.iter().zip(blocks).zip(cells) {
            let anchors = [anchor, values[BLOCK - 1]];
            for step in 0..BLOCK {
                [cells[step], cells[BLOCK + step]] = each(|lane| anchors[lane] + state.decay.average(pair, step, lane));
            }
            anchor = values[PAIR_ROWS - 1];
        }
        *self = state;
    }

    /// Writes the differences of two averages that began together, of the values of a run, which
    /// begins between two blocks.
    #[inline(always)]
    pub(crate) fn run_difference(both: [&mut Self; 2], values: &[f64], lanes: &mut Lanes, out: &mut [f64]) {
        let [fast, slow] = both;
        let (mut anchor, mut one, mut other) = (fast.anchor, fast.decay, slow.decay);
        let (blocks, _) = values.as_chunks::<BLOCK>();
        for (pair, values) in lanes.iter_mut().zip(blocks) {
            let deviations = values.map(|value| value - anchor);
            let parts = pair.take([&one, &other], &deviations.map(|deviation| [deviation; 2]));
            pair.starts = [one.start, other.start];
            let last = deviations[BLOCK - 1];
            [one.start, other.start] = [one.end(parts[0]) - last, other.end(parts[1]) - last];
            anchor = values[BLOCK - 1];
        }
        let (cells, _) = out.as_chunks_mut::<BLOCK>();
        for (pair, cells) in lanes.iter().zip(cells) {
            *cells = std::array::from_fn(|step| one.average(pair, step, 0) - other.average(pair, step, 1));
        }
        *fast = Self { anchor, decay: one };
        *slow = Self { anchor, decay: other };
    }
}
