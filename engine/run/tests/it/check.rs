//! `config check` and the schema: all errors at once, and the same rules as a run.

use engine_run::config::{check, check_text, schema};
use serde_json::Value;

use crate::broken::cases;
use crate::support::{BASE, changed, folder, run};

fn errors(text: &str) -> Vec<String> {
    let place = folder("../../configs");
    let prefix = format!("{}/", place.display());
    let found = check_text(&place.join("run.toml"), text.to_owned(), &[], &strategies::registry());
    found.into_iter().map(|e| e.replace(&prefix, "")).collect()
}

#[test]
fn all_errors_come_at_once_in_order() {
    let text = r#"stratgey = 3
[run]
name = "a/b"
start = "soon"
sede = 1
[account]
cash = -1
kind = "margn"
[[data]]
symbol = "US AAPL"
stamp = "middle"
[[data]]
file = "x.csv"
lot = 0
[strategy]
name = "macd"
fsat = 3
slow = 0
signal = "nine"
[sizing]
kind = "percnt"
[[exit]]
value = 3
[[exit]]
kind = "stop"
value = -1
units = "atr"
[costs]
rate = 2
slippage = { kind = "bps", value = -1 }
[fill]
path = "far"
clamp = 1
[risk]
open_orders_max = 0
"#;
    let expected = [
        "run.toml:1:1: stratgey: unknown section; did you mean \"strategy\"?",
        "run.toml:3:8: [run] name: found \"a/b\", expected 1 to 64 letters, digits, `-`, `_` or `.`, the first not a dot",
        "run.toml:4:9: [run] start: found \"soon\", expected a date such as \"2005-01-31\" or a time such as \"2005-01-31 09:30\" (local) or \"2005-01-31T14:30:00Z\", from 1900 to 2199",
        "run.toml:5:1: [run] sede: unknown key; did you mean \"seed\"?",
        "run.toml:7:8: [account] cash: found -1, expected a number from 0.01 to 1000000000000",
        "run.toml:8:8: [account] kind: found \"margn\", expected one of \"cash\", \"margin\"; did you mean \"margin\"?",
        "run.toml:9:1: [[data]] file: missing, expected the path of a price file (CSV or Parquet), relative to the config",
        "run.toml:14:7: [[data]] lot: found 0, expected a number from 0.00000001 to 1000000000",
        "run.toml:17:1: [strategy] fsat: unknown key; did you mean \"fast\"?",
        "run.toml:18:8: [strategy] slow: found 0, expected a whole number from 2 to 10000",
        "run.toml:19:10: [strategy] signal: found the text \"nine\", expected a whole number from 1 to 10000",
        "run.toml:21:8: [sizing] kind: there is no sizing \"percnt\"; did you mean \"percent\"?",
        "run.toml:29:8: [costs] rate: found 2, expected a number from 0 to 1",
        "run.toml:30:36: [costs] slippage.value: found -1, expected a number from 0 to 10000",
        "run.toml:32:8: [fill] path: found \"far\", expected one of \"near_first\", \"high_first\", \"low_first\", \"pessimistic\", \"optimistic\"",
        "run.toml:33:9: [fill] clamp: found 1, expected true or false",
        "run.toml:35:19: [risk] open_orders_max: found 0, expected a whole number from 1 to 1000000",
    ];
    let found = errors(text);
    for line in expected {
        assert!(found.iter().any(|f| f == line), "{line}\nis not in\n{}", found.join("\n"));
    }
    // Places in order.
    let lines: Vec<usize> = found.iter().filter_map(|e| e.split(':').nth(1)?.parse().ok()).collect();
    assert!(lines.windows(2).all(|w| w[0] <= w[1]), "{lines:?}");
}

#[test]
fn several_syntax_errors_come_at_once() {
    let found = errors("[run\nname = \"x\"\n[account]\ncash = 100,000\n");
    assert!(found.len() >= 2 && found[0].starts_with("run.toml:1:5: "), "{found:?}");
}

#[test]
fn check_says_what_a_run_says_and_more() {
    for (from, to, _) in cases() {
        let text = changed(&from, &to);
        let of_run = run(&text, &[]).err().unwrap_or_default();
        let all = errors(&text);
        assert!(all.contains(&of_run), "{to:?}: a run says {of_run:?}, check says {all:?}");
    }
    assert_eq!(errors(BASE), Vec::<String>::new());
    let sweep = format!("{BASE}[sweep]\nfsat = [1]\n");
    assert_eq!(errors(&sweep), ["run.toml:20:1: [sweep] fsat: [strategy] fsat: unknown key; did you mean \"fast\"?"]);
}

#[test]
fn all_errors_of_a_sweep_come_at_once() {
    let text = format!(
        "{BASE}[sweep]\nfast = [1, 0]\nslwo = [3]\n\"costs.rate\" = [2]\nmode = \"rnd\"\nrank = \"sharp\"\nmemory_mb = 0\n"
    );
    let found = errors(&text);
    for (line, part) in [
        (20, "fast: found 0"),
        (21, "slwo: [strategy] slwo: unknown key"),
        (22, "costs.rate: [costs] rate: found 2"),
        (23, "mode: found \"rnd\""),
        (24, "rank: found \"sharp\""),
        (25, "memory_mb: found 0"),
    ] {
        let is = |e: &String| e.starts_with(&format!("run.toml:{line}:")) && e.contains(part);
        assert!(found.iter().any(is), "{part} is not in\n{}", found.join("\n"));
    }
    assert_eq!(found.len(), 6, "{found:?}");
    let text = format!("{BASE}[sweep]\nfast = [5]\nconstraint = [\"fast <\", \"fsat < 3\"]\n");
    assert_eq!(errors(&text).len(), 2);
}

fn shipped() -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder("../../configs")).expect("a folder");
    let paths = entries.map(|e| e.expect("an entry").path());
    paths.filter(|p| p.extension().is_some_and(|e| e == "toml")).collect()
}

#[test]
fn shipped_configs_have_no_error() {
    for path in shipped() {
        assert_eq!(check(&path, &[], &strategies::registry()), Vec::<String>::new(), "{}", path.display());
    }
}

/// The first thing in a value that does not fit a schema; of the part that ours uses.
fn misfit(schema: &Value, value: &Value, at: &str) -> Option<String> {
    let known = [
        "$schema",
        "title",
        "description",
        "default",
        "type",
        "enum",
        "const",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "pattern",
        "minItems",
        "maxItems",
        "items",
        "properties",
        "required",
        "additionalProperties",
        "oneOf",
    ];
    let keys = schema.as_object().into_iter().flatten();
    for (key, rule) in keys {
        assert!(known.contains(&key.as_str()), "{key} is not checked here");
        let number = |v: &Value| v.as_f64().unwrap_or(f64::NAN);
        let length = |v: &Value| v.as_str().map_or(0, |t| t.chars().count()) as f64;
        let items = || value.as_array().map_or(0, Vec::len) as f64;
        let fits = match key.as_str() {
            // The only pattern is that of a length of time: a number and its unit.
            "pattern" => value.as_str().is_none_or(|text| {
                let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
                ["ns", "us", "ms", "s", "m", "h"].contains(&&text[number.len()..]) && number.parse::<f64>().is_ok()
            }),
            "type" => {
                let is = |kind: &str| match kind {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_i64() || value.is_u64(),
                    _ => value.is_number(),
                };
                match rule {
                    Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).any(is),
                    kind => is(kind.as_str().unwrap_or_default()),
                }
            }
            "enum" => rule.as_array().is_some_and(|list| list.contains(value)),
            "const" => rule == value,
            "minimum" => !value.is_number() || number(value) >= number(rule),
            "maximum" => !value.is_number() || number(value) <= number(rule),
            "minLength" => !value.is_string() || length(value) >= number(rule),
            "maxLength" => !value.is_string() || length(value) <= number(rule),
            "minItems" => !value.is_array() || items() >= number(rule),
            "maxItems" => !value.is_array() || items() <= number(rule),
            "required" => {
                !value.is_object()
                    || rule
                        .as_array()
                        .into_iter()
                        .flatten()
                        .all(|k| value.get(k.as_str().unwrap_or_default()).is_some())
            }
            _ => true,
        };
        if !fits {
            return Some(format!("{at}: {key} {rule}"));
        }
    }
    if let Some(list) = schema.get("oneOf").and_then(Value::as_array)
        && list.iter().filter(|s| misfit(s, value, at).is_none()).count() != 1
    {
        let near: Vec<String> = list.iter().filter_map(|s| misfit(s, value, at)).collect();
        return Some(format!("{at}: fits not exactly one: {near:?}"));
    }
    if let (Some(rule), Some(list)) = (schema.get("items"), value.as_array()) {
        let found = list.iter().enumerate().find_map(|(i, v)| misfit(rule, v, &format!("{at}.{i}")));
        if found.is_some() {
            return found;
        }
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for (key, inner) in value.as_object().into_iter().flatten() {
        let at = format!("{at}.{key}");
        let found = match (properties.and_then(|p| p.get(key)), schema.get("additionalProperties")) {
            (Some(rule), _) => misfit(rule, inner, &at),
            (None, Some(Value::Bool(false))) => Some(format!("{at}: unknown")),
            (None, Some(rule @ Value::Object(_))) => misfit(rule, inner, &at),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn parsed(text: &str) -> Value {
    toml::from_str(text).expect("TOML")
}

#[test]
fn shipped_configs_fit_the_schema() {
    let schema = schema(&strategies::registry());
    for path in shipped() {
        let text = std::fs::read_to_string(&path).expect("a file");
        assert_eq!(misfit(&schema, &parsed(&text), ""), None, "{}", path.display());
    }
    assert_eq!(misfit(&schema, &parsed(BASE), ""), None);
}

#[test]
fn what_the_schema_refuses() {
    let schema = schema(&strategies::registry());
    for (from, to) in [
        ("[account]", "[acount]"),
        ("fast = 12", "fsat = 12"),
        ("fast = 12", "fast = 0"),
        ("fast = 12", "fast = 1.5"),
        ("name = \"macd\"", "name = \"mcad\""),
        ("rate = 0.001", "rate = 1.1"),
        ("schedule = \"rate\"", "slippage = { kind = \"bps\" }"),
        ("schedule = \"rate\"", "slippage = { kind = \"ticks\", value = 1.5 }"),
        ("[costs]", "[[exit]]\nkind = \"stop\"\nvalue = -1\n[costs]"),
        ("[costs]", "[sweep]\nfast = 3\n[costs]"),
        ("[costs]", "[sweep]\nfast = []\n[costs]"),
        ("[costs]", "[sweep]\nrank = \"sharp\"\n[costs]"),
        ("file = ", "feil = "),
    ] {
        assert!(misfit(&schema, &parsed(&changed(from, to)), "").is_some(), "{to}");
    }
}

/// The ranges of the schema are those of the readers: just outside is refused by
/// both, the ends are taken by both.
#[test]
fn ranges_of_the_schema_are_those_of_a_run() {
    let schema = schema(&strategies::registry());
    let mut checked = 0;
    for section in ["run", "account", "costs", "fill", "risk", "data"] {
        let of = &schema["properties"][section];
        let properties = if section == "data" { &of["items"]["properties"] } else { &of["properties"] };
        let path = if section == "data" { "data.0" } else { section };
        for (key, rule) in properties.as_object().expect("properties") {
            let (Some(low), Some(high)) = (rule["minimum"].as_f64(), rule["maximum"].as_f64()) else { continue };
            let integer = rule["type"] == "integer";
            let complaint = |value: String| {
                let mut overrides = vec![format!("{path}.{key}={value}")];
                if key == "leverage" {
                    overrides.push("account.kind=margin".to_owned());
                }
                let place = folder("../../configs").join("run.toml");
                let found = check_text(&place, BASE.to_owned(), &overrides, &strategies::registry());
                found.iter().any(|e| e.contains("expected a number from") || e.contains("expected a whole number from"))
            };
            let show = |x: f64| if integer { format!("{x:.0}") } else { format!("{x:?}") };
            // The largest seed has no double of its own.
            let top = if key == "seed" { i64::MAX.to_string() } else { show(high) };
            assert!(!complaint(show(low)) && !complaint(top), "{section}.{key}: an end is refused");
            assert!(complaint(show(low - low.abs().max(1.0))), "{section}.{key}: below {low} is taken");
            if key != "seed" {
                assert!(complaint(show(high * 2.0)), "{section}.{key}: above {high} is taken");
            }
            checked += 1;
        }
    }
    assert_eq!(checked, 12);
}
