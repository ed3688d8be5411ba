//! Forward and discount factor of an expiry from put-call parity.
//!
//! For European options `call - put = discount (forward - strike)` at every strike: a straight line
//! in the strike. The line is fitted robustly through pairs near the money, each weighted by its spreads,
//! so that a few bad quotes do not move it: a start by medians (Theil 1950, Sen 1968), then repeated least
//! squares with Tukey's biweight.
//!
//! American options only satisfy an inequality: a put that may be exercised early is worth more than parity says, the
//! more so the deeper it is in the money and the higher the rate. For them only pairs close to the money are read, where
//! the premiums of call and put are least; give a rate for them, or the line's slope takes in what is left
//! of the premiums. [`crate::surface::fit()`] takes the premiums off and asks again.

use super::Style;
use super::rules::Rule;

/// A call and a put of one strike, by their mids.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Strike.
    pub strike: f64,
    /// Mid of the call.
    pub call: f64,
    /// Mid of the put.
    pub put: f64,
    /// The standard error to assume for `call - put`: say, the root of the sum of the squared half spreads.
    pub error: f64,
}

/// Where a discount factor comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscountSource {
    /// The given rate.
    Given,
    /// The slope of this expiry's parity line.
    Parity,
    /// The rate of all expiries together: this one alone is too short or has too few pairs.
    Pooled,
}

impl DiscountSource {
    /// A word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Parity => "parity",
            Self::Pooled => "pooled",
        }
    }
}

/// Forward and discount factor of one expiry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forward {
    /// Years to expiry.
    pub years: f64,
    /// Forward price of the underlying.
    pub forward: f64,
    /// Value now of 1.00 at expiry.
    pub discount: f64,
    /// Where the discount factor comes from.
    pub source: DiscountSource,
    /// Standard error of the forward; 0 when it was given.
    pub error: f64,
    /// Pairs near the money that were read; 0 when the forward was given.
    pub pairs: usize,
    /// Pairs of those that the robust fit gave no weight.
    pub rejected: usize,
}

impl Forward {
    /// The continuous rate per year that the discount factor means.
    #[must_use]
    pub fn rate(&self) -> f64 {
        -libm::log(self.discount) / self.years
    }
}

/// The pairs of one expiry.
#[derive(Clone, Debug, PartialEq)]
pub struct Expiry {
    /// Years to expiry, above 0.
    pub years: f64,
    /// Pairs in ascending order of the strike.
    pub pairs: Vec<Pair>,
    /// The forward when it is known.
    pub forward: Option<f64>,
}

/// The least number of pairs that may tell a discount factor.
pub const DISCOUNT_PAIRS_MIN: usize = 5;
/// A parity line whose rate is less certain than this (standard error, per year) takes the rate of all expiries.
pub const RATE_ERROR_MAX: f64 = 0.005;
/// Rates outside are taken for bad quotes, not for rates.
pub const RATE_RANGE: [f64; 2] = [-0.25, 1.0];

/// The forward and discount factor of each expiry, or the rule that leaves it without.
///
/// With `rate` the discount factors are given and one pair is enough for a forward. Without, an expiry needs
/// [`DISCOUNT_PAIRS_MIN`] pairs near the money, or takes the rate of the others.
#[must_use]
pub fn imply(expiries: &[Expiry], style: Style, rate: Option<f64>) -> Vec<Result<Forward, Rule>> {
    let near: Vec<Vec<Pair>> = expiries.iter().map(|e| near_the_money(&e.pairs, LEVEL_REACH)).collect();
    let line = |e: &Expiry| Line::of(&near_the_money(&e.pairs, line_reach(style)), e.years);
    let lines: Vec<Option<Line>> = expiries.iter().map(|e| if rate.is_none() { line(e) } else { None }).collect();
    let pooled = pooled(&lines);
    let one = |(i, expiry): (usize, &Expiry)| {
        let discount = |rate: f64| libm::exp(-rate * expiry.years);
        let (discount, source) = match (rate, &lines[i], pooled) {
            (Some(rate), ..) => (discount(rate), DiscountSource::Given),
            (_, Some(line), _) if line.rate_error <= RATE_ERROR_MAX => (discount(line.rate), DiscountSource::Parity),
            (.., Some(pooled)) => (discount(pooled), DiscountSource::Pooled),
            _ => {
                return Err(if near[i].is_empty() && expiry.forward.is_none() {
                    Rule::NoForward
                } else {
                    Rule::NoDiscount
                });
            }
        };
        let known = |forward, error, pairs, rejected| {
            Ok(Forward { years: expiry.years, forward, discount, source, error, pairs, rejected })
        };
        if let Some(forward) = expiry.forward {
            return known(forward, 0.0, 0, 0);
        }
        let values: Vec<Weighted> = near[i]
            .iter()
            .map(|p| Weighted { x: 0.0, y: p.strike + (p.call - p.put) / discount, error: p.error / discount })
            .collect();
        let Some(level) = fit(&values, false) else { return Err(Rule::NoForward) };
        if level.intercept > 0.0 {
            known(level.intercept, level.intercept_error, values.len(), level.rejected)
        } else {
            Err(Rule::NoForward)
        }
    };
    expiries.iter().enumerate().map(one).collect()
}

/// The rate of all lines together, each weighted by its precision.
fn pooled(lines: &[Option<Line>]) -> Option<f64> {
    let (mut sum, mut weights) = (0.0, 0.0);
    for line in lines.iter().flatten() {
        let weight = 1.0 / (line.rate_error * line.rate_error);
        sum += weight * line.rate;
        weights += weight;
    }
    (weights > 0.0).then(|| sum / weights)
}

/// How many straddles from the money pairs tell the forward once the discount factor is known. Further out one of
/// the two is deep in the money, and its mid is no better than its spread.
const LEVEL_REACH: f64 = 0.5;

/// The same for the discount factor, which needs strikes that differ.
fn line_reach(style: Style) -> f64 {
    match style {
        Style::European => 2.0,
        Style::American => LEVEL_REACH,
    }
}

/// Pairs within `reach` straddles of where call and put cost the same (a straddle there costs about 0.8 deviations of
/// the underlying), but never fewer than the six nearest.
fn near_the_money(pairs: &[Pair], reach: f64) -> Vec<Pair> {
    let mut by_gap: Vec<&Pair> = pairs.iter().collect();
    by_gap.sort_by(|a, b| (a.call - a.put).abs().total_cmp(&(b.call - b.put).abs()));
    let centre = median(by_gap.iter().take(7).map(|p| p.strike + p.call - p.put).collect());
    let mut by_distance: Vec<&Pair> = pairs.iter().collect();
    by_distance.sort_by(|a, b| (a.strike - centre).abs().total_cmp(&(b.strike - centre).abs()));
    let reach = reach * median(by_distance.iter().take(3).map(|p| p.call + p.put).collect());
    let near = by_distance.iter().enumerate().filter(|(i, p)| *i < 6 || (p.strike - centre).abs() <= reach);
    let mut near: Vec<Pair> = near.map(|(_, p)| **p).collect();
    near.sort_by(|a, b| a.strike.total_cmp(&b.strike));
    near
}

/// What a parity line says of the rate.
struct Line {
    rate: f64,
    rate_error: f64,
}

impl Line {
    fn of(pairs: &[Pair], years: f64) -> Option<Self> {
        if pairs.len() < DISCOUNT_PAIRS_MIN {
            return None;
        }
        let values: Vec<Weighted> =
            pairs.iter().map(|p| Weighted { x: p.strike, y: p.call - p.put, error: p.error }).collect();
        let line = fit(&values, true)?;
        let discount = -line.slope;
        let [low, high] = RATE_RANGE.map(|rate| libm::exp(-rate * years));
        if !(discount <= low && discount >= high) {
            return None;
        }
        let rate_error = line.slope_error / (discount * years);
        Some(Self { rate: -libm::log(discount) / years, rate_error: if rate_error > 1e-9 { rate_error } else { 1e-9 } })
    }
}

struct Weighted {
    x: f64,
    y: f64,
    error: f64,
}

struct Fitted {
    intercept: f64,
    intercept_error: f64,
    slope: f64,
    slope_error: f64,
    rejected: usize,
}

/// A robust line (or, without `sloped`, level) through values; `None` without values or without two different `x`.
fn fit(values: &[Weighted], sloped: bool) -> Option<Fitted> {
    if values.is_empty() {
        return None;
    }
    let mut slope = 0.0;
    if sloped {
        let mut slopes = Vec::new();
        for (i, a) in values.iter().enumerate() {
            slopes.extend(values[..i].iter().filter(|b| b.x != a.x).map(|b| (a.y - b.y) / (a.x - b.x)));
        }
        if slopes.is_empty() {
            return None;
        }
        slope = median(slopes);
    }
    let mut intercept = median(values.iter().map(|v| v.y - slope * v.x).collect());
    let mut weights = vec![0.0; values.len()];
    let mut sums = Sums::default();
    for _ in 0..50 {
        let residuals: Vec<f64> = values.iter().map(|v| (v.y - intercept - slope * v.x) / v.error).collect();
        // 1.4826 times the median is the deviation of a normal variable; 4.685 is Tukey's constant.
        let scale = 1.4826 * median(residuals.iter().map(|r| r.abs()).collect());
        let limit = 4.685 * if scale > 0.02 { scale } else { 0.02 };
        for ((weight, residual), value) in weights.iter_mut().zip(&residuals).zip(values) {
            let t = residual / limit;
            let biweight = if t.abs() < 1.0 { (1.0 - t * t) * (1.0 - t * t) } else { 0.0 };
            *weight = biweight / (value.error * value.error);
        }
        sums = Sums::of(values, &weights);
        let next_slope = if sloped && sums.xx > 0.0 { sums.xy / sums.xx } else { slope };
        let next = sums.y - next_slope * sums.x;
        let moved = (next - intercept).abs() + (next_slope - slope).abs() * (1.0 + sums.x.abs());
        (intercept, slope) = (next, next_slope);
        if moved <= 1e-13 * (1.0 + intercept.abs()) {
            break;
        }
    }
    let used = weights.iter().filter(|w| **w > 0.0).count();
    let squares: f64 = values
        .iter()
        .zip(&weights)
        .map(|(v, w)| w * (v.y - intercept - slope * v.x) * (v.y - intercept - slope * v.x))
        .sum();
    let freedom = used as f64 - if sloped { 2.0 } else { 1.0 };
    // Few values may agree by luck: their errors count for a third of what was assumed at least.
    let variance = if freedom >= 1.0 && squares > 0.1 * freedom { squares / freedom } else { 0.1 };
    Some(Fitted {
        intercept,
        intercept_error: (variance / sums.weight).sqrt(),
        slope,
        slope_error: if sums.xx > 0.0 { (variance / sums.xx).sqrt() } else { f64::INFINITY },
        rejected: values.len() - used,
    })
}

/// Weighted means and, about them, sums of squares.
#[derive(Default)]
struct Sums {
    weight: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
}

impl Sums {
    fn of(values: &[Weighted], weights: &[f64]) -> Self {
        let mut sums = Self { weight: weights.iter().sum(), ..Self::default() };
        for (v, w) in values.iter().zip(weights) {
            sums.x += w * v.x / sums.weight;
            sums.y += w * v.y / sums.weight;
        }
        for (v, w) in values.iter().zip(weights) {
            sums.xx += w * (v.x - sums.x) * (v.x - sums.x);
            sums.xy += w * (v.x - sums.x) * (v.y - sums.y);
        }
        sums
    }
}

/// The middle value; NaN of nothing.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 { values[half] } else { 0.5 * (values[half - 1] + values[half]) }
}
