//! Files of vendors with trades, quotes and books to tapes.
//!
//! As with `crate::import`, a [`TapePlan`] is made first and changes nothing: which format,
//! which instruments, and for every key of each contract a guess with its evidence. Every
//! row is checked already then. [`TapePlan::write`] writes.
//!
//! | format | what it is |
//! |---|---|
//! | `us-ticks` | trades and quotes of a US stock, one venue's side per row |
//! | `ctp-depth` | snapshots of a Chinese futures exchange (CTP): totals, one or five levels |
//! | `crypto-l2` | snapshot, depth differences, trades and best quotes of one perpetual |
//! | `mbo` | order by order: actions A C M T F R, flags 128 last, 32 snapshot |
//! | `trade-prints` | prints of Chinese stocks: `symbol,time,price,volume_lots,side` |
//! | `trades` | `time,price,size[,side][,local_time][,symbol][,expiry]` |
//! | `quotes` | `time,bid,bid_size,ask,ask_size[,local_time][,symbol]` |
//!
//! Each is described in its module. What the feed says wrongly (numbers that step back,
//! repeat or leave some out, changes of orders that are not there) is refused with the row;
//! with [`OnGap::Mark`] it becomes a `Gap`, after which the book is not trusted until the
//! next snapshot, and is counted.

mod assemble;
mod column;
mod crypto;
mod crypto_best;
mod ctp;
mod ctp_layout;
mod ctp_trades;
mod guess;
mod mbo;
mod plain;
mod plan;
mod prints;
mod table;
mod us_ticks;

use engine_core::tape::TapeColumns;
use engine_core::time::Timestamp;

use crate::audit::count;
use crate::contract::ContractOverrides;
use crate::error::DataError;
use crate::zone::Zone;
use table::Table;

pub use guess::detect;
pub use plan::{PlannedTape, TapePlan, plan};

/// A vendor's format of ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TapeFormat {
    /// Trades and quotes of a US stock.
    UsTicks,
    /// Snapshots of Chinese futures.
    CtpDepth,
    /// Levels of a crypto perpetual.
    CryptoL2,
    /// Order by order.
    Mbo,
    /// Prints of Chinese stocks.
    TradePrints,
    /// Trades.
    Trades,
    /// Best quotes.
    Quotes,
}

impl TapeFormat {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::UsTicks, Self::CtpDepth, Self::CryptoL2, Self::Mbo, Self::TradePrints, Self::Trades, Self::Quotes];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UsTicks => "us-ticks",
            Self::CtpDepth => "ctp-depth",
            Self::CryptoL2 => "crypto-l2",
            Self::Mbo => "mbo",
            Self::TradePrints => "trade-prints",
            Self::Trades => "trades",
            Self::Quotes => "quotes",
        }
    }
}

/// What becomes of a place where the feed misses or contradicts something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnGap {
    /// The file is refused, with the row.
    #[default]
    Refuse,
    /// A `Gap` stands there.
    Mark,
}

/// What the quote rows of `us-ticks` are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quotes {
    /// Each is a new national best.
    National,
    /// Each is its venue's own.
    Venue,
}

/// What the user says instead of a guess.
#[derive(Clone, Debug, Default)]
pub struct TapeWishes {
    /// The format.
    pub format: Option<TapeFormat>,
    /// Keys of the contract; `bars`, `stamp` and `prices` do not count.
    pub contract: ContractOverrides,
    /// Gaps.
    pub on_gap: OnGap,
    /// Quotes of `us-ticks`.
    pub quotes: Option<Quotes>,
    /// Contract multiplier of `ctp-depth`, above zero.
    pub multiplier: Option<i64>,
    /// Write CSV.
    pub csv: bool,
}

/// What a reader made of the rows of one instrument.
#[derive(Default)]
struct Reading {
    columns: TapeColumns,
    /// What was assumed.
    assumptions: Vec<String>,
    /// What was left out, moved or compared, with counts.
    notes: Vec<String>,
    /// What is not right, and was let pass or marked.
    findings: Vec<String>,
}

/// Trades of size 0, which some vendors list: left out and told.
#[derive(Default)]
struct Empty {
    trades: usize,
    first: usize,
}

impl Empty {
    fn note(&mut self, row: usize) {
        if self.trades == 0 {
            self.first = row;
        }
        self.trades += 1;
    }

    fn tell(&self, table: &Table, reading: &mut Reading) {
        if self.trades > 0 {
            let (trades, place) = (count(self.trades, "trade"), table.place(self.first));
            reading.findings.push(format!("{trades} of size 0 left out, the first in {place}"));
        }
    }
}

/// The rows of one instrument.
struct Input<'a> {
    table: &'a Table,
    rows: &'a [u32],
    zone: Zone,
    symbol: &'a str,
    wishes: &'a TapeWishes,
}

impl<'a> Input<'a> {
    /// The rows' numbers in the table.
    fn rows(&self) -> impl Iterator<Item = usize> + use<'a> {
        let rows: &'a [u32] = self.rows;
        rows.iter().map(|row| *row as usize)
    }

    fn time(&mut self, column: usize, row: usize, unit: Option<i64>) -> Result<i64, DataError> {
        self.table.time(column, row, unit, &mut self.zone)
    }

    /// Refuses a time before that of the row above, for files without receipt times.
    fn forward(&self, column: usize, row: usize, time: i64, above: &mut i64) -> Result<(), DataError> {
        if time < *above {
            let (here, above) = (Timestamp::from_nanos(time), Timestamp::from_nanos(*above));
            let problem = format!("{here} is before the row above, {above}; expected times that do not go back");
            return Err(self.table.error(column, row, problem));
        }
        *above = time;
        Ok(())
    }

    /// True when gaps are to be marked, not refused.
    fn marks(&self) -> bool {
        self.wishes.on_gap == OnGap::Mark
    }
}
