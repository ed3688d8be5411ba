//! Requirements of shares, with the options that they cover or that protect them.

use super::{Book, MarginRule};
use crate::OptionType;
use crate::legs::net::NetOption;

impl Book {
    /// Takes the shorts that the shares cover out of the book, each with the units covered.
    pub(super) fn cover_with_shares(&mut self, shares: f64) -> Vec<NetOption> {
        let kind = if shares > 0.0 { OptionType::Call } else { OptionType::Put };
        let mut left = shares.abs();
        let mut candidates: Vec<&mut NetOption> = self.sold.iter_mut().filter(|option| option.kind == kind).collect();
        candidates.sort_by(|a, b| (kind.sign() * a.strike).total_cmp(&(kind.sign() * b.strike)));
        let mut covered = Vec::new();
        for option in candidates {
            let units = option.units.min(left);
            if units > 0.0 {
                left -= units;
                option.units -= units;
                covered.push(NetOption { units, ..*option });
            }
        }
        covered
    }

    /// Asks for the shares: with what they cover, and what is left to protect them.
    pub(super) fn protect_shares(&mut self, shares: f64, covered: &[NetOption]) {
        let kind = if shares > 0.0 { OptionType::Put } else { OptionType::Call };
        let mut guards: Vec<NetOption> =
            self.bought.iter().copied().filter(|option| option.kind == kind && option.units > 0.0).collect();
        // The best protection last, to be taken first: high puts, low calls.
        guards.sort_by(|a, b| (kind.sign() * a.strike).total_cmp(&(kind.sign() * b.strike)));
        guards.reverse();
        let mut covered: Vec<NetOption> = covered.iter().rev().copied().collect();
        let mut left = shares.abs();
        while left > 0.0 {
            let units = [covered.last(), guards.last()].into_iter().flatten().fold(left, |low, o| low.min(o.units));
            let (rule, initial, maintenance) = if shares > 0.0 {
                held(self.spot, covered.last(), guards.last())
            } else {
                sold_short(self.spot, covered.last(), guards.last())
            };
            self.ask(rule, units, initial, maintenance);
            left -= units;
            for list in [&mut covered, &mut guards] {
                if let Some(last) = list.last_mut() {
                    last.units -= units;
                }
                list.retain(|option| option.units > 0.0);
            }
        }
    }
}

/// Rule, initial and maintenance for one share held.
fn held(spot: f64, call: Option<&NetOption>, put: Option<&NetOption>) -> (MarginRule, f64, f64) {
    let initial = 0.5 * spot;
    let protected = |put: &NetOption| 0.10 * put.strike + (spot - put.strike).max(0.0);
    match (call, put) {
        (Some(call), Some(put)) if call.strike == put.strike && call.years == put.years => {
            (MarginRule::Conversion, initial, 0.10 * put.strike)
        }
        (Some(call), Some(put)) => (MarginRule::Collar, initial, protected(put).min(0.25 * call.strike)),
        (Some(call), None) => (MarginRule::CoveredCall, initial, 0.25 * spot.min(call.strike)),
        (None, Some(put)) => (MarginRule::ProtectivePut, initial, protected(put).min(0.25 * spot)),
        (None, None) => (MarginRule::LongShares, initial, 0.25 * spot),
    }
}

/// Rule, initial and maintenance for one share sold short.
fn sold_short(spot: f64, put: Option<&NetOption>, call: Option<&NetOption>) -> (MarginRule, f64, f64) {
    // Beyond the value of the share itself.
    let plain = if spot < 5.0 { spot.max(2.50) } else { (0.30 * spot).max(5.0) };
    let initial = (1.5 * spot).max(spot + plain);
    let in_the_money = put.map_or(0.0, |put| (put.strike - spot).max(0.0));
    let (rule, beyond) = match (put, call) {
        (Some(put), Some(call)) if put.strike == call.strike && put.years == call.years => {
            (MarginRule::ReverseConversion, 0.10 * call.strike + in_the_money)
        }
        (put, Some(call)) => {
            let protected = 0.10 * call.strike + (call.strike - spot).max(0.0);
            let rule = if put.is_some() { MarginRule::CoveredPut } else { MarginRule::ProtectiveCall };
            (rule, protected.min(plain) + in_the_money)
        }
        (Some(_), None) => (MarginRule::CoveredPut, plain + in_the_money),
        (None, None) => (MarginRule::ShortShares, plain),
    };
    (rule, initial, spot + beyond)
}
