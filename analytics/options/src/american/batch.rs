//! Many options at once, by columns.

use rayon::prelude::*;

use super::collocation::Workspace;
use super::{American, Scheme, Valuation, evaluate};
use crate::{OptionError, OptionType};

/// American options by columns, all of one length; units as in [`American`].
#[derive(Clone, Copy, Debug)]
pub struct Chain<'a> {
    /// Call or put.
    pub kind: &'a [OptionType],
    /// Prices of the underlying.
    pub spot: &'a [f64],
    /// Strikes.
    pub strike: &'a [f64],
    /// Years to expiry.
    pub years: &'a [f64],
    /// Continuous interest rates per year.
    pub rate: &'a [f64],
    /// Continuous dividend yields per year.
    pub dividend_yield: &'a [f64],
    /// Volatilities per square root of a year.
    pub volatility: &'a [f64],
}

/// Options to a thread's piece of work; fewer than two of these run on one thread.
const PIECE: usize = 64;

impl Chain<'_> {
    fn check(&self) -> Result<usize, OptionError> {
        let expected = self.spot.len();
        for (argument, found) in [
            ("kind", self.kind.len()),
            ("strike", self.strike.len()),
            ("years", self.years.len()),
            ("rate", self.rate.len()),
            ("dividend_yield", self.dividend_yield.len()),
            ("volatility", self.volatility.len()),
        ] {
            if found != expected {
                return Err(OptionError::Length { argument, found, expected });
            }
        }
        Ok(expected)
    }

    fn at(&self, row: usize) -> American {
        American {
            kind: self.kind[row],
            spot: self.spot[row],
            strike: self.strike[row],
            years: self.years[row],
            rate: self.rate[row],
            dividend_yield: self.dividend_yield[row],
            volatility: self.volatility[row],
        }
    }
}

/// The valuation of every option, a row's own error in its place. The same bits
/// as one by one, for any number of threads.
///
/// # Errors
/// [`OptionError::Length`] when the columns differ in length.
pub fn valuations(chain: &Chain<'_>, scheme: Scheme) -> Result<Vec<Result<Valuation, OptionError>>, OptionError> {
    let count = chain.check()?;
    let value = |work: &mut Workspace, row: usize| evaluate::valuation(&chain.at(row), scheme, work);
    if count < 2 * PIECE {
        let mut work = Workspace::default();
        return Ok((0..count).map(|row| value(&mut work, row)).collect());
    }
    Ok((0..count).into_par_iter().with_min_len(PIECE).map_init(Workspace::default, value).collect())
}

/// The price of every option into `out`; NaN where [`valuations`] has an error.
///
/// # Errors
/// [`OptionError::Length`] when the columns or `out` differ in length.
pub fn prices(chain: &Chain<'_>, scheme: Scheme, out: &mut [f64]) -> Result<(), OptionError> {
    let expected = chain.check()?;
    if out.len() != expected {
        return Err(OptionError::Length { argument: "out", found: out.len(), expected });
    }
    let fill = |work: &mut Workspace, (row, out): (usize, &mut f64)| {
        *out = evaluate::valuation(&chain.at(row), scheme, work).map_or(f64::NAN, |found| found.price);
    };
    if expected < 2 * PIECE {
        let mut work = Workspace::default();
        out.iter_mut().enumerate().for_each(|cell| fill(&mut work, cell));
    } else {
        out.par_iter_mut().enumerate().with_min_len(PIECE).for_each_init(Workspace::default, fill);
    }
    Ok(())
}
