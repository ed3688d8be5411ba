//! Numerical parts that several analytics share.
//!
//! Numbers in, numbers out; nothing of markets. The same input gives the same
//! bits on every machine: only + - * / and square roots of the hardware, and
//! `libm` for the rest; no fused multiply-add.

pub mod chebyshev;
pub mod lanes;
pub mod mills;
pub mod normal;
pub mod quadrature;
pub mod roots;
