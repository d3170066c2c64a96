//! RFC 6455, section by section: what a server has to do with what comes over the socket, in bytes that the tests write
//! themselves.

mod closing;
mod framing;
mod handshake;
mod sizes;
mod text;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use super::line::RawLine;
use crate::harness::{SOON, TestHub, token};

const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const CONTINUE: u8 = 0x0;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xa;
/// The last frame of its message.
const FIN: u8 = 0x80;
const MASKED: u8 = 0x80;
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A frame of the server.
#[derive(Debug, PartialEq)]
struct Frame {
    first: u8,
    payload: Vec<u8>,
}

/// A client that writes its frames byte by byte.
struct Client {
    line: RawLine,
}

/// A whole frame as a client sends it; `first` is FIN, the reserved bits and the opcode.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = match payload.len() {
        short @ 0..=125 => vec![short as u8],
        medium @ 126..=65_535 => [&[126], &(medium as u16).to_be_bytes()[..]].concat(),
        long => [&[127], &(long as u64).to_be_bytes()[..]].concat(),
    };
    frame_with(first, &length, payload)
}

/// The same with its length encoded by the caller.
fn frame_with(first: u8, length: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first, MASKED | length[0]];
    bytes.extend(&length[1..]);
    bytes.extend(MASK);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

fn close(code: u16) -> Vec<u8> {
    frame(FIN | CLOSE, &code.to_be_bytes())
}

impl Client {
    /// Upgraded, nothing said.
    async fn of(hub: &TestHub) -> Client {
        Client { line: RawLine::upgraded(hub.addr()).await }
    }

    /// Ana, welcomed.
    async fn ana(hub: &TestHub) -> Client {
        let mut client = Client::of(hub).await;
        client.write(&frame(FIN | TEXT, hello().as_bytes())).await;
        client.until_synced().await;
        client
    }

    async fn write(&mut self, bytes: &[u8]) {
        timeout(SOON, self.line.stream.write_all(bytes)).await.expect("the server reads").unwrap();
    }

    async fn byte(&mut self) -> u8 {
        timeout(SOON, self.line.stream.read_u8()).await.expect("the server speaks").expect("the connection is open")
    }

    /// The server's next frame; a server masks nothing and sets no reserved bit (§5.1, §5.2).
    async fn frame(&mut self) -> Frame {
        let (first, second) = (self.byte().await, self.byte().await);
        assert_eq!((first & 0x70, second & MASKED), (0, 0), "{first:#x} {second:#x}");
        let length = match second {
            126 => u64::from(u16::from_be_bytes([self.byte().await, self.byte().await])),
            127 => timeout(SOON, self.line.stream.read_u64()).await.unwrap().unwrap(),
            short => u64::from(short),
        };
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        timeout(SOON, self.line.stream.read_exact(&mut payload)).await.expect("the frame arrives whole").unwrap();
        Frame { first, payload }
    }

    /// The next message of the protocol above, heartbeats left out.
    async fn message(&mut self) -> Value {
        loop {
            let frame = self.frame().await;
            assert_eq!(frame.first, FIN | TEXT, "{frame:?}");
            let message: Value = serde_json::from_slice(&frame.payload).unwrap();
            if message["type"] != "ping" {
                return message;
            }
        }
    }

    async fn until_synced(&mut self) {
        while self.message().await["type"] != "synced" {}
    }

    /// It still speaks, and all that it says is the answer to this question.
    async fn expect_alive(&mut self) {
        self.write(&frame(FIN | PING, b"still there?")).await;
        assert_eq!(self.frame().await, Frame { first: FIN | PONG, payload: b"still there?".to_vec() });
    }

    /// The server closes with this code, says `bye` before it where the client has not closed first, and ends the
    /// connection, in time.
    #[track_caller]
    fn expect_close(&mut self, code: u16) -> impl Future<Output = Option<Value>> + '_ {
        let caller = std::panic::Location::caller();
        async move {
            let mut bye = None;
            loop {
                let frame = self.frame().await;
                if frame.first == FIN | TEXT {
                    let message: Value = serde_json::from_slice(&frame.payload).unwrap();
                    bye = Some(message).filter(|message| message["type"] == "bye").or(bye);
                    continue;
                }
                assert_eq!(frame.first, FIN | CLOSE, "{caller}: {frame:?}");
                let [high, low, reason @ ..] = &frame.payload[..] else { panic!("{caller}: no code in {frame:?}") };
                assert_eq!(u16::from_be_bytes([*high, *low]), code, "{caller}");
                assert!(std::str::from_utf8(reason).is_ok() && frame.payload.len() <= 125, "{caller}: {frame:?}");
                assert_eq!(self.line.rest().await, b"", "{caller}: nothing follows a Close");
                return bye;
            }
        }
    }
}

fn hello() -> String {
    json!({"type": "hello", "token": token("ana")}).to_string()
}

/// A hub that knows Ana.
async fn hub() -> TestHub {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    hub
}

/// What a client must not send ends its connection with this code, before and after it has said who it is.
async fn refused(hub: &TestHub, bytes: &[u8], code: u16) {
    let mut visitor = Client::of(hub).await;
    visitor.write(bytes).await;
    let bye = visitor.expect_close(code).await.expect("the server says goodbye");
    assert!(bye["code"].as_u64() >= Some(4500), "{bye}");

    let mut ana = Client::ana(hub).await;
    ana.write(bytes).await;
    let bye = ana.expect_close(code).await.expect("the server says goodbye");
    assert!(bye["code"].as_u64() >= Some(4500), "{bye}");
}
