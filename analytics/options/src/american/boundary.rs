//! The exercise boundary: the spot at which exercise becomes best, as time passes.

use numeric::chebyshev;

use super::collocation::{Limits, Workspace, solve};
use super::put::Region;
use super::scheme::Root;
use super::{American, Scheme};
use crate::error::{not_negative, positive};
use crate::{OptionError, OptionType};

/// The critical price of an option as a function of the time left.
#[derive(Clone, Debug, PartialEq)]
pub struct Boundary {
    kind: OptionType,
    strike: f64,
    years: f64,
    /// `None` where early exercise never pays.
    shape: Option<Shape>,
}

#[derive(Clone, Debug, PartialEq)]
struct Shape {
    /// `ln(B / strike)` of the put just before expiry.
    start: f64,
    /// Years over which the boundary changes.
    horizon: f64,
    root: Root,
    /// `ln(B(0) / B)^2` at the Chebyshev points of that root of `time / horizon`.
    squares: Vec<f64>,
}

impl Boundary {
    pub(super) fn of(option: &American, scheme: Scheme) -> Result<Self, OptionError> {
        option.check()?;
        positive("years", option.years)?;
        positive("volatility", option.volatility)?;
        let (put, _) = option.as_put();
        let shape = match put.region() {
            Region::Never => None,
            Region::Between => return Err(OptionError::TwoBoundaries),
            Region::Below => {
                let limits = Limits::of(&put);
                let mut work = Workspace::default();
                let scheme = scheme.for_variance(put.volatility * put.volatility * put.years);
                let mut tables = scheme.tables(put.dividend_yield > put.rate);
                if !solve(&put, &limits, tables, &mut work) {
                    tables = Scheme::rescue();
                    if !solve(&put, &limits, tables, &mut work) {
                        return Err(OptionError::Unresolved);
                    }
                }
                let mut squares = vec![0.0];
                squares.extend_from_slice(&work.square);
                Some(Shape { start: limits.start, horizon: limits.horizon, root: tables.root, squares })
            }
        };
        Ok(Self { kind: option.kind, strike: option.strike, years: option.years, shape })
    }

    /// The critical price with `years` left: a put is exercised at or below it,
    /// a call at or above it. With 0 left it is the limit just before expiry.
    /// `None` where early exercise never pays.
    ///
    /// # Errors
    /// `years` must lie between 0 and the option's own.
    pub fn critical_price(&self, years: f64) -> Result<Option<f64>, OptionError> {
        not_negative("years", years)?;
        if years > self.years {
            return Err(OptionError::Argument {
                argument: "years",
                found: years,
                expected: "at most the years of the option",
            });
        }
        let Some(shape) = &self.shape else { return Ok(None) };
        let at = if years < shape.horizon { shape.root.of((years / shape.horizon).sqrt()) } else { 1.0 };
        let weights = chebyshev::weights(shape.squares.len() - 1, at);
        let square = weights.iter().zip(&shape.squares).fold(0.0, |sum, (weight, square)| sum + weight * square);
        let ratio = libm::exp(shape.start - square.max(0.0).sqrt());
        Ok(Some(match self.kind {
            OptionType::Put => self.strike * ratio,
            OptionType::Call => self.strike / ratio,
        }))
    }
}
