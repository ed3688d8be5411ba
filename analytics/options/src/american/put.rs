//! The one option that is computed: a put on a strike of 1. The rest is scale
//! and symmetry.

/// A put, in units of its strike; years, rates and volatility as in [`super::American`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Put {
    /// Spot over strike.
    pub(super) spot: f64,
    pub(super) years: f64,
    pub(super) rate: f64,
    pub(super) dividend_yield: f64,
    pub(super) volatility: f64,
}

/// Where early exercise can be worth it, given rate and yield.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Region {
    /// Nowhere: the price is the European one.
    Never,
    /// Below a critical price.
    Below,
    /// Between two critical prices: the strike earns nothing, the underlying costs more to hold.
    Between,
}

impl Put {
    /// Where exercise can pay: just before expiry it does where the interest on
    /// the strike exceeds the yield, `rate > dividend_yield * spot`, below the
    /// strike (Andersen and Lake 2021, "Fast American option pricing: the
    /// double-boundary case", table 1).
    pub(super) fn region(&self) -> Region {
        let (r, q) = (self.rate, self.dividend_yield);
        if r > 0.0 || (r == 0.0 && q < 0.0) {
            Region::Below
        } else if q < r {
            Region::Between
        } else {
            Region::Never
        }
    }

    /// The critical price just before expiry, of a put that is exercised below one.
    pub(super) fn boundary_at_expiry(&self) -> f64 {
        let (r, q) = (self.rate, self.dividend_yield);
        if q > r { r / q } else { 1.0 }
    }

    /// The critical price with no expiry, which bounds all others from below
    /// (Merton 1973; McKean 1965): `x / (x - 1)` where x is the negative root of
    /// `s^2/2 x^2 + (r - q - s^2/2) x - r`.
    pub(super) fn boundary_without_expiry(&self) -> f64 {
        let variance = self.volatility * self.volatility;
        let slope = self.rate - self.dividend_yield - 0.5 * variance;
        let root = (slope * slope + 2.0 * variance * self.rate).sqrt();
        // -x variance: of the two forms the one that does not cancel.
        let below = if slope >= 0.0 { slope + root } else { 2.0 * variance * self.rate / (root - slope) };
        below / (below + variance)
    }

    /// How fast the boundary settles to the one without expiry, per year:
    /// differences fade as `e^(-speed * years)`.
    pub(super) fn settling_speed(&self) -> f64 {
        let slope = (self.rate - self.dividend_yield) / self.volatility - 0.5 * self.volatility;
        self.rate + 0.5 * slope * slope
    }
}
