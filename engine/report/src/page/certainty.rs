//! How far the result rests on what a bar does not tell.

use engine_core::drill_down::{Drill, Replay};
use engine_core::fixed::Money;
use engine_core::record::{AmbiguousBar, RunResult};
use maud::{Markup, html};

use crate::display::{Clock, count, gain, money, percent, ratio};
use crate::drill::sentences;
use crate::input::ReportInput;
use crate::summary::{Curve, Summary, nearest, summary, total_pnl};
use crate::tape::{QUEUE_RE_RUNS, Venues, certainty_line, too_short, verdict};

/// Ambiguous bars listed at most: the widest ranges.
const BARS_MAX: usize = 500;

pub(crate) fn section(input: &ReportInput<'_>, s: &Summary) -> Markup {
    let run = input.run;
    let certain = run.fills.iter().filter(|f| f.certain).count() as u64;
    let venues = Venues::of(input);
    html! {
        section #certainty aria-labelledby="certainty-title" {
            h2 #certainty-title { "Certainty" }
            @if !venues.all_tapes() {
                p {
                    "A bar allows every continuous path that starts at its open, ends at its close, visits "
                    "both extremes and stays between them. What is the same on all of them is certain; "
                    "the rest is ambiguous."
                }
            }
            @if venues.any_tape() {
                p {
                    "A tape tells what traded and what was shown, but only single orders tell who stands where in a "
                    "queue. A fill that happens at any place in the queue is certain; the rest is as good as the "
                    "model of the queue, which the assumptions name."
                }
            }
            @if run.fills.is_empty() {
                p { "There are no fills." }
            } @else if venues.any_tape() {
                p { (certainty_line(input, &venues, s.certain_share)) "." }
            } @else {
                p {
                    strong { (percent(s.certain_share)) } " of fills are certain ("
                    (count(certain)) " of " (count(s.fills)) "), "
                    (crate::display::plural(run.left_ambiguous() as u64, "bar is", "bars are")) " ambiguous."
                }
            }
            @for sentence in sentences(input) { p { (sentence) } }
            @if run.left_ambiguous() == 0 {
                @if !run.fills.is_empty() && (certain == s.fills || venues.any_tape()) {
                    p.note { (all_the_same(input, &venues)) }
                }
            }
            @if run.left_ambiguous() > 0 || (venues.any_tape() && certain < s.fills) {
                (resting(run, &venues))
            }
            (re_runs(input, s))
            @if !run.ambiguous.is_empty() { (bars(run)) }
        }
    }
}

/// What it means that no bar is ambiguous. Fills of resting orders on a tape may still rest on
/// their place in the queue.
pub(crate) fn all_the_same(input: &ReportInput<'_>, venues: &Venues) -> &'static str {
    match input.run {
        run if venues.any_tape() || run.fills.iter().any(|f| f.maker) => verdict(input, venues),
        run if run.drill_down.is_some() => "The result is the same on every path that the bars and finer bars allow.",
        _ => "The result is the same on every path that the bars allow.",
    }
}

/// Share of the profit that rests on ambiguous bars and trades.
fn resting(run: &RunResult, venues: &Venues) -> Markup {
    let share = |part: Money, whole: Money| (!whole.is_zero()).then(|| part.to_f64() / whole.to_f64());
    let total = total_pnl(run);
    let on_bars: Money = run.ambiguous.iter().filter(|a| a.is_left()).map(|a| a.pnl).sum();
    let closed: Money = run.trades.iter().map(|t| t.pnl).sum();
    let on_trades: Money = run.trades.iter().filter(|t| !t.certain).map(|t| t.pnl).sum();
    html! {
        table.figures {
            tbody {
                @if !venues.all_tapes() {
                    tr {
                        th scope="row" { "P&L within ambiguous bars" }
                        td { (gain(nearest(on_bars))) }
                        td { (percent(share(on_bars, total))) " of the total P&L" }
                    }
                }
                tr {
                    @if venues.all_tapes() {
                        th scope="row" { "P&L of closed trades with a fill that rests on the queue model" }
                    } @else {
                        th scope="row" { "P&L of closed trades with an ambiguous fill" }
                    }
                    td { (gain(nearest(on_trades))) }
                    td { (percent(share(on_trades, closed))) " of the P&L of closed trades" }
                }
            }
        }
    }
}

/// The complete re-runs beside the run itself.
fn re_runs(input: &ReportInput<'_>, own: &Summary) -> Markup {
    let again: Vec<(&str, Money, Summary)> =
        input.re_runs().map(|(name, run)| (name, total_pnl(run), summary(&input.of_re_run(run)))).collect();
    if again.is_empty() {
        return html! {};
    }
    let runs: Vec<(&str, Money, &Summary)> = [("As it happened", total_pnl(input.run), own)]
        .into_iter()
        .chain(again.iter().map(|(name, pnl, s)| (*name, *pnl, s)))
        .collect();
    let on_paths = input.pessimistic.is_some() || input.optimistic.is_some();
    let yearly = !too_short(input);
    let line = |label: &str, show: &dyn Fn(&(&str, Money, &Summary)) -> String| {
        html! {
            tr { th scope="row" { (label) } @for run in &runs { td { (show(run)) } } }
        }
    };
    html! {
        h3 { "Complete re-runs" }
        @if on_paths {
            p.hint {
                "Each bar takes whichever of its two standard paths leaves the lower (pessimistic) or the higher "
                "(optimistic) equity at its close. Scenarios, not bounds: what follows a bar may turn out the other way."
            }
        }
        @if input.last_in_queue.is_some() { p.hint { (QUEUE_RE_RUNS) } }
        div.scroll {
            table.figures.wide {
                thead { tr { th {} @for run in &runs { th scope="col" { (run.0) } } } }
                tbody {
                    (line("Final equity", &|r| money(r.2.final_equity)))
                    (line("Profit", &|r| gain(nearest(r.1))))
                    (line("Total return", &|r| percent(r.2.total_return)))
                    @if yearly {
                        (line("CAGR", &|r| percent(r.2.cagr)))
                        (line("Sharpe", &|r| ratio(r.2.sharpe)))
                    }
                    (line("Max drawdown", &|r| percent(r.2.max_drawdown)))
                    @if input.last_in_queue.is_some() { (line("Fills", &|r| count(r.2.fills))) }
                    (line("Closed trades", &|r| count(r.2.trades)))
                    (line("Win rate", &|r| percent(r.2.win_rate)))
                    (line("Fees", &|r| money(r.2.fees)))
                }
            }
        }
    }
}

/// One line per ambiguous bar.
fn bars(run: &RunResult) -> Markup {
    let clock = Clock::of(&Curve::of(run));
    let mut listed: Vec<&AmbiguousBar> = run.ambiguous.iter().collect();
    let left_out = listed.len().saturating_sub(BARS_MAX);
    if left_out > 0 {
        let width = |a: &AmbiguousBar| a.range().map_or(a.pnl.abs(), |(worst, best)| best - worst);
        listed.sort_by_key(|a| std::cmp::Reverse((a.is_left(), width(a))));
        listed.truncate(BARS_MAX);
        listed.sort_by_key(|a| (a.time, a.instrument));
    }
    let symbol = |a: &AmbiguousBar| run.instruments.get(a.instrument.index()).map_or("", |i| i.symbol.as_str());
    let drilled = run.drill_down.is_some();
    html! {
        h3 { "Ambiguous bars" }
        p.hint {
            "P&L of the fills inside the bar, marked at its close, fees included: as it happened, and the least and "
            "most over all paths of this one bar. It is an attribution, never summed into a bound."
            @if drilled {
                " Bars with finer data were matched on it: the last column says what that left of the range, "
                "which is that of the bar alone."
            }
            @if left_out > 0 { " The " (count(BARS_MAX as u64)) " widest of " (count(run.ambiguous.len() as u64)) "." }
        }
        div.scroll.tall {
            table.list {
                thead { tr {
                    th.text scope="col" { "Instrument" } th.text scope="col" { "Time" }
                    th scope="col" { "As it happened" } th scope="col" { "Worst" }
                    th scope="col" { "Best" } th scope="col" { "Range" }
                    @if drilled { th.text scope="col" { "With finer data" } }
                } }
                tbody {
                    @for a in listed {
                        tr {
                            td.text { (symbol(a)) }
                            td.text { (clock.show(a.time)) }
                            td { (gain(nearest(a.pnl))) }
                            @if a.searched {
                                td { (gain(nearest(a.pnl_worst))) }
                                td { (gain(nearest(a.pnl_best))) }
                                td { (money(nearest(a.pnl_best - a.pnl_worst))) }
                            } @else {
                                td.muted colspan="3" { "not known: too many paths to search" }
                            }
                            @if drilled { td.text { (left(a)) } }
                        }
                    }
                }
            }
        }
    }
}

/// What finer data left of a bar, in words.
fn left(a: &AmbiguousBar) -> String {
    match a.drill {
        Drill::Off => "none for this instrument".to_owned(),
        Drill::NoData => "none inside this bar".to_owned(),
        Drill::Disagrees => "does not add up to this bar".to_owned(),
        Drill::Replayed(Replay { resolved: true, .. }) => "one outcome".to_owned(),
        Drill::Replayed(replay) if !replay.searched => "not known: too many paths to search".to_owned(),
        Drill::Replayed(replay) => {
            format!("{} to {}", gain(nearest(replay.pnl_worst)), gain(nearest(replay.pnl_best)))
        }
    }
}
