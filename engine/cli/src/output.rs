//! Text to standard output and standard error. A closed pipe ends a command
//! quietly: whoever reads has had enough.

use std::io::{ErrorKind, IsTerminal, Write};

use engine_data::DataError;

use crate::failure::Failure;

/// Writes to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(Failure::other(format!("standard output: {e}"))),
        _ => Ok(()),
    }
}

/// Writes a line to standard error, as far as it takes it.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// What became of writing a result: a closed pipe is fine, the rest a failure.
pub(crate) fn written(result: Result<(), DataError>) -> Result<(), Failure> {
    match result {
        Err(e) if e.source.as_ref().is_some_and(|s| s.kind() == ErrorKind::BrokenPipe) => Ok(()),
        Err(e) => Err(Failure::other(e)),
        Ok(()) => Ok(()),
    }
}

/// True when standard output takes colours.
pub(crate) fn color() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
    std::io::stdout().is_terminal() && !set("NO_COLOR") && !dumb
}

/// Lines of at most `width` characters, broken at blanks, each after `indent`.
pub(crate) fn wrap(text: &str, width: usize, indent: &str) -> String {
    let mut out = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let length = indent.len() + line.chars().count() + 1 + word.chars().count();
        if !line.is_empty() && length > width {
            out.push_str(&format!("{indent}{line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        out.push_str(&format!("{indent}{line}\n"));
    }
    out
}
