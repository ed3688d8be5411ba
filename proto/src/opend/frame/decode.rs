//! Cuts a byte stream, however segmented, into frames.
//!
//! A frame that lies whole in one segment is lent from that segment and never
//! copied; only what is cut by a segment's end is kept. What is reserved for it
//! follows the bytes that have arrived, not the length its header claims.

use super::FrameError;
use super::header::{HEADER_LEN, Header, MAX_BODY_LEN};

/// The buffer grows by what has arrived, by at least this many bytes.
const STEP: usize = 4 << 10;

/// A larger buffer is given back once its frame was taken.
const KEEP: usize = 256 << 10;

/// A frame as received: the body is still encrypted, its SHA-1 still unchecked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The header.
    pub header: Header,
    /// The body as sent.
    pub body: &'a [u8],
}

/// Bytes in, frames out.
///
/// ```
/// use proto::opend::frame::{append, Decoder, Format, Outgoing};
///
/// let mut bytes = Vec::new();
/// append(&mut bytes, Outgoing { proto_id: 1004, format: Format::Protobuf, serial: 7 }, b"body")?;
/// let mut decoder = Decoder::default();
/// let (mut first, mut second) = bytes.split_at(20);
/// assert_eq!(decoder.next(&mut first)?, None);
/// let frame = decoder.next(&mut second)?.expect("the rest of the frame");
/// assert_eq!((frame.header.serial, frame.body), (7, &b"body"[..]));
/// # Ok::<(), proto::opend::frame::FrameError>(())
/// ```
#[derive(Debug)]
pub struct Decoder {
    /// The bytes of one unfinished frame, or a finished one that was lent.
    partial: Vec<u8>,
    lent: bool,
    max_body_len: u32,
    failed: Option<FrameError>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(MAX_BODY_LEN)
    }
}

impl Decoder {
    /// A decoder that refuses bodies above `max_body_len` bytes.
    pub fn new(max_body_len: u32) -> Self {
        Self { partial: Vec::new(), lent: false, max_body_len, failed: None }
    }

    /// Sets the longest body taken, in bytes.
    pub fn set_max_body_len(&mut self, max_body_len: u32) {
        self.max_body_len = max_body_len;
    }

    /// Whether the stream stands inside a frame.
    pub fn is_mid_frame(&self) -> bool {
        !self.lent && !self.partial.is_empty()
    }

    /// Bytes reserved for the unfinished frame: at most twice those that arrived of it, and 4 KiB.
    pub fn reserved(&self) -> usize {
        self.partial.capacity()
    }

    /// The next frame. Takes what it uses from the front of `input`; `None` means that all of it was used and more
    /// is needed. Call it until then.
    ///
    /// # Errors
    ///
    /// [`FrameError::Magic`], [`FrameError::Format`] and [`FrameError::TooLong`], as soon as the header is complete.
    /// There is no way to find the next frame then: every later call returns the same error.
    // Not an iterator: the frame may borrow from both the decoder and the input.
    #[allow(clippy::should_implement_trait)]
    pub fn next<'a, 'i: 'a>(&'a mut self, input: &mut &'i [u8]) -> Result<Option<Frame<'a>>, FrameError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if self.lent {
            self.forget();
        }
        if self.partial.is_empty()
            && let Some((head, rest)) = input.split_first_chunk::<HEADER_LEN>()
        {
            let header = self.header(head)?;
            let len = header.body_len as usize;
            if let Some((body, rest)) = rest.split_at_checked(len) {
                *input = rest;
                return Ok(Some(Frame { header, body }));
            }
        }
        self.collect(input)
    }

    /// Adds to the unfinished frame.
    fn collect<'a>(&'a mut self, input: &mut &[u8]) -> Result<Option<Frame<'a>>, FrameError> {
        self.take(input, HEADER_LEN);
        let Some(head) = self.partial.first_chunk::<HEADER_LEN>().copied() else {
            return Ok(None);
        };
        let header = self.header(&head)?;
        let whole = HEADER_LEN + header.body_len as usize;
        self.take(input, whole);
        if self.partial.len() < whole {
            return Ok(None);
        }
        self.lent = true;
        Ok(Some(Frame { header, body: &self.partial[HEADER_LEN..] }))
    }

    fn header(&mut self, bytes: &[u8; HEADER_LEN]) -> Result<Header, FrameError> {
        let read = Header::read(bytes).and_then(|header| {
            if header.body_len > self.max_body_len {
                let (len, limit) = (u64::from(header.body_len), self.max_body_len);
                return Err(FrameError::TooLong { proto_id: header.proto_id, len, limit });
            }
            Ok(header)
        });
        if let Err(error) = read {
            self.failed = Some(error);
            self.partial = Vec::new();
        }
        read
    }

    /// Moves bytes from `input` until `whole` are there.
    fn take(&mut self, input: &mut &[u8], whole: usize) {
        let missing = whole.saturating_sub(self.partial.len());
        let (now, rest) = input.split_at(missing.min(input.len()));
        *input = rest;
        let arrived = self.partial.len() + now.len();
        if arrived > self.partial.capacity() {
            self.partial.reserve_exact(arrived.max(STEP).min(missing));
        }
        self.partial.extend_from_slice(now);
    }

    fn forget(&mut self) {
        self.lent = false;
        if self.partial.capacity() > KEEP {
            self.partial = Vec::new();
        } else {
            self.partial.clear();
        }
    }
}
