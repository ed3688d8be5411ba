//! A file in pieces of whole lines, so that a large one never stands in memory
//! as a whole; its SHA-256 is taken on the way.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::DataError;

/// Longest line accepted, bytes. A row of prices has about 100.
const LINE_BYTES_MAX: usize = 64 * 1024;
/// Bytes read ahead to see the header and guess the length of bars.
const HEAD_BYTES: usize = 64 * 1024;

/// Reads a file piece by piece; each ends with a line end or the file's end.
pub(crate) struct Pieces<'a> {
    path: &'a Path,
    file: Box<dyn Read + 'a>,
    bytes_total: u64,
    piece_bytes: usize,
    buffer: Vec<u8>,
    start: usize,
    eof: bool,
    hash: Sha256,
}

impl<'a> Pieces<'a> {
    pub(crate) fn open(path: &'a Path, piece_bytes: usize) -> Result<Self, DataError> {
        let io = |e| DataError::io(path, "read", e);
        let file = File::open(path).map_err(io)?;
        let meta = file.metadata().map_err(io)?;
        if meta.is_dir() {
            return Err(DataError::file(path, "is a folder, expected a CSV file"));
        }
        Ok(Self::of(path, Box::new(file), meta.len(), piece_bytes))
    }

    /// Of text in memory; `path` is what errors name.
    pub(crate) fn of_text(path: &'a Path, text: &'a [u8], piece_bytes: usize) -> Self {
        Self::of(path, Box::new(text), text.len() as u64, piece_bytes)
    }

    fn of(path: &'a Path, file: Box<dyn Read + 'a>, bytes_total: u64, piece_bytes: usize) -> Self {
        Self {
            path,
            file,
            bytes_total,
            piece_bytes: piece_bytes.max(1),
            buffer: Vec::new(),
            start: 0,
            eof: false,
            hash: Sha256::new(),
        }
    }

    /// Size of the file when it was opened.
    pub(crate) fn bytes_total(&self) -> u64 {
        self.bytes_total
    }

    /// The first 64 KiB that are not consumed yet, without consuming them.
    pub(crate) fn head(&mut self) -> Result<&[u8], DataError> {
        self.fill(HEAD_BYTES)?;
        Ok(&self.buffer[self.start..])
    }

    /// Drops bytes that were seen in `head`.
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.buffer.len());
    }

    /// The next whole lines; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<&[u8]>, DataError> {
        let mut want = self.piece_bytes;
        loop {
            self.fill(want)?;
            let here = &self.buffer[self.start..];
            if here.is_empty() {
                return Ok(None);
            }
            let end = if here.len() <= want && self.eof {
                Some(here.len())
            } else {
                let newline = |b: &u8| *b == b'\n';
                here[..want.min(here.len())].iter().rposition(newline).map(|p| p + 1)
            };
            if let Some(end) = end {
                let from = self.start;
                self.start += end;
                return Ok(Some(&self.buffer[from..from + end]));
            }
            if want > self.piece_bytes.max(LINE_BYTES_MAX) {
                return Err(DataError::file(self.path, format!("has a line of more than {LINE_BYTES_MAX} bytes")));
            }
            want *= 2;
        }
    }

    /// Sees to it that `want` unread bytes are in the buffer, or all there are.
    fn fill(&mut self, want: usize) -> Result<(), DataError> {
        let have = self.buffer.len() - self.start;
        if have >= want || self.eof {
            return Ok(());
        }
        self.buffer.drain(..self.start);
        self.start = 0;
        let missing = want - have;
        let left = usize::try_from(self.bytes_total).unwrap_or(usize::MAX);
        self.buffer.reserve(missing.min(left.max(HEAD_BYTES)));
        let read = Read::by_ref(&mut self.file)
            .take(missing as u64)
            .read_to_end(&mut self.buffer)
            .map_err(|e| DataError::io(self.path, "read", e))?;
        self.eof = read < missing;
        self.hash.update(&self.buffer[have..]);
        Ok(())
    }

    /// SHA-256 of everything read, in hex.
    pub(crate) fn sha256(self) -> String {
        hex(&self.hash.finalize())
    }
}

/// SHA-256 of a file, in hex, once `check` has seen its length in bytes and its
/// first and last bytes (up to 12 of each).
pub(crate) fn sha256_of_file(
    path: &Path,
    check: impl FnOnce(&Path, u64, &[u8], &[u8]) -> Result<(), DataError>,
) -> Result<String, DataError> {
    const ENDS: usize = 12;
    let io = |e| DataError::io(path, "read", e);
    let mut file = File::open(path).map_err(io)?;
    if file.metadata().map_err(io)?.is_dir() {
        return Err(DataError::file(path, "is a folder, expected a price file"));
    }
    let mut buffer = vec![0; HEAD_BYTES];
    let (mut start, mut end) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    let mut hash = Sha256::new();
    loop {
        let read = file.read(&mut buffer).map_err(io)?;
        if read == 0 {
            break;
        }
        let part = &buffer[..read];
        hash.update(part);
        bytes += read as u64;
        if start.len() < ENDS {
            start.extend(part.iter().take(ENDS - start.len()));
        }
        end.extend_from_slice(&part[read.saturating_sub(ENDS)..]);
        end.drain(..end.len().saturating_sub(ENDS));
    }
    check(path, bytes, &start, &end)?;
    Ok(hex(&hash.finalize()))
}

/// SHA-256 of `bytes`, in hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, b| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{b:02x}");
        text
    })
}
