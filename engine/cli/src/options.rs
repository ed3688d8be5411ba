//! `engine options ...`: prices, Greeks, implied volatilities, surfaces and
//! strategies on paper, of tables or of one option by flags.

mod american;
pub(crate) mod answer;
mod cbbc;
pub(crate) mod columns;
mod contract;
mod greeks;
mod iv;
mod one;
mod price;
mod strategy;
pub(crate) mod surface;
mod warrants;
pub(crate) mod when;

use clap::{Args, Subcommand};

use crate::failure::Failure;

/// Options: prices, Greeks, implied volatility, surfaces, strategies, warrants
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Example:\n  engine options price --type call --spot 100 --strike 105 --years 0.5 --rate 0.03 --vol 0.2\n\nTables come back with the same rows and result columns behind them, named out_...; numbers have\n17 significant digits. Time is in years; rates, yields and volatilities are continuous, per year,\nas fractions (0.05 is 5 %)."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Price(price::Arguments),
    Greeks(greeks::Arguments),
    Iv(iv::Arguments),
    American(american::Arguments),
    Surface(surface::Arguments),
    Strategy(strategy::Arguments),
    Warrants(warrants::Arguments),
    Cbbc(cbbc::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Price(arguments) => price::run(arguments),
        Command::Greeks(arguments) => greeks::run(arguments),
        Command::Iv(arguments) => iv::run(arguments),
        Command::American(arguments) => american::run(arguments),
        Command::Surface(arguments) => surface::run(arguments),
        Command::Strategy(arguments) => strategy::run(arguments),
        Command::Warrants(arguments) => warrants::run(arguments),
        Command::Cbbc(arguments) => cbbc::run(arguments),
    }
}
