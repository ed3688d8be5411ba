//! One SVI smile fitted to quoted volatilities, free of arbitrage.
//!
//! 1. The quasi-explicit fit of De Marco and Martini, which asks for no more than `a >= 0` and Lee's bound. It
//!    is what [`Calibrated::free`] keeps, so that what the constraints cost can be seen.
//! 2. A search over all five parameters by the error of volatility itself, with penalties on `g < 0` and on total
//!    variance above that of the next expiry, ever stiffer until the check passes.
//! 3. Should it still not pass: the smile is moved toward one that is free of arbitrage for certain just as far as it
//!    takes, and improved from there by a search that refuses every smile that does not pass.
//!
//! Expiries are fitted from the last to the first, each below the next. The other way round there would be no smile
//! to fall back on; this way there is one of the right shape: total variance of the next expiry times a share below 1 is
//! free of butterflies when the whole is, because Durrleman's `g` is concave in the share and not below 0 at
//! either end. It also gives the word to the long expiries, whose wings are quoted further out.

use super::Svi;
use super::arbitrage::{Violations, check};
use super::quasi_explicit;
use super::search::Fit;
use crate::OptionError;
use crate::error::{finite, not_negative, positive};

/// A volatility to be met.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Log-moneyness, `ln(strike / forward)`.
    pub k: f64,
    /// Volatility, above 0.
    pub volatility: f64,
    /// Weight of its squared error, 0 or more; only ratios matter.
    pub weight: f64,
}

/// The expiries about one, as far as its smile must or should heed them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Neighbours<'a> {
    /// The smile of the next expiry, which must nowhere be below.
    pub next: Option<&'a Svi>,
    /// Volatilities, at this expiry's time, that the smile should rather not be below: the total variance that
    /// earlier expiries are quoted at, so that it leaves room for them where it has no targets of its own. All floors
    /// together weigh as much as all targets.
    pub floors: &'a [Target],
    /// Slopes of the left and right wing that each earlier expiry would like to have, 0 or more. To leave room for them, a
    /// smile gives up at most a tenth of its mean squared error for each wing, or of the square of `tolerance` when that
    /// is more.
    pub slopes: &'a [[f64; 2]],
    /// The distance of volatility that the quotes leave open, 0 or more: say, half of a typical spread.
    pub tolerance: f64,
}

/// What it took to be free of arbitrage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// Nothing: the best smile passed.
    None,
    /// Penalties in the search.
    Penalties,
    /// The smile was moved toward one that passes for certain.
    Moved,
}

impl Repair {
    /// A word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Penalties => "penalties",
            Self::Moved => "moved",
        }
    }
}

/// A fitted smile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibrated {
    /// The smile; it passes [`check`] against the expiry before.
    pub smile: Svi,
    /// The quasi-explicit fit before constraints.
    pub free: Svi,
    /// What [`check`] says of the free smile by itself (no calendar).
    pub before: Violations,
    /// What was needed.
    pub repair: Repair,
}

/// Fits a smile to `targets` at `years`, free of butterfly arbitrage and nowhere above the smile of the `next` expiry.
///
/// The smile is defined for every `k`; it is only as good as the targets within their range. With fewer than five
/// targets more than one smile fits and the flattest bend found is as good as any: ask for five.
///
/// # Errors
/// Names the argument (`years`, `k`, `volatility`, `weight`) that is not a number or outside its domain;
/// [`OptionError::Length`] when there are fewer than three targets of a weight above 0; `next`
/// when it is not free of arbitrage itself.
pub fn calibrate(targets: &[Target], years: f64, neighbours: &Neighbours<'_>) -> Result<Calibrated, OptionError> {
    positive("years", years)?;
    let Neighbours { next, floors, slopes, tolerance } = *neighbours;
    not_negative("tolerance", tolerance)?;
    for slope in slopes.iter().flatten() {
        not_negative("slopes", *slope)?;
    }
    for target in targets.iter().chain(floors) {
        finite("k", target.k)?;
        positive("volatility", target.volatility)?;
        not_negative("weight", target.weight)?;
    }
    let (targets, floors) = (shares(targets), shares(floors));
    if targets.len() < 3 {
        return Err(OptionError::Length { argument: "targets", found: targets.len(), expected: 3 });
    }
    if let Some(next) = next {
        next.validate()?;
        let violations = check(next, None).total();
        if violations > 0 {
            let found = violations as f64;
            return Err(OptionError::Argument { argument: "next", found, expected: "a smile without violations" });
        }
    }
    let free = free(&targets, years);
    let low = targets.iter().fold(0.0, |low, t| if t.k < low { t.k } else { low });
    let high = targets.iter().fold(0.0, |high, t| if t.k > high { t.k } else { high });
    let width = width(&targets, years);
    let reach = high - low + width;
    let mut fit = Fit { targets: &targets, floors: &floors, years, next, slopes, tolerance, width, reach, scale: 0.0 };
    let scale = fit.missed(&free);
    fit.scale = if scale > 1e-10 { scale } else { 1e-10 };
    Ok(fit.solve(free))
}

/// Those of a weight above 0, with weights that sum to 1.
fn shares(targets: &[Target]) -> Vec<Target> {
    let total: f64 = targets.iter().map(|t| t.weight).sum();
    targets.iter().filter(|t| t.weight > 0.0).map(|t| Target { weight: t.weight / total, ..*t }).collect()
}

/// The fit that asks for next to nothing: what a smile would be, were arbitrage no concern. `targets`, of any
/// weights above 0, must not be empty.
pub(crate) fn free(targets: &[Target], years: f64) -> Svi {
    quasi_explicit::fit(targets, years, width(targets, years))
}

/// The least volatility as a deviation: a scale for distances in `k`.
fn width(targets: &[Target], years: f64) -> f64 {
    targets.iter().fold(f64::INFINITY, |low, t| if t.volatility < low { t.volatility } else { low }) * years.sqrt()
}
