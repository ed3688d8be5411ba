//! `DatedTicks`: the price steps of each product class by date.

use super::dated::{Dated, OverlapError};
use super::product::{ProductClass, ProductSet};
use crate::date::Date;
use crate::instrument::TickLadder;

/// One ladder, what it is for, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickPeriod {
    /// Classes it is for.
    pub products: ProductSet,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// The steps.
    pub ladder: TickLadder,
}

/// The tick ladders of a market.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatedTicks {
    classes: [Dated<TickLadder>; ProductClass::ALL.len()],
}

impl DatedTicks {
    /// From periods in any order.
    ///
    /// # Errors
    /// Two ladders for one class on one day; names the class.
    pub fn new(periods: &[TickPeriod]) -> Result<Self, (ProductClass, OverlapError)> {
        let mut ticks = Self::default();
        for class in ProductClass::ALL {
            let of_class = periods.iter().filter(|p| p.products.contains(class));
            let spans = of_class.map(|p| (p.from, p.until, p.ladder.clone())).collect();
            ticks.classes[class as usize] = Dated::new(spans).map_err(|e| (class, e))?;
        }
        Ok(ticks)
    }

    /// The ladder of a class on a date; `None` where the table has none.
    #[inline]
    #[must_use]
    pub fn on(&self, date: Date, class: ProductClass) -> Option<&TickLadder> {
        self.classes[class as usize].on(date)
    }

    /// As `on`, and the last date until which that ladder holds: a caller may
    /// keep the ladder that long instead of asking again.
    #[must_use]
    pub fn span(&self, date: Date, class: ProductClass) -> (Option<&TickLadder>, Date) {
        self.classes[class as usize].span(date)
    }
}
