//! One agent's WebSocket: opened, gone on from a position, read until it ends.

use std::{
    cell::RefCell,
    io::ErrorKind,
    rc::Rc,
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
    sync::Semaphore,
    time::timeout,
};

use crate::{
    bellhop_target,
    frames::{self, Frame},
    server::{Server, Welcome},
    stall::Stall,
};

/// Longer than a storm of everybody takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// So long Bellhop waits for a request after it has taken the connection in …
const ASKS_WITHIN: Duration = Duration::from_secs(10);
/// … and whoever comes later to ask is refused, and comes back after so long, as browsers do.
const COMES_BACK: Duration = Duration::from_secs(1);
/// So that a reader who stops is soon noticed. With less, the kernel at the other end sends in small pieces with pauses.
const NARROW_BYTES: u32 = 16 * 1024;

/// Who is told of what arrives.
pub trait Hears {
    /// A frame tells `agent` of event `number`; `seq` is the number of the entry, where the server counts them.
    fn heard(&self, agent: usize, number: u64, seq: Option<u64>);
}

/// What a client holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Of the store.
    pub epoch: Rc<str>,
    /// Of the agent's inbox.
    pub seq: u64,
}

/// Why there is no connection.
#[derive(Debug)]
pub enum Refused {
    /// Come back after that time.
    Later(Duration),
    /// For good.
    Failed(String),
}

/// What the sockets of a run share.
#[derive(Clone)]
pub struct Shared {
    /// Who is told of what arrives.
    pub hears: Rc<dyn Hears>,
    /// Who stops reading, and when.
    pub stall: Rc<Stall>,
    /// The last position of each agent.
    pub positions: Rc<RefCell<Vec<u64>>>,
    /// Bytes as they come from the kernel: one buffer for all.
    pub scratch: Rc<RefCell<Vec<u8>>>,
}

/// A connection that has been welcomed.
pub struct Socket {
    agent: usize,
    stream: TcpStream,
    /// The beginning of a frame whose end has not arrived.
    begun: Vec<u8>,
    shared: Shared,
    /// The store's epoch, as the welcome says it.
    pub epoch: Option<Rc<str>>,
}

impl Shared {
    /// For so many agents.
    pub fn new(agents: usize, hears: Rc<dyn Hears>, stall: Rc<Stall>) -> Shared {
        let positions = Rc::new(RefCell::new(vec![0; agents]));
        Shared { hears, stall, positions, scratch: Rc::new(RefCell::new(vec![0; 64 * 1024])) }
    }
}

impl Socket {
    /// Connects and waits for the welcome; with an epoch, goes on from the agent's position and waits for what was missed.
    /// `room` says how many may be at the door at a time.
    pub async fn open(
        server: &Server,
        agent: usize,
        epoch: Option<&Rc<str>>,
        shared: &Shared,
        room: &Semaphore,
    ) -> Result<Socket, Refused> {
        let opening = async {
            let place = room.acquire().await.map_err(|error| Refused::Failed(error.to_string()))?;
            let stream = connect(server, shared.stall.is_narrow(agent)).await.map_err(Refused::Failed)?;
            let mut socket = Socket { agent, stream, begun: Vec::new(), shared: shared.clone(), epoch: None };
            socket.say(server.handshake(agent).as_bytes()).await.map_err(Refused::Failed)?;
            let asked = Instant::now();
            socket.until_upgraded().await.map_err(|refused| unless_late(refused, asked))?;
            drop(place);
            let seq = shared.positions.borrow()[agent];
            let position = epoch.map(|epoch| Position { epoch: epoch.clone(), seq });
            if let Some(hello) = server.hello(agent, position.as_ref()) {
                socket.say(&frames::client(1, hello.as_bytes())).await.map_err(Refused::Failed)?;
                socket.until_welcome(server, position.is_some()).await?;
            }
            Ok(socket)
        };
        let late = |_| Refused::Failed(format!("agent {agent} was not welcomed in time"));
        timeout(PATIENCE, opening).await.map_err(late)?
    }

    async fn say(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.stream.write_all(bytes).await.map_err(|error| format!("agent {}: {error}", self.agent))
    }

    async fn until_upgraded(&mut self) -> Result<(), Refused> {
        loop {
            if let Some(end) = self.begun.windows(4).position(|four| four == b"\r\n\r\n") {
                let head: Vec<u8> = self.begun.drain(..end + 4).collect();
                let head = String::from_utf8_lossy(&head).into_owned();
                if head.starts_with("HTTP/1.1 101") {
                    return Ok(());
                }
                return Err(retry_after(&head).map_or(Refused::Failed(head), Refused::Later));
            }
            self.more().await.map_err(Refused::Failed)?;
        }
    }

    /// Whatever comes with the welcome stays for the reader.
    async fn until_welcome(&mut self, server: &Server, resumes: bool) -> Result<(), Refused> {
        loop {
            while let Some((frame, length)) = frames::first(&self.begun) {
                take(self.agent, &frame, &self.shared);
                let text = String::from_utf8_lossy(frame.payload).into_owned();
                self.begun.drain(..length);
                if server.kind.is_bellhop() {
                    self.note_epoch(&text);
                }
                match server.welcome(&text, resumes) {
                    Welcome::Yes => return Ok(()),
                    Welcome::NotYet => {}
                    Welcome::Later(after) => return Err(Refused::Later(after)),
                    Welcome::No => return Err(Refused::Failed(text)),
                }
            }
            self.more().await.map_err(Refused::Failed)?;
        }
    }

    fn note_epoch(&mut self, welcome: &str) {
        if self.epoch.is_none() {
            let welcome: Value = serde_json::from_str(welcome).unwrap_or_default();
            self.epoch = welcome["epoch"].as_str().map(Rc::from);
        }
    }

    /// Reads what is there into `begun`.
    async fn more(&mut self) -> Result<(), String> {
        let lost = |agent: usize, why: &str| format!("agent {agent} lost the connection: {why}");
        loop {
            self.stream.readable().await.map_err(|error| lost(self.agent, &error.to_string()))?;
            self.shared.stall.pass(self.agent).await;
            let mut scratch = self.shared.scratch.borrow_mut();
            match self.stream.try_read(&mut scratch) {
                Ok(0) => return Err(lost(self.agent, "closed by the server")),
                Ok(length) => {
                    self.begun.extend_from_slice(&scratch[..length]);
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(lost(self.agent, &error.to_string())),
            }
        }
    }

    /// Reads until the connection ends, and says whose it was and why it did.
    pub async fn read(mut self, confirms: bool) -> (usize, String) {
        loop {
            let mut shown = None;
            while let Some((frame, length)) = frames::first(&self.begun) {
                let answer = take(self.agent, &frame, &self.shared);
                shown = seq_of(&frame).filter(|_| confirms).max(shown);
                self.begun.drain(..length);
                if let Some(answer) = answer
                    && let Err(why) = self.say(&answer).await
                {
                    return (self.agent, why);
                }
            }
            if let Some(seq) = shown
                && let Err(why) = self.say(&frames::client(1, bellhop_target::ack(seq).as_bytes())).await
            {
                return (self.agent, why);
            }
            if let Err(why) = self.more().await {
                return (self.agent, why);
            }
        }
    }
}

async fn connect(server: &Server, is_narrow: bool) -> Result<TcpStream, String> {
    let connecting = async {
        let socket = TcpSocket::new_v4()?;
        if is_narrow {
            socket.set_recv_buffer_size(NARROW_BYTES)?;
        }
        socket.connect(server.addr).await
    };
    connecting.await.map_err(|error| format!("cannot connect: {error}"))
}

/// Among many clients in one thread one may come late to ask. A server that was asked in time has no such excuse.
fn unless_late(refused: Refused, asked: Instant) -> Refused {
    match refused {
        Refused::Failed(head) if head.starts_with("HTTP/1.1 408") && asked.elapsed() < ASKS_WITHIN => {
            Refused::Later(COMES_BACK)
        }
        other => other,
    }
}

/// Seconds after which a refused client is to come back.
fn retry_after(head: &str) -> Option<Duration> {
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    let (_, seconds) = fields.find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))?;
    Some(Duration::from_secs(seconds.trim().parse().ok()?))
}

/// The number of the entry that a frame tells of.
fn seq_of(frame: &Frame<'_>) -> Option<u64> {
    const MARK: &[u8] = br#""seq":"#;
    let begins = frame.payload.starts_with(br#"{"type":"notification""#);
    let place = frame.payload.windows(MARK.len()).position(|window| window == MARK).filter(|_| begins)?;
    let digits = frame.payload[place + MARK.len()..].iter().take_while(|byte| byte.is_ascii_digit());
    Some(digits.fold(0, |number: u64, digit| number.wrapping_mul(10) + u64::from(digit - b'0')))
}

/// Counts a frame; returns what has to be answered.
fn take(agent: usize, frame: &Frame<'_>, shared: &Shared) -> Option<Vec<u8>> {
    const MARK: &[u8] = b"load-";
    match frame.opcode {
        9 => return Some(frames::client(10, frame.payload)),
        1 if frame.payload.starts_with(br#"{"type":"ping""#) => return Some(frames::client(1, br#"{"type":"pong"}"#)),
        // Engine.IO's ping.
        1 if frame.payload == b"2" => return Some(frames::client(1, b"3")),
        1 => {}
        _ => return None,
    }
    // From behind: the mark stands in the last third of the frame.
    let place = frame.payload.windows(MARK.len()).rposition(|window| window == MARK)?;
    let digits = frame.payload[place + MARK.len()..].iter().take_while(|byte| byte.is_ascii_digit());
    let number = digits.fold(0_u64, |number, digit| number.wrapping_mul(10) + u64::from(digit - b'0'));
    let seq = seq_of(frame);
    if let Some(seq) = seq {
        shared.positions.borrow_mut()[agent] = seq;
    }
    shared.hears.heard(agent, number, seq);
    None
}
