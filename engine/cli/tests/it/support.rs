//! The program, and folders to run it in.

use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// The program, in a folder.
pub(crate) fn engine(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("engine").expect("the program is built");
    command.current_dir(folder).args(arguments);
    command
}

/// Exit code, standard output, standard error.
pub(crate) fn outcome(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command.output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A folder of the workspace.
pub(crate) fn workspace(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(relative)
}

/// A config of two years of AAPL, with its data, in a new folder.
pub(crate) fn folder_with_config() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["AAPL.csv", "AAPL.csv.toml", "AAPL.actions.csv"] {
        let from = workspace("data/us_daily").join(name);
        std::fs::copy(from, folder.path().join(name)).expect("a copy");
    }
    let config = "[run]\nname = \"two-years\"\nstart = \"2005-01-01\"\nend = \"2006-12-31\"\n\
                  [[data]]\nsymbol = \"US.AAPL\"\nfile = \"AAPL.csv\"\n\
                  [strategy]\nname = \"macd\"\n[costs]\nrate = 0.001\n[benchmark]\nsymbol = \"US.AAPL\"\n";
    std::fs::write(folder.path().join("run.toml"), config).expect("written");
    folder
}
