//! Tables in Markdown, and the lines that say whether results agree.

use std::fmt;

/// What a ratio should be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    AtMost(f64),
    AtLeast(f64),
}

impl Target {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(limit) => write!(f, "at most {limit}"),
            Self::AtLeast(limit) => write!(f, "at least {limit}"),
        }
    }
}

/// One line of a table.
#[derive(Debug)]
pub(super) struct Row {
    what: String,
    median: f64,
    least: f64,
    ratio: Option<(f64, String)>,
    target: Option<Target>,
}

impl Row {
    /// A figure: its median and its least value.
    pub(super) fn new(what: impl Into<String>, median: f64, least: f64) -> Self {
        Self { what: what.into(), median, least, ratio: None, target: None }
    }

    /// With a ratio, and what it is a ratio of.
    pub(super) fn ratio(mut self, value: f64, of: impl Into<String>) -> Self {
        self.ratio = Some((value, of.into()));
        self
    }

    /// With what the ratio (without one: the median) should be.
    pub(super) fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    fn cells(&self) -> [String; 5] {
        let ratio = self.ratio.as_ref().map_or(String::new(), |(value, of)| format!("{} {of}", number(*value)));
        let judged = self.ratio.as_ref().map_or(self.median, |(value, _)| *value);
        let target = self.target.map_or(String::new(), |target| {
            let verdict = if target.is_met(judged) { "met" } else { "missed" };
            format!("{target}: {verdict}")
        });
        [self.what.clone(), number(self.median), number(self.least), ratio, target]
    }
}

/// Three digits that count.
fn number(x: f64) -> String {
    match x.abs() {
        size if size >= 100.0 => format!("{x:.0}"),
        size if size >= 10.0 => format!("{x:.1}"),
        _ => format!("{x:.2}"),
    }
}

/// Rows under a heading that names the unit.
#[derive(Debug)]
pub(super) struct Table {
    heading: String,
    rows: Vec<Row>,
}

impl Table {
    pub(super) fn new(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), rows: Vec::new() }
    }

    pub(super) fn push(&mut self, row: Row) {
        self.rows.push(row);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = [&self.heading, "median", "least", "ratio", "target"].map(str::to_owned);
        let lines: Vec<[String; 5]> = std::iter::once(head).chain(self.rows.iter().map(Row::cells)).collect();
        let width = |column: usize| lines.iter().map(|l| l[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 5] = std::array::from_fn(width);
        for (number, line) in lines.iter().enumerate() {
            for (column, (cell, width)) in line.iter().zip(widths).enumerate() {
                if column == 1 || column == 2 {
                    write!(f, "| {cell:>width$} ")?;
                } else {
                    write!(f, "| {cell:width$} ")?;
                }
            }
            writeln!(f, "|")?;
            if number == 0 {
                for (column, width) in widths.iter().enumerate() {
                    let right = column == 1 || column == 2;
                    write!(f, "|{}{}", "-".repeat(width + 1), if right { ":" } else { "-" })?;
                }
                writeln!(f, "|")?;
            }
        }
        Ok(())
    }
}

/// Whether two results of one piece of work agree.
#[derive(Debug)]
pub(super) struct Check {
    text: String,
    agrees: bool,
}

impl Check {
    /// Fills must be equal, equity to a part in a billion.
    pub(super) fn run(what: &str, found: (usize, f64), expected: (usize, f64)) -> Self {
        let agrees = found.0 == expected.0 && is_near(found.1, expected.1);
        let text = if agrees {
            format!("{what}: {} fills, equity {:.5}", found.0, found.1)
        } else {
            let ((fills, equity), (fills_e, equity_e)) = (found, expected);
            format!("{what}: {fills} fills, equity {equity:.5}; expected {fills_e} and {equity_e:.5}")
        };
        Self { text, agrees }
    }

    /// Values must be equal to a part in a billion.
    pub(super) fn values(what: &str, found: f64, expected: f64) -> Self {
        let agrees = is_near(found, expected);
        let text = if agrees { format!("{what}: {found}") } else { format!("{what}: {found}, expected {expected}") };
        Self { text, agrees }
    }

    /// Something that could not be compared.
    pub(super) fn failed(what: impl Into<String>) -> Self {
        Self { text: what.into(), agrees: false }
    }

    pub(super) fn agrees(&self) -> bool {
        self.agrees
    }
}

fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs().max(1.0)
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.agrees { "agrees" } else { "DISAGREES" };
        write!(f, "{word}: {}", self.text)
    }
}
