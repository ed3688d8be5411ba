//! From an option to its valuation: which method answers, and the way back
//! from the put on a strike of 1.

use super::collocation::{Limits, Workspace, solve};
use super::premium::{Value, european, premium};
use super::put::{Put, Region};
use super::{American, Scheme, Valuation, certain};
use crate::tree::{Tree, TreeValue};
use crate::{OptionError, OptionType};

/// Steps of the tree where there are two boundaries.
const TREE_STEPS: usize = 1_001;

/// Deviations of the log price below which the underlying is taken as certain:
/// the price then differs by less than rounding.
const CERTAIN: f64 = 1e-14;

pub(super) fn valuation(option: &American, scheme: Scheme, work: &mut Workspace) -> Result<Valuation, OptionError> {
    option.check()?;
    let european_price = option.without_early_exercise().price()?;
    let (put, _) = option.as_put();
    let found = if put.volatility * put.years.sqrt() <= CERTAIN {
        certain::valuation(option, european_price)
    } else {
        match put.region() {
            Region::Never => alone(option, &put, european_price),
            Region::Below => collocated(option, &put, european_price, scheme, work)?,
            Region::Between => {
                let tree = Tree { steps: TREE_STEPS, extrapolate: true };
                return from_tree(option, european_price, tree.american_with_dividends(option, &[])?);
            }
        }
    };
    let known = found.price.is_finite() && found.delta.is_finite() && found.gamma.is_finite();
    if known { Ok(found) } else { Err(OptionError::Unresolved) }
}

/// Never exercised early.
fn alone(option: &American, put: &Put, price: f64) -> Valuation {
    let value = european(put);
    let (_, delta, gamma) = outside(option, put, &value);
    Valuation { price, delta, gamma, european: price, ..Valuation::default() }
}

fn collocated(
    option: &American,
    put: &Put,
    european_price: f64,
    scheme: Scheme,
    work: &mut Workspace,
) -> Result<Valuation, OptionError> {
    let limits = Limits::of(put);
    let scheme = scheme.for_variance(put.volatility * put.volatility * put.years);
    let mut tables = scheme.tables(put.dividend_yield > put.rate);
    if !solve(put, &limits, tables, work) {
        tables = Scheme::rescue();
        if !solve(put, &limits, tables, work) {
            let tree = Tree { steps: TREE_STEPS, extrapolate: false };
            return from_tree(option, european_price, tree.american_with_dividends(option, &[])?);
        }
    }
    let boundary = libm::exp(limits.start - work.h.last().copied().unwrap_or_default());
    let critical = match option.kind {
        OptionType::Put => option.strike * boundary,
        OptionType::Call => option.strike / boundary,
    };
    let intrinsic = option.intrinsic();
    let inside = option.kind.sign() * (option.spot - critical) >= 0.0;
    let common = Valuation {
        european: european_price,
        critical_price: critical.is_finite().then_some(critical),
        ..Valuation::default()
    };
    if inside && european_price <= intrinsic {
        return Ok(exercised(option, common));
    }
    let value = european(put);
    let extra = premium(put, &limits, tables, work);
    let (_, delta, gamma) = outside(option, put, &value.plus(extra));
    let (scaled, _, _) = outside(option, put, &extra);
    let most = match option.kind {
        OptionType::Put => option.strike,
        OptionType::Call => option.spot,
    };
    let price = european_price + scaled.max(0.0);
    if price <= intrinsic && intrinsic > 0.0 {
        return Ok(exercised(option, common));
    }
    Ok(Valuation { price: if price > most { most.max(european_price) } else { price }, delta, gamma, ..common })
}

/// Worth what exercise pays.
pub(super) fn exercised(option: &American, common: Valuation) -> Valuation {
    Valuation { price: option.intrinsic(), delta: option.kind.sign(), gamma: 0.0, exercise_now: true, ..common }
}

/// Price, delta and gamma of the option from those of its put: homogeneity of
/// degree one in spot and strike.
fn outside(option: &American, put: &Put, value: &Value) -> (f64, f64, f64) {
    match option.kind {
        OptionType::Put => (option.strike * value.price, value.delta, value.gamma / option.strike),
        OptionType::Call => (
            option.spot * value.price,
            value.price - put.spot * value.delta,
            put.spot * put.spot * value.gamma / option.spot,
        ),
    }
}

fn from_tree(option: &American, european: f64, found: TreeValue) -> Result<Valuation, OptionError> {
    let intrinsic = option.intrinsic();
    let exercise_now = intrinsic > 0.0 && found.price.max(european) <= intrinsic;
    Ok(Valuation {
        price: found.price.max(european).max(intrinsic),
        delta: if exercise_now { option.kind.sign() } else { found.delta },
        gamma: if exercise_now { 0.0 } else { found.gamma },
        european,
        exercise_now,
        critical_price: None,
        tree_error: Some(found.error_estimate),
    })
}
