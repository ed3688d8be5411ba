//! `engine risk portfolio`: a portfolio at a glance.

use std::path::PathBuf;

use clap::Args;
use risk::RiskError;
use risk::covariance::{Repair, Target, correlation, covariance, nearest_correlation, shrink, smallest_eigenvalue};
use risk::portfolio::{Liquidity, Margin, Summary, beta, liquidity, margin};
use serde_json::{Value, json};

use super::book::Portfolio;
use super::{Answer, Show, Table, maybe, money, percent, plain};
use crate::failure::Failure;

/// Weights, concentration, leverage, beta, currencies, margin, liquidity, correlations
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine risk portfolio docs/samples/portfolio.toml\n\nThe TOML: docs/risk.md. Correlations are of daily returns, drawn towards one common correlation by\nLedoit and Wolf. With --json every figure; --svg and --html draw the correlations."
)]
pub(super) struct Arguments {
    /// A portfolio's TOML
    file: PathBuf,
    #[command(flatten)]
    show: Show,
}

/// Correlations of the factors.
struct Correlations {
    names: Vec<String>,
    sample: Vec<f64>,
    shrunk: Vec<f64>,
    intensity: f64,
    smallest: f64,
    /// How far the nearest correlation matrix is, where the shrunk one is none.
    repaired: Option<f64>,
}

impl Correlations {
    fn of(names: &[String], returns: &[&[f64]]) -> Result<Self, RiskError> {
        let n = returns.len();
        let sample = correlation(&covariance(returns, 1)?, n)?;
        let found = shrink(returns, Target::ConstantCorrelation)?;
        let (mut shrunk, smallest) = (found.correlation()?, smallest_eigenvalue(&found.correlation()?, n)?);
        // Rounding of a singular matrix is no defect.
        let repaired = if smallest < -1e-12 {
            let nearest = nearest_correlation(&shrunk, n, &Repair::default())?;
            shrunk = nearest.matrix;
            Some(nearest.distance)
        } else {
            None
        };
        Ok(Self { names: names.to_vec(), sample, shrunk, intensity: found.intensity, smallest, repaired })
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let portfolio = Portfolio::read(&arguments.file)?;
    let failed = |e: RiskError| portfolio.failure(&e);
    let summary = portfolio.with(|book| book.summary()).map_err(failed)?;
    let correlations = match &portfolio.history {
        Some(history) => Some(Correlations::of(&history.names, &history.slices()).map_err(failed)?),
        None => None,
    };
    let beta = market(&portfolio, &summary)?;
    let margin = margin_use(&portfolio, &summary).map_err(failed)?;
    let liquid = liquid(&portfolio, &summary).map_err(failed)?;
    let answer = answer(&portfolio, &summary, correlations.as_ref(), beta, margin, liquid.as_ref());
    arguments.show.answer(answer)
}

/// Beta of the exposures against the benchmark, where one is named.
fn market(portfolio: &Portfolio, summary: &Summary) -> Result<Option<f64>, Failure> {
    let Some(name) = &portfolio.benchmark else { return Ok(None) };
    let missing = |what: &str| portfolio.wrong(&format!("beta: {what} is not in [history.files]"));
    let history = portfolio.history.as_ref().ok_or_else(|| missing(name))?;
    let market = history.position(name).ok_or_else(|| missing(name))?;
    let (mut weights, mut returns) = (Vec::new(), Vec::new());
    for (underlying, exposure) in &summary.underlyings {
        let factor = history.position(underlying).ok_or_else(|| missing(underlying))?;
        weights.push(exposure / summary.equity);
        returns.push(history.returns[factor].as_slice());
    }
    if weights.is_empty() {
        return Ok(Some(0.0));
    }
    let found = beta(&weights, &returns, &history.returns[market]).map_err(|e| portfolio.failure(&e))?;
    Ok(Some(found.portfolio))
}

/// Of the positions that tell their rates.
fn margin_use(portfolio: &Portfolio, summary: &Summary) -> Result<Option<Margin>, RiskError> {
    let (mut exposures, mut initial, mut maintenance) = (Vec::new(), Vec::new(), Vec::new());
    for (line, at) in portfolio.lines.iter().zip(&summary.lines) {
        if let Some((first, after)) = line.margin {
            exposures.push(at.exposure);
            initial.push(first);
            maintenance.push(after);
        }
    }
    if exposures.is_empty() {
        return Ok(None);
    }
    margin(&exposures, &initial, &maintenance, summary.equity).map(Some)
}

/// Of the positions that tell a daily volume, with their names.
fn liquid<'a>(portfolio: &'a Portfolio, summary: &Summary) -> Result<Option<(Vec<&'a str>, Liquidity)>, RiskError> {
    let with = || portfolio.lines.iter().zip(&summary.lines).filter_map(|(l, at)| l.daily_volume.map(|v| (l, at, v)));
    let names: Vec<&str> = with().map(|(line, ..)| line.name.as_str()).collect();
    if names.is_empty() {
        return Ok(None);
    }
    let quantities: Vec<f64> = with().map(|(line, ..)| line.quantity).collect();
    let volumes: Vec<f64> = with().map(|(_, _, volume)| volume).collect();
    let values: Vec<f64> = with().map(|(_, at, _)| at.exposure).collect();
    Ok(Some((names, liquidity(&quantities, &volumes, &values, portfolio.participation)?)))
}

fn answer(
    portfolio: &Portfolio,
    summary: &Summary,
    correlations: Option<&Correlations>,
    beta: Option<f64>,
    margin: Option<Margin>,
    liquid: Option<&(Vec<&str>, Liquidity)>,
) -> Answer {
    let mut positions = Table::new("positions", &["position", "value", "weight", "exposure", "exposure weight"]);
    for (line, at) in portfolio.lines.iter().zip(&summary.lines) {
        let fields = [money(at.value), percent(at.weight), money(at.exposure), percent(at.exposure_weight)];
        positions.push([vec![line.name.clone()], fields.to_vec()].concat());
    }
    let leverage = &summary.leverage;
    let mut figures = Table::new("figures", &["figure", "value"]);
    let mut figure = |name: &str, value: String| figures.push(vec![name.to_owned(), value]);
    figure("long exposure", money(leverage.long));
    figure("short exposure", money(leverage.short));
    figure("gross leverage", plain(leverage.gross));
    figure("net leverage", plain(leverage.net));
    if let Some(c) = &summary.concentration {
        let (name, _) = &summary.underlyings[c.largest_index];
        figure("Herfindahl index of the underlyings", plain(c.herfindahl));
        figure("effective number of underlyings", plain(c.effective_number));
        figure(&format!("largest share ({name})"), percent(c.largest));
    }
    if let (Some(beta), Some(name)) = (beta, &portfolio.benchmark) {
        figure(&format!("beta against {name}"), plain(beta));
    }
    if let Some(m) = &margin {
        figure("initial margin", money(m.initial));
        figure("maintenance margin", money(m.maintenance));
        figure("margin use, initial", percent(m.use_initial));
        figure("margin use, maintenance", percent(m.use_maintenance));
        figure("move of all prices to a margin call", maybe(m.move_to_call, percent));
    }
    let mut currencies = Table::new("currencies", &["currency", "value", "weight", "exposure"]);
    for c in &summary.currencies {
        currencies.push(vec![c.currency.clone(), money(c.value), percent(c.weight), money(c.exposure)]);
    }
    let mut tables = vec![positions, figures, currencies];
    let mut notes = Vec::new();
    if let Some((names, found)) = liquid {
        let own = percent(portfolio.participation);
        let mut table = Table::new(&format!("days to close, at {own} of the daily volume"), &["position", "days"]);
        for (name, days) in names.iter().zip(&found.days) {
            table.push(vec![(*name).to_owned(), plain(*days)]);
        }
        tables.push(table);
    }
    if let Some(c) = correlations {
        let header: Vec<&str> = std::iter::once("").chain(c.names.iter().map(String::as_str)).collect();
        let mut table = Table::new("correlations (Ledoit-Wolf)", &header);
        for (i, name) in c.names.iter().enumerate() {
            let row = c.shrunk[i * c.names.len()..(i + 1) * c.names.len()].iter();
            table.push([vec![name.clone()], row.map(|x| plain(*x)).collect()].concat());
        }
        tables.push(table);
        notes.push(format!(
            "Correlations are drawn to one common correlation by {}; their smallest eigenvalue is {:.3e}.",
            percent(c.intensity),
            c.smallest
        ));
        if let Some(distance) = c.repaired {
            notes.push(format!(
                "They were no correlation matrix: the nearest is shown, at a distance of {distance:.3e}."
            ));
        }
    }
    let (benchmark, base) = (portfolio.benchmark.as_deref(), &portfolio.base);
    let json = json(portfolio, summary, correlations, (benchmark, beta), margin.as_ref(), liquid);
    let picture = correlations.map(|c| {
        use engine_report::picture::{Axis, HeatMap, Panel, Scale};
        let map = HeatMap {
            title: format!("{}: correlations of daily returns", portfolio.name),
            columns: c.names.clone(),
            rows: c.names.clone(),
            values: c.shrunk.clone(),
            value: Axis::new("correlation").decimals(2),
            scale: Scale::AboutZero,
            ..HeatMap::default()
        };
        ("Correlations of the factors".to_owned(), Panel::HeatMap(map))
    });
    let title = format!("{}: equity {} {base}", portfolio.name, money(summary.equity));
    Answer { title, tables, notes, json, picture }
}

fn json(
    portfolio: &Portfolio,
    summary: &Summary,
    correlations: Option<&Correlations>,
    (benchmark, beta): (Option<&str>, Option<f64>),
    margin: Option<&Margin>,
    liquid: Option<&(Vec<&str>, Liquidity)>,
) -> Value {
    let lines = portfolio.lines.iter().zip(&summary.lines).map(|(line, at)| {
        json!({
            "name": line.name, "underlying": line.underlying, "currency": line.currency, "value": at.value,
            "weight": at.weight, "exposure": at.exposure, "exposure_weight": at.exposure_weight,
        })
    });
    let currencies = summary
        .currencies
        .iter()
        .map(|c| json!({ "currency": c.currency, "value": c.value, "weight": c.weight, "exposure": c.exposure }));
    let leverage = &summary.leverage;
    json!({
        "equity": summary.equity,
        "currency": portfolio.base,
        "positions": lines.collect::<Vec<_>>(),
        "currencies": currencies.collect::<Vec<_>>(),
        "leverage": { "long": leverage.long, "short": leverage.short, "gross": leverage.gross, "net": leverage.net },
        "concentration": summary.concentration.as_ref().map(|c| json!({
            "herfindahl": c.herfindahl, "effective_number": c.effective_number, "largest": c.largest,
            "largest_underlying": summary.underlyings[c.largest_index].0,
        })),
        "benchmark": benchmark,
        "beta": beta,
        "margin": margin.map(|m| json!({
            "initial": m.initial, "maintenance": m.maintenance, "use_initial": m.use_initial,
            "use_maintenance": m.use_maintenance, "available": m.available, "cushion": m.cushion,
            "move_to_call": m.move_to_call,
        })),
        "liquidity": liquid.map(|(names, found)| json!({
            "participation": portfolio.participation, "longest_days": found.longest,
            "longest": names[found.longest_index], "mean_days": found.mean,
            "days": names.iter().zip(&found.days).map(|(n, d)| json!({ "name": n, "days": d })).collect::<Vec<_>>(),
        })),
        "correlation": correlations.map(|c| json!({
            "names": c.names, "sample": c.sample, "shrunk": c.shrunk, "intensity": c.intensity,
            "smallest_eigenvalue": c.smallest, "repaired": c.repaired.is_some(), "repair_distance": c.repaired,
        })),
    })
}
