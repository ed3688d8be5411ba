//! The reference price of an ex-date: where the limits of that day are measured from.

use crate::exact::{Round, scaled};
use crate::fixed::{Price, Rate, SCALE};

/// What a share gives on an ex-date, each per old share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExRights {
    /// Cash dividend, before tax; zero or above.
    pub cash: Price,
    /// New shares out of profits; zero or above.
    pub bonus: Rate,
    /// New shares out of reserves; zero or above.
    pub transfer: Rate,
    /// Shares that may be bought; zero or above.
    pub rights: Rate,
    /// What each of them costs.
    pub rights_price: Price,
}

impl ExRights {
    /// `(close - cash + rights price x rights) / (1 + bonus + transfer + rights)`,
    /// rounded half up to `step` (above zero). `None` where nothing above zero
    /// comes of it.
    ///
    /// The formula of the Shanghai and Shenzhen exchanges (trading rules, section
    /// on ex-rights and ex-dividend).
    #[must_use]
    pub fn reference(&self, close: Price, step: Price) -> Option<Price> {
        let scale = i128::from(Rate::SCALE);
        let cash_part = i128::from(close.units() - self.cash.units()) * scale;
        // At 1e-8 x 1e-12.
        let above = cash_part + i128::from(self.rights_price.units()) * i128::from(self.rights.units());
        let below =
            scale + [self.bonus, self.transfer, self.rights].iter().map(|r| i128::from(r.units())).sum::<i128>();
        if above <= 0 || step <= Price::ZERO {
            return None;
        }
        let steps = scaled(above, 1, below * i128::from(step.units()), Round::HalfUp);
        let units = i64::try_from(steps).ok()?.checked_mul(step.units())?;
        (units > 0).then(|| Price::from_units(units))
    }

    /// By how much positions grow without payment: `1 + bonus + transfer`, in
    /// shares at 1e-8 per old share.
    #[must_use]
    pub fn growth(&self) -> i64 {
        SCALE + (self.bonus.units() + self.transfer.units()) / (Rate::SCALE / SCALE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_price_of_an_ex_date() {
        let p = |text: &str| text.parse::<Price>().expect("a price");
        let r = |x: f64| Rate::from_f64(x).expect("a rate");
        let none = ExRights::default();
        // close, what is given, reference; worked by hand
        let cases = [
            // Nothing: the close itself.
            ("10.00", none, "10.00"),
            // Cash of 2.38 on ten shares: 15.80 - 0.238 = 15.562
            ("15.80", ExRights { cash: p("0.238"), ..none }, "15.56"),
            // Ten for ten: 20.01 / 2 = 10.005, the half goes up
            ("20.01", ExRights { transfer: r(1.0), ..none }, "10.01"),
            // Cash 0.30, bonus 0.35, transfer 0.5, rights 0.1 at 16:
            // (60 - 0.3 + 1.6) / 1.95 = 61.3 / 1.95 = 31.43589...
            (
                "60.00",
                ExRights { cash: p("0.30"), bonus: r(0.35), transfer: r(0.5), rights: r(0.1), rights_price: p("16") },
                "31.44",
            ),
        ];
        for (close, given, reference) in cases {
            assert_eq!(given.reference(p(close), p("0.01")), Some(p(reference)), "{close} {given:?}");
        }
        let too_much = ExRights { cash: p("11"), ..none };
        assert_eq!(too_much.reference(p("10"), p("0.01")), None);
        assert_eq!(ExRights { bonus: r(0.35), transfer: r(0.5), ..none }.growth(), 185_000_000);
    }
}
