//! One option by flags.

use std::path::Path;

use clap::{Args, ValueEnum};
use engine_data::calendars::parse_date;
use options::american::{self, Scheme};
use options::european::units::{PerSize, PerTime, Units};
use options::tree::{CashDividend, Tree};
use options::{European, Greeks, OptionError, OptionType, implied};

use super::answer::{Answer, Figure};
use super::columns::{named, option_type};
use super::contract::as_american;
use crate::failure::Failure;

const NEEDED: &str = "one option needs --type, --spot, --strike, --years (or --expiry with --date), --rate";

/// The terms of one option and its market.
#[derive(Debug, Args)]
#[command(next_help_heading = "One option")]
pub(super) struct Flags {
    /// Call or put
    #[arg(long = "type", value_name = "TYPE", value_parser = parse_type)]
    kind: Option<OptionType>,
    /// Price of the underlying
    #[arg(long, allow_negative_numbers = true)]
    spot: Option<f64>,
    /// Strike
    #[arg(long, allow_negative_numbers = true)]
    strike: Option<f64>,
    /// Years to expiry
    #[arg(long, allow_negative_numbers = true)]
    years: Option<f64>,
    /// Date of expiry, with --date: days between them / 365
    #[arg(long, value_name = "DATE", requires = "date")]
    expiry: Option<String>,
    /// Date of valuation
    #[arg(long, value_name = "DATE", requires = "expiry")]
    date: Option<String>,
    /// Interest rate: continuous, per year, a fraction
    #[arg(long, allow_negative_numbers = true)]
    rate: Option<f64>,
    /// Dividend yield: continuous, per year, a fraction [default: 0]
    #[arg(long, allow_negative_numbers = true, value_name = "YIELD")]
    dividend_yield: Option<f64>,
    /// Volatility per year, a fraction
    #[arg(long, allow_negative_numbers = true)]
    vol: Option<f64>,
    /// May be exercised at any time
    #[arg(long)]
    pub(super) american: bool,
    /// A cash dividend: its ex-date (with --date) or the years to it, and the amount of one share;
    /// may be given more than once
    #[arg(long, value_name = "DATE:AMOUNT")]
    dividend: Vec<String>,
    /// Units of the Greeks: per day and point (of 0.01), or raw: per year and 1.00 [default: trader]
    #[arg(long, value_enum)]
    units: Option<UnitChoice>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum UnitChoice {
    Trader,
    Raw,
}

fn parse_type(text: &str) -> Result<OptionType, String> {
    option_type(text).ok_or_else(|| "expected call or put".to_owned())
}

impl Flags {
    /// The first flag given that means one option.
    fn first(&self) -> Option<&'static str> {
        let given = [
            (self.kind.is_some(), "--type"),
            (self.spot.is_some(), "--spot"),
            (self.strike.is_some(), "--strike"),
            (self.years.is_some(), "--years"),
            (self.expiry.is_some(), "--expiry"),
            (self.rate.is_some(), "--rate"),
            (self.dividend_yield.is_some(), "--dividend-yield"),
            (self.vol.is_some(), "--vol"),
            (!self.dividend.is_empty(), "--dividend"),
            (self.units.is_some(), "--units"),
            (self.json, "--json"),
        ];
        given.into_iter().find(|(given, _)| *given).map(|(_, name)| name)
    }

    fn time(&self) -> Result<f64, Failure> {
        match (self.years, &self.expiry, &self.date) {
            (Some(_), Some(_), _) => Err(Failure::input("--years and --expiry: give one of them")),
            (Some(years), ..) => Ok(years),
            (None, Some(expiry), Some(date)) => years_between(date, expiry),
            _ => Err(missing("--years")),
        }
    }

    /// The option; its volatility when asked for.
    fn option(&self, volatility: bool) -> Result<European, Failure> {
        let need = |value: Option<f64>, name: &str| value.ok_or_else(|| missing(name));
        if !volatility && self.vol.is_some() {
            return Err(Failure::input("--vol is what `iv` answers; expected --price and no --vol"));
        }
        Ok(European {
            kind: self.kind.ok_or_else(|| missing("--type"))?,
            spot: need(self.spot, "--spot")?,
            strike: need(self.strike, "--strike")?,
            years: self.time()?,
            rate: need(self.rate, "--rate")?,
            dividend_yield: self.dividend_yield.unwrap_or(0.0),
            volatility: if volatility { need(self.vol, "--vol")? } else { 0.0 },
        })
    }

    /// The cash dividends in order of time.
    fn dividends(&self) -> Result<Vec<CashDividend>, Failure> {
        let mut dividends = Vec::new();
        for text in &self.dividend {
            let bad = || Failure::input(format!("--dividend {text}: expected DATE:AMOUNT or YEARS:AMOUNT"));
            let (when, amount) = text.rsplit_once(':').ok_or_else(bad)?;
            let amount: f64 = amount.parse().map_err(|_| bad())?;
            let years = match (when.parse::<f64>(), &self.date) {
                (Ok(years), _) => years,
                (Err(_), Some(date)) => years_between(date, when).map_err(|_| bad())?,
                (Err(_), None) => {
                    return Err(Failure::input(format!("--dividend {text}: a date needs --date and --expiry")));
                }
            };
            dividends.push(CashDividend { years, amount });
        }
        dividends.sort_by(|a, b| a.years.total_cmp(&b.years));
        Ok(dividends)
    }

    fn units(&self) -> Units {
        match self.units.unwrap_or(UnitChoice::Trader) {
            UnitChoice::Raw => Units::default(),
            UnitChoice::Trader => Units { time: PerTime::Day365, volatility: PerSize::Point, rate: PerSize::Point },
        }
    }

    fn title(&self, option: &European) -> String {
        let style = if self.american { "American" } else { "European" };
        let kind = if option.kind == OptionType::Call { "call" } else { "put" };
        let European { strike, spot, years, .. } = option;
        format!("{style} {kind}, strike {strike}, spot {spot}, {years:.6} years")
    }
}

fn missing(name: &str) -> Failure {
    Failure::input(format!("{name} is missing: {NEEDED}"))
}

/// A table and a flag of one option.
pub(super) fn both(flag: &str) -> Failure {
    Failure::input(format!("a table and {flag}: expected either a file or the flags of one option"))
}

/// Years between two dates, of 365 days.
pub(super) fn years_between(date: &str, expiry: &str) -> Result<f64, Failure> {
    let day = |name: &str, text: &str| {
        parse_date(text).ok_or_else(|| Failure::input(format!("{name} {text}: expected a date such as 2027-03-19")))
    };
    let (from, to) = (day("--date", date)?, day("--expiry", expiry)?);
    if to < from {
        return Err(Failure::input(format!("--expiry {expiry} is before --date {date}")));
    }
    Ok((to - from) as f64 / 365.0)
}

/// The table asked for; none for one option.
pub(super) fn table<'a>(
    file: Option<&'a Path>,
    output: Option<&Path>,
    flags: &Flags,
) -> Result<Option<&'a Path>, Failure> {
    match (file, flags.first()) {
        (Some(_), Some(flag)) => Err(both(flag)),
        (Some(file), None) => Ok(Some(file)),
        (None, _) if output.is_some() => Err(Failure::input("--output is for a table; there is no FILE.csv")),
        (None, _) => Ok(None),
    }
}

/// An option's error in the names of the flags.
fn problem(error: OptionError) -> Failure {
    let names = [
        ("spot", "--spot"),
        ("strike", "--strike"),
        ("years", "--years"),
        ("rate", "--rate"),
        ("dividend_yield", "--dividend-yield"),
        ("volatility", "--vol"),
        ("price", "--price"),
    ];
    Failure::input(named(&error, &names))
}

/// `engine options price` of one option.
pub(super) fn price(flags: &Flags) -> Result<(), Failure> {
    let option = flags.option(true)?;
    if !flags.dividend.is_empty() {
        return on_a_tree(flags, &option)?.print(flags.json);
    }
    answer(flags, &option, &["price", "delta", "gamma", "vega", "theta", "rho"])?.print(flags.json)
}

/// `engine options greeks` of one option.
pub(super) fn greeks(flags: &Flags) -> Result<(), Failure> {
    no_dividends(flags, "greeks")?;
    let all = ["price", "delta", "gamma", "vega", "theta", "rho", "vanna", "volga", "charm", "rho_q"];
    answer(flags, &flags.option(true)?, &all)?.print(flags.json)
}

/// `engine options iv` of one option.
pub(super) fn implied(flags: &Flags, price: Option<f64>) -> Result<(), Failure> {
    no_dividends(flags, "iv")?;
    let option = flags.option(false)?;
    let price = price.ok_or_else(|| missing("--price"))?;
    let volatility = if flags.american {
        american::volatility(price, &as_american(&option), Scheme::default())
    } else {
        implied::volatility(price, &option)
    }
    .map_err(problem)?;
    let mut answer = Answer::new(flags.title(&option));
    answer.figures.push(Figure { name: "price", value: Some(price), unit: "" });
    answer.figures.push(Figure { name: "sigma", value: Some(volatility), unit: "volatility per year, a fraction" });
    if flags.american {
        let european = European { volatility, ..option }.price().map_err(problem)?;
        let unit = "price at this volatility without early exercise";
        answer.figures.push(Figure { name: "european", value: Some(european), unit });
    }
    answer.print(flags.json)
}

/// Steps of the tree that cash dividends are put on.
const STEPS: usize = 2_000;

fn no_dividends(flags: &Flags, command: &str) -> Result<(), Failure> {
    match flags.dividend.first() {
        None => Ok(()),
        Some(_) => Err(Failure::input(format!("--dividend is for `engine options price`, not for {command}"))),
    }
}

/// With cash dividends: by the tree alone.
fn on_a_tree(flags: &Flags, option: &European) -> Result<Answer, Failure> {
    let dividends = flags.dividends()?;
    let tree = Tree { steps: STEPS, extrapolate: true };
    let found = if flags.american {
        tree.american_with_dividends(&as_american(option), &dividends)
    } else {
        tree.european_with_dividends(option, &dividends)
    };
    let found = found.map_err(problem)?;
    let mut answer = Answer::new(flags.title(option));
    let exercise = f64::from(u8::from(found.exercise_now));
    answer.figures = vec![
        Figure { name: "price", value: Some(found.price), unit: "" },
        Figure { name: "delta", value: Some(found.delta), unit: "per 1.00 of the underlying" },
        Figure { name: "gamma", value: Some(found.gamma), unit: "delta per 1.00 of the underlying" },
        Figure {
            name: "error_estimate",
            value: Some(found.error_estimate),
            unit: "of the price: the change that half the steps make",
        },
        Figure { name: "immediate_exercise", value: Some(exercise), unit: "1: exercise now is as good as waiting" },
    ];
    answer.notes.push("Cash dividends on a Leisen-Reimer tree of 2,000 steps; the spot falls at each ex-date.");
    Ok(answer)
}

/// The figures asked for, in the units asked for.
fn answer(flags: &Flags, option: &European, wanted: &[&str]) -> Result<Answer, Failure> {
    let mut answer = Answer::new(flags.title(option));
    let units = flags.units();
    if !flags.american {
        let greeks = option.greeks().map_err(problem)?;
        answer.figures = figures(&greeks, units, wanted);
        return Ok(answer);
    }
    let option = as_american(option);
    let v = option.valuation(Scheme::default()).map_err(problem)?;
    let d = option.differences(Scheme::default()).map_err(problem)?;
    let (price, delta, gamma) = (v.price, v.delta, v.gamma);
    let greeks =
        Greeks { price, delta, gamma, vega: d.vega, theta: d.theta, rho: d.rho, rho_q: d.rho_q, ..Greeks::default() };
    // Vanna, volga and charm are not computed with early exercise.
    let wanted: Vec<&str> = wanted.iter().copied().filter(|n| !["vanna", "volga", "charm"].contains(n)).collect();
    answer.figures = figures(&greeks, units, &wanted);
    let exercise =
        if v.exercise_now { "exercise now is as good as waiting" } else { "waiting is better than exercise now" };
    answer.figures.extend([
        Figure { name: "european", value: Some(v.european), unit: "price without early exercise" },
        Figure { name: "immediate_exercise", value: Some(f64::from(u8::from(v.exercise_now))), unit: exercise },
        Figure { name: "critical_price", value: v.critical_price, unit: "spot at which exercise becomes best" },
    ]);
    answer.notes.push("vega, theta and rho by differences of the price");
    Ok(answer)
}

/// Greeks with the names of their units.
fn figures(greeks: &Greeks, units: Units, wanted: &[&str]) -> Vec<Figure> {
    let raw = units == Units::default();
    let pick = |raw_unit: &'static str, trader: &'static str| if raw { raw_unit } else { trader };
    let unit = |name: &str| match name {
        "delta" => "per 1.00 of the underlying",
        "gamma" => "delta per 1.00 of the underlying",
        "vega" => pick("per 1.00 of volatility", "per point (0.01) of volatility"),
        "theta" => pick("per year", "per calendar day (1/365 year)"),
        "rho" => pick("per 1.00 of rate", "per point (0.01) of rate"),
        "rho_q" => pick("per 1.00 of dividend yield", "per point (0.01) of dividend yield"),
        "vanna" => pick("delta per 1.00 of volatility", "delta per point (0.01) of volatility"),
        "volga" => pick("vega per 1.00 of volatility", "vega per point (0.01) of volatility"),
        "charm" => pick("delta per year", "delta per calendar day (1/365 year)"),
        _ => "",
    };
    let all = super::greeks::columns(&greeks.in_units(units));
    let chosen = all.into_iter().filter(|(name, _)| wanted.contains(name));
    chosen.map(|(name, value)| Figure { name, value: Some(value), unit: unit(name) }).collect()
}
