//! The JSON form of bodies.

use proptest::prelude::*;
use prost::Message as _;
use proto::opend::json::{Bytes, JsonError, Unknown, from_json, to_json};
use proto::opend::messages::{init_connect, qot_common, qot_request_history_kl, trd_common, trd_sub_acc_push};
use proto::opend::schema::{self, Message};

use crate::wild;

const MAX: usize = 1 << 20;

fn of(name: &str) -> &'static Message {
    schema::message(name).unwrap()
}

fn read(name: &str, json: &str) -> Result<Vec<u8>, JsonError> {
    from_json(of(name), json.as_bytes(), Unknown::Reject, MAX)
}

fn write(name: &str, bytes: &[u8]) -> String {
    String::from_utf8(to_json(of(name), bytes, Bytes::Base64, MAX).unwrap()).unwrap()
}

#[test]
fn the_sdks_first_request() {
    let text = r#"{
      "c2s": {
        "clientVer": 300,
        "clientID": "PyNormal",
        "recvNotify": true,
        "packetEncAlgo": -1,
        "pushProtoFmt": 1,
        "programmingLanguage": "Python"
      }
    }"#;
    let c2s = init_connect::Request::decode(&read("InitConnect.Request", text).unwrap()[..]).unwrap().c2s;
    assert_eq!((c2s.client_ver, c2s.client_id.as_str(), c2s.packet_enc_algo), (300, "PyNormal", Some(-1)));
}

#[test]
fn names_and_numbers_as_the_sdk_needs_them() {
    let position = trd_common::Position { position_id: u64::MAX, td_buy_qty: Some(2.0), ..Default::default() };
    let text = write("Trd_Common.Position", &position.encode_to_vec());
    // The schema's name, and 64 bits as text where they stand alone.
    assert!(text.contains(r#""td_buyQty":2.0"#) && text.contains(r#""positionID":"18446744073709551615""#), "{text}");
    let list = trd_sub_acc_push::C2s { acc_id_list: vec![1, u64::MAX] };
    assert_eq!(write("Trd_SubAccPush.C2S", &list.encode_to_vec()), r#"{"accIDList":[1,18446744073709551615]}"#);
    // Both names are read.
    for name in ["td_buyQty", "tdBuyQty"] {
        let bytes = read("Trd_Common.Position", &format!(r#"{{"{name}":2}}"#)).unwrap();
        assert_eq!(bytes, [&[0xc1, 0x01][..], &2f64.to_le_bytes()].concat());
    }
    let status = read("Common.ProgramStatus", r#"{"type":"ProgramStatusType_Ready"}"#).unwrap();
    assert_eq!(status, read("Common.ProgramStatus", r#"{"type":10}"#).unwrap());
    assert_eq!(write("Common.ProgramStatus", &status), r#"{"type":"ProgramStatusType_Ready"}"#);
    assert_eq!(write("Common.ProgramStatus", b"\x08\x63"), r#"{"type":99}"#);
}

#[test]
fn bytes_fields_can_be_left_out() {
    let page = qot_request_history_kl::S2c { next_req_key: Some(vec![0, 255]), ..Default::default() }.encode_to_vec();
    let message = of("Qot_RequestHistoryKL.S2C");
    let with = String::from_utf8(to_json(message, &page, Bytes::Base64, MAX).unwrap()).unwrap();
    let without = String::from_utf8(to_json(message, &page, Bytes::Omit, MAX).unwrap()).unwrap();
    assert!(with.contains(r#""nextReqKey":"AP8=""#), "{with}");
    assert_eq!(without, with.replace(r#","nextReqKey":"AP8=""#, ""));
}

#[test]
fn integers_in_every_spelling() {
    for (text, value) in [
        ("7", 7),
        ("\"7\"", 7),
        ("-1", -1),
        ("\"-9223372036854775808\"", i64::MIN),
        ("9223372036854775807", i64::MAX),
        ("1.0", 1),
        ("1e3", 1000),
    ] {
        let bytes = read("KeepAlive.C2S", &format!(r#"{{"time":{text}}}"#)).unwrap();
        let mut expected = vec![8];
        prost::encoding::encode_varint(value as u64, &mut expected);
        assert_eq!(bytes, expected, "{text}");
    }
}

#[test]
fn floats_are_read_to_the_last_bit() {
    for text in [
        "0.1",
        "1e-7",
        "123456789.123456789",
        "5e-324",
        "1.7976931348623157e308",
        "0.30000000000000004",
        "2.2250738585072011e-308",
    ] {
        for quoted in [text.to_owned(), format!("\"{text}\"")] {
            let bytes = read("Qot_Common.PreAfterMarketData", &format!(r#"{{"price":{quoted}}}"#)).unwrap();
            let read = qot_common::PreAfterMarketData::decode(&bytes[..]).unwrap().price.unwrap();
            assert_eq!(read.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
        }
    }
    for (text, check) in [
        ("NaN", f64::is_nan as fn(f64) -> bool),
        ("Infinity", |v| v == f64::INFINITY),
        ("-Infinity", |v| v == f64::NEG_INFINITY),
    ] {
        let bytes = read("Qot_Common.PreAfterMarketData", &format!(r#"{{"price":"{text}"}}"#)).unwrap();
        assert!(check(qot_common::PreAfterMarketData::decode(&bytes[..]).unwrap().price.unwrap()), "{text}");
        assert_eq!(write("Qot_Common.PreAfterMarketData", &bytes), format!(r#"{{"price":"{text}"}}"#));
    }
}

#[test]
fn one_error_that_names_the_place() {
    for (message, text, expected) in [
        ("Qot_Sub.Request", "", "JSON, line 1 column 0: EOF while parsing a value"),
        ("Qot_Sub.Request", "[]", "JSON, line 1 column 0: invalid type: sequence, expected an object, Qot_Sub.Request"),
        ("Qot_Sub.Request", "{}x", "JSON, line 1 column 3: trailing characters"),
        ("Qot_Sub.Request", "{\n \"x\":1}", "JSON, line 2 column 4: Qot_Sub.Request has no field \"x\""),
        ("KeepAlive.C2S", r#"{"time":1,"time":2}"#, "JSON, line 1 column 16, time: the field comes twice"),
        (
            "KeepAlive.C2S",
            r#"{"time":"x"}"#,
            "JSON, line 1 column 11, time: invalid value: string \"x\", expected int64",
        ),
        (
            "KeepAlive.C2S",
            r#"{"time":1.5}"#,
            "JSON, line 1 column 11, time: invalid type: floating point `1.5`, expected int64",
        ),
        (
            "KeepAlive.C2S",
            r#"{"time":true}"#,
            "JSON, line 1 column 12, time: invalid type: boolean `true`, expected int64",
        ),
        (
            "KeepAlive.C2S",
            r#"{"time":9223372036854775808}"#,
            "JSON, line 1 column 27, time: 9223372036854775808 is outside int64, -9223372036854775808 to 9223372036854775807",
        ),
        (
            "Qot_Sub.C2S",
            r#"{"securityList":[{"market":1},{"market":true}]}"#,
            "JSON, line 1 column 44, securityList[1].market: invalid type: boolean `true`, expected int32",
        ),
        ("Qot_Sub.C2S", r#"{"subTypeList":[null]}"#, "JSON, line 1 column 20, subTypeList[0]: null inside a list"),
        (
            "Qot_Sub.C2S",
            r#"{"subTypeList":1}"#,
            "JSON, line 1 column 16, subTypeList: invalid type: integer 1, expected a list of int32",
        ),
        (
            "Common.ProgramStatus",
            r#"{"type":"Nope"}"#,
            "JSON, line 1 column 14, type: Common.ProgramStatusType has no value \"Nope\"",
        ),
        ("Qot_Common.PreAfterMarketData", r#"{"price":1e999}"#, "price: 1e999 is outside double"),
        ("Qot_Common.PreAfterMarketData", r#"{"price":"inf"}"#, "price: found \"inf\", expected double"),
        ("Qot_Common.PreAfterMarketData", r#"{"price":{}}"#, "price: found {}, expected double"),
        ("Qot_RequestHistoryKL.S2C", r#"{"nextReqKey":"A"}"#, "nextReqKey: the text is not base64"),
    ] {
        let error = read(message, text).unwrap_err().to_string();
        assert!(
            error == expected || error.ends_with(&format!(", {expected}")),
            "{text}\n found {error}\nwanted {expected}"
        );
    }
    let error = from_json(of("KeepAlive.C2S"), b"{\n \"\xff\":1}", Unknown::Skip, MAX).unwrap_err();
    assert_eq!(error.to_string(), "JSON, line 2 column 3: the text is not UTF-8");
    let skipped = from_json(of("KeepAlive.C2S"), br#"{"x":[{"y":null}],"time":1}"#, Unknown::Skip, MAX).unwrap();
    assert_eq!(skipped, [8, 1]);
    let deep = format!(r#"{{"x":{}"#, "[".repeat(100_000));
    assert!(from_json(of("KeepAlive.C2S"), deep.as_bytes(), Unknown::Skip, MAX).is_err());
}

#[test]
fn results_have_a_bound() {
    let text = format!(r#"{{"accIDList":[{}0]}}"#, "0,".repeat(1000));
    let message = of("Trd_SubAccPush.C2S");
    assert_eq!(
        from_json(message, text.as_bytes(), Unknown::Reject, 2001),
        Err(JsonError::TooLarge { bytes_max: 2001 })
    );
    let bytes = from_json(message, text.as_bytes(), Unknown::Reject, 2002).unwrap();
    assert_eq!(to_json(message, &bytes, Bytes::Base64, 1000), Err(JsonError::TooLarge { bytes_max: 1000 }));
    assert_eq!(to_json(message, &bytes, Bytes::Base64, MAX).unwrap(), text.as_bytes());
}

#[test]
fn lists_may_come_packed_and_pieces_in_any_order() {
    assert_eq!(write("Trd_SubAccPush.C2S", b"\x0a\x03\x01\xac\x02\x08\x05"), r#"{"accIDList":[1,300,5]}"#);
    // Interleaved, one field twice, one message in two pieces.
    let bytes = b"\x0a\x02\x08\x01\x10\x01\x18\x00\x10\x02\x18\x01\x0a\x05\x08\x02\x12\x01x";
    assert_eq!(
        write("Qot_Sub.C2S", bytes),
        r#"{"securityList":[{"market":1},{"market":2,"code":"x"}],"subTypeList":[1,2],"isSubOrUnSub":true}"#
    );
    assert_eq!(
        write("Qot_UpdateKL.S2C", b"\x1a\x02\x08\x01\x1a\x03\x12\x01x"),
        r#"{"security":{"market":1,"code":"x"}}"#
    );
    let error = to_json(of("Qot_Sub.C2S"), b"\x0a\x03\x12\x01\xff", Bytes::Base64, MAX).unwrap_err();
    assert_eq!(error.to_string(), "protobuf, securityList[0].code: the text is not UTF-8");
}

proptest! {
    #[test]
    fn a_message_survives_the_way_there_and_back((message, bytes) in wild::message()) {
        let json = to_json(message, &bytes, Bytes::Base64, MAX).unwrap();
        let back = from_json(message, &json, Unknown::Reject, MAX);
        prop_assert_eq!(back.as_ref(), Ok(&bytes), "{}", String::from_utf8_lossy(&json));
    }

    #[test]
    fn any_bytes_become_json_that_reads_back_or_an_error(which in 0..563usize, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let message = schema::messages()[which];
        if let Ok(json) = to_json(message, &bytes, Bytes::Base64, MAX) {
            prop_assert!(from_json(message, &json, Unknown::Reject, MAX).is_ok(), "{}", String::from_utf8_lossy(&json));
        }
    }

    #[test]
    fn any_text_is_read_without_a_panic(which in 0..563usize, text in "[\\[\\]{}:,\"a-z0-9 .eE+-]{0,60}") {
        let _ = from_json(schema::messages()[which], text.as_bytes(), Unknown::Skip, MAX);
    }
}
