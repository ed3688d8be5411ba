//! The choices a user has about how bars fill orders, and the path inside a bar.

use crate::fixed::{Price, Quantity, Rate, SCALE};
use crate::instrument::{Instrument, TickLadder};
use crate::order::Side;
use crate::rules::DailyLimits;

/// In which order a bar visits its extremes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PathRule {
    /// The extreme nearer the open first; a tie goes low first when close >= open, else high first.
    #[default]
    NearFirst,
    /// Always the high first.
    HighFirst,
    /// Always the low first.
    LowFirst,
    /// Per bar, the one of high first and low first that leaves the lower equity at its close.
    Pessimistic,
    /// Per bar, the one that leaves the higher equity at its close.
    Optimistic,
}

/// When a resting limit order fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LimitFill {
    /// When the price reaches the limit.
    #[default]
    Touch,
    /// When the price passes the limit.
    Through,
}

/// What a rested limit order gets when a bar opens beyond its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LimitGap {
    /// The open.
    #[default]
    Open,
    /// Its limit.
    Limit,
}

/// At which price a market order sent at a bar's close fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum MarketFill {
    /// At the open of the next bar that traded.
    #[default]
    NextOpen,
    /// At the close it was decided on: look-ahead, on purpose; reports say so first.
    SameClose,
}

/// How far market and stop fills move against us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Slippage {
    /// Not at all.
    #[default]
    None,
    /// By a price distance.
    Amount(Price),
    /// By a number of ticks.
    Ticks(u32),
    /// By a fraction of the price (1 bp = 0.0001).
    Fraction(Rate),
    /// By `coefficient x sqrt(quantity / bar volume)` of the price; nothing where the volume is unknown.
    SquareRoot(Rate),
}

/// The fill model of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct FillRules {
    /// Market orders.
    pub market: MarketFill,
    /// Path inside a bar.
    pub path: PathRule,
    /// Resting limit orders.
    pub limit_fill: LimitFill,
    /// Rested limit orders on a favourable gap.
    pub limit_gap: LimitGap,
    /// Market and stop fills.
    pub slippage: Slippage,
    /// Keeps a slipped price inside the bar.
    pub clamp: bool,
    /// Share of a bar's volume that all our orders together may take; `None` = no cap.
    pub participation: Option<Rate>,
}

/// One bar as the exchange sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradedBar {
    /// First price.
    pub open: Price,
    /// Highest price.
    pub high: Price,
    /// Lowest price.
    pub low: Price,
    /// Last price.
    pub close: Price,
    /// Volume; `None` = unknown: it traded, without a cap.
    pub volume: Option<Quantity>,
    /// True for the first bar of a session (it has the opening auction).
    pub session_start: bool,
    /// True for the last bar of a session (it has the closing auction; day orders end with it).
    pub session_end: bool,
    /// Lowest and highest price of the day, where the venue limits them.
    pub limits: Option<DailyLimits>,
}

impl TradedBar {
    /// The two extremes in the order of visit.
    #[must_use]
    pub fn extremes(&self, high_first: bool) -> [Price; 2] {
        if high_first { [self.high, self.low] } else { [self.low, self.high] }
    }

    /// True when nobody trades against this side at a price: a buy at the day's
    /// highest price, a sale at its lowest.
    #[inline]
    pub(super) fn is_locked(&self, side: Side, price: Price) -> bool {
        self.limits.is_some_and(|limits| match side {
            Side::Buy => price >= limits.up,
            Side::Sell => price <= limits.down,
        })
    }

    /// True when the near-first path goes to the high first.
    #[must_use]
    pub fn near_is_high(&self) -> bool {
        let (up, down) = (self.high - self.open, self.open - self.low);
        up < down || (up == down && self.close < self.open)
    }
}

impl FillRules {
    /// The quantity that our orders together may take of a bar, in whole lots; the
    /// smallest order is no bound for a part of one.
    pub(super) fn cap(&self, bar: &TradedBar, instrument: &Instrument) -> Option<Quantity> {
        let (rate, volume) = (self.participation?, bar.volume?);
        let exact = i128::from(volume.units()) * i128::from(rate.units()) / i128::from(Rate::SCALE);
        let units = i64::try_from(exact).unwrap_or(i64::MAX / 4);
        let lot = instrument.lot.units();
        Some(Quantity::from_units(units / lot * lot))
    }

    /// True when fills depend on a bar's volume.
    pub(super) fn needs_volume(&self) -> bool {
        self.participation.is_some() || matches!(self.slippage, Slippage::SquareRoot(_))
    }

    /// `price` moved against `side`, rounded to the tick against it.
    pub(super) fn slip(
        &self,
        side: Side,
        price: Price,
        quantity: Quantity,
        bar: &TradedBar,
        ticks: &TickLadder,
    ) -> Price {
        let distance = match self.slippage {
            // Off the tick only where a trail set the level.
            Slippage::None => return ticks.round_against(side, price),
            Slippage::Amount(distance) => distance,
            Slippage::Ticks(n) => Price::from_units(ticks.step(price).units() * i64::from(n)),
            Slippage::Fraction(rate) => share(price, rate),
            Slippage::SquareRoot(rate) => {
                let volume = bar.volume.map_or(0.0, Quantity::to_f64);
                let root = if volume > 0.0 { (quantity.to_f64() / volume).sqrt() } else { 0.0 };
                Price::from_f64(price.to_f64() * rate.to_f64() * root).unwrap_or(Price::ZERO)
            }
        };
        let slipped = match side {
            Side::Buy => price + distance,
            Side::Sell => price - distance,
        };
        let slipped = ticks.round_against(side, slipped);
        // A sell cannot go below the smallest price there is.
        let slipped = slipped.max(Price::from_units(1));
        let slipped = if self.clamp { slipped.clamp(bar.low, bar.high) } else { slipped };
        bar.limits.map_or(slipped, |limits| slipped.clamp(limits.down, limits.up))
    }
}

/// `price x rate`, rounded half up at 1e-8.
pub(crate) fn share(price: Price, rate: Rate) -> Price {
    let exact = i128::from(price.units()) * i128::from(rate.units());
    let units = crate::fixed::div_round(exact, i128::from(Rate::SCALE));
    Price::from_units(i64::try_from(units).unwrap_or(i64::MAX / 8))
}

/// One whole share or contract.
pub const ONE: Quantity = Quantity::from_units(SCALE);
