//! Numerical parts that several analytics share.
//!
//! Numbers in, numbers out; nothing of markets. The same input gives the same
//! bits on every machine: only + - * / and square roots of the hardware, and
//! `libm` for the rest; no fused multiply-add.

pub mod beta;
pub mod chebyshev;
pub mod gaussian;
pub mod growth;
pub mod lanes;
pub mod mills;
pub mod minima;
pub mod normal;
pub mod quadrature;
pub mod random;
pub mod roots;
pub mod sobol;
pub mod student;
