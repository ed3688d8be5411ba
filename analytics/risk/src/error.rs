//! Why there is no answer.

use options::OptionError;
use thiserror::Error;

/// Why a figure cannot be given.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum RiskError {
    /// An argument is not a number, infinite, or outside its domain.
    #[error("{argument} is {found}, expected {expected}")]
    Argument {
        /// The argument's name, as in the struct or signature.
        argument: &'static str,
        /// Its value.
        found: f64,
        /// Its domain, in words.
        expected: &'static str,
    },
    /// An element of a slice is not a number, infinite, or outside its domain.
    #[error("{argument}[{index}] is {found}, expected {expected}")]
    Element {
        /// The slice's name.
        argument: &'static str,
        /// The element's place, from 0.
        index: usize,
        /// Its value.
        found: f64,
        /// Its domain, in words.
        expected: &'static str,
    },
    /// A slice has too few elements, or not as many as those it belongs to.
    #[error("{argument} has {found} elements, expected {expected}")]
    Length {
        /// The slice's name.
        argument: &'static str,
        /// Its length.
        found: usize,
        /// The length expected, in words.
        expected: String,
    },
    /// The data as a whole gives no answer: a singular matrix, no variance.
    #[error("{argument}: {problem}")]
    Degenerate {
        /// What was looked at.
        argument: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A name that nothing belongs to: a currency without a rate.
    #[error("{argument}[{index}] is {found:?}, expected {expected}")]
    Name {
        /// The slice's name.
        argument: &'static str,
        /// The element's place, from 0.
        index: usize,
        /// The name.
        found: String,
        /// What it should be, in words.
        expected: &'static str,
    },
    /// An option of a slice of positions has no price.
    #[error("{argument}[{index}]: {error}")]
    Option {
        /// The slice's name.
        argument: &'static str,
        /// The element's place, from 0.
        index: usize,
        /// Why it has no price.
        error: OptionError,
    },
    /// The caller stopped the work.
    #[error("cancelled")]
    Cancelled,
}
