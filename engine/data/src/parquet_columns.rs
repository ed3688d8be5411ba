//! The columns of a window of a Parquet price file, to rows.
//!
//! Which types the time and the numbers may have stands in `parquet_prices`.

use std::path::Path;

use engine_core::time::DAY;
use polars::prelude::{Column, DataFrame, DataType, PolarsError, TimeUnit};

use crate::bar_length::BarLength;
use crate::error::DataError;
use crate::header::{Header, ROLES, Role};
use crate::prices;
use crate::rows::{Row, Rows, Time};
use crate::when::{self, When};

/// Days from 1900-01-01 to 1970-01-01.
const DAYS_BEFORE_1970: i64 = 25_567;
/// Rows looked at when the length of bars must be guessed.
const GUESS_ROWS: usize = 100;

/// A unit of whole numbers since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) name: &'static str,
    pub(crate) nanos: i64,
}

const UNITS: [Unit; 4] = [
    Unit { name: "seconds", nanos: 1_000_000_000 },
    Unit { name: "milliseconds", nanos: 1_000_000 },
    Unit { name: "microseconds", nanos: 1_000 },
    Unit { name: "nanoseconds", nanos: 1 },
];

impl Unit {
    /// The unit in which a number lies between 1973-03-03 and 2200.
    pub(crate) fn of(number: i64) -> Option<Self> {
        UNITS.into_iter().find(|unit| unit.holds(number))
    }

    fn holds(self, number: i64) -> bool {
        (when::NANOS_MIN / self.nanos..when::NANOS_MAX / self.nanos).contains(&number)
    }
}

/// The bar length, from the times of the first window.
pub(crate) fn guess_bars(path: &Path, header: &Header, frame: &DataFrame) -> Result<BarLength, DataError> {
    let times = Times::of(path, header, frame)?;
    let mut unit = None;
    let first = (0..frame.height().min(GUESS_ROWS)).filter_map(|row| match times.at(row, &mut unit).ok()? {
        Time::Value(when) => Some(when),
        Time::Text(text) => when::parse(text.trim()).ok(),
    });
    prices::guess_bars(path, first.collect::<Vec<_>>().into_iter())
}

/// The time column of a window.
enum Times<'a> {
    Dates(Vec<Option<i32>>),
    Local(Vec<Option<i64>>, i64),
    Instants(Vec<Option<i64>>, i64),
    Numbers(Vec<Option<i64>>),
    Text(&'a polars::prelude::StringChunked),
}

impl<'a> Times<'a> {
    fn of(path: &Path, header: &Header, frame: &'a DataFrame) -> Result<Self, DataError> {
        let series = column(header, frame, Role::Time);
        let wrong = |e: PolarsError| type_error(path, &header.time_name, &e.to_string());
        let s = series.as_materialized_series();
        Ok(match series.dtype() {
            DataType::Date => Self::Dates(s.date().map_err(wrong)?.physical().iter().collect()),
            DataType::Datetime(unit, zone) => {
                let values = s.datetime().map_err(wrong)?.physical().iter().collect();
                let nanos = match unit {
                    TimeUnit::Nanoseconds => 1,
                    TimeUnit::Microseconds => 1_000,
                    TimeUnit::Milliseconds => 1_000_000,
                };
                if zone.is_some() { Self::Instants(values, nanos) } else { Self::Local(values, nanos) }
            }
            DataType::Int64 => Self::Numbers(s.i64().map_err(wrong)?.iter().collect()),
            DataType::String => Self::Text(s.str().map_err(wrong)?),
            other => {
                let found = format!("has the type {other}, expected a date, a datetime, a 64-bit whole number or text");
                return Err(type_error(path, &header.time_name, &found));
            }
        })
    }

    /// The time of a row. `unit` is that of whole numbers, found with the first.
    fn at(&self, row: usize, unit: &mut Option<Unit>) -> Result<Time<'_>, String> {
        let empty = || "is empty".to_owned();
        Ok(Time::Value(match self {
            Self::Dates(days) => When::Date(in_years(i64::from(days[row].ok_or_else(empty)?), DAY)?),
            Self::Local(values, nanos) => {
                let value = in_years(values[row].ok_or_else(empty)?, *nanos)? * nanos;
                When::Local(value.div_euclid(DAY), value.rem_euclid(DAY))
            }
            Self::Instants(values, nanos) => When::Instant(in_years(values[row].ok_or_else(empty)?, *nanos)? * nanos),
            Self::Numbers(values) => {
                let value = values[row].ok_or_else(empty)?;
                let known = *unit.get_or_insert(Unit::of(value).ok_or_else(|| {
                    format!("`{value}` is no time: a whole number must be seconds, milliseconds, microseconds or nanoseconds since 1970 UTC, after 1973-03-03")
                })?);
                if !known.holds(value) {
                    return Err(format!("`{value}` is no time in {}, the unit of the first row", known.name));
                }
                When::Instant(value * known.nanos)
            }
            Self::Text(text) => return Ok(Time::Text(text.get(row).ok_or_else(empty)?)),
        }))
    }
}

/// A value that lies in the years that are accepted, 1900 to 2199.
fn in_years(value: i64, nanos: i64) -> Result<i64, String> {
    if (-DAYS_BEFORE_1970 * DAY / nanos..when::NANOS_MAX / nanos).contains(&value) {
        Ok(value)
    } else {
        Err("is no time between 1900 and 2199".to_owned())
    }
}

fn column<'a>(header: &Header, frame: &'a DataFrame, role: Role) -> &'a Column {
    // The projection is in the order of the file.
    let mut positions: Vec<usize> = Role::ALL.into_iter().filter_map(|r| header.position(r)).collect();
    positions.sort_unstable();
    let at = positions.iter().position(|p| Some(*p) == header.position(role)).unwrap_or(0);
    &frame.columns()[at]
}

/// The numbers of a column; where `missing` is true the field is null.
struct Numbers {
    role: Role,
    values: Vec<f64>,
    missing: Option<Vec<bool>>,
}

impl Numbers {
    fn of(path: &Path, header: &Header, frame: &DataFrame, role: Role) -> Result<Self, DataError> {
        let series = column(header, frame, role).as_materialized_series();
        let wrong = |e: PolarsError| type_error(path, header.name(role), &e.to_string());
        let missing = (series.null_count() > 0).then(|| series.is_null().iter().map(|m| m == Some(true)).collect());
        let values = match series.dtype() {
            DataType::Float64 => series.f64().map_err(wrong)?.iter().map(|x| x.unwrap_or(0.0)).collect(),
            // The double that has the same few digits, not the one with the same bits.
            DataType::Float32 => series
                .f32()
                .map_err(wrong)?
                .iter()
                .map(|x| x.map_or(0.0, |x| x.to_string().parse().unwrap_or(f64::from(x))))
                .collect(),
            other if other.is_integer() => {
                let cast = series.cast(&DataType::Float64).map_err(wrong)?;
                cast.f64().map_err(wrong)?.iter().map(|x| x.unwrap_or(0.0)).collect()
            }
            other => {
                return Err(type_error(path, header.name(role), &format!("has the type {other}, expected a number")));
            }
        };
        Ok(Self { role, values, missing })
    }
}

pub(crate) fn type_error(path: &Path, column: &str, problem: &str) -> DataError {
    DataError { column: Some(column.to_owned()), ..DataError::file(path, problem) }
}

/// Gives every row of a window to `rows`, in order; the first has that number.
pub(crate) fn give(
    path: &Path,
    header: &Header,
    frame: &DataFrame,
    first: u64,
    unit: &mut Option<Unit>,
    rows: &mut Rows,
) -> Result<(), DataError> {
    let times = Times::of(path, header, frame)?;
    let present = |role: &Role| *role != Role::Time && header.position(*role).is_some();
    let numbers: Vec<Numbers> =
        Role::ALL.into_iter().filter(present).map(|r| Numbers::of(path, header, frame, r)).collect::<Result<_, _>>()?;
    'rows: for row in 0..frame.height() {
        let number = first + row as u64;
        let time = match times.at(row, unit) {
            Ok(time) => time,
            Err(problem) => {
                rows.refuse(number, Some(Role::Time), problem);
                continue;
            }
        };
        let mut values = [0.0; ROLES];
        let mut no_volume = false;
        for column in &numbers {
            if column.missing.as_ref().is_some_and(|m| m[row]) {
                if column.role != Role::Volume {
                    rows.refuse(number, Some(column.role), "is empty".to_owned());
                    continue 'rows;
                }
                no_volume = true;
            }
            values[column.role as usize] = column.values[row];
        }
        rows.push(number, &Row { time, values, no_volume });
    }
    Ok(())
}
