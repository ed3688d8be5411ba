//! The gateway's side of a connection.

use super::body::{self, to_protobuf};
use super::deadlines::Clock;
use super::output::Output;
use super::server_config::{ClientInfo, ServerConfig};
use super::{Closed, SECOND, SendError, greeting};
use crate::opend::crypt::{Cipher, Random, SessionKeys};
use crate::opend::envelope::failure;
use crate::opend::frame::{Decoder, Format, Frame, Outgoing};
use crate::opend::ids::Id;
use crate::opend::json::Bytes;
use crate::opend::messages::{init_connect, keep_alive};
use crate::opend::required::check_required;
use crate::opend::schema::Message;
use prost::Message as _;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroize;

/// Where a reply goes: the request's number and format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Protocol of the request.
    pub proto_id: u32,
    /// Its serial number.
    pub serial: u32,
    /// Its format.
    pub format: Format,
}

/// What a gateway hears of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerEvent {
    /// InitConnect is complete and answered.
    Connected(ClientInfo),
    /// A request, to be answered with [`ServerSession::reply`] or [`ServerSession::refuse`], in any order.
    Request {
        /// Its protocol.
        id: Id,
        /// Where the reply goes.
        ticket: Ticket,
        /// Its body in protobuf, a `Request` of the protocol with every required field there.
        body: Vec<u8>,
    },
    /// A request of a protocol that doesn't exist, that has no request, or whose messages aren't known; to be answered
    /// with [`ServerSession::refuse`], unless the gateway knows better.
    Unknown {
        /// Where the reply goes.
        ticket: Ticket,
        /// Its body as it came, in the ticket's format.
        body: Vec<u8>,
    },
    /// A request that is not its protocol's message. The session has answered it with this text.
    Malformed {
        /// Where the reply went.
        ticket: Ticket,
        /// What is wrong with it.
        text: String,
    },
    /// The session has ended.
    Closed(Closed),
}

/// A client's connection, seen by the gateway.
pub struct ServerSession {
    config: Arc<ServerConfig>,
    conn_id: u64,
    state: State,
    clock: Clock,
    decoder: Decoder,
    output: Output,
    heard: i64,
    push_serial: u32,
    /// Pushes that wait for the client to be ready, and until when.
    held: Vec<u8>,
    held_until: Option<i64>,
}

// A session is ready for nearly all its life, so the size of that state is no waste.
#[allow(clippy::large_enum_variant)]
enum State {
    Greeting { deadline: i64, random: Box<dyn Random + Send> },
    Ready { cipher: Cipher, push_format: Format },
    Closed(Closed),
}

impl State {
    fn ready(&self) -> Result<(&Cipher, Format), SendError> {
        match self {
            Self::Greeting { .. } => Err(SendError::NotReady),
            Self::Closed(_) => Err(SendError::Closed),
            Self::Ready { cipher, push_format } => Ok((cipher, *push_format)),
        }
    }
}

impl ServerSession {
    /// A session on a connection that was just accepted.
    ///
    /// `conn_id` must be unique over all gateways that a client may talk to at once, and below 2^63: draw it, as
    /// [`random_conn_id`](Self::random_conn_id) does. `random` serves the session's keys and RSA, and is dropped after
    /// InitConnect.
    pub fn new(config: Arc<ServerConfig>, conn_id: u64, random: Box<dyn Random + Send>, now: i64) -> Self {
        let clock = Clock::new(now);
        Self {
            conn_id,
            state: State::Greeting { deadline: clock.after(config.greeting_timeout), random },
            decoder: Decoder::new(greeting::LEN_MAX),
            output: Output::new(config.max_output_len),
            heard: now,
            push_serial: 0,
            held: Vec::new(),
            held_until: None,
            config,
            clock,
        }
    }

    /// A number for a connection: 1 to 2^63 - 1.
    pub fn random_conn_id(random: &mut dyn Random) -> u64 {
        let mut bytes = [0; 8];
        random.fill(&mut bytes);
        (u64::from_le_bytes(bytes) >> 1).max(1)
    }

    /// Takes what was read, from the front of `input`, up to the next event. `None` means that all of it was taken.
    pub fn receive(&mut self, input: &mut &[u8], now: i64) -> Option<ServerEvent> {
        self.clock.set(now);
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

    fn frame(&mut self, frame: &Frame<'_>) -> Result<Option<ServerEvent>, Closed> {
        self.heard = self.clock.now();
        let header = &frame.header;
        let greeting = header.proto_id == Id::InitConnect.number();
        let cipher = match &self.state {
            State::Closed(_) => return Ok(None),
            State::Greeting { .. } if greeting => return self.greet(frame).map(Some),
            State::Greeting { .. } => return Err(Closed::NotGreeted { proto_id: header.proto_id }),
            State::Ready { .. } if greeting => return Err(Closed::GreetedTwice),
            State::Ready { cipher, .. } => cipher,
        };
        let plain = body::open(frame, cipher)?;
        self.release();
        let ticket = Ticket { proto_id: header.proto_id, serial: header.serial, format: header.format };
        let known = Id::try_from(header.proto_id).ok();
        let Some((id, schema)) = known.and_then(|id| Some((id, id.request()?))) else {
            return Ok(Some(ServerEvent::Unknown { ticket, body: plain }));
        };
        let read = to_protobuf(plain, header.format, Some(schema), self.config.max_body_len)
            .map_err(|error| error.to_string())
            .and_then(|body| check_required(schema, &body).map(|()| body).map_err(|flaw| flaw.to_string()));
        let body = match read {
            Ok(body) => body,
            Err(why) => {
                let text = format!("{id}: {why}");
                self.must(|session| session.refuse(&ticket, -1, &text))?;
                return Ok(Some(ServerEvent::Malformed { ticket, text }));
            }
        };
        if id == Id::KeepAlive {
            let time = self.clock.now().div_euclid(SECOND);
            let s2c = Some(keep_alive::S2c { time });
            let reply = keep_alive::Response { ret_type: 0, ret_msg: None, err_code: None, s2c };
            self.must(|session| session.reply_with(&ticket, |out| reply.encode_raw(out)))?;
            return Ok(None);
        }
        Ok(Some(ServerEvent::Request { id, ticket, body }))
    }

    /// InitConnect.
    fn greet(&mut self, frame: &Frame<'_>) -> Result<ServerEvent, Closed> {
        let State::Greeting { random, .. } = &mut self.state else { return Err(Closed::GreetedTwice) };
        let key = self.config.key.as_deref();
        let opened = greeting::open(frame, key, random.as_mut())?;
        let request: init_connect::Request = greeting::decode(opened.plain, &frame.header, Id::InitConnect.request())?;
        let init_connect::C2s { client_ver, client_id, recv_notify, packet_enc_algo, push_proto_fmt, .. } = request.c2s;
        let push_format = match push_proto_fmt {
            None => self.config.push_format,
            Some(number) => Format::from_number(i64::from(number))
                .ok_or_else(|| Closed::Greeting(format!("pushProtoFmt {number}, expected 0 or 1")))?,
        };
        // Whether the request itself was encrypted doesn't count: the official SDK encrypts it whenever it has a key
        // file, and expects all else in clear when it asks for no encryption.
        let asked = packet_enc_algo.unwrap_or(Cipher::FTAES_ECB);
        let algorithm = if key.is_some() { asked } else { Cipher::NONE };
        let keys = SessionKeys::generate(random.as_mut());
        let cipher = Cipher::with_keys(algorithm, &keys).ok_or(Closed::Algorithm { found: asked })?;
        let (conn_aes_key, aes_cb_civ) = match &cipher {
            Cipher::Clear => (String::new(), Some(String::new())),
            Cipher::FtAesEcb(_) => (keys.key_text(), None),
            Cipher::AesEcb(_) => (keys.key_text(), Some(String::new())),
            Cipher::AesCbc(..) => (keys.key_text(), Some(keys.iv_text())),
        };
        let s2c = init_connect::S2c {
            server_ver: self.config.server_ver,
            login_user_id: self.config.login_user_id,
            conn_id: self.conn_id,
            conn_aes_key,
            keep_alive_interval: self.config.keep_alive_interval_s,
            aes_cb_civ,
            user_attribution: self.config.user_attribution,
        };
        let mut reply = init_connect::Response { ret_type: 0, ret_msg: None, err_code: None, s2c: Some(s2c) };
        let out = self.output.room(0).map_err(|e| Closed::Greeting(e.to_string()))?;
        let head = (frame.header.format, frame.header.serial);
        let key = key.filter(|_| cipher.is_encrypted());
        let done = greeting::append(out, head, Id::InitConnect.reply(), &reply, key, random.as_mut());
        if let Some(s2c) = &mut reply.s2c {
            s2c.conn_aes_key.zeroize();
            s2c.aes_cb_civ.zeroize();
        }
        done?;
        self.state = State::Ready { cipher, push_format };
        self.held_until = Some(self.clock.after(self.config.push_delay));
        Ok(ServerEvent::Connected(ClientInfo {
            client_ver,
            client_id,
            programming_language: request.c2s.programming_language.unwrap_or_default(),
            recv_notify: recv_notify.unwrap_or(false),
            format: frame.header.format,
            push_format,
            algorithm,
            conn_id: self.conn_id,
        }))
    }

    /// Does what is due. `None` means that nothing is left to do before [`Self::next_deadline`].
    pub fn tick(&mut self, now: i64) -> Option<ServerEvent> {
        let now = self.clock.set(now);
        match &self.state {
            State::Closed(_) => None,
            State::Greeting { deadline, .. } => {
                let seconds = self.config.greeting_timeout / SECOND;
                if *deadline <= now { self.end(Closed::GreetingTimedOut { seconds }) } else { None }
            }
            State::Ready { .. } if self.silent_at() <= now => {
                self.end(Closed::Silent { seconds: self.config.silence / SECOND })
            }
            State::Ready { .. } => {
                if self.held_until.is_some_and(|until| until <= now) {
                    self.release();
                }
                None
            }
        }
    }

    fn silent_at(&self) -> i64 {
        self.heard.saturating_add(self.config.silence)
    }

    /// When [`Self::tick`] must be called, in nanoseconds; `None` once the session has ended.
    pub fn next_deadline(&self) -> Option<i64> {
        match &self.state {
            State::Closed(_) => None,
            State::Greeting { deadline, .. } => Some(*deadline),
            State::Ready { .. } => Some(self.held_until.map_or(self.silent_at(), |until| until.min(self.silent_at()))),
        }
    }

    /// Answers a request with a protobuf body, a `Response` of its protocol.
    ///
    /// # Errors
    ///
    /// [`SendError`]; nothing was sent then, and the request should be answered with [`Self::refuse`] unless the client
    /// is to be dropped.
    pub fn reply(&mut self, ticket: &Ticket, body: &[u8]) -> Result<(), SendError> {
        self.reply_with(ticket, |out| out.extend_from_slice(body))
    }

    /// The same, with a body that `write` appends to the buffer.
    ///
    /// # Errors
    ///
    /// As [`Self::reply`].
    pub fn reply_with(&mut self, ticket: &Ticket, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), SendError> {
        let schema = Id::try_from(ticket.proto_id).ok().and_then(Id::reply);
        self.answer(ticket, schema, write)
    }

    /// Answers a request, of a protocol that may not exist, with a failure. Put all that people need to know into
    /// `text`: SDKs show nothing else. `ret_type` is -1 as a rule and never 0.
    ///
    /// # Errors
    ///
    /// [`SendError`]; nothing was sent then.
    pub fn refuse(&mut self, ticket: &Ticket, ret_type: i32, text: &str) -> Result<(), SendError> {
        let body = failure(ret_type, text, None);
        // A failure has the same shape in every protocol, so any schema serves for JSON.
        self.answer(ticket, Id::KeepAlive.reply(), |out| out.extend_from_slice(&body))
    }

    fn answer(
        &mut self,
        ticket: &Ticket,
        schema: Option<&'static Message>,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), SendError> {
        let (cipher, _) = self.state.ready()?;
        let out = self.output.room(self.held.len())?;
        let head = Outgoing { proto_id: ticket.proto_id, format: ticket.format, serial: ticket.serial };
        // The official SDK's connection jams on a JSON body with bytes in it.
        body::append(out, head, (schema, Bytes::Omit), cipher, self.config.max_body_len, write)
    }

    /// Pushes a protobuf body, a `Response` of its protocol, in the client's push format.
    ///
    /// # Errors
    ///
    /// [`SendError`]; nothing was sent then.
    pub fn push(&mut self, id: Id, body: &[u8]) -> Result<(), SendError> {
        if !id.is_push() {
            return Err(SendError::NotForCaller { proto_id: id.number() });
        }
        let (cipher, format) = self.state.ready()?;
        let waiting = self.output.room(self.held.len())?;
        let out = if self.held_until.is_some() { &mut self.held } else { waiting };
        let serial = self.push_serial.wrapping_add(1);
        let head = Outgoing { proto_id: id.number(), format, serial };
        let write = |out: &mut Vec<u8>| out.extend_from_slice(body);
        body::append(out, head, (id.reply(), Bytes::Omit), cipher, self.config.max_body_len, write)?;
        self.push_serial = serial;
        Ok(())
    }

    /// Lets the held pushes go.
    fn release(&mut self) {
        self.held_until = None;
        self.output.append(&mut self.held);
        self.held = Vec::new();
    }

    /// Sends what the session owes by itself; a client that doesn't read it is dropped.
    fn must(&mut self, send: impl FnOnce(&mut Self) -> Result<(), SendError>) -> Result<(), Closed> {
        match send(self) {
            Err(SendError::OutputFull { waiting, limit }) => Err(Closed::SlowReader { waiting, limit }),
            _ => Ok(()),
        }
    }

    /// Ends the session from this side: write the output, then close the socket. `None` if it had ended.
    pub fn close(&mut self) -> Option<ServerEvent> {
        self.release();
        self.end(Closed::Local)
    }

    /// The stream has ended. `None` if the session had ended.
    pub fn disconnected(&mut self) -> Option<ServerEvent> {
        self.end(if self.decoder.is_mid_frame() { Closed::PeerMidFrame } else { Closed::Peer })
    }

    fn end(&mut self, why: Closed) -> Option<ServerEvent> {
        if matches!(self.state, State::Closed(_)) {
            return None;
        }
        self.state = State::Closed(why.clone());
        self.held = Vec::new();
        self.held_until = None;
        Some(ServerEvent::Closed(why))
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

    /// Number of the connection.
    pub fn conn_id(&self) -> u64 {
        self.conn_id
    }
}

impl fmt::Debug for ServerSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Greeting { .. } => "greeting",
            State::Ready { .. } => "ready",
            State::Closed(_) => "closed",
        };
        f.debug_struct("ServerSession").field("conn_id", &self.conn_id).field("state", &state).finish()
    }
}
