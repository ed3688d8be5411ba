//! Why there is no run.

use engine_data::DataError;

use crate::config::ConfigError;

/// Why a command of this crate failed.
#[derive(Debug, thiserror::Error)]
pub enum RunFailure {
    /// The config, or what it asks for.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A file that was read.
    #[error(transparent)]
    Data(DataError),
    /// A file that could not be written.
    #[error(transparent)]
    Write(DataError),
    /// The system gives no more threads.
    #[error("cannot start {0} threads: {1}")]
    Threads(usize, String),
}

impl RunFailure {
    /// True when the user's input is at fault, false when the machine is.
    #[must_use]
    pub fn is_input(&self) -> bool {
        !matches!(self, Self::Write(_) | Self::Threads(..))
    }
}
