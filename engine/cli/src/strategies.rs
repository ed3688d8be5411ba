//! `engine strategies [describe NAME]`.

use clap::{Args, Subcommand};
use engine_core::registry::{Domain, Registered, Registry, Role};
use engine_run::nearest;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output;

/// List the strategies and their parts, or describe one
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  engine strategies\n  engine strategies describe macd")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print a plugin's parameters with defaults and ranges
    #[command(after_help = "Example:\n  engine strategies describe macd --json")]
    Describe {
        /// Name of the plugin
        name: String,
    },
}

const ROLES: [(Role, &str, &str); 5] = [
    (Role::Strategy, "strategies", "[strategy] name"),
    (Role::Signal, "signals", "[strategy] name"),
    (Role::Filter, "filters", "[[filter]] kind"),
    (Role::Sizer, "sizings", "[sizing] kind"),
    (Role::Exit, "exits", "[[exit]] kind"),
];
const WIDTH: usize = 80;

pub(crate) fn run(arguments: &Arguments, registry: &Registry) -> Result<(), Failure> {
    let chosen: Vec<&Registered> = match &arguments.command {
        None => registry.plugins().iter().collect(),
        Some(Command::Describe { name }) => find(registry, name)?,
    };
    if arguments.json {
        let list: Vec<Value> = chosen.iter().map(|p| as_json(p)).collect();
        let text = serde_json::to_string_pretty(&list).map_err(Failure::other)?;
        return output::print(&format!("{text}\n"));
    }
    match arguments.command {
        None => output::print(&list(&chosen)),
        Some(_) => output::print(&chosen.iter().map(|p| describe(p)).collect::<Vec<_>>().join("\n")),
    }
}

fn find<'r>(registry: &'r Registry, name: &str) -> Result<Vec<&'r Registered>, Failure> {
    let found: Vec<&Registered> = registry.plugins().iter().filter(|p| p.name == name).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let known = registry.plugins().iter().map(|p| p.name);
    let hint = nearest(name, known).map_or(String::new(), |n| format!("; did you mean \"{n}\"?"));
    Err(Failure::input(format!("there is no plugin \"{name}\"{hint}")))
}

fn list(plugins: &[&Registered]) -> String {
    let width = plugins.iter().map(|p| p.name.len()).max().unwrap_or(0);
    let indent = " ".repeat(width + 4);
    let mut text = String::new();
    for (role, title, key) in ROLES {
        let of_role: Vec<_> = plugins.iter().filter(|p| p.role == role).collect();
        if of_role.is_empty() {
            continue;
        }
        text.push_str(&format!("{title}  ({key})\n"));
        for plugin in of_role {
            let doc = output::wrap(plugin.doc, WIDTH, &indent);
            text.push_str(&format!("  {:width$}  {}", plugin.name, doc.trim_start()));
        }
        text.push('\n');
    }
    text.push_str("`engine strategies describe NAME` prints the parameters.\n");
    text
}

fn describe(plugin: &Registered) -> String {
    let key = ROLES.iter().find(|(role, ..)| *role == plugin.role).map_or("", |(_, _, key)| key);
    let mut text = format!("{}  ({key} = \"{}\")\n", plugin.name, plugin.name);
    text.push_str(&output::wrap(plugin.doc, WIDTH, ""));
    if plugin.fields.is_empty() {
        text.push_str("\nno parameters\n");
        return text;
    }
    let width = plugin.fields.iter().map(|f| f.name.len()).max().unwrap_or(0).max("parameter".len());
    let defaults: Vec<String> = plugin.defaults.iter().map(Value::to_string).collect();
    let default_width = defaults.iter().map(String::len).max().unwrap_or(0).max("default".len());
    text.push_str(&format!("\n{:width$}  {:default_width$}  range\n", "parameter", "default"));
    for (field, default) in plugin.fields.iter().zip(&defaults) {
        text.push_str(&format!("{:width$}  {default:default_width$}  {}\n", field.name, field.domain));
        text.push_str(&output::wrap(field.doc, WIDTH, "    "));
    }
    text
}

fn as_json(plugin: &Registered) -> Value {
    let fields = plugin.fields.iter().zip(&plugin.defaults).map(|(field, default)| {
        json!({
            "name": field.name,
            "doc": field.doc.trim(),
            "default": default,
            "domain": domain(&field.domain),
        })
    });
    json!({
        "name": plugin.name,
        "role": plugin.role.name(),
        "doc": plugin.doc,
        "parameters": fields.collect::<Vec<_>>(),
    })
}

fn domain(domain: &Domain) -> Value {
    match domain {
        Domain::Integer(low, high) => json!({"type": "integer", "from": low, "to": high}),
        Domain::Number(low, high) => json!({"type": "number", "from": low, "to": high}),
        Domain::OneOf(names) => json!({"type": "one of", "values": names}),
        Domain::Text => json!({"type": "text"}),
        Domain::Flag => json!({"type": "flag"}),
    }
}
