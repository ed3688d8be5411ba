//! The surface as JSON.

use options::chain::rules::Rule;
use options::surface::{Fitted, Summary};
use options::svi::arbitrage::Violations;
use serde_json::{Map, Value, json};

use super::figures::{Figures, MONEYNESS};

fn dropped(rules: &[(Rule, usize)]) -> Value {
    Value::Object(rules.iter().map(|(rule, n)| (rule.name().to_owned(), Value::from(*n))).collect::<Map<_, _>>())
}

fn violations(found: &Violations) -> Value {
    json!({"butterfly": found.butterfly, "wings": found.wings, "calendar": found.calendar, "total": found.total()})
}

fn fit(summary: &Summary) -> Value {
    json!({
        "used": summary.quotes, "rmse_points": summary.rmse_points,
        "weighted_rmse_points": summary.weighted_rmse_points, "max_points": summary.max_points,
        "inside": summary.inside,
    })
}

pub(super) fn object(figures: &Figures, fitted: &Fitted) -> Value {
    let expiries: Vec<Value> = figures
        .expiries
        .iter()
        .zip(&fitted.smiles)
        .map(|(e, smile)| {
            let svi = &smile.calibrated.smile;
            json!({
                "expiry": e.name, "years": e.term.years, "forward": e.term.forward, "discount": e.discount,
                "rate": e.rate, "discount_source": e.discount_source, "quotes": e.quotes,
                "dropped": dropped(&e.dropped), "fit": fit(&e.summary),
                "violations_before": violations(&e.before), "violations_after": violations(&e.after),
                "at_the_money": e.skew.at_the_money, "slope": e.skew.slope,
                "call_25_delta": e.skew.call_volatility, "put_25_delta": e.skew.put_volatility,
                "risk_reversal_25": e.skew.risk_reversal(), "butterfly_25": e.skew.butterfly(),
                "forward_volatility": e.term.forward_volatility, "variance_swap": e.term.variance_swap,
                "svi": {"a": svi.a, "b": svi.b, "rho": svi.rho, "m": svi.m, "sigma": svi.sigma},
                "volatilities": e.volatilities,
            })
        })
        .collect();
    let left_out: Vec<Value> =
        figures.left_out.iter().map(|(name, rule)| json!({"expiry": name, "rule": rule.name()})).collect();
    json!({
        "quotes": figures.quotes, "dropped": dropped(&figures.dropped), "fit": fit(&figures.summary),
        "violations_before": violations(&fitted.violations_before()),
        "violations_after": violations(&fitted.violations_after()),
        "delta": figures.convention.name(), "moneyness": MONEYNESS, "expiries": expiries, "not_fitted": left_out,
    })
}
