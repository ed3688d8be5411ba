//! The figures of `engine risk var` as tables and JSON.

use engine_report::picture::Panel;
use risk::monte_carlo::{Contributions, Estimate};
use serde_json::{Value, json};

use super::holdings::Holdings;
use super::methods::{Closed, ModelName, Tested};
use super::var::Arguments;
use super::{Answer, Table, maybe, money, percent, plain};

/// Parts of a line.
pub(super) struct Part {
    name: String,
    component_var: f64,
    component_es: f64,
}

/// Positions put together by the lines they came from.
pub(super) fn by_line(holdings: &Holdings, parts: &Contributions) -> Vec<Part> {
    let part = |(line, name): (usize, &String)| {
        let sum = |of: &[f64]| of.iter().zip(&holdings.line_of).filter(|(_, l)| **l == line).map(|(x, _)| x).sum();
        Part { name: name.clone(), component_var: sum(&parts.component_var), component_es: sum(&parts.component_es) }
    };
    holdings.lines.iter().enumerate().map(part).collect()
}

/// All figures.
pub(super) struct Found {
    pub(super) closed: Closed,
    pub(super) estimate: Estimate,
    pub(super) parts: Vec<Part>,
    pub(super) tested: Vec<Tested>,
}

impl Found {
    pub(super) fn answer(&self, arguments: &Arguments, holdings: &Holdings, panel: Panel) -> Answer {
        let Found { closed, estimate, parts, tested } = self;
        let (value, finite) = (holdings.value, |x: f64| Some(x).filter(|x| x.is_finite()));
        let bent = &closed.cornish_fisher;
        let simulation = match arguments.model {
            ModelName::Gbm => "simulated, GBM",
            ModelName::StudentT => "simulated, Student t",
            ModelName::Bootstrap => "simulated, bootstrap",
        };
        let mut methods = Table::new("value at risk", &["method", "VaR", "share", "expected shortfall"]);
        for (name, var, es) in [
            ("historical", closed.historical.var * value, Some(closed.historical.expected_shortfall * value)),
            ("normal", closed.normal.var, Some(closed.normal.expected_shortfall)),
            ("Cornish-Fisher", bent.var * value, None),
            (simulation, estimate.var, Some(estimate.expected_shortfall)),
        ] {
            methods.push(vec![name.to_owned(), money(var), percent(var / value), maybe(es, money)]);
        }
        for (name, var, es) in [
            ("  95 % band, low", estimate.var_low, estimate.es_low),
            ("  95 % band, high", estimate.var_high, estimate.es_high),
        ] {
            let share = maybe(finite(var / value), percent);
            methods.push(vec![name.to_owned(), maybe(finite(var), money), share, maybe(finite(es), money)]);
        }
        let mut positions = Table::new("positions (simulated)", &["position", "component VaR", "component ES"]);
        for part in parts {
            positions.push(vec![part.name.clone(), money(part.component_var), money(part.component_es)]);
        }
        let mut factors = Table::new("factors (normal)", &["factor", "delta weight", "component VaR", "marginal VaR"]);
        for (i, name) in holdings.history.names.iter().enumerate() {
            let marginal = closed.normal.marginal_var[i];
            let component = closed.normal.component_var[i];
            let weight = if marginal == 0.0 { 0.0 } else { component / marginal };
            factors.push(vec![name.clone(), plain(weight), money(component), money(marginal)]);
        }
        let mut tables = vec![methods, positions, factors];
        if !tested.is_empty() {
            tables.push(backtests(tested));
        }
        let mut notes = holdings.notes.clone();
        if arguments.horizon > 1 {
            let root = "The historical figures are those of one day times the root of the days.";
            notes.push(format!(
                "{root} Normal and Cornish-Fisher add up independent days; the simulation takes every day."
            ));
        }
        if !bent.slope_positive {
            notes.push(
                "The Cornish-Fisher expansion is outside its domain at this confidence: do not use its figure.".into(),
            );
        }
        let span = holdings.history.span.as_ref().map_or(String::new(), |(from, to)| format!(", {from} to {to}"));
        let days = holdings.history.days();
        let title = format!(
            "{}: {}{} at {} over {} day(s), from {days} days of returns{span}",
            holdings.title,
            money(value),
            if holdings.currency.is_empty() { String::new() } else { format!(" {}", holdings.currency) },
            percent(arguments.confidence),
            arguments.horizon
        );
        let picture = Some(("How often the simulation gives which profit, VaR and ES marked".to_owned(), panel));
        Answer { title, tables, notes, json: self.json(arguments, holdings), picture }
    }

    fn json(&self, arguments: &Arguments, holdings: &Holdings) -> Value {
        let Found { closed, estimate, parts, tested } = self;
        let value = holdings.value;
        let parts: Vec<Value> = parts
            .iter()
            .map(|p| json!({ "name": p.name, "component_var": p.component_var, "component_es": p.component_es }))
            .collect();
        let normal = &closed.normal;
        let factors: Vec<Value> = holdings
            .history
            .names
            .iter()
            .enumerate()
            .map(|(i, name)| {
                json!({
                    "name": name,
                    "component_var": normal.component_var[i],
                    "marginal_var": normal.marginal_var[i],
                    "component_es": normal.component_es[i],
                    "marginal_es": normal.marginal_es[i],
                })
            })
            .collect();
        let tests: Vec<Value> = tested.iter().map(backtest_json).collect();
        json!({
            "value": value,
            "currency": holdings.currency,
            "confidence": arguments.confidence,
            "horizon_days": arguments.horizon,
            "history_days": holdings.history.days(),
            "historical": {
                "var": closed.historical.var * value,
                "expected_shortfall": closed.historical.expected_shortfall * value,
            },
            "normal": {
                "var": normal.var,
                "expected_shortfall": normal.expected_shortfall,
                "sigma": normal.sigma,
                "diversification_ratio": normal.diversification_ratio,
            },
            "cornish_fisher": {
                "var": closed.cornish_fisher.var * value,
                "slope_positive": closed.cornish_fisher.slope_positive,
            },
            "monte_carlo": {
                "paths": estimate.paths,
                "seed": arguments.seed,
                "var": estimate.var,
                "var_low": finite(estimate.var_low),
                "var_high": finite(estimate.var_high),
                "expected_shortfall": estimate.expected_shortfall,
                "es_low": finite(estimate.es_low),
                "es_high": finite(estimate.es_high),
                "es_standard_error": finite(estimate.es_standard_error),
                "band": estimate.band,
            },
            "positions": parts,
            "factors": factors,
            "backtests": tests,
        })
    }
}

fn finite(x: f64) -> Option<f64> {
    Some(x).filter(|x| x.is_finite())
}

fn backtests(tested: &[Tested]) -> Table {
    let header = ["VaR of one day", "days", "exceptions", "expected", "Kupiec p", "independence p", "both p"];
    let mut table = Table::new("backtest", &header);
    for Tested { name, result } in tested {
        table.push(vec![
            (*name).to_owned(),
            result.days.to_string(),
            result.exceptions.to_string(),
            engine_report::picture::Axis::default().decimals(1).number(result.expected),
            plain(result.proportion_of_failures.p_value),
            maybe(result.independence.map(|t| t.p_value), plain),
            maybe(result.conditional_coverage.map(|t| t.p_value), plain),
        ]);
    }
    table
}

fn backtest_json(Tested { name, result }: &Tested) -> Value {
    let ratio = |r: risk::var::LikelihoodRatio| json!({ "statistic": r.statistic, "p_value": r.p_value });
    json!({
        "method": name,
        "days": result.days,
        "exceptions": result.exceptions,
        "expected": result.expected,
        "kupiec": ratio(result.proportion_of_failures),
        "christoffersen_independence": result.independence.map(ratio),
        "christoffersen_conditional_coverage": result.conditional_coverage.map(ratio),
    })
}
