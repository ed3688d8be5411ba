//! `engine sweep CONFIG`.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::Args;
use engine_core::registry::Registry;
use engine_run::Config;
use engine_run::sweep::{Consent, Sweep, SweepFolder, SweepProgress, span};
use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output;

/// Run a backtest for every combination of the parameters in [sweep]
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine sweep configs/macd_sweep.toml\n  engine sweep configs/macd_sweep.toml --set sweep.rank=calmar --threads 2 --top 20\n  engine sweep --resume runs/20261121T141500Z-macd-sweep\n\nCtrl-C keeps the cells that are done; --resume goes on with the rest and gives the\nsame digest."
)]
pub(crate) struct Arguments {
    /// The run config, with a [sweep] section
    #[arg(required_unless_present = "resume", conflicts_with = "resume")]
    config: Option<PathBuf>,
    /// Override a key of the config; entries of lists by number
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE", conflicts_with = "resume")]
    set: Vec<String>,
    /// Go on with a sweep that was stopped
    #[arg(long, value_name = "DIR")]
    resume: Option<PathBuf>,
    /// The folder [default: runs/<UTC time>-<name>]
    #[arg(long, value_name = "DIR", conflicts_with = "resume")]
    out: Option<PathBuf>,
    /// Threads [default: one per core]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Cells in the top table
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    top: u16,
    /// Start a sweep of more than a million combinations, with --limit
    #[arg(long)]
    yes: bool,
    /// Most combinations that --yes allows
    #[arg(long, value_name = "COMBINATIONS")]
    limit: Option<u64>,
    /// Print sweep.json instead of the table
    #[arg(long)]
    json: bool,
    /// Write the results as CSV too
    #[arg(long)]
    csv: bool,
    /// Leave report.html out
    #[arg(long)]
    no_report: bool,
}

pub(crate) fn run(arguments: &Arguments, registry: &Registry) -> Result<(), Failure> {
    let (folder, mut sweep) = match (&arguments.resume, &arguments.config) {
        (Some(folder), _) => SweepFolder::resume(folder, registry)?,
        (None, Some(path)) => {
            let config = Config::read(path, &arguments.set, registry)?;
            let consent = Consent { yes: arguments.yes, limit: arguments.limit };
            let sweep = Sweep::prepare(config, registry, consent)?;
            (SweepFolder::create(&sweep, arguments.out.as_deref())?, sweep)
        }
        (None, None) => return Err(Failure::input("CONFIG or --resume is missing")),
    };
    let interrupt = Interrupt::listen();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = arguments.threads.map_or(cores, usize::from);
    let mut bar = Bar::new(&sweep);
    let ran = sweep.run(registry, threads, interrupt.flag(), Some(&folder), &mut |p| bar.show(p));
    drop(bar);
    ran?;
    let report = sweep.report(registry, usize::from(arguments.top));
    let place = folder.path.display();
    let summary = folder.finish(&sweep, &report, arguments.csv, !arguments.no_report)?;
    if arguments.json {
        output::note(&format!("sweep folder {place}"));
        let text = serde_json::to_string_pretty(&summary).map_err(Failure::other)?;
        output::print(&format!("{text}\n"))?;
    } else {
        output::print(&engine_report::sweep::terminal(&report))?;
        output::print(&format!("folder      {place}\n"))?;
    }
    match interrupt.code() {
        Some(code) if !sweep.is_complete() => {
            let pending = sweep.counts().pending;
            let message = format!("stopped with {pending} cells left; go on with: engine sweep --resume {place}");
            Err(Failure::with_code(code, message))
        }
        _ => Ok(()),
    }
}

/// A bar with rate and time left on standard error, when it is a terminal.
struct Bar(Option<ProgressBar>);

impl Bar {
    fn new(sweep: &Sweep) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::new(sweep.len() as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} cells  {wide_msg}") {
            bar.set_style(style);
        }
        Self(Some(bar))
    }

    fn show(&mut self, p: &SweepProgress) {
        let Some(bar) = &self.0 else { return };
        bar.set_position(p.done as u64);
        let left = p.left.map_or(String::new(), |left| format!(", {} left", span(left)));
        let bad = if p.not_run > 0 { format!(", {} without a result", p.not_run) } else { String::new() };
        bar.set_message(format!("{:.0}/s{left}{bad}", p.rate));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
