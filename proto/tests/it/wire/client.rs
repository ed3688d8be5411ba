//! The client's side: sections 1, 2, 4 and 12.

use super::*;
use prost::Message;
use proto::opend::crypt::Cipher;
use proto::opend::frame::{Decoder, Frame, FrameError};
use proto::opend::ids::Id;
use proto::opend::messages::{common, get_global_state, init_connect, trd_common, trd_place_order};
use proto::opend::protocol::{GetGlobalState, QotGetKL, TrdPlaceOrder};

/// The frames in some bytes: protocol, serial, body.
fn frames(mut bytes: &[u8]) -> Vec<(u32, u32, Vec<u8>)> {
    let mut decoder = Decoder::default();
    let mut found = Vec::new();
    while let Some(Frame { header, body }) = decoder.next(&mut bytes).unwrap() {
        found.push((header.proto_id, header.serial, body.to_vec()));
    }
    found
}

fn init_reply(change: impl FnOnce(&mut init_connect::Response)) -> Vec<u8> {
    let s2c = init_connect::S2c {
        server_ver: 1011,
        login_user_id: 42,
        conn_id: 9,
        conn_aes_key: String::new(),
        keep_alive_interval: 10,
        aes_cb_civ: Some(String::new()),
        user_attribution: None,
    };
    let mut reply = init_connect::Response { ret_type: 0, ret_msg: None, err_code: None, s2c: Some(s2c) };
    change(&mut reply);
    frame(1001, 1, &reply.encode_to_vec())
}

/// A plain client that is ready.
fn ready() -> ClientSession {
    let mut client = client(ClientConfig::new("test"));
    from_client(&mut client);
    let events = to_client(&mut client, &init_reply(|_| ()), 0);
    assert!(matches!(events[..], [ClientEvent::Connected(_)]), "{events:?}");
    client
}

fn state_request(client: &mut ClientSession, now: i64) -> u32 {
    client.call::<GetGlobalState>(get_global_state::C2s { user_id: 1 }, None, now).unwrap()
}

fn why(events: &[ClientEvent]) -> &Closed {
    match events.last() {
        Some(ClientEvent::Closed { why, .. }) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn init_connect_says_what_section_2_1_lists() {
    let client = client(ClientConfig::new("test"));
    let [(1001, 1, body)] = &frames(client.output())[..] else { panic!() };
    let c2s = init_connect::Request::decode(&body[..]).unwrap().c2s;
    assert_eq!((c2s.client_ver, c2s.client_id.as_str(), c2s.recv_notify), (300, "test", Some(true)));
    assert_eq!((c2s.packet_enc_algo, c2s.push_proto_fmt), (Some(Cipher::NONE), Some(0)));
}

#[test]
fn the_answer_makes_it_ready() {
    let mut client = client(ClientConfig::new("test"));
    assert_eq!(client.call::<GetGlobalState>(get_global_state::C2s { user_id: 1 }, None, 0), Err(SendError::NotReady));
    let events = to_client(&mut client, &init_reply(|_| ()), 0);
    let connected = Connected {
        server_ver: 1011,
        login_user_id: 42,
        conn_id: 9,
        keep_alive_interval_s: 10,
        algorithm: -1,
        user_attribution: None,
    };
    assert_eq!(events, [ClientEvent::Connected(connected)]);
}

#[test]
fn every_wrong_answer_to_init_connect_has_its_own_end() {
    let s2c = |change: fn(&mut init_connect::S2c)| init_reply(|r| change(r.s2c.as_mut().unwrap()));
    let mut torn = init_reply(|_| ());
    *torn.last_mut().unwrap() ^= 1;
    let table: [(Vec<u8>, Closed); 5] = [
        (
            init_reply(|r| (r.ret_type, r.ret_msg, r.s2c) = (-1, Some("locked".to_owned()), None)),
            Closed::Refused { ret_type: -1, text: "locked".to_owned() },
        ),
        (init_reply(|r| r.s2c = None), Closed::Greeting("the reply has no s2c".to_owned())),
        (torn, Closed::GreetingKey { with_key: false }),
        (frame(1001, 1, b"\x08"), Closed::Greeting("torn".to_owned())),
        (frame(1001, 1, &[0x08, 0, 0x22, 0]), Closed::Greeting("required field s2c.serverVer is missing".to_owned())),
    ];
    for (bytes, expected) in table {
        let mut client = client(ClientConfig::new("test"));
        let events = to_client(&mut client, &bytes, 0);
        match (why(&events), &expected) {
            (Closed::Greeting(_), Closed::Greeting(text)) if text == "torn" => {}
            (found, expected) => assert_eq!(found, expected),
        }
        assert_eq!(client.next_deadline(), None);
    }
    // In clear, what the reply says of keys is not looked at.
    let mut client = client(ClientConfig::new("test"));
    let events = to_client(&mut client, &s2c(|s| s.conn_aes_key = "short".to_owned()), 0);
    assert!(matches!(events[..], [ClientEvent::Connected(_)]));
}

/// Section 2.3: the reply decides the mode, whatever was asked for.
#[test]
fn an_encrypted_answer_decides_the_cipher() {
    let key16 = "0123456789abcdef";
    let table: [(&str, Option<&str>, Result<i32, Closed>); 5] = [
        (key16, Some("fedcba9876543210"), Ok(2)),
        (key16, Some(""), Ok(1)),
        (key16, None, Ok(0)),
        ("", Some(""), Err("connAESKey: 0 bytes, expected 16")),
        (key16, Some("short"), Err("aesCBCiv: 5 bytes, expected 16")),
    ]
    .map(|(key, iv, result)| {
        let error = |text: &str| {
            let field = if text.starts_with("conn") { "connAESKey" } else { "aesCBCiv" };
            Closed::Keys(proto::opend::crypt::SessionKeysError { field, len: if key.is_empty() { 0 } else { 5 } })
        };
        (key, iv, result.map_err(error))
    });
    for (conn_key, iv, expected) in table {
        let mut config = ClientConfig::new("test");
        config.key = Some(key());
        let mut client = client(config);
        let plain = init_reply(|r| {
            let s2c = r.s2c.as_mut().unwrap();
            (s2c.conn_aes_key, s2c.aes_cb_civ) = (conn_key.to_owned(), iv.map(str::to_owned));
        });
        let events = to_client(&mut client, &rsa_frame(&plain), 0);
        match (&events[..], expected) {
            ([ClientEvent::Connected(connected)], Ok(algorithm)) => assert_eq!(connected.algorithm, algorithm),
            ([ClientEvent::Closed { why, .. }], Err(expected)) => assert_eq!(*why, expected),
            other => panic!("{other:?}"),
        }
        assert!(!format!("{events:?}").contains(key16));
    }
}

/// The same frame with its body RSA-encrypted.
fn rsa_frame(plain: &[u8]) -> Vec<u8> {
    let (header, body) = plain.split_at(44);
    let mut out = header.to_vec();
    key().seal(body, random(5).as_mut(), &mut out).unwrap();
    let len = out.len() as u32 - 44;
    out[12..16].copy_from_slice(&len.to_le_bytes());
    out
}

#[test]
fn an_answer_in_clear_to_an_encrypted_request_is_refused_or_read() {
    let mut config = ClientConfig::new("test");
    config.key = Some(key());
    let mut session = client(config.clone());
    assert_eq!(why(&to_client(&mut session, &init_reply(|_| ()), 0)), &Closed::ReplyInClear);
    // A refusal is read in any case.
    let mut session = client(config.clone());
    let refusal = init_reply(|r| (r.ret_type, r.ret_msg, r.s2c) = (-1, Some("no key".to_owned()), None));
    let expected = Closed::Refused { ret_type: -1, text: "no key".to_owned() };
    assert_eq!(why(&to_client(&mut session, &refusal, 0)), &expected);
    // And with another key than ours.
    let mut session = client(config);
    let mut other = init_reply(|_| ())[..44].to_vec();
    other[12..16].copy_from_slice(&128u32.to_le_bytes());
    other.extend_from_slice(&[0x55; 128]);
    assert_eq!(why(&to_client(&mut session, &other, 0)), &Closed::GreetingKey { with_key: true });
}

#[test]
fn frames_before_the_answer_are_dropped_and_counted() {
    let mut client = client(ClientConfig::new("test"));
    let early = [frame(3005, 1, b"push"), frame(1001, 2, b"other serial"), frame(1002, 1, b"reply")].concat();
    assert_eq!(to_client(&mut client, &early, 0), []);
    assert_eq!(client.counters().early, 3);
    assert!(matches!(to_client(&mut client, &init_reply(|_| ()), 0)[..], [ClientEvent::Connected(_)]));
}

/// Section 1: a reply is matched by protocol and serial; replies come in any order.
#[test]
fn replies_are_matched_by_protocol_and_serial() {
    let mut client = ready();
    let serials: Vec<u32> = (0..3).map(|_| state_request(&mut client, 0)).collect();
    assert_eq!(serials, [2, 3, 4]);
    assert_eq!(
        frames(client.output()).iter().map(|f| (f.0, f.1)).collect::<Vec<_>>(),
        [(1002, 2), (1002, 3), (1002, 4)]
    );
    let bytes = [
        frame(1002, 4, b"c"),
        frame(1005, 3, b"another protocol"),
        frame(1002, 9, b"never sent"),
        frame(1002, 2, b"a"),
        frame(1002, 2, b"twice"),
        frame(4999, 3, b"unknown"),
        frame(1002, 3, b"b"),
    ]
    .concat();
    let reply = |serial, body: &[u8]| ClientEvent::Reply { proto_id: 1002, serial, body: body.to_vec() };
    assert_eq!(to_client(&mut client, &bytes, 0), [reply(4, b"c"), reply(2, b"a"), reply(3, b"b")]);
    assert_eq!((client.counters().unmatched, client.in_flight()), (4, 0));
}

/// Section 1: only its protocol makes a frame a push; its serial is ignored.
#[test]
fn pushes_are_known_by_their_protocol() {
    let mut client = ready();
    state_request(&mut client, 0);
    let bytes = [frame(3005, 7, b"x"), frame(2208, 7, b"y"), frame(1003, 2, b"z")].concat();
    let push = |id, serial, body: &[u8]| ClientEvent::Push { id, serial, body: body.to_vec() };
    let expected = [push(Id::QotUpdateBasicQot, 7, b"x"), push(Id::TrdUpdateOrder, 7, b"y"), push(Id::Notify, 2, b"z")];
    assert_eq!(to_client(&mut client, &bytes, 0), expected);
    assert_eq!(client.in_flight(), 1);
}

/// Section 5.4: `PacketID` is the connection's number and the frame's serial.
#[test]
fn orders_carry_the_packet_id_of_their_frame() {
    let mut client = ready();
    state_request(&mut client, 0);
    let order = |packet_id| trd_place_order::C2s {
        packet_id,
        header: trd_common::TrdHeader { acc_id: 1, ..Default::default() },
        code: "00700".to_owned(),
        ..Default::default()
    };
    let serial = client.call_with::<TrdPlaceOrder>(order, None, 0).unwrap();
    let sent = frames(client.output());
    let (2202, found, body) = &sent[1] else { panic!("{sent:?}") };
    let packet = trd_place_order::Request::decode(&body[..]).unwrap().c2s.packet_id;
    assert_eq!(packet, common::PacketId { conn_id: 9, serial_no: serial });
    assert_eq!(*found, serial);
}

#[test]
fn what_cannot_be_sent_says_why_and_changes_nothing() {
    let mut config = ClientConfig::new("test");
    (config.max_in_flight, config.max_output_len) = (2, 400);
    let mut client = client(config);
    from_client(&mut client);
    to_client(&mut client, &init_reply(|_| ()), 0);
    for id in [Id::InitConnect, Id::KeepAlive, Id::QotUpdateKL] {
        let sent = client.request(id.number(), |_, out| out.push(1), None, 0);
        assert_eq!(sent, Err(SendError::NotForCaller { proto_id: id.number() }));
    }
    let empty = client.request(1002, |_, _| (), None, 0);
    assert_eq!(empty, Err(SendError::Frame(FrameError::EmptyBody { proto_id: 1002 })));
    assert_eq!((client.output().len(), client.in_flight()), (0, 0));
    client.request(1002, |_, out| out.resize(out.len() + 400, 7), None, 0).unwrap();
    let full = client.request(1002, |_, out| out.push(7), None, 0);
    assert_eq!(full, Err(SendError::OutputFull { waiting: 444, limit: 400 }));
    client.sent(444);
    assert_eq!(client.request(1002, |_, out| out.push(7), None, 0), Ok(3));
    assert_eq!(client.request(1002, |_, out| out.push(7), None, 0), Err(SendError::TooManyInFlight { limit: 2 }));
    client.close();
    assert_eq!(client.request(1002, |_, out| out.push(7), None, 0), Err(SendError::Closed));
}

#[test]
fn serials_end_rather_than_start_again() {
    let mut config = ClientConfig::new("test");
    config.first_serial = u32::MAX - 1;
    let mut client = client(config);
    let mut reply = init_reply(|_| ());
    reply[8..12].copy_from_slice(&(u32::MAX - 1).to_le_bytes());
    to_client(&mut client, &reply, 0);
    assert_eq!(state_request(&mut client, 0), u32::MAX);
    let c2s = get_global_state::C2s { user_id: 1 };
    assert_eq!(client.call::<GetGlobalState>(c2s, None, 0), Err(SendError::SerialsUsedUp));
}

#[test]
fn a_private_protocol_can_be_spoken() {
    let mut client = ready();
    let serial = client.request(9_000_001, |_, out| out.extend_from_slice(b"private"), None, 0).unwrap();
    let event = ClientEvent::Reply { proto_id: 9_000_001, serial, body: b"answer".to_vec() };
    assert_eq!(to_client(&mut client, &frame(9_000_001, serial, b"answer"), 0), [event]);
}

#[test]
fn the_end_names_every_request_without_a_reply() {
    let mut client = ready();
    state_request(&mut client, 0);
    client.call::<QotGetKL>(Default::default(), None, 0).unwrap();
    state_request(&mut client, 0);
    to_client(&mut client, &frame(1002, 2, b"a"), 0);
    let unanswered = vec![(3006, 3), (1002, 4)];
    assert_eq!(client.disconnected(), Some(ClientEvent::Closed { why: Closed::Peer, unanswered }));
}

#[test]
fn nothing_happens_after_the_end() {
    let ends: [fn(&mut ClientSession) -> Option<ClientEvent>; 2] = [ClientSession::close, ClientSession::disconnected];
    for end in ends {
        let mut client = ready();
        state_request(&mut client, 0);
        let waiting = client.output().to_vec();
        assert!(end(&mut client).is_some());
        assert_eq!((client.close(), client.disconnected()), (None, None));
        assert_eq!(to_client(&mut client, &frame(1002, 2, b"late"), 0), []);
        assert_eq!((client.tick(1000 * SECOND), client.next_deadline()), (None, None));
        // Whole frames that were waiting may still be written.
        assert_eq!(client.output(), waiting);
    }
    let mut client = ready();
    to_client(&mut client, &frame(1002, 2, b"torn")[..20], 0);
    assert!(matches!(client.disconnected(), Some(ClientEvent::Closed { why: Closed::PeerMidFrame, .. })));
}

#[test]
fn damage_ends_the_session_with_its_name() {
    let mut wrong_sha = frame(3005, 1, b"push");
    *wrong_sha.last_mut().unwrap() ^= 1;
    let digest = Closed::Frame(FrameError::Digest { proto_id: 3005, serial: 1 });
    let mut too_long = frame(3005, 1, b"push");
    too_long[15] = 0xff;
    let limit = proto::opend::frame::MAX_BODY_LEN;
    let length = Closed::Frame(FrameError::TooLong { proto_id: 3005, len: 0xff00_0004, limit });
    let table =
        [(wrong_sha, digest), (too_long, length), (vec![b'X'; 44], Closed::Frame(FrameError::Magic { found: *b"XX" }))];
    for (bytes, expected) in table {
        let mut client = ready();
        assert_eq!(why(&to_client(&mut client, &bytes, 0)), &expected);
        assert_eq!(client.closed(), Some(&expected));
    }
}
