//! A TOML file and a registry in, a run out.
