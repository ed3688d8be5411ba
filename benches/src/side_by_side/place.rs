//! Where inputs are: made here once, or in a folder that the user names.

use std::path::{Path, PathBuf};

use engine_core::bars::BarColumns;
use engine_core::tape::TapeColumns;

use super::Failure;
use crate::w3::Prices;
use crate::{input, npy, w4, w5, w7};
use crate::{input, npy, w4, w5, w6};

/// Bars of W1.
pub(super) const W1_BARS: usize = 1_000_000;
/// Rows of W4.
const W4_ROWS: usize = 5_000_000;
/// Points of W8 when they are made here.
const W8_POINTS: usize = 4_000_000;
/// Days and symbols of W3.
const W3_SIZE: (usize, usize) = (2_520, 500);

/// The folders of a run.
pub(super) struct Place {
    root: PathBuf,
    data: PathBuf,
    made: PathBuf,
}

impl Place {
    /// The current directory must be the root of the repository.
    pub(super) fn find() -> Result<Self, Failure> {
        let root = std::env::current_dir()?;
        if !root.join("benches/peers").is_dir() {
            return Err("benches/peers is not here: run benches/side-by-side, or run this in the repository".into());
        }
        let given = std::env::var_os("SIDE_BY_SIDE_DATA").filter(|d| !d.is_empty()).map(PathBuf::from);
        // Files that depend on given inputs stand apart from those of our own.
        let made = root.join("target/side-by-side").join(if given.is_some() { "given" } else { "made" });
        std::fs::create_dir_all(&made)?;
        Ok(Self { root, data: given.unwrap_or_else(|| made.clone()), made })
    }

    /// A script of a peer.
    pub(super) fn script(&self, name: &str) -> PathBuf {
        self.root.join("benches/peers").join(name)
    }

    /// The folder with the `.npy` inputs.
    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    /// A file that may be written.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.made.join(name)
    }

    /// The release build of the `engine` program, if there is one.
    pub(super) fn engine(&self) -> Option<PathBuf> {
        let path = self.root.join("target/release/engine");
        path.is_file().then_some(path)
    }

    /// True when a file is to be made here.
    fn lacks(&self, name: &str) -> bool {
        self.data == self.made && !self.data.join(name).is_file()
    }

    /// The file of W1's bars.
    pub(super) fn w1_file(&self) -> Result<PathBuf, Failure> {
        let path = self.data.join("w1_ohlcv.npy");
        if self.lacks("w1_ohlcv.npy") {
            let columns = input::walk(W1_BARS, 1_000.0, 5e-4, 1);
            npy::write(&path, &[W1_BARS, 5], &input::interleaved(&columns))?;
        }
        Ok(path)
    }

    /// W1's bars.
    pub(super) fn w1(&self) -> Result<BarColumns, Failure> {
        Ok(input::read_minute_bars(&self.w1_file()?)?)
    }

    /// W1's bars as CSV.
    pub(super) fn w1_csv(&self) -> Result<PathBuf, Failure> {
        let path = self.file("w1.csv");
        if !path.is_file() {
            input::write_csv(&path, &self.w1()?)?;
        }
        Ok(path)
    }

    /// W3's prices.
    pub(super) fn w3(&self) -> Result<Prices, Failure> {
        let file = |name: &str| self.data.join(name);
        if self.lacks("w3_reb.npy") {
            let prices = Prices::random(W3_SIZE.0, W3_SIZE.1);
            let shape = [prices.days, prices.symbols];
            npy::write(&file("w3_open.npy"), &shape, &prices.open)?;
            npy::write(&file("w3_close.npy"), &shape, &prices.close)?;
            npy::write_flags(&file("w3_reb.npy"), &prices.month_end)?;
        }
        let (shape, open) = npy::read(&file("w3_open.npy"))?;
        let [days, symbols] = shape[..] else { return Err("w3_open.npy: expected days x symbols".into()) };
        let (_, close) = npy::read(&file("w3_close.npy"))?;
        let month_end = npy::read_flags(&file("w3_reb.npy"))?;
        if close.len() != open.len() || month_end.len() != days {
            return Err("w3_open.npy, w3_close.npy and w3_reb.npy have different lengths".into());
        }
        Ok(Prices { days, symbols, open, close, month_end })
    }

    /// W4's feed.
    pub(super) fn w4(&self) -> Result<TapeColumns, Failure> {
        let path = self.data.join("w4_feed.npy");
        if self.lacks("w4_feed.npy") {
            npy::write_events(&path, w4::events(&w4::columns(W4_ROWS)))?;
        }
        Ok(w4::columns_of(&npy::read_events(&path)?).ok_or("w4_feed.npy has a row that is no trade and no level")?)
    }

    /// W5's options.
    pub(super) fn w5(&self) -> Result<w5::Chain, Failure> {
        let path = self.data.join("w5_opts.npy");
        if self.lacks("w5_opts.npy") {
            w5::Chain::random(w5::OPTIONS).write(&path)?;
        }
        Ok(w5::Chain::read(&path)?)
    }

    /// W7's assets.
    pub(super) fn w7(&self) -> Result<w7::Assets, Failure> {
        if self.lacks("w7_corr.npy") {
            w7::Assets::random().write(&self.data)?;
        }
        Ok(w7::Assets::read(&self.data)?)
    /// W6's quotes.
    pub(super) fn w6(&self) -> Result<w6::Quotes, Failure> {
        let path = self.data.join("w6_iv.npy");
        if self.lacks("w6_iv.npy") {
            w6::Quotes::random(w6::QUOTES)?.write(&path)?;
        }
        Ok(w6::Quotes::read(&path)?)
    }

    /// W8's highs, lows and closes.
    pub(super) fn w8(&self) -> Result<[Vec<f64>; 3], Failure> {
        let file = |name: &str| self.data.join(format!("w8_{name}.npy"));
        if self.lacks("w8_close.npy") {
            let c = input::walk(W8_POINTS, 1_000.0, 5e-4, 8);
            for (name, column) in [("high", &c.high), ("low", &c.low), ("close", &c.close)] {
                npy::write(&file(name), &[W8_POINTS], column)?;
            }
        }
        let column = |name: &str| npy::read(&file(name)).map(|(_, values)| values);
        Ok([column("high")?, column("low")?, column("close")?])
    }
}
