//! Scenario tests of engine-data, one binary.

mod actions;
mod any_bytes;
mod any_rules;
mod audit;
mod calendars;
mod checks;
mod contract;
mod corrupted;
mod corrupted_tapes;
mod feeds;
mod fees;
mod import;
mod jumps;
mod market_rules;
mod parquet_prices;
mod pieces;
mod resample;
mod run_tables;
mod shift;
mod shipped;
mod table;
mod tapes;
mod times;
mod volume;

use std::path::{Path, PathBuf};

use engine_data::{ContractOverrides, DataError, Loaded, Prices, Stamp, read_bars};
use tempfile::TempDir;

/// A folder with a price file `p.csv` in it.
struct Folder {
    dir: TempDir,
}

impl Folder {
    fn new(csv: &str) -> Self {
        let folder = Self { dir: tempfile::tempdir().expect("a temporary folder") };
        folder.write("p.csv", csv);
        folder
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        std::fs::write(self.dir.path().join(name), content).expect("written");
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn read(&self, inline: &ContractOverrides) -> Result<Loaded, DataError> {
        read_bars(&self.path("p.csv"), inline)
    }

    /// The error's text with the temporary folder taken off.
    fn error(&self, inline: &ContractOverrides) -> String {
        let error = self.read(inline).expect_err("an error");
        without_folder(&error.to_string(), self.dir.path())
    }
}

fn without_folder(text: &str, dir: &Path) -> String {
    text.replace(&format!("{}/", dir.display()), "")
}

/// A complete contract: daily raw prices of US.X in New York.
fn daily() -> ContractOverrides {
    ContractOverrides {
        symbol: Some("US.X".into()),
        bars: Some("1d".into()),
        timezone: Some("America/New_York".into()),
        stamp: Some(Stamp::Close),
        prices: Some(Prices::Raw),
        currency: Some("USD".into()),
        source: Some("test".into()),
    }
}

fn bars(length: &str, stamp: Stamp) -> ContractOverrides {
    ContractOverrides { bars: Some(length.into()), stamp: Some(stamp), ..daily() }
}

/// A time as ISO 8601 UTC.
fn iso(nanos: i64) -> String {
    engine_core::time::Timestamp::from_nanos(nanos).to_string()
}
