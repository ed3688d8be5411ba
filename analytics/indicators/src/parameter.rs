//! Ranges of parameters, checked once where an indicator is built.
//!
//! An indicator that exists has valid parameters; nothing checks them again later.

use std::fmt;

/// Longest window or smoothing period, in bars.
pub const PERIOD_MAX: usize = 100_000;

/// Largest width of a Bollinger band, in standard deviations.
pub const WIDTH_MAX: f64 = 1_000.0;

/// A parameter outside its range: which one, what was found, what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterError {
    indicator: &'static str,
    argument: &'static str,
    found: String,
    expected: String,
}

impl ParameterError {
    pub(crate) fn new(
        indicator: &'static str,
        argument: &'static str,
        found: impl fmt::Display,
        expected: impl fmt::Display,
    ) -> Self {
        Self { indicator, argument, found: found.to_string(), expected: expected.to_string() }
    }

    /// Name of the indicator.
    #[must_use]
    pub fn indicator(&self) -> &'static str {
        self.indicator
    }

    /// Name of the argument.
    #[must_use]
    pub fn argument(&self) -> &'static str {
        self.argument
    }
}

impl fmt::Display for ParameterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { indicator, argument, found, expected } = self;
        write!(f, "{indicator}: {argument} is {found}, expected {expected}")
    }
}

impl std::error::Error for ParameterError {}

/// `period` when it lies in 1 to [`PERIOD_MAX`].
pub(crate) fn period(indicator: &'static str, argument: &'static str, period: usize) -> Result<usize, ParameterError> {
    if (1..=PERIOD_MAX).contains(&period) {
        Ok(period)
    } else {
        let expected = format!("a whole number from 1 to {PERIOD_MAX}");
        Err(ParameterError::new(indicator, argument, period, expected))
    }
}
