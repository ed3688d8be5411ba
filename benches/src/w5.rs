//! W5: prices and five Greeks of a million European options.

use std::path::Path;

use options::european::batch::{self, Columns, GreekColumns};
use options::{European, OptionError, OptionType};

use crate::input::Random;
use crate::npy;

/// Options when they are made here.
pub const OPTIONS: usize = 1_000_000;
/// What is computed, in this order.
pub const FIGURES: [&str; 6] = ["price", "delta", "gamma", "vega", "theta", "rho"];

/// Calls and puts without dividends, by column.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    kind: Vec<OptionType>,
    spot: Vec<f64>,
    strike: Vec<f64>,
    years: Vec<f64>,
    rate: Vec<f64>,
    volatility: Vec<f64>,
}

impl Chain {
    /// Random options, half of them calls: spot 50 to 150, strikes a quarter around it in
    /// logarithms, a week to three years, rates 0 to 6 %, volatilities 5 to 90 %.
    #[must_use]
    pub fn random(options: usize) -> Self {
        let mut random = Random::new(5);
        let mut chain = Self::default();
        for _ in 0..options {
            let spot = 50.0 + 100.0 * random.uniform();
            let strike = spot * (0.25 * random.normal()).exp();
            let years = 0.02 + 2.98 * random.uniform();
            let rate = 0.06 * random.uniform();
            let volatility = 0.05 + 0.85 * random.uniform();
            chain.push([spot, strike, years, rate, volatility, f64::from(random.uniform() < 0.5)]);
        }
        chain
    }

    /// Reads rows of spot, strike, years, rate, volatility and 1 for a call, 0 for a put.
    ///
    /// # Errors
    /// The file cannot be read or is no such file.
    pub fn read(path: &Path) -> std::io::Result<Self> {
        let (shape, values) = npy::read(path)?;
        let mut chain = Self::default();
        match shape[..] {
            [_, 6] => values.as_chunks::<6>().0.iter().for_each(|row| chain.push(*row)),
            _ => return Err(std::io::Error::other(format!("{}: expected rows of six", path.display()))),
        }
        Ok(chain)
    }

    /// Writes what [`Chain::read`] reads.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> std::io::Result<()> {
        let mut values = Vec::with_capacity(6 * self.len());
        for i in 0..self.len() {
            let is_call = f64::from(self.kind[i] == OptionType::Call);
            values.extend([self.spot[i], self.strike[i], self.years[i], self.rate[i], self.volatility[i], is_call]);
        }
        npy::write(path, &[self.len(), 6], &values)
    }

    fn push(&mut self, [spot, strike, years, rate, volatility, is_call]: [f64; 6]) {
        self.kind.push(if is_call == 1.0 { OptionType::Call } else { OptionType::Put });
        self.spot.push(spot);
        self.strike.push(strike);
        self.years.push(years);
        self.rate.push(rate);
        self.volatility.push(volatility);
    }

    /// How many options.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kind.len()
    }

    /// True without options.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kind.is_empty()
    }

    /// As columns in memory.
    #[must_use]
    pub fn columns(&self) -> Columns<'_> {
        Columns {
            kind: (&self.kind).into(),
            spot: (&self.spot).into(),
            strike: (&self.strike).into(),
            years: (&self.years).into(),
            rate: (&self.rate).into(),
            dividend_yield: 0.0.into(),
            volatility: (&self.volatility).into(),
        }
    }

    /// One of them.
    #[must_use]
    pub fn option(&self, i: usize) -> European {
        European {
            kind: self.kind[i],
            spot: self.spot[i],
            strike: self.strike[i],
            years: self.years[i],
            rate: self.rate[i],
            dividend_yield: 0.0,
            volatility: self.volatility[i],
        }
    }
}

/// A column for each of [`FIGURES`].
pub type Results = [Vec<f64>; 6];

/// Memory for the results.
#[must_use]
pub fn results(options: usize) -> Results {
    std::array::from_fn(|_| vec![0.0; options])
}

/// All figures, on this thread or on all.
///
/// # Errors
/// Columns of different lengths.
pub fn compute(chain: &Chain, out: &mut Results, threads: bool) -> Result<usize, OptionError> {
    let [price, delta, gamma, vega, theta, rho] = out;
    let columns = GreekColumns {
        price: Some(price),
        delta: Some(delta),
        gamma: Some(gamma),
        vega: Some(vega),
        theta: Some(theta),
        rho: Some(rho),
        ..GreekColumns::default()
    };
    let run = if threads { batch::evaluate } else { batch::evaluate_sequential };
    run(&chain.columns(), columns)
}

/// Prices alone, on this thread.
///
/// # Errors
/// Columns of different lengths.
pub fn compute_prices(chain: &Chain, out: &mut Results) -> Result<usize, OptionError> {
    let columns = GreekColumns { price: Some(&mut out[0]), ..GreekColumns::default() };
    batch::evaluate_sequential(&chain.columns(), columns)
}

/// All figures, one option at a time.
///
/// # Errors
/// An option without an answer.
pub fn compute_one_by_one(chain: &Chain, out: &mut Results) -> Result<usize, OptionError> {
    for i in 0..chain.len() {
        let g = chain.option(i).greeks()?;
        for (column, value) in out.iter_mut().zip([g.price, g.delta, g.gamma, g.vega, g.theta, g.rho]) {
            column[i] = value;
        }
    }
    Ok(0)
}
