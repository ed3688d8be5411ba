//! The plugin traits: `Strategy`, and the parts most strategies are made of.

use std::ops::Range;

use crate::bars::{BarRef, Bars};
use crate::context::{Context, Slice};
use crate::crossing::Crossing;
use crate::fixed::Quantity;
use crate::frames::FrameId;
use crate::instrument::InstrumentId;
use crate::market::{Quote, Tick};
use crate::order::{NewOrder, OcoId, OrderId, Side, Size};
use crate::orderbook::BookState;
use crate::record::Fill;
use crate::setup::{Setup, SetupError};

/// A session of an instrument begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEvent {
    /// The first bar of the session has closed.
    Started,
    /// The last bar of the session has closed.
    Ended,
}

/// A plugin that sees events and sends orders through the `Context`.
///
/// Callbacks at time t see only what is stamped t or earlier; what they send is
/// matched from the next bar that opens at or after t.
#[allow(unused_variables)]
pub trait Strategy: Send {
    /// Declares what it needs: instruments, indicators, slices, sessions.
    ///
    /// # Errors
    /// A symbol that is not in the data, parameters that make no sense.
    fn setup(&mut self, setup: &mut Setup<'_>) -> Result<(), SetupError>;
    /// Before the first event.
    fn on_start(&mut self, cx: &mut Context) {}
    /// A bar closed.
    fn on_bar(&mut self, cx: &mut Context, id: InstrumentId, bar: BarRef<'_>) {}
    /// A bar of a frame closed (`Setup::frame`); after the `on_bar` of its instant.
    fn on_frame(&mut self, cx: &mut Context, frame: FrameId, bar: BarRef<'_>) {}
    /// All bars of one instant closed (asked for with `Setup::slices`).
    fn on_slice(&mut self, cx: &mut Context, slice: &Slice<'_>) {}
    /// A trade was received (asked for with `Setup::ticks`).
    fn on_tick(&mut self, cx: &mut Context, tick: &Tick) {}
    /// The best bid or ask changed (asked for with `Setup::quotes`).
    fn on_quote(&mut self, cx: &mut Context, quote: &Quote) {}
    /// A packet that may have changed the book was received (asked for with
    /// `Setup::books`); `Context::book` gives the book.
    fn on_book(&mut self, cx: &mut Context, id: InstrumentId) {}
    /// A book went bad, or is good again; told once per change.
    fn on_book_state(&mut self, cx: &mut Context, id: InstrumentId, state: BookState) {}
    /// An order ended.
    fn on_order(&mut self, cx: &mut Context, order: OrderId) {}
    /// A fill of one of our orders.
    fn on_fill(&mut self, cx: &mut Context, fill: &Fill) {}
    /// A timer set with `Context::set_timer` is due.
    fn on_timer(&mut self, cx: &mut Context, tag: u64) {}
    /// A session began or ended (asked for with `Setup::sessions`).
    fn on_session(&mut self, cx: &mut Context, id: InstrumentId, event: SessionEvent) {}
    /// After the last event; orders sent here are never matched.
    fn on_stop(&mut self, cx: &mut Context) {}
    /// Drives `on_bar` over rows in which nothing can happen to any order, up to the
    /// first bar that asks for something; returns the row after the last one seen.
    ///
    /// Compiled for each strategy, so that `on_bar` needs no call of its own per
    /// bar. Authors write `on_bar` and leave this as it is.
    fn drive(&mut self, cx: &mut Context, id: InstrumentId, bars: &Bars, rows: Range<usize>) -> usize {
        drive_bars(self, cx, id, bars, rows)
    }
    /// State that a restart needs, in a form of its own.
    fn save(&self) -> Vec<u8> {
        Vec::new()
    }
    /// Takes back what `save` gave.
    ///
    /// # Errors
    /// Bytes that are not of this strategy or version.
    fn load(&mut self, state: &[u8]) -> Result<(), SetupError> {
        Ok(())
    }
}

/// The loop of `Strategy::drive`, for strategies that add a shorter one.
#[inline(always)]
pub(crate) fn drive_bars<S: Strategy + ?Sized>(
    strategy: &mut S,
    cx: &mut Context,
    id: InstrumentId,
    bars: &Bars,
    rows: Range<usize>,
) -> usize {
    cx.begin_rows();
    let mut stop = rows.end;
    for (bar, close) in bars.rows(rows.clone()) {
        cx.show_row(bar.row(), close);
        strategy.on_bar(cx, id, bar);
        if cx.has_requests() {
            stop = bar.row() + 1;
            break;
        }
    }
    cx.end_rows(bars, rows.start..stop);
    stop
}

/// What a signal wants. One byte, so that it travels in a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Nothing.
    Hold,
    /// A position on this side.
    Enter(Side),
    /// No position.
    Exit,
    /// A position of `Signal::weight` of equity.
    Target,
}

/// Decides when to enter and exit.
pub trait Signal: Send {
    /// Declares its series and indicators.
    ///
    /// # Errors
    /// As `Strategy::setup`.
    fn setup(&mut self, setup: &mut Setup<'_>, id: InstrumentId) -> Result<(), SetupError>;
    /// What it wants after a bar.
    fn on_bar(&mut self, cx: &Context, id: InstrumentId, bar: BarRef<'_>) -> Intent;
    /// The crossing that is all it wants, if so: `on_bar` then gives `Crossing::intent`, and
    /// rows in which nothing can happen are searched many at a time. Asked after `setup`.
    fn crossing(&self) -> Option<Crossing> {
        None
    }
    /// Sees rows in which nothing can happen to any order, up to the first that
    /// wants something; returns the row after the last one seen, and what it wants.
    ///
    /// Compiled for each signal; authors write `on_bar` and leave this as it is.
    fn scan(&mut self, cx: &mut Context, id: InstrumentId, bars: &Bars, rows: Range<usize>) -> (usize, Intent) {
        if let Some(crossing) = self.crossing() {
            return crossing.scan(cx, bars, rows);
        }
        cx.begin_rows();
        let (mut stop, mut intent) = (rows.end, Intent::Hold);
        for (bar, close) in bars.rows(rows.clone()) {
            cx.show_row(bar.row(), close);
            intent = self.on_bar(cx, id, bar);
            if intent != Intent::Hold {
                stop = bar.row() + 1;
                break;
            }
        }
        cx.end_rows(bars, rows.start..stop);
        (stop, intent)
    }
    /// The fraction of equity that `Intent::Target` wants (negative: short).
    fn weight(&self) -> f64 {
        0.0
    }
}

/// May veto an entry.
pub trait Filter: Send {
    /// Declares its series and indicators.
    ///
    /// # Errors
    /// As `Strategy::setup`.
    fn setup(&mut self, setup: &mut Setup<'_>, id: InstrumentId) -> Result<(), SetupError>;
    /// Asked when the signal wants to enter; true lets it pass.
    fn allows(&mut self, cx: &Context, id: InstrumentId, bar: BarRef<'_>, side: Side) -> bool;
}

/// Decides how much.
pub trait Sizer: Send {
    /// Declares its series and indicators.
    ///
    /// # Errors
    /// As `Strategy::setup`.
    fn setup(&mut self, setup: &mut Setup<'_>, id: InstrumentId) -> Result<(), SetupError>;
    /// True when it cannot size an entry without a stop's distance.
    fn needs_risk(&self) -> bool {
        false
    }
    /// The size of an entry; `risk` is the distance to the protective stop per
    /// share, if an exit sets one. `None`: no trade.
    fn size(&mut self, cx: &Context, id: InstrumentId, side: Side, risk: Option<f64>) -> Option<Size>;
}

/// Protects and takes profit: children of every entry.
pub trait Exit: Send {
    /// Declares its series and indicators.
    ///
    /// # Errors
    /// As `Strategy::setup`.
    fn setup(&mut self, setup: &mut Setup<'_>, id: InstrumentId) -> Result<(), SetupError>;
    /// True when it is a stop, so that `risk` gives a distance.
    fn is_stop(&self) -> bool {
        false
    }
    /// False while it cannot say its prices (a range that warms up): no entry goes in without its exits.
    fn is_ready(&self, _cx: &Context, _id: InstrumentId, _side: Side) -> bool {
        true
    }
    /// Distance per share at which it would stop out an entry made now, if it is a stop.
    fn risk(&self, cx: &Context, id: InstrumentId, side: Side) -> Option<f64>;
    /// The child orders of an entry; `entry` is its number, `group` the group of all its exits.
    fn children(&self, cx: &Context, id: InstrumentId, side: Side, entry: OrderId, group: OcoId) -> Vec<NewOrder>;
    /// After each bar while a position is held; may change working children.
    fn on_bar(&mut self, _cx: &mut Context, _id: InstrumentId, _bar: BarRef<'_>, _position: Quantity) {}
}
