//! Top of the page: name, digest, notices, headline figures.

use maud::{Markup, html};

use crate::display::{Clock, count, decimal, gain, money, optional, percent, plural, printable, ratio, shorten};
use crate::input::ReportInput;
use crate::orders::why_no_trades;
use crate::summary::{Curve, Summary, total_pnl};
use crate::tape::{TOO_SHORT, too_short};

/// Symbols named at most.
const SYMBOLS_MAX: usize = 12;

pub(crate) fn header(input: &ReportInput<'_>, s: &Summary) -> Markup {
    let run = input.run;
    let curve = Curve::of(run);
    let clock = Clock::of(&curve);
    let symbols: Vec<&str> = run.instruments.iter().map(|i| i.symbol.as_str()).take(SYMBOLS_MAX).collect();
    let more = run.instruments.len().saturating_sub(SYMBOLS_MAX);
    html! {
        header {
            h1 { (printable(input.name)) }
            p.lead {
                (symbols.join(", "))
                @if more > 0 { " and " (more) " more" }
                " \u{b7} " (plural(s.bars, "bar", "bars"))
                @if let Some((first, last)) = curve.span() {
                    " \u{b7} " (clock.show(first)) " to " (clock.show(last))
                }
            }
            p.digest { "digest " code { (s.digest) } }
            nav aria-label="Sections" {
                a href="#performance" { "Equity" }
                a href="#price" { "Price" }
                a href="#statistics" { "Statistics" }
                a href="#drawdowns" { "Drawdowns" }
                a href="#months" { "Months" }
                @if run.trades.len() >= super::distribution::VALUES_MIN { a href="#distribution" { "Distribution" } }
                a href="#trades" { "Trades" }
                a href="#certainty" { "Certainty" }
                @if s.tape.is_some() { a href="#book" { "Order book" } }
                a href="#orders" { "Orders" }
                a href="#costs" { "Costs" }
                a href="#assumptions" { "Assumptions" }
                a href="#provenance" { "Provenance" }
            }
        }
    }
}

/// Warnings, and why there may be no trade.
pub(crate) fn notices(input: &ReportInput<'_>) -> Markup {
    let why = why_no_trades(input.run);
    html! {
        @if !why.is_empty() {
            div.notice role="note" {
                strong { "No closed trade" }
                @for reason in &why { p { (reason) } }
            }
        }
        @if !input.warnings.is_empty() {
            div #warnings .notice role="note" {
                strong { (plural(input.warnings.len() as u64, "warning", "warnings")) }
                ul { @for warning in &input.warnings { li { (shorten(&printable(warning), 1_000)) } } }
            }
        }
    }
}

fn card(label: &str, value: &str, tone: Option<f64>, under: &str) -> Markup {
    let class = match tone {
        Some(x) if x > 0.0 => "card good",
        Some(x) if x < 0.0 => "card bad",
        _ => "card",
    };
    html! {
        div class=(class) {
            dt { (label) }
            dd { (value) }
            @if !under.is_empty() { p { (under) } }
        }
    }
}

pub(crate) fn cards(input: &ReportInput<'_>, s: &Summary) -> Markup {
    let run = input.run;
    let pnl = total_pnl(run).to_f64();
    let cash = money(run.initial_cash.to_f64());
    let held = input.benchmark.map_or_else(String::new, |b| {
        let value = risk::ratios::total_return(b.equity);
        format!("hold {}: {}", shorten(b.symbol, 24), percent(value))
    });
    let days = optional(s.max_drawdown_days, |d| plural(d.unsigned_abs(), "day", "days"));
    let open = run.open_trades.len() as u64;
    let still = if open > 0 { format!("{} open at the end", count(open)) } else { String::new() };
    let certain = run.fills.iter().filter(|f| f.certain).count() as u64;
    let range = if s.pnl_worst < s.pnl_best {
        format!("profit {} to {}", gain(s.pnl_worst), gain(s.pnl_best))
    } else {
        format!("{} of {}", count(certain), plural(s.fills, "fill", "fills"))
    };
    let short = too_short(input);
    let yearly = |value: String| if short { TOO_SHORT.to_owned() } else { value };
    let turnover = match short {
        true => String::new(),
        false => format!("turnover {} a year", optional(s.turnover, |x| format!("{}x", decimal(x, 2)))),
    };
    html! {
        dl.cards aria-label="Headline figures" {
            (card("Total return", &percent(s.total_return), s.total_return, &held))
            (card("Final equity", &money(s.final_equity), None, &format!("from {cash}")))
            (card("Profit", &gain(pnl), Some(pnl), &format!("fees {}", money(s.fees))))
            (card("CAGR", &yearly(percent(s.cagr)), s.cagr.filter(|_| !short), "per year"))
            (card("Sharpe", &yearly(ratio(s.sharpe)), None, &format!("Sortino {}", yearly(ratio(s.sortino)))))
            (card("Volatility", &yearly(percent(s.volatility)), None, "per year"))
            (card("Max drawdown", &percent(s.max_drawdown), s.max_drawdown, &format!("under water {days}")))
            (card("Calmar", &yearly(ratio(s.calmar)), None, "CAGR / max drawdown"))
            (card("Closed trades", &count(s.trades), None, &still))
            (card("Win rate", &percent(s.win_rate), None, &format!("profit factor {}", ratio(s.profit_factor))))
            (card("Exposure", &percent(s.exposure), None, &turnover))
            (card("Certain fills", &percent(s.certain_share), None, &range))
        }
    }
}
