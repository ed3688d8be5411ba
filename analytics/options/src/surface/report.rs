//! How good a fit is, and the numbers that a picture needs.

use super::{Fitted, Smile};
use crate::chain::rules::{Rule, count};
use crate::svi::arbitrage::Violations;

/// How many quotes a rule dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drop {
    /// The rule.
    pub rule: Rule,
    /// Quotes it dropped.
    pub quotes: usize,
}

/// The quality of the fit of one expiry, or of a whole surface. One volatility point is 0.01 of volatility.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Quotes fitted to.
    pub quotes: usize,
    /// Root of the mean squared distance of fitted from mid volatility, in points; every quote counts the same.
    pub rmse_points: f64,
    /// The same with the weights of the fit (vega over spread).
    pub weighted_rmse_points: f64,
    /// The greatest distance, in points.
    pub max_points: f64,
    /// Share of quotes whose fitted volatility lies between those of bid and ask.
    pub inside: f64,
}

impl Summary {
    fn of<'a>(smiles: impl Iterator<Item = &'a Smile>) -> Self {
        let (mut quotes, mut squares, mut weighted, mut weights, mut worst, mut inside) = (0, 0.0, 0.0, 0.0, 0.0, 0);
        for point in smiles.flat_map(|smile| &smile.points) {
            let points = 100.0 * (point.fitted_volatility - point.mid_volatility).abs();
            quotes += 1;
            squares += points * points;
            weighted += point.weight * points * points;
            weights += point.weight;
            worst = if points > worst { points } else { worst };
            inside += usize::from(point.inside());
        }
        let n = quotes as f64;
        Self {
            quotes,
            rmse_points: (squares / n).sqrt(),
            weighted_rmse_points: (weighted / weights).sqrt(),
            max_points: worst,
            inside: inside as f64 / n,
        }
    }
}

impl Smile {
    /// How well the smile meets its quotes.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::of(std::iter::once(self))
    }

    /// The smile at `places` (at least 2) log-moneynesses evenly spread over its quotes and a tenth of their
    /// range beyond on both sides, as (k, volatility): the line of a picture whose marks are [`Smile::points`].
    #[must_use]
    pub fn curve(&self, places: usize) -> Vec<(f64, f64)> {
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else { return Vec::new() };
        let places = places.max(2);
        let margin = 0.1 * (last.k - first.k);
        let step = (last.k - first.k + 2.0 * margin) / (places - 1) as f64;
        let at = |i: usize| {
            let k = first.k - margin + step * i as f64;
            (k, (self.calibrated.smile.total_variance(k) / self.forward.years).sqrt())
        };
        (0..places).map(at).collect()
    }
}

impl Fitted {
    /// How well the surface meets all its quotes.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::of(self.smiles.iter())
    }

    /// The rules that dropped quotes, in the order in which they are asked.
    #[must_use]
    pub fn dropped(&self) -> Vec<Drop> {
        count(&self.fates).into_iter().map(|(rule, quotes)| Drop { rule, quotes }).collect()
    }

    /// Violations of all expiries fitted without constraints.
    #[must_use]
    pub fn violations_before(&self) -> Violations {
        self.smiles.iter().fold(Violations::default(), |sum, smile| sum + smile.before)
    }

    /// Violations of the surface: none.
    #[must_use]
    pub fn violations_after(&self) -> Violations {
        self.smiles.iter().fold(Violations::default(), |sum, smile| sum + smile.after)
    }
}
