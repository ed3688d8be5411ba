//! The outcome at the first expiry, when later legs still live.
//!
//! The curve is no longer made of straight lines. It is sampled at 0, at the strikes
//! and on a grid that is dense around them; each local extreme between samples is
//! refined, so that a pair of breakevens closer than the grid is not lost; each change
//! of sign is solved by Brent's method.

use numeric::roots;

use super::market::Valued;
use super::net::without_rounding;
use super::outcome::{Outcome, outcome};
use super::{Instrument, Market, Strategy, StrategyError, Style};
use crate::OptionType;
use crate::error::positive;

/// How many samples to take.
struct Density {
    /// Between a quarter of the lowest strike and four times the highest.
    inner: usize,
    /// On each side out to a factor of a thousand.
    outer: usize,
    /// Within 2 % of each strike.
    near_strike: usize,
}

const EUROPEAN: Density = Density { inner: 2_000, outer: 150, near_strike: 60 };

/// An American price costs a hundred times a European one.
const AMERICAN: Density = Density { inner: 240, outer: 12, near_strike: 12 };

/// An American price is only known to this share of its strike; a lower hill is none.
const AMERICAN_NOISE: f64 = 1e-6;

impl Strategy {
    /// Breakevens, largest profit and loss and ranges with a profit at the first expiry.
    ///
    /// When all options expire together that is [`Payoff::outcome`](super::Payoff::outcome), exact,
    /// and the market is not read. Otherwise later legs are valued with the volatilities of the
    /// market; breakevens of European legs are then good to about 1e-12 of their price, extremes
    /// to rounding. With American legs the curve is sampled more coarsely (some 300 prices), a
    /// pair of breakevens over a hill lower than 1e-6 of a strike is not seen, and breakevens are as
    /// good as the prices. With a dividend yield a
    /// European call gains less than 1.00 for 1.00 of the underlying, so that a calendar of
    /// European calls has an unlimited loss; of American ones it has not.
    ///
    /// # Errors
    /// Names the argument, or leg, that is outside its domain.
    pub fn outcome(&self, market: &Market<'_>) -> Result<Outcome, StrategyError> {
        let (Some(first), true) = (self.first_expiry(), self.several_expiries()) else {
            return Ok(self.payoff()?.outcome());
        };
        positive("spot", market.spot)?;
        let curve = Curve {
            valued: self.valued(market)?,
            elapsed: first,
            cost: self.cost(),
            paid: self.paid(),
            noise: self.noise(),
        };
        let mut points = Vec::new();
        for price in self.samples(market.spot) {
            points.push((price, curve.profit(price)?));
        }
        let refined: Vec<(f64, f64)> = points.windows(3).filter_map(|three| curve.extreme(three)).collect();
        points.extend(refined);
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points.dedup_by(|a, b| a.0 == b.0);
        let root = |a: (f64, f64), b: (f64, f64)| {
            let profit = |price| curve.profit(price).unwrap_or(f64::NAN);
            roots::brent(profit, a.0, b.0, 0.0).unwrap_or(f64::NAN)
        };
        Ok(outcome(&points, self.slope_far_above(first, market.dividend_yield), root))
    }

    /// Money that changed hands at the opening, both ways added up.
    fn paid(&self) -> f64 {
        self.legs().iter().map(|leg| leg.cost().abs()).sum()
    }

    /// Money by which the profit may be off because of American legs.
    fn noise(&self) -> f64 {
        let leg_noise = |leg: &super::Leg| match leg.instrument {
            Instrument::Option { strike, style: Style::American, .. } => AMERICAN_NOISE * strike * leg.units().abs(),
            _ => 0.0,
        };
        self.legs().iter().map(leg_noise).sum()
    }

    /// Prices at which the curve is looked at, ascending.
    fn samples(&self, spot: f64) -> Vec<f64> {
        let mut strikes: Vec<f64> = self
            .legs()
            .iter()
            .filter_map(|leg| match leg.instrument {
                Instrument::Option { strike, .. } => Some(strike),
                Instrument::Shares => None,
            })
            .collect();
        strikes.sort_by(f64::total_cmp);
        strikes.dedup();
        let low = strikes.iter().fold(spot, |low, strike| low.min(*strike));
        let high = strikes.iter().fold(spot, |high, strike| high.max(*strike));
        let mut prices = vec![0.0, spot];
        prices.extend(&strikes);
        let mut between = |from: f64, to: f64, count: usize| {
            let step = libm::log(to / from) / count as f64;
            prices.extend((0..=count).map(|i| from * libm::exp(step * i as f64)));
        };
        let density = if self.noise() > 0.0 { AMERICAN } else { EUROPEAN };
        between(low / 1_000.0, low / 4.0, density.outer);
        between(low / 4.0, high * 4.0, density.inner);
        between(high * 4.0, high * 1_000.0, density.outer);
        for strike in &strikes {
            between(strike * 0.98, strike * 1.02, density.near_strike);
        }
        prices.sort_by(f64::total_cmp);
        prices.dedup();
        prices
    }

    /// Change of value for 1.00 of the underlying when it is far above all strikes.
    fn slope_far_above(&self, elapsed: f64, dividend_yield: f64) -> f64 {
        let (mut sum, mut gross) = (0.0, 0.0);
        for leg in self.legs() {
            let one = match leg.instrument {
                Instrument::Shares => 1.0,
                Instrument::Option { kind: OptionType::Put, .. } => 0.0,
                Instrument::Option { kind: OptionType::Call, years, style, .. } => {
                    let held = libm::exp(-dividend_yield * (years - elapsed));
                    if style == Style::American { held.max(1.0) } else { held }
                }
            };
            sum += leg.units() * one;
            gross += leg.units().abs() * one;
        }
        without_rounding(sum, gross)
    }
}

struct Curve<'a> {
    valued: Valued<'a>,
    elapsed: f64,
    cost: f64,
    paid: f64,
    noise: f64,
}

impl Curve<'_> {
    fn profit(&self, price: f64) -> Result<f64, StrategyError> {
        let (value, gross) = self.valued.value_and_gross(price, self.elapsed, 0.0)?;
        Ok(without_rounding(value - self.cost, gross + self.paid))
    }

    /// The extreme between three samples whose middle one is the highest or lowest, by
    /// golden section.
    fn extreme(&self, three: &[(f64, f64)]) -> Option<(f64, f64)> {
        let [a, b, c] = three else { return None };
        let sign = match (b.1 - a.1, b.1 - c.1) {
            (left, right) if left >= 0.0 && right >= 0.0 && left + right > 0.0 => 1.0,
            (left, right) if left <= 0.0 && right <= 0.0 && left + right < 0.0 => -1.0,
            _ => return None,
        };
        if (b.1 - a.1).abs().max((b.1 - c.1).abs()) <= self.noise {
            return None;
        }
        const GOLDEN: f64 = 0.618_033_988_749_894_9;
        let (mut low, mut high) = (a.0, c.0);
        let mut best = *b;
        let (mut left, mut right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
        let (mut at_left, mut at_right) = (self.profit(left).ok()?, self.profit(right).ok()?);
        for _ in 0..if self.noise > 0.0 { 30 } else { 60 } {
            for found in [(left, at_left), (right, at_right)] {
                if sign * (found.1 - best.1) > 0.0 {
                    best = found;
                }
            }
            if sign * at_left > sign * at_right {
                (high, right, at_right) = (right, left, at_left);
                left = high - GOLDEN * (high - low);
                at_left = self.profit(left).ok()?;
            } else {
                (low, left, at_left) = (left, right, at_right);
                right = low + GOLDEN * (high - low);
                at_right = self.profit(right).ok()?;
            }
        }
        Some(best)
    }
}
