//! The legs and the market of a strategy, from a TOML.

use std::path::Path;

use options::legs::{Instrument, Leg, LegVolatility, Market, Strategy, Style, UnderlyingClass};
use options::{American, European, OptionType};
use serde::Deserialize;

use crate::failure::Failure;
use crate::options::when::When;

/// Seconds after midnight at which an expiry without a time of day is.
const CLOSE: i64 = 16 * 3_600;

/// A strategy with what it is valued in.
pub(super) struct Book {
    pub(super) strategy: Strategy,
    /// Of each leg; that of shares is not read.
    pub(super) volatilities: Vec<f64>,
    pub(super) spot: f64,
    pub(super) rate: f64,
    pub(super) dividend_yield: f64,
    /// For the chance of a profit.
    pub(super) volatility: f64,
    pub(super) class: UnderlyingClass,
    pub(super) currency: String,
    /// Whether a premium is the model's price, by leg.
    pub(super) at_model: Vec<bool>,
}

/// A leg before its premium is known.
pub(super) struct Draft {
    pub(super) instrument: Instrument,
    pub(super) quantity: f64,
    pub(super) multiplier: f64,
    pub(super) premium: Option<f64>,
    pub(super) volatility: Option<f64>,
}

/// What all legs share.
pub(super) struct Shared {
    pub(super) spot: f64,
    pub(super) rate: f64,
    pub(super) dividend_yield: f64,
    pub(super) volatility: Option<f64>,
    pub(super) class: UnderlyingClass,
    pub(super) currency: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    spot: f64,
    #[serde(default)]
    rate: f64,
    #[serde(default)]
    dividend_yield: f64,
    volatility: Option<f64>,
    #[serde(default)]
    style: StyleName,
    multiplier: Option<f64>,
    #[serde(default)]
    underlying: Underlying,
    currency: Option<String>,
    date: Option<String>,
    leg: Vec<FileLeg>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileLeg {
    r#type: Kind,
    side: Option<Side>,
    quantity: Option<f64>,
    strike: Option<f64>,
    years: Option<f64>,
    expiry: Option<String>,
    premium: Option<f64>,
    volatility: Option<f64>,
    multiplier: Option<f64>,
    style: Option<StyleName>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Call,
    Put,
    Shares,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Side {
    Buy,
    Sell,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum StyleName {
    #[default]
    European,
    American,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Underlying {
    #[default]
    Equity,
    BroadIndex,
}

impl From<StyleName> for Style {
    fn from(name: StyleName) -> Self {
        match name {
            StyleName::European => Self::European,
            StyleName::American => Self::American,
        }
    }
}

impl Book {
    /// Reads a TOML.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let place = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| Failure::input(format!("{place}: {error}")))?;
        let file: File = toml::from_str(&text).map_err(|error| Failure::input(format!("{place}: {error}")))?;
        let mut drafts = Vec::new();
        for (at, leg) in file.leg.iter().enumerate() {
            let draft =
                leg.draft(&file).map_err(|problem| Failure::input(format!("{place}: leg {}: {problem}", at + 1)))?;
            drafts.push(draft);
        }
        let shared = Shared {
            spot: file.spot,
            rate: file.rate,
            dividend_yield: file.dividend_yield,
            volatility: file.volatility,
            class: match file.underlying {
                Underlying::Equity => UnderlyingClass::Equity,
                Underlying::BroadIndex => UnderlyingClass::BroadIndex,
            },
            currency: file.currency.clone().unwrap_or_default(),
        };
        Self::of(&drafts, shared).map_err(|problem| Failure::input(format!("{place}: {problem}")))
    }

    /// Fills in volatilities and premiums.
    pub(super) fn of(drafts: &[Draft], shared: Shared) -> Result<Self, String> {
        let Shared { spot, rate, dividend_yield, volatility, class, currency } = shared;
        let (mut legs, mut volatilities, mut at_model) = (Vec::new(), Vec::new(), Vec::new());
        for (at, draft) in drafts.iter().enumerate() {
            let name = format!("leg {}", at + 1);
            let own = draft.volatility.or(volatility);
            let (own, model) = match draft.instrument {
                Instrument::Shares => (0.0, Ok(spot)),
                Instrument::Option { kind, strike, years, style } => {
                    let own = own.ok_or_else(|| format!("{name}: volatility is missing, here and for all legs"))?;
                    let option = European { kind, spot, strike, years, rate, dividend_yield, volatility: own };
                    let price = match style {
                        Style::European => option.price(),
                        Style::American => {
                            American { kind, spot, strike, years, rate, dividend_yield, volatility: own }.price()
                        }
                    };
                    (own, price)
                }
            };
            let premium = match draft.premium {
                Some(premium) => premium,
                None => model.map_err(|error| format!("{name}: {error}"))?,
            };
            at_model.push(draft.premium.is_none());
            volatilities.push(own);
            let Draft { instrument, quantity, multiplier, .. } = *draft;
            legs.push(Leg { instrument, quantity, multiplier, premium });
        }
        let options = legs.iter().zip(&volatilities).filter(|(leg, _)| leg.years().is_some());
        let (sum, count) = options.fold((0.0, 0.0), |(sum, n), (_, v)| (sum + v, n + 1.0));
        let mean = if count > 0.0 { sum / count } else { 0.0 };
        let strategy = Strategy::new(legs).map_err(|error| from_one(&error))?;
        let volatility = volatility.unwrap_or(mean);
        Ok(Self { strategy, volatilities, spot, rate, dividend_yield, volatility, class, currency, at_model })
    }

    /// The market that the legs are valued in.
    pub(super) fn market(&self) -> Market<'_> {
        let volatility = LegVolatility::PerLeg(&self.volatilities);
        Market { spot: self.spot, rate: self.rate, dividend_yield: self.dividend_yield, volatility }
    }
}

/// Legs are counted from 1 in what people read.
pub(super) fn from_one(error: &options::legs::StrategyError) -> String {
    match error {
        options::legs::StrategyError::Leg { leg, problem } => format!("leg {}: {problem}", leg + 1),
        _ => error.to_string(),
    }
}

impl FileLeg {
    fn draft(&self, file: &File) -> Result<Draft, String> {
        let size = self.quantity.unwrap_or(1.0);
        let quantity = match self.side {
            Some(_) if size < 0.0 => {
                return Err(format!("quantity is {size} and a side is given, expected one of the two"));
            }
            Some(Side::Sell) => -size,
            _ => size,
        };
        let shares = self.r#type == Kind::Shares;
        let given = [
            (self.strike.is_some(), "strike"),
            (self.years.is_some(), "years"),
            (self.expiry.is_some(), "expiry"),
            (self.volatility.is_some(), "volatility"),
            (self.style.is_some(), "style"),
        ];
        if shares && let Some((_, key)) = given.iter().find(|(given, _)| *given) {
            return Err(format!("{key} for shares, expected none"));
        }
        let instrument = if shares {
            Instrument::Shares
        } else {
            Instrument::Option {
                kind: if self.r#type == Kind::Call { OptionType::Call } else { OptionType::Put },
                strike: self.strike.ok_or("strike is missing")?,
                years: self.time(file)?,
                style: self.style.unwrap_or(file.style).into(),
            }
        };
        let multiplier = self.multiplier.or(if shares { None } else { file.multiplier }).unwrap_or(1.0);
        Ok(Draft { instrument, quantity, multiplier, premium: self.premium, volatility: self.volatility })
    }

    fn time(&self, file: &File) -> Result<f64, String> {
        let moment = |key: &str, text: &str| {
            When::parse(text).ok_or_else(|| format!("{key} is {text:?}, expected a date such as 2027-03-19"))
        };
        match (self.years, &self.expiry, &file.date) {
            (Some(_), Some(_), _) => Err("years and expiry, expected one of the two".to_owned()),
            (Some(years), None, _) => Ok(years),
            (None, Some(expiry), Some(date)) => Ok(moment("date", date)?.years_to(moment("expiry", expiry)?, CLOSE)),
            (None, Some(_), None) => Err("expiry without the key date at the top, expected both".to_owned()),
            (None, None, _) => Err("years (or expiry) is missing".to_owned()),
        }
    }
}
