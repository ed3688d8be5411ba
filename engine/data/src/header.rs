//! The columns of a price file: which stands where.

use std::path::Path;

use crate::error::DataError;
use crate::text;

/// Number of columns with a meaning.
pub(crate) const ROLES: usize = 8;

/// What a column of a price CSV means. The order is that of the checks in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Role {
    Time,
    Open,
    High,
    Low,
    Close,
    Volume,
    Turnover,
    AdjClose,
}

impl Role {
    pub(crate) const ALL: [Self; ROLES] =
        [Self::Time, Self::Open, Self::High, Self::Low, Self::Close, Self::Volume, Self::Turnover, Self::AdjClose];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Open => "open",
            Self::High => "high",
            Self::Low => "low",
            Self::Close => "close",
            Self::Volume => "volume",
            Self::Turnover => "turnover",
            Self::AdjClose => "adj_close",
        }
    }

    fn of(name: &str) -> Option<Self> {
        match name {
            "date" | "time_key" | "ts" => Some(Self::Time),
            _ => Self::ALL.into_iter().find(|r| r.name() == name),
        }
    }

    fn optional(self) -> bool {
        matches!(self, Self::Volume | Self::Turnover | Self::AdjClose)
    }
}

/// Where each column stands.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    /// Number of columns in the file.
    pub(crate) width: usize,
    /// Position of each role.
    at: [Option<usize>; ROLES],
    /// The time column as the file names it.
    pub(crate) time_name: String,
}

impl Header {
    /// Reads the header line (no line end, no byte order mark).
    pub(crate) fn parse(path: &Path, line: &str, warnings: &mut Vec<String>) -> Result<Self, DataError> {
        if let Some(problem) = text::wrong_separator(line) {
            return Err(DataError::line(path, 1, problem));
        }
        let names: Vec<String> = text::fields(line).map(|f| f.trim().to_owned()).collect();
        Self::of_names(path, Some(1), &names, warnings)
    }

    /// From the names of the columns; `line` is where they stand, if on a line.
    pub(crate) fn of_names(
        path: &Path,
        line: Option<u64>,
        names: &[String],
        warnings: &mut Vec<String>,
    ) -> Result<Self, DataError> {
        let error = |problem: String| DataError { line, ..DataError::file(path, problem) };
        let place = || line.map_or_else(|| path.display().to_string(), |n| format!("{}:{n}", path.display()));
        let mut header = Self { width: names.len(), at: [None; ROLES], time_name: String::new() };
        for (position, name) in names.iter().enumerate() {
            let Some(role) = Role::of(&name.to_ascii_lowercase()) else {
                warnings.push(format!("{}: unknown column {name} ignored", place()));
                continue;
            };
            if let Some(first) = header.at[role as usize].replace(position) {
                return Err(error(format!("columns {} and {name} are both the {}", names[first], role.name())));
            }
            if role == Role::Time {
                header.time_name.clone_from(name);
            }
        }
        for role in Role::ALL {
            if !role.optional() && header.at[role as usize].is_none() {
                let known = "time,open,high,low,close[,volume][,turnover][,adj_close]";
                return Err(error(format!(
                    "column {} is missing; found {}, expected {known}",
                    role.name(),
                    names.join(",")
                )));
            }
        }
        if header.position(Role::Volume).is_none() {
            warnings.push(format!(
                "{}: has no column volume: taken as not known, so every bar counts as traded and no share of the volume can be capped",
                place()
            ));
        }
        Ok(header)
    }

    /// Position of a column in a row.
    pub(crate) fn position(&self, role: Role) -> Option<usize> {
        self.at[role as usize]
    }

    /// The column's name for messages.
    pub(crate) fn name(&self, role: Role) -> &str {
        match role {
            Role::Time => &self.time_name,
            other => other.name(),
        }
    }
}
