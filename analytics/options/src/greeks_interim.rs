//! Greeks of a European option until `European::greeks` is in the tree.

use numeric::normal;

use crate::{European, Greeks, OptionError};

impl European {
    /// Price and Greeks.
    ///
    /// # Errors
    /// As [`European::price`].
    pub fn greeks(&self) -> Result<Greeks, OptionError> {
        let price = self.price()?;
        let sign = self.kind.sign();
        let (eq, er) = (libm::exp(-self.dividend_yield * self.years), libm::exp(-self.rate * self.years));
        let (s, k) = (self.spot * eq, self.strike * er);
        let root = self.years.sqrt();
        let dev = self.volatility * root;
        if dev == 0.0 {
            let on = if sign * (s - k) > 0.0 { 1.0 } else { 0.0 };
            return Ok(Greeks {
                price,
                delta: sign * on * eq,
                theta: on * sign * (self.dividend_yield * s - self.rate * k),
                rho: on * sign * k * self.years,
                rho_q: -on * sign * s * self.years,
                ..Greeks::default()
            });
        }
        let d1 = libm::log(s / k) / dev + 0.5 * dev;
        let d2 = d1 - dev;
        let pdf = libm::exp(-0.5 * d1 * d1) / (2.0 * std::f64::consts::PI).sqrt();
        let (n1, n2) = (normal::cdf(sign * d1), normal::cdf(sign * d2));
        let vega = s * pdf * root;
        Ok(Greeks {
            price,
            delta: sign * eq * n1,
            gamma: eq * pdf / (self.spot * dev),
            vega,
            theta: -s * pdf * self.volatility / (2.0 * root)
                + sign * (self.dividend_yield * s * n1 - self.rate * k * n2),
            rho: sign * k * self.years * n2,
            vanna: -eq * pdf * d2 / self.volatility,
            volga: vega * d1 * d2 / self.volatility,
            charm: sign * self.dividend_yield * eq * n1
                - eq * pdf * (2.0 * (self.rate - self.dividend_yield) * self.years - d2 * dev)
                    / (2.0 * self.years * dev),
            rho_q: -sign * s * self.years * n1,
        })
    }
}
