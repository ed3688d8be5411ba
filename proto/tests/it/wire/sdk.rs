//! Frames that the official SDK packed (`vectors/sdk_frames.txt`).

use super::{client, hex, key, random, rows, server, to_server};
use proto::opend::crypt::*;
use proto::opend::frame::*;
use proto::opend::session::*;

const SDK: &str = include_str!("vectors/sdk_frames.txt");

fn cipher(algorithm: i32) -> Cipher {
    let keys = SessionKeys::from_reply("0123456789abcdef", Some("fedcba9876543210")).unwrap();
    Cipher::with_keys(algorithm, &keys).unwrap()
}

#[test]
fn its_frames_open_and_ours_are_the_same_bytes() {
    let mut count = 0;
    for row in rows(SDK) {
        let [what, algorithm, wire, plain] = row[..] else { panic!("{row:?}") };
        let (wire, plain) = (hex(wire), hex(plain));
        let mut decoder = Decoder::default();
        let frame = decoder.next(&mut &wire[..]).unwrap().unwrap();
        let head = Outgoing { proto_id: frame.header.proto_id, format: Format::Protobuf, serial: frame.header.serial };
        if algorithm == "9" {
            assert_eq!(*key().open(frame.body, random(1).as_mut()).unwrap(), plain, "{what}");
        } else {
            let cipher = cipher(algorithm.parse().unwrap());
            let mut body = Vec::new();
            cipher.open(frame.body, &mut body).unwrap();
            assert_eq!(body, plain, "{what}");
            let mut ours = Vec::new();
            let write = |out: &mut Vec<u8>| out.extend_from_slice(&plain);
            let seal = |out: &mut Vec<u8>, start| -> Result<(), FrameError> {
                cipher.seal(out, start);
                Ok(())
            };
            append_sealed(&mut ours, head, write, seal).unwrap();
            assert_eq!(ours, wire, "{what}");
        }
        frame.header.check(&plain).unwrap();
        count += 1;
    }
    assert_eq!(count, 7);
}

/// Section 2.2, the trap: the SDK encrypts the request whenever it has a key file; `packetEncAlgo` decides the rest.
#[test]
fn its_init_connect_is_answered_as_it_expects() {
    let wire = |what: &str| rows(SDK).find(|row| row[0] == what).map(|row| hex(row[2])).unwrap();
    let with_key = ServerConfig { key: Some(key()), ..ServerConfig::default() };
    let table = [
        ("init", ServerConfig::default(), Some(-1)),
        ("init", with_key.clone(), Some(-1)),
        ("init_rsa_clear", with_key.clone(), Some(-1)),
        ("init_rsa", with_key, Some(2)),
        ("init_rsa", ServerConfig::default(), None),
        ("init_rsa_clear", ServerConfig::default(), None),
    ];
    for (what, config, algorithm) in table {
        let mut server = server(config);
        let events = to_server(&mut server, &wire(what), 0);
        match (&events[..], algorithm) {
            ([ServerEvent::Connected(info)], Some(algorithm)) => {
                assert_eq!(info.algorithm, algorithm, "{what}");
                assert!(info.client_id.starts_with("PyNormal"));
                assert_eq!((info.client_ver, info.recv_notify), (300, true));
                let mut decoder = Decoder::default();
                let bytes = server.output().to_vec();
                let frame = decoder.next(&mut &bytes[..]).unwrap().unwrap();
                assert_eq!(frame.header.check(frame.body).is_ok(), algorithm == -1, "{what}");
            }
            ([ServerEvent::Closed(why)], None) => assert_eq!(why, &Closed::GreetingKey { with_key: false }),
            _ => panic!("{what}: {events:?}"),
        }
    }
}

#[test]
fn ours_is_the_one_it_sends() {
    let mut config = ClientConfig::new("PyNormal");
    config.programming_language = "Python".to_owned();
    config.first_serial = 7001;
    let theirs = rows(SDK).find(|row| row[0] == "init").map(|row| hex(row[2])).unwrap();
    assert_eq!(client(config).output(), theirs);
}
