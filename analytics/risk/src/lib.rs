//! Performance and risk statistics over plain slices.
