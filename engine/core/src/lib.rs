//! Vocabulary, deterministic kernel, simulated exchange and portfolio.
