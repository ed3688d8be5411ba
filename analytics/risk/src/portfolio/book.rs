//! Positions in several currencies, in one.

use options::European;

use super::{Concentration, Leverage, concentration, leverage};
use crate::RiskError;
use crate::check::{at_least, finite, positive};

/// What a position is in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Instrument {
    /// Money, or a loan when negative: a value, but nothing that a price moves. Price 1.
    Cash,
    /// A share, a fund: worth its price.
    Asset,
    /// A future: worth nothing by itself (gains are settled daily), exposed to its price.
    Future,
    /// A European option; its `spot` is the underlying's price, in the position's currency.
    European(European),
}

/// A position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What moves its price: the underlying of an option or future, itself for a share.
    pub underlying: &'a str,
    /// Currency of its price.
    pub currency: &'a str,
    /// How many, negative when short.
    pub quantity: f64,
    /// Units of the underlying in one contract, above 0; 1 for shares and cash.
    pub multiplier: f64,
    /// Market price per unit of the underlying. For an option the market's, which may differ from the model's.
    pub price: f64,
    /// Its kind.
    pub instrument: Instrument,
}

/// Positions, and what turns them into one currency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Book<'a> {
    /// The positions, cash included.
    pub positions: &'a [Position<'a>],
    /// Currency all results are in.
    pub base: &'a str,
    /// Price of one unit of a currency in the base, for every other currency held.
    pub rates: &'a [(&'a str, f64)],
    /// Equity in the base, above 0; `None` = the sum of the positions' values.
    pub equity: Option<f64>,
}

/// A position in the base currency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Market value; 0 for a future.
    pub value: f64,
    /// Money at risk in its underlying: value of an asset, notional of a future,
    /// delta times spot of an option, 0 of cash.
    pub exposure: f64,
    /// `value / equity`.
    pub weight: f64,
    /// `exposure / equity`.
    pub exposure_weight: f64,
}

/// What is held in a currency.
#[derive(Clone, Debug, PartialEq)]
pub struct CurrencyExposure {
    /// The currency.
    pub currency: String,
    /// Value of positions and cash in it, in the base: what is gained when it rises by 100 %.
    pub value: f64,
    /// `value / equity`.
    pub weight: f64,
    /// Exposure to underlyings priced in it, in the base.
    pub exposure: f64,
}

/// A portfolio at a glance.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Equity, in the base.
    pub equity: f64,
    /// One line per position, in order.
    pub lines: Vec<Line>,
    /// Net exposure per underlying, in order of appearance.
    pub underlyings: Vec<(String, f64)>,
    /// Concentration of the exposures per underlying; `None` without any.
    pub concentration: Option<Concentration>,
    /// Leverage of the exposures per position.
    pub leverage: Leverage,
    /// Per currency, in order of appearance.
    pub currencies: Vec<CurrencyExposure>,
}

impl Book<'_> {
    /// Price of one unit of a position's currency in the base.
    pub(crate) fn rate(&self, index: usize) -> Result<f64, RiskError> {
        let currency = self.positions[index].currency;
        let named = |from: usize| (from..self.rates.len()).find(|at| self.rates[*at].0 == currency);
        let Some(at) = named(0) else {
            if currency == self.base {
                return Ok(1.0);
            }
            let expected = "the base currency or one with a rate";
            return Err(RiskError::Name { argument: "positions", index, found: currency.into(), expected });
        };
        if let Some(again) = named(at + 1) {
            let expected = "a currency with one rate only";
            return Err(RiskError::Name { argument: "rates", index: again, found: currency.into(), expected });
        }
        let rate = self.rates[at].1;
        let sound = if currency == self.base { rate == 1.0 } else { rate.is_finite() && rate > 0.0 };
        if sound {
            return Ok(rate);
        }
        let expected = if currency == self.base { "1 for the base currency" } else { "a finite number above 0" };
        Err(RiskError::Element { argument: "rates", index: at, found: rate, expected })
    }

    /// Units of the underlying, and what they are worth in the base per unit of price.
    pub(crate) fn size(&self, index: usize) -> Result<f64, RiskError> {
        let position = &self.positions[index];
        let fail = |found: f64, expected| Err(RiskError::Element { argument: "positions", index, found, expected });
        if !position.quantity.is_finite() {
            return fail(position.quantity, "a finite quantity");
        }
        if !(position.multiplier.is_finite() && position.multiplier > 0.0) {
            return fail(position.multiplier, "a finite multiplier above 0");
        }
        if !position.price.is_finite() {
            return fail(position.price, "a finite price");
        }
        if position.instrument == Instrument::Cash && position.price != 1.0 {
            return fail(position.price, "the price 1 for cash");
        }
        if matches!(position.instrument, Instrument::European(_)) && position.price < 0.0 {
            return fail(position.price, "a price of 0 or more for an option");
        }
        Ok(position.quantity * position.multiplier)
    }

    /// Value and exposure of a position in the base.
    fn stand(&self, index: usize) -> Result<(f64, f64), RiskError> {
        let Position { price, instrument, .. } = self.positions[index];
        let scale = self.size(index)? * self.rate(index)?;
        let stand = match instrument {
            Instrument::Cash => (scale, 0.0),
            Instrument::Asset => (scale * price, scale * price),
            Instrument::Future => (0.0, scale * price),
            Instrument::European(option) => {
                let error = |error| RiskError::Option { argument: "positions", index, error };
                (scale * price, scale * option.greeks().map_err(error)?.delta * option.spot)
            }
        };
        finite("value", stand.0)?;
        finite("exposure", stand.1)?;
        Ok(stand)
    }

    /// Equity and every figure of the portfolio.
    ///
    /// # Errors
    /// No positions; a quantity, multiplier, price or rate that is not finite or
    /// outside its domain; a currency without a rate or with two; an option that has no price;
    /// an equity that is not above zero.
    pub fn summary(&self) -> Result<Summary, RiskError> {
        at_least("positions", self.positions.len(), 1)?;
        let stands: Vec<(f64, f64)> = (0..self.positions.len()).map(|i| self.stand(i)).collect::<Result<_, _>>()?;
        let equity = positive("equity", self.equity.unwrap_or_else(|| stands.iter().map(|s| s.0).sum()))?;
        let lines: Vec<Line> = stands
            .iter()
            .map(|&(value, exposure)| Line {
                value,
                exposure,
                weight: value / equity,
                exposure_weight: exposure / equity,
            })
            .collect();
        let mut underlyings: Vec<(String, f64)> = Vec::new();
        let mut currencies: Vec<CurrencyExposure> = Vec::new();
        for (position, line) in self.positions.iter().zip(&lines) {
            if position.instrument != Instrument::Cash {
                match underlyings.iter_mut().find(|(name, _)| name == position.underlying) {
                    Some((_, sum)) => *sum += line.exposure,
                    None => underlyings.push((position.underlying.to_owned(), line.exposure)),
                }
            }
            match currencies.iter_mut().find(|c| c.currency == position.currency) {
                Some(own) => {
                    own.value += line.value;
                    own.exposure += line.exposure;
                }
                None => currencies.push(CurrencyExposure {
                    currency: position.currency.to_owned(),
                    value: line.value,
                    weight: 0.0,
                    exposure: line.exposure,
                }),
            }
        }
        currencies.iter_mut().for_each(|c| c.weight = c.value / equity);
        let net: Vec<f64> = underlyings.iter().map(|(_, exposure)| *exposure).collect();
        let exposures: Vec<f64> = lines.iter().map(|line| line.exposure).collect();
        Ok(Summary {
            equity,
            leverage: leverage(&exposures, equity)?,
            concentration: if net.iter().any(|x| *x != 0.0) { Some(concentration(&net)?) } else { None },
            lines,
            underlyings,
            currencies,
        })
    }
}
