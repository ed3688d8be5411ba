//! Our schema against the listing made from the official SDK: no difference, in either direction.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proto::opend::Id;
use proto::opend::schema::{enums, message, messages};

const LISTING: &str = include_str!("../opend_schema.txt");

/// Each fact with the message or enum it belongs to, one a line.
fn facts(text: &str) -> BTreeSet<String> {
    let mut scope = String::new();
    let mut facts = BTreeSet::new();
    for line in text.lines() {
        let fact = match line.strip_prefix("  ") {
            Some(member) => format!("{scope}: {member}"),
            None => {
                line.clone_into(&mut scope);
                line.to_owned()
            }
        };
        assert!(facts.insert(fact.clone()), "twice: {fact}");
    }
    facts
}

/// Our side, in the listing's form.
fn ours() -> String {
    let mut text = String::new();
    for id in Id::ALL {
        let direction = if id.is_push() { "push" } else { "request" };
        writeln!(text, "id {} {} {direction}", id.number(), id.name()).unwrap();
    }
    for message in messages() {
        writeln!(text, "message {}", message.name).unwrap();
        for field in message.fields {
            write!(text, "  {} {} {} {}", field.number, field.label, field.kind, field.name).unwrap();
            if field.json_name != field.name {
                write!(text, " json={}", field.json_name).unwrap();
            }
            if let Some(default) = field.default {
                write!(text, " default={default}").unwrap();
            }
            text.push('\n');
        }
    }
    for declared in enums() {
        writeln!(text, "enum {}", declared.name).unwrap();
        for (name, number) in declared.values {
            writeln!(text, "  {number} {name}").unwrap();
        }
    }
    text
}

#[test]
fn the_schema_is_the_sdks() {
    let (theirs, ours) = (facts(LISTING), facts(&ours()));
    let missing: Vec<_> = theirs.difference(&ours).collect();
    let invented: Vec<_> = ours.difference(&theirs).collect();
    assert!(missing.is_empty() && invented.is_empty(), "missing: {missing:#?}\ninvented: {invented:#?}");
}

#[test]
fn the_counts_are_known() {
    let fields: usize = messages().iter().map(|m| m.fields.len()).sum();
    assert_eq!((messages().len(), fields, enums().len()), (563, 2600, 121));
    let required =
        messages().iter().flat_map(|m| m.fields).filter(|f| f.label == proto::opend::schema::Label::Required);
    assert_eq!(required.count(), LISTING.lines().filter(|l| l.contains(" required ")).count());
}

#[test]
fn look_ups_find_every_name_and_number() {
    for declared in messages() {
        assert_eq!(message(declared.name).unwrap().name, declared.name);
        for (place, field) in declared.fields.iter().enumerate() {
            assert_eq!(declared.field(field.number).unwrap().0, place);
            assert_eq!(declared.field_named(field.name).unwrap().0, place);
            assert_eq!(declared.field_named(field.json_name).unwrap().0, place);
        }
        for absent in [0, 99, u32::MAX] {
            assert!(declared.field(absent).is_none(), "{} {absent}", declared.name);
        }
        assert!((1..=7).contains(&declared.depth));
    }
    assert!(message("Qot_Common.Nothing").is_none());
    let state = enums().iter().find(|e| e.name == "Qot_Common.QotMarketState").unwrap();
    // Two names for one number: the first leads, both are read.
    assert_eq!(state.name_of(27), Some("QotMarketState_StibAfterHoursWait"));
    assert_eq!(state.number_of("QotMarketState_AShareAfterHoursWait"), Some(27));
}
