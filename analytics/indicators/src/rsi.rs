//! Relative strength index.

use crate::column::{all_finite, write};
use crate::decay::{BLOCK, Decay, Lanes, PAIR_ROWS, Scratch, each, pairs};
use crate::indicator::{Indicator, Input, Series};
use crate::parameter::{ParameterError, period};
use crate::recursion::{self, RUN_ROWS, Recursion};

/// Relative strength index: 100 G / (G + L), with G and L Wilder's averages of the gains and the
/// losses from close to close (Wilder 1978; TA-Lib `RSI`).
///
/// The first average is the mean of the first n changes, then (A' (n - 1) + x) / n. Where
/// there is no change at all the value is 0, as in TA-Lib. Input: close. Range: 0 to 100.
/// Warm-up: n bars. A bar that is not finite is undefined and starts everything anew.
#[derive(Clone, Debug)]
pub struct Rsi {
    period: usize,
    /// Changes since the start, counted up to n.
    changes: usize,
    /// Sums of the gains and losses that seed the averages.
    sums: [f64; 2],
    averages: Averages,
}

#[derive(Clone, Copy, Debug)]
struct Averages {
    /// The last close; `NaN` before the first.
    previous: f64,
    gain: Decay,
    loss: Decay,
}

impl Rsi {
    /// The index over `period` changes, 1 to 100,000.
    ///
    /// # Errors
    /// When `period` is out of range.
    pub fn new(period: usize) -> Result<Self, ParameterError> {
        let period = self::period("rsi", "period", period)?;
        let averages = Averages { previous: f64::NAN, gain: Decay::wilder(period), loss: Decay::wilder(period) };
        Ok(Self { period, changes: 0, sums: [0.0; 2], averages })
    }

    /// Takes a bar of the warm-up, or the bar that ends it.
    fn warm(&mut self, close: f64) -> f64 {
        let previous = std::mem::replace(&mut self.averages.previous, close);
        if previous.is_nan() {
            return f64::NAN;
        }
        let [gain, loss] = split(close - previous);
        let [gains, losses] = &mut self.sums;
        *gains += gain;
        *losses += loss;
        self.changes += 1;
        if self.changes < self.period {
            return f64::NAN;
        }
        let [gain, loss] = self.sums.map(|sum| sum / self.period as f64);
        self.averages.gain.begin(gain);
        self.averages.loss.begin(loss);
        index(gain, loss)
    }

    fn sound(&self) -> bool {
        let sums = self.sums.iter().all(|sum| sum.is_finite());
        sums && self.averages.gain.finite() && self.averages.loss.finite()
    }
}

/// Gain and loss of a change; a change that is not finite makes one of them so.
#[inline(always)]
fn split(change: f64) -> [f64; 2] {
    let gain = if change > 0.0 { change } else { 0.0 };
    [gain, gain - change]
}

#[inline(always)]
fn index(gain: f64, loss: f64) -> f64 {
    let total = gain + loss;
    let share = 100.0 * (gain / total);
    if total == 0.0 { 0.0 } else { share }
}

impl Averages {
    #[inline(always)]
    fn step(&mut self, close: f64) -> f64 {
        let [gain, loss] = split(close - self.previous);
        self.previous = close;
        index(self.gain.step(gain), self.loss.step(loss))
    }

    fn run(&mut self, closes: &[f64], lanes: &mut Lanes, out: &mut [f64]) {
        let mut state = *self;
        let (gains, losses) = lanes.split_at_mut(RUN_ROWS / PAIR_ROWS);
        let (blocks, _) = closes.as_chunks();
        for ((gain, loss), closes) in gains.iter_mut().zip(losses.iter_mut()).zip(blocks) {
            let mut previous = [state.previous, closes[BLOCK - 1]];
            let changes = pairs(closes).map(|close| {
                let change = each(|lane| close[lane] - previous[lane]);
                previous = close;
                change.map(split)
            });
            state.previous = closes[PAIR_ROWS - 1];
            let [gain_values, loss_values] = [0, 1].map(|part| changes.map(|change| each(|lane| change[lane][part])));
            state.gain.take(&gain_values, [0.0; 2], gain);
            state.loss.take(&loss_values, [0.0; 2], loss);
        }
        let (cells, _) = out.as_chunks_mut::<PAIR_ROWS>();
        for ((gain, loss), cells) in gains.iter().zip(losses).zip(cells) {
            for step in 0..BLOCK {
                [cells[step], cells[BLOCK + step]] =
                    each(|lane| index(state.gain.average(gain, step, lane), state.loss.average(loss, step, lane)));
            }
        }
        *self = state;
    }
}

impl Indicator for Rsi {
    fn definition(&self) -> String {
        format!("rsi({})", self.period)
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["rsi"]
    }

    fn warm_up(&self) -> usize {
        self.period
    }

    #[inline]
    fn update(&mut self, input: &Input, out: &mut [f64]) {
        let mut value = f64::NAN;
        if input.close.is_finite() {
            value = if self.changes < self.period { self.warm(input.close) } else { self.averages.step(input.close) };
        }
        if !(input.close.is_finite() && self.sound()) {
            self.reset();
            value = f64::NAN;
        }
        write(out, [value]);
    }

    fn reset(&mut self) {
        (self.changes, self.sums) = (0, [0.0; 2]);
        self.averages.previous = f64::NAN;
        self.averages.gain.begin(0.0);
        self.averages.loss.begin(0.0);
    }

    fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
        recursion::batch(self, series, out);
    }

    fn batch_of(&self, series: Series<'_>, wanted: &[usize], out: &mut [Vec<f64>]) {
        recursion::batch_of(self, series, wanted, out);
    }

    fn boxed_clone(&self) -> Box<dyn Indicator> {
        Box::new(self.clone())
    }
}

impl Recursion<1> for Rsi {
    fn steady(&self) -> bool {
        self.changes >= self.period && self.averages.gain.steps_to_block() == 0 && self.sound()
    }

    fn run(&mut self, rows: Series<'_>, scratch: &mut Scratch, [out]: [&mut [f64]; 1]) -> bool {
        self.averages.run(rows.close, &mut scratch.lanes, out);
        all_finite(out)
    }
}
