//! Bytes to be written, bounded.

use super::SendError;

/// A larger buffer is given back once it is empty.
const KEEP: usize = 256 << 10;

/// Whole frames waiting for the socket.
#[derive(Debug)]
pub(super) struct Output {
    bytes: Vec<u8>,
    sent: usize,
    limit: usize,
}

impl Output {
    pub(super) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), sent: 0, limit }
    }

    pub(super) fn waiting(&self) -> &[u8] {
        self.bytes.get(self.sent..).unwrap_or_default()
    }

    pub(super) fn sent(&mut self, count: usize) {
        self.sent = self.sent.saturating_add(count).min(self.bytes.len());
        if self.sent < self.bytes.len() {
            // Moved only when at least as much was written since: linear in all.
            if self.sent > self.bytes.len() / 2 {
                self.bytes.drain(..self.sent);
                self.sent = 0;
            }
            return;
        }
        self.sent = 0;
        if self.bytes.capacity() > KEEP {
            self.bytes = Vec::new();
        } else {
            self.bytes.clear();
        }
    }

    /// The buffer to append a frame to, if `more` bytes held elsewhere leave room.
    pub(super) fn room(&mut self, more: usize) -> Result<&mut Vec<u8>, SendError> {
        let waiting = self.waiting().len() + more;
        if waiting >= self.limit {
            return Err(SendError::OutputFull { waiting, limit: self.limit });
        }
        Ok(&mut self.bytes)
    }

    pub(super) fn append(&mut self, bytes: &mut Vec<u8>) {
        self.bytes.append(bytes);
    }
}
