//! W7: VaR and ES of ten correlated assets by simulation of one day.

use std::ops::ControlFlow;
use std::path::Path;

use risk::RiskError;
use risk::monte_carlo::{
    Estimate, Growth, Instrument, Model, Outcome, Portfolio, Position, Sampling, Simulation, simulate,
};

use crate::input::Random;
use crate::npy;

/// Paths.
pub const PATHS: usize = 1_000_000;
/// Share of the losses that are no worse than the VaR.
pub const CONFIDENCE: f64 = 0.99;
/// Assets when they are made here.
const ASSETS: usize = 10;
/// One day, in years.
const DAY: f64 = 1.0 / 252.0;
/// The inputs' files.
const FILES: [&str; 4] = ["w7_corr.npy", "w7_vol.npy", "w7_mu.npy", "w7_w.npy"];

/// Assets that follow geometric Brownian motion: drift and volatility per year, money in each.
#[derive(Clone, Debug)]
pub struct Assets {
    correlation: Vec<f64>,
    volatility: Vec<f64>,
    drift: Vec<f64>,
    money: Vec<f64>,
}

impl Assets {
    /// Ten assets that share three factors, volatilities 15 to 60 %, a million in all.
    #[must_use]
    pub fn random() -> Self {
        let mut random = Random::new(7);
        let shared: Vec<f64> = (0..ASSETS * 3).map(|_| random.normal()).collect();
        let own: Vec<f64> = (0..ASSETS).map(|_| 0.5 + random.uniform()).collect();
        let product = |i: usize, j: usize| {
            let both: f64 = (0..3).map(|k| shared[i * 3 + k] * shared[j * 3 + k]).sum();
            if i == j { both + own[i] } else { both }
        };
        let correlated = |i: usize, j: usize| product(i, j) / (product(i, i) * product(j, j)).sqrt();
        let weights: Vec<f64> = (0..ASSETS).map(|_| 0.5 + random.uniform()).collect();
        let all: f64 = weights.iter().sum();
        Self {
            correlation: (0..ASSETS * ASSETS).map(|k| correlated(k / ASSETS, k % ASSETS)).collect(),
            volatility: (0..ASSETS).map(|_| 0.15 + 0.45 * random.uniform()).collect(),
            drift: (0..ASSETS).map(|_| 0.1 * random.uniform()).collect(),
            money: weights.iter().map(|w| w / all * 1e6).collect(),
        }
    }

    /// Reads the four files of a folder.
    ///
    /// # Errors
    /// One cannot be read or has another length than the others ask for.
    pub fn read(folder: &Path) -> std::io::Result<Self> {
        let column = |name: &str| npy::read(&folder.join(name)).map(|(_, values)| values);
        let [correlation, volatility, drift, money] = FILES.map(column);
        let assets = Self { correlation: correlation?, volatility: volatility?, drift: drift?, money: money? };
        let n = assets.money.len();
        if assets.correlation.len() != n * n || assets.volatility.len() != n || assets.drift.len() != n {
            return Err(std::io::Error::other("the files of W7 have different lengths"));
        }
        Ok(assets)
    }

    /// Writes what [`Assets::read`] reads.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        let n = self.money.len();
        npy::write(&folder.join(FILES[0]), &[n, n], &self.correlation)?;
        for (name, column) in FILES[1..].iter().zip([&self.volatility, &self.drift, &self.money]) {
            npy::write(&folder.join(name), &[n], column)?;
        }
        Ok(())
    }

    /// Simulates one day.
    ///
    /// # Errors
    /// Inputs that are no model.
    pub fn simulate(&self, paths: usize, sampling: Sampling) -> Result<Outcome, RiskError> {
        let n = self.money.len();
        let mean: Vec<f64> = self.drift.iter().map(|drift| drift * DAY).collect();
        let covariance: Vec<f64> =
            (0..n * n).map(|k| self.correlation[k] * self.volatility[k / n] * self.volatility[k % n] * DAY).collect();
        let positions = self.money.iter().enumerate();
        let positions = positions
            .map(|(factor, money)| Position {
                quantity: *money,
                instrument: Instrument::Asset { factor },
                currency: None,
            })
            .collect();
        let portfolio = Portfolio::new(vec![1.0; n], positions)?;
        let model = Model::Normal { mean: &mean, covariance: &covariance, growth: Growth::PriceMean };
        let settings = Simulation { paths, seed: 1, sampling, ..Simulation::default() };
        simulate(&portfolio, &model, &settings, &|_| ControlFlow::Continue(()))
    }

    /// VaR and ES of one day, with 99.9 % bands.
    ///
    /// # Errors
    /// As [`Assets::simulate`].
    pub fn risk(&self, paths: usize) -> Result<Estimate, RiskError> {
        self.simulate(paths, Sampling::Random)?.estimate(CONFIDENCE, 0.999)
    }
}

/// Bits and normal numbers alone, as many as `paths` of ten assets take: their share of the work.
pub fn normals(paths: usize) -> f64 {
    let mut random = numeric::random::Random::new(1, 0);
    let mut rows = [[0.0; numeric::gaussian::GROUP]; ASSETS];
    let mut bits = Vec::new();
    let mut sum = 0.0;
    for _ in 0..paths.div_ceil(numeric::gaussian::GROUP) {
        numeric::gaussian::normals(&mut random, &mut rows, &mut bits);
        sum += rows[0][0];
    }
    sum
}
