//! `Level`: a price, or the point just below or just above it.
//!
//! A limit order under `limit_fill = "through"` fills when the price has passed
//! its limit, which is "just beyond" and not "at". Giving the three points an
//! order of their own lets one integer comparison decide every trigger.

use crate::fixed::Price;

/// Four times a price in units of 1e-8, plus -1 (just below), 0 (at) or +1 (just above).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(i64);

impl Level {
    /// Exactly at the price.
    #[inline]
    #[must_use]
    pub const fn at(price: Price) -> Self {
        Self(price.units() * 4)
    }

    /// Just below the price.
    #[inline]
    #[must_use]
    pub const fn below(price: Price) -> Self {
        Self(price.units() * 4 - 1)
    }

    /// Just above the price.
    #[inline]
    #[must_use]
    pub const fn above(price: Price) -> Self {
        Self(price.units() * 4 + 1)
    }

    /// The price it stands at or next to.
    #[inline]
    #[must_use]
    pub const fn price(self) -> Price {
        Price::from_units((self.0 + 2).div_euclid(4))
    }

    /// The same side (-1, 0, +1) of another price.
    #[inline]
    #[must_use]
    pub const fn beside(self, price: Price) -> Self {
        Self(price.units() * 4 + self.0 - self.price().units() * 4)
    }

    /// The raw number, for state keys.
    #[inline]
    #[must_use]
    pub const fn raw(self) -> i64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_points_of_a_price_are_ordered_and_keep_their_price() {
        let p = Price::from_units(1_000);
        let (below, at, above) = (Level::below(p), Level::at(p), Level::above(p));
        assert!(below < at && at < above && above < Level::below(Price::from_units(1_001)));
        for l in [below, at, above] {
            assert_eq!(l.price(), p);
            assert_eq!(l.beside(Price::from_units(7)).price(), Price::from_units(7));
        }
        assert_eq!(below.beside(Price::from_units(7)), Level::below(Price::from_units(7)));
    }
}
