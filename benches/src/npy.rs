//! `.npy` files (format 1.0, C order): how the benches and the Python peers share inputs.
//!
//! Only what is needed: columns of little-endian doubles and of booleans.

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

fn parts<'a>(path: &Path, bytes: &'a [u8], kind: &str) -> Result<(Vec<usize>, &'a [u8])> {
    let bad = || Error::other(format!("{}: no .npy file of {kind} in C order", path.display()));
    if !bytes.starts_with(MAGIC) {
        return Err(bad());
    }
    let length = bytes.get(8..10).map(|b| usize::from(b[0]) + 256 * usize::from(b[1])).ok_or_else(bad)?;
    let header = bytes.get(10..10 + length).and_then(|h| std::str::from_utf8(h).ok()).ok_or_else(bad)?;
    if !header.contains(&format!("'{kind}'")) || !header.contains("'fortran_order': False") {
        return Err(bad());
    }
    let (_, rest) = header.split_once("'shape': (").ok_or_else(bad)?;
    let (shape, _) = rest.split_once(')').ok_or_else(bad)?;
    let shape = shape.split(',').filter_map(|x| x.trim().parse().ok()).collect();
    Ok((shape, &bytes[10 + length..]))
}

fn begin(path: &Path, kind: &str, shape: &[usize]) -> Result<BufWriter<File>> {
    let shape: String = shape.iter().map(|n| format!("{n}, ")).collect();
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}");
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
