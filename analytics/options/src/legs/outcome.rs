//! Where a profit curve crosses zero, how high and how low it goes.

/// Prices of the underlying at which the profit is zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Breakeven {
    /// One price.
    At(f64),
    /// Every price from the first to the second, which may be infinite.
    Between(f64, f64),
}

/// The most that can be earned or lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// This much.
    Amount(f64),
    /// There is no limit: it grows with the underlying.
    Unlimited,
}

/// What a strategy comes to, over all prices of the underlying from 0 up.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Where the profit is zero, lowest first.
    pub breakevens: Vec<Breakeven>,
    /// The largest profit; below 0 when every price loses.
    pub max_profit: Limit,
    /// The largest loss, as a positive amount; below 0 when every price earns.
    pub max_loss: Limit,
    /// Open ranges of prices with a profit, lowest first; the last may end at infinity.
    pub profitable: Vec<(f64, f64)>,
}

impl Limit {
    /// The amount; none when unlimited.
    #[must_use]
    pub fn amount(self) -> Option<f64> {
        match self {
            Self::Amount(amount) => Some(amount),
            Self::Unlimited => None,
        }
    }
}

/// The outcome of a curve through `points` (price, profit), ascending, which goes on
/// with `slope` after the last. `root` gives the crossing between two points of
/// opposite sign.
pub(super) fn outcome(points: &[(f64, f64)], slope: f64, root: impl Fn((f64, f64), (f64, f64)) -> f64) -> Outcome {
    let (last_price, last_profit) = points.last().copied().unwrap_or((0.0, 0.0));
    let mut found = Walk::default();
    for (a, b) in points.iter().zip(points.iter().skip(1)) {
        let crosses = a.1 != 0.0 && b.1 != 0.0 && (a.1 > 0.0) != (b.1 > 0.0);
        let crossing = crosses.then(|| root(*a, *b));
        found.segment(*a, *b, crossing);
    }
    let crossing = (last_profit != 0.0 && slope != 0.0 && (last_profit > 0.0) != (slope > 0.0))
        .then(|| last_price - last_profit / slope);
    let beyond = match crossing {
        Some(_) => slope,
        None if last_profit == 0.0 => slope,
        None => last_profit,
    };
    found.segment((last_price, last_profit), (f64::INFINITY, beyond), crossing);
    let highest = points.iter().fold(f64::NEG_INFINITY, |high, point| high.max(point.1));
    let lowest = points.iter().fold(f64::INFINITY, |low, point| low.min(point.1));
    Outcome {
        breakevens: found.breakevens,
        max_profit: if slope > 0.0 { Limit::Unlimited } else { Limit::Amount(highest) },
        max_loss: if slope < 0.0 { Limit::Unlimited } else { Limit::Amount(0.0 - lowest) },
        profitable: found.profitable,
    }
}

#[derive(Default)]
struct Walk {
    breakevens: Vec<Breakeven>,
    profitable: Vec<(f64, f64)>,
}

impl Walk {
    /// One segment, of one sign or with one crossing inside.
    fn segment(&mut self, a: (f64, f64), b: (f64, f64), crossing: Option<f64>) {
        if a.1 == 0.0 && b.1 == 0.0 {
            self.zero(a.0, b.0);
        } else if a.1 == 0.0 {
            self.zero(a.0, a.0);
        } else if b.1 == 0.0 && b.0.is_finite() {
            self.zero(b.0, b.0);
        }
        if let Some(at) = crossing {
            self.zero(at, at);
        }
        let from = crossing.filter(|_| a.1 < 0.0).unwrap_or(a.0);
        let to = crossing.filter(|_| a.1 > 0.0).unwrap_or(b.0);
        if a.1 > 0.0 || b.1 > 0.0 {
            match self.profitable.last_mut() {
                Some((_, end)) if *end == from && a.1 > 0.0 => *end = to,
                _ => self.profitable.push((from, to)),
            }
        }
    }

    /// Adds a zero at one price or over a range, joined to the last when they touch.
    fn zero(&mut self, from: f64, to: f64) {
        let before = match self.breakevens.last() {
            Some(Breakeven::At(at)) => Some((*at, *at)),
            Some(Breakeven::Between(from, to)) => Some((*from, *to)),
            None => None,
        };
        let from = match before {
            Some((first, last)) if last >= from => {
                self.breakevens.pop();
                first
            }
            _ => from,
        };
        self.breakevens.push(if from < to { Breakeven::Between(from, to) } else { Breakeven::At(from) });
    }
}
