//! `engine options price`: the value of options.

use std::path::PathBuf;

use clap::Args;
use engine_data::table::read_table;

use super::contract::Contracts;
use super::one::{self, Flags};
use crate::batch::{Answers, Cell};
use crate::failure::Failure;

/// The price of one option by flags, or of each row of a table
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine options price --type call --spot 100 --strike 105 --years 0.5 --rate 0.03 --vol 0.2\n  engine options price --type put --spot 100 --strike 105 --expiry 2027-03-19 --date 2026-12-01 \\\n      --rate 0.03 --vol 0.2 --american --json\n  engine options price options.csv -o out.csv\n\nA table has the columns S (spot), K (strike), T (years) or days, r (rate), q (dividend yield; 0\nwhen there is no such column), sigma (volatility), type (call or put); their long names do as\nwell. Appends out_price (European; with --american American) and out_error."
)]
pub(super) struct Arguments {
    /// A CSV with a header, one option a row
    file: Option<PathBuf>,
    /// Where the table goes [default: standard output]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    #[command(flatten)]
    one: Flags,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Some(file) = one::table(arguments.file.as_deref(), arguments.output.as_deref(), &arguments.one)? else {
        return one::price(&arguments.one);
    };
    let table = read_table(file)?;
    let contracts = Contracts::read(&table, true)?;
    let mut answers = Answers::new(&["price"]);
    for row in 0..table.len() {
        let price = if arguments.one.american {
            contracts.american(row).and_then(|option| option.price().map_err(|e| contracts.problem(&e)))
        } else {
            contracts.european(row).and_then(|option| option.price().map_err(|e| contracts.problem(&e)))
        };
        answers.push(price.map(|price| vec![Cell::from(price)]));
    }
    answers.write(&table, arguments.output.as_deref())
}
