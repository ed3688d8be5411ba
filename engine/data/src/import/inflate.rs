//! Zip archives with stored or deflated entries, as vendors ship CSVs in.
//!
//! DEFLATE after RFC 1951, the archive after PKWARE's APPNOTE. Sizes are bounded
//! and checksums compared, so a damaged archive is an error and never other data.

/// Most bytes an entry may unpack to.
const ENTRY_BYTES_MAX: usize = 1 << 30;
/// Most entries of an archive.
const ENTRIES_MAX: usize = 10_000;

/// A file of an archive.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// The files of a zip archive, in its order.
pub(super) fn unzip(archive: &[u8]) -> Result<Vec<Entry>, String> {
    let bad = || "is a damaged zip archive".to_owned();
    // The end record: 22 bytes and a comment of up to 65,535.
    let from = archive.len().saturating_sub(22 + 65_535);
    let end = archive[from..].windows(4).rposition(|w| w == b"PK\x05\x06").ok_or_else(bad)? + from;
    let count = number(archive, end + 10, 2).ok_or_else(bad)?;
    if count > ENTRIES_MAX {
        return Err(format!("holds {count} files, expected at most {ENTRIES_MAX}"));
    }
    let mut at = number(archive, end + 16, 4).ok_or_else(bad)?;
    let mut entries = Vec::new();
    for _ in 0..count {
        if archive.get(at..at + 4) != Some(b"PK\x01\x02".as_slice()) {
            return Err(bad());
        }
        let field = |offset, size| number(archive, at + offset, size).ok_or_else(bad);
        let (flags, method, crc) = (field(8, 2)?, field(10, 2)?, field(16, 4)?);
        let (packed, size, name_bytes) = (field(20, 4)?, field(24, 4)?, field(28, 2)?);
        let (extra, comment, header) = (field(30, 2)?, field(32, 2)?, field(42, 4)?);
        let name = archive.get(at + 46..at + 46 + name_bytes).ok_or_else(bad)?;
        let name = String::from_utf8_lossy(name).into_owned();
        at += 46 + name_bytes + extra + comment;
        if name.ends_with('/') {
            continue;
        }
        if flags & 1 != 0 {
            return Err(format!("{name} in the archive is encrypted"));
        }
        if size > ENTRY_BYTES_MAX {
            return Err(format!("{name} in the archive is larger than {ENTRY_BYTES_MAX} bytes"));
        }
        let skip = number(archive, header + 26, 2).zip(number(archive, header + 28, 2)).ok_or_else(bad)?;
        let data = header + 30 + skip.0 + skip.1;
        let data = archive.get(data..data + packed).ok_or_else(bad)?;
        let bytes = match method {
            0 => data.to_vec(),
            8 => inflate(data, size).ok_or_else(bad)?,
            _ => {
                return Err(format!("{name} in the archive is packed by method {method}, expected stored or deflated"));
            }
        };
        if bytes.len() != size || crc32(&bytes) as usize != crc {
            return Err(format!("{name} in the archive is damaged: its checksum does not fit"));
        }
        entries.push(Entry { name, bytes });
    }
    Ok(entries)
}

/// A little-endian number.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<usize> {
    let field = bytes.get(at..at.checked_add(size)?)?;
    Some(field.iter().rev().fold(0, |n, b| n << 8 | usize::from(*b)))
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 })
    })
}

/// Bits of a stream, lowest first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    held: u32,
    count: u32,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> Option<usize> {
        while self.count < count {
            self.held |= u32::from(*self.bytes.get(self.at)?) << self.count;
            self.at += 1;
            self.count += 8;
        }
        let value = self.held & ((1 << count) - 1);
        self.held >>= count;
        self.count -= count;
        Some(value as usize)
    }
}

/// A canonical Huffman code: how many codes of each length, and the symbols in order.
struct Code {
    counts: [u16; 16],
    symbols: Vec<u16>,
}

impl Code {
    fn new(lengths: &[u8]) -> Self {
        let mut counts = [0; 16];
        for length in lengths {
            counts[usize::from(*length)] += 1;
        }
        counts[0] = 0;
        let mut symbols: Vec<u16> = (0..lengths.len() as u16).filter(|s| lengths[usize::from(*s)] > 0).collect();
        symbols.sort_by_key(|s| (lengths[usize::from(*s)], *s));
        Self { counts, symbols }
    }

    fn symbol(&self, bits: &mut Bits<'_>) -> Option<usize> {
        let (mut code, mut first, mut index) = (0_usize, 0_usize, 0_usize);
        for count in &self.counts[1..] {
            code |= bits.take(1)?;
            let count = usize::from(*count);
            if code < first + count {
                return self.symbols.get(index + code - first).map(|s| usize::from(*s));
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }
}

const LENGTH_BASE: [usize; 29] =
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS: [u32; 29] = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE: [usize; 30] = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
    8193, 12_289, 16_385, 24_577,
];
const CODE_ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Unpacks a DEFLATE stream of at most `size` bytes; `None` when it is damaged.
fn inflate(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut bits = Bits { bytes: packed, at: 0, held: 0, count: 0 };
    let mut out = Vec::new();
    loop {
        let last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => {
                bits.held = 0;
                bits.count = 0;
                let length = number(packed, bits.at, 2)?;
                let data = packed.get(bits.at + 4..bits.at + 4 + length)?;
                bits.at += 4 + length;
                out.extend_from_slice(data);
            }
            1 => {
                let lengths: Vec<u8> = (0..288)
                    .map(|s| match s {
                        0..=143 | 280..=287 => 8,
                        144..=255 => 9,
                        _ => 7,
                    })
                    .collect();
                block(&mut bits, &Code::new(&lengths), &Code::new(&[5; 30]), size, &mut out)?;
            }
            2 => {
                let (literals, distances) = codes(&mut bits)?;
                block(&mut bits, &literals, &distances, size, &mut out)?;
            }
            _ => return None,
        }
        if out.len() > size {
            return None;
        }
        if last {
            return Some(out);
        }
    }
}

/// The two codes of a block that brings its own.
fn codes(bits: &mut Bits<'_>) -> Option<(Code, Code)> {
    let (literals, distances, count) = (bits.take(5)? + 257, bits.take(5)? + 1, bits.take(4)? + 4);
    let mut lengths = [0_u8; 19];
    for at in &CODE_ORDER[..count] {
        lengths[*at] = bits.take(3)? as u8;
    }
    let code = Code::new(&lengths);
    let mut all: Vec<u8> = Vec::new();
    while all.len() < literals + distances {
        let (value, times) = match code.symbol(bits)? {
            16 => (*all.last()?, 3 + bits.take(2)?),
            17 => (0, 3 + bits.take(3)?),
            18 => (0, 11 + bits.take(7)?),
            length => (length as u8, 1),
        };
        all.extend(std::iter::repeat_n(value, times));
    }
    let rest = all.get(literals..literals + distances)?;
    Some((Code::new(&all[..literals]), Code::new(rest)))
}

fn block(bits: &mut Bits<'_>, literals: &Code, distances: &Code, size: usize, out: &mut Vec<u8>) -> Option<()> {
    loop {
        match literals.symbol(bits)? {
            symbol @ 0..=255 => out.push(symbol as u8),
            256 => return Some(()),
            symbol => {
                let at = symbol - 257;
                let length = LENGTH_BASE.get(at)? + bits.take(LENGTH_BITS[at])?;
                let symbol = distances.symbol(bits)?;
                let further = (symbol as u32 / 2).saturating_sub(1);
                let distance = DISTANCE_BASE.get(symbol)? + bits.take(further)?;
                let from = out.len().checked_sub(distance)?;
                for i in 0..length {
                    out.push(out[from + i]);
                }
            }
        }
        if out.len() > size {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn stored_fixed_and_own_codes() {
        // Made by zlib: b"abcabcabcabc" with the fixed code.
        assert_eq!(
            inflate(&[0x4b, 0x4c, 0x4a, 0x4e, 0x84, 0x21, 0x00], 12).as_deref(),
            Some(b"abcabcabcabc".as_slice())
        );
        assert_eq!(inflate(&[1, 3, 0, 0xfc, 0xff, b'x', b'y', b'z'], 3).as_deref(), Some(b"xyz".as_slice()));
        assert_eq!(inflate(&[1, 3, 0, 0xfc, 0xff, b'x', b'y', b'z'], 2), None, "larger than it says");
        assert_eq!(inflate(&[0x4b, 0x4c], 12), None);
        assert_eq!(inflate(&[7], 12), None);
    }
}
