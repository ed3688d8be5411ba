//! What finer data made of the ambiguous bars of a run.
//!
//! A series may carry shorter bars of its instrument, down to single trades. Each
//! ambiguous bar is then matched again, from the state before it, on the finer bars
//! inside it; `exchange::replay` does that. Here stands what it leaves behind.

use crate::fixed::Money;
use crate::instrument::InstrumentId;
use crate::record::{AmbiguousBar, Fill};
use crate::time::Timestamp;

/// What became of an ambiguous bar.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Drill {
    /// The run has no finer data for the instrument.
    #[default]
    Off,
    /// There is finer data, and none of it traded inside this bar.
    NoData,
    /// The finer bars inside it do not add up to it: they are of another market, another
    /// adjustment, or one of the two is wrong. The bar was matched as without them.
    Disagrees,
    /// Matched on the finer bars.
    Replayed(Replay),
}

/// An ambiguous bar after its replay on finer bars.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replay {
    /// Finer bars inside it that traded.
    pub bars: u32,
    /// The least P&L over all paths that the finer bars allow, marked at the close of the
    /// bar, fees included.
    pub pnl_worst: Money,
    /// The most.
    pub pnl_best: Money,
    /// False when the search gave up: the range is then not known.
    pub searched: bool,
    /// Every path that the finer bars allow gives the same fills.
    pub resolved: bool,
    /// P&L of the fills that the path rule gives on the bar alone.
    pub pnl_alone: Money,
    /// Those fills are others than the ones that happened.
    pub changed: bool,
    /// Fills that are the same on every path the bar alone allows.
    pub certain_alone: u32,
    /// Fills that are the same on every path the finer bars allow.
    pub certain: u32,
}

/// A finer bar that does not fit the bar around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Disagreement {
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// Close of the bar.
    pub time: Timestamp,
    /// `open`, `high`, `low`, `close` or `volume`; `times` when a finer bar reaches over an
    /// end of the bar (the numbers are then UTC seconds of that end and of the finer bar's).
    pub field: &'static str,
    /// What the bar says.
    pub bar: f64,
    /// What the finer bars say together.
    pub finer: f64,
}

/// The drill-down of a run, in counts.
///
/// `ambiguous = resolved + narrowed + unchanged + without_data + disagreeing`, but for
/// bars of instruments without finer data.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DrillDown {
    /// Bars whose fills depend on the path inside them.
    pub ambiguous: u32,
    /// Replayed: one outcome is left.
    pub resolved: u32,
    /// Replayed: several are left, in a smaller range of P&L.
    pub narrowed: u32,
    /// Replayed: several are left, in no smaller range.
    pub unchanged: u32,
    /// No finer bar inside.
    pub without_data: u32,
    /// Finer bars that do not add up to the bar.
    pub disagreeing: u32,
    /// Replayed bars whose fills the path rule alone would have got wrong.
    pub changed: u32,
    /// Replayed bars whose P&L lies outside the range of the bar alone: the price jumped over
    /// an order inside it, or less of its volume could be taken at the price.
    pub outside: u32,
    /// Fills that are the same on every path the bars alone allow.
    pub certain_alone: u64,
    /// P&L of the fills inside ambiguous bars.
    pub pnl_on_ambiguous: Money,
    /// The same of those bars that are still ambiguous.
    pub pnl_on_left: Money,
    /// The first bar that disagrees.
    pub first_disagreement: Option<Disagreement>,
}

impl AmbiguousBar {
    /// False when finer data left one outcome only.
    #[must_use]
    pub fn is_left(&self) -> bool {
        !matches!(self.drill, Drill::Replayed(Replay { resolved: true, .. }))
    }

    /// Least and most P&L over all paths, by the finest data there is; `None` when it is not known.
    #[must_use]
    pub fn range(&self) -> Option<(Money, Money)> {
        match self.drill {
            Drill::Replayed(replay) => replay.searched.then_some((replay.pnl_worst, replay.pnl_best)),
            _ => self.range_alone(),
        }
    }

    /// The same by the bar alone.
    #[must_use]
    pub fn range_alone(&self) -> Option<(Money, Money)> {
        self.searched.then_some((self.pnl_worst, self.pnl_best))
    }
}

impl DrillDown {
    /// Counts a run.
    pub(crate) fn of(bars: &[AmbiguousBar], fills: &[Fill], first_disagreement: Option<Disagreement>) -> Self {
        let certain = fills.iter().filter(|f| f.certain).count() as u64;
        let mut all = Self { first_disagreement, certain_alone: certain, ..Self::default() };
        for bar in bars {
            all.ambiguous += 1;
            all.pnl_on_ambiguous += bar.pnl;
            all.pnl_on_left += if bar.is_left() { bar.pnl } else { Money::ZERO };
            match bar.drill {
                Drill::Off => {}
                Drill::NoData => all.without_data += 1,
                Drill::Disagrees => all.disagreeing += 1,
                Drill::Replayed(replay) => {
                    all.certain_alone += u64::from(replay.certain_alone);
                    all.certain_alone -= u64::from(replay.certain);
                    all.changed += u32::from(replay.changed);
                    let width = |range: (Money, Money)| range.1 - range.0;
                    let narrower = match (bar.range_alone(), bar.range()) {
                        (Some(alone), Some(left)) => width(left) < width(alone),
                        (None, Some(_)) => true,
                        (_, None) => false,
                    };
                    match (replay.resolved, narrower) {
                        (true, _) => all.resolved += 1,
                        (false, true) => all.narrowed += 1,
                        (false, false) => all.unchanged += 1,
                    }
                    let out = |(worst, best)| bar.pnl < worst || bar.pnl > best;
                    all.outside += u32::from(bar.range_alone().is_some_and(out));
                }
            }
        }
        all
    }
}
