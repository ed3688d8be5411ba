//! Runs on tapes: what rested and what took, what rests on the queue model, books that
//! went bad, in figures and words.

use engine_core::fixed::Money;
use engine_core::instrument::InstrumentId;
use engine_core::orderbook::BookState;
use engine_core::record::{BOOK_INCIDENTS_MAX, Fill, RunResult};
use engine_core::time::{DAY, SECOND};
use serde::Serialize;

use crate::display::{Clock, count, percent, plural};
use crate::input::ReportInput;
use crate::summary::{Curve, nearest, share};

/// Periods from which on yearly figures of a run on tapes are shown.
const PERIODS_MIN: usize = 20;
/// Shown instead of a figure that a longer run would have.
pub(crate) const TOO_SHORT: &str = "too short";

/// `tape` of `summary.json`: there when some instrument has a tape.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TapeFigures {
    /// Fills of orders that rested in a book and were met by somebody (maker).
    pub fills_resting: u64,
    /// Fills of orders that took what was shown, or the next trade on a tape without a book.
    pub fills_taking: u64,
    /// Share of the fills on tapes that rested.
    pub resting_share: Option<f64>,
    /// Share of the amount traded on tapes that rested.
    pub resting_share_of_amount: Option<f64>,
    /// Fills that might not have happened at another place in the queue.
    pub fills_on_queue_model: u64,
    /// Final equity of the complete re-run in which our orders are the last in their queues; null when not made.
    pub final_equity_last_in_queue: Option<f64>,
    /// Final equity of the complete re-run in which nobody is before our orders; null when not made.
    pub final_equity_first_in_queue: Option<f64>,
    /// The run has less than 20 periods or is shorter than a day: yearly figures tell nothing.
    pub too_short_to_annualise: bool,
    /// Books that were not to be trusted, by instrument and state.
    pub incidents: Vec<IncidentFigures>,
}

/// How often and how long a book was in a state that fills nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IncidentFigures {
    /// The instrument.
    pub symbol: String,
    /// `crossed`, `gapped` or `stale`.
    pub state: &'static str,
    /// How often it went into this state.
    pub times: u64,
    /// How long it was in it, in all, in seconds; to the end of the run when it stayed so.
    pub seconds: f64,
    /// The longest, in seconds.
    pub longest_seconds: f64,
    /// When it was in it first: UTC, as it was received.
    pub first: String,
}

/// What the instruments of a run trade on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Venues {
    /// By `InstrumentId`: it has a tape.
    tapes: Vec<bool>,
    /// All tapes tell single orders.
    by_order: bool,
}

impl Venues {
    pub(crate) fn of(input: &ReportInput<'_>) -> Self {
        let tape_of = |i: &engine_core::instrument::Instrument| {
            input.series.iter().find(|s| s.instrument.symbol == i.symbol).and_then(|s| s.tape.as_ref())
        };
        let by_order = input.run.instruments.iter().filter_map(tape_of).all(|tape| tape.has_orders());
        Self { tapes: input.run.instruments.iter().map(|i| tape_of(i).is_some()).collect(), by_order }
    }

    /// Some instrument has a tape.
    pub(crate) fn any_tape(&self) -> bool {
        self.tapes.contains(&true)
    }

    /// No instrument trades on bars.
    pub(crate) fn all_tapes(&self) -> bool {
        !self.tapes.is_empty() && !self.tapes.contains(&false)
    }

    fn on_tape(&self, id: InstrumentId) -> bool {
        self.tapes.get(id.index()).copied().unwrap_or(false)
    }

    /// The places in the queues are in the data.
    pub(crate) fn places_are_known(&self, input: &ReportInput<'_>) -> bool {
        self.any_tape() && self.by_order && input.last_in_queue.is_none()
    }

    /// A fill that might not have happened at another place in the queue.
    pub(crate) fn on_queue_model(&self, fill: &Fill) -> bool {
        !fill.certain && self.on_tape(fill.instrument)
    }
}

/// Fills that rested, or that took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Part {
    pub(crate) fills: u64,
    pub(crate) certain: u64,
    pub(crate) amount: Money,
    pub(crate) fees: Money,
}

/// What rested and what took, on tapes.
pub(crate) fn parts(run: &RunResult, venues: &Venues) -> (Part, Part) {
    let (mut resting, mut taking) = (Part::default(), Part::default());
    for fill in run.fills.iter().filter(|f| venues.on_tape(f.instrument)) {
        let part = if fill.maker { &mut resting } else { &mut taking };
        part.fills += 1;
        part.certain += u64::from(fill.certain);
        part.amount += fill.notional.abs();
        part.fees += fill.fee;
    }
    (resting, taking)
}

impl TapeFigures {
    pub(crate) fn of(input: &ReportInput<'_>) -> Option<Self> {
        let venues = Venues::of(input);
        if !venues.any_tape() {
            return None;
        }
        let (resting, taking) = parts(input.run, &venues);
        let (part, whole) = (resting.amount.to_f64(), (resting.amount + taking.amount).to_f64());
        let equity = |run: &RunResult| nearest(run.final_equity);
        Some(Self {
            fills_resting: resting.fills,
            fills_taking: taking.fills,
            resting_share: share(resting.fills, resting.fills + taking.fills),
            resting_share_of_amount: (whole > 0.0).then(|| part / whole),
            fills_on_queue_model: input.run.fills.iter().filter(|f| venues.on_queue_model(f)).count() as u64,
            final_equity_last_in_queue: input.last_in_queue.map(equity),
            final_equity_first_in_queue: input.first_in_queue.map(equity),
            too_short_to_annualise: too_short(input),
            incidents: incidents(input.run),
        })
    }
}

/// True for a run on tapes of which yearly figures tell nothing.
pub(crate) fn too_short(input: &ReportInput<'_>) -> bool {
    let times = &input.run.times;
    let span = times.last().zip(times.first()).map_or(0, |(last, first)| last - first);
    (times.len() <= PERIODS_MIN || span < DAY) && Venues::of(input).any_tape()
}

/// By instrument and state, in the order in which they came first.
fn incidents(run: &RunResult) -> Vec<IncidentFigures> {
    let mut all: Vec<IncidentFigures> = Vec::new();
    let end = run.times.last().copied().unwrap_or(i64::MIN);
    for (n, incident) in run.incidents.iter().enumerate().filter(|(_, i)| i.state != BookState::Good) {
        let later = run.incidents[n + 1..].iter().find(|later| later.instrument == incident.instrument);
        let until = later.map_or(end, |later| later.time.nanos()).max(incident.time.nanos());
        let seconds = (until - incident.time.nanos()) as f64 / SECOND as f64;
        let symbol = run.instruments.get(incident.instrument.index()).map_or("", |i| i.symbol.as_str());
        let state = incident.state.name();
        match all.iter_mut().find(|i| i.symbol == symbol && i.state == state) {
            Some(known) => {
                known.times += 1;
                known.seconds += seconds;
                known.longest_seconds = if seconds > known.longest_seconds { seconds } else { known.longest_seconds };
            }
            None => all.push(IncidentFigures {
                symbol: symbol.to_owned(),
                state,
                times: 1,
                seconds,
                longest_seconds: seconds,
                first: incident.time.to_string(),
            }),
        }
    }
    all
}

/// The changes that were kept are not all there were.
pub(crate) fn incidents_cut(run: &RunResult) -> bool {
    run.incidents.len() >= BOOK_INCIDENTS_MAX
}

/// A length of time as people say it.
pub(crate) fn span(seconds: f64) -> String {
    match seconds {
        s if s < 0.0995 => format!("{:.1} ms", s * 1e3),
        s if s < 119.5 => format!("{s:.1} s"),
        s if s < 7_170.0 => format!("{:.1} minutes", s / 60.0),
        s => format!("{:.1} hours", s / 3_600.0),
    }
}

/// "once", "3 times".
fn times(n: u64) -> String {
    if n == 1 { "once".to_owned() } else { format!("{} times", count(n)) }
}

/// Books that went bad, in a line; `None` when they were good throughout.
pub(crate) fn incident_line(figures: &TapeFigures, run: &RunResult) -> Option<String> {
    let mut parts = Vec::new();
    for state in ["crossed", "gapped", "stale"] {
        let of = || figures.incidents.iter().filter(|i| i.state == state);
        let Some(first) = of().min_by(|a, b| a.first.cmp(&b.first)) else { continue };
        let (n, seconds) = (of().map(|i| i.times).sum::<u64>(), of().map(|i| i.seconds).sum::<f64>());
        parts.push(format!("{state} {} ({} in all, first {} {})", times(n), span(seconds), first.symbol, first.first));
    }
    if parts.is_empty() {
        return None;
    }
    let cut = if incidents_cut(run) { "; later changes were not counted" } else { "" };
    Some(format!("The book was {}{cut}. Nothing fills while it is.", parts.join(", ")))
}

/// What it means that no re-run on other paths was made, or what the re-runs are.
pub(crate) fn verdict(input: &ReportInput<'_>, venues: &Venues) -> &'static str {
    let run = input.run;
    let maker = run.fills.iter().any(|f| f.maker);
    match (run.fills.iter().all(|f| f.certain), maker) {
        (_, true) if venues.places_are_known(input) => {
            "The tape tells single orders: the places in the queue are known, and no re-run is needed."
        }
        (true, true) => "Every fill happens wherever in the queue our orders stand.",
        (true, false) => "Every fill took what was shown; none rests on a place in a queue.",
        (false, _) if input.last_in_queue.is_none() => {
            "The others met trades on a tape without a book: nobody knows what else waited for them."
        }
        (false, _) => "The others rest on how the queue, and trades through our limits, are modelled.",
    }
}

/// What the two re-runs are, and what they are not.
pub(crate) const QUEUE_RE_RUNS: &str = "Last in the queue: all that is shown on arrival is before our orders, only trades \
     move them, and a trade through a limit fills its size. First in the queue: nobody is before them, and a trade \
     through a limit fills all. Scenarios, not bounds: after other fills a strategy acts otherwise.";

/// Certain fills, and what is not, in a line.
pub(crate) fn certainty_line(input: &ReportInput<'_>, venues: &Venues, share: Option<f64>) -> String {
    let run = input.run;
    let fills = run.fills.len() as u64;
    let certain = run.fills.iter().filter(|f| f.certain).count() as u64;
    let mut line =
        format!("{} of {} certain ({})", count(certain), plural(fills, "fill is", "fills are"), percent(share));
    if !venues.all_tapes() {
        let left = run.left_ambiguous() as u64;
        line.push_str(&format!(", {} ambiguous", plural(left, "bar is", "bars are")));
    }
    if venues.any_tape() {
        let on_model = run.fills.iter().filter(|f| venues.on_queue_model(f)).count() as u64;
        match on_model {
            1 => line.push_str(", 1 rests on the queue model"),
            n => line.push_str(&format!(", {} rest on the queue model", count(n))),
        }
    }
    line
}

/// How the times of a run are shown: on tapes to the millisecond.
pub(crate) fn clock(input: &ReportInput<'_>, venues: &Venues) -> Clock {
    if venues.any_tape() { Clock::Millis } else { Clock::of(&Curve::of(input.run)) }
}
