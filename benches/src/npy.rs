//! `.npy` files (format 1.0, C order): how the benches and the Python peers share inputs.
//!
//! Only what is needed: columns of little-endian doubles and of booleans, and the
//! records of hftbacktest's feeds.

use std::fs::File;
use std::io::{BufReader, BufWriter, Error, Read, Result, Write};
use std::path::Path;

const MAGIC: &[u8; 8] = b"\x93NUMPY\x01\x00";

/// Reads doubles: shape and values.
///
/// # Errors
/// The file cannot be read or is no such file.
pub fn read(path: &Path) -> Result<(Vec<usize>, Vec<f64>)> {
    let bytes = std::fs::read(path)?;
    let (shape, body) = parts(path, &bytes, "<f8")?;
    Ok((shape, body.as_chunks::<8>().0.iter().map(|c| f64::from_le_bytes(*c)).collect()))
}

/// Reads rows of five doubles one after the other, without keeping them; returns their number.
///
/// # Errors
/// The file cannot be read or is no such file.
pub fn read_rows(path: &Path, mut row: impl FnMut(usize, [f64; 5])) -> Result<usize> {
    let mut file = BufReader::new(File::open(path)?);
    let mut head = vec![0; 10];
    file.read_exact(&mut head)?;
    head.resize(10 + usize::from(head[8]) + 256 * usize::from(head[9]), 0);
    file.read_exact(&mut head[10..])?;
    let (shape, _) = parts(path, &head, "<f8")?;
    let [rows, 5] = shape[..] else { return Err(Error::other(format!("{}: expected rows of five", path.display()))) };
    let mut bytes = [0; 40];
    for _ in 0..rows {
        file.read_exact(&mut bytes)?;
        let (values, _) = bytes.as_chunks::<8>();
        row(rows, std::array::from_fn(|i| f64::from_le_bytes(values[i])));
    }
    Ok(rows)
}

/// Reads booleans.
///
/// # Errors
/// The file cannot be read or is no such file.
pub fn read_flags(path: &Path) -> Result<Vec<bool>> {
    let bytes = std::fs::read(path)?;
    Ok(parts(path, &bytes, "|b1")?.1.iter().map(|b| *b != 0).collect())
}

/// Writes doubles.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, shape: &[usize], values: &[f64]) -> Result<()> {
    let mut file = begin(path, "<f8", shape)?;
    for value in values {
        file.write_all(&value.to_le_bytes())?;
    }
    file.flush()
}

/// Writes booleans.
///
/// # Errors
/// The file cannot be written.
pub fn write_flags(path: &Path, values: &[bool]) -> Result<()> {
    let mut file = begin(path, "|b1", &[values.len()])?;
    file.write_all(&values.iter().map(|v| u8::from(*v)).collect::<Vec<u8>>())?;
    file.flush()
}

/// The records of a feed as hftbacktest reads them.
const EVENTS: &str = "[('ev', '<u8'), ('exch_ts', '<i8'), ('local_ts', '<i8'), ('px', '<f8'), ('qty', '<f8'), \
                      ('order_id', '<u8'), ('ival', '<i8'), ('fval', '<f8')]";

/// One of them: kind and flags, venue time, local time (UTC nanoseconds), price, size.
pub type Event = (u64, i64, i64, f64, f64);

/// Reads the records of a feed.
///
/// # Errors
/// The file cannot be read or is no such file.
pub fn read_events(path: &Path) -> Result<Vec<Event>> {
    let bytes = std::fs::read(path)?;
    let (_, body) = parts(path, &bytes, EVENTS)?;
    let word = |record: &[u8; 64], at: usize| -> [u8; 8] { std::array::from_fn(|i| record[8 * at + i]) };
    let events = body.as_chunks::<64>().0.iter().map(|r| {
        let time = |at| i64::from_le_bytes(word(r, at));
        let number = |at| f64::from_le_bytes(word(r, at));
        (u64::from_le_bytes(word(r, 0)), time(1), time(2), number(3), number(4))
    });
    Ok(events.collect())
}

/// Writes the records of a feed.
///
/// # Errors
/// The file cannot be written.
pub fn write_events(path: &Path, events: impl ExactSizeIterator<Item = Event>) -> Result<()> {
    let mut file = begin(path, EVENTS, &[events.len()])?;
    for (kind, venue, local, price, size) in events {
        file.write_all(&kind.to_le_bytes())?;
        file.write_all(&venue.to_le_bytes())?;
        file.write_all(&local.to_le_bytes())?;
        file.write_all(&price.to_le_bytes())?;
        file.write_all(&size.to_le_bytes())?;
        file.write_all(&[0; 24])?;
    }
    file.flush()
}

fn parts<'a>(path: &Path, bytes: &'a [u8], kind: &str) -> Result<(Vec<usize>, &'a [u8])> {
    let bad = || Error::other(format!("{}: no .npy file of {kind} in C order", path.display()));
    if !bytes.starts_with(MAGIC) {
        return Err(bad());
    }
    let length = bytes.get(8..10).map(|b| usize::from(b[0]) + 256 * usize::from(b[1])).ok_or_else(bad)?;
    let header = bytes.get(10..10 + length).and_then(|h| std::str::from_utf8(h).ok()).ok_or_else(bad)?;
    let quoted = if kind.starts_with('[') { kind.to_owned() } else { format!("'{kind}'") };
    if !header.contains(&quoted) || !header.contains("'fortran_order': False") {
        return Err(bad());
    }
    let (_, rest) = header.split_once("'shape': (").ok_or_else(bad)?;
    let (shape, _) = rest.split_once(')').ok_or_else(bad)?;
    let shape = shape.split(',').filter_map(|x| x.trim().parse().ok()).collect();
    Ok((shape, &bytes[10 + length..]))
}

fn begin(path: &Path, kind: &str, shape: &[usize]) -> Result<BufWriter<File>> {
    let shape: String = shape.iter().map(|n| format!("{n}, ")).collect();
    let quoted = if kind.starts_with('[') { kind.to_owned() } else { format!("'{kind}'") };
    let mut header = format!("{{'descr': {quoted}, 'fortran_order': False, 'shape': ({shape}), }}");
    // The values begin at a multiple of 64 bytes, behind a line feed.
    while !(header.len() + 11).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(MAGIC)?;
    file.write_all(&(header.len() as u16).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    Ok(file)
}
