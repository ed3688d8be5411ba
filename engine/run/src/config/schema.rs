//! `schema`: the run config as a JSON Schema, for editors.
//!
//! Plugins and their parameters come from the registry. The ranges of the other
//! keys are those of the readers beside this; a test holds both together.

use engine_core::registry::{Domain, Registered, Registry, Role};
use serde_json::{Map, Value, json};

/// The JSON Schema (draft 2020-12) of a run config.
#[must_use]
pub fn schema(registry: &Registry) -> Value {
    let plugins = |roles: &[Role], key: &str, own: &Value| -> Value {
        let of = registry.plugins().iter().filter(|p| roles.contains(&p.role));
        json!({ "oneOf": of.map(|p| plugin(p, key, own)).collect::<Vec<_>>() })
    };
    let list = |items: Value, doc: &str| json!({ "type": "array", "items": items, "description": doc });
    let strategy = json!({
        "symbol": text("What it trades: a symbol of [[data]]; may be left out with one [[data]]."),
        "start_after": whole(0, 1_000_000_000, "No signal is acted on before that many bars. Default 0."),
    });
    let sizing =
        json!({ "shrink_to_fit": flag("Take what the account can pay for instead of a rejection. Default false.") });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Run config of the engine",
        "type": "object",
        "additionalProperties": false,
        "required": ["data", "strategy"],
        "properties": {
            "run": table("The run: name, period, seed.", json!({
                "name": text("Name of the run and its folder: 1 to 64 letters, digits, `-`, `_`, `.`. Default: that of the file."),
                "start": text("First day or time, included: 2005-01-31 or 2005-01-31 09:30. Default: the start of the data."),
                "end": text("Last day or time, included. Default: the end of the data."),
                "seed": whole(0, i64::MAX, "For strategies that draw random numbers. Default 0."),
                "warmup_bars": whole(0, 1_000_000, "Bars before start that indicators see. Default 0."),
            })),
            "account": table("The account.", json!({
                "cash": number(0.01, 1e12, "Cash at the start. Default 100,000."),
                "currency": text("ISO 4217 code. Default: that of the data."),
                "kind": words(&["cash", "margin"], "`margin` may borrow and go short. Default cash."),
                "leverage": number(0.01, 100.0, "Of a margin account: positions over equity. Default 2."),
            })),
            "data": list(data(), "Price files."),
            "strategy": plugins(&[Role::Signal, Role::Strategy], "name", &strategy),
            "sizing": plugins(&[Role::Sizer], "kind", &sizing),
            "filter": list(plugins(&[Role::Filter], "kind", &json!({})), "Vetoes on entries."),
            "exit": list(plugins(&[Role::Exit], "kind", &json!({})), "Stops, targets, trailing stops."),
            "costs": costs(),
            "fill": fill(),
            "venue": venue(),
            "actions": table("Corporate actions.", json!({
                "mode": words(&["apply", "ignore"], "Splits and dividends take effect, or are ignored. Default apply."),
            })),
            "rules": table("Trading rules of the markets.", json!({
                "mode": words(&["apply", "ignore"], "Price steps, lots, price limits and settlement hold, or not. Default: apply with a dated fee schedule, else ignore."),
                "file": text("A rule file that is read over the shipped rules."),
                "switches": { "type": "object", "additionalProperties": { "type": "string" }, "description": "Dates of rules whose day is not known, by name." },
            })),
            "benchmark": table("What to compare with.", json!({
                "symbol": text("A symbol of [[data]], bought and held."),
            })),
            "risk": table("Limits of the risk gate.", json!({
                "order_quantity_max": number(1e-8, 1e10, "Largest quantity of one order. Default: no limit."),
                "order_notional_max": number(0.01, 1e10, "Largest price times quantity of one order. Default: no limit."),
                "open_orders_max": whole(1, 1_000_000, "Most orders at work. Default 100,000."),
            })),
            "sweep": sweep(),
            "live": { "type": "object", "description": "Belongs to `engine live`." },
        },
    })
}

fn with_doc(mut schema: Value, doc: &str) -> Value {
    schema["description"] = doc.into();
    schema
}

fn text(doc: &str) -> Value {
    with_doc(json!({ "type": "string", "minLength": 1, "maxLength": 200 }), doc)
}

fn flag(doc: &str) -> Value {
    with_doc(json!({ "type": "boolean" }), doc)
}

fn whole(low: i64, high: i64, doc: &str) -> Value {
    with_doc(json!({ "type": "integer", "minimum": low, "maximum": high }), doc)
}

fn number(low: f64, high: f64, doc: &str) -> Value {
    with_doc(json!({ "type": "number", "minimum": low, "maximum": high }), doc)
}

fn words(words: &[&str], doc: &str) -> Value {
    with_doc(json!({ "enum": words }), doc)
}

/// A table with these keys and no other.
fn table(doc: &str, properties: Value) -> Value {
    with_doc(json!({ "type": "object", "additionalProperties": false, "properties": properties }), doc)
}

/// A table that chooses a plugin, with the plugin's parameters and the keys of the section.
fn plugin(plugin: &Registered, key: &str, own: &Value) -> Value {
    let mut properties = Map::new();
    properties.insert(key.to_owned(), json!({ "const": plugin.name, "description": plugin.doc }));
    let takes_symbol = plugin.fields.iter().any(|f| f.name == "symbol");
    for (name, schema) in own.as_object().into_iter().flatten() {
        // A whole strategy has only what it declares.
        if plugin.role != Role::Strategy || (takes_symbol && name == "symbol") {
            properties.insert(name.clone(), schema.clone());
        }
    }
    for (field, default) in plugin.fields.iter().zip(&plugin.defaults) {
        let doc = field.doc.trim();
        let mut schema = match field.domain {
            Domain::Integer(low, high) => whole(low, high, doc),
            Domain::Number(low, high) => number(low, high, doc),
            Domain::OneOf(names) => words(names, doc),
            Domain::Text => with_doc(json!({ "type": "string", "maxLength": 200 }), doc),
            Domain::Flag => flag(doc),
        };
        schema["default"] = default.clone();
        properties.insert(field.name.to_owned(), schema);
    }
    let mut schema = table(plugin.doc, Value::Object(properties));
    schema["title"] = plugin.name.into();
    schema["required"] = json!([key]);
    schema
}

/// Keys of the data contract that any price file may have inline.
fn contract() -> Value {
    json!({
        "bars": text("Length of a bar: 1m, 5m, 1h, 1d, 1w."),
        "timezone": text("IANA time zone of times without an offset."),
        "stamp": words(&["open", "close"], "Which end of a bar its time names."),
        "prices": words(&["raw", "adjusted"], "As traded, or adjusted for splits and dividends."),
        "source": text("Where the file comes from."),
    })
}

/// Two objects in one.
fn joined(mut one: Value, other: Value) -> Value {
    if let (Some(all), Value::Object(more)) = (one.as_object_mut(), other) {
        all.extend(more);
    }
    one
}

fn data() -> Value {
    let file = || text("Price file (CSV or Parquet), relative to the config.");
    let mut finer = table("With the keys of its data contract.", joined(contract(), json!({ "file": file() })));
    finer["required"] = json!(["file"]);
    let mut schema = table(
        "A price file; what its data contract (FILE.toml) says may be left out.",
        joined(
            contract(),
            json!({
                "symbol": text("Symbol such as US.AAPL."),
                "file": file(),
                "finer": { "oneOf": [file(), finer], "description": "Shorter bars of the same instrument, or a tape with its trades, on which ambiguous bars are matched again. Default: none." },
                "currency": text("ISO 4217 code."),
                "lot": number(1e-8, 1e9, "Quantities are multiples of it. Default 1."),
                "tick": number(1e-8, 1e6, "Price step. Default: none."),
                "multiplier": whole(1, 1_000_000, "Units of the underlying per contract. Default 1."),
            }),
        ),
    );
    schema["required"] = json!(["file"]);
    schema
}

fn costs() -> Value {
    let slippage = |kind: &str, value: Option<Value>| {
        let mut properties = json!({ "kind": { "const": kind } });
        let mut required = vec!["kind"];
        if let Some(value) = value {
            properties["value"] = value;
            required.push("value");
        }
        json!({ "type": "object", "additionalProperties": false, "properties": properties, "required": required })
    };
    let kinds = [
        slippage("none", None),
        slippage("ticks", Some(whole(0, 10_000, "Ticks."))),
        slippage("bps", Some(number(0.0, 10_000.0, "Basis points of the price."))),
        slippage("amount", Some(number(0.0, 1e6, "A price distance."))),
        slippage("sqrt", Some(number(0.0, 10.0, "Times sqrt(quantity / volume) of the price."))),
    ];
    table(
        "What trading costs.",
        json!({
            "schedule": text("none, rate (default when a rate is given), a shipped schedule (futu-hk, futu-us, cn-connect) or file:PATH."),
            "plan": text("Plan of the fee schedule. Default: its first."),
            "rate": number(0.0, 1.0, "Fraction of the traded amount, on both sides."),
            "slippage": { "oneOf": kinds, "description": "How far market and stop fills move against us." },
        }),
    )
}

fn fill() -> Value {
    table(
        "How bars fill orders.",
        json!({
            "market": words(&["next_open", "same_close"], "When market orders fill; same_close looks ahead. Default next_open."),
            "path": words(&["near_first", "high_first", "low_first", "pessimistic", "optimistic"], "The path inside a bar. Default near_first."),
            "limit_fill": words(&["touch", "through"], "What fills a limit. Default touch."),
            "limit_gap": words(&["open", "limit"], "Price of a limit that a gap jumps over. Default open."),
            "participation": number(1e-6, 1.0, "Share of a bar's volume that our orders may take. Default: no cap."),
            "clamp": flag("Keeps slipped prices inside the bar. Default false."),
        }),
    )
}

fn venue() -> Value {
    let length = || json!({ "type": "string", "pattern": "^[0-9]{1,9}(\\.[0-9]{1,9})?(ns|us|ms|s|m|h)$" });
    let delay = |doc: &str| {
        let sampled = json!({ "type": "object", "additionalProperties": false, "properties": {
            "least": length(), "mean": length(), "most": length(), "as_data": number(0.0, 100.0, "Times the latency of the data."),
        }});
        with_doc(json!({ "oneOf": [length(), sampled] }), doc)
    };
    table(
        "How orders meet trades, quotes and books, where the data is a tape.",
        json!({
            "queue": words(&["none", "volume_ahead", "proportional", "power", "log", "fifo"], "Place of resting orders. Default: fifo on order-by-order data, else volume_ahead."),
            "power": number(0.1, 10.0, "Exponent of queue = \"power\"."),
            "through": words(&["full", "traded"], "What a trade through the limit of a resting order fills. Default full."),
            "trigger": words(&["trade", "quote"], "What fires stops. Default: trades where the tape has any, else quotes."),
            "stale_after": with_doc(length(), "A book is stale after so much silence. Default: never."),
            "feed_latency": delay("Market data to the strategy, on top of the tape's own. Default none."),
            "order_latency": delay("Orders to the venue. Default none."),
            "response_latency": delay("Answers to the strategy. Default none."),
        }),
    )
}

fn sweep() -> Value {
    let value = json!({ "type": ["number", "string", "boolean"] });
    let range = json!({
        "type": "object",
        "properties": {
            "from": { "type": "number" },
            "to": { "type": "number" },
            "step": { "type": "number" },
            "count": whole(2, 100_000, "Values from `from` to `to`, both included."),
            "scale": words(&["linear", "log"], "Default linear."),
        },
    });
    let condition = json!({ "type": "string", "minLength": 1 });
    let mut schema = table(
        "A backtest for every combination: a bare key is a parameter of the strategy, a quoted path any key that leaves the data as it is.",
        json!({
            "mode": words(&["grid", "random"], "All combinations, or so many draws. Default grid."),
            "samples": whole(1, 100_000_000, "Draws of a random sweep."),
            "seed": whole(0, i64::MAX, "Of the draws. Default 0."),
            "constraint": { "oneOf": [condition, { "type": "array", "items": condition }], "description": "Such as fast < slow; of a list, all must hold." },
            "rank": words(&crate::sweep::figures::NAMES, "Figure by which cells are ranked. Default sharpe."),
            "memory_mb": whole(1, 1_000_000, "Memory of shared indicator columns, MB. Default 100."),
            "digests": words(&["auto", "all", "top"], "Which runs are hashed as a whole. Default auto."),
            "scenarios": flag("Re-run ambiguous cells for pnl_worst and pnl_best. Default false."),
            "heat_map": { "type": "array", "items": { "type": "string" }, "minItems": 2, "maxItems": 2, "description": "Two parameters." },
        }),
    );
    schema["additionalProperties"] = json!({ "oneOf": [{ "type": "array", "items": value, "minItems": 1 }, range], "description": "Values of a parameter." });
    schema
}
