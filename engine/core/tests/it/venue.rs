//! Bars, rules and tables of a venue with limits, settlement and dated fees.

use std::sync::Arc;

use engine_core::account::{AccountKind, FeeSchedule};
use engine_core::bars::{BarColumns, Bars};
use engine_core::date::Date;
use engine_core::feed::Series;
use engine_core::fees::{FeeItem, FeePer, FeeSpec, FeeTable, Rounding};
use engine_core::fixed::{Amount, Money, Quantity, Rate};
use engine_core::instrument::{Instrument, InstrumentId, Symbol, TickLadder};
use engine_core::kernel::{RunOptions, run};
use engine_core::order::{NewOrder, OrderState, Reason, Side, Size};
use engine_core::record::RunResult;
use engine_core::rules::{
    AnnualRates, Board, CarryBase, CarryFee, Dated, DayCount, LimitPeriod, LimitRule, MarketRules, PriceLimits,
    ProductSet, Settlement,
};
use engine_core::time::{HOUR, Timestamp};

use crate::common::{feed, price, shares};
use crate::strategies::Script;

pub const ID: InstrumentId = InstrumentId(0);

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn rate(x: f64) -> Rate {
    Rate::from_f64(x).unwrap()
}

pub fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

pub fn money(text: &str) -> Money {
    text.parse().unwrap()
}

/// Bars of one hour from 10:00 at UTC+8 on, day by day.
#[derive(Clone, Default)]
pub struct Tape {
    columns: BarColumns,
    starts: Vec<bool>,
}

impl Tape {
    pub fn new() -> Self {
        Self::default()
    }

    /// A date and its bars: open, high, low, close.
    pub fn day(mut self, day: &str, bars: &[[f64; 4]]) -> Self {
        self.push(date(day), bars);
        self
    }

    pub fn push(&mut self, day: Date, bars: &[[f64; 4]]) {
        for (i, [open, high, low, close]) in bars.iter().enumerate() {
            let from = day.begin(8) + (10 + i as i64) * HOUR;
            let c = &mut self.columns;
            c.push_times(from.nanos(), (from + HOUR).nanos());
            c.open.push(*open);
            c.high.push(*high);
            c.low.push(*low);
            c.close.push(*close);
            self.starts.push(i == 0);
        }
    }

    /// Every bar trades as much.
    pub fn volume(mut self, volume: f64) -> Self {
        self.columns.volume = vec![volume; self.columns.open.len()];
        self
    }

    pub fn bars(&self) -> Bars {
        Bars::new(self.columns.clone()).unwrap()
    }

    pub fn series(&self, instrument: Instrument) -> Series {
        Series { session_start: Arc::new(self.starts.clone().into()), ..Series::daily(instrument, self.bars()) }
    }
}

/// A bar at one price.
pub fn flat(price: f64) -> [f64; 4] {
    [price; 4]
}

/// A main board share in steps of one cent.
pub fn share(symbol: &str) -> Instrument {
    let ticks = TickLadder::single(price("0.01")).unwrap();
    Instrument { ticks, ..Instrument::equity(Symbol::new(symbol).unwrap(), "CNY") }
}

/// The first instant of a date at UTC+8.
pub fn begin_of(day: &str) -> Timestamp {
    date(day).begin(8)
}

/// Limits of `limit` (0 = none) around the close before on the main board, and when to sell.
pub fn rules(limit: f64, settlement: Settlement) -> MarketRules {
    let rule = LimitRule { rate: rate(limit), free_days: 5 };
    let period =
        LimitPeriod { board: Board::Main, risk_warned: false, from: date("1990-01-01"), until: Date::MAX, rule };
    let periods = if limit > 0.0 { vec![period] } else { Vec::new() };
    MarketRules {
        market: "CN".into(),
        limits: PriceLimits::new(&periods).unwrap(),
        settlements: vec![(ProductSet::ALL, settlement)],
        ..MarketRules::default()
    }
}

pub fn with_rules(series: Series, rules: MarketRules) -> Series {
    Series { rules: Some(Arc::new(rules)), ..series }
}

pub fn table(items: Vec<FeeItem>) -> FeeSchedule {
    schedule(FeeSpec { items, ..FeeSpec::named("test") })
}

pub fn schedule(spec: FeeSpec) -> FeeSchedule {
    FeeSchedule::Table(Arc::new(FeeTable::new(FeeSpec { market: "CN".into(), ..spec }).unwrap()))
}

/// The item per order and day, at least `minimum`, to the cent.
pub fn per_order(item: FeeItem, minimum: &str) -> FeeItem {
    let rounding = Rounding::HalfUp(amount("0.01"));
    FeeItem { per: FeePer::OrderDay, minimum: amount(minimum), rounding, ..item }
}

pub fn carry(name: &str, base: CarryBase, annual: f64) -> CarryFee {
    let rates = AnnualRates { rates: Dated::always(rate(annual)), day_count: DayCount::Actual365 };
    CarryFee { name: name.into(), base, products: ProductSet::ALL, rates }
}

pub fn margin(leverage: f64) -> AccountKind {
    AccountKind::Margin { leverage: rate(leverage) }
}

pub fn buy(n: i64) -> NewOrder {
    NewOrder::market(ID, Side::Buy, Size::Quantity(shares(n)))
}

pub fn sell(n: i64) -> NewOrder {
    NewOrder::market(ID, Side::Sell, Size::Quantity(shares(n)))
}

pub fn limit(side: Side, n: i64, at: &str) -> NewOrder {
    NewOrder::limit(ID, side, Size::Quantity(shares(n)), price(at))
}

pub fn go(series: Series, steps: Vec<(usize, NewOrder)>, options: RunOptions) -> RunResult {
    let feed = feed(vec![series]);
    let slow = run(&feed, &mut Script { steps: steps.clone() }, &RunOptions { per_bar: true, ..options.clone() });
    let fast = run(&feed, &mut Script { steps }, &options).unwrap();
    assert_eq!(slow.unwrap(), fast, "quiet runs show");
    fast
}

/// Row, quantity (sells below zero) and price of each fill.
pub fn fills(result: &RunResult) -> Vec<(u32, i64, String)> {
    let signed = |side: Side, q: Quantity| side.sign() * q.units() / shares(1).units();
    result.fills.iter().map(|f| (f.bar, signed(f.side, f.quantity), f.price.to_string())).collect()
}

pub fn fees(result: &RunResult) -> Vec<String> {
    result.fills.iter().map(|f| f.fee.to_string()).collect()
}

pub fn ends(result: &RunResult) -> Vec<(OrderState, Reason)> {
    result.orders.iter().map(|o| (o.state, o.reason)).collect()
}
