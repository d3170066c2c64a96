//! A bare connection: says what the test says and nothing else. No pongs, no resumption, no mercy.

use std::{net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Message,
        client::IntoClientRequest,
        http::{HeaderName, HeaderValue},
    },
};

use crate::harness::{ADMIN_KEY, SOON, TestHub, dial, mention, token};

/// A WebSocket.
pub struct Line {
    socket: WebSocketStream<TcpStream>,
}

/// How a connection ended: the `bye` frame, if there was one, and the code of Close, if there was one.
#[derive(Debug, PartialEq)]
pub struct End {
    pub bye: Option<Value>,
    pub close: Option<u16>,
    /// What was said before, pings left out.
    pub before: Vec<Value>,
}

impl Line {
    /// Connected with further headers in the request, nothing said.
    pub async fn dial_with(addr: SocketAddr, headers: &[(&'static str, &str)]) -> Line {
        let mut request = format!("ws://{addr}/ws").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        let (socket, _) = client_async(request, TcpStream::connect(addr).await.unwrap()).await.unwrap();
        Line { socket }
    }

    /// Connected, nothing said.
    pub async fn dial(hub: &TestHub) -> Line {
        Line { socket: dial(hub.addr()).await.expect("the upgrade is accepted") }
    }

    /// Connected with a socket that the kernel buffers hardly anything for.
    pub async fn narrow(addr: SocketAddr) -> Line {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        let stream = socket.connect(addr).await.unwrap();
        let (socket, _) = client_async(format!("ws://{addr}/ws"), stream).await.unwrap();
        Line { socket }
    }

    /// Said hello with a good token, welcomed, and told that it holds everything.
    pub async fn open(hub: &TestHub, agent: &str) -> Line {
        Line::open_with(hub, agent, json!({})).await
    }

    /// The same with further members of `hello`.
    pub async fn open_with(hub: &TestHub, agent: &str, more: Value) -> Line {
        let mut line = Line::dial(hub).await;
        line.hello(&token(agent), more).await;
        line.until("synced").await;
        line
    }

    pub async fn hello(&mut self, token: &str, more: Value) {
        let mut hello = json!({"type": "hello", "token": token});
        hello.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.say(hello).await;
    }

    pub async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub async fn send(&mut self, message: Message) {
        timeout(SOON, self.socket.send(message)).await.expect("the server reads").expect("the connection is open");
    }

    /// Says all of it in one write.
    pub async fn say_at_once(&mut self, messages: impl IntoIterator<Item = Value>) {
        let saying = async {
            for message in messages {
                self.socket.feed(Message::text(message.to_string())).await.expect("the connection is open");
            }
            self.socket.flush().await.expect("the connection is open");
        };
        timeout(SOON, saying).await.expect("the server reads");
    }

    /// Says it without looking at what comes back, which may be nothing any more.
    pub async fn send_into_the_blue(&mut self, message: Message) -> bool {
        timeout(SOON, self.socket.send(message)).await.expect("the server reads").is_ok()
    }

    /// The next message of any kind.
    pub async fn message(&mut self) -> Message {
        let message = timeout(SOON, self.socket.next()).await.expect("a message comes in time");
        message.expect("the connection is open").expect("the connection is whole")
    }

    /// The next frame, pings included.
    pub async fn any_frame(&mut self) -> Value {
        match self.message().await {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("a frame was expected, and not {other:?}"),
        }
    }

    /// The next frame that is no ping.
    pub async fn frame(&mut self) -> Value {
        loop {
            let frame = self.any_frame().await;
            if frame["type"] != "ping" {
                return frame;
            }
        }
    }

    /// The next frame of a type; what comes before it is skipped.
    pub async fn until(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.frame().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    /// Nothing but pings for a while.
    pub async fn expect_silence(&mut self, during: Duration) {
        if let Ok(frame) = timeout(during, self.frame()).await {
            panic!("silence was expected, and not {frame}");
        }
    }

    /// Reads until the server has closed.
    pub async fn end(&mut self) -> End {
        let mut end = End { bye: None, close: None, before: Vec::new() };
        loop {
            match timeout(SOON, self.socket.next()).await.expect("the server closes in time") {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    match frame["type"].as_str().unwrap() {
                        "bye" => end.bye = Some(frame),
                        "ping" => {}
                        _ => end.before.push(frame),
                    }
                }
                Some(Ok(Message::Close(frame))) => end.close = frame.map(|frame| frame.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return end,
            }
        }
    }

    /// Reads until the server has closed, and checks that `bye` and Close carry this code, and that the client is told
    /// to come back if and only if the code says so.
    #[track_caller]
    pub fn expect_end(&mut self, code: u16) -> impl Future<Output = End> + '_ {
        let caller = std::panic::Location::caller();
        async move {
            let end = self.end().await;
            let bye = end.bye.clone().unwrap_or_else(|| panic!("no bye at {caller}: {end:?}"));
            assert_eq!((bye["code"].as_u64(), end.close), (Some(code.into()), Some(code)), "{caller}");
            assert_eq!(bye["retry_in_ms"].is_u64(), code < 4500, "{caller}: {bye}");
            end
        }
    }
}

/// A connection below the WebSocket client, for what no client would send.
pub struct RawLine {
    pub stream: TcpStream,
}

impl RawLine {
    /// Upgraded by hand.
    pub async fn upgraded(addr: SocketAddr) -> RawLine {
        let mut stream = TcpStream::connect(addr).await.unwrap();
        let request = format!(
            "GET /ws HTTP/1.1\r\nHost: {addr}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(timeout(SOON, stream.read_u8()).await.unwrap().unwrap());
        }
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
        RawLine { stream }
    }

    /// Everything the server still says, until it ends the connection.
    pub async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let ended = timeout(SOON, self.stream.read_to_end(&mut rest)).await.expect("the server ends it in time");
        // A reset instead of an orderly end is an end as well.
        drop(ended);
        rest
    }
}

/// `count` mentions of an agent in one request, numbered from `from`.
pub async fn ring(hub: &TestHub, agent: &str, from: usize, count: usize) {
    ring_at(hub.addr(), agent, from, count, "").await;
}

/// The same at an address, with some more text in each.
pub async fn ring_at(addr: SocketAddr, agent: &str, from: usize, count: usize, text: &str) {
    let numbered = |n: usize| {
        let event =
            mention(agent).id(&format!("ring-{agent}-{n}")).message("text", json!(format!("@{agent} {n} {text}")));
        event.body(|| unreachable!("it has an id"), || "2026-11-20T09:00:00Z".to_owned())
    };
    let events: Vec<Value> = (from..from + count).map(numbered).collect();
    let post = reqwest::Client::new().post(format!("http://{addr}/api/v1/events")).bearer_auth(ADMIN_KEY);
    let answer = post.json(&events).timeout(SOON).send().await.unwrap();
    assert_eq!(answer.status(), reqwest::StatusCode::ACCEPTED);
}
