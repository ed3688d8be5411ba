//! `engine options greeks`: the value of options and its derivatives.

use std::path::PathBuf;

use clap::Args;
use engine_data::table::read_table;
use options::Greeks;

use super::contract::Contracts;
use super::one::{self, Flags};
use crate::batch::{Answers, Cell};
use crate::failure::Failure;

/// The Greeks of one option by flags, or of each row of a table
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine options greeks --type call --spot 100 --strike 105 --years 0.5 --rate 0.03 --vol 0.2\n  engine options greeks options.csv -o out.csv\n\nA table has the columns S (spot), K (strike), T (years) or days, r (rate), q (dividend yield; 0\nwhen there is no such column), sigma (volatility), type (call or put); their long names do as\nwell. Appends out_price, out_delta, out_gamma, out_vega, out_theta, out_rho, out_vanna,\nout_volga, out_charm, out_rho_q of the European option, in raw units (per 1.00, per year of\ncalendar time), and out_error. --units is for one option."
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

/// Names and values in the order of the columns.
pub(super) fn columns(greeks: &Greeks) -> [(&'static str, f64); 10] {
    [
        ("price", greeks.price),
        ("delta", greeks.delta),
        ("gamma", greeks.gamma),
        ("vega", greeks.vega),
        ("theta", greeks.theta),
        ("rho", greeks.rho),
        ("vanna", greeks.vanna),
        ("volga", greeks.volga),
        ("charm", greeks.charm),
        ("rho_q", greeks.rho_q),
    ]
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Some(file) = one::table(arguments.file.as_deref(), arguments.output.as_deref(), &arguments.one)? else {
        return one::greeks(&arguments.one);
    };
    if arguments.one.american {
        return Err(Failure::input("--american with a table: ask `engine options american FILE.csv`"));
    }
    let table = read_table(file)?;
    let contracts = Contracts::read(&table, true)?;
    let mut answers = Answers::new(&columns(&Greeks::default()).map(|(name, _)| name));
    for row in 0..table.len() {
        let found =
            contracts.european(row).and_then(|option| option.greeks().map_err(|error| contracts.problem(&error)));
        answers.push(found.map(|greeks| columns(&greeks).map(|(_, value)| Cell::from(value)).to_vec()));
    }
    answers.write(&table, arguments.output.as_deref())
}
