//! Quotes as volatilities.

use crate::chain::Quote;
use crate::chain::parity::{Forward, median};
use crate::chain::rules::Rule;
use crate::{European, OptionError, OptionType, implied};

/// A quote that a smile was fitted to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Its place in the chain.
    pub quote: usize,
    /// Call or put.
    pub kind: OptionType,
    /// Strike.
    pub strike: f64,
    /// Log-moneyness, `ln(strike / forward)`.
    pub k: f64,
    /// What early exercise is worth at the mid, in units of price: taken off bid, mid and ask. 0 for European style.
    pub early_exercise_premium: f64,
    /// Volatility at the bid; `None` when the bid is not above the intrinsic value (any volatility is above it).
    pub bid_volatility: Option<f64>,
    /// Volatility at the mid.
    pub mid_volatility: f64,
    /// Volatility at the ask; `None` when the ask is more than any volatility gives.
    pub ask_volatility: Option<f64>,
    /// Weight of its squared error in the fit: vega over spread, so that the weights of an expiry sum to 1.
    pub weight: f64,
    /// Volatility of the fitted smile.
    pub fitted_volatility: f64,
}

impl Point {
    /// Whether the fitted volatility lies between those of bid and ask.
    #[must_use]
    pub fn inside(&self) -> bool {
        self.bid_volatility.is_none_or(|bid| bid <= self.fitted_volatility)
            && self.ask_volatility.is_none_or(|ask| self.fitted_volatility <= ask)
    }
}

impl Point {
    /// Half of the spread as volatility; infinite when neither side has a volatility.
    #[must_use]
    pub fn half_spread(&self) -> f64 {
        match (self.bid_volatility, self.ask_volatility) {
            (Some(bid), Some(ask)) => 0.5 * (ask - bid),
            (None, Some(ask)) => ask - self.mid_volatility,
            (Some(bid), None) => self.mid_volatility - bid,
            (None, None) => f64::INFINITY,
        }
    }
}

/// A good quote with its sides, on its way to a volatility.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    pub quote: usize,
    pub kind: OptionType,
    pub strike: f64,
    pub bid: f64,
    pub ask: f64,
    /// What early exercise is worth, once known.
    pub premium: f64,
}

impl Candidate {
    pub(super) fn of(place: usize, quote: &Quote) -> Option<Self> {
        let (bid, ask) = (quote.bid?, quote.ask?);
        Some(Self { quote: place, kind: quote.kind, strike: quote.strike, bid, ask, premium: 0.0 })
    }

    pub(super) fn mid(&self) -> f64 {
        0.5 * (self.bid + self.ask)
    }

    /// The mid without the right to exercise early.
    pub(super) fn european_mid(&self) -> f64 {
        self.mid() - self.premium
    }
}

/// The candidate as a point, or the rule that drops it. The fitted volatility is for later.
pub(super) fn point(candidate: &Candidate, forward: &Forward) -> Result<Point, Rule> {
    let Candidate { quote, kind, strike, bid, ask, premium } = *candidate;
    let volatility = |price: f64| {
        // The option on the forward, paid for at expiry: no rate, no yield.
        let option = European {
            kind,
            spot: forward.forward,
            strike,
            years: forward.years,
            rate: 0.0,
            dividend_yield: 0.0,
            volatility: 0.0,
        };
        implied::volatility(price / forward.discount, &option)
    };
    let mid_volatility = match volatility(candidate.european_mid()) {
        Ok(found) if found > 0.0 => found,
        Err(OptionError::AboveMaximum) => return Err(Rule::AboveMaximum),
        _ => return Err(Rule::BelowIntrinsic),
    };
    let k = libm::log(strike / forward.forward);
    let bid_volatility = volatility(bid - premium).ok();
    // In the money, a bid below the intrinsic value leaves the volatility open.
    if bid_volatility.is_none() && kind.sign() * k < 0.0 {
        return Err(Rule::BelowIntrinsic);
    }
    let ask_volatility = volatility(ask - premium).ok();
    Ok(Point {
        quote,
        kind,
        strike,
        k,
        early_exercise_premium: premium,
        bid_volatility,
        mid_volatility,
        ask_volatility,
        weight: 0.0,
        fitted_volatility: 0.0,
    })
}

/// Of two quotes of one strike the one out of the money; the other is in the money.
pub(super) fn out_of_the_money(points: Vec<Point>, dropped: &mut Vec<(usize, Rule)>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    for point in points {
        match kept.last_mut() {
            Some(twin) if twin.strike == point.strike => {
                let wanted = if point.k < 0.0 { OptionType::Put } else { OptionType::Call };
                let loser = if point.kind == wanted { std::mem::replace(twin, point) } else { point };
                dropped.push((loser.quote, Rule::InTheMoney));
            }
            _ => kept.push(point),
        }
    }
    kept
}

/// Gives each point its weight: vega over spread, summing to 1. Spreads below a quarter of the expiry's median
/// count as that, so that no single quote rules the fit; without spreads at all the weights are the vegas.
pub(super) fn weigh(points: &mut [Point], chain: &[Quote], years: f64) {
    let spread = |p: &Point| chain[p.quote].spread().unwrap_or(0.0);
    let floor = 0.25 * median(points.iter().map(spread).collect());
    for point in points.iter_mut() {
        let deviation = point.mid_volatility * years.sqrt();
        let d1 = 0.5 * deviation - point.k / deviation;
        // Vega over forward, square root of years and the root of 2 pi, which all points share.
        let vega = libm::exp(-0.5 * d1 * d1);
        let spread = spread(point);
        let spread = if floor > 0.0 { if spread > floor { spread } else { floor } } else { 1.0 };
        point.weight = vega / spread;
    }
    let total: f64 = points.iter().map(|p| p.weight).sum();
    points.iter_mut().for_each(|p| p.weight /= total);
}
