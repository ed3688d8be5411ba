//! From what trades made.
//!
//! Returns here are profits per unit staked, after costs: 0.02 is 2 % of the money
//! put in. Money won and lost by trades of unequal size is not that; divide first.

use super::Estimate;
use crate::RiskError;
use crate::check::{all_finite, at_least, finite, positive};
use crate::moments::NOISE;
use crate::ratios::{payoff_ratio, win_rate};
use numeric::roots::brent;

/// The fraction by win rate and payoff.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WinLoss {
    /// Share of winners among the returns that are not zero.
    pub win_rate: f64,
    /// Mean win over mean loss.
    pub payoff: f64,
    /// `win_rate - (1 - win_rate) / payoff`, in multiples of the stake that loses the
    /// mean loss: staked per trade is this over the mean loss.
    pub estimate: Estimate,
    /// Mean loss per unit staked, above 0.
    pub mean_loss: f64,
}

/// Win rate less loss rate over payoff: the Kelly fraction of a bet that always
/// wins the mean win or loses the mean loss, in units of that loss (the usual
/// formula of trading books, Kelly 1956 with a binary outcome). Its error by the
/// delta method, of independent win rate, mean win and mean loss.
///
/// # Errors
/// No returns, one that is not finite; no winner or no loser: the payoff is undefined then.
pub fn win_loss(returns: &[f64]) -> Result<WinLoss, RiskError> {
    at_least("returns", returns.len(), 1)?;
    all_finite("returns", returns)?;
    let group = |belongs: fn(f64) -> bool| -> Vec<f64> { returns.iter().copied().filter(|r| belongs(*r)).collect() };
    let (won, lost) = (group(|r| r > 0.0), group(|r| r < 0.0));
    if won.is_empty() || lost.is_empty() {
        let problem = if won.is_empty() && lost.is_empty() {
            "no gain and no loss among them: the payoff is undefined"
        } else if lost.is_empty() {
            "no loss among them: the payoff is undefined and growth has no maximum"
        } else {
            "no gain among them: the payoff is undefined; stake nothing"
        };
        return Err(RiskError::Degenerate { argument: "returns", problem });
    }
    let undefined = RiskError::Degenerate { argument: "returns", problem: "the payoff is out of range" };
    let (Some(rate), Some(payoff)) = (win_rate(returns), payoff_ratio(returns).filter(|b| *b > 0.0)) else {
        return Err(undefined);
    };
    let fraction = finite("fraction", rate - (1.0 - rate) / payoff)?;
    let n = (won.len() + lost.len()) as f64;
    // Squared relative error of the mean of a group.
    let relative = |group: &[f64]| {
        let deviation = crate::moments::deviation(group)?;
        let mean = crate::moments::mean(group)?;
        Some((deviation / mean) * (deviation / mean) / group.len() as f64)
    };
    let error = relative(&won).zip(relative(&lost)).map(|(w, l)| {
        let by_rate = (1.0 + 1.0 / payoff) * (1.0 + 1.0 / payoff) * rate * (1.0 - rate) / n;
        let by_payoff = (1.0 - rate) * (1.0 - rate) / (payoff * payoff) * (w + l);
        (by_rate + by_payoff).sqrt()
    });
    let estimate = Estimate { fraction, error, observations: returns.len() };
    let mean_loss = -lost.iter().sum::<f64>() / lost.len() as f64;
    Ok(WinLoss { win_rate: rate, payoff, estimate, mean_loss })
}

/// Mean over variance (divided by n - 1) of returns per period less the rate per
/// period: the continuous fraction `(mu - r) / sigma^2` with both estimated
/// (Thorp 2006, section 7). Its error by the delta method (Casella and Berger 2002,
/// section 5.5.4): `sqrt((1 + s^2 (k - 1) - 2 s g) / (n v))`, `s` the mean over the
/// deviation, `g` the skewness, `k` the raw kurtosis, `v` the variance.
///
/// # Errors
/// Fewer than two returns, one that is not finite, no variance.
pub fn mean_variance(returns: &[f64], rate: f64) -> Result<Estimate, RiskError> {
    at_least("returns", returns.len(), 2)?;
    all_finite("returns", returns)?;
    finite("rate", rate)?;
    let n = returns.len() as f64;
    let flat = RiskError::Degenerate { argument: "returns", problem: "no variance" };
    let Some(deviation) = crate::moments::deviation(returns).filter(|d| *d > NOISE) else {
        return Err(flat);
    };
    let mean = returns.iter().sum::<f64>() / n;
    let excess = mean - rate;
    let fraction = finite("fraction", excess / deviation / deviation)?;
    let standard = returns.iter().map(|r| (r - mean) / deviation);
    let (skew, kurtosis) = standard.fold((0.0, 0.0), |(s, k), z| (s + z * z * z / n, k + z * z * z * z / n));
    let s = excess / deviation;
    let spread = 1.0 + s * s * (kurtosis - 1.0) - 2.0 * s * skew;
    let error = Some((spread.max(0.0) / n).sqrt() / deviation).filter(|e| e.is_finite());
    Ok(Estimate { fraction, error, observations: returns.len() })
}

/// The fraction that would have made the most of the trades there were.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Empirical {
    /// Fraction of wealth per trade, 0 or more.
    pub fraction: f64,
    /// Mean growth of the logarithm of wealth per trade at that fraction.
    pub growth: f64,
    /// The fraction at which the worst trade would have taken everything; `None` without a loss.
    pub ruin: Option<f64>,
    /// Whether `most` kept the fraction from being larger.
    pub capped: bool,
}

/// The fraction from 0 to `most` that maximises the mean of `ln(1 + f r)` (Kelly
/// 1956; Vince 1990, "Portfolio Management Formulas", whose optimal f is this
/// times the worst loss). Zero when the mean return is not above zero. It is
/// fitted to the worst trade seen: a worse one may come.
///
/// # Errors
/// No returns, one that is not finite, `most` not above 0; no loss among the
/// returns and no finite `most`: growth has no maximum then.
pub fn empirical(returns: &[f64], most: Option<f64>) -> Result<Empirical, RiskError> {
    at_least("returns", returns.len(), 1)?;
    all_finite("returns", returns)?;
    if let Some(most) = most {
        positive("most", most)?;
    }
    let n = returns.len() as f64;
    let worst = returns.iter().copied().fold(0.0, f64::min);
    let ruin = (worst < 0.0).then(|| -1.0 / worst).filter(|f| f.is_finite());
    let growth = |f: f64| returns.iter().map(|r| libm::log1p(f * r)).sum::<f64>() / n;
    // The rounding of the sum is not an edge.
    let (sum, size) = returns.iter().fold((0.0, 0.0), |(sum, size), r| (sum + r, size + r.abs()));
    if sum <= 0.25 * n * f64::EPSILON * size {
        return Ok(Empirical { fraction: 0.0, growth: 0.0, ruin, capped: false });
    }
    let full = match ruin {
        // The derivative times what the worst trade leaves: finite up to ruin.
        Some(ruin) => brent(
            |f| {
                let left = (1.0 + f * worst).max(0.0);
                let of = |r: f64| if r == worst { worst } else { r * left / (1.0 + f * r) };
                returns.iter().map(|r| of(*r)).sum()
            },
            0.0,
            ruin,
            0.0,
        ),
        None => None,
    };
    match (full, most) {
        (Some(full), most) if most.is_none_or(|most| full <= most) => {
            Ok(Empirical { fraction: full, growth: growth(full), ruin, capped: false })
        }
        (_, Some(most)) => Ok(Empirical { fraction: most, growth: growth(most), ruin, capped: true }),
        (_, None) => {
            let problem = match ruin {
                Some(_) => "the fraction is out of range",
                None => "no loss among them: growth has no maximum without a limit",
            };
            Err(RiskError::Degenerate { argument: "returns", problem })
        }
    }
}
