//! A hedge ratio that drifts, followed by a Kalman filter.
//!
//! Observation `y_t = beta_t x_t + alpha_t + v_t`, the state `[beta, alpha]` a random walk
//! (Kalman 1960; Durbin and Koopman 2012, "Time Series Analysis by State Space Methods",
//! chapter 4; the parameter delta as Chan 2013, "Algorithmic Trading", chapter 3).
//! Each step uses the past only, so a strategy may trade on it.

use std::f64::consts::PI;

use super::input;
use crate::RiskError;

/// Variances and the prior.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KalmanSettings {
    /// How fast the state drifts, 0 to below 1: each period adds the variance
    /// `delta / (1 - delta)` to beta and to alpha, independently. 0 is a regression with fixed coefficients
    /// (recursive least squares); 1e-4 follows slowly. Beta is in units of y per unit of
    /// x and alpha in units of y: for prices that are not near 1, scale them or choose
    /// `state_variance` by yourself.
    pub delta: f64,
    /// Variance of the observation's error v, in squared units of y; above 0.
    pub observation_variance: f64,
    /// Means of beta and alpha before the first observation.
    pub prior: [f64; 2],
    /// Variances of beta and alpha before the first observation, independent; 0 or more.
    /// 0 says that the prior is certain; large says that nothing is known.
    pub prior_variance: [f64; 2],
    /// Variances added to beta and alpha each period instead of those of `delta`.
    pub state_variance: Option<[f64; 2]>,
}

impl Default for KalmanSettings {
    /// delta 1e-4, observation variance 1e-3, prior mean 0 and variance 1e6 (little is known).
    fn default() -> Self {
        Self {
            delta: 1e-4,
            observation_variance: 1e-3,
            prior: [0.0; 2],
            prior_variance: [1e6; 2],
            state_variance: None,
        }
    }
}

/// What one observation taught.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KalmanStep {
    /// Hedge ratio after the observation.
    pub beta: f64,
    /// Intercept after the observation.
    pub alpha: f64,
    /// y minus what the state before the observation forecast: the spread to trade.
    pub innovation: f64,
    /// Variance of the innovation, above 0.
    pub variance: f64,
    /// Innovation divided by its standard deviation: standard normal when the settings are right.
    pub z: f64,
    /// Covariance of the state after the observation: var beta, cov, var alpha.
    pub covariance: [f64; 3],
}

/// The filter, one observation at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct KalmanHedge {
    drift: [f64; 2],
    noise: f64,
    state: [f64; 2],
    /// var beta, cov, var alpha.
    covariance: [f64; 3],
    observations: usize,
    log_likelihood: f64,
}

impl KalmanHedge {
    /// A filter that has seen nothing.
    ///
    /// # Errors
    ///
    /// A setting outside its domain.
    pub fn new(settings: &KalmanSettings) -> Result<Self, RiskError> {
        let KalmanSettings { delta, observation_variance, prior, prior_variance, state_variance } = *settings;
        input::argument("delta", delta, (0.0..1.0).contains(&delta), "a number from 0 to below 1")?;
        let positive = observation_variance.is_finite() && observation_variance > 0.0;
        input::argument("observation_variance", observation_variance, positive, "a finite number above 0")?;
        input::finite("prior", &prior)?;
        let drift = state_variance.unwrap_or([delta / (1.0 - delta); 2]);
        for (argument, variances) in [("prior_variance", &prior_variance), ("state_variance", &drift)] {
            input::finite(argument, variances)?;
            if let Some(index) = variances.iter().position(|v| *v < 0.0) {
                return Err(RiskError::Element { argument, index, found: variances[index], expected: "0 or more" });
            }
        }
        Ok(Self {
            drift,
            noise: observation_variance,
            state: prior,
            covariance: [prior_variance[0], 0.0, prior_variance[1]],
            observations: 0,
            log_likelihood: 0.0,
        })
    }

    /// Takes in one observation. The prior is that of the first; the state drifts before each later one.
    ///
    /// # Errors
    ///
    /// A value that is not finite, or so large that the variance overflows; the filter is
    /// then as before.
    pub fn update(&mut self, y: f64, x: f64) -> Result<KalmanStep, RiskError> {
        input::argument("y", y, y.is_finite(), "a finite number")?;
        input::argument("x", x, x.is_finite(), "a finite number")?;
        let [mut p, q, mut r] = self.covariance;
        if self.observations > 0 {
            p += self.drift[0];
            r += self.drift[1];
        }
        let innovation = y - (self.state[0] * x + self.state[1]);
        // Covariance of the state with the observation.
        let (g, h) = (p * x + q, q * x + r);
        let variance = g * x + h + self.noise;
        if !(variance > 0.0 && variance.is_finite() && innovation.is_finite()) {
            return Err(RiskError::Argument {
                argument: "x",
                found: x,
                expected: "a number whose square does not overflow",
            });
        }
        let (k, l) = (g / variance, h / variance);
        self.state = [self.state[0] + k * innovation, self.state[1] + l * innovation];
        // (I - K H) P (I - K H)' + K R K' (Joseph): stays positive under rounding.
        let (a, b, c, d) = (1.0 - k * x, -k, -l * x, 1.0 - l);
        let (ap, aq) = (a * p + b * q, a * q + b * r);
        let (cp, cq) = (c * p + d * q, c * q + d * r);
        self.covariance = [
            ap * a + aq * b + k * k * self.noise,
            ap * c + aq * d + k * l * self.noise,
            cp * c + cq * d + l * l * self.noise,
        ];
        self.observations += 1;
        let z = innovation / variance.sqrt();
        self.log_likelihood -= 0.5 * (libm::log(2.0 * PI * variance) + z * z);
        let [beta, alpha] = self.state;
        Ok(KalmanStep { beta, alpha, innovation, variance, z, covariance: self.covariance })
    }

    /// Sum over the observations of the log density of the innovation: the higher, the
    /// better the settings fit.
    #[must_use]
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// Beta and alpha as known now.
    #[must_use]
    pub fn state(&self) -> [f64; 2] {
        self.state
    }
}

/// The filter over whole series: the same numbers as one by one.
///
/// # Errors
///
/// As [`KalmanHedge::new`]; lengths that differ; a value that is not finite, with its place.
pub fn kalman_hedge(y: &[f64], x: &[f64], settings: &KalmanSettings) -> Result<Vec<KalmanStep>, RiskError> {
    let mut filter = KalmanHedge::new(settings)?;
    input::same_length("x", x, "y", y.len())?;
    input::finite("y", y)?;
    input::finite("x", x)?;
    y.iter().zip(x).map(|(y, x)| filter.update(*y, *x)).collect()
}
