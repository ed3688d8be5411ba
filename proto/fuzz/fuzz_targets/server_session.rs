#![no_main]

use libfuzzer_sys::fuzz_target;
use proto::opend::crypt::Cipher;
use proto::opend::frame::{Decoder, Format, FrameError, Outgoing, append, append_sealed};
use proto::opend::ids::Id;
use proto::opend::session::{ClientConfig, ClientSession, ServerConfig, ServerEvent, ServerSession, Ticket};
use proto_fuzz::{IDS, Input, key, random, takes_rsa};
use std::sync::Arc;

fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let Some(flags) = input.byte() else { return };
    let keyed = takes_rsa(data).then(key);
    let config =
        ServerConfig { key: keyed.clone(), max_body_len: 1 << 16, max_output_len: 1 << 14, ..ServerConfig::default() };
    let mut now = 0;
    let mut server = ServerSession::new(Arc::new(config), 7, random(), now);
    let mut cipher = Cipher::Clear;
    if flags & 4 != 0 {
        // Past InitConnect, with a true client.
        let mut client_config = ClientConfig::new("fuzz");
        client_config.key = keyed.clone();
        client_config.format = if flags & 2 != 0 { Format::Json } else { Format::Protobuf };
        let client = ClientSession::connect(client_config, random(), now).unwrap();
        assert!(matches!(server.receive(&mut client.output(), now), Some(ServerEvent::Connected(_))));
        if let (Some(key), Format::Protobuf) = (&keyed, if flags & 2 != 0 { Format::Json } else { Format::Protobuf }) {
            // Its keys, so that well-formed frames reach what is behind the cipher.
            use proto::opend::messages::init_connect::Response;
            let mut decoder = Decoder::default();
            let answer = server.output().to_vec();
            let body = decoder.next(&mut &answer[..]).unwrap().unwrap().body;
            let plain = key.open(body, random().as_mut()).unwrap();
            let s2c = <Response as prost::Message>::decode(&plain[..]).unwrap().s2c.unwrap();
            cipher = Cipher::from_reply(&s2c.conn_aes_key, s2c.aes_cb_civ.as_deref()).unwrap();
        }
    }
    let mut tickets: Vec<Ticket> = Vec::new();
    let mut ended = false;
    let mut take = |event: &Option<ServerEvent>, tickets: &mut Vec<Ticket>| {
        let Some(event) = event else { return };
        assert!(!ended, "{event:?} after the end");
        match event {
            ServerEvent::Request { ticket, .. } | ServerEvent::Unknown { ticket, .. } => tickets.push(*ticket),
            ServerEvent::Closed(_) => ended = true,
            _ => {}
        }
    };
    while let Some(action) = input.byte() {
        match action % 8 {
            0 => {
                let Some(mut piece) = input.piece() else { break };
                loop {
                    let event = server.receive(&mut piece, now);
                    take(&event, &mut tickets);
                    if event.is_none() {
                        break;
                    }
                }
                assert!(piece.is_empty());
            }
            1..=3 => {
                // A well-formed frame, encrypted as it should be.
                let (Some(id), Some(serial), Some(body)) = (input.byte(), input.byte(), input.piece()) else { break };
                let format = if id & 128 != 0 { Format::Json } else { Format::Protobuf };
                let proto_id = IDS[usize::from(id % 16)];
                let head = Outgoing { proto_id, format, serial: u32::from(serial) };
                let mut bytes = Vec::new();
                let done = if proto_id == 1001 {
                    append(&mut bytes, head, body)
                } else {
                    let seal = |out: &mut Vec<u8>, start| -> Result<(), FrameError> {
                        cipher.seal(out, start);
                        Ok(())
                    };
                    append_sealed(&mut bytes, head, |out| out.extend_from_slice(body), seal)
                };
                if done.is_ok() {
                    let mut piece = &bytes[..];
                    loop {
                        let event = server.receive(&mut piece, now);
                        take(&event, &mut tickets);
                        if event.is_none() {
                            break;
                        }
                    }
                }
            }
            4 => {
                let Some(span) = input.word() else { break };
                now += i64::from(span) * 10;
                take(&server.tick(now), &mut tickets);
            }
            5 => {
                let (Some(id), Some(body)) = (input.byte(), input.piece()) else { break };
                if let Ok(id) = Id::try_from(IDS[usize::from(id % 16)]) {
                    let _ = server.push(id, body);
                }
            }
            6 => {
                let (Some(count), Some(body)) = (input.byte(), input.piece()) else { break };
                server.sent(usize::from(count) * 4);
                if let Some(ticket) = tickets.pop() {
                    let _ = server.reply(&ticket, body);
                    let _ = server.refuse(&ticket, -1, "no");
                }
            }
            _ => match input.byte() {
                Some(7) => take(&server.close(), &mut tickets),
                Some(8) => take(&server.disconnected(), &mut tickets),
                _ => {}
            },
        }
        assert!(server.output().len() <= (1 << 14) + (1 << 12));
        assert_eq!(server.next_deadline().is_none(), server.closed().is_some());
    }
});
