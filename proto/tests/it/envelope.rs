//! The head of a reply, read without knowing the protocol.

use prost::Message as _;
use proto::opend::envelope::{Envelope, failure};
use proto::opend::messages::{qot_get_kl, trd_place_order};

#[test]
fn the_head_of_any_reply() {
    let body =
        qot_get_kl::Response { ret_type: 0, s2c: Some(Default::default()), ..Default::default() }.encode_to_vec();
    let head = Envelope::read(&body).unwrap();
    assert!(head.is_success() && head.has_s2c && head.ret_msg.is_none());

    let body = failure(-1, "unknown id 9999", Some(5));
    let head = Envelope::read(&body).unwrap();
    assert_eq!(
        (head.result(), head.ret_msg, head.err_code, head.has_s2c),
        (-1, Some("unknown id 9999"), Some(5), false)
    );
    // Any protocol's reply can be such a failure.
    let reply = trd_place_order::Response::decode(&body[..]).unwrap();
    assert_eq!((reply.ret_type, reply.ret_msg.as_deref(), reply.s2c), (-1, Some("unknown id 9999"), None));
}

#[test]
fn an_absent_result_is_unknown_and_no_success() {
    let head = Envelope::read(&[]).unwrap();
    assert_eq!((head.ret_type, head.result(), head.is_success()), (None, -400, false));
}

#[test]
fn bytes_that_are_no_reply() {
    for (bytes, expected) in [
        (&b"\x08"[..], "a number is cut short at byte 1 of the message"),
        (b"\x12\x05ab", "a value is cut short at byte 2 of the message"),
        (b"\x12\x01\xff", "retMsg is not UTF-8 at byte 0 of the message"),
        (b"\x0a\x00", "a field of the head has another type at byte 0 of the message"),
        (b"\x2f", "a wire type does not exist at byte 1 of the message"),
        (b"\x00\x00", "a field's number is out of range at byte 1 of the message"),
        (b"\x2c", "a group is closed that is not open at byte 1 of the message"),
        (b"\x2b\x34", "a group is closed that is not open at byte 2 of the message"),
        (b"\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "a number has more than 64 bits at byte 1 of the message"),
    ] {
        assert_eq!(Envelope::read(bytes).unwrap_err().to_string(), expected, "{bytes:x?}");
    }
    // An unknown group, well formed, is passed over; one too deep is not.
    assert!(Envelope::read(b"\x2b\x33\x08\x01\x34\x2c\x08\x00").unwrap().is_success());
    assert!(Envelope::read(&[0x2b; 101]).unwrap_err().to_string().starts_with("groups are nested too deep"));
}
