//! `engine options american FILE.csv`: options that may be exercised at any time.

use clap::Args;
use engine_data::table::read_table;
use options::american::Scheme;

use super::contract::Contracts;
use crate::batch::{Answers, Cell, Files};
use crate::failure::Failure;
use crate::progress::Progress;

/// American options: price, delta, gamma and early exercise of each row of a table
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine options american options.csv -o out.csv\n\nA table has the columns S (spot), K (strike), T (years) or days (of 365), r (rate), q (dividend\nyield; 0 when there is no such column), sigma (volatility), type (call or put); their long names\ndo as well. Appends out_price, out_delta, out_gamma, out_european (the price without early\nexercise), out_immediate_exercise (1: the price is the intrinsic value, exercise now is as good\nas waiting), out_critical_price (the spot at which that begins; empty where there is none) and\nout_error. One option by flags: `engine options price --american`."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    files: Files,
    /// How exact: errors in units of the strike below 1e-6, 1e-8, 1e-10
    #[arg(long, value_enum, default_value_t = Accuracy::Accurate)]
    scheme: Accuracy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Accuracy {
    Fast,
    Accurate,
    Reference,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let scheme = match arguments.scheme {
        Accuracy::Fast => Scheme::Fast,
        Accuracy::Accurate => Scheme::Accurate,
        Accuracy::Reference => Scheme::Reference,
    };
    let table = read_table(&arguments.files.file)?;
    let contracts = Contracts::read(&table, true)?;
    let mut answers = Answers::new(&["price", "delta", "gamma", "european", "immediate_exercise", "critical_price"]);
    let mut progress = Progress::of(table.len() as u64);
    for row in 0..table.len() {
        progress.step("American options");
        let found = contracts
            .american(row)
            .and_then(|option| option.valuation(scheme).map_err(|error| contracts.problem(&error)));
        answers.push(found.map(|v| {
            let exercise = f64::from(u8::from(v.exercise_now));
            let numbers = [v.price, v.delta, v.gamma, v.european, exercise].map(Cell::from);
            let mut cells = numbers.to_vec();
            cells.push(Cell::from(v.critical_price));
            cells
        }));
    }
    drop(progress);
    answers.write(&table, arguments.files.output.as_deref())
}
