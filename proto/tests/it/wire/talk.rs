//! Client and gateway talk through a network that cuts and delays as it likes: whatever it does, every request has its
//! one reply and every push arrives in order.

use super::*;
use proptest::prelude::*;
use prost::Message;
use proto::opend::ids::Id;
use proto::opend::messages::{get_user_info, qot_update_basic_qot};
use proto::opend::protocol::{GetUserInfo, Push, QotUpdateBasicQot};

/// One direction of the network: bytes that were sent and not delivered.
#[derive(Default)]
struct Wire(Vec<u8>);

impl Wire {
    fn deliver(&mut self, most: usize) -> Vec<u8> {
        self.0.drain(..most.min(self.0.len())).collect()
    }
}

struct World {
    client: ClientSession,
    server: ServerSession,
    up: Wire,
    down: Wire,
    now: i64,
    heard: Vec<ClientEvent>,
    open: Vec<(Ticket, Vec<u8>)>,
}

impl World {
    fn collect(&mut self) {
        self.up.0.extend(from_client(&mut self.client));
        self.down.0.extend(from_server(&mut self.server));
    }

    fn up(&mut self, most: usize) {
        let bytes = self.up.deliver(most);
        for event in to_server(&mut self.server, &bytes, self.now) {
            match event {
                ServerEvent::Request { id: Id::GetUserInfo, ticket, body } => self.open.push((ticket, body)),
                ServerEvent::Connected(_) => {}
                other => panic!("{other:?}"),
            }
        }
        self.collect();
    }

    fn down(&mut self, most: usize) {
        let bytes = self.down.deliver(most);
        self.heard.extend(to_client(&mut self.client, &bytes, self.now));
        self.collect();
    }

    /// Answers one open request with what it asked.
    fn answer(&mut self, which: usize) {
        if !self.open.is_empty() {
            let (ticket, body) = self.open.remove(which % self.open.len());
            let flag = get_user_info::Request::decode(&body[..]).unwrap().c2s.flag;
            let s2c = get_user_info::S2c { user_id: flag.map(i64::from), ..Default::default() };
            let reply = get_user_info::Response { s2c: Some(s2c), ..Default::default() };
            self.server.reply_with(&ticket, |out| reply.encode_raw(out)).unwrap();
            self.collect();
        }
    }

    fn tick(&mut self, span: i64) {
        self.now += span;
        while let Some(event) = self.client.tick(self.now) {
            self.heard.push(event);
        }
        assert_eq!(self.server.tick(self.now), None);
        self.collect();
    }
}

fn mode() -> impl Strategy<Value = (i32, Format)> {
    (-1..3, prop::sample::select(vec![Format::Protobuf, Format::Json]))
}

#[derive(Clone, Debug)]
enum Step {
    Ask,
    Push,
    Answer(usize),
    Up(usize),
    Down(usize),
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Ask),
        Just(Step::Push),
        (0usize..50).prop_map(Step::Answer),
        (0usize..500).prop_map(Step::Up),
        (0usize..500).prop_map(Step::Down),
        (0i64..60).prop_map(|ms| Step::Wait(ms * MS)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn every_request_has_its_reply_and_every_push_its_place(
        (algorithm, format) in mode(),
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let mut config = ClientConfig::new("test");
        config.format = format;
        config.key = (algorithm != -1).then(key);
        let server_config = ServerConfig { key: config.key.clone(), ..ServerConfig::default() };
        let mut world = World {
            client: client(config),
            server: server(server_config),
            up: Wire::default(),
            down: Wire::default(),
            now: 0,
            heard: Vec::new(),
            open: Vec::new(),
        };
        world.collect();
        let (mut asked, mut pushed) = (Vec::new(), 0);
        for step in steps {
            match step {
                Step::Ask => {
                    let c2s = get_user_info::C2s { flag: Some(asked.len() as i32) };
                    if let Ok(serial) = world.client.call::<GetUserInfo>(c2s, Some(i64::MAX), world.now) {
                        asked.push(serial);
                    }
                    world.collect();
                }
                Step::Push => {
                    let push = QotUpdateBasicQot::push(qot_update_basic_qot::S2c::default());
                    pushed += u32::from(world.server.push(QotUpdateBasicQot::ID, &push.encode_to_vec()).is_ok());
                    world.collect();
                }
                Step::Answer(which) => world.answer(which),
                Step::Up(most) => world.up(most),
                Step::Down(most) => world.down(most),
                Step::Wait(span) => world.tick(span),
            }
        }
        // The network delivers all in the end, and the gateway answers.
        world.tick(SECOND);
        while !world.up.0.is_empty() || !world.down.0.is_empty() || !world.open.is_empty() {
            world.up(usize::MAX);
            world.answer(3);
            world.down(usize::MAX);
        }
        prop_assert_eq!(world.client.closed(), None);
        let mut answered = vec![0; asked.len()];
        let mut pushes = 0;
        for (at, event) in world.heard.iter().enumerate() {
            match event {
                ClientEvent::Connected(connected) => {
                    prop_assert_eq!(at, 0);
                    prop_assert_eq!(connected.algorithm, if algorithm == -1 { -1 } else { 2 });
                }
                ClientEvent::Reply { serial, body, .. } => {
                    let which = asked.iter().position(|s| s == serial).unwrap();
                    let s2c = get_user_info::Response::decode(&body[..]).unwrap().s2c.unwrap();
                    prop_assert_eq!(s2c.user_id, Some(which as i64));
                    answered[which] += 1;
                }
                ClientEvent::Push { id, serial, .. } => {
                    pushes += 1;
                    prop_assert_eq!((*id, *serial), (Id::QotUpdateBasicQot, pushes));
                }
                other => prop_assert!(false, "{:?}", other),
            }
        }
        prop_assert!(answered.iter().all(|count| *count == 1));
        prop_assert_eq!(pushes, pushed);
        prop_assert_eq!(world.client.counters().unmatched, 0);
    }
}

/// Section 2.3: all three modes end to end. Ours asks for AES_CBC; the others are asked for by hand.
#[test]
fn every_mode_runs_end_to_end() {
    use proto::opend::crypt::Cipher;
    use proto::opend::frame::{Decoder, FrameError, append_sealed};
    use proto::opend::messages::init_connect;
    for algorithm in 0..3 {
        let mut server = server(ServerConfig { key: Some(key()), ..ServerConfig::default() });
        let mut c2s = init_connect::C2s { client_ver: 1, client_id: "test".to_owned(), ..Default::default() };
        c2s.packet_enc_algo = Some(algorithm);
        to_server(&mut server, &frame(1001, 1, &init_connect::Request { c2s }.encode_to_vec()), 0);
        let bytes = from_server(&mut server);
        let mut decoder = Decoder::default();
        let body = decoder.next(&mut &bytes[..]).unwrap().unwrap().body;
        let reply = key().open(body, random(1).as_mut()).unwrap();
        let s2c = init_connect::Response::decode(&reply[..]).unwrap().s2c.unwrap();
        let cipher = Cipher::from_reply(&s2c.conn_aes_key, s2c.aes_cb_civ.as_deref()).unwrap();
        assert_eq!(cipher.algorithm(), algorithm);
        let mut request = Vec::new();
        let head = Outgoing { proto_id: 1005, format: Format::Protobuf, serial: 2 };
        let seal = |out: &mut Vec<u8>, at| -> Result<(), FrameError> {
            cipher.seal(out, at);
            Ok(())
        };
        append_sealed(&mut request, head, |out| out.extend_from_slice(&[0x0a, 0]), seal).unwrap();
        let events = to_server(&mut server, &request, 0);
        let [ServerEvent::Request { ticket, body, .. }] = &events[..] else { panic!("{events:?}") };
        assert_eq!(body[..], [0x0a, 0]);
        server.reply(ticket, &[8, 0]).unwrap();
        let bytes = from_server(&mut server);
        let mut plain = Vec::new();
        cipher.open(decoder.next(&mut &bytes[..]).unwrap().unwrap().body, &mut plain).unwrap();
        assert_eq!(plain, [8, 0]);
        // In clear the same request isn't taken.
        let events = to_server(&mut server, &frame(1005, 3, &[0x0a, 0]), 0);
        assert!(matches!(events[..], [ServerEvent::Closed(Closed::Cipher { proto_id: 1005, serial: 3, .. })]));
    }
}
