//! Margin of a strategy in the United States, by the strategy-based rules.
//!
//! Sources: Regulation T of the Federal Reserve (12 CFR 220.12), Cboe Rule 10.3
//! (formerly 12.3) with the Cboe Margin Manual, FINRA Rule 4210(f)(2) with Regulatory
//! Notice 12-44 on spreads. These are minimums: a broker may ask for more, and his
//! optimiser may find a pairing that needs less where several are allowed. Not
//! modelled: portfolio margin, long options over nine months (here paid in full, like
//! all), leveraged funds, and the margin of options in Hong Kong and China, which are
//! portfolio models of their clearing houses.
//!
//! The order of pairing:
//!
//! 1. Shares held cover short calls, lowest strike first; shares sold short cover short
//!    puts, highest strike first.
//! 2. What options are left, if all of one expiry and bounded on both sides, need the worst
//!    loss at any strike (spreads, butterflies, condors, boxes), or what the sold ones need
//!    uncovered where that is less: the rules ask for the lesser (SR-CBOE-2012-043, 77 FR 54626).
//! 3. Else each short is paired with the bought option of its kind, expiring no earlier,
//!    that leaves the smallest loss; what stays alone is uncovered, and an uncovered call and
//!    put together are a short straddle.
//! 4. Bought puts left over protect shares held, bought calls shares sold short.

mod options;
mod shares;

use super::net::NetOption;
use super::{Strategy, StrategyError};
use crate::OptionError;
use crate::error::{not_negative, positive};

/// What the options are on: the share of the underlying's value that an uncovered
/// option needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnderlyingClass {
    /// Shares, funds and narrow indices: 20 %.
    Equity,
    /// Broad-based index: 15 %.
    BroadIndex,
}

/// What margin is asked on.
#[derive(Clone, Copy, Debug)]
pub struct MarginMarket<'a> {
    /// Price of the underlying, above 0.
    pub spot: f64,
    /// What the options are on.
    pub class: UnderlyingClass,
    /// Price per share of each leg now, for maintenance; none: as opened. That of shares is not read.
    pub marks: Option<&'a [f64]>,
}

/// The rule that a part of a requirement comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MarginRule {
    /// Bought options: paid in full, nothing afterwards.
    LongOptions,
    /// Shares held: 50 %, then 25 % of their value.
    LongShares,
    /// Shares sold short: 150 % with the proceeds, then 100 % plus the greater of 30 % and 5.00 a
    /// share (below 5.00: the greater of 100 % and 2.50).
    ShortShares,
    /// Shares held against a short call: 50 %, then 25 % of the lower of spot and strike.
    CoveredCall,
    /// Shares sold short against a short put: as short shares, plus what the put is in the money.
    CoveredPut,
    /// Shares held and a put: 50 %, then the lower of 10 % of the strike plus what the put is out of
    /// the money, and 25 % of spot.
    ProtectivePut,
    /// Shares sold short and a call: 150 %, then 100 % plus the lower of 10 % of the strike plus what
    /// the call is out of the money, and the maintenance of short shares.
    ProtectiveCall,
    /// Shares held, put bought, call sold higher: 50 %, then the lower of 10 % of the put's strike
    /// plus what it is out of the money, and 25 % of the call's strike.
    Collar,
    /// The same at one strike: 50 %, then 10 % of the strike.
    Conversion,
    /// Shares sold short, call bought, put sold at one strike: 150 %, then 100 % plus 10 % of
    /// the strike plus what the put is in the money.
    ReverseConversion,
    /// Options of one expiry with a bounded loss: the worst loss at any strike, without
    /// premiums, or what those sold need uncovered, if less.
    Spread,
    /// A short option and a bought one of its kind that lives as long: the strikes' difference, if
    /// adverse, or what the short one needs uncovered, if less.
    PairedSpread,
    /// Uncovered call: its price plus the greater of 20 % (15 %) of spot less what it is out of the
    /// money, and 10 % of spot.
    UncoveredCall,
    /// Uncovered put: its price plus the greater of 20 % (15 %) of spot less what it is out of the
    /// money, and 10 % of its strike.
    UncoveredPut,
    /// Uncovered call and put: the greater of the two requirements plus the other's price.
    ShortStraddle,
}

/// One part of a requirement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarginPart {
    /// Its rule.
    pub rule: MarginRule,
    /// Shares it is for, above 0.
    pub units: f64,
    /// Needed to open, before proceeds are counted.
    pub initial: f64,
    /// Needed to keep.
    pub maintenance: f64,
}

/// The requirement of a strategy, in the currency of the underlying.
#[derive(Clone, Debug, PartialEq)]
pub struct Margin {
    /// Needed to open: the sum of the parts. Premiums of bought options are in it in full.
    pub initial: f64,
    /// Received for what is sold, which counts toward `initial`.
    pub proceeds: f64,
    /// Own money needed to open: `initial` less `proceeds`; not below 0.
    pub deposit: f64,
    /// Needed to keep the position at today's prices.
    pub maintenance: f64,
    /// Where it comes from.
    pub parts: Vec<MarginPart>,
}

impl Strategy {
    /// The margin of this strategy; see the module's pairing order and sources.
    ///
    /// Legs of one contract are netted first: what is bought and sold is closed.
    ///
    /// # Errors
    /// Names the argument outside its domain.
    pub fn margin(&self, market: &MarginMarket<'_>) -> Result<Margin, StrategyError> {
        positive("spot", market.spot)?;
        if let Some(marks) = market.marks {
            if marks.len() != self.legs().len() {
                let (found, expected) = (marks.len(), self.legs().len());
                return Err(OptionError::Length { argument: "marks", found, expected }.into());
            }
            for (leg, mark) in marks.iter().enumerate() {
                if self.legs().get(leg).is_some_and(|leg| leg.years().is_some()) {
                    not_negative("marks", *mark).map_err(|problem| StrategyError::Leg { leg, problem })?;
                }
            }
        }
        let premium = |at: usize| self.legs().get(at).map_or(0.0, |leg| leg.premium);
        let net = self.net(|at| market.marks.map_or_else(|| premium(at), |m| m.get(at).copied().unwrap_or(f64::NAN)));
        let mut book = Book::new(&net.options, market);
        let covered = book.cover_with_shares(net.shares);
        book.spreads();
        book.protect_shares(net.shares, &covered);
        let short_options: f64 = net.options.iter().map(|option| (-option.units).max(0.0) * option.premium).sum();
        let proceeds = short_options + (-net.shares).max(0.0) * market.spot;
        let initial: f64 = book.parts.iter().map(|part| part.initial).sum();
        Ok(Margin {
            initial,
            proceeds,
            deposit: (initial - proceeds).max(0.0),
            maintenance: book.parts.iter().map(|part| part.maintenance).sum(),
            parts: book.parts,
        })
    }
}

/// What is left to be paired, and what has been asked so far.
struct Book {
    spot: f64,
    /// 0.20 or 0.15.
    share: f64,
    /// Units at or above 0.
    bought: Vec<NetOption>,
    /// Units as sizes, at or above 0.
    sold: Vec<NetOption>,
    parts: Vec<MarginPart>,
}

impl Book {
    fn new(options: &[NetOption], market: &MarginMarket<'_>) -> Self {
        let bought: Vec<_> = options.iter().copied().filter(|option| option.units > 0.0).collect();
        let sold = options.iter().filter(|option| option.units < 0.0);
        let mut parts = Vec::new();
        let units: f64 = bought.iter().map(|option| option.units).sum();
        if units > 0.0 {
            let initial = bought.iter().map(|option| option.units * option.premium).sum();
            parts.push(MarginPart { rule: MarginRule::LongOptions, units, initial, maintenance: 0.0 });
        }
        Self {
            spot: market.spot,
            share: if market.class == UnderlyingClass::Equity { 0.20 } else { 0.15 },
            bought,
            sold: sold.map(|option| NetOption { units: -option.units, ..*option }).collect(),
            parts,
        }
    }

    /// Adds a part for `units` shares, `initial` and `maintenance` per share.
    fn ask(&mut self, rule: MarginRule, units: f64, initial: f64, maintenance: f64) {
        self.parts.extend(MarginPart::of(rule, units, initial, maintenance));
    }
}

impl MarginPart {
    /// A part for `units` shares, `initial` and `maintenance` per share; none without shares.
    fn of(rule: MarginRule, units: f64, initial: f64, maintenance: f64) -> Option<Self> {
        (units > 0.0).then_some(Self { rule, units, initial: units * initial, maintenance: units * maintenance })
    }
}
