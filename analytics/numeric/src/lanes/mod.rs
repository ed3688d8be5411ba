//! Functions of one number for loops that the compiler turns into vector code.
//!
//! Each is a straight line of + - * /, comparisons and integer operations on the
//! bits: no branch, no table, no call. A loop over `&[f64; N]` that calls them
//! becomes vector instructions of whatever width the function around it is
//! compiled for (see the crate `multiversion`), and one number alone takes the
//! same operations, so that it comes to the same bits. No fused multiply-add, for
//! the same reason.
//!
//! Largest errors measured against values of 60 digits, in units of the last place
//! (ulp; the tests hold them):
//!
//! | function | domain | ulp |
//! |---|---|---|
//! | [`exp`] | all, down to denormals | 1 |
//! | [`ln`], [`ln_ratio`] | all positive numbers; normal numbers | 2 |
//! | [`pdf`] | all; above the denormals | 2 |
//! | [`scaled_tail`] | 0 to 41 | 4 |
//! | [`cdf`] | all; above the denormals | 5 |

mod exp;
mod ln;
mod normal;

pub use exp::{exp, exp_bounded, exp_near, exp_shifted};
pub use ln::{ln, ln_ratio};
pub use normal::{PDF_AT_0, TAIL_MAX, cdf, cdf_from, pdf, scaled_tail};

/// 1.5 * 2^52: adding it leaves the nearest whole number in the low bits.
const MAGIC: f64 = 6_755_399_441_055_744.0;

/// ln 2 in two parts: the first has 21 trailing zeros, so that a multiple by a
/// whole number up to 2^20 is exact.
const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// `c[0] + c[1] x + ...`: even and odd powers by Horner's rule in x^2, two chains that
/// do not wait for each other.
#[inline(always)]
fn polynomial<const N: usize>(c: &[f64; N], x: f64) -> f64 {
    let w = x * x;
    let mut last = c[N - 1];
    let mut other = c[N - 2];
    let mut i = N - 2;
    while i > 1 {
        last = last * w + c[i - 1];
        other = other * w + c[i - 2];
        i -= 2;
    }
    if i == 1 { (last * w + c[0]) + other * x } else { last * x + other }
}
