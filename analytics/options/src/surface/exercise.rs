//! What early exercise is worth, taken off American quotes.

use super::points::Candidate;
use crate::chain::Market;
use crate::chain::parity::Forward;
use crate::chain::rules::Rule;
use crate::{American, OptionError, american};

/// Sets each candidate's premium of early exercise, and drops those that have none because the price is that of
/// exercise now or less: `drops` says which.
///
/// Spot is the market's, or else the forward discounted (no yield); the yield is what makes spot and forward agree. The
/// premium is that of the mid and is taken off bid and ask alike.
pub(super) fn de_americanise(
    candidates: &mut Vec<Candidate>,
    forward: &Forward,
    market: &Market,
    drops: &mut Vec<(usize, Rule)>,
) {
    let rate = forward.rate();
    let spot = market.spot.unwrap_or(forward.forward * forward.discount);
    let dividend_yield = rate - libm::log(forward.forward / spot) / forward.years;
    let option = |of: &Candidate| American {
        kind: of.kind,
        spot,
        strike: of.strike,
        years: forward.years,
        rate,
        dividend_yield,
        volatility: 0.0,
    };
    candidates.retain_mut(|candidate| {
        match american::de_americanise(candidate.mid(), &option(candidate), american::Scheme::Fast) {
            Ok(found) => {
                candidate.premium = found.early_exercise_premium;
                true
            }
            Err(error) => {
                let rule = match error {
                    OptionError::AboveMaximum => Rule::AboveMaximum,
                    _ => Rule::BelowIntrinsic,
                };
                drops.push((candidate.quote, rule));
                false
            }
        }
    });
}
