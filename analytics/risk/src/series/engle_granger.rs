//! The augmented Engle-Granger test for cointegration.
//!
//! Engle and Granger 1987, "Co-integration and error correction": y is regressed on x
//! and deterministic terms, and the residuals are tested for a unit root without any
//! terms. The null hypothesis is NO cointegration. Conventions as in statsmodels'
//! `coint`: critical values for `n - 1` observations (as Stata's egranger).
//!
//! The order matters: y on x and x on y are two tests with two answers; see [`both`].

use super::adf::{AdfSettings, LagChoice, adf};
use super::input;
use super::mackinnon::{self, CriticalValues, Trend};
use super::ols::ols;
use crate::RiskError;

/// From this R^2 on the series count as one: `1 - 100 sqrt(epsilon)`, as statsmodels has it.
const COLLINEAR: f64 = 1.0 - 100.0 * 1.490_116_119_384_765_6e-8;

/// What to test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EngleGrangerSettings {
    /// Deterministic terms of the cointegrating regression.
    pub trend: Trend,
    /// How the lags of the test of the residuals are chosen.
    pub choice: LagChoice,
    /// Most lags, as in [`AdfSettings`] for the residuals, which have no terms.
    pub max_lag: Option<usize>,
}

/// Outcome of the test.
#[derive(Clone, Debug, PartialEq)]
pub struct EngleGranger {
    /// t statistic of the residuals' level. Minus infinity when the series are collinear.
    pub statistic: f64,
    /// Asymptotic p-value of no cointegration, [`mackinnon::p_value`]; 0 when collinear.
    /// `None` above six variables.
    pub p_value: Option<f64>,
    /// [`mackinnon::critical_values`] for n - 1 observations; `None` without deterministic
    /// terms, for which there is no table, and above twelve variables.
    pub critical: Option<CriticalValues>,
    /// Lagged differences in the test of the residuals; `None` when collinear.
    pub lags: Option<usize>,
    /// Slopes on the regressors in their order: the hedge ratios.
    pub slopes: Vec<f64>,
    /// Coefficients of the deterministic terms: constant, t, t^2 with t from 1.
    pub terms: Vec<f64>,
    /// What the regression leaves of y: the spread.
    pub residuals: Vec<f64>,
    /// R^2 of the cointegrating regression.
    pub r_squared: f64,
    /// The series are one but for 1.5e-6 of the variance: no test was made, since its
    /// outcome would be rounding. Series so close are cointegrated if they are integrated.
    pub collinear: bool,
}

/// Tests whether `y` is cointegrated with the regressors `x`, each as long as y.
///
/// # Errors
///
/// No regressor, lengths that differ, too few observations, values that are not finite,
/// a constant series, regressors that depend on each other or on the terms; and what
/// [`adf`] refuses, with "residuals" for "series".
pub fn engle_granger(y: &[f64], x: &[&[f64]], settings: &EngleGrangerSettings) -> Result<EngleGranger, RiskError> {
    if x.is_empty() {
        return Err(RiskError::Length { argument: "x", found: 0, expected: "1 or more regressors".into() });
    }
    let trend = settings.trend;
    input::at_least("y", y, x.len() + trend.terms() + 1)?;
    input::finite("y", y)?;
    for series in x {
        input::same_length("x", series, "y", y.len())?;
        input::finite("x", series)?;
    }
    let constant = |argument| RiskError::Degenerate { argument, problem: "all values are the same" };
    if input::constant(y) {
        return Err(constant("y"));
    }
    if x.iter().any(|series| input::constant(series)) {
        return Err(constant("x"));
    }
    let mut centre = vec![0.0; x.len() + 1];
    if trend != Trend::None {
        // The constant takes up the means; without them more digits are left.
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        centre = std::iter::once(&y).chain(x).map(|v| mean(v)).collect();
    }
    let shifted = |v: &[f64], by: f64| v.iter().map(|a| a - by).collect::<Vec<f64>>();
    let mut columns: Vec<Vec<f64>> = x.iter().zip(&centre[1..]).map(|(v, by)| shifted(v, *by)).collect();
    columns.extend(trend.columns(y.len()));
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let fit = ols(&shifted(y, centre[0]), &columns).map_err(|error| match error {
        RiskError::Argument { .. } => RiskError::Degenerate {
            argument: "x",
            problem: "depends on other regressors or on the deterministic terms",
        },
        other => other,
    })?;
    let slopes = fit.coefficients[..x.len()].to_vec();
    let mut terms = fit.coefficients[x.len()..].to_vec();
    if let Some(first) = terms.first_mut() {
        *first += centre[0] - slopes.iter().zip(&centre[1..]).map(|(b, c)| b * c).sum::<f64>();
    }
    let r_squared = fit.r_squared().ok_or_else(|| constant("y"))?;
    let collinear = r_squared >= COLLINEAR;
    let variables = x.len() + 1;
    let (statistic, lags) = if collinear {
        (f64::NEG_INFINITY, None)
    } else {
        let settings = AdfSettings { trend: Trend::None, choice: settings.choice, max_lag: settings.max_lag };
        let test = adf(&fit.residuals, &settings).map_err(of_residuals)?;
        (test.statistic, Some(test.lags))
    };
    let critical =
        if trend == Trend::None { None } else { mackinnon::critical_values(trend, variables, (y.len() - 1) as f64) };
    let p_value = mackinnon::p_value(statistic, trend, variables);
    Ok(EngleGranger {
        statistic,
        p_value,
        critical,
        lags,
        slopes,
        terms,
        residuals: fit.residuals,
        r_squared,
        collinear,
    })
}

/// The tests of a pair both ways.
#[derive(Clone, Debug, PartialEq)]
pub struct Both {
    /// y regressed on x.
    pub y_on_x: EngleGranger,
    /// x regressed on y.
    pub x_on_y: EngleGranger,
}

impl Both {
    /// The test with the more negative statistic, y on x when equal. To pick the better of
    /// two tests makes false alarms more frequent than the p-value says.
    #[must_use]
    pub fn stronger(&self) -> &EngleGranger {
        if self.x_on_y.statistic < self.y_on_x.statistic { &self.x_on_y } else { &self.y_on_x }
    }
}

/// Tests a pair both ways.
///
/// # Errors
///
/// As [`engle_granger`]; the names of the arguments are those of the way that failed.
pub fn both(y: &[f64], x: &[f64], settings: &EngleGrangerSettings) -> Result<Both, RiskError> {
    Ok(Both { y_on_x: engle_granger(y, &[x], settings)?, x_on_y: engle_granger(x, &[y], settings)? })
}

/// The same error, said of the residuals.
fn of_residuals(error: RiskError) -> RiskError {
    let argument = "residuals";
    match error {
        RiskError::Length { found, expected, .. } => RiskError::Length { argument, found, expected },
        RiskError::Degenerate { problem, .. } => RiskError::Degenerate { argument, problem },
        other => other,
    }
}
