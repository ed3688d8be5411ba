//! Frames, ciphers and sessions. Section numbers are those of the protocol's fact sheet, which the project keeps.

mod ciphers;
mod client;
mod frames;
mod hostile;
mod rsa;
mod sdk;
mod server;
mod talk;
mod times;

use proto::opend::crypt::{Random, RsaKey};
use proto::opend::frame::{Format, Outgoing, append};
use proto::opend::session::*;
use std::sync::Arc;

/// Milliseconds, in nanoseconds.
pub(crate) const MS: i64 = SECOND / 1000;

/// A generator for tests, the same bytes for the same seed.
pub(crate) fn random(seed: u64) -> Box<dyn Random + Send> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    Box::new(move |bytes: &mut [u8]| {
        for byte in bytes {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            *byte = (state >> 32) as u8;
        }
    })
}

pub(crate) fn hex(text: &str) -> Vec<u8> {
    if text == "-" {
        return Vec::new();
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// The lines of a table, cut at spaces.
pub(crate) fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(' ').collect())
}

pub(crate) const PEM: &str = include_str!("vectors/key_pkcs1.pem");

pub(crate) fn key() -> Arc<RsaKey> {
    Arc::new(RsaKey::from_pem(PEM).unwrap())
}

/// One plain frame.
pub(crate) fn frame(proto_id: u32, serial: u32, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    append(&mut out, Outgoing { proto_id, format: Format::Protobuf, serial }, body).unwrap();
    out
}

pub(crate) fn client(config: ClientConfig) -> ClientSession {
    ClientSession::connect(config, random(1), 0).unwrap()
}

pub(crate) fn server(config: ServerConfig) -> ServerSession {
    ServerSession::new(Arc::new(config), 77, random(2), 0)
}

/// What the client has to say, taken.
pub(crate) fn from_client(client: &mut ClientSession) -> Vec<u8> {
    let bytes = client.output().to_vec();
    client.sent(bytes.len());
    bytes
}

/// What the server has to say, taken.
pub(crate) fn from_server(server: &mut ServerSession) -> Vec<u8> {
    let bytes = server.output().to_vec();
    server.sent(bytes.len());
    bytes
}

pub(crate) fn to_client(client: &mut ClientSession, mut bytes: &[u8], now: i64) -> Vec<ClientEvent> {
    let events = std::iter::from_fn(|| client.receive(&mut bytes, now)).collect();
    assert!(bytes.is_empty());
    events
}

pub(crate) fn to_server(server: &mut ServerSession, mut bytes: &[u8], now: i64) -> Vec<ServerEvent> {
    let events = std::iter::from_fn(|| server.receive(&mut bytes, now)).collect();
    assert!(bytes.is_empty());
    events
}

/// Passes bytes both ways until both are quiet.
pub(crate) fn settle(
    client: &mut ClientSession,
    server: &mut ServerSession,
    now: i64,
) -> (Vec<ClientEvent>, Vec<ServerEvent>) {
    let (mut heard, mut served) = (Vec::new(), Vec::new());
    while !client.output().is_empty() || !server.output().is_empty() {
        served.extend(to_server(server, &from_client(client), now));
        heard.extend(to_client(client, &from_server(server), now));
    }
    (heard, served)
}

/// A pair past InitConnect.
pub(crate) fn connected(config: ClientConfig, server_config: ServerConfig) -> (ClientSession, ServerSession) {
    let (mut client, mut server) = (client(config), server(server_config));
    let (heard, served) = settle(&mut client, &mut server, 0);
    assert!(matches!(heard[..], [ClientEvent::Connected(_)]), "{heard:?}");
    assert!(matches!(served[..], [ServerEvent::Connected(_)]), "{served:?}");
    (client, server)
}
