//! The protocol's times, in nanoseconds, and the clock of a session.

/// One second.
pub const SECOND: i64 = 1_000_000_000;

/// How long the official SDK waits for the reply to InitConnect.
pub(super) const GREETING: i64 = 20 * SECOND;

/// How long the official SDK waits for any other reply.
pub(super) const REPLY: i64 = 12 * SECOND;

/// The official SDK holds a gateway dead after this time without a byte.
pub(super) const GATEWAY_SILENCE: i64 = 33 * SECOND;

/// A gateway drops a client after this time without a frame.
pub(super) const CLIENT_SILENCE: i64 = 30 * SECOND;

/// A gateway drops a client whose InitConnect isn't complete after this time.
pub(super) const CLIENT_GREETING: i64 = 10 * SECOND;

/// Pushes right behind the InitConnect reply are lost in the official SDK; after this time they aren't.
pub(super) const PUSH_DELAY: i64 = SECOND / 10;

/// Time between two keep-alives for the interval of the InitConnect reply, in seconds: 0.8 of it, once a second for 0
/// and below, and never so long that a quiet gateway looks dead.
pub(super) fn ping_interval(interval_s: i32, silence: i64) -> i64 {
    let asked = i64::from(interval_s) * SECOND / 10 * 8;
    let bound = (silence / 10 * 8).max(1);
    if asked <= 0 { SECOND.min(bound) } else { asked.min(bound) }
}

/// Time as given from outside, never going back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock(i64);

impl Clock {
    pub(super) fn new(now: i64) -> Self {
        Self(now)
    }

    pub(super) fn set(&mut self, now: i64) -> i64 {
        self.0 = self.0.max(now);
        self.0
    }

    pub(super) fn now(self) -> i64 {
        self.0
    }

    pub(super) fn after(self, span: i64) -> i64 {
        self.0.saturating_add(span)
    }
}
