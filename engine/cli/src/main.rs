//! The `engine` binary: every command over the strategies of this workspace.

fn main() -> std::process::ExitCode {
    engine_cli::main(strategies::registry())
}
