//! Lots: which quantities may be bought and sold, by symbol and date.

use std::collections::BTreeMap;

use super::board::Board;
use super::dated::{Dated, OverlapError};
use super::product::{ProductClass, ProductSet};
use crate::date::Date;
use crate::fixed::Quantity;
use crate::order::Side;

/// Which quantities may be traded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LotRule {
    /// Smallest order; above zero.
    pub minimum: Quantity,
    /// Orders above the minimum grow in these steps; above zero.
    pub step: Quantity,
    /// A remainder smaller than a lot may be sold in one order.
    pub odd_sell: bool,
}

/// A quantity that the venue refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LotError {
    /// Below the smallest order.
    #[error("{quantity} is below the smallest order of {minimum}")]
    TooSmall {
        /// What was asked.
        quantity: Quantity,
        /// What is needed.
        minimum: Quantity,
    },
    /// Not a whole number of steps.
    #[error("{quantity} is no multiple of {step}")]
    OffStep {
        /// What was asked.
        quantity: Quantity,
        /// The step.
        step: Quantity,
    },
}

impl LotRule {
    /// Multiples of one lot, as on most venues.
    #[must_use]
    pub const fn multiples(lot: Quantity) -> Self {
        Self { minimum: lot, step: lot, odd_sell: false }
    }

    /// Checks an order's quantity (above zero) with `position` held (zero or above).
    ///
    /// Where odd remainders may be sold, a sell also passes when it is all that is
    /// held, or when it contains the odd part of the position as a whole.
    ///
    /// # Errors
    /// Why the venue would refuse it.
    pub fn check(&self, side: Side, quantity: Quantity, position: Quantity) -> Result<(), LotError> {
        if side == Side::Sell && self.odd_sell {
            let odd = position.units() % self.step.units();
            let rest = quantity.units() - odd;
            let whole = Quantity::from_units(rest);
            if quantity == position || odd > 0 && (rest == 0 || rest > 0 && self.fits(whole).is_ok()) {
                return Ok(());
            }
        }
        self.fits(quantity)
    }

    fn fits(&self, quantity: Quantity) -> Result<(), LotError> {
        if quantity < self.minimum {
            return Err(LotError::TooSmall { quantity, minimum: self.minimum });
        }
        if quantity.units() % self.step.units() != 0 {
            return Err(LotError::OffStep { quantity, step: self.step });
        }
        Ok(())
    }

    /// The largest quantity that may be bought and is not above `quantity`; zero when there is none.
    #[must_use]
    pub fn floor(&self, quantity: Quantity) -> Quantity {
        let step = self.step.units();
        let down = Quantity::from_units(quantity.units() / step * step);
        if down < self.minimum { Quantity::ZERO } else { down }
    }
}

/// A default of a market: for products, on a board where boards differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LotDefault {
    /// Classes it is for.
    pub products: ProductSet,
    /// Only this board; `None` for all.
    pub board: Option<Board>,
    /// The rule.
    pub rule: LotRule,
}

/// The lots of a market: by symbol, else by default.
#[derive(Clone, Debug, Default)]
pub struct LotTable {
    defaults: Vec<LotDefault>,
    symbols: BTreeMap<String, Dated<LotRule>>,
}

impl LotTable {
    /// Defaults (the first that fits is taken) and the periods of single symbols.
    ///
    /// # Errors
    /// Two lots of one symbol on one day; names the symbol.
    pub fn new(
        defaults: Vec<LotDefault>,
        symbols: BTreeMap<String, Vec<(Date, Date, LotRule)>>,
    ) -> Result<Self, (String, OverlapError)> {
        let dated = |(symbol, periods): (String, _)| match Dated::new(periods) {
            Ok(dated) => Ok((symbol, dated)),
            Err(e) => Err((symbol, e)),
        };
        Ok(Self { defaults, symbols: symbols.into_iter().map(dated).collect::<Result<_, _>>()? })
    }

    /// The rule of a symbol on a date; `None` when the table does not know it:
    /// the caller must ask the user, never guess.
    #[must_use]
    pub fn on(&self, symbol: &str, class: ProductClass, board: Option<Board>, date: Date) -> Option<LotRule> {
        if let Some(rule) = self.symbols.get(symbol).and_then(|dated| dated.on(date)) {
            return Some(*rule);
        }
        let fits = |d: &&LotDefault| d.products.contains(class) && (d.board.is_none() || d.board == board);
        self.defaults.iter().find(fits).map(|d| d.rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(n: i64) -> Quantity {
        Quantity::from_units(n * crate::fixed::SCALE)
    }

    #[test]
    fn what_may_be_bought_and_sold() {
        let main = LotRule { minimum: q(100), step: q(100), odd_sell: true };
        let star = LotRule { minimum: q(200), step: q(1), odd_sell: true };
        let hk = LotRule::multiples(q(500));
        let (buy, sell) = (Side::Buy, Side::Sell);
        // rule, side, quantity, position, fits
        let cases = [
            (main, buy, 100, 0, true),
            (main, buy, 150, 0, false),
            (main, buy, 50, 0, false),
            (main, sell, 100, 350, true),
            (main, sell, 50, 350, true),
            (main, sell, 350, 350, true),
            (main, sell, 150, 350, true),
            (main, sell, 30, 350, false),
            (main, sell, 120, 350, false),
            (main, sell, 50, 400, false),
            (star, buy, 199, 0, false),
            (star, buy, 200, 0, true),
            (star, buy, 201, 0, true),
            (star, sell, 150, 150, true),
            (star, sell, 150, 300, false),
            (star, sell, 299, 300, true),
            (hk, buy, 1500, 0, true),
            (hk, sell, 300, 300, false),
        ];
        for (rule, side, quantity, position, fits) in cases {
            let found = rule.check(side, q(quantity), q(position)).is_ok();
            assert_eq!(found, fits, "{} {quantity} of {position} with {rule:?}", side.name());
        }
        assert_eq!(main.floor(q(299)), q(200));
        assert_eq!(main.floor(q(99)), q(0));
        assert_eq!(star.floor(q(233)), q(233));
        assert_eq!(star.floor(q(199)), q(0));
        let error = main.check(buy, q(150), q(0)).expect_err("no multiple");
        assert_eq!(error.to_string(), "150 is no multiple of 100");
    }
}
