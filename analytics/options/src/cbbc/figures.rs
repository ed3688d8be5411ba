//! What a contract's price says.

use super::{Category, Cbbc, State};
use crate::error::positive;
use crate::warrant::{DAYS_PER_YEAR, ProductError};

/// The figures of a contract at a price and spot. Fractions, not percent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CbbcFigures {
    /// Whether it still trades, judged by this spot alone; see [`Cbbc::state`] for a
    /// contract that may have been called before.
    pub state: State,
    /// With or without residual value.
    pub category: Category,
    /// From spot to the call price, in the underlying's currency: above 0 while alive, 0 at the
    /// call price, below 0 beyond it.
    pub distance_to_call: f64,
    /// The same as a fraction of spot.
    pub distance_to_call_fraction: f64,
    /// Between call price and strike, in the underlying's currency: 0 for category N.
    pub call_to_strike: f64,
    /// Distance from strike to spot for one contract, in its currency, 0 or more.
    pub intrinsic: f64,
    /// What holds only while it trades; none once it is called.
    pub trading: Option<CbbcTrading>,
}

/// Figures of a contract that trades.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CbbcTrading {
    /// Price for one unit of the underlying, in its currency: price * conversion ratio / exchange rate.
    pub price_per_share: f64,
    /// Price less intrinsic, for one contract in its currency: what is paid for funding. Below 0
    /// at a discount (dividends to come, or a bear contract at high rates).
    pub funding: f64,
    /// Funding for one calendar day; none at expiry.
    pub funding_per_day: Option<f64>,
    /// Funding per share over strike, per year: the simple rate the price implies; none at expiry.
    pub funding_rate: Option<f64>,
    /// Funding as a fraction of spot, for a share: bull (strike + price per share) / spot - 1; bear
    /// 1 - (strike - price per share) / spot.
    pub premium: f64,
    /// Spot / price per share. Delta is near 1 away from the call price, so this is also about the
    /// percent the contract moves for one percent of the underlying.
    pub gearing: f64,
    /// Where the buyer breaks even at expiry: strike plus (bull) or less (bear) price per share.
    pub breakeven: f64,
}

impl Cbbc {
    /// All figures of this contract at `price` (of one contract) and `spot`.
    ///
    /// The price is not read when spot is at or beyond the call price: the contract no
    /// longer trades, and its last price means nothing.
    ///
    /// # Errors
    /// Names the argument that is not finite and above 0.
    pub fn figures(&self, price: f64, spot: f64) -> Result<CbbcFigures, ProductError> {
        positive("spot", spot)?;
        let sign = self.direction.sign();
        let state = self.state(spot)?;
        let distance_to_call = sign * (spot - self.call_price);
        let intrinsic = self.intrinsic(spot);
        let trading = match state {
            State::Called => None,
            State::Live | State::Expired => Some(self.trading(price, spot, intrinsic)?),
        };
        Ok(CbbcFigures {
            state,
            category: self.category(),
            distance_to_call,
            distance_to_call_fraction: distance_to_call / spot,
            call_to_strike: (self.call_price - self.strike).abs(),
            intrinsic,
            trading,
        })
    }

    fn trading(&self, price: f64, spot: f64, intrinsic: f64) -> Result<CbbcTrading, ProductError> {
        let sign = self.direction.sign();
        let price_per_share = self.per_share(price)?;
        let funding = price - intrinsic;
        let per_share = funding * self.conversion_ratio / self.exchange_rate;
        let alive = self.years > 0.0;
        let breakeven = self.strike + sign * price_per_share;
        Ok(CbbcTrading {
            price_per_share,
            funding,
            funding_per_day: alive.then(|| funding / (self.years * DAYS_PER_YEAR)),
            funding_rate: alive.then(|| per_share / (self.strike * self.years)),
            premium: sign * (breakeven - spot) / spot,
            gearing: spot / price_per_share,
            breakeven,
        })
    }
}
