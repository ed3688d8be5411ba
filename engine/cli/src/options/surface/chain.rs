//! A chain of quotes from a CSV.

use std::collections::BTreeMap;
use std::path::Path;

use engine_data::table::{TextTable, read_table};
use options::chain::Quote;

use crate::failure::Failure;
use crate::options::columns::{Numbers, Words};
use crate::options::when::When;

/// Quotes, and the names of their expiries.
pub(super) struct Chain {
    pub(super) quotes: Vec<Quote>,
    names: BTreeMap<u64, String>,
}

impl Chain {
    /// Reads a chain; `at` is the moment of valuation, for a table without years, and `close`
    /// the seconds after midnight at which a date without a time expires.
    pub(super) fn read(path: &Path, at: Option<When>, close: i64) -> Result<Self, Failure> {
        let table = read_table(path)?;
        let years = Numbers::find(&table, &["years", "T"])?;
        let expiry = Words::find(&table, &["expiry"])?;
        match (&years, &expiry, at) {
            (Some(_), _, Some(_)) => {
                let problem = "has a column years, so that --date has no use; expected one of the two";
                return Err(Failure::input(format!("{}: {problem}", path.display())));
            }
            (None, Some(_), None) => {
                let problem = "has a column expiry and none of years: --date tells from when they count";
                return Err(Failure::input(format!("{}: {problem}", path.display())));
            }
            (None, None, _) => {
                let found = table.header().join(",");
                let problem = format!("column expiry (or years) is missing; found {found}");
                return Err(Failure::input(format!("{}:1: {problem}", path.display())));
            }
            _ => {}
        }
        let kind = Words::required(&table, &["type"])?;
        let strike = Numbers::required(&table, &["strike", "K"])?;
        let (bid, ask) = (Numbers::required(&table, &["bid"])?, Numbers::required(&table, &["ask"])?);
        let [bid_size, ask_size, open, age] =
            ["bid_size", "ask_size", "open_interest", "quote_age_seconds"].map(|name| Numbers::find(&table, &[name]));
        let (bid_size, ask_size, open, age) = (bid_size?, ask_size?, open?, age?);
        let maybe = |column: &Option<Numbers>, row| column.as_ref().map_or(Ok(None), |column| column.maybe(row));
        let mut chain = Self { quotes: Vec::with_capacity(table.len()), names: BTreeMap::new() };
        for row in 0..table.len() {
            let mut read = || -> Result<Quote, String> {
                let name = expiry.as_ref().map_or("", |expiry| expiry.at(row));
                let years = match (&years, at) {
                    (Some(years), _) => years.at(row)?,
                    (None, at) => {
                        let bad = || format!("expiry is {name:?}, expected a date such as 2027-03-19");
                        let expires = When::parse(name).ok_or_else(bad)?;
                        at.map_or(f64::NAN, |at| at.years_to(expires, close))
                    }
                };
                if !name.is_empty() {
                    chain.names.entry(years.to_bits()).or_insert_with(|| name.to_owned());
                }
                Ok(Quote {
                    years,
                    strike: strike.at(row)?,
                    kind: kind.option_type(row)?,
                    bid: bid.maybe(row)?,
                    ask: ask.maybe(row)?,
                    bid_size: maybe(&bid_size, row)?,
                    ask_size: maybe(&ask_size, row)?,
                    open_interest: maybe(&open, row)?,
                    age_seconds: maybe(&age, row)?,
                })
            };
            let quote = read().map_err(|problem| at_line(&table, row, &problem))?;
            chain.quotes.push(quote);
        }
        Ok(chain)
    }

    /// What the table calls an expiry, or its days.
    pub(super) fn name(&self, years: f64) -> String {
        self.names.get(&years.to_bits()).cloned().unwrap_or_else(|| format!("{:.2} days", 365.0 * years))
    }
}

fn at_line(table: &TextTable, row: usize, problem: &str) -> Failure {
    let line = table.line(row).unwrap_or(0);
    Failure::input(format!("{}:{line}: {problem}", table.path().display()))
}
