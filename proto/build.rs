//! Compiles every schema under `schema/opend`, without `protoc`: the messages
//! by prost, and a table of all fields (`table.rs`) for what works on any
//! message: the check of required fields and the JSON form.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use protox::prost_reflect::{Cardinality, DescriptorPool, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};

fn main() -> Result<(), Box<dyn Error>> {
    let schema = Path::new("schema/opend");
    println!("cargo::rerun-if-changed=schema/opend");
    let mut files = Vec::<PathBuf>::new();
    for entry in std::fs::read_dir(schema)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "proto") {
            files.push(path);
        }
    }
    files.sort();
    let mut compiler = protox::Compiler::new([schema])?;
    compiler.include_source_info(true).include_imports(true).open_files(&files)?;
    let table = table(&compiler.descriptor_pool())?;
    std::fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("table.rs"), table)?;
    let mut config = prost_build::Config::new();
    config.include_file("opend.rs");
    config.compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}

/// The whole schema as Rust statics.
fn table(pool: &DescriptorPool) -> Result<String, Box<dyn Error>> {
    let messages: BTreeMap<String, MessageDescriptor> =
        pool.all_messages().map(|m| (m.full_name().to_owned(), m)).collect();
    let enums: BTreeMap<String, EnumDescriptor> = pool.all_enums().map(|e| (e.full_name().to_owned(), e)).collect();
    let mut out = String::new();
    for (at, declared) in enums.values().enumerate() {
        write!(out, "static E{at}: Enum = Enum {{ name: {:?}, values: &[", declared.full_name())?;
        // In the order of declaration, so that the first of two names for a number leads.
        for value in &declared.enum_descriptor_proto().value {
            write!(out, "({:?}, {}), ", value.name(), value.number())?;
        }
        out.push_str("] };\n");
    }
    for (at, message) in messages.values().enumerate() {
        let depth = depth(message, 0)?;
        let mut fields: Vec<FieldDescriptor> = message.fields().collect();
        fields.sort_by_key(FieldDescriptor::number);
        if fields.len() > 64 {
            return Err(format!("{}: more than 64 fields, the table's masks hold 64", message.full_name()).into());
        }
        let mut required = 0u64;
        let mut text = String::new();
        for (bit, field) in fields.iter().enumerate() {
            if field.cardinality() == Cardinality::Required {
                required |= 1 << bit;
            }
            let kind = match field.kind() {
                Kind::Message(of) => format!("Message(&M{})", position(&messages, of.full_name())?),
                Kind::Enum(of) => format!("Enum(&E{})", position(&enums, of.full_name())?),
                Kind::Double => "Double".to_owned(),
                Kind::Float => "Float".to_owned(),
                Kind::Int32 => "Int32".to_owned(),
                Kind::Int64 => "Int64".to_owned(),
                Kind::Uint32 => "Uint32".to_owned(),
                Kind::Uint64 => "Uint64".to_owned(),
                Kind::Bool => "Bool".to_owned(),
                Kind::String => "String".to_owned(),
                Kind::Bytes => "Bytes".to_owned(),
                other => return Err(format!("{}: type {other:?} is not in the table", field.full_name()).into()),
            };
            let proto = field.field_descriptor_proto();
            write!(
                text,
                "Field {{ number: {}, name: {:?}, json_name: {:?}, label: Label::{:?}, kind: Kind::{kind}, default: {:?} }}, ",
                field.number(),
                field.name(),
                field.json_name(),
                field.cardinality(),
                proto.default_value,
            )?;
        }
        let name = message.full_name();
        let checked = needs_check(message);
        writeln!(
            out,
            "static M{at}: Message = Message {{ name: {name:?}, fields: &[{text}], required: {required}, checked: {checked}, depth: {depth} }};"
        )?;
    }
    list(&mut out, "MESSAGES", "Message", "M", messages.len())?;
    list(&mut out, "ENUMS", "Enum", "E", enums.len())?;
    let mut packages: Vec<String> = pool.files().map(|f| f.package_name().to_owned()).collect();
    packages.sort();
    out.push_str("static PACKAGES: &[(&str, Option<&Message>, Option<&Message>)] = &[");
    for package in packages {
        let of = |name: &str| match position(&messages, &format!("{package}.{name}")) {
            Ok(at) => format!("Some(&M{at})"),
            Err(_) => "None".to_owned(),
        };
        write!(out, "({package:?}, {}, {}), ", of("Request"), of("Response"))?;
    }
    out.push_str("];\n");
    Ok(out)
}

fn list(out: &mut String, name: &str, of: &str, letter: &str, count: usize) -> std::fmt::Result {
    write!(out, "static {name}: &[&{of}] = &[")?;
    for at in 0..count {
        write!(out, "&{letter}{at}, ")?;
    }
    out.push_str("];\n");
    Ok(())
}

fn position<T>(of: &BTreeMap<String, T>, name: &str) -> Result<usize, String> {
    of.keys().position(|k| k == name).ok_or_else(|| format!("{name} is not declared"))
}

/// How many messages lie inside one another, this one counted; a message that
/// holds itself has no bound and is refused.
fn depth(message: &MessageDescriptor, above: usize) -> Result<usize, String> {
    if above > 32 {
        return Err(format!("{}: nested deeper than 32, perhaps in itself", message.full_name()));
    }
    let mut most = 0;
    for field in message.fields() {
        if let Kind::Message(of) = field.kind() {
            most = most.max(depth(&of, above + 1)?);
        }
    }
    Ok(most + 1)
}

/// Whether the message or one inside it has a required field.
fn needs_check(message: &MessageDescriptor) -> bool {
    message.fields().any(|field| {
        field.cardinality() == Cardinality::Required || matches!(field.kind(), Kind::Message(of) if needs_check(&of))
    })
}
