//! Average directional movement index and the two directional indicators.

use crate::column::{all_finite, row_by_row, write};
use crate::decay::Scratch;
use crate::indicator::{Indicator, Input, Series};
use crate::parameter::{ParameterError, period};
use crate::recursion::{self, Recursion};
use crate::true_range::true_range;

/// Average directional movement index with +DI and -DI (Wilder 1978; TA-Lib `ADX`, `PLUS_DI`,
/// `MINUS_DI`).
///
/// Directional movement and true range are summed over n - 1 bars and from bar n on smoothed by
/// S' - S' / n + x; DI = 100 S(DM) / S(TR); DX = 100 |+DI - -DI| / (+DI + -DI); the first ADX is
/// the mean of the first n DX, then (A' (n - 1) + DX) / n. A quotient whose divisor is zero
/// counts as 0 in the DI and leaves the ADX as it was, as in TA-Lib.
///
/// Inputs: high, low, close. Range: 0 to 100. Warm-up: n bars for the DI, 2 n - 1 for `adx`. A
/// bar with a price that is not finite is undefined and starts everything anew.
#[derive(Clone, Debug)]
pub struct Adx {
    period: usize,
    share: f64,
    keep: f64,
    /// Changes from bar to bar since the start, counted up to 2 n - 1.
    changes: usize,
    /// High, low and close of the last bar; `NaN` before the first.
    previous: [f64; 3],
    sums: Sums,
    /// The average, or while it is being seeded the sum of the DX so far.
    adx: f64,
}

/// Smoothed sums of +DM, -DM and true range.
#[derive(Clone, Copy, Debug)]
struct Sums {
    plus: f64,
    minus: f64,
    range: f64,
}

const NO_SUMS: Sums = Sums { plus: 0.0, minus: 0.0, range: 0.0 };

impl Sums {
    fn finite(&self) -> bool {
        self.plus.is_finite() && self.minus.is_finite() && self.range.is_finite()
    }

    /// +DI, -DI and, where there is one, DX.
    #[inline(always)]
    fn indices(&self) -> ([f64; 2], Option<f64>) {
        if self.range == 0.0 {
            return ([0.0; 2], None);
        }
        let plus = 100.0 * (self.plus / self.range);
        let minus = 100.0 * (self.minus / self.range);
        let total = plus + minus;
        let dx = 100.0 * ((plus - minus).abs() / total);
        ([plus, minus], (total != 0.0).then_some(dx))
    }
}

impl Adx {
    /// The indices over `period` bars, 1 to 100,000.
    ///
    /// # Errors
    /// When `period` is out of range.
    pub fn new(period: usize) -> Result<Self, ParameterError> {
        let period = self::period("adx", "period", period)?;
        Ok(Self {
            period,
            share: 1.0 / period as f64,
            keep: (period as f64 - 1.0) / period as f64,
            changes: 0,
            previous: [f64::NAN; 3],
            sums: NO_SUMS,
            adx: 0.0,
        })
    }

    /// +DM, -DM and true range of the bar.
    #[inline(always)]
    fn change(&mut self, bar: [f64; 3]) -> Sums {
        let [high, low, _] = bar;
        let [previous_high, previous_low, previous_close] = self.previous;
        self.previous = bar;
        let up = high - previous_high;
        let down = previous_low - low;
        Sums {
            plus: if up > 0.0 && up > down { up } else { 0.0 },
            minus: if down > 0.0 && down > up { down } else { 0.0 },
            range: true_range(high, low, previous_close),
        }
    }

    #[inline(always)]
    fn smooth(&mut self, change: Sums) {
        self.sums.plus = self.sums.plus * self.keep + change.plus;
        self.sums.minus = self.sums.minus * self.keep + change.minus;
        self.sums.range = self.sums.range * self.keep + change.range;
    }

    #[inline(always)]
    fn step(&mut self, bar: [f64; 3]) -> [f64; 3] {
        let change = self.change(bar);
        self.smooth(change);
        let ([plus, minus], dx) = self.sums.indices();
        if let Some(dx) = dx {
            self.adx = self.adx * self.keep + dx * self.share;
        }
        [self.adx, plus, minus]
    }

    /// Takes a bar of the warm-up, or the bar that ends it.
    fn warm(&mut self, bar: [f64; 3]) -> [f64; 3] {
        let [first, ..] = self.previous;
        if first.is_nan() {
            self.previous = bar;
            return [f64::NAN; 3];
        }
        let change = self.change(bar);
        self.changes += 1;
        if self.changes < self.period {
            self.sums.plus += change.plus;
            self.sums.minus += change.minus;
            self.sums.range += change.range;
            return [f64::NAN; 3];
        }
        self.smooth(change);
        let ([plus, minus], dx) = self.sums.indices();
        self.adx += dx.unwrap_or(0.0);
        if self.changes < self.changes_to_adx() {
            return [f64::NAN, plus, minus];
        }
        self.adx /= self.period as f64;
        [self.adx, plus, minus]
    }

    fn changes_to_adx(&self) -> usize {
        2 * self.period - 1
    }

    fn sound(&self) -> bool {
        let [high, low, close] = self.previous;
        let bar = high.is_finite() && low.is_finite() && close.is_finite();
        bar && self.sums.finite() && self.adx.is_finite()
    }
}

impl Indicator for Adx {
    fn definition(&self) -> String {
        format!("adx({})", self.period)
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["adx", "plus_di", "minus_di"]
    }

    fn warm_up(&self) -> usize {
        self.period
    }

    #[inline]
    fn update(&mut self, input: &Input, out: &mut [f64]) {
        let bar = [input.high, input.low, input.close];
        let mut values = [f64::NAN; 3];
        let finite = bar.iter().all(|price| price.is_finite());
        if finite {
            values = if self.changes < self.changes_to_adx() { self.warm(bar) } else { self.step(bar) };
        }
        if !(finite && self.sound()) {
            self.reset();
            values = [f64::NAN; 3];
        }
        write(out, values);
    }

    fn reset(&mut self) {
        self.changes = 0;
        self.previous = [f64::NAN; 3];
        self.sums = NO_SUMS;
        self.adx = 0.0;
    }

    fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
        if series.has_range() {
            recursion::batch(self, series, out);
        } else {
            row_by_row(self.boxed_clone(), series, out);
        }
    }

    fn boxed_clone(&self) -> Box<dyn Indicator> {
        Box::new(self.clone())
    }
}

impl Recursion<3> for Adx {
    fn steady(&self) -> bool {
        self.changes >= self.changes_to_adx() && self.sound()
    }

    fn run(&mut self, rows: Series<'_>, _: &mut Scratch, [adx, plus, minus]: [&mut [f64]; 3]) -> bool {
        let mut state = self.clone();
        let bars = rows.high.iter().zip(rows.low).zip(rows.close);
        let cells = adx.iter_mut().zip(plus).zip(&mut *minus);
        for (((high, low), close), ((adx, plus), minus)) in bars.zip(cells) {
            [*adx, *plus, *minus] = state.step([*high, *low, *close]);
        }
        *self = state;
        all_finite(minus)
    }
}
