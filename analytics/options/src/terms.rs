//! The terms that options of every style share.

/// The right to buy or to sell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OptionType {
    /// The right to buy at the strike.
    Call,
    /// The right to sell at the strike.
    Put,
}

impl OptionType {
    /// 1 for a call, -1 for a put: the payoff is `max(sign * (spot - strike), 0)`.
    #[must_use]
    pub fn sign(self) -> f64 {
        match self {
            Self::Call => 1.0,
            Self::Put => -1.0,
        }
    }
}
