//! Randomness comes from the caller, so that a session is a function of its inputs.

use ::rsa::rand_core::{CryptoRng, Error, RngCore, impls};

/// A source of random bytes.
///
/// Outside tests it must be fit for keys: the operating system's, or a generator seeded from it. It must not give
/// only zeros or only ones: RSA padding draws until a byte is not zero, blinding until a number is below the modulus.
pub trait Random {
    /// Fills `out` with random bytes.
    fn fill(&mut self, out: &mut [u8]);
}

impl<F: FnMut(&mut [u8])> Random for F {
    fn fill(&mut self, out: &mut [u8]) {
        self(out);
    }
}

/// The same source, as the RSA crate wants it.
pub(super) struct Rng<'a>(pub(super) &'a mut dyn Random);

impl RngCore for Rng<'_> {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        self.0.fill(dest);
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}

impl CryptoRng for Rng<'_> {}
