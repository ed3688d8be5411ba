//! Technical indicators, incremental and batch, bit-identical to each other.
