//! What an import of ticks would do, and doing it.

use std::path::{Path, PathBuf};

use engine_core::tape::{Tape, TapeError};

use super::table::Table;
use super::{Input, TapeFormat, TapeWishes, crypto, ctp, guess, mbo, plain, prints, us_ticks};
use crate::contract::contract_path;
use crate::error::DataError;
use crate::import::Evidence;
use crate::tape::{self, TapeContract};
use crate::zone::Zone;

/// One tape to be written.
#[derive(Clone, Debug)]
pub struct PlannedTape {
    /// The contract.
    pub contract: TapeContract,
    /// One per guessed key of the contract.
    pub evidence: Vec<Evidence>,
    /// The checked rows.
    pub tape: Tape,
    /// What was left out, moved or compared, with counts.
    pub notes: Vec<String>,
    /// What is not right and was let pass or marked.
    pub findings: Vec<String>,
    /// Name of the file to be written.
    pub file_name: String,
}

/// What an import would do.
#[derive(Clone, Debug)]
pub struct TapePlan {
    /// The format.
    pub format: TapeFormat,
    /// What tells it.
    pub because: String,
    /// The tapes, in the order of the file's names for them.
    pub tapes: Vec<PlannedTape>,
}

/// Reads a file and plans what to write; `None` when it is of no tape format.
///
/// # Errors
/// What cannot be read or guessed, or the first bad row, with its place.
pub fn plan(path: &Path, wishes: &TapeWishes) -> Result<Option<TapePlan>, DataError> {
    let (format, because) = match wishes.format {
        Some(format) => (format, "as you said".to_owned()),
        None => match guess::detect(path)? {
            Some(found) => found,
            None => return Ok(None),
        },
    };
    let table = Table::read(path)?;
    let instruments = guess::instruments(format, &table);
    if instruments.len() > 1 && wishes.contract.symbol.is_some() {
        let problem = format!("holds {} instruments; --symbol can name only one", instruments.len());
        return Err(DataError::file(path, problem));
    }
    let mut tapes = Vec::with_capacity(instruments.len());
    for (code, rows) in &instruments {
        tapes.push(one(format, code, &table, rows, wishes)?);
    }
    Ok(Some(TapePlan { format, because, tapes }))
}

fn one(
    format: TapeFormat,
    code: &str,
    table: &Table,
    rows: &[u32],
    wishes: &TapeWishes,
) -> Result<PlannedTape, DataError> {
    let guess = guess::contract(format, code, table, wishes)?;
    let mut input = Input { table, rows, zone: Zone::new(guess.timezone), symbol: &guess.symbol, wishes };
    let reading = match format {
        TapeFormat::UsTicks => us_ticks::read(&mut input),
        TapeFormat::CtpDepth => ctp::read(&mut input),
        TapeFormat::CryptoL2 => crypto::read(&mut input),
        TapeFormat::Mbo => mbo::read(&mut input),
        TapeFormat::TradePrints => prints::read(&mut input),
        TapeFormat::Trades => plain::trades(&mut input),
        TapeFormat::Quotes => plain::quotes(&mut input),
    }?;
    let tape = Tape::new(reading.columns).map_err(|error| {
        let problem = match error {
            TapeError::Empty => "no row of it is for a tape".to_owned(),
            other => format!("gives a tape that is wrong: {other}"),
        };
        DataError::file(&table.path, problem)
    })?;
    let mut assumptions = reading.assumptions;
    assumptions.extend(reading.notes.iter().cloned());
    assumptions.extend(reading.findings.iter().cloned());
    let extension = if wishes.csv { "csv" } else { "parquet" };
    Ok(PlannedTape {
        file_name: format!("{}.tape.{extension}", guess.symbol),
        contract: TapeContract {
            symbol: guess.symbol,
            currency: guess.currency,
            timezone: guess.timezone,
            source: guess.source,
            holds: tape::holds(&tape),
            assumptions,
        },
        evidence: guess.evidence,
        tape,
        notes: reading.notes,
        findings: reading.findings,
    })
}

impl TapePlan {
    /// Writes all tapes into a folder, which is made when it is not there; returns their paths.
    ///
    /// # Errors
    /// A file that is there already, or the operating system.
    pub fn write(&self, folder: &Path) -> Result<Vec<PathBuf>, DataError> {
        let paths: Vec<PathBuf> = self.tapes.iter().map(|one| folder.join(&one.file_name)).collect();
        for path in paths.iter().flat_map(|p| [p.clone(), contract_path(p)]) {
            if path.exists() {
                return Err(DataError::file(&path, "is there already; remove it, or choose another folder with -o"));
            }
        }
        std::fs::create_dir_all(folder).map_err(|e| DataError::io(folder, "make", e))?;
        for (one, path) in self.tapes.iter().zip(&paths) {
            tape::write(path, &one.contract, &one.tape)?;
        }
        Ok(paths)
    }
}
