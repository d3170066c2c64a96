//! N agents, each with one WebSocket, all read by one thread.

use std::{cell::RefCell, io::ErrorKind, rc::Rc, time::Duration};

use tokio::{io::AsyncWriteExt, net::TcpStream, task::JoinSet, time::timeout};

use crate::{
    Options, bellhop_target,
    frames::{self, Frame},
    tally::Tally,
    target::{Target, Welcome},
};

const PATIENCE: Duration = Duration::from_secs(20);
/// How many handshakes are under way at a time: below the listen backlog.
const AT_ONCE: usize = 200;

/// The connected agents; gone when dropped.
pub struct Subscribers {
    readers: RefCell<JoinSet<String>>,
}

impl Subscribers {
    /// Connects all of them; returns when each has been welcomed.
    pub async fn connect(target: &Target, options: &Options, tally: &Tally) -> Result<Subscribers, String> {
        let mut readers = JoinSet::new();
        let scratch = Rc::new(RefCell::new(vec![0; 64 * 1024]));
        let ids: Vec<usize> = (0..options.agents).collect();
        for some in ids.chunks(AT_ONCE) {
            let opening = some.iter().map(|agent| Socket::open(target, *agent, tally.clone(), scratch.clone()));
            for socket in futures_util::future::join_all(opening).await {
                readers.spawn_local(socket?.read(options.confirm));
            }
        }
        Ok(Subscribers { readers: RefCell::new(readers) })
    }

    /// An error when a connection was lost: its events would look lost, too.
    pub fn all_open(&self) -> Result<(), String> {
        match self.readers.borrow_mut().try_join_next() {
            None => Ok(()),
            Some(Ok(why)) => Err(why),
            Some(Err(error)) => Err(format!("a reader broke off: {error}")),
        }
    }
}

struct Socket {
    agent: usize,
    stream: TcpStream,
    /// The beginning of a frame whose end has not arrived.
    begun: Vec<u8>,
    tally: Tally,
    scratch: Rc<RefCell<Vec<u8>>>,
}

impl Socket {
    async fn open(
        target: &Target,
        agent: usize,
        tally: Tally,
        scratch: Rc<RefCell<Vec<u8>>>,
    ) -> Result<Socket, String> {
        let opening = async {
            let stream = TcpStream::connect(target.addr).await.map_err(|error| format!("agent {agent}: {error}"))?;
            let mut socket = Socket { agent, stream, begun: Vec::new(), tally, scratch };
            socket.say(target.handshake(agent).as_bytes()).await?;
            socket.until_upgraded().await?;
            if let Some(hello) = target.hello(agent) {
                socket.say(&frames::client(1, hello.as_bytes())).await?;
                socket.until_welcome(target).await?;
            }
            Ok(socket)
        };
        timeout(PATIENCE, opening).await.map_err(|_| format!("agent {agent} was not welcomed in time"))?
    }

    async fn say(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.stream.write_all(bytes).await.map_err(|error| format!("agent {}: {error}", self.agent))
    }

    async fn until_upgraded(&mut self) -> Result<(), String> {
        loop {
            if let Some(end) = self.begun.windows(4).position(|four| four == b"\r\n\r\n") {
                let head: Vec<u8> = self.begun.drain(..end + 4).collect();
                let is_upgrade = head.starts_with(b"HTTP/1.1 101");
                return is_upgrade.then_some(()).ok_or_else(|| String::from_utf8_lossy(&head).into_owned());
            }
            self.more().await?;
        }
    }

    /// Whatever comes with the welcome stays for the reader.
    async fn until_welcome(&mut self, target: &Target) -> Result<(), String> {
        loop {
            while let Some((frame, length)) = frames::first(&self.begun) {
                let text = String::from_utf8_lossy(frame.payload).into_owned();
                self.begun.drain(..length);
                match target.welcome(&text) {
                    Welcome::Yes => return Ok(()),
                    Welcome::NotYet => {}
                    Welcome::No => return Err(text),
                }
            }
            self.more().await?;
        }
    }

    /// Reads what is there into `begun`.
    async fn more(&mut self) -> Result<(), String> {
        let lost = |agent: usize, why: &str| format!("agent {agent} lost the connection: {why}");
        loop {
            self.stream.readable().await.map_err(|error| lost(self.agent, &error.to_string()))?;
            let mut scratch = self.scratch.borrow_mut();
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

    /// Reads until the connection ends, and says why it did.
    async fn read(mut self, confirms: bool) -> String {
        loop {
            let mut shown = None;
            while let Some((frame, length)) = frames::first(&self.begun) {
                let answer = take(self.agent, &frame, &self.tally);
                shown = seq_of(&frame).filter(|_| confirms).max(shown);
                self.begun.drain(..length);
                if let Some(answer) = answer
                    && let Err(why) = self.say(&answer).await
                {
                    return why;
                }
            }
            if let Some(seq) = shown
                && let Err(why) = self.say(&frames::client(1, bellhop_target::ack(seq).as_bytes())).await
            {
                return why;
            }
            if let Err(why) = self.more().await {
                return why;
            }
        }
    }
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
fn take(agent: usize, frame: &Frame<'_>, tally: &Tally) -> Option<Vec<u8>> {
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
    tally.arrived(agent, number);
    None
}
