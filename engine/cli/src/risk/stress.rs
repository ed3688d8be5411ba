//! `engine risk stress`: what named shocks do to a portfolio, and a grid of them.

use std::path::PathBuf;

use clap::Args;
use engine_report::picture::{Axis, HeatMap, Panel, Scale};
use risk::stress::{Grid, Outcome, VolatilityShock, grid, standard_scenarios, stress};
use serde_json::{Value, json};

use super::book::Portfolio;
use super::{Answer, Show, Table, maybe, money, percent};
use crate::failure::Failure;

/// What shocks do to a portfolio: named scenarios, and a grid of spot and volatility
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine risk stress docs/samples/portfolio.toml --html runs/stress.html\n\nThe TOML: docs/risk.md; its own [[scenario]]s come after the standard ones. Options are priced\nagain; gains are positive, losses negative."
)]
pub(super) struct Arguments {
    /// A portfolio's TOML
    file: PathBuf,
    /// Leave the standard scenarios out
    #[arg(long)]
    own: bool,
    #[command(flatten)]
    show: Show,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let portfolio = Portfolio::read(&arguments.file)?;
    let equity = portfolio.with(|book| book.summary().map(|s| s.equity)).map_err(|e| portfolio.failure(&e))?;
    let mut scenarios = if arguments.own { Vec::new() } else { standard_scenarios() };
    scenarios.extend(portfolio.scenarios.iter().cloned());
    if scenarios.is_empty() {
        return Err(portfolio.wrong("--own: there is no [[scenario]]"));
    }
    let (spots, points) = &portfolio.grid;
    let shocks: Vec<VolatilityShock> = points.iter().map(|p| VolatilityShock::Points(*p)).collect();
    let mut outcomes = Vec::new();
    for scenario in scenarios {
        let found = portfolio.with(|book| stress(book, std::slice::from_ref(&scenario)));
        let found = found.map_err(|e| portfolio.failure_of(&format!("scenario {:?}", scenario.name), &e))?;
        outcomes.extend(found);
    }
    let grid = portfolio.with(|book| grid(book, spots, &shocks)).map_err(|e| portfolio.failure_of("[grid]", &e))?;
    arguments.show.answer(answer(&portfolio, equity, &outcomes, &grid, points))
}

fn answer(portfolio: &Portfolio, equity: f64, outcomes: &[Outcome], grid: &Grid, points: &[f64]) -> Answer {
    let mut table = Table::new("scenarios", &["scenario", "gain", "share", "worst position", "its gain"]);
    for outcome in outcomes {
        let worst = outcome.contributions.iter().zip(&portfolio.lines).min_by(|a, b| a.0.total_cmp(b.0));
        let worst = worst.filter(|(gain, _)| **gain < 0.0);
        table.push(vec![
            outcome.scenario.clone(),
            money(outcome.change),
            percent(outcome.change / equity),
            worst.map_or_else(|| "none".to_owned(), |(_, line)| line.name.clone()),
            maybe(worst.map(|(gain, _)| *gain), money),
        ]);
    }
    let columns = grid.volatilities.len();
    let labels: Vec<String> = points.iter().map(|p| format!("{:+.0} pt", 100.0 * p)).collect();
    let header: Vec<&str> = std::iter::once("spot \\ volatility").chain(labels.iter().map(String::as_str)).collect();
    let mut cells = Table::new("gain by spot and volatility", &header);
    let rows: Vec<String> = grid.spots.iter().map(|s| format!("{:+.1}%", 100.0 * s)).collect();
    for (i, name) in rows.iter().enumerate() {
        let gains = grid.changes[i * columns..(i + 1) * columns].iter();
        cells.push([vec![name.clone()], gains.map(|g| Axis::default().decimals(0).number(*g)).collect()].concat());
    }
    let map = HeatMap {
        title: format!("{}: gain by moves of all underlyings and volatilities", portfolio.name),
        x_label: "change of all volatilities, points of 0.01".to_owned(),
        y_label: "move of all underlyings".to_owned(),
        columns: labels,
        rows,
        values: grid.changes.clone(),
        value: Axis::new(format!("gain ({})", portfolio.base)).decimals(0),
        scale: Scale::AboutZero,
    };
    let title = format!("{}: equity {} {}", portfolio.name, money(equity), portfolio.base);
    let picture = Some(("Gain over moves of the underlyings and of volatility".to_owned(), Panel::HeatMap(map)));
    let json = json(portfolio, equity, outcomes, grid, points);
    Answer { title, tables: vec![table, cells], notes: Vec::new(), json, picture }
}

fn json(portfolio: &Portfolio, equity: f64, outcomes: &[Outcome], grid: &Grid, points: &[f64]) -> Value {
    let scenario = |outcome: &Outcome| {
        let parts = portfolio.lines.iter().zip(&outcome.contributions);
        let parts: Vec<Value> = parts.map(|(line, gain)| json!({ "name": line.name, "gain": gain })).collect();
        json!({
            "name": outcome.scenario, "gain": outcome.change, "share": outcome.change / equity, "positions": parts,
        })
    };
    json!({
        "equity": equity,
        "currency": portfolio.base,
        "scenarios": outcomes.iter().map(scenario).collect::<Vec<_>>(),
        "grid": {
            "spots": grid.spots, "volatility_points": points, "gains_rowmajor": grid.changes, "worst": grid.worst,
        },
    })
}
