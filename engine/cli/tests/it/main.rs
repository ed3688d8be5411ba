//! The `engine` command as a user sees it: output, files, exit codes.

mod backtest;
mod data;
mod indicators;
mod init;
mod options;
mod options_golden;
mod risk;
mod simulate_orders;
mod small_commands;
mod stats_tables;
mod support;
mod sweep;
mod synthetic;
