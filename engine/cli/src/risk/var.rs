//! `engine risk var`: value at risk and expected shortfall, by several methods side by side.

use std::path::PathBuf;

use clap::Args;
use engine_report::picture::{Axis, Histogram, Mark, Panel};
use risk::RiskError;
use risk::monte_carlo::{Contributions, Estimate, Sampling, Simulation};
use serde_json::{Value, json};

use super::book::Portfolio;
use super::history::History;
use super::holdings::Holdings;
use super::methods::{Closed, ModelName, Plan, Tested, closed, simulated, tested};
use super::{Answer, Show, Table, maybe, money, percent, plain};
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::stats::fields::named;

/// Value at risk and expected shortfall, by several methods side by side
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine risk var docs/samples/portfolio.toml --paths 200000 --seed 7 --backtest 250\n  engine risk var docs/samples/portfolio.toml --model bootstrap --horizon 10 --html runs/var.html\n  engine risk var docs/samples/returns.csv --weights AAPL=0.5,IBM=0.3,MSFT=0.2 --value 100000\n\nFILE is a portfolio's TOML (docs/risk.md), or a CSV with a column of simple returns per asset\n(fractions, one row a day, oldest first; a column date, time or t is left out), equally weighted\nwithout --weights. Losses are positive, in the portfolio's currency, over --horizon days. The\nsame seed gives the same figures on every machine."
)]
pub(super) struct Arguments {
    /// A portfolio's TOML, or a CSV of returns
    file: PathBuf,
    /// Weights of a CSV's columns: NAME=WEIGHT separated by commas, or numbers in their order
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    weights: Option<String>,
    /// Money the weights of a CSV are of
    #[arg(long, default_value_t = 1.0)]
    value: f64,
    /// Chance that the loss is no greater, above 0 and below 1
    #[arg(long, default_value_t = 0.99)]
    confidence: f64,
    /// Days, 1 to 2,520
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=2520))]
    horizon: u32,
    /// Distribution of the simulation
    #[arg(long, value_enum, default_value = "gbm")]
    model: ModelName,
    /// Degrees of freedom of the Student t, above 2
    #[arg(long, default_value_t = 5.0)]
    degrees: f64,
    /// Mean length of the bootstrap's blocks in days [default: the optimal length of Politis and White]
    #[arg(long, value_name = "DAYS")]
    block: Option<f64>,
    /// Paths, 2 to 100,000,000
    #[arg(long, default_value_t = 100_000)]
    paths: usize,
    /// Start of the random numbers
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Every path with its mirror image
    #[arg(long, conflicts_with_all = ["sobol", "control_variate"])]
    antithetic: bool,
    /// Scrambled Sobol points, in 16 replicates
    #[arg(long, conflicts_with = "control_variate")]
    sobol: bool,
    /// Correct by the delta-normal loss, whose distribution is known
    #[arg(long)]
    control_variate: bool,
    /// Backtest the VaR of one day, each day's from so many days before it (20 or more)
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(20..=100_000))]
    backtest: Option<u64>,
    #[command(flatten)]
    show: Show,
}

/// Chance that a confidence band covers the figure.
const BAND: f64 = 0.95;
/// Trading days of a year, by which options age.
const YEAR: f64 = 252.0;
const REPLICATES: usize = 16;

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let holdings = holdings(arguments)?;
    let place = arguments.file.display();
    let interrupt = Interrupt::listen();
    let failed = |error: RiskError| match (&error, interrupt.code()) {
        (RiskError::Cancelled, Some(code)) => Failure::with_code(code, "stopped; there is no result"),
        _ => Failure::input(format!("{place}: {}", flagged(&error))),
    };
    let past = holdings.past().map_err(failed)?;
    let days = f64::from(arguments.horizon);
    let closed = closed(&holdings, &past, arguments.confidence, days).map_err(failed)?;
    let sampling = match (arguments.antithetic, arguments.sobol) {
        (true, _) => Sampling::Antithetic,
        (_, true) => Sampling::Sobol { replicates: REPLICATES },
        _ => Sampling::Random,
    };
    let plan = Plan {
        model: arguments.model,
        degrees: arguments.degrees,
        block: arguments.block,
        settings: Simulation {
            paths: arguments.paths,
            steps: arguments.horizon as usize,
            years: days / YEAR,
            seed: arguments.seed,
            sampling,
            control: arguments.control_variate,
            ..Simulation::default()
        },
        confidence: arguments.confidence,
        band: BAND,
    };
    let (outcome, estimate, parts) = simulated(&holdings, &plan, &interrupt).map_err(failed)?;
    let tested = match arguments.backtest {
        Some(window) => tested(&past, arguments.confidence, window as usize).map_err(failed)?,
        None => Vec::new(),
    };
    let panel = picture(arguments, &holdings, outcome.profits(), &estimate);
    let found = Found { closed, estimate, parts: by_line(&holdings, &parts), tested };
    arguments.show.answer(found.answer(arguments, &holdings, panel))
}

/// Arguments of the analytics by the names of the flags.
fn flagged(error: &RiskError) -> String {
    let names = [
        ("confidence", "--confidence"),
        ("paths", "--paths"),
        ("degrees", "--degrees"),
        ("mean_block", "--block"),
        ("value", "--value"),
        ("sampling", "--sobol, --antithetic"),
        ("control", "--control-variate"),
        ("weights", "--weights"),
    ];
    named(error, &names)
}

fn holdings(arguments: &Arguments) -> Result<Holdings, Failure> {
    let path = &arguments.file;
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml")) {
        if arguments.weights.is_some() {
            return Err(Failure::input("--weights is for a table of returns; a TOML has positions"));
        }
        return Holdings::of(Portfolio::read(path)?);
    }
    let history = History::table(path)?;
    if !(arguments.value.is_finite() && arguments.value > 0.0) {
        return Err(Failure::input(format!("--value is {}, expected a finite number above 0", arguments.value)));
    }
    let weights = match &arguments.weights {
        Some(text) => weights(text, &history.names).map_err(|e| Failure::input(format!("--weights: {e}")))?,
        None => vec![1.0 / history.names.len() as f64; history.names.len()],
    };
    let title = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    Ok(Holdings::weighted(&title, history, &weights, arguments.value))
}

/// `A=0.5,B=0.5` (others 0), or as many numbers as there are names.
fn weights(text: &str, names: &[String]) -> Result<Vec<f64>, String> {
    let number = |text: &str| -> Result<f64, String> {
        let found = text.trim().parse().ok().filter(|x: &f64| x.is_finite());
        found.ok_or_else(|| format!("{:?}, expected a finite number", text.trim()))
    };
    let parts: Vec<&str> = text.split(',').collect();
    if !text.contains('=') {
        if parts.len() != names.len() {
            return Err(format!("{} numbers, expected {} for {}", parts.len(), names.len(), names.join(",")));
        }
        return parts.into_iter().map(number).collect();
    }
    let mut found: Vec<Option<f64>> = vec![None; names.len()];
    for part in parts {
        let (name, weight) = part.split_once('=').ok_or_else(|| format!("{part:?}, expected NAME=WEIGHT"))?;
        let place = names.iter().position(|n| n == name.trim());
        let place = place.ok_or_else(|| format!("{:?} is no column; there are {}", name.trim(), names.join(",")))?;
        if found[place].replace(number(weight)?).is_some() {
            return Err(format!("{} is there twice", names[place]));
        }
    }
    Ok(found.into_iter().map(|weight| weight.unwrap_or(0.0)).collect())
}

/// Parts of a line.
struct Part {
    name: String,
    component_var: f64,
    component_es: f64,
}

/// Positions put together by the lines they came from.
fn by_line(holdings: &Holdings, parts: &Contributions) -> Vec<Part> {
    let part = |(line, name): (usize, &String)| {
        let sum = |of: &[f64]| of.iter().zip(&holdings.line_of).filter(|(_, l)| **l == line).map(|(x, _)| x).sum();
        Part { name: name.clone(), component_var: sum(&parts.component_var), component_es: sum(&parts.component_es) }
    };
    holdings.lines.iter().enumerate().map(part).collect()
}

fn picture(arguments: &Arguments, holdings: &Holdings, profits: &[f64], estimate: &Estimate) -> Panel {
    let unit = if holdings.currency.is_empty() { String::new() } else { format!(" ({})", holdings.currency) };
    // Half a tenth of a percent on both sides goes into the outermost bars.
    let mut sorted = profits.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| sorted.get((share * sorted.len().saturating_sub(1) as f64) as usize).copied();
    let low = at(0.0005).map(|p| p.min(-1.1 * estimate.expected_shortfall));
    let level = percent(estimate.confidence);
    Panel::Histogram(Histogram {
        title: format!("{}: profit over {} day(s), {} paths", holdings.title, arguments.horizon, estimate.paths),
        x: Axis::new(format!("profit{unit}")),
        y_label: "share of the paths".to_owned(),
        share: true,
        values: sorted.clone(),
        bars: 80,
        tail_below: Some(-estimate.var),
        limits: low.zip(at(0.9995)),
        marks: vec![
            Mark { x: -estimate.var, label: format!("VaR {level}: {}", money(estimate.var)) },
            Mark { x: -estimate.expected_shortfall, label: format!("ES {}", money(estimate.expected_shortfall)) },
        ],
    })
}

/// All figures.
struct Found {
    closed: Closed,
    estimate: Estimate,
    parts: Vec<Part>,
    tested: Vec<Tested>,
}

impl Found {
    fn answer(&self, arguments: &Arguments, holdings: &Holdings, panel: Panel) -> Answer {
        let Found { closed, estimate, parts, tested } = self;
        let (value, finite) = (holdings.value, |x: f64| Some(x).filter(|x| x.is_finite()));
        let bent = &closed.cornish_fisher;
        let simulation = match arguments.model {
            ModelName::Gbm => "simulated, GBM",
            ModelName::StudentT => "simulated, Student t",
            ModelName::Bootstrap => "simulated, bootstrap",
        };
        let mut methods = Table::new("value at risk", &["method", "VaR", "share", "expected shortfall"]);
        for (name, var, es) in [
            ("historical", closed.historical.var * value, Some(closed.historical.expected_shortfall * value)),
            ("normal", closed.normal.var, Some(closed.normal.expected_shortfall)),
            ("Cornish-Fisher", bent.var * value, None),
            (simulation, estimate.var, Some(estimate.expected_shortfall)),
        ] {
            methods.push(vec![name.to_owned(), money(var), percent(var / value), maybe(es, money)]);
        }
        for (name, var, es) in [
            ("  95 % band, low", estimate.var_low, estimate.es_low),
            ("  95 % band, high", estimate.var_high, estimate.es_high),
        ] {
            let share = maybe(finite(var / value), percent);
            methods.push(vec![name.to_owned(), maybe(finite(var), money), share, maybe(finite(es), money)]);
        }
        let mut positions = Table::new("positions (simulated)", &["position", "component VaR", "component ES"]);
        for part in parts {
            positions.push(vec![part.name.clone(), money(part.component_var), money(part.component_es)]);
        }
        let mut factors = Table::new("factors (normal)", &["factor", "delta weight", "component VaR", "marginal VaR"]);
        for (i, name) in holdings.history.names.iter().enumerate() {
            let marginal = closed.normal.marginal_var[i];
            let component = closed.normal.component_var[i];
            let weight = if marginal == 0.0 { 0.0 } else { component / marginal };
            factors.push(vec![name.clone(), plain(weight), money(component), money(marginal)]);
        }
        let mut tables = vec![methods, positions, factors];
        if !tested.is_empty() {
            tables.push(backtests(tested));
        }
        let mut notes = holdings.notes.clone();
        if arguments.horizon > 1 {
            let root = "The historical figures are those of one day times the root of the days.";
            notes.push(format!(
                "{root} Normal and Cornish-Fisher add up independent days; the simulation takes every day."
            ));
        }
        if !bent.slope_positive {
            notes.push(
                "The Cornish-Fisher expansion is outside its domain at this confidence: do not use its figure.".into(),
            );
        }
        let span = holdings.history.span.as_ref().map_or(String::new(), |(from, to)| format!(", {from} to {to}"));
        let days = holdings.history.days();
        let title = format!(
            "{}: {}{} at {} over {} day(s), from {days} days of returns{span}",
            holdings.title,
            money(value),
            if holdings.currency.is_empty() { String::new() } else { format!(" {}", holdings.currency) },
            percent(arguments.confidence),
            arguments.horizon
        );
        let picture = Some(("How often the simulation gives which profit, VaR and ES marked".to_owned(), panel));
        Answer { title, tables, notes, json: self.json(arguments, holdings), picture }
    }

    fn json(&self, arguments: &Arguments, holdings: &Holdings) -> Value {
        let Found { closed, estimate, parts, tested } = self;
        let value = holdings.value;
        let parts: Vec<Value> = parts
            .iter()
            .map(|p| json!({ "name": p.name, "component_var": p.component_var, "component_es": p.component_es }))
            .collect();
        let normal = &closed.normal;
        let factors: Vec<Value> = holdings
            .history
            .names
            .iter()
            .enumerate()
            .map(|(i, name)| {
                json!({
                    "name": name,
                    "component_var": normal.component_var[i],
                    "marginal_var": normal.marginal_var[i],
                    "component_es": normal.component_es[i],
                    "marginal_es": normal.marginal_es[i],
                })
            })
            .collect();
        let tests: Vec<Value> = tested.iter().map(backtest_json).collect();
        json!({
            "value": value,
            "currency": holdings.currency,
            "confidence": arguments.confidence,
            "horizon_days": arguments.horizon,
            "history_days": holdings.history.days(),
            "historical": {
                "var": closed.historical.var * value,
                "expected_shortfall": closed.historical.expected_shortfall * value,
            },
            "normal": {
                "var": normal.var,
                "expected_shortfall": normal.expected_shortfall,
                "sigma": normal.sigma,
                "diversification_ratio": normal.diversification_ratio,
            },
            "cornish_fisher": {
                "var": closed.cornish_fisher.var * value,
                "slope_positive": closed.cornish_fisher.slope_positive,
            },
            "monte_carlo": {
                "paths": estimate.paths,
                "seed": arguments.seed,
                "var": estimate.var,
                "var_low": finite(estimate.var_low),
                "var_high": finite(estimate.var_high),
                "expected_shortfall": estimate.expected_shortfall,
                "es_low": finite(estimate.es_low),
                "es_high": finite(estimate.es_high),
                "es_standard_error": finite(estimate.es_standard_error),
                "band": estimate.band,
            },
            "positions": parts,
            "factors": factors,
            "backtests": tests,
        })
    }
}

fn finite(x: f64) -> Option<f64> {
    Some(x).filter(|x| x.is_finite())
}

fn backtests(tested: &[Tested]) -> Table {
    let header = ["VaR of one day", "days", "exceptions", "expected", "Kupiec p", "independence p", "both p"];
    let mut table = Table::new("backtest", &header);
    for Tested { name, result } in tested {
        table.push(vec![
            (*name).to_owned(),
            result.days.to_string(),
            result.exceptions.to_string(),
            engine_report::picture::Axis::default().decimals(1).number(result.expected),
            plain(result.proportion_of_failures.p_value),
            maybe(result.independence.map(|t| t.p_value), plain),
            maybe(result.conditional_coverage.map(|t| t.p_value), plain),
        ]);
    }
    table
}

fn backtest_json(Tested { name, result }: &Tested) -> Value {
    let ratio = |r: risk::var::LikelihoodRatio| json!({ "statistic": r.statistic, "p_value": r.p_value });
    json!({
        "method": name,
        "days": result.days,
        "exceptions": result.exceptions,
        "expected": result.expected,
        "kupiec": ratio(result.proportion_of_failures),
        "christoffersen_independence": result.independence.map(ratio),
        "christoffersen_conditional_coverage": result.conditional_coverage.map(ratio),
    })
}
