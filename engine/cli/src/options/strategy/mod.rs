//! `engine options strategy`: a set of legs on paper.

mod book;
mod figures;
mod pictures;
mod shapes;

use std::path::PathBuf;

use clap::Args;
use engine_report::picture::{Page, Part, single};

use super::answer::pretty;
use super::surface::save;
use crate::failure::Failure;
use crate::output;
use book::Book;
use figures::Figures;

/// A strategy on paper: payoff, breakevens, margin, Greeks, profit over spot and time
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Examples:\n  engine options strategy docs/iron_condor.toml --html runs/condor.html\n  engine options strategy --shape iron_condor --strikes 90,95,105,110 --years 0.1 --spot 100 \\\n      --rate 0.03 --vol 0.22\n\nThe TOML: spot, rate, dividend_yield (0), volatility, style (european, american), multiplier (1),\nunderlying (equity, broad_index: for margin), currency, date, and [[leg]]s with type (call, put,\nshares), side (buy, sell), quantity (1), strike, years or expiry, premium (absent: the model's\nprice), volatility, multiplier. Shapes and their strikes: call_spread and put_spread (bought,\nsold); straddle (one); strangle (put, call); iron_condor (four, rising); call_butterfly,\nput_butterfly (three, rising); call_calendar, put_calendar (near, far; with --far-years);\ncovered_call (one); collar (put, call). A negative --quantity is the other side."
)]
pub(super) struct Arguments {
    /// A TOML with legs
    file: Option<PathBuf>,
    #[command(flatten)]
    shape: shapes::Flags,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write payoff and profit as a picture
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write pictures and tables as one page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let book = match (&arguments.file, arguments.shape.first()) {
        (Some(_), Some(flag)) => {
            return Err(Failure::input(format!("a file and {flag}: expected either a TOML or the flags of a shape")));
        }
        (Some(file), None) => Book::read(file)?,
        (None, _) => arguments.shape.book()?,
    };
    let figures = Figures::of(&book)?;
    if let Some(path) = &arguments.svg {
        save(path, &pictures::sheet(&book, &figures)?)?;
    }
    if let Some(path) = &arguments.html {
        save(path, &page(&book, &figures)?)?;
    }
    if arguments.json {
        return output::print(&pretty(&figures.json())?);
    }
    output::print(&figures.text())
}

fn page(book: &Book, figures: &Figures) -> Result<String, Failure> {
    let picture = |text: &str, panel| {
        let svg = single(&panel, 1100, 440).map_err(Failure::other)?;
        Ok::<Part, Failure>(Part::Picture { text: text.to_owned(), svg })
    };
    let mut parts = vec![
        picture("Profit at expiry and today over the price of the underlying", pictures::curve(book, figures)?)?,
        picture("Profit over the price of the underlying and time", pictures::grid(figures))?,
    ];
    for (title, table) in figures.tables() {
        let mut rows = table.into_iter();
        let header = rows.next().unwrap_or_default();
        parts.push(Part::Table { title: title.to_owned(), header, rows: rows.collect() });
    }
    Ok(Page { title: figures.title(), lead: figures.lead(), parts }.html())
}
