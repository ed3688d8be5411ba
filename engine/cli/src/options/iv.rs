//! `engine options iv`: the volatility that prices imply.

use std::path::PathBuf;

use clap::Args;
use engine_data::table::read_table;
use options::american::{self, Scheme};
use options::implied;

use super::columns::Numbers;
use super::contract::Contracts;
use super::one::{self, Flags};
use crate::batch::{Answers, Cell};
use crate::failure::Failure;

/// The implied volatility of one option by flags, or of each row of a table
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine options iv --type call --spot 100 --strike 105 --years 0.5 --rate 0.03 --price 4.2\n  engine options iv quotes.csv -o out.csv\n\nA table has the columns price, S (spot), K (strike), T (years) or days, r (rate), q (dividend\nyield; 0 when there is no such column), type (call or put); their long names do as well. Appends\nout_sigma and out_error: `below intrinsic` where the price is below the discounted forward\nintrinsic value (with --american: below that of exercise now), `above maximum` where no\nvolatility is high enough, else the column that is wrong."
)]
pub(super) struct Arguments {
    /// A CSV with a header, one price a row
    file: Option<PathBuf>,
    /// Where the table goes [default: standard output]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Price of the option
    #[arg(long, allow_negative_numbers = true)]
    price: Option<f64>,
    #[command(flatten)]
    one: Flags,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let table = one::table(arguments.file.as_deref(), arguments.output.as_deref(), &arguments.one)?;
    let Some(file) = table else {
        return one::implied(&arguments.one, arguments.price);
    };
    if arguments.price.is_some() {
        return Err(one::both("--price"));
    }
    let table = read_table(file)?;
    let contracts = Contracts::read(&table, false)?;
    let prices = Numbers::required(&table, &["price"])?;
    let mut answers = Answers::new(&["sigma"]);
    for row in 0..table.len() {
        let answer = || -> Result<f64, String> {
            let price = prices.at(row)?;
            let found = if arguments.one.american {
                american::volatility(price, &contracts.american(row)?, Scheme::default())
            } else {
                implied::volatility(price, &contracts.european(row)?)
            };
            found.map_err(|error| contracts.problem(&error))
        };
        answers.push(answer().map(|sigma| vec![Cell::from(sigma)]));
    }
    answers.write(&table, arguments.output.as_deref())
}
