//! Requests that wait for their reply.

use std::collections::{BTreeMap, BTreeSet};

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) proto_id: u32,
    pub(super) sent: i64,
    pub(super) deadline: i64,
}

/// By serial number, and by deadline.
#[derive(Debug, Default)]
pub(super) struct Pending {
    by_serial: BTreeMap<u32, Waiting>,
    by_deadline: BTreeSet<(i64, u32)>,
}

impl Pending {
    pub(super) fn len(&self) -> usize {
        self.by_serial.len()
    }

    pub(super) fn add(&mut self, serial: u32, waiting: Waiting) {
        self.by_deadline.insert((waiting.deadline, serial));
        self.by_serial.insert(serial, waiting);
    }

    /// Takes out the request that a reply is for: id and serial number must both be its own.
    pub(super) fn answered(&mut self, proto_id: u32, serial: u32) -> Option<Waiting> {
        let waiting = *self.by_serial.get(&serial).filter(|waiting| waiting.proto_id == proto_id)?;
        self.by_serial.remove(&serial);
        self.by_deadline.remove(&(waiting.deadline, serial));
        Some(waiting)
    }

    /// Takes out one whose time is over.
    pub(super) fn expired(&mut self, now: i64) -> Option<(u32, Waiting)> {
        let (_, serial) = *self.by_deadline.first().filter(|(deadline, _)| *deadline <= now)?;
        self.by_deadline.pop_first();
        self.by_serial.remove(&serial).map(|waiting| (serial, waiting))
    }

    pub(super) fn next_deadline(&self) -> Option<i64> {
        self.by_deadline.first().map(|(deadline, _)| *deadline)
    }

    /// Takes out all, in the order they were sent.
    pub(super) fn take(&mut self) -> Vec<(u32, u32)> {
        self.by_deadline.clear();
        std::mem::take(&mut self.by_serial).into_iter().map(|(serial, waiting)| (waiting.proto_id, serial)).collect()
    }
}
