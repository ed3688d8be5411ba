//! `engine options cbbc FILE.csv`: figures of callable bull and bear contracts.

use clap::Args;
use engine_data::table::read_table;
use options::cbbc::{Category, Cbbc, State};
use options::warrant::ProductKind;

use super::columns::{Numbers, Words};
use crate::batch::{Answers, Cell, Files};
use crate::failure::Failure;

/// Callable bull and bear contracts: distance to call, funding, gearing of each row of a table
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine options cbbc contracts.csv -o out.csv\n\nColumns: price (of one contract), spot, strike, call_price, years, conversion_ratio, type (bull or\nbear); optional: exchange_rate (1). Appends out_state (live, called, expired), out_category (N: no\nresidual value, R), out_distance_to_call, out_distance_to_call_fraction (of spot),\nout_call_to_strike, out_intrinsic, and while it trades out_price_per_share, out_premium,\nout_gearing, out_breakeven, out_funding, out_funding_per_day, out_funding_rate (simple, per\nyear), and out_error. Fractions, not percent."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    files: Files,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let table = read_table(&arguments.files.file)?;
    let kind = Words::required(&table, &["type"])?;
    let required = |names: &[&str]| Numbers::required(&table, names);
    let price = required(&["price"])?;
    let (spot, strike) = (required(&["spot", "S"])?, required(&["strike", "K"])?);
    let call_price = required(&["call_price"])?;
    let (years, ratio) = (required(&["years", "T"])?, required(&["conversion_ratio"])?);
    let exchange_rate = Numbers::or(&table, &["exchange_rate"], 1.0)?;
    let mut answers = Answers::new(&[
        "state",
        "category",
        "distance_to_call",
        "distance_to_call_fraction",
        "call_to_strike",
        "intrinsic",
        "price_per_share",
        "premium",
        "gearing",
        "breakeven",
        "funding",
        "funding_per_day",
        "funding_rate",
    ]);
    for row in 0..table.len() {
        let answer = || -> Result<Vec<Cell>, String> {
            let word = kind.at(row).to_ascii_lowercase();
            let product =
                ProductKind::named(&word).ok_or_else(|| format!("type is {word:?}, expected bull or bear"))?;
            let direction = product.direction().map_err(|e| e.to_string())?;
            let contract = Cbbc::new(direction, strike.at(row)?, call_price.at(row)?, years.at(row)?, ratio.at(row)?)
                .map_err(|e| e.to_string())?;
            let contract = contract.in_currency(exchange_rate.at(row)?).map_err(|e| e.to_string())?;
            let spot = spot.at(row)?;
            // A called contract has no price that means something; its field may be empty.
            let price = price.maybe(row)?.unwrap_or(f64::NAN);
            let f = contract.figures(price, spot).map_err(|e| e.to_string())?;
            let state = match f.state {
                State::Live => "live",
                State::Called => "called",
                State::Expired => "expired",
            };
            let category = if f.category == Category::N { "N" } else { "R" };
            let mut cells = vec![Cell::from(state), Cell::from(category)];
            let distances = [f.distance_to_call, f.distance_to_call_fraction, f.call_to_strike, f.intrinsic];
            cells.extend(distances.map(Cell::from));
            if let Some(t) = f.trading {
                let trading = [t.price_per_share, t.premium, t.gearing, t.breakeven, t.funding];
                cells.extend(trading.map(Cell::from));
                cells.extend([t.funding_per_day, t.funding_rate].map(Cell::from));
            }
            Ok(cells)
        };
        answers.push(answer());
    }
    answers.write(&table, arguments.files.output.as_deref())
}
