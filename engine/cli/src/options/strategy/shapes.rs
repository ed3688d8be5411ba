//! Usual strategies by name and strikes.

use clap::{Args, ValueEnum};
use options::OptionType::{Call, Put};
use options::legs::{Quoted, Strategy, Style, Terms, UnderlyingClass};

use super::book::{Book, Draft, Shared, from_one};
use crate::failure::Failure;

/// A shape and its market.
#[derive(Debug, Args)]
#[command(next_help_heading = "A usual strategy")]
pub(super) struct Flags {
    /// Name of the strategy
    #[arg(long, value_enum)]
    shape: Option<Name>,
    /// Its strikes, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "STRIKES")]
    strikes: Vec<f64>,
    /// Premiums of its options in the order of the help, per share [default: the model's prices]
    #[arg(long, value_delimiter = ',', value_name = "PREMIUMS")]
    premiums: Vec<f64>,
    /// Years to expiry
    #[arg(long)]
    years: Option<f64>,
    /// Years to the far expiry of a calendar
    #[arg(long, value_name = "YEARS")]
    far_years: Option<f64>,
    /// Price of the underlying
    #[arg(long)]
    spot: Option<f64>,
    /// Interest rate: continuous, per year [default: 0]
    #[arg(long, allow_negative_numbers = true)]
    rate: Option<f64>,
    /// Dividend yield: continuous, per year [default: 0]
    #[arg(long, allow_negative_numbers = true, value_name = "YIELD")]
    dividend_yield: Option<f64>,
    /// Volatility of all legs, per year
    #[arg(long)]
    vol: Option<f64>,
    /// Contracts; below 0 for the other side [default: 1]
    #[arg(long, allow_negative_numbers = true)]
    quantity: Option<f64>,
    /// Shares of a contract [default: 1]
    #[arg(long)]
    multiplier: Option<f64>,
    /// May be exercised at any time
    #[arg(long)]
    american: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Name {
    CallSpread,
    PutSpread,
    Straddle,
    Strangle,
    IronCondor,
    CallButterfly,
    PutButterfly,
    CallCalendar,
    PutCalendar,
    CoveredCall,
    Collar,
}

impl Name {
    fn strikes(self) -> usize {
        match self {
            Self::Straddle | Self::CoveredCall => 1,
            Self::CallButterfly | Self::PutButterfly => 3,
            Self::IronCondor => 4,
            _ => 2,
        }
    }
}

impl Flags {
    /// The first flag given.
    pub(super) fn first(&self) -> Option<&'static str> {
        let given = [
            (self.shape.is_some(), "--shape"),
            (!self.strikes.is_empty(), "--strikes"),
            (!self.premiums.is_empty(), "--premiums"),
            (self.years.is_some(), "--years"),
            (self.far_years.is_some(), "--far-years"),
            (self.spot.is_some(), "--spot"),
            (self.rate.is_some(), "--rate"),
            (self.dividend_yield.is_some(), "--dividend-yield"),
            (self.vol.is_some(), "--vol"),
            (self.quantity.is_some(), "--quantity"),
            (self.multiplier.is_some(), "--multiplier"),
            (self.american, "--american"),
        ];
        given.into_iter().find(|(given, _)| *given).map(|(_, name)| name)
    }

    /// The strategy that the flags describe.
    pub(super) fn book(&self) -> Result<Book, Failure> {
        let needed = "a shape needs --shape, --strikes, --years, --spot, --vol";
        let missing = |name: &str| Failure::input(format!("{name} is missing: {needed}"));
        let shape = self.shape.ok_or_else(|| missing("--shape (or a TOML)"))?;
        let (found, expected) = (self.strikes.len(), shape.strikes());
        if found != expected {
            return Err(Failure::input(format!("--strikes has {found} numbers, expected {expected} for this shape")));
        }
        let spot = self.spot.ok_or_else(|| missing("--spot"))?;
        let volatility = self.vol.ok_or_else(|| missing("--vol"))?;
        let calendar = matches!(shape, Name::CallCalendar | Name::PutCalendar);
        if calendar != self.far_years.is_some() {
            let said = if calendar { "is missing: a calendar needs it" } else { "is for calendars only" };
            return Err(Failure::input(format!("--far-years {said}")));
        }
        let terms = Terms {
            quantity: self.quantity.unwrap_or(1.0),
            multiplier: self.multiplier.unwrap_or(1.0),
            years: self.years.ok_or_else(|| missing("--years"))?,
            style: if self.american { Style::American } else { Style::European },
        };
        let built = self.build(shape, &terms, spot).map_err(|error| Failure::input(from_one(&error)))?;
        let options = built.legs().iter().filter(|leg| leg.years().is_some()).count();
        if !self.premiums.is_empty() && self.premiums.len() != options {
            let found = self.premiums.len();
            return Err(Failure::input(format!("--premiums has {found} numbers, expected {options} for this shape")));
        }
        let mut premiums = self.premiums.iter().copied();
        let draft = |leg: &options::legs::Leg| Draft {
            instrument: leg.instrument,
            quantity: leg.quantity,
            multiplier: leg.multiplier,
            premium: if leg.years().is_some() { premiums.next() } else { Some(leg.premium) },
            volatility: None,
        };
        let drafts: Vec<Draft> = built.legs().iter().map(draft).collect();
        let shared = Shared {
            spot,
            rate: self.rate.unwrap_or(0.0),
            dividend_yield: self.dividend_yield.unwrap_or(0.0),
            volatility: Some(volatility),
            class: UnderlyingClass::Equity,
            currency: String::new(),
        };
        Book::of(&drafts, shared).map_err(Failure::input)
    }

    /// The legs, premiums yet to come.
    fn build(&self, shape: Name, terms: &Terms, spot: f64) -> Result<Strategy, options::legs::StrategyError> {
        let at = |i: usize| Quoted { strike: self.strikes.get(i).copied().unwrap_or(f64::NAN), premium: 0.0 };
        let far = self.far_years.unwrap_or(f64::NAN);
        match shape {
            Name::CallSpread => Strategy::vertical(terms, Call, at(0), at(1)),
            Name::PutSpread => Strategy::vertical(terms, Put, at(0), at(1)),
            Name::Straddle => Strategy::straddle(terms, at(0).strike, 0.0, 0.0),
            Name::Strangle => Strategy::strangle(terms, at(0), at(1)),
            Name::IronCondor => Strategy::iron_condor(terms, at(0), at(1), at(2), at(3)),
            Name::CallButterfly => Strategy::butterfly(terms, Call, at(0), at(1), at(2)),
            Name::PutButterfly => Strategy::butterfly(terms, Put, at(0), at(1), at(2)),
            Name::CallCalendar => Strategy::calendar(terms, Call, at(0), far, at(1)),
            Name::PutCalendar => Strategy::calendar(terms, Put, at(0), far, at(1)),
            Name::CoveredCall => Strategy::covered_call(terms, spot, at(0)),
            Name::Collar => Strategy::collar(terms, spot, at(0), at(1)),
        }
    }
}
