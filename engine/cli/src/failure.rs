//! Why a command ends without success, and with which exit code.

use std::process::ExitCode;

use engine_data::DataError;
use engine_run::{ConfigError, RunFailure};

/// Why a command ends without success.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// Usage, config or bad data: exit code 2.
    pub(crate) fn input(message: impl ToString) -> Self {
        Self { code: 2, message: message.to_string() }
    }

    /// Anything else: exit code 1.
    pub(crate) fn other(message: impl ToString) -> Self {
        Self { code: 1, message: message.to_string() }
    }

    /// A code of its own.
    pub(crate) fn with_code(code: u8, message: impl ToString) -> Self {
        Self { code, message: message.to_string() }
    }

    /// Says why on standard error.
    pub(crate) fn report(&self) -> ExitCode {
        crate::output::note(&self.message);
        ExitCode::from(self.code)
    }
}

impl From<RunFailure> for Failure {
    fn from(failure: RunFailure) -> Self {
        if failure.is_input() { Self::input(failure) } else { Self::other(failure) }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::input(error)
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        Self::input(error)
    }
}
