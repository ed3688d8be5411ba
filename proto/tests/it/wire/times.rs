//! Deadlines of both sides, in virtual time: sections 2.1, 2.4 and 5.2.

use super::*;
use proto::opend::messages::get_global_state;
use proto::opend::protocol::GetGlobalState;

fn closed(event: Option<ClientEvent>) -> Closed {
    match event {
        Some(ClientEvent::Closed { why, .. }) => why,
        other => panic!("{other:?}"),
    }
}

/// A plain pair with this keep-alive interval, in seconds.
fn pair(interval: i32) -> (ClientSession, ServerSession) {
    let config = ServerConfig { keep_alive_interval_s: interval, ..ServerConfig::default() };
    connected(ClientConfig::new("test"), config)
}

#[test]
fn init_connect_must_be_answered_in_20_s() {
    let mut client = client(ClientConfig::new("test"));
    assert_eq!(client.next_deadline(), Some(20 * SECOND));
    assert_eq!(client.tick(20 * SECOND - 1), None);
    assert_eq!(closed(client.tick(20 * SECOND)), Closed::GreetingTimedOut { seconds: 20 });
}

#[test]
fn a_client_that_does_not_greet_is_dropped_however_slowly_it_sends() {
    let mut server = server(ServerConfig::default());
    let bytes = frame(1001, 1, &[7; 4000]);
    for second in 0..10 {
        let piece = &bytes[second * 10..second * 10 + 10];
        assert_eq!(to_server(&mut server, piece, second as i64 * SECOND), []);
        assert_eq!(server.next_deadline(), Some(10 * SECOND));
    }
    let end = ServerEvent::Closed(Closed::GreetingTimedOut { seconds: 10 });
    assert_eq!((server.tick(10 * SECOND - 1), server.tick(10 * SECOND)), (None, Some(end)));
}

#[test]
fn keep_alives_go_out_every_eight_tenths_of_the_interval() {
    // Interval and time between pings, in milliseconds; never so long that a quiet gateway looks dead.
    for (interval, every) in [(10, 8000), (1, 800), (0, 1000), (-5, 1000), (100, 26400), (i32::MAX, 26400)] {
        let (mut client, _) = pair(interval);
        for round in 1..=3 {
            let due = round * every * MS;
            assert_eq!(client.tick(due - 1), None);
            assert_eq!(client.output(), b"", "interval {interval}");
            assert_eq!(client.next_deadline(), Some(due));
            assert_eq!(client.tick(due), None);
            let ping = from_client(&mut client);
            assert_eq!(&ping[..6], b"FT\xec\x03\0\0");
            // Answered, so that time-outs and silence stay away.
            let serial = u32::from_le_bytes(*ping[8..].first_chunk().unwrap());
            assert_eq!(to_client(&mut client, &frame(1004, serial, &[8, 0]), due), []);
            assert_eq!(client.counters().round_trip, Some(0));
        }
    }
}

#[test]
fn a_pair_keeps_itself_alive_for_an_hour() {
    let (mut client, mut server) = pair(10);
    let mut now = 0;
    while now < 3600 * SECOND {
        now = client.next_deadline().unwrap().min(server.next_deadline().unwrap());
        assert_eq!((client.tick(now), server.tick(now)), (None, None));
        assert_eq!(settle(&mut client, &mut server, now), (vec![], vec![]));
    }
    assert_eq!(client.in_flight(), 0);
}

#[test]
fn a_gateway_silent_for_33_s_is_dead() {
    let (mut client, _) = pair(10);
    let (now, event) = loop {
        let now = client.next_deadline().unwrap();
        if let Some(event) = client.tick(now) {
            break (now, event);
        }
    };
    assert_eq!(now, 33 * SECOND);
    assert_eq!(closed(Some(event)), Closed::Silent { seconds: 33 });
}

#[test]
fn any_byte_shows_that_the_gateway_lives() {
    let (mut client, _) = pair(10);
    let push = frame(3005, 1, &[7; 100]);
    for (round, byte) in (1..).zip(&push[..5]) {
        let now = round * 30 * SECOND;
        while client.tick(now - 1).is_some() {}
        assert_eq!(client.closed(), None);
        to_client(&mut client, &[*byte], now);
    }
}

#[test]
fn a_client_silent_for_30_s_is_dropped_and_half_a_frame_is_silence() {
    let (_, mut server) = pair(10);
    server.tick(SECOND);
    let request = frame(1002, 9, &[0x0a, 2, 8, 1]);
    to_server(&mut server, &request, 10 * SECOND);
    to_server(&mut server, &request[..30], 39 * SECOND);
    assert_eq!(server.next_deadline(), Some(40 * SECOND));
    let end = ServerEvent::Closed(Closed::Silent { seconds: 30 });
    assert_eq!((server.tick(40 * SECOND - 1), server.tick(40 * SECOND)), (None, Some(end)));
}

#[test]
fn each_request_has_its_time_and_late_replies_are_counted() {
    let (mut client, mut server) = pair(10);
    let mut ask =
        |timeout, now| client.call::<GetGlobalState>(get_global_state::C2s { user_id: 1 }, timeout, now).unwrap();
    let serials = [ask(None, 0), ask(Some(SECOND), 0), ask(Some(SECOND), MS), ask(Some(i64::MAX), MS)];
    let timed_out = |serial| Some(ClientEvent::TimedOut { proto_id: 1002, serial });
    assert_eq!(client.next_deadline(), Some(SECOND));
    assert_eq!(client.tick(SECOND - 1), None);
    assert_eq!(client.tick(2 * SECOND), timed_out(serials[1]));
    assert_eq!(client.tick(2 * SECOND), timed_out(serials[2]));
    assert_eq!(client.tick(2 * SECOND), None);
    // A ping of 8 s isn't answered: no event comes of it.
    assert_eq!(client.tick(8 * SECOND), None);
    assert_eq!(client.tick(12 * SECOND), timed_out(serials[0]));
    assert_eq!(client.tick(12 * SECOND), None);
    let requests = to_server(&mut server, &from_client(&mut client), 12 * SECOND);
    for event in requests {
        let ServerEvent::Request { ticket, .. } = event else { panic!("{event:?}") };
        server.reply(&ticket, &[8, 0]).unwrap();
    }
    let heard = to_client(&mut client, &from_server(&mut server), 12 * SECOND);
    assert_eq!(heard, [ClientEvent::Reply { proto_id: 1002, serial: serials[3], body: vec![8, 0] }]);
    assert_eq!(client.counters().unmatched, 3);
}

#[test]
fn time_that_goes_back_stands_still() {
    let (mut client, mut server) = pair(10);
    assert_eq!((client.tick(5 * SECOND), server.tick(5 * SECOND)), (None, None));
    assert_eq!((client.tick(i64::MIN), server.tick(i64::MIN)), (None, None));
    let c2s = get_global_state::C2s { user_id: 1 };
    client.call::<GetGlobalState>(c2s, None, -SECOND).unwrap();
    assert_eq!(client.tick(i64::MIN), None);
    assert_eq!(client.tick(17 * SECOND - 1), None);
    assert_eq!(client.closed(), None);
    // The end of time ends sessions and nothing else.
    assert!(client.tick(i64::MAX).is_some());
    assert!(server.tick(i64::MAX).is_some());
}

#[test]
fn sessions_stand_the_ends_of_time() {
    let random = || super::random(1);
    let mut client = ClientSession::connect(ClientConfig::new("test"), random(), i64::MAX).unwrap();
    assert!(client.tick(i64::MAX).is_some());
    let mut server = ServerSession::new(Arc::new(ServerConfig::default()), 1, random(), i64::MIN);
    assert!(server.tick(i64::MIN).is_none());
}
