//! CSV tables and columns of bars, as the tests need them.

use indicators::{Indicator, Series, parse};

/// A table of numbers; an empty cell is `NaN`.
pub(crate) struct Table {
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
}

impl Table {
    pub(crate) fn read(text: &str) -> Self {
        let mut lines = text.lines();
        let names: Vec<String> = lines.next().unwrap().split(',').map(str::to_owned).collect();
        let mut columns = vec![Vec::new(); names.len()];
        for line in lines {
            for (column, cell) in columns.iter_mut().zip(line.split(',')) {
                column.push(cell.parse().unwrap_or(f64::NAN));
            }
        }
        Self { names, columns }
    }

    pub(crate) fn column(&self, name: &str) -> &[f64] {
        let at = self.names.iter().position(|known| known == name);
        &self.columns[at.unwrap_or_else(|| panic!("no column {name}"))]
    }
}

/// Bars with storage of their own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bars {
    pub(crate) open: Vec<f64>,
    pub(crate) high: Vec<f64>,
    pub(crate) low: Vec<f64>,
    pub(crate) close: Vec<f64>,
    pub(crate) volume: Vec<f64>,
    pub(crate) session_start: Vec<bool>,
}

impl Bars {
    pub(crate) fn of_table(table: &Table) -> Self {
        let column = |name| table.column(name).to_vec();
        Self {
            open: column("open"),
            high: column("high"),
            low: column("low"),
            close: column("close"),
            volume: column("volume"),
            session_start: Vec::new(),
        }
    }

    /// Bars whose high and low lie one above and one below the close, volume 10.
    pub(crate) fn of_closes(close: &[f64]) -> Self {
        Self {
            open: close.to_vec(),
            high: close.iter().map(|x| x + 1.0).collect(),
            low: close.iter().map(|x| x - 1.0).collect(),
            close: close.to_vec(),
            volume: vec![10.0; close.len()],
            session_start: Vec::new(),
        }
    }

    pub(crate) fn series(&self) -> Series<'_> {
        Series {
            open: &self.open,
            high: &self.high,
            low: &self.low,
            close: &self.close,
            volume: &self.volume,
            session_start: &self.session_start,
        }
    }
}

/// The columns of `indicator` by its batch.
pub(crate) fn batch(indicator: &dyn Indicator, series: Series<'_>) -> Vec<Vec<f64>> {
    let mut out = vec![Vec::new(); indicator.outputs().len()];
    indicator.batch(series, &mut out);
    out
}

/// The columns of `indicator` bar by bar, from where it stands.
pub(crate) fn stream(indicator: &mut dyn Indicator, series: Series<'_>) -> Vec<Vec<f64>> {
    let mut values = vec![f64::NAN; indicator.outputs().len()];
    let mut out = vec![Vec::new(); values.len()];
    for row in 0..series.len() {
        indicator.update(&series.input(row), &mut values);
        for (column, value) in out.iter_mut().zip(&values) {
            column.push(*value);
        }
    }
    out
}

/// The columns of the indicator described by `text`.
pub(crate) fn columns(text: &str, bars: &Bars) -> Vec<Vec<f64>> {
    batch(parse(text).unwrap().as_ref(), bars.series())
}
