//! The gateway's side: sections 1, 2, 4, 5 and 12.

use super::*;
use prost::Message;
use proto::opend::envelope::Envelope;
use proto::opend::frame::{Decoder, FrameError};
use proto::opend::ids::Id;
use proto::opend::messages::{init_connect, keep_alive};

/// The frames in some bytes: protocol, serial, format, body.
fn frames(mut bytes: &[u8]) -> Vec<(u32, u32, Format, Vec<u8>)> {
    let mut decoder = Decoder::default();
    let mut found = Vec::new();
    while let Some(frame) = decoder.next(&mut bytes).unwrap() {
        frame.header.check(frame.body).unwrap();
        let header = frame.header;
        found.push((header.proto_id, header.serial, header.format, frame.body.to_vec()));
    }
    found
}

fn init(change: impl FnOnce(&mut init_connect::C2s)) -> Vec<u8> {
    let mut c2s = init_connect::C2s { client_ver: 300, client_id: "test".to_owned(), ..Default::default() };
    change(&mut c2s);
    init_connect::Request { c2s }.encode_to_vec()
}

/// A plain session past InitConnect, its answer taken.
fn ready(config: ServerConfig) -> ServerSession {
    let mut server = server(config);
    let events = to_server(&mut server, &frame(1001, 5, &init(|c| c.recv_notify = Some(true))), 0);
    assert!(matches!(events[..], [ServerEvent::Connected(_)]), "{events:?}");
    from_server(&mut server);
    server
}

const STATE_REQUEST: &[u8] = &[0x0a, 0x02, 0x08, 0x01];

fn json_frame(proto_id: u32, serial: u32, text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    append(&mut out, Outgoing { proto_id, format: Format::Json, serial }, text.as_bytes()).unwrap();
    out
}

#[test]
fn init_connect_is_answered_as_section_2_1_says() {
    let config = ServerConfig { login_user_id: 42, user_attribution: Some(1), ..ServerConfig::default() };
    let mut server = server(config);
    let events = to_server(&mut server, &frame(1001, 5, &init(|c| c.packet_enc_algo = Some(-1))), 0);
    let info = ClientInfo {
        client_ver: 300,
        client_id: "test".to_owned(),
        programming_language: String::new(),
        recv_notify: false,
        format: Format::Protobuf,
        push_format: Format::Protobuf,
        algorithm: -1,
        conn_id: 77,
    };
    assert_eq!(events, [ServerEvent::Connected(info)]);
    let [(1001, 5, Format::Protobuf, body)] = &frames(server.output())[..] else { panic!() };
    let s2c = init_connect::S2c {
        server_ver: 1011,
        login_user_id: 42,
        conn_id: 77,
        conn_aes_key: String::new(),
        keep_alive_interval: 10,
        aes_cb_civ: Some(String::new()),
        user_attribution: Some(1),
    };
    let reply = init_connect::Response { ret_type: 0, ret_msg: None, err_code: None, s2c: Some(s2c) };
    assert_eq!(init_connect::Response::decode(&body[..]), Ok(reply));
}

/// Section 2.2: encrypted if and only if a key is configured and `packetEncAlgo` isn't -1; absent counts as 0. How the
/// request itself came doesn't matter.
#[test]
fn who_is_encrypted() {
    let with_key = ServerConfig { key: Some(key()), ..ServerConfig::default() };
    let table: [(Option<i32>, i32, i32); 5] = [
        // asked, with a key, without
        (Some(-1), -1, -1),
        (None, 0, -1),
        (Some(0), 0, -1),
        (Some(1), 1, -1),
        (Some(2), 2, -1),
    ];
    for (asked, keyed, clear) in table {
        let plain = frame(1001, 5, &init(|c| c.packet_enc_algo = asked));
        let sealed = rsa_frame(&plain);
        for (config, bytes, algorithm) in [
            (with_key.clone(), &plain, keyed),
            (with_key.clone(), &sealed, keyed),
            (ServerConfig::default(), &plain, clear),
        ] {
            let mut server = server(config);
            let events = to_server(&mut server, bytes, 0);
            let [ServerEvent::Connected(info)] = &events[..] else { panic!("{asked:?}: {events:?}") };
            assert_eq!(info.algorithm, algorithm, "{asked:?}");
            let out = server.output().to_vec();
            let frame = Decoder::default().next(&mut &out[..]).unwrap().map(|f| (f.header, f.body.to_vec())).unwrap();
            let plain = if algorithm == -1 {
                frame.1
            } else {
                assert_eq!(frame.1.len() % 128, 0);
                key().open(&frame.1, random(1).as_mut()).unwrap().to_vec()
            };
            frame.0.check(&plain).unwrap();
            let s2c = init_connect::Response::decode(&plain[..]).unwrap().s2c.unwrap();
            let iv_len = s2c.aes_cb_civ.map(|iv| iv.len());
            let expected = match algorithm {
                -1 => (0, Some(0)),
                0 => (16, None),
                1 => (16, Some(0)),
                _ => (16, Some(16)),
            };
            assert_eq!((s2c.conn_aes_key.len(), iv_len), expected);
        }
    }
}

fn rsa_frame(plain: &[u8]) -> Vec<u8> {
    let (header, body) = plain.split_at(44);
    let mut out = header.to_vec();
    key().seal(body, random(5).as_mut(), &mut out).unwrap();
    let len = out.len() as u32 - 44;
    out[12..16].copy_from_slice(&len.to_le_bytes());
    out
}

/// A body of 128 bytes in clear is not taken for an encrypted one.
#[test]
fn a_clear_request_of_a_whole_block_is_read() {
    let body = init(|c| {
        c.packet_enc_algo = Some(-1);
        c.client_id = "x".repeat(110);
    });
    assert_eq!(body.len(), 128);
    let mut server = server(ServerConfig { key: Some(key()), ..ServerConfig::default() });
    let events = to_server(&mut server, &frame(1001, 5, &body), 0);
    assert!(matches!(&events[..], [ServerEvent::Connected(info)] if info.algorithm == -1), "{events:?}");
}

#[test]
fn every_wrong_init_connect_has_its_own_end_and_no_answer() {
    let with_key = ServerConfig { key: Some(key()), ..ServerConfig::default() };
    let good = frame(1001, 5, &init(|_| ()));
    let mut damaged = good.clone();
    *damaged.last_mut().unwrap() ^= 1;
    let mut long = good.clone();
    long[14] = 1;
    let greeting = |text: &str| Closed::Greeting(text.to_owned());
    let table = [
        (ServerConfig::default(), damaged.clone(), Closed::GreetingKey { with_key: false }),
        (with_key.clone(), damaged, Closed::GreetingKey { with_key: true }),
        (ServerConfig::default(), rsa_frame(&good), Closed::GreetingKey { with_key: false }),
        (ServerConfig::default(), frame(1002, 5, STATE_REQUEST), Closed::NotGreeted { proto_id: 1002 }),
        (ServerConfig::default(), frame(1001, 5, &[0x0a, 0]), greeting("required field c2s.clientVer is missing")),
        (
            ServerConfig::default(),
            frame(1001, 5, &init(|c| c.push_proto_fmt = Some(7))),
            greeting("pushProtoFmt 7, expected 0 or 1"),
        ),
        (with_key, frame(1001, 5, &init(|c| c.packet_enc_algo = Some(3))), Closed::Algorithm { found: 3 }),
        (
            ServerConfig::default(),
            long,
            Closed::Frame(FrameError::TooLong { proto_id: 1001, len: 65536 + good.len() as u64 - 44, limit: 16 << 10 }),
        ),
    ];
    for (config, bytes, why) in table {
        let mut server = server(config);
        assert_eq!(to_server(&mut server, &bytes, 0), [ServerEvent::Closed(why.clone())]);
        assert_eq!(server.closed(), Some(&why));
        assert_eq!(server.output(), b"");
    }
    let mut server = ready(ServerConfig::default());
    assert_eq!(to_server(&mut server, &good, 0), [ServerEvent::Closed(Closed::GreetedTwice)]);
}

#[test]
fn keys_and_numbers_come_from_the_caller_s_randomness() {
    let answer = |seed| {
        let config = Arc::new(ServerConfig { key: Some(key()), ..ServerConfig::default() });
        let mut server = ServerSession::new(config, 1, random(seed), 0);
        to_server(&mut server, &frame(1001, 5, &init(|c| c.packet_enc_algo = Some(2))), 0);
        from_server(&mut server)
    };
    assert_eq!(answer(1), answer(1));
    assert_ne!(answer(1), answer(2));
    let mut source = random(9);
    let ids: Vec<u64> = (0..100).map(|_| ServerSession::random_conn_id(source.as_mut())).collect();
    assert!(ids.iter().all(|id| (1..1 << 63).contains(id)));
    assert_eq!(ServerSession::random_conn_id(&mut |bytes: &mut [u8]| bytes.fill(0)), 1);
}

/// Section 12: the reply has the request's protocol, serial and format; serials needn't rise.
#[test]
fn replies_keep_serial_and_format_in_any_order() {
    let mut server = ready(ServerConfig::default());
    let bytes = [
        frame(1002, 9, STATE_REQUEST),
        frame(1002, 4, STATE_REQUEST),
        json_frame(1002, 4, r#"{"c2s": {"userID": "1"}}"#),
    ]
    .concat();
    let events = to_server(&mut server, &bytes, 0);
    let tickets: Vec<Ticket> = events
        .into_iter()
        .map(|event| match event {
            ServerEvent::Request { id: Id::GetGlobalState, ticket, body } => {
                assert_eq!(body, STATE_REQUEST);
                ticket
            }
            other => panic!("{other:?}"),
        })
        .collect();
    for ticket in tickets.iter().rev() {
        server.reply(ticket, &[0x08, 0]).unwrap();
    }
    let json = br#"{"retType":0}"#.to_vec();
    let expected = [
        (1002, 4, Format::Json, json),
        (1002, 4, Format::Protobuf, vec![8, 0]),
        (1002, 9, Format::Protobuf, vec![8, 0]),
    ];
    assert_eq!(frames(server.output()), expected);
}

#[test]
fn keep_alive_is_answered_by_the_session() {
    let mut server = ready(ServerConfig::default());
    let ping = keep_alive::Request { c2s: keep_alive::C2s { time: 5 } }.encode_to_vec();
    assert_eq!(to_server(&mut server, &frame(1004, 31, &ping), 7 * SECOND + 1), []);
    let [(1004, 31, Format::Protobuf, body)] = &frames(server.output())[..] else { panic!() };
    let s2c = keep_alive::Response::decode(&body[..]).unwrap().s2c;
    assert_eq!(s2c, Some(keep_alive::S2c { time: 7 }));
}

/// Section 12: an unknown protocol gets retType -1 with a text, never silence.
#[test]
fn an_unknown_protocol_is_handed_out_to_be_refused() {
    for (bytes, format) in [(frame(4999, 3, b"?"), Format::Protobuf), (json_frame(3005, 3, "{}"), Format::Json)] {
        let mut server = ready(ServerConfig::default());
        let events = to_server(&mut server, &bytes, 0);
        let [ServerEvent::Unknown { ticket, .. }] = &events[..] else { panic!("{events:?}") };
        server.refuse(ticket, -1, "no such protocol").unwrap();
        let [(proto_id, 3, found, body)] = &frames(server.output())[..] else { panic!() };
        assert_eq!((*proto_id, *found), (ticket.proto_id, format));
        if format == Format::Json {
            assert_eq!(std::str::from_utf8(body).unwrap(), r#"{"retType":-1,"retMsg":"no such protocol"}"#);
        } else {
            let envelope = Envelope::read(body).unwrap();
            assert_eq!((envelope.result(), envelope.ret_msg), (-1, Some("no such protocol")));
        }
    }
}

#[test]
fn a_malformed_request_is_answered_and_the_session_goes_on() {
    let mut empty = frame(1002, 3, b"x");
    empty.truncate(44);
    empty[12] = 0;
    empty[16..36].copy_from_slice(&super::hex("da39a3ee5e6b4b0d3255bfef95601890afd80709"));
    let table = [
        (empty, "1002 GetGlobalState: required field c2s is missing"),
        (frame(1002, 3, &[0x0a, 0]), "1002 GetGlobalState: required field c2s.userID is missing"),
        (json_frame(1002, 3, "{}"), "1002 GetGlobalState: required field c2s is missing"),
        (frame(1004, 3, &[0x0a, 0]), "1004 KeepAlive: required field c2s.time is missing"),
    ];
    for (bytes, text) in table {
        let mut server = ready(ServerConfig::default());
        let events = to_server(&mut server, &bytes, 0);
        let [ServerEvent::Malformed { text: found, .. }] = &events[..] else { panic!("{events:?}") };
        assert_eq!(found, text);
        assert_eq!(frames(server.output()).len(), 1);
        assert!(String::from_utf8_lossy(server.output()).contains(text));
        let events = to_server(&mut server, &frame(1002, 4, STATE_REQUEST), 0);
        assert!(matches!(events[..], [ServerEvent::Request { .. }]));
    }
}

/// Section 2.1: pushes wait for the first request after InitConnect, or 100 ms.
#[test]
fn pushes_are_held_until_the_client_is_ready() {
    let push = |server: &mut ServerSession| server.push(Id::QotUpdateBasicQot, &[8, 0]).unwrap();
    // Until the first request.
    let mut server = ready(ServerConfig::default());
    push(&mut server);
    push(&mut server);
    assert_eq!(server.output(), b"");
    to_server(&mut server, &frame(1002, 3, STATE_REQUEST), MS);
    assert_eq!(frames(server.output()).len(), 2);
    // Until 100 ms are over, in order with those after.
    let mut server = ready(ServerConfig::default());
    push(&mut server);
    assert_eq!(server.next_deadline(), Some(100 * MS));
    assert_eq!(server.tick(100 * MS - 1), None);
    assert_eq!(server.output(), b"");
    assert_eq!(server.tick(100 * MS), None);
    push(&mut server);
    let serials: Vec<u32> = frames(server.output()).iter().map(|frame| frame.1).collect();
    assert_eq!(serials, [1, 2]);
    assert_eq!(server.next_deadline(), Some(30 * SECOND));
}

#[test]
fn pushes_have_rising_serials_and_the_client_s_format() {
    let mut server = server(ServerConfig::default());
    let json = r#"{"c2s":{"clientVer":300,"clientID":"test","packetEncAlgo":-1,"pushProtoFmt":1}}"#;
    let events = to_server(&mut server, &json_frame(1001, 5, json), 0);
    let [ServerEvent::Connected(info)] = &events[..] else { panic!("{events:?}") };
    assert_eq!((info.format, info.push_format), (Format::Json, Format::Json));
    let answer = from_server(&mut server);
    let [(1001, 5, Format::Json, body)] = &frames(&answer)[..] else { panic!() };
    assert!(std::str::from_utf8(body).unwrap().contains(r#""connAESKey":"""#));
    server.tick(SECOND);
    for _ in 0..3 {
        server.push(Id::QotUpdateBasicQot, &[8, 0]).unwrap();
    }
    let found: Vec<_> = frames(server.output()).into_iter().map(|f| (f.0, f.1, f.2)).collect();
    assert_eq!(found, [(3005, 1, Format::Json), (3005, 2, Format::Json), (3005, 3, Format::Json)]);
    assert_eq!(server.push(Id::GetGlobalState, &[8, 0]), Err(SendError::NotForCaller { proto_id: 1002 }));
}

#[test]
fn a_client_that_does_not_read_is_found_out() {
    let mut server = ready(ServerConfig { max_output_len: 300, ..ServerConfig::default() });
    server.push(Id::QotUpdateBasicQot, &[7; 300]).unwrap();
    // Held pushes count.
    let full = Err(SendError::OutputFull { waiting: 344, limit: 300 });
    assert_eq!(server.push(Id::QotUpdateBasicQot, &[8, 0]), full);
    let ping = frame(1004, 3, &keep_alive::Request { c2s: keep_alive::C2s { time: 5 } }.encode_to_vec());
    let why = Closed::SlowReader { waiting: 344, limit: 300 };
    assert_eq!(to_server(&mut server, &ping, 0), [ServerEvent::Closed(why)]);
}

#[test]
fn closing_leaves_whole_frames_to_be_written() {
    let mut server = ready(ServerConfig::default());
    server.push(Id::QotUpdateBasicQot, &[8, 0]).unwrap();
    assert_eq!(server.close(), Some(ServerEvent::Closed(Closed::Local)));
    assert_eq!(frames(server.output()).len(), 1);
    assert_eq!((server.close(), server.disconnected(), server.next_deadline()), (None, None, None));
    assert_eq!(to_server(&mut server, &frame(1002, 3, STATE_REQUEST), 0), []);
    assert_eq!(server.tick(1000 * SECOND), None);
    let ticket = Ticket { proto_id: 1002, serial: 1, format: Format::Protobuf };
    assert_eq!(server.reply(&ticket, &[8, 0]), Err(SendError::Closed));
    assert_eq!(server.push(Id::Notify, &[8, 0]), Err(SendError::Closed));
}

#[test]
fn damage_ends_the_session_with_its_name() {
    let mut wrong_sha = frame(1002, 3, STATE_REQUEST);
    *wrong_sha.last_mut().unwrap() ^= 1;
    let digest = Closed::Frame(FrameError::Digest { proto_id: 1002, serial: 3 });
    let mut format = frame(1002, 3, STATE_REQUEST);
    format[6] = 2;
    let table = [
        (wrong_sha, digest),
        (format, Closed::Frame(FrameError::Format { proto_id: 1002, found: 2 })),
        (
            b"GET / HTTP/1.1\r\nHost: localhost:11111\r\nAccept: */*\r\n".to_vec(),
            Closed::Frame(FrameError::Magic { found: *b"GE" }),
        ),
    ];
    for (bytes, why) in table {
        let mut server = ready(ServerConfig::default());
        assert_eq!(to_server(&mut server, &bytes, 0), [ServerEvent::Closed(why)]);
    }
}
