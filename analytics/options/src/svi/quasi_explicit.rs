//! The quasi-explicit calibration of SVI: De Marco and Martini (2009, "Quasi-explicit
//! calibration of Gatheral's SVI model", Zeliade).
//!
//! For a given bend `(m, sigma)` total variance is linear in `a`, `c = b sigma`
//! and `d = rho b sigma` with `y = (k - m) / sigma`:
//! `w = a + d y + c sqrt(y^2 + 1)`. What the parameters may be is a convex set,
//! so that the best three are found exactly; only two are left to search.

use numeric::minima::{Minimum, nelder_mead};

use super::Svi;
use super::arbitrage::WING_SLOPE_MAX;
use super::calibrate::Target;

/// `|rho|` at most; at 1 a wing would be flat and the smile not smooth.
pub(super) const RHO_MAX: f64 = 0.999;

/// Directions in the space of (a, c, d), and where they start.
type Face = ([f64; 3], Vec<[f64; 3]>);

/// The smile with the least weighted squared error of total variance, with `a >= 0` and
/// wings within Lee's bound; nothing else is asked of it.
///
/// `width` is a typical distance in `k` (say one deviation); `targets` must not be empty.
pub(super) fn fit(targets: &[Target], years: f64, width: f64) -> Svi {
    let low = targets.iter().fold(f64::INFINITY, |low, t| if t.k < low { t.k } else { low });
    let high = targets.iter().fold(f64::NEG_INFINITY, |high, t| if t.k > high { t.k } else { high });
    let range = if high - low > 0.1 * width { high - low } else { 0.1 * width };
    let rows: Vec<Row> = targets
        .iter()
        .map(|t| Row {
            k: t.k,
            total_variance: t.volatility * t.volatility * years,
            // The error of volatility is that of total variance over 2 volatility years.
            weight: t.weight.sqrt() / (2.0 * t.volatility * years),
        })
        .collect();
    let error = |x: &[f64; 2]| {
        let (m, sigma) = (x[0], libm::exp(x[1]));
        let outside = m < low - range || m > high + range || sigma < 0.05 * width || sigma > 20.0 * range;
        if outside { f64::INFINITY } else { inner(&rows, m, sigma).error }
    };
    let mut best = Minimum { at: [low + 0.5 * range, libm::log(width)], value: f64::INFINITY, evaluations: 0 };
    for place in [0.2, 0.5, 0.8] {
        for size in [0.2, 1.0] {
            let start = [low + place * range, libm::log(size * width)];
            let found = nelder_mead(error, start, [0.2 * range, 0.7], 1e-4, 80);
            if found.value < best.value {
                best = found;
            }
        }
    }
    let best = nelder_mead(error, best.at, [0.05 * range, 0.2], 1e-9, 300);
    let (m, sigma) = (best.at[0], libm::exp(best.at[1]));
    let Inner { a, c, d, .. } = inner(&rows, m, sigma);
    Svi { a, b: c / sigma, rho: if c > 0.0 { d / c } else { 0.0 }, m, sigma }
}

struct Row {
    k: f64,
    total_variance: f64,
    /// Multiplies the error before it is squared.
    weight: f64,
}

struct Inner {
    a: f64,
    c: f64,
    d: f64,
    error: f64,
}

/// The best (a, c, d) for a bend: least squares within
/// `a >= 0, |d| <= RHO_MAX c, c + |d| <= 2 sigma`.
fn inner(rows: &[Row], m: f64, sigma: f64) -> Inner {
    let (r, q, rest) = triangular(rows, m, sigma);
    let slack = 1e-12 * sigma;
    let inside = |[a, c, d]: [f64; 3]| {
        a >= 0.0 && c >= 0.0 && d.abs() <= RHO_MAX * c + slack && c + d.abs() <= WING_SLOPE_MAX * sigma + slack
    };
    let axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    if let Some([a, c, d]) = least_squares(&r, &q, [0.0; 3], &axes)
        && inside([a, c, d])
    {
        // The best of all is allowed; the error is convex, so that nothing at the bounds is better.
        return Inner { a, c, d: d.clamp(-RHO_MAX * c, RHO_MAX * c), error: rest };
    }
    let top = WING_SLOPE_MAX * sigma / (1.0 + RHO_MAX);
    // The corners of the kite of (c, d), in order; the last is no b at all.
    let corners = [[top, RHO_MAX * top], [WING_SLOPE_MAX * sigma, 0.0], [top, -RHO_MAX * top], [0.0, 0.0]];
    let mut faces: Vec<Face> = vec![([0.0; 3], vec![[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])];
    for (i, [c, d]) in corners.iter().enumerate() {
        let [next_c, next_d] = corners[(i + 1) % 4];
        faces.push(([0.0, *c, *d], vec![[0.0, next_c - c, next_d - d]]));
        faces.push(([0.0, *c, *d], Vec::new()));
    }
    let level = [1.0, 0.0, 0.0];
    let mut best = Inner { a: 0.0, c: 0.0, d: 0.0, error: f64::INFINITY };
    for (start, directions) in faces {
        for free in [true, false] {
            let directions = directions.iter().copied().chain(free.then_some(level)).collect::<Vec<_>>();
            let Some([a, c, d]) = least_squares(&r, &q, start, &directions) else { continue };
            let error = rest + squares(&residual(&r, &q, [a, c, d]));
            if inside([a, c, d]) && error < best.error {
                let bound = RHO_MAX * c;
                best = Inner { a, c, d: d.clamp(-bound, bound), error };
            }
        }
    }
    best
}

/// Rows as a triangle: the error is `rest + |r x - q|^2` (modified Gram-Schmidt).
fn triangular(rows: &[Row], m: f64, sigma: f64) -> ([[f64; 3]; 3], [f64; 3], f64) {
    let mut columns: [Vec<f64>; 4] = Default::default();
    for row in rows {
        let y = (row.k - m) / sigma;
        columns[0].push(row.weight);
        columns[1].push(row.weight * (y * y + 1.0).sqrt());
        columns[2].push(row.weight * y);
        columns[3].push(row.weight * row.total_variance);
    }
    let mut r = [[0.0; 3]; 3];
    let mut q = [0.0; 3];
    for i in 0..3 {
        let [length, unit] = normalised(&columns[i]);
        r[i][i] = length;
        if unit == 0.0 {
            continue;
        }
        let axis: Vec<f64> = columns[i].iter().map(|x| x * unit).collect();
        for j in i + 1..4 {
            let along = dot(&axis, &columns[j]);
            columns[j].iter_mut().zip(&axis).for_each(|(x, axis)| *x -= along * axis);
            if j < 3 {
                r[i][j] = along;
            } else {
                q[i] = along;
            }
        }
    }
    (r, q, squares(&columns[3]))
}

/// The least-squares point `start + sum t_j directions_j`; `None` when the directions do not differ.
fn least_squares(r: &[[f64; 3]; 3], q: &[f64; 3], start: [f64; 3], directions: &[[f64; 3]]) -> Option<[f64; 3]> {
    let mut axes: Vec<[f64; 3]> = Vec::new();
    let mut kept: Vec<[f64; 3]> = Vec::new();
    let mut left = residual(r, q, start).map(|x| -x);
    let mut point = start;
    for direction in directions {
        let image = apply(r, *direction);
        let (mut axis, mut kept_direction) = (image, *direction);
        for (before, kept) in axes.iter().zip(&kept) {
            let along = dot(before, &axis);
            axis = std::array::from_fn(|i| axis[i] - along * before[i]);
            kept_direction = std::array::from_fn(|i| kept_direction[i] - along * kept[i]);
        }
        let [length, unit] = normalised(&axis);
        if length <= 1e-11 * squares(&image).sqrt() || unit == 0.0 {
            return None;
        }
        axes.push(axis.map(|x| x * unit));
        kept.push(kept_direction.map(|x| x * unit));
        let (axis, kept) = (axes[axes.len() - 1], kept[kept.len() - 1]);
        let along = dot(&axis, &left);
        left = std::array::from_fn(|i| left[i] - along * axis[i]);
        point = std::array::from_fn(|i| point[i] + along * kept[i]);
    }
    Some(point)
}

fn apply(r: &[[f64; 3]; 3], x: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|i| dot(&r[i], &x))
}

fn residual(r: &[[f64; 3]; 3], q: &[f64; 3], x: [f64; 3]) -> [f64; 3] {
    let image = apply(r, x);
    std::array::from_fn(|i| image[i] - q[i])
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn squares(x: &[f64]) -> f64 {
    dot(x, x)
}

/// The length of a column and what scales it to 1 (0 when it has no length).
fn normalised(x: &[f64]) -> [f64; 2] {
    let length = squares(x).sqrt();
    [length, if length > 0.0 { 1.0 / length } else { 0.0 }]
}
