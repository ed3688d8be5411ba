//! Runs ours beside the installed peers; see `benches/README.md`.

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    benches::side_by_side::main(&arguments)
}
