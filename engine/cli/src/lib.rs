//! The engine command: a library main(Registry) and the binary.
