//! The registry: what there is, its defaults and domains, and how it refuses.

use engine_core::registry::{Domain, Parameters, Plugin, Registered, Role};
use engine_core::setup::SetupError;
use serde_json::{Map, Value, json};
use strategies::{books, exits, registry, signals, sizing};

use crate::common::map;

fn build(plugin: &Registered, values: Map<String, Value>) -> Result<(), SetupError> {
    match plugin.role {
        Role::Strategy => plugin.strategy(values).map(drop),
        Role::Signal => plugin.signal(values).map(drop),
        Role::Filter => plugin.filter(values).map(drop),
        Role::Sizer => plugin.sizer(values).map(drop),
        Role::Exit => plugin.exit(values).map(drop),
    }
}

fn refused(role: Role, name: &str, values: Value) -> (String, String) {
    let registry = registry();
    match build(registry.find(role, name).unwrap(), map(&values)) {
        Err(SetupError::Parameter { key, problem }) => (key, problem),
        other => panic!("{name} {values}: {other:?}"),
    }
}

#[test]
fn every_plugin_is_listed_once_and_documented() {
    let registry = registry();
    let names = |role| registry.plugins().iter().filter(|p| p.role == role).map(|p| p.name).collect::<Vec<_>>();
    assert_eq!(names(Role::Strategy), ["market_maker", "imbalance", "twap"]);
    assert_eq!(names(Role::Signal), ["macd", "sma_cross", "rsi", "bollinger", "buy_and_hold"]);
    assert_eq!(names(Role::Sizer), ["all_in", "fixed", "percent", "risk", "volatility_target"]);
    assert_eq!(names(Role::Exit), ["stop", "target", "trailing"]);
    assert_eq!(registry.plugins().len(), 16);
    for plugin in registry.plugins() {
        assert!(plugin.doc.ends_with('.') && plugin.doc.len() > 20, "{}", plugin.name);
        for field in plugin.fields {
            assert!(field.doc.trim().ends_with('.'), "{}.{}: {}", plugin.name, field.name, field.doc);
        }
    }
}

#[test]
fn defaults_are_inside_their_domains_and_build() {
    for plugin in registry().plugins() {
        assert_eq!(plugin.fields.len(), plugin.defaults.len());
        let mut all = Map::new();
        for (field, default) in plugin.fields.iter().zip(&plugin.defaults) {
            assert!(field.domain.contains(default), "{}.{} = {default}", plugin.name, field.name);
            all.insert(field.name.to_owned(), default.clone());
        }
        assert_eq!(build(plugin, Map::new()), Ok(()), "{} without parameters", plugin.name);
        assert_eq!(build(plugin, all), Ok(()), "{} with its defaults", plugin.name);
    }
}

#[test]
fn the_usual_parameters_are_the_defaults() {
    let registry = registry();
    let defaults = |role, name: &str| {
        let plugin = registry.find(role, name).unwrap();
        let pairs = plugin.fields.iter().map(|f| f.name.to_owned()).zip(plugin.defaults.clone());
        Value::Object(pairs.collect())
    };
    assert_eq!(defaults(Role::Signal, "macd"), json!({"fast": 12, "slow": 26, "signal": 9, "seeding": "sma"}));
    assert_eq!(defaults(Role::Signal, "sma_cross"), json!({"fast": 10, "slow": 30}));
    assert_eq!(defaults(Role::Signal, "rsi"), json!({"period": 14, "lower": 30.0, "upper": 70.0}));
    assert_eq!(defaults(Role::Signal, "bollinger"), json!({"period": 20, "width": 2.0, "mode": "reversion"}));
    assert_eq!(defaults(Role::Signal, "buy_and_hold"), json!({}));
}

#[test]
fn an_unknown_parameter_is_refused_by_name() {
    for plugin in registry().plugins() {
        let (key, problem) = refused(plugin.role, plugin.name, json!({"colour": 1}));
        assert_eq!(key, "colour");
        assert!(problem.contains(plugin.name), "{problem}");
    }
}

/// A value just outside each end of a domain, and of a wrong type.
fn outside(domain: &Domain) -> Vec<Value> {
    match domain {
        Domain::Integer(low, high) => {
            vec![json!(low - 1), json!(high + 1), json!("10"), json!(10.5), Value::Null]
        }
        Domain::Number(low, high) => {
            vec![json!(low - 1.0), json!(high * 1.001), json!("10"), json!(true), Value::Null]
        }
        Domain::OneOf(_) => vec![json!("sideways"), json!(""), json!(1), Value::Null],
        Domain::Text | Domain::Flag => vec![json!(1)],
    }
}

#[test]
fn a_value_outside_its_domain_is_refused_with_its_key() {
    for plugin in registry().plugins() {
        for field in plugin.fields {
            for value in outside(&field.domain) {
                let values = Value::Object(Map::from_iter([(field.name.to_owned(), value.clone())]));
                let (key, problem) = refused(plugin.role, plugin.name, values);
                assert_eq!(key, field.name, "{}: {value}", plugin.name);
                assert_eq!(problem, format!("is {value}, expected {}", field.domain), "{}", plugin.name);
            }
        }
    }
}

#[test]
fn parameters_that_do_not_fit_each_other_are_refused_with_their_key() {
    for name in ["sma_cross", "macd"] {
        for (fast, slow) in [(20, 20), (30, 20)] {
            let (key, problem) = refused(Role::Signal, name, json!({"fast": fast, "slow": slow}));
            assert_eq!(key, "fast");
            assert_eq!(problem, format!("is {fast}, expected less than slow, which is {slow}"));
        }
    }
    // The default counts where nothing is given.
    assert_eq!(refused(Role::Signal, "sma_cross", json!({"fast": 30})).0, "fast");
    assert_eq!(refused(Role::Signal, "macd", json!({"slow": 12})).0, "fast");
    for (lower, upper) in [(50.0, 50.0), (70.0, 30.0)] {
        assert_eq!(refused(Role::Signal, "rsi", json!({"lower": lower, "upper": upper})).0, "lower");
    }
}

#[test]
fn a_stop_of_a_whole_price_or_more_is_refused() {
    for name in ["stop", "trailing"] {
        assert_eq!(refused(Role::Exit, name, json!({"unit": "percent", "value": 100.0})).0, "value");
        let registry = registry();
        let plugin = registry.find(Role::Exit, name).unwrap();
        for unit in ["amount", "atr"] {
            assert_eq!(build(plugin, map(&json!({"unit": unit, "value": 100.0}))), Ok(()));
        }
    }
}

#[test]
fn a_plugin_plays_its_own_part_only() {
    for plugin in registry().plugins() {
        assert_eq!(plugin.signal(Map::new()).is_ok(), plugin.role == Role::Signal);
        assert_eq!(plugin.sizer(Map::new()).is_ok(), plugin.role == Role::Sizer);
        assert_eq!(plugin.exit(Map::new()).is_ok(), plugin.role == Role::Exit);
        assert_eq!(plugin.strategy(Map::new()).is_ok(), plugin.role == Role::Strategy);
        assert!(plugin.filter(Map::new()).is_err());
    }
}

/// Every value a sweep may set comes back from serde as it went in.
fn round_trip<T: Plugin>()
where
    T::Parameters: PartialEq + std::fmt::Debug,
{
    let defaults = serde_json::to_value(T::Parameters::default()).unwrap();
    let listed: Vec<&str> = T::Parameters::FIELDS.iter().map(|f| f.name).collect();
    let mut keys: Vec<&String> = defaults.as_object().unwrap().keys().collect();
    keys.sort();
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    assert_eq!(keys, sorted, "{}: fields and parameters differ", T::NAME);
    for field in T::Parameters::FIELDS {
        let values: Vec<Value> = match field.domain {
            Domain::Integer(low, high) => [low, low + 1, high].map(Value::from).to_vec(),
            Domain::Number(low, high) => [low, low + (high - low) / 3.0, high].map(Value::from).to_vec(),
            Domain::OneOf(names) => names.iter().map(|n| json!(n)).collect(),
            Domain::Text => vec![json!("text")],
            Domain::Flag => vec![json!(true), json!(false)],
        };
        for value in values {
            assert!(field.domain.contains(&value), "{}.{} {value}", T::NAME, field.name);
            let one = Value::Object(Map::from_iter([(field.name.to_owned(), value.clone())]));
            let parameters: T::Parameters = serde_json::from_value(one).unwrap();
            let text = serde_json::to_string(&parameters).unwrap();
            assert_eq!(serde_json::from_str::<T::Parameters>(&text).unwrap(), parameters);
            assert_eq!(serde_json::to_value(&parameters).unwrap()[field.name], value, "{}.{}", T::NAME, field.name);
        }
    }
}

#[test]
fn every_field_round_trips() {
    round_trip::<books::MarketMaker>();
    round_trip::<books::Imbalance>();
    round_trip::<books::Twap>();
    round_trip::<signals::Macd>();
    round_trip::<signals::SmaCross>();
    round_trip::<signals::Rsi>();
    round_trip::<signals::Bollinger>();
    round_trip::<signals::BuyAndHold>();
    round_trip::<sizing::AllIn>();
    round_trip::<sizing::Fixed>();
    round_trip::<sizing::Percent>();
    round_trip::<sizing::Risk>();
    round_trip::<sizing::VolatilityTarget>();
    round_trip::<exits::Stop>();
    round_trip::<exits::Target>();
    round_trip::<exits::Trailing>();
}
