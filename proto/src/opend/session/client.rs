//! The client's side of a connection.

use super::body::{self, to_protobuf};
use super::client_config::{ClientConfig, ClientEvent, Connected, Counters};
use super::deadlines::{Clock, ping_interval};
use super::output::Output;
use super::pending::{Pending, Waiting};
use super::{Closed, SECOND, SendError, greeting};
use crate::opend::crypt::{Cipher, Random};
use crate::opend::frame::{Decoder, Frame, Outgoing};
use crate::opend::ids::Id;
use crate::opend::json::Bytes;
use crate::opend::messages::common::PacketId;
use crate::opend::messages::{init_connect, keep_alive};
use crate::opend::protocol::Protocol;
use prost::Message;
use std::fmt;
use zeroize::Zeroize;

/// A client's connection, from InitConnect to its end.
///
/// ```
/// use proto::opend::session::{ClientConfig, ClientSession, SECOND};
///
/// let random = Box::new(|bytes: &mut [u8]| bytes.fill(7));
/// let mut session = ClientSession::connect(ClientConfig::new("example"), random, 0)?;
/// assert_eq!(&session.output()[..2], b"FT"); // InitConnect, to be written
/// assert_eq!(session.next_deadline(), Some(20 * SECOND)); // the answer must be there by then
/// # Ok::<(), proto::opend::session::Closed>(())
/// ```
pub struct ClientSession {
    config: ClientConfig,
    state: State,
    clock: Clock,
    decoder: Decoder,
    output: Output,
    pending: Pending,
    serial: Option<u32>,
    counters: Counters,
    heard: i64,
}

// A session is ready for nearly all its life, so the size of that state is no waste.
#[allow(clippy::large_enum_variant)]
enum State {
    Greeting { serial: u32, deadline: i64, random: Box<dyn Random + Send> },
    Ready { cipher: Cipher, conn_id: u64, ping_at: i64, ping_every: i64 },
    Closed(Closed),
}

impl ClientSession {
    /// A session on a connection that was just opened. InitConnect waits in the output.
    ///
    /// `random` serves the RSA arithmetic of InitConnect and is dropped after it.
    ///
    /// # Errors
    ///
    /// [`Closed::Frame`], [`Closed::Greeting`] or [`Closed::Rsa`] if InitConnect can't be written; that takes a client
    /// name of kilobytes.
    pub fn connect(config: ClientConfig, mut random: Box<dyn Random + Send>, now: i64) -> Result<Self, Closed> {
        let algorithm = if config.key.is_some() { Cipher::AES_CBC } else { Cipher::NONE };
        let request = init_connect::Request {
            c2s: init_connect::C2s {
                client_ver: config.client_ver,
                client_id: config.client_id.clone(),
                recv_notify: Some(config.recv_notify),
                packet_enc_algo: Some(algorithm),
                push_proto_fmt: Some(i32::from(config.format.number())),
                programming_language: Some(config.programming_language.clone()),
                ai_type: Some(0),
            },
        };
        let clock = Clock::new(now);
        let mut output = Output::new(config.max_output_len);
        let serial = config.first_serial;
        let head = (config.format, serial);
        let schema = Id::InitConnect.request();
        let out = output.room(0).map_err(|e| Closed::Greeting(e.to_string()))?;
        greeting::append(out, head, schema, &request, config.key.as_deref(), random.as_mut())?;
        Ok(Self {
            state: State::Greeting { serial, deadline: clock.after(config.greeting_timeout), random },
            decoder: Decoder::new(greeting::LEN_MAX),
            pending: Pending::default(),
            serial: serial.checked_add(1),
            counters: Counters::default(),
            heard: now,
            config,
            clock,
            output,
        })
    }

    /// Takes what was read, from the front of `input`, up to the next event. `None` means that all of it was taken.
    pub fn receive(&mut self, input: &mut &[u8], now: i64) -> Option<ClientEvent> {
        let now = self.clock.set(now);
        if !input.is_empty() {
            self.heard = now;
        }
        let mut decoder = std::mem::take(&mut self.decoder);
        let event = loop {
            decoder.set_max_body_len(match &self.state {
                State::Greeting { .. } => greeting::LEN_MAX,
                State::Ready { .. } => self.config.max_body_len,
                State::Closed(_) => {
                    *input = &[];
                    break None;
                }
            });
            match decoder.next(input) {
                Ok(None) => break None,
                Ok(Some(frame)) => match self.frame(&frame) {
                    Ok(None) => {}
                    Ok(event) => break event,
                    Err(why) => break self.end(why),
                },
                Err(error) => break self.end(error.into()),
            }
        };
        self.decoder = decoder;
        event
    }

    fn frame(&mut self, frame: &Frame<'_>) -> Result<Option<ClientEvent>, Closed> {
        let header = &frame.header;
        let cipher = match &mut self.state {
            State::Closed(_) => return Ok(None),
            State::Greeting { serial, .. } => {
                if header.proto_id != Id::InitConnect.number() || header.serial != *serial {
                    self.counters.early += 1;
                    return Ok(None);
                }
                return self.greeted(frame).map(Some);
            }
            State::Ready { cipher, .. } => &*cipher,
        };
        let (proto_id, serial) = (header.proto_id, header.serial);
        let id = Id::try_from(proto_id).ok();
        let push = id.filter(|id| id.is_push());
        let asked = if push.is_some() { None } else { self.pending.answered(proto_id, serial) };
        if push.is_none() && asked.is_none() {
            self.counters.unmatched += 1;
            return Ok(None);
        }
        let plain = body::open(frame, cipher)?;
        if id == Some(Id::KeepAlive) {
            self.counters.round_trip = asked.map(|waiting| self.clock.now().saturating_sub(waiting.sent));
            return Ok(None);
        }
        let body = to_protobuf(plain, header.format, id.and_then(Id::reply), self.config.max_body_len)
            .map_err(|error| Closed::Json { proto_id, serial, error })?;
        Ok(Some(match push {
            Some(id) => ClientEvent::Push { id, serial, body },
            None => ClientEvent::Reply { proto_id, serial, body },
        }))
    }

    /// The answer to InitConnect.
    fn greeted(&mut self, frame: &Frame<'_>) -> Result<ClientEvent, Closed> {
        let key = self.config.key.as_deref();
        let State::Greeting { random, .. } = &mut self.state else { return Err(Closed::GreetedTwice) };
        let opened = greeting::open(frame, key, random.as_mut())?;
        let sealed = opened.sealed;
        let reply: init_connect::Response = greeting::decode(opened.plain, &frame.header, Id::InitConnect.reply())?;
        if reply.ret_type != 0 {
            return Err(Closed::Refused { ret_type: reply.ret_type, text: reply.ret_msg.unwrap_or_default() });
        }
        let mut s2c = reply.s2c.ok_or_else(|| Closed::Greeting("the reply has no s2c".to_owned()))?;
        let cipher = match key {
            Some(_) if !sealed => Err(Closed::ReplyInClear),
            Some(_) => Cipher::from_reply(&s2c.conn_aes_key, s2c.aes_cb_civ.as_deref()).map_err(Closed::from),
            None => Ok(Cipher::Clear),
        };
        s2c.conn_aes_key.zeroize();
        s2c.aes_cb_civ.zeroize();
        let cipher = cipher?;
        let algorithm = cipher.algorithm();
        let ping_every = ping_interval(s2c.keep_alive_interval, self.config.silence);
        self.state = State::Ready { cipher, conn_id: s2c.conn_id, ping_at: self.clock.after(ping_every), ping_every };
        Ok(ClientEvent::Connected(Connected {
            server_ver: s2c.server_ver,
            login_user_id: s2c.login_user_id,
            conn_id: s2c.conn_id,
            keep_alive_interval_s: s2c.keep_alive_interval,
            algorithm,
            user_attribution: s2c.user_attribution,
        }))
    }

    /// Does what is due. `None` means that nothing is left to do before [`Self::next_deadline`].
    pub fn tick(&mut self, now: i64) -> Option<ClientEvent> {
        let now = self.clock.set(now);
        match &self.state {
            State::Closed(_) => return None,
            State::Greeting { deadline, .. } if *deadline <= now => {
                return self.end(Closed::GreetingTimedOut { seconds: self.config.greeting_timeout / SECOND });
            }
            State::Greeting { .. } => return None,
            State::Ready { .. } if self.silent_at() <= now => {
                return self.end(Closed::Silent { seconds: self.config.silence / SECOND });
            }
            State::Ready { .. } => {}
        }
        while let Some((serial, waiting)) = self.pending.expired(now) {
            if waiting.proto_id != Id::KeepAlive.number() {
                return Some(ClientEvent::TimedOut { proto_id: waiting.proto_id, serial });
            }
        }
        if let State::Ready { ping_at, ping_every, .. } = &mut self.state
            && *ping_at <= now
        {
            *ping_at = now.saturating_add(*ping_every);
            let time = now.div_euclid(SECOND);
            let ping = keep_alive::Request { c2s: keep_alive::C2s { time } };
            // When there is no room for it, the gateway isn't reading, and will be found silent.
            let _ = self.send(Id::KeepAlive.number(), None, |_, out| ping.encode_raw(out));
        }
        None
    }

    fn silent_at(&self) -> i64 {
        self.heard.saturating_add(self.config.silence)
    }

    /// When [`Self::tick`] must be called, in nanoseconds; `None` once the session has ended.
    pub fn next_deadline(&self) -> Option<i64> {
        match &self.state {
            State::Closed(_) => None,
            State::Greeting { deadline, .. } => Some(*deadline),
            State::Ready { ping_at, .. } => {
                let next = self.silent_at().min(*ping_at);
                Some(self.pending.next_deadline().map_or(next, |deadline| deadline.min(next)))
            }
        }
    }

    /// Sends a request and returns its serial number. Its reply, or [`ClientEvent::TimedOut`] after `timeout`
    /// nanoseconds (the configured time if `None`), comes as an event.
    ///
    /// # Errors
    ///
    /// [`SendError`]; nothing was sent then.
    pub fn call<P: Protocol>(&mut self, c2s: P::C2s, timeout: Option<i64>, now: i64) -> Result<u32, SendError> {
        self.call_with::<P>(|_| c2s, timeout, now)
    }

    /// The same for orders: what is sent is made from the `PacketID` that it must carry.
    ///
    /// # Errors
    ///
    /// [`SendError`]; nothing was sent then.
    pub fn call_with<P: Protocol>(
        &mut self,
        c2s: impl FnOnce(PacketId) -> P::C2s,
        timeout: Option<i64>,
        now: i64,
    ) -> Result<u32, SendError> {
        self.request(P::ID.number(), |packet, out| P::request(c2s(packet)).encode_raw(out), timeout, now)
    }

    /// Sends a request whose protobuf body `write` appends to the buffer. The protocol need not be one of the table.
    ///
    /// # Errors
    ///
    /// [`SendError`]; nothing was sent then.
    pub fn request(
        &mut self,
        proto_id: u32,
        write: impl FnOnce(PacketId, &mut Vec<u8>),
        timeout: Option<i64>,
        now: i64,
    ) -> Result<u32, SendError> {
        self.clock.set(now);
        let id = Id::try_from(proto_id).ok();
        if id.is_some_and(|id| id.is_push() || matches!(id, Id::InitConnect | Id::KeepAlive)) {
            return Err(SendError::NotForCaller { proto_id });
        }
        self.send(proto_id, timeout, write)
    }

    fn send(
        &mut self,
        proto_id: u32,
        timeout: Option<i64>,
        write: impl FnOnce(PacketId, &mut Vec<u8>),
    ) -> Result<u32, SendError> {
        let (cipher, conn_id) = match &self.state {
            State::Greeting { .. } => return Err(SendError::NotReady),
            State::Closed(_) => return Err(SendError::Closed),
            State::Ready { cipher, conn_id, .. } => (cipher, *conn_id),
        };
        let limit = self.config.max_in_flight;
        if self.pending.len() >= limit {
            return Err(SendError::TooManyInFlight { limit });
        }
        let serial = self.serial.ok_or(SendError::SerialsUsedUp)?;
        let out = self.output.room(0)?;
        let head = Outgoing { proto_id, format: self.config.format, serial };
        let packet = PacketId { conn_id, serial_no: serial };
        let schema = (Id::try_from(proto_id).ok().and_then(Id::request), Bytes::Base64);
        body::append(out, head, schema, cipher, self.config.max_body_len, |out| write(packet, out))?;
        self.serial = serial.checked_add(1);
        let deadline = self.clock.after(timeout.unwrap_or(self.config.reply_timeout));
        self.pending.add(serial, Waiting { proto_id, sent: self.clock.now(), deadline });
        Ok(serial)
    }

    /// Ends the session from this side. The event is [`ClientEvent::Closed`]; `None` if it had ended.
    pub fn close(&mut self) -> Option<ClientEvent> {
        self.end(Closed::Local)
    }

    /// The stream has ended. The event is [`ClientEvent::Closed`]; `None` if the session had ended.
    pub fn disconnected(&mut self) -> Option<ClientEvent> {
        self.end(if self.decoder.is_mid_frame() { Closed::PeerMidFrame } else { Closed::Peer })
    }

    fn end(&mut self, why: Closed) -> Option<ClientEvent> {
        if matches!(self.state, State::Closed(_)) {
            return None;
        }
        self.state = State::Closed(why.clone());
        Some(ClientEvent::Closed { why, unanswered: self.pending.take() })
    }

    /// Bytes to be written to the socket.
    pub fn output(&self) -> &[u8] {
        self.output.waiting()
    }

    /// The first `count` bytes of the output were written.
    pub fn sent(&mut self, count: usize) {
        self.output.sent(count);
    }

    /// Why the session ended; `None` while it goes on.
    pub fn closed(&self) -> Option<&Closed> {
        match &self.state {
            State::Closed(why) => Some(why),
            _ => None,
        }
    }

    /// Requests that wait for their reply, keep-alives among them.
    pub fn in_flight(&self) -> usize {
        self.pending.len()
    }

    /// What was dropped so far, and the last round trip.
    pub fn counters(&self) -> Counters {
        self.counters
    }
}

impl fmt::Debug for ClientSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Greeting { .. } => "greeting",
            State::Ready { .. } => "ready",
            State::Closed(_) => "closed",
        };
        f.debug_struct("ClientSession").field("state", &state).field("in_flight", &self.in_flight()).finish()
    }
}
