//! Hostile bytes: never a panic, bounded memory, one named end, and nothing after it.

use super::*;
use proptest::prelude::*;

/// A stream with damage: the place of a byte, and what it is changed by.
fn damage() -> impl Strategy<Value = Vec<(usize, u8)>> {
    prop::collection::vec((0usize..2000, 1u8..), 1..6)
}

fn damaged(mut bytes: Vec<u8>, damage: &[(usize, u8)]) -> Vec<u8> {
    let len = bytes.len();
    for (at, change) in damage {
        bytes[at % len] ^= change;
    }
    bytes
}

fn configs(encrypted: bool) -> (ClientConfig, ServerConfig) {
    let mut config = ClientConfig::new("test");
    config.key = encrypted.then(key);
    let server = ServerConfig { key: config.key.clone(), max_output_len: 4000, ..ServerConfig::default() };
    (config, server)
}

/// What a client says in a session: InitConnect, then requests.
fn client_stream(encrypted: bool) -> Vec<u8> {
    let (config, server_config) = configs(encrypted);
    let (mut client, mut server) = (client(config), server(server_config));
    let mut said = client.output().to_vec();
    settle(&mut client, &mut server, 0);
    for size in [2, 50, 300] {
        client.request(1002, |_, out| out.resize(out.len() + size, 1), None, 0).unwrap();
    }
    said.extend(from_client(&mut client));
    said
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn a_gateway_survives_damaged_clients(encrypted: bool, damage in damage(), cut in 1usize..700) {
        let bytes = damaged(client_stream(encrypted), &damage);
        let mut server = server(configs(encrypted).1);
        let mut ends = 0;
        for (now, piece) in (0..).zip(bytes.chunks(cut)) {
            for event in to_server(&mut server, piece, now) {
                prop_assert_eq!(ends, 0, "an event after the end");
                ends += u32::from(matches!(event, ServerEvent::Closed(_)));
            }
            prop_assert!(server.output().len() < 9000);
        }
        prop_assert_eq!(ends == 1, server.closed().is_some());
    }

    #[test]
    fn a_client_survives_noise(encrypted: bool, ready: bool, noise in prop::collection::vec(any::<u8>(), 1..400), frames: bool) {
        let (config, server_config) = configs(encrypted);
        let (mut client, mut server) = (client(config), server(server_config));
        if ready {
            settle(&mut client, &mut server, 0);
        }
        // Either noise as it is, or noise as the body of a well-formed push.
        let bytes = if frames { frame(3005, 1, &noise) } else { noise };
        let events = to_client(&mut client, &bytes, 1);
        for event in &events {
            let known = matches!(event, ClientEvent::Closed { .. } | ClientEvent::Push { .. });
            prop_assert!(known, "{:?}", event);
        }
        prop_assert!(events.len() <= 1);
    }

    #[test]
    fn a_gateway_survives_any_body(
        proto_id in prop::sample::select(vec![1001u32, 1002, 1004, 2202, 3001, 3005, 3103, 4999]),
        json: bool,
        body in prop::collection::vec(any::<u8>(), 1..200),
    ) {
        let (mut server, format) = (server(ServerConfig::default()), if json { Format::Json } else { Format::Protobuf });
        let mut client = client(ClientConfig::new("test"));
        settle(&mut client, &mut server, 0);
        let mut bytes = Vec::new();
        append(&mut bytes, Outgoing { proto_id, format, serial: 9 }, &body).unwrap();
        let events = to_server(&mut server, &bytes, 1);
        prop_assert!(events.len() <= 1);
    }
}

/// A thousand connections that say nothing, or half of something, hold next to nothing and end at their deadline.
#[test]
fn a_thousand_half_open_connections_end_at_their_deadline() {
    let config = Arc::new(ServerConfig::default());
    let init = client_stream(false);
    let mut sessions: Vec<ServerSession> =
        (0..1000).map(|n| ServerSession::new(config.clone(), n, random(n), 0)).collect();
    for (n, session) in sessions.iter_mut().enumerate() {
        assert_eq!(to_server(session, &init[..n % 50], 1), []);
    }
    for session in &mut sessions {
        let end = ServerEvent::Closed(Closed::GreetingTimedOut { seconds: 10 });
        assert_eq!(session.tick(10 * SECOND), Some(end));
    }
}
