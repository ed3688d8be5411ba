//! All statistics in tables: of the curve beside those of the benchmark and the
//! bootstrap bands, and of the trades.

use engine_core::order::Side;
use engine_core::record::RunResult;
use engine_core::time::{DAY, HOUR, MINUTE, SECOND};
use maud::{Markup, html};
use risk::benchmark;
use risk::bootstrap::{Band, Bands, Bootstrap, bootstrap};
use risk::performance::{Performance, performance};
use risk::ratios;
use risk::trades::{excursions, trade_statistics};
use risk::values::Returns;

use crate::display::{count, decimal, gain, optional, percent, plural, ratio};
use crate::input::ReportInput;
use crate::summary::{Curve, Summary};
use crate::tape::{TOO_SHORT, too_short};

/// Label, of the strategy, of holding, band.
type Row = (&'static str, String, String, String);

pub(crate) fn section(input: &ReportInput<'_>, s: &Summary) -> Markup {
    let curve = Curve::of(input.run);
    let returns = Returns::of(&curve.equity);
    let short = too_short(input);
    let bands = returns.filter(|_| !short).and_then(|r| bootstrap(&r, curve.periods_per_year, &Bootstrap::default()));
    let own = performance(&curve.equity, curve.periods_per_year);
    let held = input.benchmark.map(|b| performance(b.equity, curve.periods_per_year));
    html! {
        section #statistics aria-labelledby="statistics-title" {
            h2 #statistics-title { "Statistics" }
            div.columns {
                div {
                    h3 { "Return and risk" }
                    (curve_table(&own, held.as_ref(), bands.as_ref(), short))
                    p.hint {
                        @if short {
                            "Figures per year need at least a day and 20 periods; so short a run says nothing of them."
                        } @else {
                            "Annualised with " (decimal(curve.periods_per_year, 0)) " periods a year, as the bars are spaced. "
                            "Sharpe and Sortino without a risk-free rate."
                        }
                        @if let Some(bands) = &bands { (about_bands(bands)) }
                    }
                }
                div {
                    h3 { "Trades" }
                    (trades_table(input.run, s))
                    @if let Some(b) = input.benchmark {
                        h3 { "Against holding " (b.symbol) }
                        (against(input.run, b.equity, curve.periods_per_year, short))
                    }
                }
            }
        }
    }
}

/// What rests on a year, or on many periods.
const YEARLY: [&str; 6] =
    ["Per year (CAGR)", "Volatility", "Sharpe", "Sortino", "Calmar", "Chance that Sharpe is above 0"];

fn about_bands(bands: &Bands) -> String {
    format!(
        " Bands: {} of {} histories drawn from this one in blocks of {} (circular block bootstrap, seed 0); \
         {} of them end with a loss. They tell how much luck is in the figures, not what comes next; \
         a figure outside its band rests on an order of returns that is longer than a block.",
        percent(Some(bands.confidence)).replace(".00", ""),
        count(bands.resamples as u64),
        plural(bands.block as u64, "period", "periods"),
        percent(Some(bands.chance_of_loss)),
    )
}

fn curve_table(own: &Performance, held: Option<&Performance>, bands: Option<&Bands>, short: bool) -> Markup {
    type Figure = fn(&Performance) -> Option<f64>;
    type Show = fn(Option<f64>) -> String;
    let row = |label: &'static str, value: Figure, show: Show, band: Option<Band>| -> Row {
        if short && YEARLY.contains(&label) {
            return (label, TOO_SHORT.to_owned(), String::new(), String::new());
        }
        let other = held.map_or_else(String::new, |held| show(value(held)));
        let band = band.map_or_else(String::new, |b| format!("{} to {}", show(Some(b.low)), show(Some(b.high))));
        (label, show(value(own)), other, band)
    };
    let rows = [
        row("Total return", |p| p.total_return, percent, None),
        row("Per year (CAGR)", |p| p.cagr, percent, bands.and_then(|b| b.cagr)),
        row("Volatility", |p| p.volatility, percent, None),
        row("Sharpe", |p| p.sharpe, ratio, bands.and_then(|b| b.sharpe)),
        row("Sortino", |p| p.sortino, ratio, None),
        row("Calmar", |p| p.calmar, ratio, None),
        row("Max drawdown", |p| p.max_drawdown, percent, bands.and_then(|b| b.max_drawdown)),
        row("Ulcer index", |p| p.ulcer_index, percent, None),
        row("Chance that Sharpe is above 0", |p| p.probabilistic_sharpe, percent, None),
        row("Best period", |p| p.best, percent, None),
        row("Worst period", |p| p.worst, percent, None),
        row("Periods won", |p| p.win_rate, percent, None),
        row("Skew", |p| p.skew, ratio, None),
        row("Excess kurtosis", |p| p.excess_kurtosis, ratio, None),
        row("Tail ratio", |p| p.tail_ratio, ratio, None),
        row("Stability (R\u{b2})", |p| p.stability, ratio, None),
    ];
    html! {
        div.scroll { table.figures.full {
            thead { tr {
                th {}
                th scope="col" { "Strategy" }
                @if held.is_some() { th scope="col" { "Hold" } }
                @if let Some(b) = bands { th scope="col" { (percent(Some(b.confidence)).replace(".00", "")) " band" } }
            } }
            tbody {
                @for (label, own, other, band) in rows {
                    tr {
                        th scope="row" { (label) }
                        td { (own) }
                        @if held.is_some() { td.muted { (other) } }
                        @if bands.is_some() { td.muted { (band) } }
                    }
                }
            }
        } }
    }
}

fn against(run: &RunResult, held: &[f64], periods_per_year: f64, short: bool) -> Markup {
    // At the run's own instants, whatever stands before the first.
    let (ours, theirs) = (ratios::returns(&run.equity), ratios::returns(held));
    let (Some(r), Some(b)) = (&ours, &theirs) else {
        return html! { p.note { "Undefined: fewer than two instants, or an equity that is not above zero." } };
    };
    let yearly = |ratio: f64| ratio * periods_per_year.sqrt();
    if short {
        return plain(&[("Beta", ratio(benchmark::beta(r, b))), ("Correlation", ratio(benchmark::correlation(r, b)))]);
    }
    let rows = [
        ("Alpha per year", percent(benchmark::alpha(r, b, periods_per_year))),
        ("Beta", ratio(benchmark::beta(r, b))),
        ("Correlation", ratio(benchmark::correlation(r, b))),
        ("Tracking error per year", percent(benchmark::tracking_error(r, b, periods_per_year))),
        ("Information ratio per year", ratio(benchmark::information_ratio(r, b).map(yearly))),
    ];
    plain(&rows)
}

fn trades_table(run: &RunResult, s: &Summary) -> Markup {
    if run.trades.is_empty() {
        return html! { p.note { "No trade was closed." } };
    }
    let pnl: Vec<f64> = run.trades.iter().map(|t| t.pnl.to_f64()).collect();
    let mae: Vec<f64> = run.trades.iter().map(|t| t.mae).collect();
    let mfe: Vec<f64> = run.trades.iter().map(|t| t.mfe).collect();
    let t = trade_statistics(&pnl);
    let e = excursions(&pnl, &mae, &mfe);
    let held: Vec<f64> = run.trades.iter().map(|t| t.exit_time.nanos().abs_diff(t.entry_time.nanos()) as f64).collect();
    let long = run.trades.iter().filter(|t| t.side == Side::Buy).count() as u64;
    let returns: Vec<f64> = run.trades.iter().map(|t| t.return_on_entry()).filter(|x| x.is_finite()).collect();
    let rows = [
        ("Closed trades", format!("{} ({} long, {} short)", count(s.trades), count(long), count(s.trades - long))),
        ("Won", format!("{} ({})", count(t.won as u64), percent(t.win_rate))),
        ("Profit factor", ratio(t.profit_factor)),
        ("Expectancy per trade", optional(t.expectancy, gain)),
        ("Average return per trade", percent(risk::moments::mean(&returns))),
        ("Average win / loss", format!("{} / {}", optional(t.average_win, gain), optional(t.average_loss, gain))),
        ("Payoff ratio", ratio(t.payoff_ratio)),
        ("Best / worst", format!("{} / {}", optional(t.best, gain), optional(t.worst, gain))),
        ("Most in a row won / lost", format!("{} / {}", t.winners_in_a_row, t.losers_in_a_row)),
        ("Median time in a trade", optional(risk::moments::quantile(&held, 0.5), duration)),
        ("Median MAE, winners / losers", format!("{} / {}", percent(e.mae_of_winners), percent(e.mae_of_losers))),
        ("Median MFE, winners / losers", format!("{} / {}", percent(e.mfe_of_winners), percent(e.mfe_of_losers))),
        ("Exposure", percent(s.exposure)),
    ];
    plain(&rows)
}

fn plain(rows: &[(&str, String)]) -> Markup {
    html! {
        table.figures.full { tbody {
            @for (label, value) in rows { tr { th scope="row" { (label) } td { (value) } } }
        } }
    }
}

/// A time span in the unit that fits it.
fn duration(nanos: f64) -> String {
    let unit = |size: i64, name: &str| format!("{} {name}", decimal(nanos / size as f64, 1));
    match nanos {
        n if n >= 2.0 * DAY as f64 => unit(DAY, "days"),
        n if n >= 2.0 * HOUR as f64 => unit(HOUR, "hours"),
        n if n > 0.0 && n < MINUTE as f64 => unit(SECOND, "seconds"),
        _ => unit(MINUTE, "minutes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_in_their_unit() {
        assert_eq!(duration(10.0 * DAY as f64), "10.0 days");
        assert_eq!(duration(1.5 * DAY as f64), "36.0 hours");
        assert_eq!(duration(5.0 * MINUTE as f64), "5.0 minutes");
        assert_eq!(duration(1.5 * SECOND as f64), "1.5 seconds");
    }
}
