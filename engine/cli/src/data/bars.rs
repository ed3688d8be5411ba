//! `engine data bars TAPE --bars 1m -o OUT`.

use std::path::PathBuf;

use clap::Args;
use engine_data::audit::grouped;
use engine_data::write_prices::{PriceColumns, write_contract, write_prices};
use engine_data::{BarLength, ContractOverrides, DataError, contract, tape};

use crate::failure::Failure;
use crate::output;

/// Bars of a tape: of its trades, or of its middle prices when it has none
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine data bars US.IBM.tape.parquet --bars 1m -o US.IBM_1m.csv\n\nThe bars are those that a run builds from the same tape, to the bit. Irregular trades\nare left out. Bars begin at multiples of their length since 1970 UTC; without a trade\nthere is none. Parquet when OUT ends in .parquet."
)]
pub(crate) struct Arguments {
    /// A tape with its contract
    file: PathBuf,
    /// Length of the bars: 1s, 1m, 5m, 1h
    #[arg(long, value_name = "LENGTH")]
    bars: BarLength,
    /// The new price file; its contract goes beside it
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    if !tape::is_tape(&arguments.file) {
        let problem = "is no tape: expected NAME.tape.parquet or NAME.tape.csv; bring it in with data import";
        return Err(DataError::file(&arguments.file, problem).into());
    }
    let loaded = tape::load(&arguments.file, &ContractOverrides::default())?;
    for path in [arguments.output.clone(), contract::contract_path(&arguments.output)] {
        if path.exists() {
            return Err(DataError::file(&path, "is there already; remove it or choose another name").into());
        }
    }
    let (contract, bars) = tape::bars(&arguments.file, &loaded, arguments.bars)?;
    let prices = PriceColumns { bars: &bars, turnover: &[], adj_close: &[] };
    output::written(write_prices(&arguments.output, &contract, &prices))?;
    output::written(write_contract(&arguments.output, &contract))?;
    for warning in &loaded.warnings {
        output::note(&format!("warning: {warning}"));
    }
    output::print(&format!(
        "{}: {} bars of {} from {} rows\n",
        arguments.output.display(),
        grouped(bars.len()),
        arguments.bars,
        grouped(loaded.tape.len())
    ))
}
