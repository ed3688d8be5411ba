//! One column of a vendor's file in memory, and what its fields say.

use engine_core::fixed::Price;
use engine_core::time::DAY;

use crate::parquet_columns::Unit;
use crate::when::{self, When};
use crate::zone::{Local, Zone};

/// Prices and sizes may differ from the 1e-8 grid by this much, relative.
const GRID_TOLERANCE: f64 = 1e-9;

/// Text of many rows, end to end.
#[derive(Debug, Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, row: usize) -> &str {
        let from = row.checked_sub(1).map_or(0, |above| self.ends[above]);
        &self.text[from..self.ends[row]]
    }
}

/// The values of a column. Those of Parquet have a type; those of a CSV are text.
#[derive(Debug)]
pub(super) enum Values {
    Int(Vec<i64>),
    Float(Vec<f64>),
    Text(Strings),
    /// Wall times without a zone, in nanoseconds.
    Local(Vec<i64>),
    /// Instants in nanoseconds.
    Instant(Vec<i64>),
    /// A type that no format has, which may stand there unread; and the number of rows.
    Other(String, usize),
}

/// A column.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) values: Values,
    /// Rows without a value; empty when all have one.
    pub(super) empty: Vec<bool>,
}

impl Column {
    /// True when there is nothing in that row.
    pub(super) fn is_empty(&self, row: usize) -> bool {
        match &self.values {
            Values::Text(text) => text.get(row).trim().is_empty(),
            _ => self.empty.get(row).copied().unwrap_or(false),
        }
    }

    /// The field as text; nothing for nothing.
    pub(super) fn text(&self, row: usize) -> String {
        if self.is_empty(row) {
            return String::new();
        }
        match &self.values {
            Values::Int(v) | Values::Local(v) | Values::Instant(v) => v[row].to_string(),
            Values::Float(v) => v[row].to_string(),
            Values::Text(text) => text.get(row).trim().to_owned(),
            Values::Other(kind, _) => format!("a {kind}"),
        }
    }

    /// True when the field is that word, without looking at a copy.
    pub(super) fn word(&self, row: usize) -> &str {
        match &self.values {
            Values::Text(text) => text.get(row).trim(),
            _ => "",
        }
    }

    /// A whole number.
    pub(super) fn int(&self, row: usize) -> Result<i64, String> {
        if self.is_empty(row) {
            return Err("is empty".to_owned());
        }
        match &self.values {
            Values::Int(v) => Ok(v[row]),
            Values::Float(v) if v[row].fract() == 0.0 && v[row].abs() < 9e15 => Ok(v[row] as i64),
            _ => {
                let text = self.text(row);
                text.parse().map_err(|_| format!("`{text}` is no whole number"))
            }
        }
    }

    /// A number at 1e-8, of any sign.
    pub(super) fn units(&self, row: usize) -> Result<i64, String> {
        if self.is_empty(row) {
            return Err("is empty".to_owned());
        }
        match &self.values {
            Values::Float(v) => {
                let x = v[row];
                let price = Price::from_f64(x).ok_or_else(|| format!("{x} is no number within 1e10"))?;
                if (price.to_f64() - x).abs() > GRID_TOLERANCE * x.abs() {
                    return Err(format!("{x} has more than 8 decimal places"));
                }
                Ok(price.units())
            }
            Values::Int(v) => {
                let units = Price::from_f64(v[row] as f64).map(Price::units);
                units.ok_or_else(|| format!("{} is no number within 1e10", v[row]))
            }
            _ => {
                let text = self.text(row);
                text.parse::<Price>().map(Price::units).map_err(|e| e.to_string())
            }
        }
    }

    /// A double, for amounts beyond what fixed-point numbers hold.
    pub(super) fn float(&self, row: usize) -> Result<f64, String> {
        if self.is_empty(row) {
            return Err("is empty".to_owned());
        }
        let x = match &self.values {
            Values::Float(v) => v[row],
            Values::Int(v) => v[row] as f64,
            _ => {
                let text = self.text(row);
                text.parse().map_err(|_| format!("`{text}` is not a number"))?
            }
        };
        if x.is_finite() { Ok(x) } else { Err(format!("{x} is no number")) }
    }

    /// An instant. Whole numbers are in `unit` nanoseconds, or in a unit told from their size.
    pub(super) fn time(&self, row: usize, unit: Option<i64>, zone: &mut Zone) -> Result<i64, String> {
        if self.is_empty(row) {
            return Err("is empty".to_owned());
        }
        let when = match &self.values {
            Values::Int(v) => return epoch(v[row], unit),
            Values::Local(v) => {
                let wall = in_range(v[row])?;
                When::Local(wall.div_euclid(DAY), wall.rem_euclid(DAY))
            }
            Values::Instant(v) => When::Instant(v[row]),
            Values::Float(_) | Values::Other(..) => return Err(format!("`{}` is no time", self.text(row))),
            Values::Text(_) => {
                let text = self.text(row);
                if let (Ok(number), true) = (text.parse(), text.len() > 8) {
                    return epoch(number, unit);
                }
                when::parse(&text)?
            }
        };
        match when {
            When::Instant(nanos) => in_range(nanos),
            When::Date(_) => Err("has no time of day".to_owned()),
            When::Local(day, nanos) => match zone.utc(day, nanos) {
                Local::One(utc) => in_range(utc),
                Local::Two(..) => Err("was shown twice by the clocks; give the offset or UTC".to_owned()),
                Local::Never => Err("does not exist: clocks were set forward over it".to_owned()),
            },
        }
    }
}

fn epoch(number: i64, unit: Option<i64>) -> Result<i64, String> {
    let no_time = || format!("`{number}` is no time since 1970 UTC between 1973 and 2200");
    let nanos = match unit {
        Some(nanos) => nanos,
        None => Unit::of(number).ok_or_else(no_time)?.nanos,
    };
    number.checked_mul(nanos).ok_or_else(no_time).and_then(in_range).map_err(|_| no_time())
}

fn in_range(nanos: i64) -> Result<i64, String> {
    let fits = (when::NANOS_MIN..when::NANOS_MAX).contains(&nanos);
    if fits { Ok(nanos) } else { Err("is no time between 1973 and 2200".to_owned()) }
}
