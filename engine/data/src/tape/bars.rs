//! The bars of a tape, with the contract that a price file of them needs.

use std::path::Path;

use engine_core::bars::Bars;
use engine_core::builder::BarRule;
use engine_core::time::Timestamp;

use super::LoadedTape;
use crate::bar_length::BarLength;
use crate::contract::{Contract, Prices, Stamp};
use crate::error::DataError;

/// The bars of a tape and their contract: the same bits as those that a run builds.
///
/// Bars begin at multiples of their length since 1970 UTC, so that lengths that divide an
/// hour lie on the exchange's clock everywhere; minutes without a trade have no bar.
///
/// # Errors
/// A length of a day or more, or a tape without trades and without a book.
pub fn bars(path: &Path, loaded: &LoadedTape, length: BarLength) -> Result<(Contract, Bars), DataError> {
    let BarLength::Intraday(nanos) = length else {
        let problem =
            format!("no bars of {length} come from a tape: build shorter ones and join them by data resample");
        return Err(DataError::file(path, problem));
    };
    let rule = BarRule::Time { nanos, anchor: Timestamp::default() };
    let bars = loaded.tape.bars(rule).map_err(|e| DataError::file(path, format!("gives no bars: {e}")))?;
    let contract = Contract {
        symbol: loaded.contract.symbol.clone(),
        bars: length,
        timezone: loaded.contract.timezone,
        stamp: Stamp::Close,
        prices: Prices::Raw,
        currency: loaded.contract.currency.clone(),
        source: loaded.contract.source.clone(),
    };
    Ok((contract, bars))
}
