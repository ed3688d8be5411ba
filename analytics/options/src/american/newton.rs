//! Newton's method in all nodes together.

use super::collocation::{Limits, Workspace};
use super::equation::sum;
use super::scheme::Tables;

/// Of `h`: below it the interpolated square was negative or lost to rounding.
const LOST: f64 = 1e-100;

/// Entries of a row of the system: the nodes' and the right side, filled up to whole vectors.
pub(super) fn width(nodes: usize) -> usize {
    (nodes + 1).next_multiple_of(8)
}

/// One step of Newton's method in all nodes together; the largest change of an `h`.
#[inline(always)]
pub(super) fn newton(limits: &Limits, tables: &Tables, work: &mut Workspace) -> f64 {
    let (nodes, count) = (tables.nodes.len(), tables.inner.weight.len());
    let width = width(nodes);
    let points = &mut work.points;
    for i in 0..nodes {
        let range = i * count..(i + 1) * count;
        let (by_above, by_below) = (work.nodes.by_above[i], work.nodes.by_below[i]);
        let row = &mut work.system[i * width..(i + 1) * width];
        row.fill(0.0);
        let (above, below) = (&points.above_slope[range.clone()], &points.below_slope[range.clone()]);
        let passed = &points.passed[range.clone()];
        let pull = &mut points.own[range.clone()];
        for (pull, (above, below)) in pull.iter_mut().zip(above.iter().zip(below)) {
            *pull = above * by_above - below * by_below;
        }
        let own = sum(pull);
        for (pull, passed) in pull.iter_mut().zip(passed) {
            *pull = if *passed > LOST { *pull / passed } else { 0.0 };
        }
        let weights = &tables.inner_rows[range.start * tables.padded..range.end * tables.padded];
        for (block, entries) in row[..nodes].chunks_mut(8).enumerate() {
            let mut lanes = [0.0; 8];
            for (pull, weights) in pull.iter().zip(weights.chunks_exact(tables.padded)) {
                let (weights, _) = weights[block * 8..].as_chunks::<8>();
                for (lane, weight) in lanes.iter_mut().zip(&weights[0]) {
                    *lane += pull * weight;
                }
            }
            for ((entry, lane), h) in entries.iter_mut().zip(&lanes).zip(&work.h[block * 8..]) {
                *entry = h * lane;
            }
        }
        row[i] += work.nodes.slope[i] - own;
        row[nodes] = -work.nodes.miss[i];
    }
    if !eliminate(&mut work.system, nodes) {
        return f64::INFINITY;
    }
    let mut most = 0.0;
    for ((h, counts), row) in work.h.iter_mut().zip(&tables.counts).zip(work.system.chunks_exact(width)) {
        let next = *h + row[nodes];
        if next.is_finite() {
            let next = if next > 0.0 { next } else { 0.5 * *h };
            let next = if next < limits.most { next } else { limits.most };
            let change = counts * (next - *h).abs();
            most = if change > most { change } else { most };
            *h = next;
        }
    }
    most
}

/// Solves a system given row by row with its right side behind the last column: every other row loses
/// the pivot's column (Gauss and Jordan), with the largest pivot of the column. The answer takes the
/// right side's place. False when the system is singular.
#[inline(always)]
fn eliminate(system: &mut [f64], size: usize) -> bool {
    let width = width(size);
    let mut lead = [[0.0; 8]; LEAD];
    for pivot in 0..size {
        let mut best = pivot;
        for row in pivot + 1..size {
            if system[row * width + pivot].abs() > system[best * width + pivot].abs() {
                best = row;
            }
        }
        let largest = system[best * width + pivot].abs();
        if largest.is_nan() || largest < 1e-300 {
            return false;
        }
        if best != pivot {
            let (above, below) = system.split_at_mut(best * width);
            above[pivot * width..][..width].swap_with_slice(&mut below[..width]);
        }
        let inverse = 1.0 / system[pivot * width + pivot];
        // Entries before the pivot's column are zero, or not read again.
        let first = pivot / 8;
        let lead = &mut lead[..width / 8 - first];
        let (row, _) = system[pivot * width..][..width].as_chunks_mut::<8>();
        for (lead, entries) in lead.iter_mut().zip(&mut row[first..]) {
            *entries = entries.map(|entry| entry * inverse);
            *lead = *entries;
        }
        for (number, row) in system.chunks_exact_mut(width).enumerate() {
            if number == pivot {
                continue;
            }
            let factor = row[pivot];
            let (row, _) = row.as_chunks_mut::<8>();
            for (entries, lead) in row[first..].iter_mut().zip(lead.iter()) {
                for (entry, lead) in entries.iter_mut().zip(lead) {
                    *entry -= factor * lead;
                }
            }
        }
    }
    true
}

/// Vectors of the widest row: 40 nodes and a right side.
const LEAD: usize = 6;
