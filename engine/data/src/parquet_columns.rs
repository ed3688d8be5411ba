//! The columns of a window of a Parquet price file, to rows.
//!
//! Which types the time and the numbers may have stands in `parquet_prices`.

use std::path::Path;

use engine_core::time::DAY;
use polars::prelude::{DataType, PolarsError, PolarsResult, Series, StringChunked, TimeUnit};
use polars_arrow::array::PrimitiveArray;
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::{ArrowDataType, TimeUnit as ArrowUnit};
use polars_arrow::types::NativeType;
use polars_buffer::Buffer;

use crate::bar_length::BarLength;
use crate::error::DataError;
use crate::header::{Header, ROLES, Role};
use crate::parquet_file::{Decoded, Window};
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
pub(crate) fn guess_bars(path: &Path, header: &Header, window: &Window) -> Result<BarLength, DataError> {
    let times = Times::of(path, header, window)?;
    let mut unit = None;
    let first = (0..window.rows.min(GUESS_ROWS)).filter_map(|row| match times.at(row, &mut unit).ok()? {
        Time::Value(when) => Some(when),
        Time::Text(text) => when::parse(text.trim()).ok(),
    });
    prices::guess_bars(path, first.collect::<Vec<_>>().into_iter())
}

/// The columns of a price file that are read, in this order.
pub(crate) fn wanted(header: &Header) -> Vec<usize> {
    Role::ALL.into_iter().filter_map(|role| header.position(role)).collect()
}

/// The column of a role that the header has, in a window of the wanted columns.
fn of_role<'w>(header: &Header, window: &'w Window, role: Role) -> &'w Decoded {
    let before = Role::ALL.into_iter().take_while(|of| *of != role);
    &window.columns[before.filter(|of| header.position(*of).is_some()).count()]
}

impl Decoded {
    /// The array, when it is one and of that type.
    fn plain<T: NativeType>(&self) -> Option<&PrimitiveArray<T>> {
        match self.arrays.as_slice() {
            [array] => array.as_any().downcast_ref(),
            _ => None,
        }
    }

    /// The column as polars has it, whatever its type in the file.
    pub(crate) fn series(&self) -> PolarsResult<Series> {
        Series::try_from((&self.field, self.arrays.clone()))
    }
}

/// Whole numbers of which some may be undefined.
struct Stamps {
    values: Buffer<i64>,
    defined: Option<Bitmap>,
}

impl Stamps {
    fn of(array: &PrimitiveArray<i64>) -> Self {
        Self { values: array.values().clone(), defined: array.validity().cloned() }
    }

    fn at(&self, row: usize) -> Option<i64> {
        self.defined.as_ref().is_none_or(|defined| defined.get_bit(row)).then(|| self.values[row])
    }
}

impl FromIterator<Option<i64>> for Stamps {
    fn from_iter<I: IntoIterator<Item = Option<i64>>>(cells: I) -> Self {
        let (values, defined): (Vec<i64>, Vec<bool>) =
            cells.into_iter().map(|cell| (cell.unwrap_or_default(), cell.is_some())).unzip();
        Self { values: values.into(), defined: Some(defined.into_iter().collect()) }
    }
}

/// The time column of a window.
enum Times {
    Dates(Stamps),
    Local(Stamps, i64),
    Instants(Stamps, i64),
    Numbers(Stamps),
    Text(StringChunked),
}

impl Times {
    fn of(path: &Path, header: &Header, window: &Window) -> Result<Self, DataError> {
        let column = of_role(header, window, Role::Time);
        match &column.field.dtype {
            ArrowDataType::Date32 => {
                if let Some(days) = column.plain::<i32>() {
                    return Ok(Self::Dates(days.iter().map(|day| day.map(|day| i64::from(*day))).collect()));
                }
            }
            ArrowDataType::Timestamp(ArrowUnit::Nanosecond, zone)
                if zone.as_ref().is_none_or(|zone| zone.as_str() == "UTC") =>
            {
                if let Some(times) = column.plain::<i64>().map(Stamps::of) {
                    return Ok(if zone.is_some() { Self::Instants(times, 1) } else { Self::Local(times, 1) });
                }
            }
            _ => {}
        }
        Self::of_any(column).unwrap_or_else(|e| Err(e.to_string())).map_err(|e| type_error(path, &header.time_name, &e))
    }

    /// Of a column of any type, by way of polars.
    fn of_any(column: &Decoded) -> PolarsResult<Result<Self, String>> {
        let s = column.series()?;
        Ok(Ok(match s.dtype() {
            DataType::Date => Self::Dates(s.date()?.physical().iter().map(|day| day.map(i64::from)).collect()),
            DataType::Datetime(unit, zone) => {
                let values = s.datetime()?.physical().iter().collect();
                let nanos = match unit {
                    TimeUnit::Nanoseconds => 1,
                    TimeUnit::Microseconds => 1_000,
                    TimeUnit::Milliseconds => 1_000_000,
                };
                if zone.is_some() { Self::Instants(values, nanos) } else { Self::Local(values, nanos) }
            }
            DataType::Int64 => Self::Numbers(s.i64()?.iter().collect()),
            DataType::String => Self::Text(s.str()?.clone()),
            other => {
                return Ok(Err(format!(
                    "has the type {other}, expected a date, a datetime, a 64-bit whole number or text"
                )));
            }
        }))
    }

    /// The time of a row. `unit` is that of whole numbers, found with the first.
    fn at(&self, row: usize, unit: &mut Option<Unit>) -> Result<Time<'_>, String> {
        let empty = || "is empty".to_owned();
        Ok(Time::Value(match self {
            Self::Dates(days) => When::Date(in_years(days.at(row).ok_or_else(empty)?, DAY)?),
            Self::Local(values, nanos) => {
                let value = in_years(values.at(row).ok_or_else(empty)?, *nanos)? * nanos;
                When::Local(value.div_euclid(DAY), value.rem_euclid(DAY))
            }
            Self::Instants(values, nanos) => {
                When::Instant(in_years(values.at(row).ok_or_else(empty)?, *nanos)? * nanos)
            }
            Self::Numbers(values) => {
                let value = values.at(row).ok_or_else(empty)?;
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

/// The numbers of a column; where `defined` is false the field is null.
struct Numbers {
    role: Role,
    values: Buffer<f64>,
    defined: Option<Bitmap>,
}

impl Numbers {
    fn of(path: &Path, header: &Header, window: &Window, role: Role) -> Result<Self, DataError> {
        let column = of_role(header, window, role);
        if let (ArrowDataType::Float64, Some(array)) = (&column.field.dtype, column.plain()) {
            return Ok(Self { role, values: array.values().clone(), defined: array.validity().cloned() });
        }
        let wrong = |e: PolarsError| type_error(path, header.name(role), &e.to_string());
        let series = column.series().map_err(wrong)?;
        let defined = (series.null_count() > 0).then(|| series.is_not_null().iter().map(|d| d == Some(true)).collect());
        let values: Vec<f64> = match series.dtype() {
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
        Ok(Self { role, values: values.into(), defined })
    }
}

pub(crate) fn type_error(path: &Path, column: &str, problem: &str) -> DataError {
    DataError { column: Some(column.to_owned()), ..DataError::file(path, problem) }
}

/// Gives every row of a window to `rows`, in order; the first has that number.
pub(crate) fn give(
    path: &Path,
    header: &Header,
    window: &Window,
    first: u64,
    unit: &mut Option<Unit>,
    rows: &mut Rows,
) -> Result<(), DataError> {
    let times = Times::of(path, header, window)?;
    let present = |role: &Role| *role != Role::Time && header.position(*role).is_some();
    let numbers: Vec<Numbers> = Role::ALL
        .into_iter()
        .filter(present)
        .map(|r| Numbers::of(path, header, window, r))
        .collect::<Result<_, _>>()?;
    'rows: for row in 0..window.rows {
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
            if column.defined.as_ref().is_none_or(|defined| defined.get_bit(row)) {
                values[column.role as usize] = column.values[row];
                continue;
            }
            if column.role != Role::Volume {
                rows.refuse(number, Some(column.role), "is empty".to_owned());
                continue 'rows;
            }
            no_volume = true;
        }
        rows.push(number, &Row { time, values, no_volume });
    }
    Ok(())
}
