//! `Queue`: the place of one resting order among those of others.

use crate::fixed::Quantity;

/// How the place of a resting order is guessed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum QueueModel {
    /// Nobody is before us.
    None,
    /// All that was there on arrival, less trades.
    VolumeAhead,
    /// Cancels are shared in proportion to what is before and behind us.
    Proportional,
    /// As `Proportional` with the sizes raised to a power above 0 and at most 10.
    Power(f64),
    /// As `Proportional` with ln(1 + size).
    Log,
    /// The orders themselves, where the tape tells them.
    Fifo,
}

/// The place of one resting order. Sizes at 1e-8.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Queue {
    /// Before us, as the model sees it.
    ahead: i64,
    /// Before us at the most.
    most: i64,
    /// Shown at our price when last looked at.
    shown: i64,
    /// Traded at our price since.
    traded: i64,
    /// What of the last trade would have come to us with `most` before us.
    sure: i64,
    /// Reached us, but less than a lot.
    owed: i64,
    /// Orders with a lower number are before us.
    priority: u64,
    /// Traded in this packet, by orders whose leaving has not been told yet.
    pending: i64,
    /// Beyond the levels shown: what is there will be seen when the price gets there.
    hidden: bool,
    /// The tape shows no sizes at all: no fill at our price is sure.
    blind: bool,
    /// Our place among our own orders at this price.
    place: u64,
}

impl Queue {
    /// A place at the end of what is shown.
    pub(super) fn join(model: QueueModel, shown: Quantity, hidden: bool, priority: u64, place: u64) -> Self {
        let shown = shown.units();
        let ahead = if model == QueueModel::None { 0 } else { shown };
        Self { ahead, most: shown, shown, hidden, priority, place, ..Self::default() }
    }

    /// A place on a tape that shows no sizes.
    pub(super) fn blind(place: u64) -> Self {
        Self { blind: true, place, ..Self::default() }
    }

    /// Our place among our own orders at this price: the lower goes first.
    pub(super) fn place(&self) -> u64 {
        self.place
    }

    /// True while nobody knows who is before us.
    pub(super) fn is_hidden(&self) -> bool {
        self.hidden
    }

    /// The range shown reaches our price: all that it shows there is before us.
    pub(super) fn reveal(&mut self, model: QueueModel, shown: Quantity) {
        *self = Self::join(model, shown, false, self.priority, self.place);
    }

    /// The size at our price was shown anew.
    pub(super) fn show(&mut self, model: QueueModel, shown: Quantity) {
        if self.hidden {
            return;
        }
        let now = shown.units();
        let rest = (self.shown - self.traded).max(0);
        let cancelled = rest - now;
        if cancelled > 0 {
            self.ahead -= share(model, cancelled, self.ahead, rest);
        }
        self.ahead = self.ahead.clamp(0, now.max(0));
        self.most = self.most.min(now);
        self.shown = now;
        self.traded = 0;
    }

    /// The size at our price, after a gap or a snapshot: no change of it is known.
    pub(super) fn look_again(&mut self, model: QueueModel, shown: Quantity, priority: u64) {
        if self.hidden {
            return;
        }
        let now = shown.units();
        if model == QueueModel::Fifo {
            // Told anew in an order of its own: all of it may be before us.
            self.ahead = now;
            self.priority = priority;
        }
        self.ahead = self.ahead.min(now);
        self.most = self.most.min(now);
        (self.shown, self.traded) = (now, 0);
    }

    /// An order with this place lost so much at our price.
    pub(super) fn leave(&mut self, removed: Quantity, priority: u64) {
        if priority < self.priority {
            let removed = removed.units();
            self.ahead = (self.ahead - removed).max(0);
            self.pending = (self.pending - removed).max(0);
        }
    }

    /// The packet ends.
    pub(super) fn end_packet(&mut self) {
        self.pending = 0;
    }

    /// A trade at our price: what of it goes to us, `ours` of it having gone to orders of ours
    /// with an earlier place.
    pub(super) fn trade(&mut self, model: QueueModel, size: Quantity, ours: Quantity) -> Quantity {
        let (size, ours) = (size.units(), ours.units());
        if model == QueueModel::Fifo {
            let before = (self.pending - self.ahead).max(0);
            self.pending = self.pending.saturating_add(size);
            let reached = (self.pending - self.ahead).max(0);
            return Quantity::from_units((reached - before - ours).max(0));
        }
        if self.hidden {
            self.sure = 0;
            let given = if model == QueueModel::None { size - ours } else { 0 };
            return Quantity::from_units(given.max(0));
        }
        let over = (size - self.ahead).max(0);
        self.ahead = (self.ahead - size).max(0);
        self.sure = (size - self.most - ours).max(0);
        self.most = (self.most - size).max(0);
        self.traded = self.traded.saturating_add(size);
        Quantity::from_units((over - ours).max(0))
    }

    /// What of `reached` fills an order with `most` left: whole lots, as trades are. A part of a
    /// lot (shares of cancels are not whole lots) waits for the next trade.
    pub(super) fn whole_lots(&mut self, reached: Quantity, most: Quantity, lot: Quantity) -> Quantity {
        let lot = lot.units().max(1);
        let reached = self.owed.saturating_add(reached.units());
        let whole = if reached >= most.units() { most.units().max(0) } else { reached - reached % lot };
        self.owed = (reached - whole) % lot;
        Quantity::from_units(whole)
    }

    /// True when a fill by the last trade would have happened at any place.
    pub(super) fn is_sure(&self, model: QueueModel, given: Quantity) -> bool {
        !self.blind && (model == QueueModel::Fifo || given.units() <= self.sure)
    }
}

/// What of `cancelled` was before us, with `ahead` of `rest` before us.
fn share(model: QueueModel, cancelled: i64, ahead: i64, rest: i64) -> i64 {
    let behind = (rest - ahead).max(0);
    let part = match model {
        QueueModel::None | QueueModel::VolumeAhead | QueueModel::Fifo => 0,
        QueueModel::Proportional => {
            let exact = i128::from(cancelled) * i128::from(ahead) / i128::from(rest.max(1));
            i64::try_from(exact).unwrap_or(0)
        }
        QueueModel::Power(n) => weighed(cancelled, ahead, behind, |x| libm::pow(x, n)),
        QueueModel::Log => weighed(cancelled, ahead, behind, libm::log1p),
    };
    // What cannot have been behind us was before us.
    part.max(cancelled - behind)
}

/// The part f(ahead) / (f(ahead) + f(behind)) of `cancelled`, rounded down.
fn weighed(cancelled: i64, ahead: i64, behind: i64, f: impl Fn(f64) -> f64) -> i64 {
    let (before, after) = (f(Quantity::from_units(ahead).to_f64()), f(Quantity::from_units(behind).to_f64()));
    let whole = before + after;
    if whole > 0.0 && whole.is_finite() { (cancelled as f64 * (before / whole)) as i64 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(n: i64) -> Quantity {
        Quantity::from_units(n * crate::fixed::SCALE)
    }

    #[test]
    fn fills_are_whole_lots_and_nothing_that_reached_us_is_lost() {
        let mut queue = Queue::join(QueueModel::Proportional, shares(300), false, 0, 1);
        // 100 of 300 leave without a trade, then 100 behind us join, then 100 of 300 leave:
        // two thirds of a lot of those were before us.
        queue.show(QueueModel::Proportional, shares(200));
        queue.show(QueueModel::Proportional, shares(300));
        queue.show(QueueModel::Proportional, shares(200));
        let mut fills = Vec::new();
        let mut open = 250;
        for size in [100, 100, 100, 100, 100] {
            let reached = queue.trade(QueueModel::Proportional, shares(size), Quantity::ZERO);
            let most = shares(open.min(size));
            let given = queue.whole_lots(reached, most, shares(100)).units() / crate::fixed::SCALE;
            open -= given;
            fills.push(given);
        }
        // 133 1/3 are before us. No trade gives more than its size; the last 50 are all there is.
        assert_eq!(fills, [0, 0, 100, 100, 50]);
    }
}
