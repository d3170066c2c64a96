//! A browser of one agent: a WebSocket client that behaves as a faithful client does. It keeps what it was given over
//! a lost connection, resumes from there, answers pings, and panics when the hub leaves something out.

use std::{collections::VecDeque, net::SocketAddr};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, client::ClientRequestBuilder},
};

use super::{ClientInbox, SOON};

/// One browser of one agent.
pub struct Browser {
    addr: SocketAddr,
    /// Whose.
    pub agent: String,
    token: String,
    socket: Option<WebSocketStream<TcpStream>>,
    /// What it holds.
    pub inbox: ClientInbox,
    /// Frames that were taken in and nobody asked for yet.
    unasked: VecDeque<Value>,
    references: u32,
    /// The session's id, as the last welcome gave it.
    pub session: String,
}

impl Browser {
    /// Signs in and takes over whatever the inbox holds.
    pub async fn open(addr: SocketAddr, agent: &str, token: String) -> Browser {
        let mut browser = Browser::closed(addr, agent, token);
        browser.reconnect().await;
        browser
    }

    /// One that has not connected yet.
    pub fn closed(addr: SocketAddr, agent: &str, token: String) -> Browser {
        Browser {
            addr,
            agent: agent.to_owned(),
            token,
            socket: None,
            inbox: ClientInbox::default(),
            unasked: VecDeque::new(),
            references: 0,
            session: String::new(),
        }
    }

    /// Comes back, at the same hub, with what it holds. Entries that changed meanwhile can be asked for afterwards.
    pub async fn reconnect(&mut self) {
        self.try_reconnect().await.unwrap_or_else(|lost| panic!("{} was not taken back: {lost:?}", self.agent));
    }

    /// The same where the hub may be away, or go away on the way.
    pub async fn try_reconnect(&mut self) -> Result<(), Lost> {
        self.socket = Some(dial(self.addr).await?);
        let hello = json!({
            "type": "hello", "token": self.token, "since": self.inbox.held, "epoch": self.inbox.epoch,
            "device": format!("browser of {}", self.agent), "screen": true,
        });
        self.try_send(without_nulls(hello)).await?;
        let welcome = self.until(&["welcome", "reset"]).await?;
        if welcome["type"] == "welcome" {
            self.session = welcome["session"].as_str().expect("a welcome names the session").to_owned();
        }
        let synced = self.until(&["synced", "reset"]).await?;
        if synced["type"] == "reset" {
            self.until(&["synced"]).await?;
        }
        Ok(())
    }

    /// Comes back at another hub of the same store.
    pub async fn move_to(&mut self, addr: SocketAddr) {
        self.addr = addr;
        self.reconnect().await;
    }

    /// From now on it connects to another hub of the same store; it must have lost this one.
    pub fn turn_to(&mut self, addr: SocketAddr) {
        self.addr = addr;
    }

    /// Leaves in good order. What it holds stays.
    pub async fn disconnect(&mut self) {
        if let Some(mut socket) = self.socket.take() {
            // The other side may be gone already; leaving twice is no fault.
            if socket.close(None).await.is_ok() {
                while let Ok(Some(Ok(_))) = timeout(SOON, socket.next()).await {}
            }
        }
    }

    /// The connection is cut without a word.
    pub fn lose_network(&mut self) {
        self.socket = None;
    }

    /// Says something to the hub.
    pub async fn send(&mut self, message: Value) {
        self.try_send(message).await.unwrap_or_else(|lost| panic!("{} cannot speak: {lost:?}", self.agent));
    }

    /// The same where the connection may be gone.
    pub async fn try_send(&mut self, message: Value) -> Result<(), Lost> {
        let socket = self.socket.as_mut().ok_or(Lost::Broken)?;
        let sent = timeout(SOON, socket.send(Message::text(message.to_string()))).await.expect("the hub reads in time");
        sent.map_err(|_| Lost::Broken)
    }

    /// Acts and returns the frame that answers it: `changed`, `done` or `error`.
    /// `act("read", json!({"ids": […]}))`.
    pub async fn act(&mut self, op: &str, mut message: Value) -> Value {
        self.references += 1;
        let reference = self.references.to_string();
        message["type"] = json!(op);
        message["ref"] = json!(reference);
        self.send(message).await;
        loop {
            let frame = self.frame().await;
            if frame["ref"] == reference.as_str() {
                return frame;
            }
            self.unasked.push_back(frame);
        }
    }

    /// Confirms what it holds, from an active session.
    pub async fn ack(&mut self) {
        let held = self.inbox.held;
        self.send(json!({"type": "ack", "seq": held, "active": true})).await;
    }

    /// The next entry that arrives, of this type or for this reason.
    ///
    /// # Panics
    /// When another entry arrives, or none.
    pub async fn expect_notification(&mut self, kind: &str) -> Value {
        let frame = self.expect("notification").await;
        let entry = frame["notification"].clone();
        assert!(entry["type"] == kind || entry["reason"] == kind, "{} expected {kind} and got {entry}", self.agent);
        entry
    }

    /// The next change of entries, of this kind (`read`, `clear`, …).
    pub async fn expect_changed(&mut self, op: &str) -> Value {
        let frame = self.expect("changed").await;
        assert_eq!(frame["op"], op, "{frame}");
        frame
    }

    /// Nothing new for this agent. Asks the hub, so that nothing is still on its way.
    ///
    /// # Panics
    /// When something had changed.
    pub async fn expect_nothing(&mut self) {
        self.settle().await;
        assert!(self.unasked.is_empty(), "{} expected nothing and got {:?}", self.agent, self.unasked);
    }

    /// Asks the hub for whatever it does not hold yet; when it returns, it holds everything that was accepted before.
    pub async fn settle(&mut self) {
        let since = self.inbox.held;
        self.send(json!({"type": "sync", "since": since})).await;
        loop {
            let frame = self.frame().await;
            if frame["type"] == "synced" {
                return;
            }
            self.unasked.push_back(frame);
        }
    }

    /// Skips what nobody asked for.
    pub fn forget_unasked(&mut self) {
        self.unasked.clear();
    }

    /// The close code and reason with which the hub ends the connection, and the `bye` before it, if there was one.
    pub async fn expect_close(&mut self) -> (u16, Option<Value>) {
        let mut bye = None;
        loop {
            match self.read().await {
                Ok(frame) if frame["type"] == "bye" => bye = Some(frame),
                Ok(_) => {}
                Err(lost) => {
                    self.socket = None;
                    return (if let Lost::Closed(code) = lost { code } else { 1006 }, bye);
                }
            }
        }
    }

    async fn expect(&mut self, kind: &str) -> Value {
        loop {
            let frame = match self.unasked.pop_front() {
                Some(frame) => frame,
                None => self.frame().await,
            };
            match frame["type"].as_str() {
                Some(found) if found == kind => return frame,
                Some("notification" | "changed" | "reset" | "error" | "bye") => {
                    panic!("{} expected {kind} and got {frame}", self.agent)
                }
                _ => {}
            }
        }
    }

    /// The next frame of one of these types; whatever comes before it can be asked for afterwards.
    async fn until(&mut self, kinds: &[&str]) -> Result<Value, Lost> {
        loop {
            let frame = self.try_frame().await?;
            if kinds.iter().any(|kind| frame["type"] == *kind) {
                return Ok(frame);
            }
            self.unasked.push_back(frame);
        }
    }

    /// The next frame, taken in. Pings are answered on the way.
    pub async fn frame(&mut self) -> Value {
        self.try_frame().await.unwrap_or_else(|lost| panic!("{} lost the connection: {lost:?}", self.agent))
    }

    /// The same where the connection may end.
    pub async fn try_frame(&mut self) -> Result<Value, Lost> {
        loop {
            let frame = self.read().await?;
            self.inbox.apply(&frame);
            if frame["type"] != "ping" {
                return Ok(frame);
            }
            self.try_send(json!({"type": "pong"})).await?;
        }
    }

    async fn read(&mut self) -> Result<Value, Lost> {
        let socket = self.socket.as_mut().ok_or(Lost::Broken)?;
        loop {
            let message = timeout(SOON, socket.next()).await.unwrap_or_else(|_| panic!("{} waits in vain", self.agent));
            match message {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("a frame is JSON")),
                Some(Ok(Message::Close(frame))) => {
                    return Err(Lost::Closed(frame.map_or(1005, |frame| u16::from(frame.code))));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(Lost::Broken),
            }
        }
    }
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// With a close frame; its code, 1005 where it had none.
    Closed(u16),
    /// Without a word, or it never came about.
    Broken,
}

/// Opens a WebSocket that has not said hello yet.
pub async fn dial(addr: SocketAddr) -> Result<WebSocketStream<TcpStream>, Lost> {
    let stream = TcpStream::connect(addr).await.map_err(|_| Lost::Broken)?;
    stream.set_nodelay(true).expect("the socket takes the option");
    let uri = format!("ws://{addr}/ws").parse().expect("an address makes a URI");
    let request = ClientRequestBuilder::new(uri).with_sub_protocol("bellhop.v1");
    let upgraded =
        timeout(SOON, tokio_tungstenite::client_async(request, stream)).await.expect("the hub answers in time");
    upgraded.map(|(socket, _)| socket).map_err(|_| Lost::Broken)
}

fn without_nulls(mut message: Value) -> Value {
    if let Some(members) = message.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    message
}
