//! Whole processes: how long they run and how much memory they take at their peak.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::Failure;
use super::timing::time;

/// Time from start to end; the output is thrown away.
pub(super) fn wall(command: &mut Command) -> Result<Duration, Failure> {
    let (took, status) = time(|| command.stdout(Stdio::null()).stderr(Stdio::null()).status());
    if status?.success() { Ok(took) } else { Err(format!("{command:?} failed").into()) }
}

/// Standard output of a program that must succeed.
pub(super) fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command.output()?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{:?}: {}", command.get_program(), text.trim_end()).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Fills and final equity of a `summary.json`.
pub(super) fn figures(summary: &str) -> Result<(usize, f64), Failure> {
    let summary: Value = serde_json::from_str(summary).map_err(|e| format!("the program's summary: {e}"))?;
    let number = |key: &str| {
        let found = summary.get(key).and_then(Value::as_f64);
        found.ok_or_else(|| format!("the program's summary has no `{key}`"))
    };
    Ok((number("fills")? as usize, number("final_equity")?))
}

/// Peak memory of this process so far, MB of a million bytes; `None` where the
/// system does not tell.
pub(super) fn own_peak_mb() -> Option<f64> {
    peak_in(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// Peak memory of a program, looked up every millisecond while it runs.
pub(super) fn peak_mb(command: &mut Command) -> Result<f64, Failure> {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let file = format!("/proc/{}/status", child.id());
    let mut peak = 0.0;
    loop {
        if let Some(now) = std::fs::read_to_string(&file).ok().as_deref().and_then(peak_in) {
            peak = now;
        }
        if let Some(status) = child.try_wait()? {
            return if status.success() { Ok(peak) } else { Err(format!("{command:?} failed").into()) };
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn peak_in(status: &str) -> Option<f64> {
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1_024.0 / 1e6)
}

/// The config of a run over the same prices in Parquet, brought there by the engine's own import;
/// `config` has the whole contract of `csv` under `[[data]]`.
pub(super) fn in_parquet(engine: &Path, csv: &Path, config: &str) -> Result<PathBuf, Failure> {
    let inline =
        config.split_once("[[data]]").and_then(|(_, rest)| rest.split_once("\n\n")).map_or("", |(keys, _)| keys);
    let contract: Vec<&str> = inline.lines().filter(|line| !line.starts_with("file")).collect();
    std::fs::write(csv.with_extension("csv.toml"), contract.join("\n"))?;
    let folder = csv.with_extension("parquet.d");
    let _ = std::fs::remove_dir_all(&folder);
    let import = ["data", "import", "--parquet", "--yes", "--symbol", "SIM.WALK", "-o"];
    output(Command::new(engine).args(import).arg(&folder).arg(csv))?;
    std::fs::remove_file(csv.with_extension("csv.toml"))?;
    let files = std::fs::read_dir(&folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let file = files.into_iter().find(|path| path.extension().is_some_and(|e| e == "parquet"));
    let file = file.ok_or("engine data import wrote no Parquet file")?;
    let path = folder.join("run.toml");
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    std::fs::write(&path, config.replace(inline, &format!("\nfile = \"{name}\"")))?;
    Ok(path)
}
