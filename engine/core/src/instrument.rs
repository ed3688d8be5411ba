//! Instruments: symbol, trading currency, lot, tick ladder, contract multiplier.

use std::fmt;

use crate::fixed::{Price, Quantity};
use crate::order::Side;
use crate::rules::LotRule;

/// A symbol such as "HK.00700" or "US.AAPL": market prefix, dot, code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(String);

impl Symbol {
    /// Longest accepted symbol, in bytes.
    pub const LEN_MAX: usize = 64;

    /// Checks and takes a symbol: 1 to 64 printable ASCII characters, no blanks.
    ///
    /// # Errors
    /// The text that does not fit.
    pub fn new(text: &str) -> Result<Self, SymbolError> {
        let fits = (1..=Self::LEN_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(SymbolError(text.to_owned())) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first dot, "US" of "US.AAPL"; empty without a dot.
    #[must_use]
    pub fn market(&self) -> &str {
        self.0.split_once('.').map_or("", |(market, _)| market)
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A text that is no symbol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a symbol: expected 1 to 64 printable ASCII characters such as US.AAPL")]
pub struct SymbolError(pub String);

/// Dense number of an instrument within one run, in lexicographic order of symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstrumentId(pub u32);

impl InstrumentId {
    /// As an index into dense arrays.
    #[inline]
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What kind of contract it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum InstrumentKind {
    /// Shares, funds, depositary receipts.
    #[default]
    Equity,
    /// An index that cannot be traded.
    Index,
    /// A futures contract.
    Future,
    /// A listed option.
    Option,
    /// A currency or crypto pair.
    Pair,
}

/// Price steps by band: each band reaches from its lower bound to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickLadder {
    bands: Vec<(Price, Price)>,
}

impl TickLadder {
    /// One step for all prices. `Price::from_units(1)` means no tick rule.
    ///
    /// # Errors
    /// A step that is not above zero.
    pub fn single(step: Price) -> Result<Self, TickError> {
        Self::banded(vec![(Price::ZERO, step)])
    }

    /// Bands `(lower bound, step)` in ascending order.
    ///
    /// # Errors
    /// No band, a step of zero or less, bounds that do not ascend.
    pub fn banded(bands: Vec<(Price, Price)>) -> Result<Self, TickError> {
        if bands.is_empty() || bands.iter().any(|(_, step)| *step <= Price::ZERO) {
            return Err(TickError("each band needs a step above 0".into()));
        }
        if bands.windows(2).any(|w| w[0].0 >= w[1].0) {
            return Err(TickError("lower bounds must ascend".into()));
        }
        Ok(Self { bands })
    }

    /// The step at a price.
    #[inline]
    #[must_use]
    pub fn step(&self, price: Price) -> Price {
        let band = self.bands.iter().rev().find(|(from, _)| price >= *from);
        band.unwrap_or(&self.bands[0]).1
    }

    /// True when the price is a multiple of its step.
    #[inline]
    #[must_use]
    pub fn fits(&self, price: Price) -> bool {
        price.units() % self.step(price).units() == 0
    }

    /// Rounds to the tick against the side: up for a buy, down for a sell.
    #[inline]
    #[must_use]
    pub fn round_against(&self, side: Side, price: Price) -> Price {
        let step = self.step(price).units();
        if step == 1 {
            return price;
        }
        let down = price.units().div_euclid(step) * step;
        Price::from_units(match side {
            Side::Buy if down != price.units() => down + step,
            _ => down,
        })
    }

    /// Rounds to the nearest tick (half up).
    #[must_use]
    pub fn round(&self, price: Price) -> Price {
        let step = self.step(price).units();
        Price::from_units((price.units() + step / 2).div_euclid(step) * step)
    }
}

impl Default for TickLadder {
    fn default() -> Self {
        Self { bands: vec![(Price::ZERO, Price::from_units(1))] }
    }
}

/// A tick ladder that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tick ladder: {0}")]
pub struct TickError(String);

/// What a run needs to know of an instrument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instrument {
    /// Market and code.
    pub symbol: Symbol,
    /// Kind of contract.
    pub kind: InstrumentKind,
    /// ISO code of the currency it trades in.
    pub currency: String,
    /// Quantities are multiples of this; above zero.
    pub lot: Quantity,
    /// Smallest order where it is more than one lot, else zero.
    pub lot_minimum: Quantity,
    /// An odd remainder of a position may be sold.
    pub odd_lot_sales: bool,
    /// Price steps.
    pub ticks: TickLadder,
    /// Units of the underlying per contract; 1 for shares.
    pub multiplier: i64,
}

impl Instrument {
    /// An equity that trades in single shares without a tick rule.
    #[must_use]
    pub fn equity(symbol: Symbol, currency: &str) -> Self {
        Self {
            symbol,
            kind: InstrumentKind::Equity,
            currency: currency.to_owned(),
            lot: Quantity::from_units(crate::fixed::SCALE),
            lot_minimum: Quantity::ZERO,
            odd_lot_sales: false,
            ticks: TickLadder::default(),
            multiplier: 1,
        }
    }

    /// True when a quantity is a multiple of the lot.
    #[inline]
    #[must_use]
    pub fn fits_lot(&self, quantity: Quantity) -> bool {
        const ONE: i64 = crate::fixed::SCALE;
        // Most instruments trade in single shares: a division by a constant.
        match self.lot.units() {
            ONE => quantity.units().unsigned_abs().is_multiple_of(ONE.unsigned_abs()),
            lot => quantity.units() % lot == 0,
        }
    }

    /// Takes over the lots of a rule.
    #[must_use]
    pub fn with_lots(mut self, rule: LotRule) -> Self {
        (self.lot, self.lot_minimum, self.odd_lot_sales) = (rule.step, rule.minimum, rule.odd_sell);
        self
    }

    /// True when the venue takes an order of this quantity (above zero) from
    /// somebody who holds `position`.
    #[inline]
    #[must_use]
    pub fn takes(&self, side: Side, quantity: Quantity, position: Quantity) -> bool {
        if self.fits_lot(quantity) && quantity >= self.lot_minimum {
            return true;
        }
        let rule = LotRule { minimum: self.lot_minimum.max(self.lot), step: self.lot, odd_sell: self.odd_lot_sales };
        rule.check(side, quantity, position.max(Quantity::ZERO)).is_ok()
    }

    /// The largest order that is not above `quantity` (>= 0): whole lots, zero
    /// below the smallest order.
    #[inline]
    #[must_use]
    pub fn floor_to_lot(&self, quantity: Quantity) -> Quantity {
        let lot = self.lot.units();
        let floor = Quantity::from_units(quantity.units() / lot * lot);
        if floor < self.lot_minimum { Quantity::ZERO } else { floor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(text: &str) -> Price {
        text.parse().expect("a price")
    }

    #[test]
    fn a_band_includes_its_lower_bound() {
        let hk = TickLadder::banded(vec![(p("0.01"), p("0.001")), (p("0.25"), p("0.005"))]).expect("valid");
        assert_eq!(hk.step(p("0.249")), p("0.001"));
        assert_eq!(hk.step(p("0.25")), p("0.005"));
        assert!(!hk.fits(p("0.252")));
        assert_eq!(hk.round_against(Side::Buy, p("0.252")), p("0.255"));
        assert_eq!(hk.round_against(Side::Sell, p("0.252")), p("0.25"));
        assert_eq!(hk.round_against(Side::Buy, p("0.255")), p("0.255"));
        assert_eq!(hk.round(p("0.2525")), p("0.255"));
    }
}
