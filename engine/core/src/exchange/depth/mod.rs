//! The simulated exchange on trades, quotes and books: what fills, when and at which price.
//!
//! The market is what a tape tells; our orders change nothing in it. They meet it
//! at the venue, when they arrive there. `venue` holds our orders and the book,
//! `queue` the place of a resting order among the others. The links between
//! orders are those of the exchange on bars (`book`).
//!
//! # The rules on tapes
//!
//! Each rule has scenarios in `tests/scenarios/tape_*.json`. Sells mirror buys.
//!
//! **Packets.** Rows up to one with the `LAST` flag are one packet. A trade fills what rests at once. What
//! the rows do to the book acts when the packet ends: what counts is the level it leaves. Then the
//! children that its trades activated and the triggers they fired, in the order of the trades, look at
//! the book. What happens at one moment happens in order of submission.
//!
//! **Arrival.** An order, a change or a cancel acts when it reaches the venue: sent
//! time plus order latency, never overtaking what was sent before it. Rows of the
//! same stamp come first. Answers (accepted, filled, ended) reach the strategy
//! after the response latency, in order. What the strategy knows of its position
//! is what was reported.
//!
//! **Taking.** A market order, and a limit order that finds the other side at or better
//! than its limit, takes the other side level by level, the best first, whole lots of each, each fill at
//! the price of its level. What our orders took of a level is gone from it for us:
//! shown less taken, until the venue shows less than we took (then that is what
//! remains taken) or removes the level, or a snapshot or a quote no longer shows it. A limit order rests with what is left. What is left of a
//! market order waits and takes what the next packets show.
//!
//! **Time in force.** IOC takes what is there on arrival; the rest is cancelled. FOK
//! takes all on arrival or is cancelled. `post_only` is rejected if the other side
//! is at or better than its limit on arrival. Day orders end with the session, GTD
//! orders at their date: before anything of that stamp or later.
//!
//! **Resting.** A limit order rests at its price behind the queue that its model gives it:
//! - `none`: nobody is before us.
//! - `volume_ahead`: all that is shown at our price on arrival is before us. Trades at our
//!   price take from it; cancels are taken to be behind us, except that no more can be
//!   before us than is shown. The least that any place in the queue allows.
//! - `proportional`, `power(n)`, `log`: as above, but of what leaves the level without a trade a part was
//!   before us: with f(x) = x, x^n or ln(1 + x) of the sizes before and behind us,
//!   the part f(before) / (f(before) + f(behind)), rounded down at 1e-8. What a snapshot changes is not
//!   shared. Fills are whole lots: what reaches us of a lot waits for the rest.
//! - `fifo`: on a tape of single orders: those that were there are before us, and leave one by one. A print
//!   counts until its packet ends; then what the tape still shows of them is before us.
//!
//! An order that joins where no level is shown (between the levels, or better than the
//! best price, or on an empty side) is the first there. Beyond the last level shown, nobody knows: trades
//! at our price fill nothing (but under `none`) until the range shown reaches it; then all that is shown there is
//! before us, or nobody. With `fifo` the whole book is known. After a gap or a snapshot no more is before
//! us than is shown; where a snapshot or a quote does not reach our price, as much as before.
//!
//! Cutting the quantity keeps the place; to no more than what is filled, it cancels the order; raising it or changing a price loses it, among our own orders too.
//! A child that grows with its parent keeps its place while it rests.
//!
//! **Trades and resting orders.** A trade at our price by a taker of the other side (or
//! an unknown one) fills us with what exceeds the queue before us. A trade through our price (below a
//! buy limit), whoever took, fills us at our limit: all (`through = full`) or at most its size
//! (`through = traded`). A trade is given once: to buys before sells, to the better limit, then to the
//! earlier place; the queue before each order is passed by all of it.
//!
//! **Quotes and resting orders.** When the other side comes to our price or through it, we
//! are filled at our limit with what it shows there, level by level, as if taken.
//! On a tape without a book every order meets trades alone: a market order and a limit
//! order that accepts the price take the next trade after they arrived, were activated or triggered, at
//! its price, up to its size. A limit order rests from then on, with nobody before it.
//!
//! **Triggers.** Stops and touches look at the last trade (`trigger = trade`), or at the
//! price they would trade against (`quote`: a buy at the ask). Without `trigger` it is the last trade where the
//! tape has trades, else the quote. One that is already through on arrival triggers
//! at once. A triggered stop is a market order. A trailing stop starts from the price of its
//! trigger on arrival (a child from its parent's fill; the first price that comes where none is known) and follows each later one; the level in force is the one earlier prices
//! made. Auction orders are rejected: they need bars.
//!
//! **Untrusted books.** While the book is crossed or something is missing, nothing
//! fills, triggers or trails: market orders wait, limit orders rest, IOC and FOK are cancelled. The first
//! good packet is looked at as any other; a limit order that arrived or changed its price meanwhile looks at
//! it as on arrival: it takes at the prices of the levels, and is rejected if `post_only`. Crossed is a bid above the ask, and with
//! depth also a bid equal to the ask. Something is missing from a gap until both sides were cleared
//! and told anew, or told by a quote where quotes are all there is. Trades still tell the last price.
//!
//! **Irregular trades** (odd lots, late reports) set no price, move no queue and fill nothing.
//!
//! **Certainty.** A fill is certain when it would have happened at any place in the
//! queue: taking, trades through our price under `full`, and a trade of which `volume_ahead` grants as much.
//! Under `traded` the size may have gone to those before us: not certain. On `fifo` all fills are
//! certain; on trades alone none at our own price is.
//!
//! **Links.** A member of a group that arrives after a fill of another is reduced by it, and cancelled
//! when one is complete.

mod queue;
mod venue;

pub use queue::QueueModel;
pub(crate) use venue::DepthVenue;

/// What a trade through the limit of a resting order fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ThroughFill {
    /// All of it: whoever traded there had to pass our price first.
    #[default]
    Full,
    /// At most the size of the trade.
    Traded,
}

/// Which price fires stops and touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriggerPrice {
    /// The last trade.
    Trade,
    /// The price on the other side: the ask for a buy.
    Quote,
}

/// The fill model of instruments with a tape.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct DepthRules {
    /// Place of resting orders; `None`: `fifo` where the tape tells single orders, else `volume_ahead`.
    pub queue: Option<QueueModel>,
    /// Trades through the limit of a resting order.
    pub through: ThroughFill,
    /// What fires triggers; `None`: trades where the tape has any, else quotes.
    pub trigger: Option<TriggerPrice>,
    /// A book is stale when nothing came for so many nanoseconds; `None`: never.
    pub stale_after: Option<i64>,
}
