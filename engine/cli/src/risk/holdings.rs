//! A portfolio as factors and units of them, ready to be simulated.

use risk::RiskError;
use risk::monte_carlo::{Instrument as Unit, Portfolio as Simulated, Position};
use risk::portfolio::Instrument;

use super::book::Portfolio;
use super::history::History;
use crate::failure::Failure;

/// Units of factors, the lines they belong to, and the factors' past.
pub(super) struct Holdings {
    pub(super) title: String,
    pub(super) currency: String,
    pub(super) lines: Vec<String>,
    pub(super) positions: Vec<Position>,
    /// Which line a position belongs to.
    pub(super) line_of: Vec<usize>,
    pub(super) levels: Vec<f64>,
    pub(super) history: History,
    /// What losses are fractions of.
    pub(super) value: f64,
    /// What the figures leave out.
    pub(super) notes: Vec<String>,
}

impl Holdings {
    /// Weights of the columns of a table of returns.
    pub(super) fn weighted(title: &str, history: History, weights: &[f64], value: f64) -> Self {
        let positions = weights.iter().enumerate().map(|(factor, weight)| Position {
            quantity: weight * value,
            instrument: Unit::Asset { factor },
            currency: None,
        });
        Self {
            title: title.to_owned(),
            currency: String::new(),
            lines: history.names.clone(),
            positions: positions.collect(),
            line_of: (0..weights.len()).collect(),
            levels: vec![1.0; weights.len()],
            history,
            value,
            notes: Vec::new(),
        }
    }

    /// A portfolio's positions over the factors that its history has.
    pub(super) fn of(portfolio: Portfolio) -> Result<Self, Failure> {
        let equity = portfolio.with(|book| book.summary().map(|s| s.equity)).map_err(|e| portfolio.failure(&e))?;
        let Some(history) = &portfolio.history else {
            return Err(portfolio.wrong("[history.files] is missing: covariances need past prices"));
        };
        let mut levels = history.last.clone();
        // Prices of options' underlyings come first: the options are priced at them.
        let mut told = vec![false; levels.len()];
        for (at, line) in portfolio.lines.iter().enumerate() {
            let (Instrument::European(option), Some(factor)) = (line.instrument, history.position(&line.underlying))
            else {
                continue;
            };
            if told[factor] && levels[factor] != option.spot {
                let problem = format!(
                    "position {} ({}): spot is {}, but another option has {}",
                    at + 1,
                    line.name,
                    option.spot,
                    levels[factor]
                );
                return Err(portfolio.wrong(&problem));
            }
            (levels[factor], told[factor]) = (option.spot, true);
        }
        let mut notes = Vec::new();
        let (mut positions, mut line_of) = (Vec::new(), Vec::new());
        for (at, line) in portfolio.lines.iter().enumerate() {
            let wrong = |what: &str| {
                portfolio.wrong(&format!("position {} ({}): {what} is not in [history.files]", at + 1, line.name))
            };
            let currency = if line.currency == portfolio.base {
                None
            } else {
                let factor = history.position(&line.currency).ok_or_else(|| wrong(&line.currency))?;
                let rate = portfolio.fx.iter().find(|(name, _)| *name == line.currency);
                levels[factor] = rate.map_or(levels[factor], |(_, rate)| *rate);
                Some(factor)
            };
            let factor = || history.position(&line.underlying).ok_or_else(|| wrong(&line.underlying));
            let quantity = line.quantity * line.multiplier;
            let mut push = |quantity, instrument, currency| {
                positions.push(Position { quantity, instrument, currency });
                line_of.push(at);
            };
            match line.instrument {
                // Money in the base moves with nothing.
                Instrument::Cash => match currency {
                    Some(factor) => push(quantity, Unit::Asset { factor }, None),
                    None => continue,
                },
                Instrument::Asset | Instrument::Future => {
                    let factor = factor()?;
                    // Moves are relative: at another price than the factor's, units of it are as many as cost the same.
                    push(quantity * line.price / levels[factor], Unit::Asset { factor }, currency);
                    // A future is worth nothing today: what it stands for is owed in its currency.
                    if let (Instrument::Future, Some(rate)) = (line.instrument, currency) {
                        push(-quantity * line.price, Unit::Asset { factor: rate }, None);
                    }
                }
                Instrument::European(option) => {
                    let factor = factor()?;
                    push(quantity, Unit::Option { factor, option, volatility: None }, currency);
                    notes.push("Implied volatilities stay as they are: options are priced again at the moved price of the underlying.".to_owned());
                }
            }
        }
        notes.dedup();
        if positions.is_empty() {
            return Err(portfolio.wrong("nothing but money in its own currency: there is no risk to measure"));
        }
        let title = portfolio.name.clone();
        let lines = portfolio.lines.iter().map(|line| line.name.clone()).collect();
        let (currency, value) = (portfolio.base.clone(), equity);
        let Some(history) = portfolio.history else {
            return Err(Failure::input("[history.files] is missing"));
        };
        Ok(Self { title, currency, lines, positions, line_of, levels, history, value, notes })
    }

    /// As the simulation takes it.
    pub(super) fn simulated(&self) -> Result<Simulated, RiskError> {
        Simulated::new(self.levels.clone(), self.positions.clone())
    }

    /// Profit of today's positions when every factor moves by these returns.
    fn profit(&self, moves: impl Fn(usize) -> f64, today: f64) -> Result<f64, RiskError> {
        let levels = self.levels.iter().enumerate().map(|(i, level)| level * (1.0 + moves(i))).collect();
        Ok(Simulated::new(levels, self.positions.clone())?.value() - today)
    }

    /// Profit of today's positions on each past day, as a fraction of the value.
    pub(super) fn past(&self) -> Result<Vec<f64>, RiskError> {
        let today = self.simulated()?.value();
        let day = |day: usize| Ok(self.profit(|i| self.history.returns[i][day], today)? / self.value);
        (0..self.history.days()).map(day).collect()
    }

    /// Money gained per 1.00 of each factor's return, over the value: delta weights.
    pub(super) fn weights(&self) -> Result<Vec<f64>, RiskError> {
        const STEP: f64 = 1e-4;
        let today = self.simulated()?.value();
        let bumped = |factor: usize, by: f64| self.profit(|i| if i == factor { by } else { 0.0 }, today);
        let weight = |i| Ok((bumped(i, STEP)? - bumped(i, -STEP)?) / (2.0 * STEP) / self.value);
        (0..self.levels.len()).map(weight).collect()
    }
}
