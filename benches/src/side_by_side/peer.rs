//! Peers: scripts and programs that do the same work in another library.
//!
//! A peer prints one line of JSON: `peer`, `version`, `seconds` (a list) and what
//! came out, or `missing` when its library is not installed.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::Failure;
use super::timing::Samples;

/// What a peer printed.
pub(super) struct Answer(Value);

impl Answer {
    /// Name and version.
    pub(super) fn name(&self) -> String {
        let text = |key: &str| self.0.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        format!("{} {}", text("peer"), text("version"))
    }

    /// Its times.
    pub(super) fn samples(&self) -> Result<Samples, Failure> {
        self.list("seconds").map(|seconds| Samples::from_seconds(&seconds))
    }

    /// Fills and final equity.
    pub(super) fn result(&self) -> Result<(usize, f64), Failure> {
        Ok((self.number("fills")? as usize, self.number("equity")?))
    }

    /// A number by its name.
    pub(super) fn number(&self, key: &str) -> Result<f64, Failure> {
        self.0.get(key).and_then(Value::as_f64).ok_or_else(|| format!("a peer gave no `{key}`: {}", self.0).into())
    }

    /// A list of numbers; the name may be a path such as `/seconds/sma`.
    pub(super) fn list(&self, key: &str) -> Result<Vec<f64>, Failure> {
        let found = if key.starts_with('/') { self.0.pointer(key) } else { self.0.get(key) };
        let list = found.and_then(Value::as_array).ok_or_else(|| format!("a peer gave no `{key}`"))?;
        Ok(list.iter().filter_map(Value::as_f64).collect())
    }
}

/// Runs a script with each interpreter until one has the library; `None` when none has it.
pub(super) fn python(script: &Path, arguments: &[&str]) -> Result<Option<Answer>, Failure> {
    for interpreter in interpreters() {
        let mut command = Command::new(&interpreter);
        command.arg(script).args(arguments).env("PYTHONDONTWRITEBYTECODE", "1");
        let Ok(output) = command.output() else { continue };
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            let last = text.trim_end().lines().last().unwrap_or("no message");
            return Err(format!("{}: {last}", script.display()).into());
        }
        let answer = last_line(&output.stdout)?;
        if answer.get("missing").is_none() {
            return Ok(Some(Answer(answer)));
        }
    }
    Ok(None)
}

/// The interpreters to look into.
pub(super) fn interpreters() -> Vec<String> {
    let named = std::env::var("SIDE_BY_SIDE_PYTHONS").unwrap_or_default();
    let list: Vec<String> = named.split(':').filter(|p| !p.is_empty()).map(str::to_owned).collect();
    if list.is_empty() { vec!["python3".to_owned()] } else { list }
}

/// Runs the NautilusTrader program on W1's CSV; `None` when there is none.
pub(super) fn nautilus(csv: &Path, bars: usize, repetitions: usize, trades: bool) -> Result<Option<Answer>, Failure> {
    let Some(program) = nautilus_program() else { return Ok(None) };
    let mut command = Command::new(&program);
    command.arg(csv).args([bars.to_string(), repetitions.to_string()]);
    if !trades {
        command.env("NOTRADE", "1");
    }
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim_end()).into());
    }
    let mut answer = last_line(&output.stdout)?;
    // It prints the median only.
    let seconds = answer.get("run_s").cloned().unwrap_or_default();
    answer["seconds"] = Value::Array(vec![seconds]);
    Ok(Some(Answer(answer)))
}

/// The NautilusTrader program, if one is named.
pub(super) fn nautilus_program() -> Option<String> {
    std::env::var("SIDE_BY_SIDE_NAUTILUS").ok().filter(|p| !p.is_empty())
}

fn last_line(output: &[u8]) -> Result<Value, Failure> {
    let text = String::from_utf8_lossy(output);
    let line = text.lines().rev().find(|l| l.starts_with('{')).ok_or("a peer printed nothing")?;
    Ok(serde_json::from_str(line)?)
}
