//! Moving average convergence divergence.

use crate::column::{all_finite, finite, write};
use crate::decay::{Anchored, Decay, Lanes, Scratch};
use crate::ema::Seeding;
use crate::indicator::{Indicator, Input, Series};
use crate::parameter::{ParameterError, period};
use crate::recursion::{self, Recursion};

/// Moving average convergence divergence (Appel 1979; TA-Lib `MACD`).
///
/// `macd` is the fast exponential average of the close minus the slow one, `signal` the
/// exponential average of `macd`, `hist` = `macd` - `signal`. Input: close. Unit: that of the
/// close; any sign. Warm-up with [`Seeding::Sma`]: slow + signal - 2 bars; the fast average is
/// seeded with the `fast` closes that end at bar slow - 1, where both averages begin, and `macd`
/// stays undefined until `signal` exists, all as in TA-Lib. With [`Seeding::First`] each average
/// begins with its first value and there is no warm-up. A bar that is not finite is undefined and
/// starts everything anew.
#[derive(Clone, Debug)]
pub struct Macd {
    fast: usize,
    slow: usize,
    signal: usize,
    seeding: Seeding,
    /// Finite bars since the start, counted up to the first answer.
    bars: usize,
    /// The first close, and the sums of the later deviations from it that seed the averages.
    first: f64,
    sums: [f64; 2],
    /// Sum of the values of `macd` that seed the signal.
    signal_sum: f64,
    lines: Lines,
}

/// The three averages, once they exist.
#[derive(Clone, Copy, Debug)]
struct Lines {
    fast: Anchored,
    slow: Anchored,
    signal: Decay,
}

impl Macd {
    /// The difference of the averages over `fast` and `slow` bars, and its average over `signal`;
    /// each 1 to 100,000.
    ///
    /// # Errors
    /// When a period is out of range or `fast` is longer than `slow`.
    pub fn new(fast: usize, slow: usize, signal: usize, seeding: Seeding) -> Result<Self, ParameterError> {
        let slow = period("macd", "slow", slow)?;
        let fast = period("macd", "fast", fast)?;
        let signal = period("macd", "signal", signal)?;
        if fast > slow {
            let expected = format!("at most slow, which is {slow}");
            return Err(ParameterError::new("macd", "fast", fast, expected));
        }
        Ok(Self {
            fast,
            slow,
            signal,
            seeding,
            bars: 0,
            first: f64::NAN,
            sums: [0.0; 2],
            signal_sum: 0.0,
            lines: Lines { fast: Anchored::new(fast), slow: Anchored::new(slow), signal: Decay::exponential(signal) },
        })
    }

    /// Takes a bar of the warm-up, or the bar that ends it.
    fn warm(&mut self, close: f64) -> [f64; 3] {
        self.bars += 1;
        if self.bars == 1 {
            self.first = close;
        }
        if self.seeding == Seeding::First {
            self.lines.begin(close, [0.0; 2]);
            self.lines.signal.begin(0.0);
            return [0.0; 3];
        }
        let deviation = close - self.first;
        let averages = if self.bars > self.slow {
            let [anchor, fast] = self.lines.fast.step(close);
            let [_, slow] = self.lines.slow.step(close);
            [fast, slow].map(|average| average - (close - anchor))
        } else {
            let [fast, slow] = &mut self.sums;
            *slow += deviation;
            if self.bars > self.slow - self.fast {
                *fast += deviation;
            }
            if self.bars < self.slow {
                return [f64::NAN; 3];
            }
            [*fast / self.fast as f64, *slow / self.slow as f64].map(|mean| mean - deviation)
        };
        // All blocks begin anew with each of these bars, so that in the end they begin together.
        self.lines.begin(close, averages);
        let [fast, slow] = averages;
        self.signal_sum += fast - slow;
        if self.bars < self.bars_to_answer() {
            return [f64::NAN; 3];
        }
        let signal = self.signal_sum / self.signal as f64;
        self.lines.signal.begin(signal);
        let macd = fast - slow;
        [macd, signal, macd - signal].map(finite)
    }

    /// Bars needed for the first answer.
    fn bars_to_answer(&self) -> usize {
        match self.seeding {
            Seeding::Sma => self.slow + self.signal - 1,
            Seeding::First => 1,
        }
    }

    fn sound(&self) -> bool {
        let sums = self.sums.iter().all(|sum| sum.is_finite()) && self.signal_sum.is_finite();
        sums && self.lines.finite()
    }
}

impl Lines {
    /// Begins after `close` with averages that deviate from it by `averages`.
    fn begin(&mut self, close: f64, [fast, slow]: [f64; 2]) {
        self.fast.begin(close, fast);
        self.slow.begin(close, slow);
    }

    fn finite(&self) -> bool {
        self.fast.finite() && self.slow.finite() && self.signal.finite()
    }

    #[inline(always)]
    fn step(&mut self, close: f64) -> [f64; 3] {
        let [_, fast] = self.fast.step(close);
        let [_, slow] = self.slow.step(close);
        let macd = fast - slow;
        let signal = self.signal.step(macd);
        [macd, signal, macd - signal].map(finite)
    }

    fn run(&mut self, closes: &[f64], lanes: &mut Lanes, [macds, signals, hists]: [&mut [f64]; 3]) -> bool {
        Anchored::run_difference([&mut self.fast, &mut self.slow], closes, lanes, macds);
        self.signal.take_run(macds, lanes);
        self.signal.write_run(lanes, signals);
        for ((hist, macd), signal) in hists.iter_mut().zip(macds).zip(signals) {
            *hist = *macd - *signal;
        }
        all_finite(hists)
    }
}

impl Indicator for Macd {
    fn definition(&self) -> String {
        let [fast, slow, signal] = [self.fast, self.slow, self.signal];
        format!("macd({fast},{slow},{signal},{})", self.seeding.word())
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["macd", "signal", "hist"]
    }

    fn warm_up(&self) -> usize {
        self.bars_to_answer() - 1
    }

    fn column_names(&self) -> Vec<String> {
        let mut suffix = String::new();
        let periods = [self.fast, self.slow, self.signal];
        if periods != [12, 26, 9] {
            let [fast, slow, signal] = periods;
            suffix = format!("_{fast}_{slow}_{signal}");
        }
        if self.seeding == Seeding::First {
            suffix.push_str("_first");
        }
        ["macd", "macd_signal", "macd_hist"].map(|name| format!("{name}{suffix}")).to_vec()
    }

    #[inline]
    fn update(&mut self, input: &Input, out: &mut [f64]) {
        let mut values = [f64::NAN; 3];
        if input.close.is_finite() {
            values =
                if self.bars < self.bars_to_answer() { self.warm(input.close) } else { self.lines.step(input.close) };
        }
        if !(input.close.is_finite() && self.sound()) {
            self.reset();
            values = [f64::NAN; 3];
        }
        write(out, values);
    }

    fn reset(&mut self) {
        (self.bars, self.first) = (0, f64::NAN);
        (self.sums, self.signal_sum) = ([0.0; 2], 0.0);
        self.lines.begin(0.0, [0.0; 2]);
        self.lines.signal.begin(0.0);
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

impl Recursion<3> for Macd {
    fn steady(&self) -> bool {
        self.bars >= self.bars_to_answer() && self.lines.fast.steps_to_block() == 0 && self.sound()
    }

    fn run(&mut self, rows: Series<'_>, scratch: &mut Scratch, out: [&mut [f64]; 3]) -> bool {
        self.lines.run(rows.close, &mut scratch.lanes, out)
    }
}
