//! What traders read off a surface: level, slope, risk reversal, butterfly, term structure.

use numeric::{normal, roots};

use super::{Section, Surface};
use crate::error::positive;
use crate::{OptionError, OptionType};

/// Which delta is meant. Both are unadjusted for premium: `n` is the standard normal distribution at d1
/// for calls and at -d1 for puts (as a size, without its sign).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeltaConvention {
    /// In units of the forward: `n`.
    Forward,
    /// In units of spot: `n` times discount factor times forward over spot (`exp(-q years) n`); wants a spot.
    Spot,
}

impl DeltaConvention {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Forward => "forward delta, premium-unadjusted",
            Self::Spot => "spot delta, premium-unadjusted",
        }
    }
}

/// The smile at one time in five numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Skew {
    /// Years.
    pub years: f64,
    /// Volatility at the money forward.
    pub at_the_money: f64,
    /// d volatility / dk at the money forward, per 1.00 of log-moneyness.
    pub slope: f64,
    /// Volatility of the call of the delta asked for.
    pub call_volatility: f64,
    /// Its log-moneyness.
    pub call_k: f64,
    /// Volatility of the put of the delta asked for.
    pub put_volatility: f64,
    /// Its log-moneyness.
    pub put_k: f64,
}

impl Skew {
    /// Call volatility less put volatility.
    #[must_use]
    pub fn risk_reversal(&self) -> f64 {
        self.call_volatility - self.put_volatility
    }

    /// The mean of both volatilities less that at the money forward.
    #[must_use]
    pub fn butterfly(&self) -> f64 {
        0.5 * (self.call_volatility + self.put_volatility) - self.at_the_money
    }
}

/// The term structure at one expiry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// Years to expiry.
    pub years: f64,
    /// Forward price of the underlying.
    pub forward: f64,
    /// Volatility at the money forward.
    pub at_the_money: f64,
    /// Volatility at the money from the expiry before (from now for the first) to this one.
    pub forward_volatility: f64,
    /// Volatility of a variance swap: see [`Surface::variance_swap`].
    pub variance_swap: f64,
}

impl Surface {
    /// The strike, as log-moneyness, at which an option has the given delta as a size (0.25 is "25 delta", for puts too).
    ///
    /// # Errors
    /// Names `years`, or `delta` when no strike has it (it must be above 0 and below the delta of a
    /// strike of 0, 1 in units of the forward), or `spot` when the convention needs one that the surface does not have.
    pub fn strike_of_delta(
        &self,
        years: f64,
        kind: OptionType,
        delta: f64,
        convention: DeltaConvention,
    ) -> Result<f64, OptionError> {
        let section = self.section(years)?;
        let unit = match convention {
            DeltaConvention::Forward => 1.0,
            DeltaConvention::Spot => {
                let expected = "a spot in the surface, for spot deltas";
                let missing = OptionError::Argument { argument: "spot", found: f64::NAN, expected };
                self.discount(years)? * self.forward(years)? / self.spot().ok_or(missing)?
            }
        };
        let wanted = delta / unit;
        let refused = OptionError::Argument {
            argument: "delta",
            found: delta,
            expected: "a size above 0 and below that of the underlying",
        };
        if !(wanted > 0.0 && wanted < 1.0) {
            return Err(refused);
        }
        let gap = |k: f64| normal::cdf(kind.sign() * d1(&section, k)) - wanted;
        let mut reach = 4.0 * section.total_variance(0.0).sqrt();
        for _ in 0..12 {
            if let Some(k) = roots::brent(gap, -reach, reach, 1e-14) {
                return Ok(k);
            }
            reach *= 2.0;
        }
        Err(refused)
    }

    /// Level, slope and both wings at `delta` (0.25 for the usual risk reversal and butterfly).
    ///
    /// # Errors
    /// As [`Surface::strike_of_delta`].
    pub fn skew(&self, years: f64, delta: f64, convention: DeltaConvention) -> Result<Skew, OptionError> {
        let section = self.section(years)?;
        let call_k = self.strike_of_delta(years, OptionType::Call, delta, convention)?;
        let put_k = self.strike_of_delta(years, OptionType::Put, delta, convention)?;
        Ok(Skew {
            years,
            at_the_money: section.volatility(0.0),
            slope: section.volatility_slope(0.0),
            call_volatility: section.volatility(call_k),
            call_k,
            put_volatility: section.volatility(put_k),
            put_k,
        })
    }

    /// Level, forward volatility and variance swap at each expiry of the surface.
    #[must_use]
    pub fn term_structure(&self) -> Vec<Term> {
        let mut before = (0.0, 0.0);
        let one = |slice: &super::Slice| {
            let section = Section::of([(1.0, slice.smile), (0.0, slice.smile)], 0.0, slice.years);
            let variance = section.total_variance(0.0);
            let (since, then) = before;
            before = (slice.years, variance);
            Term {
                years: slice.years,
                forward: slice.forward,
                at_the_money: section.volatility(0.0),
                forward_volatility: ((variance - then) / (slice.years - since)).sqrt(),
                variance_swap: variance_swap(&section),
            }
        };
        self.slices().iter().map(one).collect()
    }

    /// The volatility whose square is the fair strike of a variance swap to `years`, were the underlying never to
    /// jump: the mean of total variance over the normal variable `-d2` (Gatheral 2006, "The Volatility Surface", chapter
    /// 11), which is the value of the strip of all options. Wings beyond the quotes count, so
    /// that it is only as good as they are.
    ///
    /// # Errors
    /// Names `years` when it is not a finite number above 0.
    pub fn variance_swap(&self, years: f64) -> Result<f64, OptionError> {
        positive("years", years)?;
        Ok(variance_swap(&self.section(years)?))
    }
}

/// `ln(forward / strike) / deviation + deviation / 2`.
fn d1(section: &Section, k: f64) -> f64 {
    let deviation = section.total_variance(k).sqrt();
    0.5 * deviation - k / deviation
}

/// The integral of total variance over `-d2`, in `k` by the trapezoidal rule, which is as exact as the arithmetic for
/// a smooth function that dies out at both ends.
fn variance_swap(section: &Section) -> f64 {
    const PLACES: i32 = 4_000;
    let d2 = |k: f64| d1(section, k) - section.total_variance(k).sqrt();
    // Beyond nine deviations nothing is left; wings may be too steep to get there.
    let edge = |sign: f64| {
        let mut reach = section.total_variance(0.0).sqrt();
        while reach < 60.0 && -sign * d2(sign * reach) < 9.0 {
            reach *= 1.2;
        }
        sign * reach
    };
    let (low, high) = (edge(-1.0), edge(1.0));
    let step = (high - low) / f64::from(PLACES);
    let density = 1.0 / (2.0 * std::f64::consts::PI).sqrt();
    let mut sum = 0.0;
    for i in 0..=PLACES {
        let k = low + step * f64::from(i);
        let (w, slope) = (section.total_variance(k), section.slope(k));
        let deviation = w.sqrt();
        let growth = (1.0 - 0.5 * k * slope / w) / deviation + 0.25 * slope / deviation;
        let z = d2(k);
        sum += density * libm::exp(-0.5 * z * z) * growth * w;
    }
    (sum * step / section.years()).sqrt()
}
