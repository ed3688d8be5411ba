//! A portfolio of assets and options in several currencies, and its profit when
//! the risk factors move.

use options::european::batch::{self, Columns, GreekColumns};
use options::{European, Greeks};

use super::draw::combine;
use super::{GROUP, Lanes};
use crate::{RiskError, check};

/// What a position is in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Instrument {
    /// Units of a factor: shares, futures points, or a currency whose exchange rate is the factor.
    Asset {
        /// Index of the factor.
        factor: usize,
    },
    /// European options on a factor. The implied volatility stays (sticky strike) unless a factor moves it.
    Option {
        /// Index of the underlying's factor.
        factor: usize,
        /// Terms and market. `spot` is not read: it is the factor's level.
        option: European,
        /// Factor whose relative change is that of the implied volatility; `None` = it stays.
        volatility: Option<usize>,
    },
}

/// So much of an instrument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Units times contract multiplier; negative when short.
    pub quantity: f64,
    /// What of.
    pub instrument: Instrument,
    /// Factor of the exchange rate, base currency per unit of the instrument's; `None` = base currency.
    pub currency: Option<usize>,
}

/// How options are valued at the horizon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Valuation {
    /// Each option is priced again on each path.
    Full,
    /// An approximation: `change over time + delta dS + gamma dS^2 / 2 + vega dsigma`, with delta,
    /// gamma and vega of today. Wrong for large moves and near expiry; fast.
    DeltaGamma,
}

/// Factors and positions, checked.
#[derive(Clone, Debug)]
pub struct Portfolio {
    levels: Vec<f64>,
    positions: Vec<Position>,
}

impl Portfolio {
    /// `levels` are today's values of the risk factors, above 0, in the order of the model:
    /// prices in their own currency, exchange rates in base currency per unit, volatilities.
    ///
    /// # Errors
    /// No level, one not above 0, a position that names no factor, a quantity that is not
    /// finite, an option whose terms have no price.
    pub fn new(levels: Vec<f64>, positions: Vec<Position>) -> Result<Self, RiskError> {
        if levels.is_empty() {
            return Err(RiskError::Length { argument: "levels", found: 0, expected: "1 or more".to_owned() });
        }
        if let Some(index) = levels.iter().position(|x| !(x.is_finite() && *x > 0.0)) {
            let expected = "a finite number above 0";
            return Err(RiskError::Element { argument: "levels", index, found: levels[index], expected });
        }
        for (index, position) in positions.iter().enumerate() {
            let named = |argument, factor: usize| {
                let expected = "the index of a factor";
                let error = RiskError::Element { argument, index, found: factor as f64, expected };
                levels.get(factor).map(|_| ()).ok_or(error)
            };
            if !position.quantity.is_finite() {
                let (found, expected) = (position.quantity, "a finite number");
                return Err(RiskError::Element { argument: "positions.quantity", index, found, expected });
            }
            if let Some(currency) = position.currency {
                named("positions.currency", currency)?;
            }
            match position.instrument {
                Instrument::Asset { factor } => named("positions.factor", factor)?,
                Instrument::Option { factor, option, volatility } => {
                    named("positions.factor", factor)?;
                    volatility.map_or(Ok(()), |factor| named("positions.volatility", factor))?;
                    European { spot: levels[factor], ..option }.price().map_err(|source| {
                        let options::OptionError::Argument { argument, found, expected } = source else {
                            return RiskError::Degenerate { argument: "positions.option", problem: "has no price" };
                        };
                        let argument = match argument {
                            "strike" => "positions.option.strike",
                            "years" => "positions.option.years",
                            "rate" => "positions.option.rate",
                            "dividend_yield" => "positions.option.dividend_yield",
                            "volatility" => "positions.option.volatility",
                            _ => "positions.option",
                        };
                        RiskError::Element { argument, index, found, expected }
                    })?;
                }
            }
        }
        Ok(Self { levels, positions })
    }

    /// Today's value in base currency.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.positions.iter().map(|p| p.quantity * self.unit_value(p)).sum()
    }

    /// The positions.
    #[must_use]
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// Today's levels of the factors.
    #[must_use]
    pub fn levels(&self) -> &[f64] {
        &self.levels
    }

    /// Today's value of one unit in base currency.
    pub(super) fn unit_value(&self, position: &Position) -> f64 {
        let local = match position.instrument {
            Instrument::Asset { factor } => self.levels[factor],
            Instrument::Option { factor, option, .. } => price(&option, self.levels[factor]),
        };
        local * position.currency.map_or(1.0, |factor| self.levels[factor])
    }
}

/// The price, also where the underlying is worthless or has fallen below zero.
fn price(option: &European, spot: f64) -> f64 {
    if spot <= 0.0 {
        let strike = option.strike * libm::exp(-option.rate * option.years);
        return (-option.kind.sign() * strike).max(0.0);
    }
    European { spot, ..*option }.price().unwrap_or(f64::NAN)
}

/// A unit of an option, made ready for many paths.
#[derive(Clone, Debug)]
struct OptionUnit {
    factor: usize,
    volatility: Option<usize>,
    level: f64,
    /// At the horizon.
    aged: European,
    value: f64,
    approximation: Option<Approximation>,
}

#[derive(Clone, Copy, Debug)]
struct Approximation {
    time: f64,
    delta: f64,
    gamma: f64,
    vega: f64,
}

/// A unit of a position, made ready.
#[derive(Clone, Debug)]
struct Unit {
    asset: Option<usize>,
    option: Option<OptionUnit>,
    /// Factor and level of the exchange rate.
    currency: Option<(usize, f64)>,
    /// Value in its own currency.
    value: f64,
}

/// The whole portfolio, made ready.
#[derive(Clone, Debug)]
pub(super) struct Book {
    units: Vec<Unit>,
    quantities: Vec<f64>,
    /// Value in base currency of the assets in base currency, by factor.
    exposures: Vec<f64>,
    /// Units that are not among them.
    others: Vec<usize>,
    /// Slope of the profit in the factors' returns, per 1.00.
    pub(super) slopes: Vec<f64>,
}

impl Book {
    /// `years` pass until the horizon.
    pub(super) fn new(portfolio: &Portfolio, valuation: Valuation, years: f64) -> Result<Self, RiskError> {
        let levels = &portfolio.levels;
        let mut book = Self {
            units: Vec::new(),
            quantities: portfolio.positions.iter().map(|p| p.quantity).collect(),
            exposures: vec![0.0; levels.len()],
            others: Vec::new(),
            slopes: vec![0.0; levels.len()],
        };
        for (index, position) in portfolio.positions.iter().enumerate() {
            let exchange = position.currency.map_or(1.0, |factor| levels[factor]);
            let base = position.quantity * exchange;
            let (unit, at) = match position.instrument {
                Instrument::Asset { factor } => {
                    book.slopes[factor] += base * levels[factor];
                    (None, factor)
                }
                Instrument::Option { factor, option, volatility } => {
                    let (unit, greeks) = OptionUnit::new(option, factor, volatility, levels[factor], valuation, years);
                    book.slopes[factor] += base * greeks.delta * levels[factor];
                    if let Some(moved) = volatility {
                        book.slopes[moved] += base * greeks.vega * option.volatility;
                    }
                    (Some(unit), factor)
                }
            };
            let value = unit.as_ref().map_or(levels[at], |unit| unit.value);
            if let Some(currency) = position.currency {
                book.slopes[currency] += base * value;
            }
            if unit.is_none() && position.currency.is_none() {
                book.exposures[at] += base * value;
            } else {
                book.others.push(index);
            }
            let currency = position.currency.map(|factor| (factor, levels[factor]));
            book.units.push(Unit { asset: unit.is_none().then_some(at), option: unit, currency, value });
        }
        check::all_finite("slopes of the portfolio", &book.slopes)?;
        Ok(book)
    }

    /// Units of each position.
    pub(super) fn quantities(&self) -> &[f64] {
        &self.quantities
    }

    /// Profit of the portfolio in base currency.
    pub(super) fn profit(&self, factors: &[Lanes], profit: &mut Lanes) {
        combine(&self.exposures, factors, profit);
        let mut unit = [0.0; GROUP];
        for &index in &self.others {
            self.unit_profit(index, factors, &mut unit);
            let quantity = self.quantities[index];
            for (profit, unit) in profit.iter_mut().zip(&unit) {
                *profit += quantity * unit;
            }
        }
    }

    /// Profit of one unit of a position in base currency.
    pub(super) fn unit_profit(&self, index: usize, factors: &[Lanes], profit: &mut Lanes) {
        let unit = &self.units[index];
        match (&unit.option, unit.asset) {
            (Some(option), _) => option.profit(factors, profit),
            (None, Some(asset)) => *profit = factors[asset].map(|r| unit.value * r),
            (None, None) => *profit = [0.0; GROUP],
        }
        if let Some((factor, level)) = unit.currency {
            for (profit, r) in profit.iter_mut().zip(&factors[factor]) {
                *profit = level * (*profit + (unit.value + *profit) * r);
            }
        }
    }
}

impl OptionUnit {
    fn new(
        option: European,
        factor: usize,
        volatility: Option<usize>,
        level: f64,
        valuation: Valuation,
        years: f64,
    ) -> (Self, Approximation) {
        let aged = European { spot: level, years: (option.years - years).max(0.0), ..option };
        let value = price(&option, level);
        let slopes = Approximation::new(&European { spot: level, ..option }, price(&aged, level) - value);
        let approximation = (valuation == Valuation::DeltaGamma).then_some(slopes);
        (Self { factor, volatility, level, aged, value, approximation }, slopes)
    }

    fn profit(&self, factors: &[Lanes], profit: &mut Lanes) {
        let moved = self.volatility.map_or([0.0; GROUP], |factor| factors[factor]);
        if let Some(Approximation { time, delta, gamma, vega }) = self.approximation {
            for ((profit, r), moved) in profit.iter_mut().zip(&factors[self.factor]).zip(&moved) {
                let ds = self.level * r;
                *profit = time + delta * ds + 0.5 * gamma * ds * ds + vega * self.aged.volatility * moved;
            }
            return;
        }
        let spots = factors[self.factor].map(|r| self.level * (1.0 + r));
        let volatilities = moved.map(|moved| (self.aged.volatility * (1.0 + moved)).max(0.0));
        let European { kind, strike, years, rate, dividend_yield, volatility, .. } = self.aged;
        let columns = Columns {
            kind: kind.into(),
            spot: spots[..].into(),
            strike: strike.into(),
            years: years.into(),
            rate: rate.into(),
            dividend_yield: dividend_yield.into(),
            volatility: if self.volatility.is_some() { volatilities[..].into() } else { volatility.into() },
        };
        let wanted = GreekColumns { price: Some(profit), ..GreekColumns::default() };
        // The columns have one length; a row without a price is not a number.
        let unpriced = batch::evaluate_sequential(&columns, wanted);
        if unpriced != Ok(0) {
            for ((profit, spot), volatility) in profit.iter_mut().zip(&spots).zip(&volatilities) {
                *profit = price(&European { volatility: *volatility, ..self.aged }, *spot);
            }
        }
        for profit in profit {
            *profit -= self.value;
        }
    }
}

impl Approximation {
    fn new(option: &European, time: f64) -> Self {
        let Greeks { delta, gamma, vega, .. } = option.greeks().unwrap_or_default();
        Self { time, delta, gamma, vega }
    }
}
