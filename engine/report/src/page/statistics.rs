//! All statistics in tables: of the curve beside those of the benchmark and the
//! bootstrap bands, and of the trades.

use engine_core::order::Side;
use engine_core::record::RunResult;
use engine_core::time::{DAY, HOUR, MINUTE};
use maud::{Markup, html};
use risk::benchmark;
use risk::bootstrap::{Band, Bands, Bootstrap, bootstrap};
use risk::performance::{Performance, performance};
use risk::ratios;
use risk::trades::{excursions, trade_statistics};

use crate::display::{count, decimal, gain, optional, percent, plural, ratio};
use crate::input::ReportInput;
use crate::summary::{Curve, Summary};

type Row = (&'static str, String, String, String);

pub(crate) fn section(input: &ReportInput<'_>, s: &Summary) -> Markup {
    let curve = Curve::of(input.run);
    let returns = ratios::returns(&curve.equity);
    let bands = returns.as_deref().and_then(|r| bootstrap(r, curve.periods_per_year, &Bootstrap::default()));
    let own = performance(&curve.equity, curve.periods_per_year);
    let held = input.benchmark.map(|b| performance(b.equity, curve.periods_per_year));
    html! {
        section #statistics aria-labelledby="statistics-title" {
            h2 #statistics-title { "Statistics" }
            div.columns {
                div {
                    h3 { "Return and risk" }
                    (curve_table(&own, held.as_ref(), bands.as_ref()))
                    p.hint {
                        "Annualised with " (decimal(curve.periods_per_year, 0)) " periods a year, as the bars are spaced. "
                        "Sharpe and Sortino without a risk-free rate."
                        @if let Some(bands) = &bands { (about_bands(bands)) }
                    }
                }
                div {
                    h3 { "Trades" }
                    (trades_table(input.run, s))
                    @if let Some(b) = input.benchmark {
                        h3 { "Against holding " (b.symbol) }
                        (against(input.run, b.equity, curve.periods_per_year))
                    }
                }
            }
        }
    }
}

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

fn curve_table(own: &Performance, held: Option<&Performance>, bands: Option<&Bands>) -> Markup {
    let of = |value: fn(&Performance) -> Option<f64>, show: &dyn Fn(Option<f64>) -> String| {
        (show(value(own)), held.map_or_else(String::new, |h| show(value(h))))
    };
    let band = |pick: fn(&Bands) -> Option<Band>, show: &dyn Fn(Option<f64>) -> String| {
        bands.and_then(pick).map_or_else(String::new, |b| format!("{} to {}", show(Some(b.low)), show(Some(b.high))))
    };
    let row = |label, (own, held): (String, String), band: String| -> Row { (label, own, held, band) };
    let none = String::new;
    let rows = [
        row("Total return", of(|p| p.total_return, &percent), none()),
        row("Per year (CAGR)", of(|p| p.cagr, &percent), band(|b| b.cagr, &percent)),
        row("Volatility", of(|p| p.volatility, &percent), none()),
        row("Sharpe", of(|p| p.sharpe, &ratio), band(|b| b.sharpe, &ratio)),
        row("Sortino", of(|p| p.sortino, &ratio), none()),
        row("Calmar", of(|p| p.calmar, &ratio), none()),
        row("Max drawdown", of(|p| p.max_drawdown, &percent), band(|b| b.max_drawdown, &percent)),
        row("Ulcer index", of(|p| p.ulcer_index, &percent), none()),
        row("Chance that Sharpe is above 0", of(|p| p.probabilistic_sharpe, &percent), none()),
        row("Best period", of(|p| p.best, &percent), none()),
        row("Worst period", of(|p| p.worst, &percent), none()),
        row("Periods won", of(|p| p.win_rate, &percent), none()),
        row("Skew", of(|p| p.skew, &ratio), none()),
        row("Excess kurtosis", of(|p| p.excess_kurtosis, &ratio), none()),
        row("Tail ratio", of(|p| p.tail_ratio, &ratio), none()),
        row("Stability (R\u{b2})", of(|p| p.stability, &ratio), none()),
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

fn against(run: &RunResult, held: &[f64], periods_per_year: f64) -> Markup {
    // At the run's own instants, whatever stands before the first.
    let (ours, theirs) = (ratios::returns(&run.equity), ratios::returns(held));
    let both = ours.as_deref().zip(theirs.as_deref());
    let of = |f: &dyn Fn(&[f64], &[f64]) -> Option<f64>| both.and_then(|(r, b)| f(r, b));
    let rows = [
        ("Alpha per year", percent(of(&|r, b| benchmark::alpha(r, b, periods_per_year)))),
        ("Beta", ratio(of(&benchmark::beta))),
        ("Correlation", ratio(of(&benchmark::correlation))),
        ("Tracking error per year", percent(of(&|r, b| benchmark::tracking_error(r, b, periods_per_year)))),
        (
            "Information ratio per year",
            ratio(of(&|r, b| benchmark::information_ratio(r, b).map(|x| x * periods_per_year.sqrt()))),
        ),
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
    }
}
