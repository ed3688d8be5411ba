//! `engine indicators FILE.csv --add 'rsi(14)' ... -o OUT.csv`.

use std::path::PathBuf;

use clap::Args;
use engine_data::table::{ResultColumn, TextTable, read_table, write_table};
use indicators::{Indicator, Input, Series, catalogue, parse};

use crate::failure::Failure;
use crate::output;

/// Append indicator columns to a price table
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine indicators prices.csv --add 'rsi(14)' --add 'macd(12,26,9)' -o out.csv\n\nColumns open, high, low, close, volume are found by name; an indicator that looks\nonly at the close needs no other. A session begins where the column session changes,\nelse where the date of time, date or time_key does. Undefined values are empty."
)]
pub(crate) struct Arguments {
    /// A CSV with a header
    file: PathBuf,
    /// An indicator such as rsi(14); may be repeated
    #[arg(long = "add", value_name = "INDICATOR", required = true, num_args = 1..)]
    add: Vec<String>,
    /// Where the table goes [default: standard output]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
}

/// Names a time column may have; sessions begin where its date changes.
const TIMES: [&str; 3] = ["time", "date", "time_key"];

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let indicators = wanted(&arguments.add)?;
    let table = read_table(&arguments.file)?;
    let columns = Columns::read(&table)?;
    let mut results: Vec<(String, ResultColumn)> = Vec::new();
    for indicator in &indicators {
        columns.check(&table, indicator.as_ref())?;
        let mut values = vec![Vec::new(); indicator.outputs().len()];
        indicator.batch(columns.series(), &mut values);
        for (name, values) in indicator.column_names().into_iter().zip(values) {
            let name = format!("out_{name}");
            let place = table.path().display();
            if table.header().contains(&name) {
                return Err(Failure::input(format!("{place}: has a column {name} already")));
            }
            if results.iter().any(|(other, _)| *other == name) {
                let problem = format!(
                    "--add {}: another indicator gives {name} too; run them one by one",
                    indicator.definition()
                );
                return Err(Failure::input(problem));
            }
            let values = values.into_iter().map(|x| (!x.is_nan()).then_some(x)).collect();
            results.push((name, ResultColumn::Numbers(values)));
        }
    }
    output::written(write_table(arguments.output.as_deref(), &table, &results))
}

/// The indicators named, each once.
fn wanted(texts: &[String]) -> Result<Vec<Box<dyn Indicator>>, Failure> {
    let mut list: Vec<Box<dyn Indicator>> = Vec::new();
    for text in texts {
        let indicator = parse(text).map_err(|e| {
            let known: Vec<&str> = catalogue().iter().map(|entry| entry.name).collect();
            let known = match e {
                indicators::ParseError::UnknownName { .. } => format!(" (there are {})", known.join(", ")),
                _ => String::new(),
            };
            Failure::input(format!("--add {text}: {e}{known}"))
        })?;
        if list.iter().all(|other| other.definition() != indicator.definition()) {
            list.push(indicator);
        }
    }
    Ok(list)
}

/// The columns of a table that indicators read; empty when absent.
struct Columns {
    open: Vec<f64>,
    high: Vec<f64>,
    low: Vec<f64>,
    close: Vec<f64>,
    volume: Vec<f64>,
    session_start: Vec<bool>,
}

impl Columns {
    fn read(table: &TextTable) -> Result<Self, Failure> {
        let optional = |name: &str| match table.position(name) {
            Some(_) => table.column_f64(name),
            None => Ok(Vec::new()),
        };
        Ok(Self {
            open: optional("open")?,
            high: optional("high")?,
            low: optional("low")?,
            close: table.column_f64("close")?,
            volume: optional("volume")?,
            session_start: sessions(table)?,
        })
    }

    fn series(&self) -> Series<'_> {
        Series {
            open: &self.open,
            high: &self.high,
            low: &self.low,
            close: &self.close,
            volume: &self.volume,
            session_start: &self.session_start,
        }
    }

    /// Refuses an indicator whose columns the table does not have.
    fn check(&self, table: &TextTable, indicator: &dyn Indicator) -> Result<(), Failure> {
        let missing = |columns: &[&str]| {
            let absent: Vec<&str> = columns.iter().copied().filter(|c| table.position(c).is_none()).collect();
            let problem = format!(
                "{}:1: {} needs column {}; found {}",
                table.path().display(),
                indicator.definition(),
                absent.join(", "),
                table.header().join(",")
            );
            Err(Failure::input(problem))
        };
        if indicator.needs_volume() && self.volume.is_empty() && !self.close.is_empty() {
            return missing(&["volume"]);
        }
        if (self.high.is_empty() || self.low.is_empty()) && !self.close.is_empty() && reads_range(indicator) {
            return missing(&["high", "low"]);
        }
        Ok(())
    }
}

/// True when an indicator has no answer without highs and lows: tried on bars.
fn reads_range(indicator: &dyn Indicator) -> bool {
    let mut indicator = indicator.boxed_clone();
    indicator.reset();
    let mut out = vec![f64::NAN; indicator.outputs().len()];
    let bars = indicator.warm_up() + 2;
    for i in 0..bars {
        let close = 100.0 + (i % 7) as f64;
        indicator.update(
            &Input { open: f64::NAN, high: f64::NAN, low: f64::NAN, close, volume: 1.0, session_start: i == 0 },
            &mut out,
        );
    }
    out.iter().all(|x| x.is_nan())
}

/// Where the column `session` changes, else where the date of a time column does.
fn sessions(table: &TextTable) -> Result<Vec<bool>, Failure> {
    if table.position("session").is_some() {
        return Ok(changes(&table.column_text("session")?, usize::MAX));
    }
    let Some(name) = TIMES.into_iter().find(|n| table.position(n).is_some()) else {
        return Ok(Vec::new());
    };
    Ok(changes(&table.column_text(name)?, "2020-01-02".len()))
}

fn changes(texts: &[String], length: usize) -> Vec<bool> {
    let key = |text: &String| text.chars().take(length).collect::<String>();
    (0..texts.len()).map(|i| i == 0 || key(&texts[i]) != key(&texts[i - 1])).collect()
}
