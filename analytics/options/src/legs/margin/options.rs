//! Requirements of options among themselves.

use super::{Book, MarginPart, MarginRule};
use crate::OptionType;
use crate::legs::net::{NetOption, without_rounding};

impl Book {
    /// Asks for the shorts that shares do not cover.
    pub(super) fn spreads(&mut self) {
        if self.sold.iter().all(|option| option.units == 0.0) {
            return;
        }
        if let Some((units, worst)) = self.worst_loss() {
            let alone = uncovered(&self.sold, self.spot, self.share);
            let initial: f64 = alone.iter().map(|part| part.initial).sum();
            let maintenance: f64 = alone.iter().map(|part| part.maintenance).sum();
            self.ask(MarginRule::Spread, units, worst.min(initial) / units, worst.min(maintenance) / units);
            return;
        }
        self.pair_spreads();
        self.parts.extend(uncovered(&self.sold, self.spot, self.share));
    }

    /// Size and worst loss of all options together, when they expire together and no side is open.
    fn worst_loss(&self) -> Option<(f64, f64)> {
        let mut all = Vec::new();
        all.extend(self.bought.iter().copied());
        all.extend(self.sold.iter().map(|option| NetOption { units: -option.units, ..*option }));
        all.retain(|option| option.units != 0.0);
        let first = all.first()?;
        if all.iter().any(|option| option.years != first.years) {
            return None;
        }
        for kind in [OptionType::Call, OptionType::Put] {
            let side = || all.iter().filter(|option| option.kind == kind).map(|option| option.units);
            if without_rounding(side().sum(), side().map(f64::abs).sum()) < 0.0 {
                return None;
            }
        }
        let value = |spot: f64| -> f64 {
            all.iter().map(|option| option.units * (option.kind.sign() * (spot - option.strike)).max(0.0)).sum()
        };
        let worst = all.iter().map(|option| -value(option.strike)).fold(0.0, f64::max);
        Some((self.sold.iter().map(|option| option.units).sum(), worst))
    }

    /// Pairs each short with bought options of its kind that live as long.
    fn pair_spreads(&mut self) {
        // The shorts that can lose most first: low calls, high puts.
        let mut order: Vec<usize> = (0..self.sold.len()).collect();
        let danger = |option: &NetOption| option.kind.sign() * option.strike;
        order.sort_by(|a, b| match (self.sold.get(*a), self.sold.get(*b)) {
            (Some(a), Some(b)) => danger(a).total_cmp(&danger(b)),
            _ => std::cmp::Ordering::Equal,
        });
        for place in order {
            while let Some(short) = self.sold.get(place).copied().filter(|short| short.units > 0.0) {
                let loss = |long: &NetOption| (short.kind.sign() * (long.strike - short.strike)).max(0.0);
                let fits =
                    |long: &&mut NetOption| long.units > 0.0 && long.kind == short.kind && long.years >= short.years;
                let by_loss = |a: &&mut NetOption, b: &&mut NetOption| {
                    loss(a).total_cmp(&loss(b)).then(a.years.total_cmp(&b.years))
                };
                let Some(long) = self.bought.iter_mut().filter(fits).min_by(by_loss) else { break };
                let units = short.units.min(long.units);
                let adverse = loss(long);
                long.units -= units;
                if let Some(short) = self.sold.get_mut(place) {
                    short.units -= units;
                }
                let beyond = beyond_price(&short, self.spot, self.share);
                let (initial, maintenance) = (short.premium + beyond, short.mark + beyond);
                self.ask(MarginRule::PairedSpread, units, adverse.min(initial), adverse.min(maintenance));
            }
        }
    }
}

/// What `sold` needs when nothing covers it.
fn uncovered(sold: &[NetOption], spot: f64, share: f64) -> Vec<MarginPart> {
    let alone = |kind| -> Vec<NetOption> {
        sold.iter().copied().filter(|option| option.kind == kind && option.units > 0.0).collect()
    };
    let mut parts = Vec::new();
    // The dearest requirement last: low calls, high puts.
    let (mut calls, mut puts) = (alone(OptionType::Call), alone(OptionType::Put));
    calls.reverse();
    while let (Some(call), Some(put)) = (calls.last_mut(), puts.last_mut()) {
        let units = call.units.min(put.units);
        let beyond = beyond_price(call, spot, share).max(beyond_price(put, spot, share));
        let (initial, maintenance) = (call.premium + put.premium + beyond, call.mark + put.mark + beyond);
        call.units -= units;
        put.units -= units;
        calls.retain(|option| option.units > 0.0);
        puts.retain(|option| option.units > 0.0);
        parts.extend(MarginPart::of(MarginRule::ShortStraddle, units, initial, maintenance));
    }
    for (rule, left) in [(MarginRule::UncoveredCall, calls), (MarginRule::UncoveredPut, puts)] {
        for option in left.iter().rev() {
            let beyond = beyond_price(option, spot, share);
            parts.extend(MarginPart::of(rule, option.units, option.premium + beyond, option.mark + beyond));
        }
    }
    parts
}

/// What an uncovered option needs for one share beyond its own price.
fn beyond_price(option: &NetOption, spot: f64, share: f64) -> f64 {
    let out_of_the_money = (option.kind.sign() * (option.strike - spot)).max(0.0);
    let least = match option.kind {
        OptionType::Call => 0.10 * spot,
        OptionType::Put => 0.10 * option.strike,
    };
    (share * spot - out_of_the_money).max(least)
}
