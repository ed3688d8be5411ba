//! Which quotes a surface is made of: named rules, each with its threshold.

use std::collections::BTreeMap;

use super::{Fate, Quote};
use crate::OptionType;

/// Why a quote was dropped. Where more than one rule applies, the first of this order is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// A number is not one, is infinite, or is negative; a strike is not above 0.
    Invalid,
    /// Time to expiry is 0 or below [`Rules::years_min`].
    Expired,
    /// Nobody bids.
    NoBid,
    /// Nobody offers.
    NoAsk,
    /// The bid is above the ask.
    Crossed,
    /// The bid is the ask.
    Locked,
    /// Older than [`Rules::age_seconds_max`].
    Stale,
    /// Bid and ask are further apart than [`Rules::spread_max`].
    WideAbsolute,
    /// Bid and ask are further apart than [`Rules::spread_share_max`] of the mid.
    WideRelative,
    /// Fewer contracts open than [`Rules::open_interest_min`].
    OpenInterest,
    /// Another quote of the same expiry, strike and type is younger, or as young and stands before it.
    Duplicate,
    /// The expiry has no strike with both a call and a put, and no forward is given.
    NoForward,
    /// The expiry's discount factor is neither given nor implied by enough strikes of any expiry.
    NoDiscount,
    /// The mid is not above the discounted intrinsic value (for American style: nor above that of exercise now), or
    /// the option is in the money and its bid is below.
    BelowIntrinsic,
    /// The mid is not below the most that any volatility gives.
    AboveMaximum,
    /// In the money, while the out-of-the-money option of the same strike is quoted.
    InTheMoney,
    /// Far from the smile that the other quotes make ([`Rules::outlier`]).
    Outlier,
    /// Fewer strikes are left at the expiry than [`Rules::strikes_min`].
    TooFewStrikes,
}

impl Rule {
    /// Every rule, in the order in which they are asked.
    pub const ALL: [Self; 18] = [
        Self::Invalid,
        Self::Expired,
        Self::NoBid,
        Self::NoAsk,
        Self::Crossed,
        Self::Locked,
        Self::Stale,
        Self::WideAbsolute,
        Self::WideRelative,
        Self::OpenInterest,
        Self::Duplicate,
        Self::NoForward,
        Self::NoDiscount,
        Self::BelowIntrinsic,
        Self::AboveMaximum,
        Self::InTheMoney,
        Self::Outlier,
        Self::TooFewStrikes,
    ];

    /// The rule in words, as in "dropped: crossed".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid number",
            Self::Expired => "expired",
            Self::NoBid => "no bid",
            Self::NoAsk => "no ask",
            Self::Crossed => "crossed",
            Self::Locked => "locked",
            Self::Stale => "stale",
            Self::WideAbsolute => "wide (absolute)",
            Self::WideRelative => "wide (relative)",
            Self::OpenInterest => "open interest",
            Self::Duplicate => "duplicate",
            Self::NoForward => "no forward",
            Self::NoDiscount => "no discount factor",
            Self::BelowIntrinsic => "below intrinsic",
            Self::AboveMaximum => "above maximum",
            Self::InTheMoney => "in the money",
            Self::Outlier => "outlier",
            Self::TooFewStrikes => "too few strikes",
        }
    }
}

/// Thresholds of the rules. A threshold of infinity (or 0 for the least) switches its rule off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// The least time to expiry, in years. Default: half a day.
    pub years_min: f64,
    /// Whether quotes whose bid is the ask are kept (settlement prices are such). Default: no.
    pub keep_locked: bool,
    /// The greatest age of a quote in seconds. Default: 900.
    pub age_seconds_max: f64,
    /// The widest spread in units of price. Default: no limit.
    pub spread_max: f64,
    /// The widest spread as a share of the mid. Default: 0.5.
    pub spread_share_max: f64,
    /// Spreads up to this, in units of price, are never wide relative to the mid, so that the price step does
    /// not drop cheap options. Default: 0.10.
    pub spread_always_fine: f64,
    /// The least open interest. Default: 0.
    pub open_interest_min: f64,
    /// A quote is an outlier when its volatility is further from the smile than this many times the
    /// typical distance (median) and than the half of its own spread. Default: 12.
    pub outlier: f64,
    /// The least number of strikes at an expiry. Default: 5, the number of parameters of a smile; at least 3.
    pub strikes_min: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            years_min: 0.5 / 365.0,
            keep_locked: false,
            age_seconds_max: 900.0,
            spread_max: f64::INFINITY,
            spread_share_max: 0.5,
            spread_always_fine: 0.1,
            open_interest_min: 0.0,
            outlier: 12.0,
            strikes_min: 5,
        }
    }
}

impl Rules {
    /// The first rule that drops a quote by itself; `None` when it stays.
    #[must_use]
    pub fn judge(&self, quote: &Quote) -> Option<Rule> {
        if !sound(quote) {
            return Some(Rule::Invalid);
        }
        if quote.years <= 0.0 || quote.years < self.years_min {
            return Some(Rule::Expired);
        }
        let side = |price: Option<f64>, size: Option<f64>| price.filter(|p| *p > 0.0 && size.is_none_or(|s| s > 0.0));
        let Some(bid) = side(quote.bid, quote.bid_size) else { return Some(Rule::NoBid) };
        let Some(ask) = side(quote.ask, quote.ask_size) else { return Some(Rule::NoAsk) };
        let (spread, mid) = (ask - bid, 0.5 * (bid + ask));
        let above = |value: Option<f64>, limit: f64| value.is_some_and(|value| value > limit);
        let rules = [
            (spread < 0.0, Rule::Crossed),
            (spread == 0.0 && !self.keep_locked, Rule::Locked),
            (above(quote.age_seconds, self.age_seconds_max), Rule::Stale),
            (spread > self.spread_max, Rule::WideAbsolute),
            (spread > self.spread_always_fine && spread > self.spread_share_max * mid, Rule::WideRelative),
            (quote.open_interest.is_some_and(|open| open < self.open_interest_min), Rule::OpenInterest),
        ];
        rules.into_iter().find(|(hit, _)| *hit).map(|(_, rule)| rule)
    }

    /// [`Rules::judge`] for each quote of a chain, and duplicates: of quotes of the same option that are
    /// otherwise good, the youngest stays (an unknown age is old), of equals the first.
    #[must_use]
    pub fn apply(&self, quotes: &[Quote]) -> Vec<Option<Rule>> {
        let mut chosen: BTreeMap<(u64, u64, bool), usize> = BTreeMap::new();
        let mut fates: Vec<Option<Rule>> = quotes.iter().map(|quote| self.judge(quote)).collect();
        for (i, quote) in quotes.iter().enumerate() {
            if fates[i].is_some() {
                continue;
            }
            let option = (quote.years.to_bits(), quote.strike.to_bits(), quote.kind == OptionType::Call);
            let age = |i: usize| quotes[i].age_seconds.unwrap_or(f64::INFINITY);
            let before = *chosen.entry(option).or_insert(i);
            if before == i {
                continue;
            }
            let dropped = if age(i) < age(before) { before } else { i };
            chosen.insert(option, before + i - dropped);
            fates[dropped] = Some(Rule::Duplicate);
        }
        fates
    }
}

/// Whether the numbers are numbers and none is negative.
fn sound(quote: &Quote) -> bool {
    let fine = |x: f64| x.is_finite() && x >= 0.0;
    let optional = [quote.bid, quote.ask, quote.bid_size, quote.ask_size, quote.open_interest, quote.age_seconds];
    // An expired quote is no nonsense, so that a negative time is for the next rule.
    quote.years.is_finite()
        && quote.strike.is_finite()
        && quote.strike > 0.0
        && optional.into_iter().flatten().all(fine)
}

/// How many quotes each rule dropped, in the order of [`Rule::ALL`], without the rules that dropped none.
#[must_use]
pub fn count(fates: &[Fate]) -> Vec<(Rule, usize)> {
    let of = |rule: Rule| fates.iter().filter(|fate| **fate == Fate::Dropped(rule)).count();
    Rule::ALL.into_iter().map(|rule| (rule, of(rule))).filter(|(_, n)| *n > 0).collect()
}
