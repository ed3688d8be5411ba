//! Ratios over per-period simple returns.
//!
//! `periods_per_year` annualises: 252 for daily bars of an exchange.

use crate::deflated::Estimate;
use crate::finite;
use crate::moments::{NOISE, deviation, excess_kurtosis_adjusted, mean, quantile, skew_adjusted};
use crate::values::Values;

/// Simple returns `E_t / E_(t-1) - 1`. `None` below two points, when a value is
/// not finite, or when a return would start from zero or less.
#[must_use]
pub fn returns(equity: &[f64]) -> Option<Vec<f64>> {
    if equity.len() < 2 {
        return None;
    }
    equity.windows(2).map(|w| if w[0] > 0.0 { finite(w[1] / w[0] - 1.0) } else { None }).collect()
}

/// `E_end / E_0 - 1`; `None` below two points or when the start is not above zero.
#[must_use]
pub fn total_return(equity: &[f64]) -> Option<f64> {
    let (first, last) = (*equity.first()?, *equity.last()?);
    if equity.len() < 2 || first <= 0.0 {
        return None;
    }
    finite(last / first - 1.0)
}

/// Compound annual growth `(E_end / E_0)^(periods_per_year / n) - 1` over the n
/// periods (not calendar dates). `None` when equity ends below zero.
#[must_use]
pub fn cagr(equity: &[f64], periods_per_year: f64) -> Option<f64> {
    let growth = 1.0 + total_return(equity)?;
    if growth < 0.0 || periods_per_year <= 0.0 {
        return None;
    }
    finite(libm::pow(growth, periods_per_year / (equity.len() - 1) as f64) - 1.0)
}

/// Annualised volatility `std(r) * sqrt(periods_per_year)`, std with n - 1.
#[must_use]
pub fn volatility(returns: &(impl Values + ?Sized), periods_per_year: f64) -> Option<f64> {
    finite(deviation(returns)? * periods_per_year.sqrt())
}

/// Annualised Sharpe ratio `mean(r - f) / std(r - f) * sqrt(periods_per_year)`,
/// std with n - 1, `f = (1 + risk_free)^(1 / periods_per_year) - 1` the yearly
/// risk-free rate per period (Sharpe 1994). `None` at zero variance.
#[must_use]
pub fn sharpe(returns: &(impl Values + ?Sized), periods_per_year: f64, risk_free: f64) -> Option<f64> {
    let free = libm::pow(1.0 + risk_free, 1.0 / periods_per_year) - 1.0;
    let deviation = deviation(returns).filter(|d| *d > NOISE)?;
    finite((mean(returns)? - free) / deviation * periods_per_year.sqrt())
}

/// Annualised downside risk `sqrt(mean(min(r, 0)^2)) * sqrt(periods_per_year)`,
/// the mean over all periods, not only the losing ones (Sortino and Price 1994).
#[must_use]
pub fn downside_risk(returns: &(impl Values + ?Sized), periods_per_year: f64) -> Option<f64> {
    if returns.count() == 0 || !sound(returns) {
        return None;
    }
    let sum: f64 = returns.walk().map(|r| if r < 0.0 { r * r } else { 0.0 }).sum();
    finite((sum / returns.count() as f64).sqrt() * periods_per_year.sqrt())
}

/// Annualised Sortino ratio `mean(r) * periods_per_year / downside_risk` with a
/// target of zero (Sortino and Price 1994). `None` without a loss and below two returns.
#[must_use]
pub fn sortino(returns: &(impl Values + ?Sized), periods_per_year: f64) -> Option<f64> {
    if returns.count() < 2 {
        return None;
    }
    let floor = NOISE * periods_per_year.sqrt();
    let downside = downside_risk(returns, periods_per_year).filter(|d| *d > floor)?;
    finite(mean(returns)? * periods_per_year / downside)
}

/// Calmar ratio `cagr / |max_drawdown|` over the whole period (Young 1991, who
/// used 36 months). `None` without a drawdown.
#[must_use]
pub fn calmar(cagr: f64, max_drawdown: f64) -> Option<f64> {
    if max_drawdown < 0.0 { finite(cagr / -max_drawdown) } else { None }
}

/// Share of periods with a gain among periods with any change.
#[must_use]
pub fn win_rate(returns: &(impl Values + ?Sized)) -> Option<f64> {
    let changed = returns.walk().filter(|r| *r != 0.0).count();
    share(gains(returns)?, changed)
}

/// Share of periods with a gain among all periods.
#[must_use]
pub fn win_rate_all(returns: &(impl Values + ?Sized)) -> Option<f64> {
    share(gains(returns)?, returns.count())
}

/// How many gain; `None` when one is not finite.
fn gains(returns: &(impl Values + ?Sized)) -> Option<usize> {
    sound(returns).then(|| returns.walk().filter(|r| *r > 0.0).count())
}

fn sound(values: &(impl Values + ?Sized)) -> bool {
    values.walk().all(f64::is_finite)
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// `sum(r > 0) / |sum(r < 0)|`, of returns or of P&L per trade. On returns it is
/// the Omega ratio at threshold zero (Keating and Shadwick 2002). `None` without a loss.
#[must_use]
pub fn profit_factor(values: &(impl Values + ?Sized)) -> Option<f64> {
    let sum_of = |counts: fn(f64) -> bool| values.walk().filter(|r| counts(*r)).fold(0.0, |sum, r| sum + r);
    let (won, lost) = (sum_of(|r| r > 0.0), sum_of(|r| r < 0.0));
    if lost < 0.0 && sound(values) { finite(won / -lost) } else { None }
}

/// `mean(r > 0) / |mean(r < 0)|`; `None` without a gain or without a loss.
#[must_use]
pub fn payoff_ratio(values: &(impl Values + ?Sized)) -> Option<f64> {
    if !sound(values) {
        return None;
    }
    let mean_of = |counts: fn(f64) -> bool| {
        let held = values.walk().filter(|r| counts(*r));
        let (sum, count) = held.fold((0.0, 0_u64), |(sum, count), r| (sum + r, count + 1));
        if count > 0 { Some(sum / count as f64) } else { None }
    };
    finite(mean_of(|r| r > 0.0)? / -mean_of(|r| r < 0.0)?)
}

/// `|P95| / |P5|` with linear interpolation; `None` when P5 is zero.
#[must_use]
pub fn tail_ratio(returns: &(impl Values + ?Sized)) -> Option<f64> {
    let low = quantile(returns, 0.05)?.abs();
    if low > 0.0 { finite(quantile(returns, 0.95)?.abs() / low) } else { None }
}

/// R^2 of the cumulative log return on time; `None` below two periods, after a
/// loss of everything, or when the cumulative return never moves.
#[must_use]
pub fn stability(returns: &(impl Values + ?Sized)) -> Option<f64> {
    // Walked twice instead of kept: curves may have millions of points.
    let path = || {
        let mut sum = 0.0;
        returns.walk().map(move |r| {
            sum += libm::log1p(r);
            sum
        })
    };
    let n = returns.count() as f64;
    if returns.count() < 2 {
        return None;
    }
    let (x, y) = ((n - 1.0) / 2.0, path().sum::<f64>() / n);
    let xx = n * (n * n - 1.0) / 12.0;
    let (mut xy, mut yy) = (0.0, 0.0);
    for (i, b) in path().enumerate() {
        xy += (i as f64 - x) * (b - y);
        yy += (b - y) * (b - y);
    }
    let moves = (yy / n).sqrt() > NOISE;
    finite(xy * xy / (xx * yy)).filter(|_| moves)
}

/// Probabilistic Sharpe ratio against 0: the probability that the true Sharpe
/// ratio is above zero (Bailey and Lopez de Prado 2012, "The Sharpe ratio
/// efficient frontier"), `Phi(s sqrt(n-1) / sqrt(1 - G1 s + (G2 + 2)/4 s^2))` with
/// `s` the Sharpe ratio per period, `G1` and `G2` the adjusted skew and excess kurtosis.
#[must_use]
pub fn probabilistic_sharpe(returns: &(impl Values + ?Sized)) -> Option<f64> {
    let s = sharpe(returns, 1.0, 0.0)?;
    let (g1, g2) = (skew_adjusted(returns)?, excess_kurtosis_adjusted(returns)?);
    Estimate { sharpe: s, periods: returns.count(), skew: g1, kurtosis: g2 + 3.0 }.probability_above(0.0)
}
