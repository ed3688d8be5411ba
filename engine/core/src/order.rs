//! Orders: what a strategy may ask for, and the states an order goes through.

use std::fmt;

use crate::fixed::{Amount, Price, Quantity, Rate};
use crate::instrument::InstrumentId;
use crate::time::Timestamp;

/// Number of an order in its run: 0, 1, 2, ... in order of submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(pub u32);

impl OrderId {
    /// As an index into dense arrays.
    #[inline]
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Number of a one-cancels-other group in its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OcoId(pub u32);

/// Buy or sell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Adds to a long position or covers a short one.
    Buy,
    /// Reduces a long position or goes short.
    Sell,
}

impl Side {
    /// The other side.
    #[inline]
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// +1 for a buy, -1 for a sell.
    #[inline]
    #[must_use]
    pub const fn sign(self) -> i64 {
        match self {
            Self::Buy => 1,
            Self::Sell => -1,
        }
    }

    /// "buy" or "sell".
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }
}

/// How far a trailing stop stays behind the best price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trail {
    /// A price distance, above zero.
    Amount(Price),
    /// A fraction of the best price, above 0 and below 1.
    Fraction(Rate),
}

/// Type of an order, with its prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderKind {
    /// At the next price.
    Market,
    /// At `limit` or better.
    Limit {
        /// Worst acceptable price.
        limit: Price,
    },
    /// A market order once the price reaches `stop` (buy: from below).
    Stop {
        /// Trigger.
        stop: Price,
    },
    /// A limit order once the price reaches `stop`.
    StopLimit {
        /// Trigger.
        stop: Price,
        /// Worst acceptable price after the trigger.
        limit: Price,
    },
    /// A market order once the price reaches `touch` (buy: from above).
    MarketIfTouched {
        /// Trigger.
        touch: Price,
    },
    /// A limit order once the price reaches `touch` (buy: from above).
    LimitIfTouched {
        /// Trigger.
        touch: Price,
        /// Worst acceptable price after the trigger.
        limit: Price,
    },
    /// A stop that follows the best price since it became active.
    TrailingStop {
        /// Distance.
        trail: Trail,
    },
    /// A stop-limit that follows the best price; its limit lies `offset` beyond the stop level.
    TrailingStopLimit {
        /// Distance.
        trail: Trail,
        /// Distance of the limit beyond the stop level, zero or more.
        offset: Price,
    },
    /// Takes part in the next opening auction only.
    MarketOnOpen,
    /// Takes part in the next opening auction only, at `limit` or better.
    LimitOnOpen {
        /// Worst acceptable price.
        limit: Price,
    },
    /// Takes part in the next closing auction only.
    MarketOnClose,
    /// Takes part in the next closing auction only, at `limit` or better.
    LimitOnClose {
        /// Worst acceptable price.
        limit: Price,
    },
}

impl OrderKind {
    /// The name used in tables, files and configs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::Limit { .. } => "limit",
            Self::Stop { .. } => "stop",
            Self::StopLimit { .. } => "stop_limit",
            Self::MarketIfTouched { .. } => "market_if_touched",
            Self::LimitIfTouched { .. } => "limit_if_touched",
            Self::TrailingStop { .. } => "trailing_stop",
            Self::TrailingStopLimit { .. } => "trailing_stop_limit",
            Self::MarketOnOpen => "market_on_open",
            Self::LimitOnOpen { .. } => "limit_on_open",
            Self::MarketOnClose => "market_on_close",
            Self::LimitOnClose { .. } => "limit_on_close",
        }
    }

    /// The limit price, if the type has one.
    #[must_use]
    pub const fn limit(&self) -> Option<Price> {
        match *self {
            Self::Limit { limit }
            | Self::StopLimit { limit, .. }
            | Self::LimitIfTouched { limit, .. }
            | Self::LimitOnOpen { limit }
            | Self::LimitOnClose { limit } => Some(limit),
            _ => None,
        }
    }

    /// The trigger price, if the type has a fixed one.
    #[must_use]
    pub const fn trigger(&self) -> Option<Price> {
        match *self {
            Self::Stop { stop } | Self::StopLimit { stop, .. } => Some(stop),
            Self::MarketIfTouched { touch } | Self::LimitIfTouched { touch, .. } => Some(touch),
            _ => None,
        }
    }

    /// The trailing distance, if the type has one.
    #[must_use]
    pub const fn trail(&self) -> Option<Trail> {
        match *self {
            Self::TrailingStop { trail } | Self::TrailingStopLimit { trail, .. } => Some(trail),
            _ => None,
        }
    }

    /// The same type with every fixed price mapped (splits, ticks).
    #[must_use]
    pub fn map_prices(self, f: impl Fn(Price) -> Price) -> Self {
        let trail_by = |trail| match trail {
            Trail::Amount(d) => Trail::Amount(f(d)),
            fraction => fraction,
        };
        match self {
            Self::Limit { limit } => Self::Limit { limit: f(limit) },
            Self::Stop { stop } => Self::Stop { stop: f(stop) },
            Self::StopLimit { stop, limit } => Self::StopLimit { stop: f(stop), limit: f(limit) },
            Self::MarketIfTouched { touch } => Self::MarketIfTouched { touch: f(touch) },
            Self::LimitIfTouched { touch, limit } => Self::LimitIfTouched { touch: f(touch), limit: f(limit) },
            Self::TrailingStop { trail } => Self::TrailingStop { trail: trail_by(trail) },
            Self::TrailingStopLimit { trail, offset } => {
                Self::TrailingStopLimit { trail: trail_by(trail), offset: f(offset) }
            }
            Self::LimitOnOpen { limit } => Self::LimitOnOpen { limit: f(limit) },
            Self::LimitOnClose { limit } => Self::LimitOnClose { limit: f(limit) },
            Self::Market | Self::MarketOnOpen | Self::MarketOnClose => self,
        }
    }
}

/// How long an order stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum TimeInForce {
    /// Until it is filled or cancelled.
    #[default]
    Gtc,
    /// Until the close of the session in which it works.
    Day,
    /// Until the first bar that closes at or after this time.
    Gtd(Timestamp),
    /// What the first price after arrival does not fill is cancelled.
    Ioc,
    /// All at the first price after arrival, or nothing.
    Fok,
}

impl TimeInForce {
    /// The name used in tables, files and configs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Gtc => "gtc",
            Self::Day => "day",
            Self::Gtd(_) => "gtd",
            Self::Ioc => "ioc",
            Self::Fok => "fok",
        }
    }
}

/// How many shares or contracts; everything but `Quantity` is resolved at the
/// price of the first fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Size {
    /// So many shares or contracts, above zero.
    Quantity(Quantity),
    /// As many whole lots as this amount buys, fees included.
    Notional(Amount),
    /// As many whole lots as this fraction of equity buys, fees included; 0 to 10.
    PercentOfEquity(Rate),
    /// A buy: as many whole lots as the free cash buys, fees included. A sell: the whole position.
    AllIn,
    /// A child: as much as its parent.
    AsParent,
}

/// How the prices of an order are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum PriceBasis {
    /// As they stand.
    #[default]
    Absolute,
    /// A child: distances from the parent's first fill price, on the side where
    /// they protect (stop) or take profit (limit, touch).
    FromFill,
    /// A child: as `FromFill`, in fractions of the fill price (1.0 = 100 %).
    FromFillFraction,
}

/// A request for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewOrder {
    /// What to trade.
    pub instrument: InstrumentId,
    /// Buy or sell.
    pub side: Side,
    /// How much.
    pub size: Size,
    /// Type and prices.
    pub kind: OrderKind,
    /// How its prices are read.
    pub basis: PriceBasis,
    /// How long it stays.
    pub tif: TimeInForce,
    /// Rejected if it would fill at its first price (limit orders only).
    pub post_only: bool,
    /// The order whose fills activate this one.
    pub parent: Option<OrderId>,
    /// The one-cancels-other group it belongs to.
    pub oco: Option<OcoId>,
    /// A buy or sell that finds too little cash or position takes what there is instead of being rejected.
    pub shrink_to_fit: bool,
}

impl NewOrder {
    /// An order with defaults: good till cancelled, no links.
    #[must_use]
    pub const fn new(instrument: InstrumentId, side: Side, size: Size, kind: OrderKind) -> Self {
        Self {
            instrument,
            side,
            size,
            kind,
            basis: PriceBasis::Absolute,
            tif: TimeInForce::Gtc,
            post_only: false,
            parent: None,
            oco: None,
            shrink_to_fit: false,
        }
    }

    /// A market order.
    #[must_use]
    pub const fn market(instrument: InstrumentId, side: Side, size: Size) -> Self {
        Self::new(instrument, side, size, OrderKind::Market)
    }

    /// A limit order.
    #[must_use]
    pub const fn limit(instrument: InstrumentId, side: Side, size: Size, limit: Price) -> Self {
        Self::new(instrument, side, size, OrderKind::Limit { limit })
    }

    /// A stop order.
    #[must_use]
    pub const fn stop(instrument: InstrumentId, side: Side, size: Size, stop: Price) -> Self {
        Self::new(instrument, side, size, OrderKind::Stop { stop })
    }

    /// With another time in force.
    #[must_use]
    pub const fn tif(mut self, tif: TimeInForce) -> Self {
        self.tif = tif;
        self
    }

    /// As a child of `parent`.
    #[must_use]
    pub const fn child_of(mut self, parent: OrderId) -> Self {
        self.parent = Some(parent);
        self
    }

    /// In a one-cancels-other group.
    #[must_use]
    pub const fn oco(mut self, group: OcoId) -> Self {
        self.oco = Some(group);
        self
    }
}

/// Changes to a working order; `None` keeps what is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderChange {
    /// New total quantity (filled part included), above zero. No more than what is filled ends the
    /// order: cancelled, on request.
    pub quantity: Option<Quantity>,
    /// New limit price.
    pub limit: Option<Price>,
    /// New trigger price.
    pub stop: Option<Price>,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderState {
    /// Made, not yet sent.
    Created,
    /// Sent, not yet acknowledged (live).
    PendingSubmit,
    /// Accepted; a child may still wait for its parent.
    Working,
    /// Working with a part filled.
    PartlyFilled,
    /// A change is on its way (live).
    PendingModify,
    /// A cancel is on its way (live).
    PendingCancel,
    /// Done.
    Filled,
    /// Ended by a request or by a linked order.
    Cancelled,
    /// Refused.
    Rejected,
    /// Ended by its time in force.
    Expired,
}

impl OrderState {
    /// True once nothing more can happen.
    #[inline]
    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Filled | Self::Cancelled | Self::Rejected | Self::Expired)
    }

    /// The name used in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::PendingSubmit => "pending submit",
            Self::Working => "working",
            Self::PartlyFilled => "partly filled",
            Self::PendingModify => "pending modify",
            Self::PendingCancel => "pending cancel",
            Self::Filled => "filled",
            Self::Cancelled => "cancelled",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
        }
    }
}

/// Why an order ended as it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Reason {
    /// Nothing to explain.
    #[default]
    None,
    /// The strategy asked for it.
    Requested,
    /// Immediate or cancel: what was left.
    IocRemainder,
    /// Fill or kill: not all could be filled at once.
    FokNotFillable,
    /// Post-only: it would have filled at its first price.
    PostOnlyWouldTake,
    /// A sibling of its group completed.
    Oco,
    /// Its parent closed without a fill.
    ParentClosed,
    /// Day order: the session ended.
    SessionEnd,
    /// Good till date: the date was reached.
    GtdReached,
    /// Auction order: what the auction did not fill.
    AuctionRemainder,
    /// The account cannot pay for it.
    InsufficientCash,
    /// A cash account cannot sell what it does not hold.
    InsufficientPosition,
    /// Not a whole number of lots, or less than one.
    BadQuantity,
    /// Prices that make no sense for the type, or off the tick.
    BadPrice,
    /// Parent or group of another instrument, closed, or unknown.
    BadLink,
    /// The instrument cannot be traded.
    NotTradable,
    /// A limit of the risk gate.
    RiskLimit,
    /// A price beyond the day's limits.
    PriceLimit,
}

impl Reason {
    /// The text used in tables.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Requested => "requested",
            Self::IocRemainder => "ioc remainder",
            Self::FokNotFillable => "fok not fillable",
            Self::PostOnlyWouldTake => "post_only would take",
            Self::Oco => "oco",
            Self::ParentClosed => "parent closed",
            Self::SessionEnd => "session end",
            Self::GtdReached => "gtd reached",
            Self::AuctionRemainder => "auction remainder",
            Self::InsufficientCash => "insufficient cash",
            Self::InsufficientPosition => "insufficient position",
            Self::BadQuantity => "bad quantity",
            Self::BadPrice => "bad price",
            Self::BadLink => "bad link",
            Self::NotTradable => "not tradable",
            Self::RiskLimit => "risk limit",
            Self::PriceLimit => "price limit",
        }
    }
}
