//! The columns that describe one option a row.

use engine_data::table::TextTable;
use options::european::European;
use options::{American, OptionError};

use super::columns::{Numbers, Words, named};
use crate::failure::Failure;

/// Spot, strike, time, rates, volatility and type of each row.
pub(super) struct Contracts {
    kind: Words,
    spot: Numbers,
    strike: Numbers,
    years: Numbers,
    /// Days for years, where the table has no years.
    days: bool,
    rate: Numbers,
    dividend_yield: Numbers,
    volatility: Option<Numbers>,
}

impl Contracts {
    /// All columns; `volatility` too when asked for.
    pub(super) fn read(table: &TextTable, volatility: bool) -> Result<Self, Failure> {
        let years = Numbers::find(table, &["T", "years"])?;
        let days = years.is_none();
        let years = match years {
            Some(years) => years,
            None => match Numbers::find(table, &["days"])? {
                Some(days) => days,
                None => Numbers::required(table, &["T", "years", "days"])?,
            },
        };
        let sigma = ["sigma", "volatility", "vol"];
        Ok(Self {
            kind: Words::required(table, &["type"])?,
            spot: Numbers::required(table, &["S", "spot"])?,
            strike: Numbers::required(table, &["K", "strike"])?,
            years,
            days,
            rate: Numbers::required(table, &["r", "rate"])?,
            dividend_yield: Numbers::or(table, &["q", "dividend_yield"], 0.0)?,
            volatility: if volatility { Some(Numbers::required(table, &sigma)?) } else { None },
        })
    }

    /// The European option of a row.
    pub(super) fn european(&self, row: usize) -> Result<European, String> {
        let years = self.years.at(row)?;
        Ok(European {
            kind: self.kind.option_type(row)?,
            spot: self.spot.at(row)?,
            strike: self.strike.at(row)?,
            years: if self.days { years / 365.0 } else { years },
            rate: self.rate.at(row)?,
            dividend_yield: self.dividend_yield.at(row)?,
            volatility: self.volatility.as_ref().map_or(Ok(0.0), |sigma| sigma.at(row))?,
        })
    }

    /// The American option of a row.
    pub(super) fn american(&self, row: usize) -> Result<American, String> {
        self.european(row).map(|option| as_american(&option))
    }

    /// The error with the table's names for the arguments.
    pub(super) fn problem(&self, error: &OptionError) -> String {
        let volatility = self.volatility.as_ref().map_or("sigma", Numbers::name);
        let names = [
            ("spot", self.spot.name()),
            ("strike", self.strike.name()),
            ("years", self.years.name()),
            ("rate", self.rate.name()),
            ("dividend_yield", self.dividend_yield.name()),
            ("volatility", volatility),
        ];
        named(error, &names)
    }
}

/// The same contract with early exercise.
pub(super) fn as_american(option: &European) -> American {
    American {
        kind: option.kind,
        spot: option.spot,
        strike: option.strike,
        years: option.years,
        rate: option.rate,
        dividend_yield: option.dividend_yield,
        volatility: option.volatility,
    }
}
