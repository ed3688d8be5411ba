//! `engine stats NAME FILE.csv`: statistics of curves, trades and series, and every
//! reference table as a command.
//!
//! Names are those of the reference tables; an undefined figure is an empty
//! field, or null in JSON.

mod adf;
mod cointegration;
mod correlation;
mod deflated_sharpe;
mod ewma_garch;
pub(crate) mod fields;
mod historical_vol;
mod kelly;
mod mackinnon;
mod mc_var_exact;
mod pbo;
mod portfolio_risk;
mod reversion;
mod risk;
mod trades;

use std::path::PathBuf;

use ::risk::bootstrap::{Bands, Bootstrap, bootstrap};
use ::risk::{benchmark, moments, performance, ratios};
use clap::{Args, Subcommand};
use engine_data::DataError;
use engine_data::number::digits17;
use engine_data::table::{TextTable, read_table};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::output;

/// Statistics of a table
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  engine stats performance equity.csv --column equity")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Performance(Performance),
    Trades(trades::Arguments),
    #[command(name = "deflated_sharpe", alias = "deflated-sharpe")]
    DeflatedSharpe(deflated_sharpe::Arguments),
    #[command(name = "historical_vol", alias = "historical-vol")]
    HistoricalVol(historical_vol::Arguments),
    Cointegration(cointegration::Arguments),
    Adf(adf::Arguments),
    #[command(name = "mackinnon_p", alias = "mackinnon-p")]
    MackinnonP(mackinnon::PValues),
    #[command(name = "mackinnon_crit", alias = "mackinnon-crit")]
    MackinnonCrit(mackinnon::Critical),
    Correlation(correlation::Whole),
    #[command(name = "correlation_rolling", alias = "correlation-rolling")]
    CorrelationRolling(correlation::Rolling),
    #[command(name = "ewma_garch", alias = "ewma-garch")]
    EwmaGarch(ewma_garch::Arguments),
    #[command(name = "half_life", alias = "half-life")]
    HalfLife(reversion::HalfLife),
    Kalman(reversion::Kalman),
    Risk(risk::Arguments),
    #[command(name = "portfolio_risk", alias = "portfolio-risk")]
    PortfolioRisk(portfolio_risk::Arguments),
    #[command(name = "mc_var_exact", alias = "mc-var-exact")]
    McVarExact(mc_var_exact::Arguments),
    #[command(name = "kelly_binary", alias = "kelly-binary")]
    KellyBinary(kelly::Binary),
    #[command(name = "kelly_portfolio", alias = "kelly-portfolio")]
    KellyPortfolio(kelly::Portfolio),
    #[command(name = "kelly_series", alias = "kelly-series")]
    KellySeries(kelly::Series),
    Pbo(pbo::Arguments),
}

/// Return, risk and their ratios, of an equity curve
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine stats performance equity.csv\n  engine stats performance equity.csv --column equity --periods-per-year 52 --json\n  engine stats performance equity.csv --bootstrap 1000 --seed 7"
)]
struct Performance {
    /// A CSV with a header, one row per period
    file: PathBuf,
    /// The column with the equity
    #[arg(long, default_value = "equity")]
    column: String,
    /// Periods in a year, 1 to 1,000,000
    #[arg(long, value_name = "N", default_value_t = 252.0, value_parser = in_range::<1, 1_000_000>)]
    periods_per_year: f64,
    /// Yearly risk-free rate of `sharpe`, a fraction from 0 to 10
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = in_range::<0, 10>)]
    risk_free: f64,
    /// A column with the benchmark's return of each period, for alpha and beta
    #[arg(long, value_name = "COLUMN")]
    benchmark: Option<String>,
    /// Add bands of Sharpe ratio, CAGR and maximum drawdown from so many
    /// resampled histories, 100 to 100,000 (circular block bootstrap)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(100..=100_000))]
    bootstrap: Option<u64>,
    /// Share of the resampled histories inside a band, 0.01 to 0.999
    #[arg(long, value_name = "SHARE", default_value_t = 0.9, value_parser = share)]
    confidence: f64,
    /// Returns per block [default: the optimal length of Politis and White]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    block: Option<u64>,
    /// Start of the random numbers
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn in_range<const LOW: u32, const HIGH: u32>(text: &str) -> Result<f64, String> {
    let (low, high) = (f64::from(LOW), f64::from(HIGH));
    let found = text.parse().ok().filter(|x| (low..=high).contains(x));
    found.ok_or_else(|| format!("expected a number from {low} to {high}"))
}

fn share(text: &str) -> Result<f64, String> {
    let found = text.parse().ok().filter(|x| (0.01..=0.999).contains(x));
    found.ok_or_else(|| "expected a number from 0.01 to 0.999".to_owned())
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Performance(arguments) => performance(arguments),
        Command::Trades(arguments) => trades::run(arguments),
        Command::DeflatedSharpe(arguments) => deflated_sharpe::run(arguments),
        Command::HistoricalVol(arguments) => historical_vol::run(arguments),
        Command::Cointegration(arguments) => cointegration::run(arguments),
        Command::Adf(arguments) => adf::run(arguments),
        Command::MackinnonP(arguments) => mackinnon::p_values(arguments),
        Command::MackinnonCrit(arguments) => mackinnon::critical_value(arguments),
        Command::Correlation(arguments) => correlation::whole_series(arguments),
        Command::CorrelationRolling(arguments) => correlation::rolling(arguments),
        Command::EwmaGarch(arguments) => ewma_garch::run(arguments),
        Command::HalfLife(arguments) => reversion::half_life_of(arguments),
        Command::Kalman(arguments) => reversion::kalman(arguments),
        Command::Risk(arguments) => risk::run(arguments),
        Command::PortfolioRisk(arguments) => portfolio_risk::run(arguments),
        Command::McVarExact(arguments) => mc_var_exact::run(arguments),
        Command::KellyBinary(arguments) => kelly::binary(arguments),
        Command::KellyPortfolio(arguments) => kelly::portfolio(arguments),
        Command::KellySeries(arguments) => kelly::series(arguments),
        Command::Pbo(arguments) => pbo::run(arguments),
    }
}

fn performance(arguments: &Performance) -> Result<(), Failure> {
    let table = read_table(&arguments.file)?;
    let equity = column(&table, &arguments.column, 0)?;
    if equity.len() < 2 {
        let problem = format!("has {} rows, expected at least 2", equity.len());
        return Err(DataError::file(&arguments.file, problem).into());
    }
    let mut figures = figures(&equity, arguments);
    if let Some(name) = &arguments.benchmark {
        // The first period has no return.
        let theirs = column(&table, name, 1)?;
        let ours = ratios::returns(&equity).unwrap_or_default();
        figures.push(("alpha_annual", benchmark::alpha(&ours, &theirs, arguments.periods_per_year)));
        figures.push(("beta", benchmark::beta(&ours, &theirs)));
        figures.push(("correlation", benchmark::correlation(&ours, &theirs)));
        figures.push(("information_ratio", benchmark::information_ratio(&ours, &theirs)));
        figures.push(("tracking_error", benchmark::tracking_error(&ours, &theirs, arguments.periods_per_year)));
    }
    if let Some(resamples) = arguments.bootstrap {
        let settings = Bootstrap {
            resamples: resamples as usize,
            confidence: arguments.confidence,
            seed: arguments.seed,
            block: arguments.block.map(|n| n as usize),
        };
        let returns = ratios::returns(&equity);
        let bands = returns.and_then(|r| bootstrap(&r, arguments.periods_per_year, &settings)).ok_or_else(|| {
            let problem = "--bootstrap needs at least 10 returns, each above -1".to_owned();
            Failure::from(DataError::file(&arguments.file, problem))
        })?;
        figures.extend(of_bands(&bands));
    }
    print(figures, arguments.json)
}

/// One figure a line, or an object; undefined ones empty, or null.
fn print(figures: Vec<(&'static str, Option<f64>)>, json: bool) -> Result<(), Failure> {
    if json {
        let pairs = figures.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value)));
        let text = serde_json::to_string_pretty(&pairs.collect::<Map<_, _>>()).map_err(Failure::other)?;
        return output::print(&format!("{text}\n"));
    }
    let lines = figures.iter().map(|(name, value)| format!("{name:28}{}\n", value.map_or_else(String::new, digits17)));
    output::print(&lines.collect::<String>())
}

/// A column of finite numbers from a row on; the first that is none is an error.
fn column(table: &TextTable, name: &str, from: usize) -> Result<Vec<f64>, Failure> {
    let mut values = table.column_f64(name)?;
    let wrong = values.iter().enumerate().skip(from).find(|(_, x)| !x.is_finite());
    if let Some((row, _)) = wrong {
        let line = table.line(row).unwrap_or(0);
        return Err(DataError::field(table.path(), line, name, "is no finite number").into());
    }
    Ok(values.split_off(from.min(values.len())))
}

fn of_bands(bands: &Bands) -> [(&'static str, Option<f64>); 8] {
    let low = |band: Option<::risk::bootstrap::Band>| band.map(|b| b.low);
    let high = |band: Option<::risk::bootstrap::Band>| band.map(|b| b.high);
    [
        ("sharpe_rf0_low", low(bands.sharpe)),
        ("sharpe_rf0_high", high(bands.sharpe)),
        ("cagr_low", low(bands.cagr)),
        ("cagr_high", high(bands.cagr)),
        ("max_drawdown_low", low(bands.max_drawdown)),
        ("max_drawdown_high", high(bands.max_drawdown)),
        ("chance_of_loss", Some(bands.chance_of_loss)),
        ("bootstrap_block", Some(bands.block as f64)),
    ]
}

fn figures(equity: &[f64], arguments: &Performance) -> Vec<(&'static str, Option<f64>)> {
    let periods = arguments.periods_per_year;
    let p = performance::performance(equity, periods);
    let returns = ratios::returns(equity).unwrap_or_default();
    vec![
        ("total_return", p.total_return),
        ("cagr", p.cagr),
        ("ann_volatility", p.volatility),
        ("sharpe_rf0", p.sharpe),
        ("sharpe", ratios::sharpe(&returns, periods, arguments.risk_free)),
        ("sortino_rf0", p.sortino),
        ("calmar", p.calmar),
        ("downside_risk", p.downside_risk),
        ("max_drawdown", p.max_drawdown),
        ("longest_drawdown_periods", p.longest_drawdown.map(|n| n as f64)),
        ("ulcer_index", p.ulcer_index),
        ("best", p.best),
        ("worst", p.worst),
        ("win_rate_nonzero", p.win_rate),
        ("win_rate_all", p.win_rate_all),
        ("profit_factor_returns", p.profit_factor),
        ("omega_0", p.profit_factor),
        ("payoff_ratio", p.payoff_ratio),
        ("tail_ratio", p.tail_ratio),
        ("skew_adjusted", p.skew),
        ("skew_population", moments::skew(&returns)),
        ("excess_kurtosis_adjusted", p.excess_kurtosis),
        ("excess_kurtosis_population", moments::excess_kurtosis(&returns)),
        ("stability_r2", p.stability),
        ("psr_0", p.probabilistic_sharpe),
    ]
}
