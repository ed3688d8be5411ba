//! `engine risk ...`: value at risk, portfolios at a glance, stress tables, Kelly fractions.

mod book;
mod history;
mod holdings;
mod kelly;
mod methods;
mod portfolio;
mod stress;
mod var;
mod var_figures;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::failure::Failure;

/// Risk of portfolios: VaR, exposures, stress tables, Kelly fractions
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Example:\n  engine risk var docs/samples/portfolio.toml\n\nLosses are positive, money is in the portfolio's currency, rates and weights are fractions. The\nformat of a portfolio's TOML and every definition: docs/risk.md."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Var(var::Arguments),
    Portfolio(portfolio::Arguments),
    Stress(stress::Arguments),
    Kelly(kelly::Arguments),
}

/// How an answer is shown.
#[derive(Debug, Args)]
struct Show {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write a picture
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write picture and tables as one page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// A titled table, its first row the header.
struct Table {
    title: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new(title: &str, header: &[&str]) -> Self {
        Self { title: title.to_owned(), rows: vec![header.iter().map(|h| (*h).to_owned()).collect()] }
    }

    fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }
}

/// What a command found: tables, notes, JSON and, where there is one, a picture.
struct Answer {
    title: String,
    tables: Vec<Table>,
    notes: Vec<String>,
    json: serde_json::Value,
    picture: Option<(String, engine_report::picture::Panel)>,
}

impl Show {
    /// Writes what was asked for.
    fn answer(&self, answer: Answer) -> Result<(), Failure> {
        use crate::options::answer::{aligned, pretty};
        use crate::options::surface::save;
        use engine_report::picture::{Page, Part, single};
        let drawn =
            |text: &str, panel| single(panel, 1000, 460).map(|svg| (text.to_owned(), svg)).map_err(Failure::other);
        let picture = match &answer.picture {
            Some((text, panel)) if self.svg.is_some() || self.html.is_some() => Some(drawn(text, panel)?),
            _ => None,
        };
        if let (Some(path), Some((_, svg))) = (&self.svg, &picture) {
            save(path, svg)?;
        }
        if let Some(path) = &self.html {
            let mut parts: Vec<Part> =
                picture.iter().map(|(text, svg)| Part::Picture { text: text.clone(), svg: svg.clone() }).collect();
            for table in &answer.tables {
                let mut rows = table.rows.clone().into_iter();
                let header = rows.next().unwrap_or_default();
                parts.push(Part::Table { title: table.title.clone(), header, rows: rows.collect() });
            }
            parts.extend(answer.notes.iter().cloned().map(Part::Text));
            let page = Page { title: answer.title.clone(), lead: String::new(), parts };
            save(path, &page.html())?;
        }
        if self.json {
            return crate::output::print(&pretty(&answer.json)?);
        }
        let mut text = format!("{}\n", answer.title);
        for table in &answer.tables {
            text.push_str(&format!("\n{}\n{}", table.title.to_uppercase(), aligned(&table.rows)));
        }
        if !answer.notes.is_empty() {
            text.push('\n');
        }
        for note in &answer.notes {
            text.push_str(&crate::output::wrap(note, 96, ""));
        }
        crate::output::print(&text)
    }
}

/// Two decimals and separated thousands.
fn money(value: f64) -> String {
    engine_report::picture::Axis::default().decimals(2).number(value)
}

/// A fraction as percent with two decimals.
fn percent(value: f64) -> String {
    engine_report::picture::Axis::default().percent(2).number(value)
}

/// Four decimals.
fn plain(value: f64) -> String {
    engine_report::picture::Axis::default().decimals(4).number(value)
}

/// `none` where there is none.
fn maybe(value: Option<f64>, show: fn(f64) -> String) -> String {
    value.map_or_else(|| "none".to_owned(), show)
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Var(arguments) => var::run(arguments),
        Command::Portfolio(arguments) => portfolio::run(arguments),
        Command::Stress(arguments) => stress::run(arguments),
        Command::Kelly(arguments) => kelly::run(arguments),
    }
}
