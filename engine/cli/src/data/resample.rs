//! `engine data resample FILE --to 5m -o OUT`.

use std::path::PathBuf;

use clap::Args;
use engine_data::audit::grouped;
use engine_data::resample::resample;
use engine_data::write_prices::{PriceColumns, write_contract, write_prices};
use engine_data::{BarLength, ContractOverrides, DataError, contract, read_bars};

use crate::failure::Failure;
use crate::output;

/// Join bars to longer ones
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine data resample HK.00700_1m.csv --to 5m -o HK.00700_5m.csv\n  engine data resample SHFE.au2406_1m.parquet --to 1d -o SHFE.au2406_1d.parquet\n\nWith a calendar no bar spans a break, the last bar of a session may be short, and an\nevening session opens the next day. Bars outside all sessions are left out and counted.\nThe new file is stamped at the close. Parquet when OUT ends in .parquet."
)]
pub(crate) struct Arguments {
    /// A price file with its contract
    file: PathBuf,
    /// Length of the new bars: 5m, 1h, 1d
    #[arg(long, value_name = "LENGTH")]
    to: BarLength,
    /// The new price file; its contract goes beside it
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let loaded = read_bars(&arguments.file, &ContractOverrides::default())?;
    for path in [arguments.output.clone(), contract::contract_path(&arguments.output)] {
        if path.exists() {
            return Err(DataError::file(&path, "is there already; remove it or choose another name").into());
        }
    }
    let new = resample(&loaded, arguments.to)
        .map_err(|problem| DataError::file(&arguments.file, format!("--to {}: {problem}", arguments.to)))?;
    let prices = PriceColumns { bars: &new.bars, turnover: &new.turnover, adj_close: &[] };
    output::written(write_prices(&arguments.output, &new.contract, &prices))?;
    output::written(write_contract(&arguments.output, &new.contract))?;
    for warning in &loaded.warnings {
        output::note(&format!("warning: {warning}"));
    }
    let mut text = format!(
        "{}: {} bars of {} from {} of {}\n",
        arguments.output.display(),
        grouped(new.bars.len()),
        arguments.to,
        grouped(loaded.bars.len()),
        loaded.contract.bars
    );
    if new.left_out > 0 {
        text.push_str(&format!("{} bars outside all sessions left out\n", grouped(new.left_out)));
    }
    if loaded.adj_close.is_some() {
        text.push_str("the column adj_close is left out: it cannot be joined\n");
    }
    output::print(&text)
}
