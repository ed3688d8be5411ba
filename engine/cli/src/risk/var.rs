//! `engine risk var`: value at risk and expected shortfall, by several methods side by side.

use std::path::PathBuf;

use clap::Args;
use engine_report::picture::{Axis, Histogram, Mark, Panel};
use risk::RiskError;
use risk::monte_carlo::{Estimate, Sampling, Simulation};

use super::book::Portfolio;
use super::history::History;
use super::holdings::Holdings;
use super::methods::{ModelName, Plan, closed, simulated, tested};
use super::var_figures::{Found, by_line};
use super::{Show, money, percent};
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
    pub(super) confidence: f64,
    /// Days, 1 to 2,520
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=2520))]
    pub(super) horizon: u32,
    /// Distribution of the simulation
    #[arg(long, value_enum, default_value = "gbm")]
    pub(super) model: ModelName,
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
    pub(super) seed: u64,
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
