//! `FeeTable`: all items of a schedule, resolved by date.

use super::day::DayFees;
use super::item::{FeeBasis, FeeItem};
use super::tally::{FeeTrade, MonthTally, OrderTally};
use crate::date::{Date, utc_offset_hours};
use crate::fixed::{Money, Rate};
use crate::rules::{Assumption, CarryFee, Dated, ProductClass};
use crate::time::Timestamp;

/// What a fee table is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeeSpec {
    /// Name of the schedule.
    pub name: String,
    /// Currency of all amounts; empty = whatever the instrument trades in.
    pub currency: String,
    /// Prefix of the market whose local dates count, `HK`; empty = UTC.
    pub market: String,
    /// The items, in the order of reports.
    pub items: Vec<FeeItem>,
    /// Costs that grow with time.
    pub carry: Vec<CarryFee>,
    /// Fraction of a cash dividend that is withheld.
    pub dividend_tax: Dated<Rate>,
    /// What is taken for granted.
    pub assumptions: Vec<Assumption>,
}

impl FeeSpec {
    /// An empty schedule.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

/// An item that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("fee `{item}`: {problem}")]
pub struct FeeTableError {
    /// Index of the item in the list.
    pub index: usize,
    /// Its name.
    pub item: String,
    /// What is wrong.
    pub problem: String,
}

/// A fee schedule. Constant during a run; nothing in it changes when it is asked.
#[derive(Clone, Debug)]
pub struct FeeTable {
    spec: FeeSpec,
    /// First date of each span, ascending, and its fees by product class.
    spans: Vec<(Date, Vec<DayFees>)>,
}

impl FeeTable {
    /// Checks the items and resolves them by date.
    ///
    /// # Errors
    /// An item out of range, or two of one name that would charge the same trade.
    pub fn new(spec: FeeSpec) -> Result<Self, FeeTableError> {
        let items = &spec.items;
        for (index, item) in items.iter().enumerate() {
            let wrong = |problem: String| FeeTableError { index, item: item.name.clone(), problem };
            if let Some(problem) = item.problem() {
                return Err(wrong(problem));
            }
            if let Some(other) = items[..index].iter().find(|o| o.name == item.name && o.overlaps(item)) {
                let (from, until) = (item.from.max(other.from), item.until.min(other.until));
                return Err(wrong(format!("two of this name charge the same trades from {from} to {until}")));
            }
        }
        let mut begins: Vec<Date> = vec![Date::MIN];
        for item in items {
            begins.push(item.from);
            if item.until < Date::MAX {
                begins.push(item.until.plus(1));
            }
        }
        begins.sort_unstable();
        begins.dedup();
        let ends = begins.iter().skip(1).map(|next| next.plus(-1)).chain([Date::MAX]);
        let by_class = |from: Date, until: Date| {
            ProductClass::ALL.into_iter().map(|class| DayFees::new(items, class, from, until)).collect()
        };
        let spans = begins.iter().zip(ends).map(|(from, until)| (*from, by_class(*from, until))).collect();
        Ok(Self { spec, spans })
    }

    /// A fraction of the traded amount on every fill, not rounded: the plain rate.
    ///
    /// # Errors
    /// A rate below 0 or above 1.
    pub fn rate(rate: Rate) -> Result<Self, FeeTableError> {
        let items = vec![FeeItem::new("commission", FeeBasis::Rate(rate))];
        Self::new(FeeSpec { items, ..FeeSpec::named("rate") })
    }

    /// The fees of a product on a date. Ask once and keep them while
    /// [`DayFees::hold_on`] says so.
    #[inline]
    #[must_use]
    pub fn on(&self, date: Date, class: ProductClass) -> &DayFees {
        let after = self.spans.partition_point(|(from, _)| *from <= date);
        // The first span begins before every date.
        &self.spans[after.max(1) - 1].1[class as usize]
    }

    /// The fee of a fill, and notes the fill: `on` and [`DayFees::charge`] in one.
    pub fn charge(
        &self,
        class: ProductClass,
        trade: &FeeTrade,
        order: &mut OrderTally,
        month: &mut MonthTally,
    ) -> Money {
        self.on(trade.date, class).charge(trade, order, month)
    }

    /// The date of an instant in the table's market.
    #[inline]
    #[must_use]
    pub fn date(&self, time: Timestamp) -> Date {
        Date::at(time, utc_offset_hours(&self.spec.market))
    }

    /// The first instant of a date at the venue.
    #[must_use]
    pub fn begin_of(&self, date: Date) -> Timestamp {
        date.begin(utc_offset_hours(&self.spec.market))
    }

    /// What the table is made of.
    #[must_use]
    pub fn spec(&self) -> &FeeSpec {
        &self.spec
    }

    /// The items, in the order of reports.
    #[must_use]
    pub fn items(&self) -> &[FeeItem] {
        &self.spec.items
    }

    /// What is taken for granted for a product between two dates, both included.
    pub fn assumptions(&self, from: Date, until: Date, class: ProductClass) -> impl Iterator<Item = &Assumption> {
        let all = self.spec.assumptions.iter();
        all.filter(move |a| a.concerns(from, until, class, ""))
    }
}
