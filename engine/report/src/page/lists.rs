//! Trades, orders, costs, assumptions, log and provenance.

use engine_core::order::Side;
use engine_core::record::Trade;
use maud::{Markup, html};

use super::payload::{TRADES_MAX, doubt};
use crate::display::{count, decimal, gain, money, optional, percent, printable, shorten};
use crate::input::ReportInput;
use crate::orders::outcomes;
use crate::summary::{Summary, nearest, total_pnl};
use crate::tape::{Venues, clock, too_short};

/// Log lines shown at most.
const LOGS_MAX: usize = 500;
/// Characters of one text shown at most.
const TEXT_MAX: usize = 1_000;

/// Open positions shown at most.
const OPEN_MAX: usize = 200;
/// Most bytes of a config shown.
const CONFIG_MAX: usize = 64 * 1024;

/// Line by line, without what could steer the reader's eye; cut when very long.
fn shorten_lines(text: &str) -> String {
    let mut shown = String::new();
    for line in text.lines() {
        if shown.len() + line.len() > CONFIG_MAX {
            return shown + "...";
        }
        shown.push_str(&printable(line));
        shown.push('\n');
    }
    shown
}

/// The place where the script puts the trade list.
pub(crate) fn trades(input: &ReportInput<'_>) -> Markup {
    let trades = input.run.trades.len();
    html! {
        section #trades aria-labelledby="trades-title" {
            div.title-row {
                h2 #trades-title { "Trades" }
                @if trades > 0 { div.tools {
                    label { "Show " select #trade-kind {
                        option value="all" { "all" }
                        option value="won" { "winners" }
                        option value="lost" { "losers" }
                        option value="long" { "long" }
                        option value="short" { "short" }
                        option value="ambiguous" { (doubt(&Venues::of(input)).unwrap_or("ambiguous")) }
                    } }
                    label { "Find " input #trade-text type="search" placeholder="symbol or date" size="14"; }
                } }
            }
            @if trades == 0 {
                p.note { "No trade was closed." }
            } @else {
                @if trades > TRADES_MAX {
                    p.hint {
                        "The " (count(TRADES_MAX as u64)) " trades with the greatest profit or loss of "
                        (count(trades as u64)) "; the run folder has all of them."
                    }
                }
                div.scroll { table.list #trade-table { thead {} tbody {} } }
                div.title-row.pager {
                    p.hint #trade-count aria-live="polite" {}
                    div.tools {
                        label { "Rows " select #trade-rows {
                            option { "25" } option { "50" } option { "100" } option { "500" }
                        } }
                        button #trade-first type="button" aria-label="First page" { "\u{ab}" }
                        button #trade-before type="button" aria-label="Page before" { "\u{2039}" }
                        span #trade-page {}
                        button #trade-next type="button" aria-label="Next page" { "\u{203a}" }
                        button #trade-last type="button" aria-label="Last page" { "\u{bb}" }
                    }
                }
                p.hint { "A click on the number of a trade shows it in the charts." }
            }
            (still_open(input))
        }
    }
}

/// Positions that were not closed by the end.
fn still_open(input: &ReportInput<'_>) -> Markup {
    let open = &input.run.open_trades;
    let clock = clock(input, &Venues::of(input));
    let symbol = |t: &Trade| input.run.instruments.get(t.instrument.index()).map_or("", |i| i.symbol.as_str());
    html! {
        @if !open.is_empty() {
            h3 { "Open at the end" }
            p.hint {
                "Marked at the last price, without a fee for the exit."
                @if open.len() > OPEN_MAX { " The first " (OPEN_MAX) " of " (count(open.len() as u64)) "." }
            }
            div.scroll { table.list {
                thead { tr {
                    th.text scope="col" { "Symbol" } th.text scope="col" { "Side" } th scope="col" { "Quantity" }
                    th.text scope="col" { "Entry" } th scope="col" { "Entry price" } th scope="col" { "Last price" }
                    th scope="col" { "Fees" } th scope="col" { "P&L" } th scope="col" { "Return" }
                } }
                tbody {
                    @for t in open.iter().take(OPEN_MAX) {
                        tr {
                            td.text { (symbol(t)) }
                            td.text { (if t.side == Side::Buy { "long" } else { "short" }) }
                            td { (quantity(t.quantity.to_f64())) }
                            td.text { (clock.show(t.entry_time)) }
                            td { (money(t.entry_price)) }
                            td { (money(t.exit_price)) }
                            td { (money(t.fees.to_f64())) }
                            td { (gain(t.pnl.to_f64())) }
                            td { (percent(Some(t.return_on_entry()))) }
                        }
                    }
                }
            } }
        }
    }
}

/// Without zeros behind the point.
fn quantity(x: f64) -> String {
    let text = decimal(x, 8);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

pub(crate) fn orders(input: &ReportInput<'_>) -> Markup {
    let run = input.run;
    let all = run.orders.len() as f64;
    html! {
        section #orders aria-labelledby="orders-title" {
            h2 #orders-title { "Orders" }
            @if run.orders.is_empty() {
                p.note { "The strategy sent no order." }
            } @else {
                div.scroll { table.figures.wide {
                    thead { tr {
                        th.text scope="col" { "State" } th.text scope="col" { "Reason" }
                        th scope="col" { "Orders" } th scope="col" { "Share" }
                    } }
                    tbody {
                        @for o in outcomes(run) {
                            tr {
                                td.text { (o.state.name()) }
                                td.text { (o.reason.text()) }
                                td { (count(o.orders)) }
                                td { (percent(Some(o.orders as f64 / all))) }
                            }
                        }
                    }
                } }
            }
        }
    }
}

pub(crate) fn costs(input: &ReportInput<'_>, s: &Summary) -> Markup {
    let run = input.run;
    let traded = run.traded().to_f64();
    let cash = run.initial_cash.to_f64();
    let slippage = nearest(run.slippage());
    let profit = nearest(total_pnl(run));
    let both = s.fees + slippage;
    let over = |x: f64, y: f64| (y > 0.0).then(|| x / y);
    let points = |x: f64| optional(over(x, traded), |share| format!("{} bp", decimal(share * 1e4, 2)));
    let on_bars = !Venues::of(input).all_tapes();
    let costs = match on_bars {
        true => vec![("Fees", s.fees), ("Slippage, already in the prices", slippage), ("Together", both)],
        false => vec![("Fees", s.fees)],
    };
    let short = too_short(input);
    let mut rows = vec![
        ("Profit", gain(profit)),
        (if on_bars { "Profit before fees and slippage" } else { "Profit before fees" }, gain(profit + both)),
        ("Traded amount", money(traded)),
        ("Turnover per year", optional(s.turnover, |x| format!("{}x", decimal(x, 2)))),
        ("Dividends received", money(run.dividends().to_f64())),
        ("Taxes on dividends", money(run.taxes().to_f64())),
        ("Interest, borrow cost, custody", money(run.carry().to_f64())),
        ("Fills outside the range of their bar", count(s.fills_outside_bar)),
    ];
    // Of bars alone, and of more than a few periods.
    rows.retain(|(label, _)| (on_bars || !label.contains("bar")) && !(short && label.contains("per year")));
    html! {
        section #costs aria-labelledby="costs-title" {
            h2 #costs-title { "Costs" }
            div.scroll { table.figures.wide {
                thead { tr {
                    th.text scope="col" { "Cost" } th scope="col" { "Amount" } th scope="col" { "Of traded amount" }
                    th scope="col" { "Of initial cash" } th scope="col" { "Per fill" }
                } }
                tbody {
                    @for (label, amount) in costs {
                        tr {
                            th scope="row" { (label) }
                            td { (money(amount)) }
                            td { (points(amount)) }
                            td { (percent(over(amount, cash))) }
                            td { (optional(over(amount, s.fills as f64), money)) }
                        }
                    }
                }
            } }
            p.hint {
                "Without them the trades would have been others: the profit before costs adds back what was paid, "
                "it is no re-run."
                @if on_bars { " Slippage includes the rounding of prices to the tick against us." }
            }
            table.figures { tbody {
                @for (label, value) in rows { tr { th scope="row" { (label) } td { (value) } } }
            } }
        }
    }
}

pub(crate) fn sentences(id: &str, title: &str, lines: &[String]) -> Markup {
    html! {
        section id=(id) aria-label=(title) {
            h2 { (title) }
            @if lines.is_empty() {
                p.note { "None stated." }
            } @else {
                ul { @for line in lines { li { (shorten(&printable(line), TEXT_MAX)) } } }
            }
        }
    }
}

pub(crate) fn logs(input: &ReportInput<'_>) -> Markup {
    let run = input.run;
    let clock = clock(input, &Venues::of(input));
    html! {
        @if !run.logs.is_empty() {
            section #logs aria-labelledby="logs-title" {
                h2 #logs-title { "Strategy log" }
                @if run.logs.len() > LOGS_MAX {
                    p.hint { "The first " (LOGS_MAX) " of " (count(run.logs.len() as u64)) " lines." }
                }
                div.scroll.tall { table.list { tbody {
                    @for line in run.logs.iter().take(LOGS_MAX) {
                        tr {
                            td.text { (clock.show(line.time)) }
                            td.text.log { (shorten(&printable(&line.text), TEXT_MAX)) }
                        }
                    }
                } } }
            }
        }
    }
}

pub(crate) fn provenance(input: &ReportInput<'_>) -> Markup {
    html! {
        section #provenance aria-labelledby="provenance-title" {
            h2 #provenance-title { "Provenance" }
            table.figures.long { tbody {
                tr { th scope="row" { "Digest" } td { code { (printable(input.digest)) } } }
                @for (label, text) in &input.provenance {
                    tr {
                        th scope="row" { (printable(label)) }
                        td { (shorten(&printable(text), TEXT_MAX)) }
                    }
                }
            } }
            @if !input.config.is_empty() {
                details {
                    summary { "The config in full" }
                    pre tabindex="0" { (shorten_lines(input.config)) }
                }
            }
        }
    }
}
