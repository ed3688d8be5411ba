#![no_main]

use libfuzzer_sys::fuzz_target;
use proto::opend::frame::{Format, Outgoing, append};
use proto::opend::session::{ClientConfig, ClientEvent, ClientSession, ServerConfig, ServerSession};
use proto_fuzz::{IDS, Input, key, random, takes_rsa};
use std::sync::Arc;

fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let Some(flags) = input.byte() else { return };
    let mut config = ClientConfig::new("fuzz");
    config.key = takes_rsa(data).then(key);
    config.format = if flags & 2 != 0 { Format::Json } else { Format::Protobuf };
    config.max_body_len = 1 << 16;
    config.max_output_len = 1 << 14;
    config.max_in_flight = 8;
    let server_config = ServerConfig { key: config.key.clone(), ..ServerConfig::default() };
    let mut now = 0;
    let mut client = ClientSession::connect(config, random(), now).unwrap();
    let mut server = ServerSession::new(Arc::new(server_config), 7, random(), now);
    if flags & 4 != 0 {
        // Past InitConnect, by a true gateway.
        let said = client.output().to_vec();
        client.sent(said.len());
        while server.receive(&mut &said[..], now).is_some() {
            break;
        }
        let answer = server.output().to_vec();
        assert!(matches!(client.receive(&mut &answer[..], now), Some(ClientEvent::Connected(_))));
    }
    let mut ended = client.closed().is_some();
    let mut check = |event: &Option<ClientEvent>| {
        if let Some(event) = event {
            assert!(!ended, "{event:?} after the end");
            ended = matches!(event, ClientEvent::Closed { .. });
        }
    };
    while let Some(action) = input.byte() {
        match action % 8 {
            0 | 1 => {
                let Some(mut piece) = input.piece() else { break };
                loop {
                    let event = client.receive(&mut piece, now);
                    check(&event);
                    if event.is_none() {
                        break;
                    }
                }
                assert!(piece.is_empty());
            }
            2 | 3 => {
                // A well-formed frame.
                let (Some(id), Some(serial), Some(body)) = (input.byte(), input.byte(), input.piece()) else { break };
                let format = if id & 128 != 0 { Format::Json } else { Format::Protobuf };
                let proto_id = IDS[usize::from(id % 16)];
                let mut bytes = Vec::new();
                let head = Outgoing { proto_id, format, serial: u32::from(serial) };
                if append(&mut bytes, head, body).is_ok() {
                    let mut piece = &bytes[..];
                    loop {
                        let event = client.receive(&mut piece, now);
                        check(&event);
                        if event.is_none() {
                            break;
                        }
                    }
                }
            }
            4 => {
                let Some(span) = input.word() else { break };
                now += i64::from(span) * 10;
                loop {
                    let event = client.tick(now);
                    check(&event);
                    if event.is_none() {
                        break;
                    }
                }
            }
            5 => {
                let (Some(id), Some(body)) = (input.byte(), input.piece()) else { break };
                let proto_id = IDS[usize::from(id % 16)];
                let _ = client.request(proto_id, |_, out| out.extend_from_slice(body), None, now);
            }
            6 => {
                let Some(count) = input.byte() else { break };
                client.sent(usize::from(count) * 4);
            }
            _ => match input.byte() {
                Some(7) => check(&client.close()),
                Some(8) => check(&client.disconnected()),
                _ => {}
            },
        }
        assert!(client.output().len() <= (1 << 14) + (1 << 11));
        assert!(client.in_flight() <= 8);
        assert_eq!(client.next_deadline().is_none(), client.closed().is_some());
    }
});
