//! W6: implied volatilities of a million undiscounted prices.

use std::path::Path;

use implied_vol::{DefaultSpecialFn, ImpliedBlackVolatility, solver};
use options::implied::{self, ForwardQuotes};
use options::{European, OptionError, OptionType};

use crate::input::Random;
use crate::npy;

/// Quotes when they are made here.
pub const QUOTES: usize = 1_000_000;

/// Prices of options on forwards, by column.
#[derive(Clone, Debug, Default)]
pub struct Quotes {
    forwards: Vec<f64>,
    strikes: Vec<f64>,
    years: Vec<f64>,
    kinds: Vec<OptionType>,
    volatilities: Vec<f64>,
    prices: Vec<f64>,
}

impl Quotes {
    /// Random quotes: forward 50 to 150, volatility 3 % to 200 % and a day to five years evenly in
    /// logarithms, strikes up to six deviations from the forward, half of them calls.
    ///
    /// # Errors
    /// Never: the options are valid.
    pub fn random(quotes: usize) -> Result<Self, OptionError> {
        let mut random = Random::new(6);
        let mut made = Self::default();
        for _ in 0..quotes {
            let mut between = |low: f64, high: f64| low + (high - low) * random.uniform();
            let volatility = between(0.03_f64.ln(), 2.0_f64.ln()).exp();
            let years = between((1.0 / 365.0_f64).ln(), 5.0_f64.ln()).exp();
            let spot = between(50.0, 150.0);
            let strike = spot * (between(-6.0, 6.0) * volatility * years.sqrt()).exp();
            let is_call = between(0.0, 1.0) < 0.5;
            let kind = if is_call { OptionType::Call } else { OptionType::Put };
            let option = European { kind, spot, strike, years, rate: 0.0, dividend_yield: 0.0, volatility };
            made.push([spot, strike, years, f64::from(is_call), volatility, option.price()?, 0.0]);
        }
        Ok(made)
    }

    /// Reads rows of forward, strike, years, 1 for a call or 0 for a put, volatility, price, and
    /// `ln(forward / strike)`, which is not used.
    ///
    /// # Errors
    /// The file cannot be read or is no such file.
    pub fn read(path: &Path) -> std::io::Result<Self> {
        let (shape, values) = npy::read(path)?;
        let mut quotes = Self::default();
        match shape[..] {
            [_, 7] => values.as_chunks::<7>().0.iter().for_each(|row| quotes.push(*row)),
            _ => return Err(std::io::Error::other(format!("{}: expected rows of seven", path.display()))),
        }
        Ok(quotes)
    }

    /// Writes what [`Quotes::read`] reads.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> std::io::Result<()> {
        let mut values = Vec::with_capacity(7 * self.len());
        for i in 0..self.len() {
            let (forward, strike) = (self.forwards[i], self.strikes[i]);
            let is_call = f64::from(self.kinds[i] == OptionType::Call);
            let row = [forward, strike, self.years[i], is_call, self.volatilities[i], self.prices[i]];
            values.extend(row);
            values.push((forward / strike).ln());
        }
        npy::write(path, &[self.len(), 7], &values)
    }

    fn push(&mut self, [forward, strike, years, is_call, volatility, price, _]: [f64; 7]) {
        self.forwards.push(forward);
        self.strikes.push(strike);
        self.years.push(years);
        self.kinds.push(if is_call == 1.0 { OptionType::Call } else { OptionType::Put });
        self.volatilities.push(volatility);
        self.prices.push(price);
    }

    /// How many quotes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// True without quotes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Whether a quote is out of the money or at it.
    #[must_use]
    pub fn is_out_of_the_money(&self, i: usize) -> bool {
        let difference = self.forwards[i] - self.strikes[i];
        self.kinds[i].sign() * difference <= 0.0
    }

    /// The volatility that the price was made with.
    #[must_use]
    pub fn volatility(&self, i: usize) -> f64 {
        self.volatilities[i]
    }

    /// As columns in memory.
    #[must_use]
    pub fn columns(&self) -> ForwardQuotes<'_> {
        ForwardQuotes {
            prices: &self.prices,
            forwards: &self.forwards,
            strikes: &self.strikes,
            years: &self.years,
            kinds: &self.kinds,
        }
    }
}

/// All volatilities as columns, on this thread or on all; how many there are not.
///
/// # Errors
/// Columns of different lengths.
pub fn compute(quotes: &Quotes, out: &mut [f64], threads: bool) -> Result<usize, OptionError> {
    let run = if threads { implied::black_batch } else { implied::black_batch_sequential };
    run(&quotes.columns(), out).map(|failures| failures.len())
}

/// All volatilities, one call each; NaN where there is none.
pub fn compute_one_by_one(quotes: &Quotes, out: &mut [f64]) {
    for (i, out) in out.iter_mut().enumerate() {
        let (price, forward, strike) = (quotes.prices[i], quotes.forwards[i], quotes.strikes[i]);
        *out = implied::black(price, forward, strike, quotes.years[i], quotes.kinds[i]).unwrap_or(f64::NAN);
    }
}

/// The solvers of the crate implied-vol that go to full accuracy.
#[derive(Clone, Copy, Debug)]
pub enum Solver {
    /// After Jaeckel.
    Jaeckel,
    /// The default of the crate.
    Hybrid,
}

/// All volatilities by the crate implied-vol, one call each; NaN where there is none.
pub fn compute_peer(quotes: &Quotes, solver: Solver, out: &mut [f64]) {
    for (i, out) in out.iter_mut().enumerate() {
        let problem = ImpliedBlackVolatility::builder()
            .option_price(quotes.prices[i])
            .forward(quotes.forwards[i])
            .strike(quotes.strikes[i])
            .expiry(quotes.years[i])
            .is_call(quotes.kinds[i] == OptionType::Call)
            .build();
        let found = problem.and_then(|problem| match solver {
            Solver::Jaeckel => problem.calculate_with::<solver::Jaeckel<DefaultSpecialFn>>(),
            Solver::Hybrid => problem.calculate_with::<solver::Hybrid<DefaultSpecialFn>>(),
        });
        *out = found.unwrap_or(f64::NAN);
    }
}
