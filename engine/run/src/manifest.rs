//! `run.json`: what is needed to make the same run again, and to see that it is
//! the same.

use std::io::{ErrorKind, Read};
use std::path::Path;

use engine_data::DataError;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A file that a run read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Relative to the config file, as it stands in `[[data]]`.
    pub path: String,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
}

/// The config of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigRecord {
    /// As it was named on the command line.
    pub path: String,
    /// From the root of the file system.
    pub absolute_path: String,
    /// Its text at the time of the run.
    pub text: String,
    /// Every `--set`, in order.
    pub overrides: Vec<String>,
}

/// The content of `run.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the engine.
    pub version: String,
    /// Name of the run.
    pub name: String,
    /// Wall time at which the folder was written, UTC.
    pub written: String,
    /// Digest of the run.
    pub digest: String,
    /// Seed of the run.
    pub seed: u64,
    /// The config as it was read.
    pub config: ConfigRecord,
    /// The config with every default filled in.
    pub resolved: serde_json::Value,
    /// The files that were read.
    pub inputs: Vec<InputFile>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// What the reader should doubt.
    pub warnings: Vec<String>,
}

/// Reads a file in pieces; `None` when there is none.
pub(crate) fn sha256_of_file(path: &Path) -> Result<Option<String>, DataError> {
    let mut file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(DataError::io(path, "read", e)),
    };
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => hash.update(&buffer[..n]),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(DataError::io(path, "read", e)),
        }
    }
    Ok(Some(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}
