//! Every file in `tests/scenarios` through the exchange, compared exactly.

use std::path::Path;

use engine_core::exchange::{scenario, scenario_json};
use serde_json::Value;

fn same(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Object(a), Value::Object(b)) => {
            b.iter().all(|(key, value)| a.get(key).is_some_and(|found| same(found, value)))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(x, y)| same(x, y)),
        (a, b) => a == b,
    }
}

/// Working and closed orders are sets by order id.
fn sorted(list: &Value) -> Value {
    let mut items = list.as_array().cloned().unwrap_or_default();
    items.sort_by_key(|i| i["order"].to_string());
    Value::Array(items)
}

#[test]
fn every_scenario_gives_exactly_what_the_rules_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    let (mut count, mut wrong) = (0, Vec::new());
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "json")) {
        let text = std::fs::read_to_string(file).unwrap();
        let list: Vec<Value> = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        for item in list {
            count += 1;
            let title = format!("{} {}", file.file_stem().unwrap().to_string_lossy(), item["name"]);
            let (cases, _) = match scenario_json::read_cases(&item["case"].to_string()) {
                Ok(read) => read,
                Err(e) => {
                    wrong.push(format!("{title}: {e}"));
                    continue;
                }
            };
            let (case, names) = &cases[0];
            let found = scenario_json::write_outcome(&scenario::run(case), names);
            let found: Value = serde_json::from_str(&found).unwrap();
            for (key, expected) in item["expect"].as_object().unwrap() {
                let ok = match key.as_str() {
                    "working" | "closed" => same(&sorted(&found[key]), &sorted(expected)),
                    _ => same(&found[key], expected),
                };
                if !ok {
                    wrong.push(format!(
                        "{title} ({}): {key}\n   found    {}\n   expected {expected}",
                        item["rule"], found[key]
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} scenarios:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 160, "only {count} scenarios");
}

#[test]
fn the_worked_examples_of_the_documentation_are_what_comes_out() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let text = std::fs::read_to_string(docs.join("simulate-orders.md")).unwrap();
    let blocks: Vec<&str> = text.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 6, "each case is followed by its answer");
    for pair in blocks.chunks(2) {
        let (cases, _) = scenario_json::read_cases(pair[0]).unwrap();
        let (case, names) = &cases[0];
        let found: Value = serde_json::from_str(&scenario_json::write_outcome(&scenario::run(case), names)).unwrap();
        let expected: Value = serde_json::from_str(pair[1]).unwrap();
        let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&found), keys(&expected));
        for key in keys(&expected) {
            let (found, expected) = match key.as_str() {
                "working" | "closed" => (sorted(&found[&key]), sorted(&expected[&key])),
                _ => (found[&key].clone(), expected[&key].clone()),
            };
            assert!(same(&found, &expected), "{key}\n   found    {found}\n   expected {expected}");
        }
    }
}
