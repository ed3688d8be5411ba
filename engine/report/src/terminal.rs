//! The report as a table that fits a terminal of 80 columns.

use engine_core::record::RunResult;

use crate::display::{Clock, count, decimal, gain, money, optional, percent, plural, printable, ratio, shorten, width};
use crate::drill::sentences;
use crate::input::ReportInput;
use crate::orders::{outcomes, why_no_trades};
use crate::summary::{Curve, Summary, total_pnl};
use crate::tape::{TOO_SHORT, Venues, certainty_line, clock, incident_line, verdict};

/// Columns at most.
const WIDTH: usize = 80;
/// Columns of one of two blocks side by side.
const HALF: usize = 38;
/// Order outcomes shown at most.
const OUTCOMES_MAX: usize = 6;
/// Warnings shown at most; the page has all.
const WARNINGS_MAX: usize = 12;

/// Lines of the strategy's log shown at most; the page has more.
const LOGS_MAX: usize = 5;

/// What `same_close` means, for the top of every report.
pub(crate) const LOOK_AHEAD: &str = "LOOK-AHEAD ON PURPOSE (same_close): every decision was filled \
                                     at the very price it was made on. Such a fill could not have been had.";

#[derive(Clone, Copy)]
enum Tone {
    Plain,
    Good,
    Bad,
}

impl Tone {
    fn of(x: Option<f64>) -> Self {
        match x {
            Some(x) if x > 0.0 => Self::Good,
            Some(x) if x < 0.0 => Self::Bad,
            _ => Self::Plain,
        }
    }
}

struct Row(&'static str, String, Tone);

fn row(label: &'static str, value: String) -> Row {
    Row(label, value, Tone::Plain)
}

/// The report as a table of at most 80 columns; `color` adds ANSI colours.
#[must_use]
pub fn terminal(input: &ReportInput<'_>, summary: &Summary, color: bool) -> String {
    let run = input.run;
    let mut page = Page { text: String::new(), color };
    if run.same_close {
        page.paragraph("1;31", "", LOOK_AHEAD);
        page.line("");
    }
    page.head(input, summary);
    let venues = Venues::of(input);
    page.pair(("RETURN", &returns(input, summary)), ("RISK", &risk(summary)));
    page.pair(("TRADES", &trades(run, summary)), ("COSTS", &costs(run, summary, &venues)));
    page.certainty(input, summary, &venues);
    page.orders(run);
    page.logs(input, &venues);
    for reason in why_no_trades(run) {
        page.paragraph("33", "  ", &reason);
    }
    if !input.warnings.is_empty() {
        page.title("WARNINGS");
        for warning in input.warnings.iter().take(WARNINGS_MAX) {
            page.paragraph("33", "  ! ", warning);
        }
        let more = input.warnings.len().saturating_sub(WARNINGS_MAX);
        if more > 0 {
            page.line(&format!("  and {} more in the page", count(more as u64)));
        }
    }
    page.text
}

fn short(s: &Summary) -> bool {
    s.tape.as_ref().is_some_and(|t| t.too_short_to_annualise)
}

/// A figure per year, or that the run is too short for it.
fn yearly(s: &Summary, value: String) -> String {
    if short(s) { TOO_SHORT.to_owned() } else { value }
}

fn returns(input: &ReportInput<'_>, s: &Summary) -> Vec<Row> {
    let pnl = total_pnl(input.run).to_f64();
    let mut rows = vec![
        row("Initial cash", money(input.run.initial_cash.to_f64())),
        row("Final equity", money(s.final_equity)),
        Row("Profit", gain(pnl), Tone::of(Some(pnl))),
        Row("Total return", percent(s.total_return), Tone::of(s.total_return)),
        Row("Per year (CAGR)", yearly(s, percent(s.cagr)), if short(s) { Tone::Plain } else { Tone::of(s.cagr) }),
    ];
    if let Some(held) = input.benchmark {
        let value = risk::ratios::total_return(held.equity);
        rows.push(row("Buy and hold", percent(value)));
    }
    rows
}

fn risk(s: &Summary) -> Vec<Row> {
    vec![
        row("Volatility", yearly(s, percent(s.volatility))),
        row("Sharpe", yearly(s, ratio(s.sharpe))),
        row("Sortino", yearly(s, ratio(s.sortino))),
        row("Calmar", yearly(s, ratio(s.calmar))),
        Row("Max drawdown", percent(s.max_drawdown), Tone::of(s.max_drawdown)),
        row("Longest under water", optional(s.max_drawdown_days, |d| plural(d.unsigned_abs(), "day", "days"))),
    ]
}

fn trades(run: &RunResult, s: &Summary) -> Vec<Row> {
    let pnl: Vec<f64> = run.trades.iter().map(|t| t.pnl.to_f64()).collect();
    let best = pnl.iter().copied().reduce(f64::max);
    let worst = pnl.iter().copied().reduce(f64::min);
    let mut rows = vec![
        row("Closed trades", count(s.trades)),
        row("Win rate", percent(s.win_rate)),
        row("Profit factor", ratio(s.profit_factor)),
        row("Average", optional(risk::moments::mean(&pnl), gain)),
        row("Best", optional(best, gain)),
        row("Worst", optional(worst, gain)),
    ];
    if !run.open_trades.is_empty() {
        rows.push(row("Open at the end", count(run.open_trades.len() as u64)));
    }
    rows
}

fn costs(run: &RunResult, s: &Summary, venues: &Venues) -> Vec<Row> {
    let cash = run.initial_cash.to_f64();
    let of_cash = (cash > 0.0).then(|| s.fees / cash);
    let held = run.carry() + run.taxes();
    let mut rows = vec![row("Fees", money(s.fees)), row("Fees / initial cash", percent(of_cash))];
    if !venues.all_tapes() {
        rows.push(row("Slippage", money(run.slippage().to_f64())));
    }
    if held > engine_core::fixed::Money::ZERO {
        rows.push(row("Carry and taxes", money(held.to_f64())));
    }
    rows.extend([
        row("Turnover per year", yearly(s, optional(s.turnover, |x| format!("{}x", decimal(x, 2))))),
        row("Exposure", percent(s.exposure)),
        row("Fills", count(s.fills)),
    ]);
    if !venues.all_tapes() {
        rows.push(row("Fills outside bar", count(s.fills_outside_bar)));
    }
    if let Some(tape) = &s.tape {
        rows.push(row("Fills that rested", format!("{} ({})", count(tape.fills_resting), percent(tape.resting_share))));
        rows.push(row("Amount that rested", percent(tape.resting_share_of_amount)));
    }
    rows
}

/// The text so far.
struct Page {
    text: String,
    color: bool,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.color && !code.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn title(&mut self, text: &str) {
        let title = self.paint("1", text);
        self.line(&format!("\n{title}"));
    }

    fn head(&mut self, input: &ReportInput<'_>, s: &Summary) {
        let name = shorten(&printable(input.name), 40);
        let symbols: Vec<&str> = input.run.instruments.iter().map(|i| i.symbol.as_str()).take(8).collect();
        let more = input.run.instruments.len().saturating_sub(symbols.len());
        let mut list = symbols.join(", ");
        if more > 0 {
            list.push_str(&format!(" and {more} more"));
        }
        let gap = WIDTH.saturating_sub(width(&name) + 2);
        let right = shorten(&list, gap);
        let pad = " ".repeat(WIDTH.saturating_sub(width(&name) + width(&right)));
        let title = self.paint("1", &name);
        self.line(&format!("{title}{pad}{right}"));
        let curve = Curve::of(input.run);
        let clock = Clock::of(&curve);
        let bars = plural(s.bars, "bar", "bars");
        let span =
            curve.span().map_or_else(String::new, |(a, b)| format!("{} to {} (UTC), ", clock.show(a), clock.show(b)));
        self.line(&format!("{span}{bars}"));
        let digest = format!("digest {}", shorten(&printable(&s.digest), WIDTH - 7));
        let digest = self.paint("2", &digest);
        self.line(&digest);
    }

    /// Two blocks side by side.
    fn pair(&mut self, left: (&str, &[Row]), right: (&str, &[Row])) {
        let titles = format!("{:HALF$}    {}", left.0, right.0);
        self.title(&titles);
        for i in 0..left.1.len().max(right.1.len()) {
            let a = left.1.get(i).map(|r| self.cell(r));
            let b = right.1.get(i).map(|r| self.cell(r));
            match (a, b) {
                (a, Some(b)) => {
                    let a = a.unwrap_or_else(|| " ".repeat(HALF));
                    self.line(&format!("{a}    {b}"));
                }
                (Some(a), None) => self.line(&a),
                (None, None) => {}
            }
        }
    }

    /// Label left, value right, `HALF` columns together.
    fn cell(&self, Row(label, value, tone): &Row) -> String {
        let room = HALF - 4 - label.len();
        let value = shorten(value, room);
        let pad = " ".repeat(HALF - 2 - label.len() - width(&value));
        let code = match tone {
            Tone::Plain => "",
            Tone::Good => "32",
            Tone::Bad => "31",
        };
        format!("  {label}{pad}{}", self.paint(code, &value))
    }

    fn certainty(&mut self, input: &ReportInput<'_>, s: &Summary, venues: &Venues) {
        self.title("CERTAINTY");
        let run = input.run;
        match s.fills {
            0 => self.line("  No fills."),
            _ => self.line(&format!("  {}", certainty_line(input, venues, s.certain_share))),
        }
        for sentence in s.tape.iter().filter_map(|tape| incident_line(tape, run)) {
            self.paragraph("33", "  ", &sentence);
        }
        let re_runs: Vec<(&str, &RunResult)> = input.re_runs().collect();
        if s.fills == 0 && re_runs.is_empty() {
            return;
        }
        for sentence in sentences(input) {
            self.paragraph("", "  ", &sentence);
        }
        if re_runs.is_empty() && run.left_ambiguous() == 0 {
            self.paragraph("", "  ", crate::page::certainty::all_the_same(input, venues));
            return;
        }
        if input.last_in_queue.is_some() && s.fills > 0 {
            self.paragraph("", "  ", verdict(input, venues));
        }
        let mut head = format!("  {:<22}{:>18}{:>18}{:>12}", "", "final equity", "profit", "return");
        head = self.paint("2", &head);
        self.line(&head);
        let lower = |name: &str| name.to_ascii_lowercase();
        let label = |name: &str| if name.contains("queue") { lower(name) } else { lower(name) + " re-run" };
        let labelled = re_runs.iter().map(|(name, run)| (label(name), *run));
        for (label, run) in std::iter::once(("as it happened".to_owned(), run)).chain(labelled) {
            let total = risk::ratios::total_return(&Curve::of(run).equity);
            self.line(&format!(
                "  {label:<22}{:>18}{:>18}{:>12}",
                shorten(&money(run.final_equity.to_f64()), 17),
                shorten(&gain(total_pnl(run).to_f64()), 17),
                shorten(&percent(total), 11),
            ));
        }
        self.line(&format!(
            "  worst {} / best {} (scenarios, not bounds)",
            shorten(&gain(s.pnl_worst), 19),
            shorten(&gain(s.pnl_best), 19)
        ));
    }

    fn orders(&mut self, run: &RunResult) {
        if run.orders.is_empty() {
            return;
        }
        self.title("ORDERS");
        let all = outcomes(run);
        for outcome in all.iter().take(OUTCOMES_MAX) {
            self.line(&format!("  {:<48}{:>20}", outcome.text(), count(outcome.orders)));
        }
        let rest: u64 = all.iter().skip(OUTCOMES_MAX).map(|o| o.orders).sum();
        if rest > 0 {
            self.line(&format!("  {:<48}{:>20}", "other", count(rest)));
        }
    }

    fn logs(&mut self, input: &ReportInput<'_>, venues: &Venues) {
        let run = input.run;
        if run.logs.is_empty() {
            return;
        }
        self.title("STRATEGY LOG");
        let more = run.logs.len().saturating_sub(LOGS_MAX);
        if more > 0 {
            self.line(&format!("  the last {LOGS_MAX} of {} lines", count(run.logs.len() as u64)));
        }
        let clock = clock(input, venues);
        for line in &run.logs[more..] {
            self.paragraph("", "  ", &format!("{}  {}", clock.show(line.time), line.text));
        }
    }

    /// Words wrapped to the width, the first line after `lead`.
    fn paragraph(&mut self, code: &str, lead: &str, text: &str) {
        let indent = " ".repeat(lead.len());
        let room = WIDTH - lead.len();
        let mut lines: Vec<String> = vec![String::new()];
        for word in printable(text).split_whitespace() {
            for piece in pieces(word, room) {
                let last = lines.len() - 1;
                let used = width(&lines[last]);
                if used > 0 && used + 1 + width(&piece) > room {
                    lines.push(piece);
                } else {
                    if used > 0 {
                        lines[last].push(' ');
                    }
                    lines[last].push_str(&piece);
                }
            }
        }
        for (i, line) in lines.iter().enumerate() {
            let lead = if i == 0 { lead } else { indent.as_str() };
            let painted = self.paint(code, line);
            self.line(&format!("{lead}{painted}"));
        }
    }
}

/// Parts of a word that each fit into `room` columns.
fn pieces(word: &str, room: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    for c in word.chars() {
        let last = parts.len() - 1;
        if width(&parts[last]) + 2 > room {
            parts.push(c.to_string());
        } else {
            parts[last].push(c);
        }
    }
    parts
}
