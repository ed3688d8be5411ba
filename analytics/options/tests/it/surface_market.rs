//! Made-up chains with a seed: an arbitrage-free SSVI surface (Gatheral and Jacquier 2014), quoted with spreads and noise.

use options::chain::{Quote, Style};
use options::svi::Svi;
use options::{European, OptionType};

pub(crate) struct Made {
    pub seed: u64,
    pub spot: f64,
    pub rate: f64,
    pub dividend_yield: f64,
    pub years: Vec<f64>,
    /// Strikes reach this many deviations to both sides, `strikes` of them.
    pub reach: f64,
    pub strikes: i32,
    /// Half of the spread, as a volatility.
    pub half_spread: f64,
    /// Noise on the volatility of each quote, uniform within plus and minus this.
    pub noise: f64,
}

impl Default for Made {
    fn default() -> Self {
        Self {
            seed: 7,
            spot: 100.0,
            rate: 0.03,
            dividend_yield: 0.01,
            years: vec![0.05, 0.15, 0.4, 1.0, 2.0],
            reach: 2.0,
            strikes: 21,
            half_spread: 0.003,
            noise: 0.0,
        }
    }
}

pub(crate) const STYLE: Style = Style::European;

/// Numbers from 0 to 1 (splitmix64).
pub(crate) struct Random(pub u64);

impl Random {
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl Made {
    pub(crate) fn forward(&self, years: f64) -> f64 {
        self.spot * ((self.rate - self.dividend_yield) * years).exp()
    }

    /// The true smile: SSVI with theta = 0.04 T (rising to 0.05 T), rho = -0.4, phi = 0.9 / sqrt(theta (1 + theta)).
    pub(crate) fn smile(&self, years: f64) -> Svi {
        let theta = (0.05 - 0.01 * (-years).exp()) * years;
        let (rho, phi) = (-0.4_f64, 0.9 / (theta * (1.0 + theta)).sqrt());
        let root = (1.0 - rho * rho).sqrt();
        Svi { a: 0.5 * theta * root * root, b: 0.5 * theta * phi, rho, m: -rho / phi, sigma: root / phi }
    }

    pub(crate) fn price(&self, kind: OptionType, strike: f64, years: f64, volatility: f64) -> f64 {
        let Self { spot, rate, dividend_yield, .. } = *self;
        European { kind, spot, strike, years, rate, dividend_yield, volatility }.price().expect("valid")
    }

    pub(crate) fn chain(&self) -> Vec<Quote> {
        let mut random = Random(self.seed);
        let mut chain = Vec::new();
        for &years in &self.years {
            let smile = self.smile(years);
            let deviation = smile.total_variance(0.0).sqrt();
            for i in 0..self.strikes {
                let z = self.reach * (2.0 * f64::from(i) / f64::from(self.strikes - 1) - 1.0);
                let strike = self.forward(years) * (z * deviation).exp();
                let k = (strike / self.forward(years)).ln();
                let volatility = (smile.total_variance(k) / years).sqrt() + self.noise * (2.0 * random.next() - 1.0);
                for kind in [OptionType::Call, OptionType::Put] {
                    let mid = self.price(kind, strike, years, volatility);
                    let half = self.price(kind, strike, years, volatility + self.half_spread) - mid;
                    let half = half.min(0.9 * mid);
                    chain.push(Quote::new(years, strike, kind, Some(mid - half), Some(mid + half)));
                }
            }
        }
        chain
    }
}
