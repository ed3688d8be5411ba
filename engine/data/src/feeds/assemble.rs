//! Messages of a feed to the rows of a tape, in the venue's order.

use engine_core::tape::{LAST, TapeColumns, TapeEvent};
use engine_core::time::Timestamp;

use crate::audit::{count, duration};

/// Rows that belong together: nobody looks at the book in between.
struct Message {
    venue: i64,
    local: i64,
    from: usize,
    to: usize,
}

/// Takes messages in the order of the file.
#[derive(Default)]
pub(super) struct Assembler {
    rows: Vec<(TapeEvent, u16)>,
    messages: Vec<Message>,
}

impl Assembler {
    /// Adds a message; one without rows is none.
    pub(super) fn message(&mut self, venue: i64, local: i64, rows: impl IntoIterator<Item = (TapeEvent, u16)>) {
        let from = self.rows.len();
        self.rows.extend(rows);
        let to = self.rows.len();
        if to > from {
            self.messages.push(Message { venue, local, from, to });
        }
    }

    /// The rows, sorted by the venue's time (messages of one moment keep the order of the
    /// file), and received no earlier than the message before. What was moved is told.
    pub(super) fn finish(mut self, notes: &mut Vec<String>) -> TapeColumns {
        let mut newest = i64::MIN;
        let mut late = 0;
        for message in &self.messages {
            late += usize::from(message.venue < newest);
            newest = newest.max(message.venue);
        }
        self.messages.sort_by_key(|message| message.venue);
        let (mut received, mut raised, mut most) = (i64::MIN, 0, 0);
        let mut columns = TapeColumns::default();
        for message in &self.messages {
            if message.local < received {
                raised += 1;
                most = most.max(received - message.local);
            }
            received = received.max(message.local).max(message.venue);
            let (venue, local) = (Timestamp::from_nanos(message.venue), Timestamp::from_nanos(received));
            for (at, (event, flags)) in self.rows[message.from..message.to].iter().enumerate() {
                let last = if at + 1 == message.to - message.from { LAST } else { 0 };
                columns.push(venue, local, *event, flags | last);
            }
        }
        if late > 0 {
            notes.push(format!(
                "{} stood in the file after later ones: put in the venue's order",
                count(late, "message")
            ));
        }
        if raised > 0 {
            notes.push(format!(
                "{} taken as received later, with the message before, by up to {}",
                count(raised, "message"),
                duration(most)
            ));
        }
        columns
    }
}
