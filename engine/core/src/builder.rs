//! Bar builders: trades or smaller bars in, bars by time, ticks or volume out.
//!
//! The same builder serves files and live feeds, so that both give equal bars.

use crate::bars::BarColumns;
use crate::time::Timestamp;

/// A finished bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Start.
    pub open_time: Timestamp,
    /// End.
    pub close_time: Timestamp,
    /// First price.
    pub open: f64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price.
    pub close: f64,
    /// Sum of sizes.
    pub volume: f64,
}

/// When a bar is complete.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BarRule {
    /// Every so many nanoseconds, aligned to `anchor`; above zero.
    Time {
        /// Length.
        nanos: i64,
        /// A moment at which a bar begins.
        anchor: Timestamp,
    },
    /// After so many trades (or smaller bars); above zero.
    Ticks(u32),
    /// After so much volume; the trade that crosses belongs to the bar it completes. Above zero.
    Volume(f64),
}

/// Builds bars.
#[derive(Clone, Debug)]
pub struct BarBuilder {
    rule: BarRule,
    bar: Option<Bar>,
    count: u32,
}

/// Adds a finished bar to columns. A bar of trades of one stamp has no length, and several may end
/// at one stamp: then it ends one nanosecond later than it began, or than the bar before it.
pub(crate) fn push_bar(columns: &mut BarColumns, bar: &Bar) {
    let last = columns.close_time.last().copied().unwrap_or(i64::MIN);
    let open = bar.open_time.nanos().max(last);
    columns.push_times(open, bar.close_time.nanos().max(open + 1));
    columns.open.push(bar.open);
    columns.high.push(bar.high);
    columns.low.push(bar.low);
    columns.close.push(bar.close);
    columns.volume.push(bar.volume);
}

/// A rule that makes no bars, or input that is out of order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The rule's length is not above zero.
    #[error("a bar needs a length above 0")]
    Rule,
    /// Time went backward.
    #[error("{0} is before the bar in progress, which ends at {1}")]
    Order(Timestamp, Timestamp),
    /// A price or size that is no number.
    #[error("{0}: expected finite prices and a size of 0 or more")]
    Value(Timestamp),
}

impl BarBuilder {
    /// A builder without a bar in progress.
    ///
    /// # Errors
    /// A length that is not above zero.
    pub fn new(rule: BarRule) -> Result<Self, BuildError> {
        let fits = match rule {
            BarRule::Time { nanos, .. } => nanos > 0,
            BarRule::Ticks(n) => n > 0,
            BarRule::Volume(v) => v > 0.0 && v.is_finite(),
        };
        if fits { Ok(Self { rule, bar: None, count: 0 }) } else { Err(BuildError::Rule) }
    }

    /// The bar in progress: an update, not an event.
    #[must_use]
    pub fn forming(&self) -> Option<&Bar> {
        self.bar.as_ref()
    }

    /// Takes a trade; returns the bar that it completes, or that ended before it.
    ///
    /// # Errors
    /// Out of order, or not numbers.
    pub fn trade(&mut self, time: Timestamp, price: f64, size: f64) -> Result<Option<Bar>, BuildError> {
        self.bar(&Bar {
            open_time: time,
            close_time: time,
            open: price,
            high: price,
            low: price,
            close: price,
            volume: size,
        })
    }

    /// Takes a smaller bar; returns the bar that it completes, or that ended before it.
    ///
    /// # Errors
    /// Out of order, or not numbers.
    pub fn bar(&mut self, part: &Bar) -> Result<Option<Bar>, BuildError> {
        let prices = [part.open, part.high, part.low, part.close];
        if prices.iter().any(|p| !p.is_finite()) || !part.volume.is_finite() || part.volume < 0.0 {
            return Err(BuildError::Value(part.close_time));
        }
        let trade = part.open_time == part.close_time;
        let mut done = None;
        if let BarRule::Time { nanos, anchor } = self.rule {
            let since = part.open_time - anchor;
            let start = anchor + since.div_euclid(nanos) * nanos;
            if let Some(bar) = &self.bar {
                if start < bar.open_time {
                    return Err(BuildError::Order(part.close_time, bar.close_time));
                }
                if start > bar.open_time {
                    done = self.bar.take();
                }
            }
            if self.bar.is_none() {
                let blank = Bar { open_time: start, close_time: start + nanos, ..*part };
                self.bar = Some(Bar { volume: 0.0, ..blank });
            }
        } else if let Some(bar) = &self.bar {
            if part.close_time < bar.close_time {
                return Err(BuildError::Order(part.close_time, bar.close_time));
            }
        } else {
            self.bar = Some(Bar { volume: 0.0, ..*part });
            self.count = 0;
        }
        let Some(bar) = &mut self.bar else {
            return Ok(done);
        };
        if part.high > bar.high {
            bar.high = part.high;
        }
        if part.low < bar.low {
            bar.low = part.low;
        }
        bar.close = part.close;
        bar.volume += part.volume;
        self.count += 1;
        let full = match self.rule {
            // A part that reaches the end completes the bar; a trade at that moment begins the next.
            BarRule::Time { .. } => !trade && part.close_time >= bar.close_time,
            BarRule::Ticks(n) => {
                bar.close_time = part.close_time;
                self.count >= n
            }
            BarRule::Volume(v) => {
                bar.close_time = part.close_time;
                bar.volume >= v
            }
        };
        if full && done.is_none() {
            done = self.bar.take();
        }
        Ok(done)
    }

    /// The bar in progress once its end has come, without another trade.
    pub fn close_until(&mut self, now: Timestamp) -> Option<Bar> {
        let over = matches!(self.rule, BarRule::Time { .. }) && self.bar.is_some_and(|b| b.close_time <= now);
        if over { self.bar.take() } else { None }
    }

    /// The bar in progress at the end of the data, if there is one.
    pub fn finish(&mut self) -> Option<Bar> {
        self.bar.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::MINUTE;

    fn t(minute: i64, second: i64) -> Timestamp {
        Timestamp::from_nanos(minute * MINUTE + second * crate::time::SECOND)
    }

    #[test]
    fn time_bars_end_with_the_first_trade_after_them() {
        let rule = BarRule::Time { nanos: MINUTE, anchor: Timestamp::default() };
        let mut b = BarBuilder::new(rule).expect("valid");
        assert_eq!(b.trade(t(0, 5), 10.0, 1.0), Ok(None));
        assert_eq!(b.trade(t(0, 59), 12.0, 2.0), Ok(None));
        let bar = b.trade(t(1, 0), 11.0, 1.0).expect("in order").expect("complete");
        assert_eq!((bar.open, bar.high, bar.low, bar.close, bar.volume), (10.0, 12.0, 10.0, 12.0, 3.0));
        assert_eq!((bar.open_time, bar.close_time), (t(0, 0), t(1, 0)));
        assert!(b.trade(t(0, 30), 11.0, 1.0).is_err());
        assert_eq!(b.close_until(t(2, 0)).map(|b| b.close), Some(11.0));
    }

    #[test]
    fn five_one_minute_bars_are_one_five_minute_bar() {
        let rule = BarRule::Time { nanos: 5 * MINUTE, anchor: Timestamp::default() };
        let mut b = BarBuilder::new(rule).expect("valid");
        let mut out = Vec::new();
        for i in 0..10 {
            let p = f64::from(i as i32) + 100.0;
            let part = Bar {
                open_time: t(i, 0),
                close_time: t(i + 1, 0),
                open: p,
                high: p + 1.0,
                low: p - 1.0,
                close: p + 0.5,
                volume: 10.0,
            };
            out.extend(b.bar(&part).expect("in order"));
        }
        assert_eq!(out.len(), 2);
        assert_eq!(
            (out[1].open, out[1].high, out[1].low, out[1].close, out[1].volume),
            (105.0, 110.0, 104.0, 109.5, 50.0)
        );
    }

    #[test]
    fn tick_and_volume_bars_count() {
        let mut ticks = BarBuilder::new(BarRule::Ticks(2)).expect("valid");
        assert_eq!(ticks.trade(t(0, 0), 1.0, 1.0), Ok(None));
        assert!(ticks.trade(t(0, 1), 2.0, 1.0).expect("in order").is_some());
        let mut volume = BarBuilder::new(BarRule::Volume(5.0)).expect("valid");
        assert_eq!(volume.trade(t(0, 0), 1.0, 4.0), Ok(None));
        assert_eq!(volume.trade(t(0, 1), 2.0, 4.0).expect("in order").map(|b| b.volume), Some(8.0));
        assert_eq!(BarBuilder::new(BarRule::Ticks(0)).err(), Some(BuildError::Rule));
    }
}
