//! `engine options surface CHAIN.csv`: smiles and surface of a chain of quotes.

mod chain;
mod figures;
mod json;
mod pictures;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use engine_report::picture::{Page, Part};
use options::chain::rules::Rules;
use options::chain::{Market, Style};
use options::surface;

use super::answer::pretty;
use super::when::{When, seconds};
use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;
use chain::Chain;
use figures::Figures;

/// A volatility surface from a chain of quotes: rules, forwards, SVI smiles without arbitrage
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine options surface data/synthetic_chain/chain.csv --spot 100 --svg runs/surface.svg\n\nColumns of the CSV, one quote a row: expiry (a date) or years; strike; type (call, put); bid and\nask (empty: nobody quotes that side); optional bid_size, ask_size, open_interest,\nquote_age_seconds. Prices are of one share. With expiry, --date says from when it counts (days /\n365). Prints for each expiry what was used and dropped by which rule, forward and discount\nimplied from parity, the fit's distance from the mid in volatility points (0.01), level, slope,\n25-delta risk reversal and butterfly, violations of no-arbitrage before and after; then\nvolatilities by moneyness (strike / forward) and expiry."
)]
pub(super) struct Arguments {
    /// A CSV with a header, one quote a row
    chain: PathBuf,
    /// Price of the underlying: deltas are then of spot, else of the forward
    #[arg(long)]
    spot: Option<f64>,
    /// Interest rate: continuous, per year [default: implied from put-call parity]
    #[arg(long, allow_negative_numbers = true)]
    rate: Option<f64>,
    /// When the options may be exercised
    #[arg(long, value_enum, default_value_t = Exercise::European)]
    style: Exercise,
    /// Moment of valuation, such as 2015-12-24 or 2015-12-24T12:30, local time
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// Time of day at which an expiry without one is
    #[arg(long, value_name = "HH:MM", default_value = "16:00")]
    expires_at: String,
    /// Widest spread as a share of the mid
    #[arg(long, value_name = "SHARE")]
    max_spread: Option<f64>,
    /// Greatest age of a quote in seconds
    #[arg(long, value_name = "SECONDS")]
    max_age: Option<f64>,
    /// Least open interest
    #[arg(long, value_name = "CONTRACTS")]
    min_open_interest: Option<f64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write smiles and surface as a picture
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Quotes that the picture shows of a smile at most, evenly chosen
    #[arg(long, value_name = "N", default_value_t = 45)]
    svg_quotes: usize,
    /// Write pictures and tables as one page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write expiry, years, moneyness, strike and volatility of the surface as CSV
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Exercise {
    European,
    American,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let at = match &arguments.date {
        None => None,
        Some(text) => Some(When::parse(text).ok_or_else(|| {
            Failure::input(format!("--date {text}: expected a date such as 2027-03-19 or 2027-03-19T15:30"))
        })?),
    };
    let close = seconds(&arguments.expires_at)
        .ok_or_else(|| Failure::input(format!("--expires-at {}: expected HH:MM", arguments.expires_at)))?;
    let chain = Chain::read(&arguments.chain, at, close)?;
    let style = match arguments.style {
        Exercise::European => Style::European,
        Exercise::American => Style::American,
    };
    let market = Market { spot: arguments.spot, rate: arguments.rate, ..Market::new(style) };
    let rules = Rules {
        spread_share_max: arguments.max_spread.unwrap_or(Rules::default().spread_share_max),
        age_seconds_max: arguments.max_age.unwrap_or(Rules::default().age_seconds_max),
        open_interest_min: arguments.min_open_interest.unwrap_or(Rules::default().open_interest_min),
        ..Rules::default()
    };
    let mut progress = Progress::of(1);
    progress.step("Fitting the surface");
    let fitted = surface::fit(&chain.quotes, &market, &rules);
    drop(progress);
    let place = arguments.chain.display();
    let fitted = fitted.map_err(|error| Failure::input(format!("{place}: {error}")))?;
    let figures = Figures::of(&chain, &fitted).map_err(|error| Failure::input(format!("{place}: {error}")))?;
    if let Some(path) = &arguments.csv {
        save(path, &figures.csv())?;
    }
    if let Some(path) = &arguments.svg {
        save(path, &pictures::sheet(&figures, &fitted, arguments.svg_quotes)?)?;
    }
    if let Some(path) = &arguments.html {
        save(path, &page(arguments, &figures, &fitted)?)?;
    }
    if arguments.json {
        return output::print(&pretty(&json::object(&figures, &fitted))?);
    }
    output::print(&figures.text())
}

/// Writes a file.
pub(crate) fn save(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| Failure::other(format!("{}: {error}", path.display())))
}

fn page(arguments: &Arguments, figures: &Figures, fitted: &surface::Fitted) -> Result<String, Failure> {
    let mut parts = vec![Part::Picture {
        text: "Volatility smile of each expiry and the surface as a heat map".to_owned(),
        svg: pictures::sheet(figures, fitted, arguments.svg_quotes)?,
    }];
    for (title, table) in figures.tables() {
        let mut rows = table.into_iter();
        let header = rows.next().unwrap_or_default();
        parts.push(Part::Table { title: title.to_owned(), header, rows: rows.collect() });
    }
    let file = arguments.chain.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let page = Page { title: format!("Volatility surface: {file}"), lead: figures.lead(), parts };
    Ok(page.html())
}
