//! Compiles every schema under `schema/opend` to Rust, without `protoc`.

use std::error::Error;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let schema = Path::new("schema/opend");
    println!("cargo::rerun-if-changed=schema/opend");
    let mut files = Vec::<PathBuf>::new();
    for entry in std::fs::read_dir(schema)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "proto") {
            files.push(path);
        }
    }
    files.sort();
    let set = protox::compile(&files, [schema])?;
    let mut config = prost_build::Config::new();
    config.include_file("opend.rs");
    config.compile_fds(set)?;
    Ok(())
}
