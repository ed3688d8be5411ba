//! A portfolio's TOML: positions, currencies, history, scenarios.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use options::{European, OptionType};
use risk::portfolio::{Book, Instrument, Position};
use risk::stress::{Scenario, VolatilityShock};
use serde::Deserialize;

use super::history::History;
use crate::failure::Failure;
use crate::options::when::When;

/// Seconds after midnight at which an expiry without a time of day is.
const CLOSE: i64 = 16 * 3_600;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    portfolio: Head,
    #[serde(default)]
    fx: BTreeMap<String, f64>,
    history: Option<Past>,
    position: Vec<Row>,
    #[serde(default)]
    scenario: Vec<Shock>,
    grid: Option<Steps>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    name: Option<String>,
    currency: String,
    equity: Option<f64>,
    date: Option<String>,
    rate: Option<f64>,
    benchmark: Option<String>,
    participation: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Past {
    files: BTreeMap<String, PathBuf>,
    column: Option<String>,
    start: Option<String>,
    end: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    #[default]
    Share,
    Future,
    Call,
    Put,
    Cash,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: Option<String>,
    #[serde(default)]
    kind: Kind,
    underlying: Option<String>,
    currency: Option<String>,
    quantity: f64,
    multiplier: Option<f64>,
    price: Option<f64>,
    spot: Option<f64>,
    strike: Option<f64>,
    years: Option<f64>,
    expiry: Option<String>,
    volatility: Option<f64>,
    rate: Option<f64>,
    #[serde(default)]
    dividend_yield: f64,
    daily_volume: Option<f64>,
    margin_initial: Option<f64>,
    margin_maintenance: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shock {
    name: String,
    #[serde(default)]
    spot: f64,
    #[serde(default)]
    spots: BTreeMap<String, f64>,
    volatility_points: Option<f64>,
    volatility_relative: Option<f64>,
    #[serde(default)]
    rate: f64,
    #[serde(default)]
    currency: f64,
    #[serde(default)]
    currencies: BTreeMap<String, f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Steps {
    spots: Vec<f64>,
    volatility_points: Vec<f64>,
}

/// A position by itself.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) underlying: String,
    pub(super) currency: String,
    pub(super) quantity: f64,
    pub(super) multiplier: f64,
    pub(super) price: f64,
    pub(super) instrument: Instrument,
    pub(super) daily_volume: Option<f64>,
    /// Initial and maintenance, of the absolute exposure.
    pub(super) margin: Option<(f64, f64)>,
}

/// A portfolio as the file tells it.
#[derive(Debug)]
pub(super) struct Portfolio {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) base: String,
    pub(super) equity: Option<f64>,
    pub(super) benchmark: Option<String>,
    /// Share of a day's volume that is one's own.
    pub(super) participation: f64,
    pub(super) lines: Vec<Line>,
    pub(super) fx: Vec<(String, f64)>,
    pub(super) history: Option<History>,
    pub(super) scenarios: Vec<Scenario>,
    /// Spot moves and volatility changes in points.
    pub(super) grid: (Vec<f64>, Vec<f64>),
}

impl Portfolio {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let place = path.display();
        let wrong = |problem: String| Failure::input(format!("{place}: {problem}"));
        let text = std::fs::read_to_string(path).map_err(|e| Failure::input(format!("{place}: cannot read: {e}")))?;
        let file: File = toml::from_str(&text).map_err(|e| wrong(e.to_string().trim_end().to_owned()))?;
        if file.position.is_empty() {
            return Err(wrong("there is no [[position]]".to_owned()));
        }
        let history = match &file.history {
            None => None,
            Some(past) => {
                let folder = path.parent().unwrap_or(Path::new("."));
                let files = past.files.iter().map(|(name, file)| (name.clone(), folder.join(file))).collect();
                Some(History::prices(&files, past.column.as_deref(), past.start.as_deref(), past.end.as_deref())?)
            }
        };
        let mut lines = Vec::new();
        for (at, row) in file.position.iter().enumerate() {
            let named = |problem| wrong(format!("position {} ({}): {problem}", at + 1, row.shown()));
            lines.push(row.line(&file.portfolio, history.as_ref()).map_err(named)?);
        }
        let mut scenarios = Vec::new();
        for shock in &file.scenario {
            scenarios.push(shock.scenario().map_err(|e| wrong(format!("scenario {:?}: {e}", shock.name)))?);
        }
        let grid = file.grid.map_or_else(
            || ((-6..=6).map(|i| f64::from(i) * 0.05).collect(), (-2..=6).map(|i| f64::from(i) * 0.05).collect()),
            |steps| (steps.spots, steps.volatility_points),
        );
        Ok(Self {
            path: path.to_path_buf(),
            name: file.portfolio.name.unwrap_or_else(|| "portfolio".to_owned()),
            base: file.portfolio.currency,
            equity: file.portfolio.equity,
            benchmark: file.portfolio.benchmark,
            participation: file.portfolio.participation.unwrap_or(0.1),
            lines,
            fx: file.fx.into_iter().collect(),
            history,
            scenarios,
            grid,
        })
    }

    /// An error with the file's name, positions counted from 1 and called by their names.
    pub(super) fn failure(&self, error: &risk::RiskError) -> Failure {
        let text = match error {
            risk::RiskError::Option { argument: "positions", index, error } => {
                format!("position {} ({}): {error}", index + 1, self.lines[*index].name)
            }
            risk::RiskError::Name { argument: "positions", index, found, expected } => {
                format!("position {} ({}): {found:?}, expected {expected}", index + 1, self.lines[*index].name)
            }
            _ => error.to_string(),
        };
        Failure::input(format!("{}: {text}", self.path.display()))
    }

    /// The same, said of a part of the file.
    pub(super) fn failure_of(&self, part: &str, error: &risk::RiskError) -> Failure {
        self.wrong(&format!("{part}: {error}"))
    }

    pub(super) fn wrong(&self, problem: &str) -> Failure {
        Failure::input(format!("{}: {problem}", self.path.display()))
    }

    /// Hands the book to `then`, which borrows the names.
    pub(super) fn with<T>(&self, then: impl FnOnce(&Book<'_>) -> T) -> T {
        let positions: Vec<Position<'_>> = self.lines.iter().map(Line::position).collect();
        let rates: Vec<(&str, f64)> = self.fx.iter().map(|(name, rate)| (name.as_str(), *rate)).collect();
        then(&Book { positions: &positions, base: &self.base, rates: &rates, equity: self.equity })
    }
}

impl Line {
    fn position(&self) -> Position<'_> {
        Position {
            name: &self.name,
            underlying: &self.underlying,
            currency: &self.currency,
            quantity: self.quantity,
            multiplier: self.multiplier,
            price: self.price,
            instrument: self.instrument,
        }
    }
}

impl Row {
    fn shown(&self) -> &str {
        self.name.as_deref().or(self.underlying.as_deref()).unwrap_or("cash")
    }

    fn line(&self, head: &Head, history: Option<&History>) -> Result<Line, String> {
        let option = matches!(self.kind, Kind::Call | Kind::Put);
        let given = [
            (self.strike.is_some(), "strike"),
            (self.years.is_some(), "years"),
            (self.expiry.is_some(), "expiry"),
            (self.volatility.is_some(), "volatility"),
            (self.spot.is_some(), "spot"),
        ];
        if let Some((_, key)) = given.iter().find(|(given, _)| *given && !option) {
            return Err(format!("{key} is for a call or put only"));
        }
        let currency = self.currency.clone().unwrap_or_else(|| head.currency.clone());
        let underlying = match (&self.underlying, self.kind) {
            (Some(name), _) => name.clone(),
            (None, Kind::Cash) => currency.clone(),
            (None, _) => return Err("underlying is missing".to_owned()),
        };
        let last = || {
            let found = history.and_then(|h| h.position(&underlying).map(|i| h.last[i]));
            found.ok_or_else(|| format!("a price of {underlying} is missing, here and in [history.files]"))
        };
        let (instrument, price) = match self.kind {
            Kind::Cash => (Instrument::Cash, self.price.unwrap_or(1.0)),
            Kind::Share => (Instrument::Asset, self.price.map_or_else(last, Ok)?),
            Kind::Future => (Instrument::Future, self.price.map_or_else(last, Ok)?),
            Kind::Call | Kind::Put => {
                let option = European {
                    kind: if self.kind == Kind::Call { OptionType::Call } else { OptionType::Put },
                    spot: self.spot.map_or_else(last, Ok)?,
                    strike: self.strike.ok_or("strike is missing")?,
                    years: self.time(head)?,
                    rate: self.rate.or(head.rate).unwrap_or(0.0),
                    dividend_yield: self.dividend_yield,
                    volatility: self.volatility.ok_or("volatility is missing")?,
                };
                let model = option.price().map_err(|e| e.to_string())?;
                (Instrument::European(option), self.price.unwrap_or(model))
            }
        };
        let margin = match (self.margin_initial, self.margin_maintenance) {
            (None, None) => None,
            (Some(initial), maintenance) => Some((initial, maintenance.unwrap_or(initial))),
            (None, Some(_)) => return Err("margin_maintenance without margin_initial".to_owned()),
        };
        Ok(Line {
            name: self.shown().to_owned(),
            underlying,
            currency,
            quantity: self.quantity,
            multiplier: self.multiplier.unwrap_or(1.0),
            price,
            instrument,
            daily_volume: self.daily_volume,
            margin,
        })
    }

    fn time(&self, head: &Head) -> Result<f64, String> {
        let moment = |key: &str, text: &str| {
            When::parse(text).ok_or_else(|| format!("{key} is {text:?}, expected a date such as 2027-03-19"))
        };
        match (self.years, &self.expiry, &head.date) {
            (Some(_), Some(_), _) => Err("years and expiry, expected one of the two".to_owned()),
            (Some(years), None, _) => Ok(years),
            (None, Some(expiry), Some(date)) => Ok(moment("date", date)?.years_to(moment("expiry", expiry)?, CLOSE)),
            (None, Some(_), None) => Err("expiry without date in [portfolio], expected both".to_owned()),
            (None, None, _) => Err("years (or expiry) is missing".to_owned()),
        }
    }
}

impl Shock {
    fn scenario(&self) -> Result<Scenario, String> {
        let volatility = match (self.volatility_points, self.volatility_relative) {
            (Some(_), Some(_)) => {
                return Err("volatility_points and volatility_relative, expected one of the two".into());
            }
            (None, Some(share)) => VolatilityShock::Relative(share),
            (points, None) => VolatilityShock::Points(points.unwrap_or(0.0)),
        };
        let pairs = |map: &BTreeMap<String, f64>| map.iter().map(|(name, shock)| (name.clone(), *shock)).collect();
        Ok(Scenario {
            name: self.name.clone(),
            spot: self.spot,
            spots: pairs(&self.spots),
            volatility,
            rate: self.rate,
            currency: self.currency,
            currencies: pairs(&self.currencies),
        })
    }
}
