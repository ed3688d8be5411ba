//! The price files below a folder: those that have a contract beside them.

use std::path::{Path, PathBuf};

use crate::contract::contract_path;
use crate::error::DataError;

/// Most folders below each other.
const DEPTH_MAX: usize = 16;
/// Most files in a catalogue.
const FILES_MAX: usize = 100_000;

/// What a folder holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// Price files with a contract, in the order of their paths.
    pub files: Vec<PathBuf>,
    /// CSV and Parquet files without one: they may be anything.
    pub without_contract: Vec<PathBuf>,
}

/// Looks through a folder and those below it; hidden ones and links to folders are left out.
///
/// # Errors
/// A folder that cannot be read, or too many files.
pub fn find(folder: &Path) -> Result<Catalogue, DataError> {
    let mut found = Catalogue::default();
    look(folder, 0, &mut found)?;
    found.files.sort();
    found.without_contract.sort();
    Ok(found)
}

fn look(folder: &Path, depth: usize, found: &mut Catalogue) -> Result<(), DataError> {
    let io = |e| DataError::io(folder, "read", e);
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        if entry.file_type().map_err(io)?.is_dir() {
            if depth < DEPTH_MAX {
                look(&path, depth + 1, found)?;
            }
        } else if is_price_name(&name) {
            let list = if contract_path(&path).is_file() { &mut found.files } else { &mut found.without_contract };
            list.push(path);
            if found.files.len() + found.without_contract.len() > FILES_MAX {
                return Err(DataError::file(folder, format!("holds more than {FILES_MAX} files")));
            }
        }
    }
    Ok(())
}

fn is_price_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    (name.ends_with(".csv") || name.ends_with(".parquet")) && !name.ends_with(".actions.csv")
}
