//! The headers of a Parquet file's pages, looked at before anything is decoded.
//!
//! The decoder trusts the counts and sizes in a page header: one that is wrong can
//! make it ask for more memory than there is, which ends the program. So every
//! header of the wanted columns is read first (they are a few bytes each, the pages
//! between are skipped) and must fit its column chunk and its row group. What is found
//! says which pages have which rows, so that no others need be read.
//!
//! Headers are Thrift structs in the compact protocol; fields after the Parquet
//! format's `parquet.thrift`.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

/// Largest page, unpacked. Writers make pages of about 1 MB.
const PAGE_BYTES_MAX: i64 = 256 << 20;
/// A header with its statistics is shorter than this.
const HEADER_BYTES: u64 = 16 << 10;
/// Deepest nesting of a header; the format has three.
const DEPTH_MAX: usize = 8;

/// A column of a row group: where its pages are and how many values they have.
pub(crate) struct Chunk {
    pub(crate) from: u64,
    pub(crate) bytes: u64,
    pub(crate) values: i64,
}

/// Where the pages of a column of a row group are.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    /// The dictionary, if there is one.
    dictionary: Option<Range<u64>>,
    /// The pages of values in order: the row that each begins with, and where it lies.
    data: Vec<(i64, Range<u64>)>,
    values: i64,
}

/// The part of a column that has certain rows.
pub(crate) struct Part {
    /// Dictionary and pages, one after the other.
    pub(crate) bytes: Vec<u8>,
    /// Rows in these pages.
    pub(crate) rows: usize,
    /// Rows in them before the wanted ones.
    pub(crate) before: usize,
}

impl Pages {
    /// Reads the pages that have the rows.
    pub(crate) fn read(&self, file: &mut File, rows: &Range<usize>) -> io::Result<Part> {
        let wanted = rows.start as i64..rows.end as i64;
        let end_of = |page: usize| self.data.get(page + 1).map_or(self.values, |(row, _)| *row);
        let has = |page: &usize| self.data[*page].0 < wanted.end && end_of(*page) > wanted.start;
        let mut pages = (0..self.data.len()).filter(has);
        let Some(first) = pages.next() else { return Err(io::ErrorKind::UnexpectedEof.into()) };
        let last = pages.next_back().unwrap_or(first);
        let mut bytes = Vec::new();
        let data = self.data[first].1.start..self.data[last].1.end;
        for range in self.dictionary.iter().chain([&data]) {
            file.seek(SeekFrom::Start(range.start))?;
            let (from, length) = (bytes.len(), usize::try_from(range.end - range.start).unwrap_or(usize::MAX));
            bytes.resize(from + length, 0);
            file.read_exact(&mut bytes[from..])?;
        }
        let begins = self.data[first].0;
        let count = |rows: i64| usize::try_from(rows).unwrap_or(0);
        Ok(Part { bytes, rows: count(end_of(last) - begins), before: count(wanted.start - begins) })
    }
}

/// Reads the headers of a chunk; says where its pages are, or what does not fit.
pub(crate) fn check(file: &mut File, chunk: &Chunk) -> Result<Pages, String> {
    let (mut at, end) = (chunk.from, chunk.from + chunk.bytes);
    let mut pages = Pages::default();
    let mut first = true;
    let mut bytes = Vec::new();
    while pages.values < chunk.values {
        if at >= end {
            return Err(format!("its pages have {} values, the footer says {}", pages.values, chunk.values));
        }
        let from = at;
        bytes.clear();
        let read = file
            .seek(SeekFrom::Start(at))
            .and_then(|_| Read::by_ref(file).take(HEADER_BYTES.min(end - at)).read_to_end(&mut bytes));
        read.map_err(|e| e.to_string())?;
        let (header, length) = Header::parse(&bytes).ok_or("a page header cannot be read")?;
        at += length as u64;
        let packed = u64::try_from(header.packed).ok().filter(|n| *n <= end.saturating_sub(at));
        let packed = packed.ok_or("a page is larger than its column")?;
        if !(0..=PAGE_BYTES_MAX).contains(&header.unpacked) {
            return Err(format!("a page unpacks to {} bytes, expected at most {PAGE_BYTES_MAX}", header.unpacked));
        }
        at += packed;
        match header.kind {
            0 | 3 => {
                let levels = header.levels.iter().all(|n| (0..=header.unpacked.min(header.packed)).contains(n));
                let left = chunk.values - pages.values;
                if !levels || !(0..=left).contains(&header.values) || !(0..=header.values).contains(&header.nulls) {
                    return Err("a page has other counts than its column".to_owned());
                }
                pages.data.push((pages.values, from..at));
                pages.values += header.values;
            }
            // Each value of a dictionary takes a byte or more.
            2 if first && (0..=header.unpacked).contains(&header.values) => pages.dictionary = Some(from..at),
            1 => {}
            _ => return Err("a page is of a kind that does not belong there".to_owned()),
        }
        first = false;
    }
    Ok(pages)
}

/// What matters of a page header.
#[derive(Debug, Default, PartialEq)]
struct Header {
    kind: i64,
    unpacked: i64,
    packed: i64,
    values: i64,
    nulls: i64,
    /// Bytes of definition and repetition levels, second version only.
    levels: [i64; 2],
}

impl Header {
    /// The header at the start of `bytes`, and its length.
    fn parse(bytes: &[u8]) -> Option<(Self, usize)> {
        let mut header = Self { kind: -1, unpacked: -1, packed: -1, ..Self::default() };
        let mut thrift = Thrift { bytes, at: 0 };
        thrift.fields(&mut Vec::new(), &mut |path, value| match path {
            [1] => header.kind = value,
            [2] => header.unpacked = value,
            [3] => header.packed = value,
            [5 | 7 | 8, 1] => header.values = value,
            [8, 2] => header.nulls = value,
            [8, 5] => header.levels[0] = value,
            [8, 6] => header.levels[1] = value,
            _ => {}
        })?;
        Some((header, thrift.at))
    }
}

/// Reads the compact protocol.
struct Thrift<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Thrift<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn skip(&mut self, count: u64) -> Option<()> {
        let to = self.at.checked_add(usize::try_from(count).ok()?)?;
        (to <= self.bytes.len()).then(|| self.at = to)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let n = self.varint()?;
        Some((n >> 1) as i64 ^ -((n & 1) as i64))
    }

    /// A struct: gives every whole number in it with the path of its field.
    fn fields(&mut self, path: &mut Vec<i64>, found: &mut dyn FnMut(&[i64], i64)) -> Option<()> {
        let mut id = 0;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(());
            }
            id = if head >> 4 == 0 { self.signed()? } else { i64::from(head >> 4).checked_add(id)? };
            path.push(id);
            // A true or false of a struct is in the type itself.
            if head & 15 > 2 {
                self.value(head & 15, path, found)?;
            }
            path.pop();
        }
    }

    fn value(&mut self, kind: u8, path: &mut Vec<i64>, found: &mut dyn FnMut(&[i64], i64)) -> Option<()> {
        if path.len() > DEPTH_MAX {
            return None;
        }
        match kind {
            1..=3 => self.skip(1),
            4..=6 => {
                let value = self.signed()?;
                found(path, value);
                Some(())
            }
            7 => self.skip(8),
            8 => {
                let length = self.varint()?;
                self.skip(length)
            }
            9 | 10 => {
                let head = self.byte()?;
                let count = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
                path.push(-1);
                for _ in 0..count {
                    self.value(head & 15, path, found)?;
                }
                path.pop();
                Some(())
            }
            12 => self.fields(path, found),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_both_versions() {
        // type 0, 100 and 80 bytes; field 5: 7 values, encodings 0, 3, 3.
        let one = [0x15, 0x00, 0x15, 200, 1, 0x15, 160, 1, 0x2C, 0x15, 14, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0, 99];
        let expected = Header { kind: 0, unpacked: 100, packed: 80, values: 7, ..Header::default() };
        assert_eq!(Header::parse(&one), Some((expected, 19)));
        // type 3; field 8: 7 values, 2 nulls, 7 rows, encoding 0, 4 and 0 bytes of levels, packed.
        let two = [
            0x15, 6, 0x15, 200, 1, 0x15, 160, 1, 0x5C, 0x15, 14, 0x15, 4, 0x15, 14, 0x15, 0, 0x15, 8, 0x15, 0, 0x11, 0,
            0,
        ];
        let expected = Header { kind: 3, unpacked: 100, packed: 80, values: 7, nulls: 2, levels: [4, 0] };
        assert_eq!(Header::parse(&two), Some((expected, 24)));
        for cut in 0..two.len() {
            assert_eq!(Header::parse(&two[..cut]), None);
        }
        assert_eq!(Header::parse(&[0x1C; 100]), None, "too deep");
    }
}
