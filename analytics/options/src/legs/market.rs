//! Value and Greeks of a strategy in a market.

use super::{Instrument, Leg, Strategy, StrategyError, Style};
use crate::american::Scheme;
use crate::error::{finite, not_negative, positive};
use crate::{American, European, Greeks, OptionError, OptionType};

/// Where the volatility of each leg comes from; per square root of a year.
#[derive(Clone, Copy)]
pub enum LegVolatility<'a> {
    /// The same for all.
    Flat(f64),
    /// One for each leg, in their order; that of shares is not read.
    PerLeg(&'a [f64]),
    /// From a surface: strike and years to expiry from now; none outside it.
    Surface(&'a dyn Fn(f64, f64) -> Option<f64>),
}

/// A market for a strategy.
#[derive(Clone, Copy)]
pub struct Market<'a> {
    /// Price of the underlying, above 0.
    pub spot: f64,
    /// Continuous interest rate per year.
    pub rate: f64,
    /// Continuous dividend yield per year.
    pub dividend_yield: f64,
    /// Volatilities of the legs.
    pub volatility: LegVolatility<'a>,
}

/// A strategy with its volatilities resolved.
pub(super) struct Valued<'a> {
    pub(super) strategy: &'a Strategy,
    pub(super) rate: f64,
    pub(super) dividend_yield: f64,
    volatilities: Vec<f64>,
}

impl Strategy {
    /// What all legs are worth now, below 0 when closing costs money.
    ///
    /// # Errors
    /// Names the argument, or leg, that is outside its domain.
    pub fn value(&self, market: &Market<'_>) -> Result<f64, StrategyError> {
        self.valued(market)?.value(positive("spot", market.spot)?, 0.0, 0.0)
    }

    /// Value less cost, `elapsed` years from now at another spot (0 or more), with all
    /// volatilities moved by `shift` (0.01 is a point).
    ///
    /// # Errors
    /// Names the argument outside its domain, and the leg that has expired before
    /// `elapsed`: what it paid depends on the way, not on this spot.
    pub fn profit(&self, market: &Market<'_>, spot: f64, elapsed: f64, shift: f64) -> Result<f64, StrategyError> {
        let valued = self.valued(market)?;
        not_negative("spot", spot)?;
        not_negative("elapsed", elapsed)?;
        finite("shift", shift)?;
        Ok(valued.value(spot, elapsed, shift)? - self.cost())
    }

    /// Greeks of the whole position now, in money: those of [`Greeks`] times units,
    /// summed. `price` is the value. Shares have a delta of 1 each and nothing else.
    /// American legs have vega, theta, rho and rho_q by differences, and no vanna, volga and
    /// charm: with one of them those three are `NaN`.
    ///
    /// # Errors
    /// Names the argument, or leg, that is outside its domain.
    pub fn greeks(&self, market: &Market<'_>) -> Result<Greeks, StrategyError> {
        let valued = self.valued(market)?;
        let spot = positive("spot", market.spot)?;
        let mut net = Greeks::default();
        for (at, (leg, volatility)) in self.legs().iter().zip(&valued.volatilities).enumerate() {
            let one = match leg.instrument {
                Instrument::Shares => Greeks { price: spot, delta: 1.0, ..Greeks::default() },
                Instrument::Option { kind, strike, years, style } => {
                    let option = valued.option(kind, strike, years, spot, *volatility);
                    let greeks = match style {
                        Style::European => option.greeks(),
                        Style::American => american_greeks(&american(&option)),
                    };
                    greeks.map_err(|problem| StrategyError::Leg { leg: at, problem })?
                }
            };
            let units = leg.units();
            net.price += units * one.price;
            net.delta += units * one.delta;
            net.gamma += units * one.gamma;
            net.vega += units * one.vega;
            net.theta += units * one.theta;
            net.rho += units * one.rho;
            net.vanna += units * one.vanna;
            net.volga += units * one.volga;
            net.charm += units * one.charm;
            net.rho_q += units * one.rho_q;
        }
        Ok(net)
    }

    pub(super) fn valued(&self, market: &Market<'_>) -> Result<Valued<'_>, StrategyError> {
        finite("rate", market.rate)?;
        finite("dividend_yield", market.dividend_yield)?;
        if let LegVolatility::PerLeg(list) = market.volatility
            && list.len() != self.legs().len()
        {
            let (found, expected) = (list.len(), self.legs().len());
            return Err(OptionError::Length { argument: "volatility", found, expected }.into());
        }
        let one = |(at, leg): (usize, &Leg)| {
            let Instrument::Option { strike, years, .. } = leg.instrument else { return Ok(0.0) };
            let found = match market.volatility {
                LegVolatility::Flat(volatility) => volatility,
                LegVolatility::PerLeg(list) => list.get(at).copied().unwrap_or(f64::NAN),
                LegVolatility::Surface(surface) => surface(strike, years).unwrap_or(f64::NAN),
            };
            not_negative("volatility", found).map_err(|problem| StrategyError::Leg { leg: at, problem })
        };
        let volatilities = self.legs().iter().enumerate().map(one).collect::<Result<_, _>>()?;
        Ok(Valued { strategy: self, rate: market.rate, dividend_yield: market.dividend_yield, volatilities })
    }
}

/// Expiries nearer to each other than this, in years (a thirtieth of a second), are one.
const SAME_TIME: f64 = 1e-9;

impl Valued<'_> {
    /// What all legs are worth at a spot, time and shift of volatility.
    pub(super) fn value(&self, spot: f64, elapsed: f64, shift: f64) -> Result<f64, StrategyError> {
        Ok(self.value_and_gross(spot, elapsed, shift)?.0)
    }

    /// The same, and the sum of the sizes of what was added up.
    pub(super) fn value_and_gross(&self, spot: f64, elapsed: f64, shift: f64) -> Result<(f64, f64), StrategyError> {
        let (mut sum, mut gross) = (0.0, 0.0);
        for (at, (leg, volatility)) in self.strategy.legs().iter().zip(&self.volatilities).enumerate() {
            let price = self
                .leg(leg, spot, elapsed, volatility + shift)
                .map_err(|problem| StrategyError::Leg { leg: at, problem })?;
            sum += leg.units() * price;
            gross += leg.units().abs() * price.abs();
        }
        Ok((sum, gross))
    }

    /// One share of a leg.
    fn leg(&self, leg: &Leg, spot: f64, elapsed: f64, volatility: f64) -> Result<f64, OptionError> {
        let Instrument::Option { kind, strike, years, style } = leg.instrument else { return Ok(spot) };
        not_negative("volatility", volatility)?;
        if elapsed > years + SAME_TIME {
            let expected = "no later than the expiry of the leg";
            return Err(OptionError::Argument { argument: "elapsed", found: elapsed, expected });
        }
        let left = if years - elapsed < SAME_TIME { 0.0 } else { years - elapsed };
        if spot == 0.0 {
            // The limit: a call is worth nothing, a put its strike, now if it may be had now.
            let then = strike * libm::exp(-self.rate * left);
            return Ok(match (kind, style) {
                (OptionType::Call, _) => 0.0,
                (OptionType::Put, Style::European) => then,
                (OptionType::Put, Style::American) => then.max(strike),
            });
        }
        let option = self.option(kind, strike, left, spot, volatility);
        match style {
            Style::European => option.price(),
            Style::American => american(&option).price(),
        }
    }

    fn option(&self, kind: OptionType, strike: f64, years: f64, spot: f64, volatility: f64) -> European {
        European { kind, spot, strike, years, rate: self.rate, dividend_yield: self.dividend_yield, volatility }
    }
}

fn american(option: &European) -> American {
    American {
        kind: option.kind,
        spot: option.spot,
        strike: option.strike,
        years: option.years,
        rate: option.rate,
        dividend_yield: option.dividend_yield,
        volatility: option.volatility,
    }
}

fn american_greeks(option: &American) -> Result<Greeks, OptionError> {
    let found = option.valuation(Scheme::default())?;
    let by_differences = option.differences(Scheme::default())?;
    Ok(Greeks {
        price: found.price,
        delta: found.delta,
        gamma: found.gamma,
        vega: by_differences.vega,
        theta: by_differences.theta,
        rho: by_differences.rho,
        rho_q: by_differences.rho_q,
        vanna: f64::NAN,
        volga: f64::NAN,
        charm: f64::NAN,
    })
}
