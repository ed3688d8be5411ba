//! Several lengths of bars at once: equal to those built alone, and never seen early.

use std::sync::Arc;

use engine_core::bars::{BarRef, Bars};
use engine_core::builder::{BarBuilder, BarRule};
use engine_core::context::Context;
use engine_core::feed::{Feed, Series};
use engine_core::frames::{FrameHandle, FrameId};
use engine_core::instrument::InstrumentId;
use engine_core::kernel::{RunOptions, run};
use engine_core::order::Side;
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Strategy;
use engine_core::tape::{LAST, Tape, TapeColumns, TapeEvent};
use engine_core::time::{MINUTE, SECOND, Timestamp};
use indicators::Sma;

use crate::common::{Random, instrument, price, shares, walk};

const ID: InstrumentId = InstrumentId(0);

fn minutes(n: i64) -> BarRule {
    BarRule::Time { nanos: n * MINUTE, anchor: Timestamp::default() }
}

/// Irregular trades over two hours, received up to two seconds late.
fn tape(seed: u64) -> Tape {
    let mut random = Random(seed);
    let mut columns = TapeColumns::default();
    let (mut time, mut cents) = (10 * MINUTE + 3 * SECOND, 10_000_i64);
    while time < 130 * MINUTE {
        time += (random.below(9_000) as i64 + 1) * 1_000_000;
        if random.chance(3) {
            // On the very end of a minute.
            time += MINUTE - time % MINUTE;
        }
        cents += random.below(21) as i64 - 10;
        let p = price(&format!("{}.{:02}", cents / 100, cents % 100));
        let event =
            TapeEvent::Trade { price: p, quantity: shares(1 + random.below(50) as i64), aggressor: Some(Side::Buy) };
        let local = columns.local_time.last().copied().unwrap_or(0).max(time + random.below(2_000_000_000) as i64);
        columns.push(Timestamp::from_nanos(time), Timestamp::from_nanos(local), event, LAST);
    }
    Tape::new(columns).unwrap()
}

/// Notes what it sees of its frames.
#[derive(Default)]
struct Watch {
    rules: Vec<BarRule>,
    frames: Vec<FrameId>,
    averages: Vec<FrameHandle>,
    seen: Vec<Vec<(i64, f64, f64, f64)>>,
    now: Vec<i64>,
}

impl Strategy for Watch {
    fn setup(&mut self, setup: &mut Setup<'_>) -> Result<(), SetupError> {
        for rule in &self.rules {
            let frame = setup.frame(ID, *rule)?;
            self.frames.push(frame);
            self.averages.push(setup.frame_indicator(frame, Sma::new(3).unwrap())?);
            self.seen.push(Vec::new());
        }
        Ok(())
    }
    fn on_bar(&mut self, cx: &mut Context, _: InstrumentId, bar: BarRef<'_>) {
        for frame in &self.frames {
            if let Some(last) = cx.frame_bar(*frame, 0) {
                assert!(last.time() <= bar.time(), "{} is seen at {}", last.time(), bar.time());
            }
        }
    }
    fn on_frame(&mut self, cx: &mut Context, frame: FrameId, bar: BarRef<'_>) {
        let i = self.frames.iter().position(|f| *f == frame).unwrap();
        let back = cx.frame_count(frame) - 1 - bar.row();
        assert_eq!(cx.frame_bar(frame, back).unwrap().close(), bar.close());
        assert!(bar.time() <= cx.now());
        self.seen[i].push((bar.time().nanos(), bar.high(), bar.close(), cx.frame_output(self.averages[i], 0, back)));
        self.now.push(cx.now().nanos());
    }
}

fn expected(bars: &Bars) -> Vec<(i64, f64, f64)> {
    let c = bars.columns();
    (0..bars.len()).map(|row| (c.close_time[row], c.high[row], c.close[row])).collect()
}

fn check(watch: &Watch, i: usize, bars: &Bars) {
    let seen: Vec<(i64, f64, f64)> = watch.seen[i].iter().map(|(t, h, c, _)| (*t, *h, *c)).collect();
    let all = expected(bars);
    // All but those that the data does not finish.
    assert!(all.starts_with(&seen) && all.len() - seen.len() <= 1, "{} of {}", seen.len(), all.len());
    for (row, (_, _, _, average)) in watch.seen[i].iter().enumerate() {
        match row {
            0 | 1 => assert!(average.is_nan()),
            _ => {
                let mean = seen[row - 2..=row].iter().map(|s| s.2).sum::<f64>() / 3.0;
                assert!((average - mean).abs() < 1e-9);
            }
        }
    }
}

#[test]
fn frames_of_a_tape_are_the_bars_of_the_tape() {
    for seed in 1..6 {
        let tape = tape(seed);
        let base = tape.bars(minutes(1)).unwrap();
        let rules = vec![minutes(5), minutes(15), BarRule::Ticks(7), BarRule::Volume(300.0)];
        let mut watch = Watch { rules: rules.clone(), ..Watch::default() };
        let feed = Arc::new(Feed::new(vec![Series::taped(instrument("US.X"), base, tape.clone())]).unwrap());
        run(&feed, &mut watch, &RunOptions::default()).unwrap();
        for (i, rule) in rules.iter().enumerate() {
            let bars = tape.bars(*rule).unwrap();
            assert!(watch.seen[i].len() > 5);
            // Whatever the last minute of the data leaves open is not told.
            let all = expected(&bars);
            let seen: Vec<(i64, f64, f64)> = watch.seen[i].iter().map(|(t, h, c, _)| (*t, *h, *c)).collect();
            assert!(all.starts_with(&seen), "{rule:?}");
            let last = *feed.series()[0].bars.columns().close_time.last().unwrap();
            let missing = all[seen.len()..].iter().filter(|(end, _, _)| *end < last).count();
            assert!(missing <= 1, "{rule:?}: {missing} were never told");
        }
        check(&watch, 0, &tape.bars(minutes(5)).unwrap());
        assert!(watch.now.is_sorted());
    }
}

#[test]
fn frames_of_bars_are_what_a_builder_makes_of_them() {
    let bars = walk(500, 3);
    let rule = BarRule::Time { nanos: 5 * engine_core::time::DAY, anchor: Timestamp::default() };
    let mut builder = BarBuilder::new(rule).unwrap();
    let mut made = Vec::new();
    for row in 0..bars.len() {
        let bar = bars.row(row);
        let part = engine_core::builder::Bar {
            open_time: bar.open_time(),
            close_time: bar.time(),
            open: bar.open(),
            high: bar.high(),
            low: bar.low(),
            close: bar.close(),
            volume: 0.0,
        };
        made.extend(builder.bar(&part).unwrap().map(|b| (b.close_time.nanos(), b.high, b.close)));
    }
    let mut watch = Watch { rules: vec![rule], ..Watch::default() };
    let feed = Arc::new(Feed::new(vec![Series::daily(instrument("US.X"), bars)]).unwrap());
    run(&feed, &mut watch, &RunOptions::default()).unwrap();
    let seen: Vec<(i64, f64, f64)> = watch.seen[0].iter().map(|(t, h, c, _)| (*t, *h, *c)).collect();
    assert_eq!(seen, made);
    assert!(seen.len() > 90);
}

#[test]
fn a_frame_without_a_length_is_refused() {
    let mut watch = Watch { rules: vec![BarRule::Ticks(0)], ..Watch::default() };
    let feed = Arc::new(Feed::new(vec![Series::daily(instrument("US.X"), walk(10, 1))]).unwrap());
    let error = run(&feed, &mut watch, &RunOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "frame: US.X: a bar needs a length above 0");
}
