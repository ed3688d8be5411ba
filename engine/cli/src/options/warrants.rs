//! `engine options warrants FILE.csv`: figures of standard warrants.

use clap::Args;
use engine_data::table::read_table;
use options::warrant::{ProductKind, Warrant, WarrantMarket};

use super::columns::{Numbers, Words, named};
use crate::batch::{Answers, Cell, Files};
use crate::failure::Failure;

/// Warrants: premium, gearing, implied volatility and more of each row of a table
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine options warrants warrants.csv -o out.csv\n\nColumns: price (of one warrant), spot, strike, years, conversion_ratio (10 for ten warrants a\nshare), rate, type (call or put; bull, bear, inline and other are named unsupported); optional:\ndividend_yield (0), exchange_rate (units of the warrant's currency for one of the underlying's; 1),\nfair_vol (a volatility to compare with: that of listed options, or a historical one). Appends\nout_price_per_share, out_intrinsic, out_time_value, out_moneyness, out_premium, out_breakeven,\nout_gearing, out_volatility, out_delta, out_effective_gearing, out_theta_per_day,\nout_vega_per_point, with fair_vol out_rich_points, out_fair_price and out_rich_fraction, and\nout_error. Fractions, not percent; theta and vega are of one warrant."
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
    let (years, ratio) = (required(&["years", "T"])?, required(&["conversion_ratio"])?);
    let rate = required(&["rate", "r"])?;
    let dividend_yield = Numbers::or(&table, &["dividend_yield", "q"], 0.0)?;
    let exchange_rate = Numbers::or(&table, &["exchange_rate"], 1.0)?;
    let fair = Numbers::find(&table, &["fair_vol"])?;
    let mut names = vec![
        "price_per_share",
        "intrinsic",
        "time_value",
        "moneyness",
        "premium",
        "breakeven",
        "gearing",
        "volatility",
        "delta",
        "effective_gearing",
        "theta_per_day",
        "vega_per_point",
    ];
    if fair.is_some() {
        names.extend(["rich_points", "fair_price", "rich_fraction"]);
    }
    let mut answers = Answers::new(&names);
    for row in 0..table.len() {
        let answer = || -> Result<(Vec<Cell>, String), String> {
            let word = kind.at(row).to_ascii_lowercase();
            let product = ProductKind::named(&word).ok_or_else(|| format!("type is {word:?}, expected call or put"))?;
            let warrant = Warrant {
                kind: product.option_type().map_err(|e| e.to_string())?,
                strike: strike.at(row)?,
                years: years.at(row)?,
                conversion_ratio: ratio.at(row)?,
            };
            let market = WarrantMarket {
                spot: spot.at(row)?,
                rate: rate.at(row)?,
                dividend_yield: dividend_yield.at(row)?,
                exchange_rate: exchange_rate.at(row)?,
            };
            let price = price.at(row)?;
            let f = warrant.figures(price, &market).map_err(|e| e.to_string())?;
            let mut cells: Vec<Cell> =
                [f.price_per_share, f.intrinsic, f.time_value, f.moneyness, f.premium, f.breakeven, f.gearing]
                    .map(Cell::from)
                    .to_vec();
            let mut problem = String::new();
            match &f.at_implied {
                Ok(s) => {
                    let found = [s.volatility, s.delta, s.effective_gearing, s.theta_per_day, s.vega_per_point];
                    cells.extend(found.map(Cell::from));
                }
                Err(error) => {
                    cells.extend([const { Cell::Number(None) }; 5]);
                    problem = format!("no implied volatility: {}", named(error, &[]));
                }
            }
            if let Some(fair) = &fair
                && let Some(volatility) = fair.maybe(row)?
            {
                match warrant.richness(price, volatility, &market) {
                    Ok(rich) => cells.extend([rich.points, rich.fair_price, rich.fraction].map(Cell::from)),
                    Err(error) if problem.is_empty() => problem = error.to_string(),
                    Err(_) => {}
                }
            }
            Ok((cells, problem))
        };
        match answer() {
            Ok((cells, problem)) => answers.push_partly(cells, problem),
            Err(problem) => answers.push(Err(problem)),
        }
    }
    answers.write(&table, arguments.files.output.as_deref())
}
