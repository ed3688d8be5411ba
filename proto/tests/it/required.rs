//! Required fields: each one that is absent is found and named.

use proptest::prelude::*;
use prost::Message as _;
use proto::opend::messages::{qot_common, qot_sub, qot_update_kl, trd_place_order};
use proto::opend::required::{Flaw, check_required};
use proto::opend::schema::{self, Kind, Label, Message};

use crate::wild;

fn of(name: &str) -> &'static Message {
    schema::message(name).unwrap()
}

/// A key of a field with a length.
fn part(number: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2, body.len() as u8];
    out.extend_from_slice(body);
    out
}

#[test]
fn whole_messages_pass() {
    let security = qot_common::Security { market: 1, code: "00700".into() };
    let c2s = qot_sub::C2s { security_list: vec![security.clone(); 3], ..Default::default() };
    let request = qot_sub::Request { c2s }.encode_to_vec();
    assert_eq!(check_required(of("Qot_Sub.Request"), &request), Ok(()));
    // Zero is a value: prost writes it, and it is there.
    let place = trd_place_order::Request::default().encode_to_vec();
    assert_eq!(check_required(of("Trd_PlaceOrder.Request"), &place), Ok(()));
    let push = qot_update_kl::S2c { security, kl_list: vec![Default::default()], ..Default::default() };
    let push = qot_update_kl::Response { ret_type: 0, s2c: Some(push), ..Default::default() }.encode_to_vec();
    assert_eq!(check_required(of("Qot_UpdateKL.Response"), &push), Ok(()));
}

#[test]
fn the_first_absent_field_is_named_by_its_path() {
    let whole = part(1, b"\x08\x01\x12\x0500700");
    let list = [part(1, &[part(1, b"\x08\x01\x12\x0500700"), part(1, b"\x08\x01")].concat())].concat();
    let merged = part(4, &[part(3, b"\x08\x01"), b"\x08\x00\x10\x01".to_vec(), part(3, b"\x12\x01x")].concat());
    for (message, bytes, path) in [
        ("Qot_Sub.Request", vec![], "c2s"),
        ("Qot_Sub.Request", part(1, b""), "c2s.isSubOrUnSub"),
        ("Qot_Sub.Request", part(1, &whole), "c2s.isSubOrUnSub"),
        ("Qot_Sub.Request", list, "c2s.securityList[1].code"),
        ("Qot_UpdateKL.Response", vec![], "retType"),
        ("Qot_UpdateKL.Response", part(4, b""), "s2c.rehabType"),
        // A message in two pieces counts as one.
        ("Qot_UpdateKL.Response", merged, "retType"),
        ("Qot_UpdateKL.Response", part(4, &[part(3, b"\x08\x01"), part(3, b"\x08\x02")].concat()), "s2c.security.code"),
    ] {
        let flaw = check_required(of(message), &bytes).unwrap_err();
        assert_eq!(flaw, Flaw::Missing { path: path.to_owned() }, "{bytes:x?}");
        assert_eq!(flaw.to_string(), format!("required field {path} is missing"));
    }
}

#[test]
fn bytes_that_are_not_the_message() {
    for (bytes, text) in [
        (part(1, b"\x10"), "c2s: a number is cut short at byte 1 of the message"),
        (part(1, b"\x1a\x00"), "c2s.isSubOrUnSub: a value has another type than its field at byte 0 of the message"),
        (b"\x08\x00".to_vec(), "c2s: a value has another type than its field at byte 0 of the message"),
        (b"\xff".to_vec(), "a number is cut short at byte 0 of the message"),
    ] {
        assert_eq!(check_required(of("Qot_Sub.Request"), &bytes).unwrap_err().to_string(), text, "{bytes:x?}");
    }
}

/// For every message: with all required fields it passes, without any one of them that one is named.
#[test]
fn every_required_field_of_every_message_counts() {
    let mut counted = 0;
    for message in schema::messages() {
        assert_eq!(check_required(message, &wild::least(message, None)), Ok(()), "{}", message.name);
        for field in message.fields.iter().filter(|f| f.label == Label::Required) {
            let without = wild::least(message, Some(field.number));
            let expected = Flaw::Missing { path: field.name.to_owned() };
            assert_eq!(check_required(message, &without), Err(expected), "{}", message.name);
            counted += 1;
        }
        for field in message.fields {
            if let (Kind::Message(inner), true) = (field.kind, field.label != Label::Required)
                && let Some(first) = inner.fields.iter().find(|f| f.label == Label::Required)
            {
                let mut bytes = wild::least(message, None);
                wild::put(&mut bytes, field, &wild::least(inner, Some(first.number)));
                let index = if field.label == Label::Repeated { "[0]" } else { "" };
                let path = format!("{}{index}.{}", field.name, first.name);
                assert_eq!(check_required(message, &bytes), Err(Flaw::Missing { path }), "{}", message.name);
            }
        }
    }
    assert!(counted > 500, "{counted}");
}

proptest! {
    #[test]
    fn any_bytes_are_checked_without_a_panic(which in 0..563usize, bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = check_required(schema::messages()[which], &bytes);
    }

    #[test]
    fn damaged_messages_are_checked_without_a_panic(
        (message, mut bytes) in wild::message(),
        at in any::<prop::sample::Index>(),
        by in 1..=255u8,
    ) {
        prop_assert_eq!(check_required(message, &bytes), Ok(()));
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] ^= by;
            let _ = check_required(message, &bytes);
        }
    }
}
