//! `engine init [PATH]`: a config to start from, with the data it needs.

use std::path::{Path, PathBuf};

use clap::Args;
use engine_core::registry::Registry;
use engine_run::config::schema;

use crate::failure::Failure;
use crate::output;

/// The shipped config that it is made of, and where its data stand there.
const CONFIG: &str = include_str!("../../../configs/macd.toml");
const SHIPPED: &str = "../data/us_daily/AAPL.csv";
const SCHEMA: &str = "engine.schema.json";
const DATA: [(&str, &str); 3] = [
    ("data/AAPL.csv", include_str!("../../../data/us_daily/AAPL.csv")),
    ("data/AAPL.csv.toml", include_str!("../../../data/us_daily/AAPL.csv.toml")),
    ("data/AAPL.actions.csv", include_str!("../../../data/us_daily/AAPL.actions.csv")),
];

/// Write a commented config to start from, with sample data
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine init my-research\n  engine init first.toml\n\nThen: engine backtest my-research/run.toml"
)]
pub(crate) struct Arguments {
    /// A folder, or a file that ends in .toml [default: run.toml here]
    path: Option<PathBuf>,
    /// Overwrite what is there
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(arguments: &Arguments, registry: &Registry) -> Result<(), Failure> {
    let given = arguments.path.clone().unwrap_or_else(|| PathBuf::from("."));
    let is_file = given.extension().is_some_and(|e| e == "toml") && !given.is_dir();
    let config = if is_file { given } else { given.join("run.toml") };
    let folder = config.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let schema = serde_json::to_string_pretty(&schema(registry)).map_err(Failure::other)? + "\n";
    let mut files = vec![(config.clone(), starter(&config)), (folder.join(SCHEMA), schema)];
    files.extend(DATA.map(|(name, text)| (folder.join(name), text.to_owned())));
    // What is there with the same content stays; anything else is the user's.
    files.retain(|(path, text)| std::fs::read_to_string(path).ok().as_deref() != Some(text.as_str()));
    let there: Vec<String> = files
        .iter()
        .filter(|(path, _)| path.symlink_metadata().is_ok())
        .map(|(p, _)| p.display().to_string())
        .collect();
    if !arguments.force && !there.is_empty() {
        let list = there.join(", ");
        return Err(Failure::input(format!("{list}: exists already; name another place, or overwrite with --force")));
    }
    for (path, text) in &files {
        let failed = |e: std::io::Error| Failure::other(format!("{}: cannot write: {e}", path.display()));
        if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        std::fs::write(path, text).map_err(failed)?;
    }
    let mut text: String = files.iter().map(|(path, _)| format!("wrote {}\n", path.display())).collect();
    text.push_str(&format!("next: engine backtest {}\n", config.display()));
    output::print(&text)
}

/// The shipped config with its data beside it, and the line that editors look for.
fn starter(config: &Path) -> String {
    let name = config.file_name().map_or_else(|| "run.toml".to_owned(), |n| n.to_string_lossy().into_owned());
    let text = CONFIG.replace(SHIPPED, "data/AAPL.csv").replace("configs/macd.toml", &name);
    format!(
        "#:schema ./{SCHEMA}\n# The line above tells editors that know TOML schemas where this config's keys,\n\
         # ranges and defaults are described (`engine config schema` writes it anew).\n#\n{text}"
    )
}
