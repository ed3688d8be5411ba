//! `ProductClass`: what kind of listed product it is, as fees and ticks tell them apart.
//!
//! Finer than `instrument::InstrumentKind`: a share and an ETF trade alike but
//! pay different duties and have different price steps.

use std::fmt;

use crate::instrument::InstrumentKind;

/// A class of listed products.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ProductClass {
    /// A share, a depositary receipt, a real estate trust, an equity warrant.
    #[default]
    Stock,
    /// An exchange-traded fund or a leveraged or inverse product.
    Etf,
    /// A derivative warrant.
    Warrant,
    /// A callable bull/bear contract.
    Cbbc,
    /// A bond, also a convertible one.
    Bond,
    /// A listed option.
    Option,
    /// A futures contract.
    Future,
}

impl ProductClass {
    /// Every class, in order.
    pub const ALL: [Self; 7] =
        [Self::Stock, Self::Etf, Self::Warrant, Self::Cbbc, Self::Bond, Self::Option, Self::Future];

    /// The name used in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Etf => "etf",
            Self::Warrant => "warrant",
            Self::Cbbc => "cbbc",
            Self::Bond => "bond",
            Self::Option => "option",
            Self::Future => "future",
        }
    }

    /// The class with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// The class that the code of a symbol tells, for equities of Hong Kong and the
    /// mainland; `None` where codes do not tell (a user's word goes first anyway).
    ///
    /// Hong Kong after the exchange's stock code allocation plan: 02800 to 02849,
    /// 03000 to 03199, 07200 to 07399 and 07500 to 07599 are exchange-traded
    /// products, 10000 to 29999 derivative warrants, 49500 to 69999 callable
    /// bull/bear contracts, other codes up to 09999 shares. Mainland: `SH.5`, `SZ.15`,
    /// `SZ.16` and `SZ.18` funds, `SH.11`, `SZ.12` convertible bonds, codes of a
    /// [`super::Board`] shares.
    #[must_use]
    pub fn of_symbol(symbol: &str) -> Option<Self> {
        let (market, code) = symbol.split_once('.')?;
        if !code.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        match (market, code.len()) {
            ("HK", 5) => Some(match code.parse::<u32>().ok()? {
                2800..=2849 | 3000..=3199 | 7200..=7399 | 7500..=7599 => Self::Etf,
                10_000..=29_999 => Self::Warrant,
                49_500..=69_999 => Self::Cbbc,
                1..=9999 => Self::Stock,
                _ => return None,
            }),
            ("SH" | "SZ", 6) => match (market, &code[..1], &code[..2]) {
                ("SH", "5", _) | ("SZ", _, "15" | "16" | "18") => Some(Self::Etf),
                ("SH", _, "11") | ("SZ", _, "12") => Some(Self::Bond),
                _ => super::Board::of_symbol(symbol).map(|_| Self::Stock),
            },
            _ => super::Board::of_symbol(symbol).map(|_| Self::Stock),
        }
    }

    /// The class to take where nothing finer is known; `None` for what cannot be
    /// charged by a table of listed products (an index, a currency pair).
    #[must_use]
    pub const fn of_kind(kind: InstrumentKind) -> Option<Self> {
        match kind {
            InstrumentKind::Equity => Some(Self::Stock),
            InstrumentKind::Option => Some(Self::Option),
            InstrumentKind::Future => Some(Self::Future),
            InstrumentKind::Index | InstrumentKind::Pair => None,
        }
    }
}

impl fmt::Display for ProductClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A set of product classes.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct ProductSet(u8);

impl ProductSet {
    /// Every class.
    pub const ALL: Self = Self((1 << ProductClass::ALL.len()) - 1);

    /// True when the class is in the set.
    #[inline]
    #[must_use]
    pub const fn contains(self, class: ProductClass) -> bool {
        self.0 & (1 << class as u8) != 0
    }

    /// True when the sets share a class.
    #[must_use]
    pub const fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The classes that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// True for no class at all.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The classes, in order.
    pub fn iter(self) -> impl Iterator<Item = ProductClass> {
        ProductClass::ALL.into_iter().filter(move |class| self.contains(*class))
    }
}

impl FromIterator<ProductClass> for ProductSet {
    fn from_iter<I: IntoIterator<Item = ProductClass>>(classes: I) -> Self {
        Self(classes.into_iter().fold(0, |set, class| set | 1 << class as u8))
    }
}

impl fmt::Debug for ProductSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_sets_round_trip() {
        for class in ProductClass::ALL {
            assert_eq!(ProductClass::named(class.name()), Some(class));
            assert!(ProductSet::ALL.contains(class));
        }
        let set: ProductSet = [ProductClass::Etf, ProductClass::Cbbc].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [ProductClass::Etf, ProductClass::Cbbc]);
        assert!(!set.contains(ProductClass::Stock) && set.overlaps(ProductSet::ALL));
        assert_eq!(ProductClass::named("share"), None);
    }

    #[test]
    fn the_code_tells_the_class() {
        let cases = [
            ("HK.00700", Some(ProductClass::Stock)),
            ("HK.02800", Some(ProductClass::Etf)),
            ("HK.03033", Some(ProductClass::Etf)),
            ("HK.07226", Some(ProductClass::Etf)),
            ("HK.02850", Some(ProductClass::Stock)),
            ("HK.13580", Some(ProductClass::Warrant)),
            ("HK.55110", Some(ProductClass::Cbbc)),
            ("HK.80700", None),
            ("HK.HSImain", None),
            ("SH.510300", Some(ProductClass::Etf)),
            ("SZ.159915", Some(ProductClass::Etf)),
            ("SH.113050", Some(ProductClass::Bond)),
            ("SZ.123123", Some(ProductClass::Bond)),
            ("SH.600000", Some(ProductClass::Stock)),
            ("BJ.430047", Some(ProductClass::Stock)),
            ("SH.000001", None),
            ("US.SPY", None),
        ];
        for (symbol, class) in cases {
            assert_eq!(ProductClass::of_symbol(symbol), class, "{symbol}");
        }
    }
}
