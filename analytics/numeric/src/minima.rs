//! Minima of functions of a few variables, without derivatives.

/// Where a search ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Minimum<const N: usize> {
    /// The best point seen.
    pub at: [f64; N],
    /// The value there; infinite when no point had a value.
    pub value: f64,
    /// How often the function was asked.
    pub evaluations: usize,
}

/// A local minimum of `f` by the downhill simplex of Nelder and Mead (1965, "A
/// simplex method for function minimization") with the coefficients that suit
/// `N` dimensions (Gao and Han 2012, "Implementing the Nelder-Mead simplex
/// algorithm with adaptive parameters").
///
/// The first simplex is `start` and `start` moved by `steps[i]` along axis `i`
/// (a step of 0 becomes 1e-4). Stops when the values at the corners differ by
/// less than `tolerance` times the best (plus 1e-300), or after about
/// `evaluations_max` evaluations. A value that is not a number counts as
/// infinite, so that `f` may refuse points; the result is never worse than
/// `start`, and the same on every machine.
pub fn nelder_mead<const N: usize>(
    mut f: impl FnMut(&[f64; N]) -> f64,
    start: [f64; N],
    steps: [f64; N],
    tolerance: f64,
    evaluations_max: usize,
) -> Minimum<N> {
    let mut evaluations = 0;
    let mut ask = |x: [f64; N]| {
        evaluations += 1;
        let value = f(&x);
        Corner { at: x, value: if value.is_nan() { f64::INFINITY } else { value } }
    };
    let mut corners = vec![ask(start)];
    for (i, step) in steps.iter().enumerate() {
        let mut x = start;
        x[i] += if *step == 0.0 { 1e-4 } else { *step };
        corners.push(ask(x));
    }
    let n = N as f64;
    let (expand, contract, shrink) =
        if N < 2 { (2.0, 0.5, 0.5) } else { (1.0 + 2.0 / n, 0.75 - 0.5 / n, 1.0 - 1.0 / n) };
    let mut asked = N + 1;
    while asked < evaluations_max {
        corners.sort_by(|a, b| a.value.total_cmp(&b.value));
        let (best, worst) = (corners[0], corners[N]);
        if worst.value - best.value <= tolerance * best.value.abs() + 1e-300 {
            break;
        }
        let mut centre = [0.0; N];
        for corner in &corners[..N] {
            for (sum, x) in centre.iter_mut().zip(&corner.at) {
                *sum += x / n;
            }
        }
        let along = |t: f64| std::array::from_fn(|i| centre[i] + t * (worst.at[i] - centre[i]));
        let reflected = ask(along(-1.0));
        asked += 1;
        let replacement = if reflected.value < best.value {
            let expanded = ask(along(-expand));
            asked += 1;
            Some(if expanded.value < reflected.value { expanded } else { reflected })
        } else if N > 0 && reflected.value < corners[N - 1].value {
            Some(reflected)
        } else {
            let outside = reflected.value < worst.value;
            let contracted = ask(along(if outside { -contract } else { contract }));
            asked += 1;
            let limit = if outside { reflected.value } else { worst.value };
            (contracted.value < limit).then_some(contracted)
        };
        if let Some(corner) = replacement {
            corners[N] = corner;
        } else {
            for corner in &mut corners[1..] {
                *corner = ask(std::array::from_fn(|i| best.at[i] + shrink * (corner.at[i] - best.at[i])));
            }
            asked += N;
        }
    }
    corners.sort_by(|a, b| a.value.total_cmp(&b.value));
    let Corner { at, value } = corners[0];
    Minimum { at, value, evaluations }
}

#[derive(Clone, Copy)]
struct Corner<const N: usize> {
    at: [f64; N],
    value: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_bottom_of_a_curved_valley() {
        let rosenbrock = |x: &[f64; 2]| {
            let (u, v) = (1.0 - x[0], x[1] - x[0] * x[0]);
            u * u + 100.0 * v * v
        };
        let found = nelder_mead(rosenbrock, [-1.2, 1.0], [0.5, 0.5], 1e-14, 4_000);
        assert!((found.at[0] - 1.0).abs() < 1e-6 && (found.at[1] - 1.0).abs() < 1e-6, "{found:?}");
        assert!(found.evaluations < 4_000);
    }

    #[test]
    fn goes_along_a_wall_it_may_not_cross() {
        let walled = |x: &[f64; 3]| {
            if x[0] < 0.5 {
                return f64::NAN;
            }
            x.iter().map(|x| x * x).sum()
        };
        let found = nelder_mead(walled, [2.0, 1.0, -1.0], [0.3; 3], 1e-13, 5_000);
        assert!(found.at[0] >= 0.5 && found.value < 0.26, "{found:?}");
    }

    #[test]
    fn one_dimension_and_a_function_without_values() {
        let found = nelder_mead(|x: &[f64; 1]| (x[0] - 3.0) * (x[0] - 3.0), [0.0], [0.0], 1e-16, 2_000);
        assert!((found.at[0] - 3.0).abs() < 1e-7, "{found:?}");
        let none = nelder_mead(|_: &[f64; 2]| f64::NAN, [1.0, 2.0], [1.0, 1.0], 1e-9, 100);
        assert_eq!((none.at, none.value), ([1.0, 2.0], f64::INFINITY));
    }
}
