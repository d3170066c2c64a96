//! What one sends to a server and what its frames mean: how an agent's WebSocket is opened, how an event is posted.

use std::{net::SocketAddr, time::Duration};

use serde_json::Value;

use crate::{bellhop_target, kind::Kind, peers, socket::Position};

/// What the sockets of a run listen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Each agent to what is for them.
    Each,
    /// All of them to what is for their department.
    Department,
}

/// A server that listens.
#[derive(Debug, Clone, Copy)]
pub struct Server {
    /// Which.
    pub kind: Kind,
    /// Where it listens.
    pub addr: SocketAddr,
    /// What its sockets listen to.
    pub audience: Audience,
}

/// What a server's first frames mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Welcome {
    /// It delivers from now on.
    Yes,
    /// There is more to come first.
    NotYet,
    /// Come back after that time.
    Later(Duration),
    /// It does not want this client.
    No,
}

impl Server {
    /// What one sends to open an agent's WebSocket.
    pub fn handshake(&self, agent: usize) -> String {
        let path = match (self.kind, self.audience) {
            (Kind::Bellhop | Kind::Other, _) => "/ws".to_owned(),
            (Kind::SocketIo, _) => "/socket.io/?EIO=4&transport=websocket".to_owned(),
            (Kind::Nchan(_), Audience::Each) => format!("/sub?id=a{agent}"),
            (Kind::Bare, Audience::Each) => format!("/ws?id=a{agent}"),
            (Kind::Nchan(_), Audience::Department) => format!("/sub?id={}", peers::DEPARTMENT),
            (Kind::Bare, Audience::Department) => format!("/ws?id={}", peers::DEPARTMENT),
        };
        let protocol = if self.kind.is_bellhop() { "Sec-WebSocket-Protocol: bellhop.v1\r\n" } else { "" };
        format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{protocol}\r\n",
            self.addr
        )
    }

    /// The first frame of a client, where there is one; the server answers it before it delivers anything.
    pub fn hello(&self, agent: usize, position: Option<&Position>) -> Option<String> {
        let token = || bellhop_target::token(agent);
        match (self.kind, self.audience) {
            (Kind::Bellhop | Kind::Other, _) => Some(bellhop_target::hello(agent, position)),
            (Kind::SocketIo, Audience::Each) => Some(format!(r#"40{{"token":"{}"}}"#, token())),
            (Kind::SocketIo, Audience::Department) => {
                Some(format!(r#"40{{"token":"{}","room":"{}"}}"#, token(), peers::DEPARTMENT))
            }
            (Kind::Nchan(_) | Kind::Bare, _) => None,
        }
    }

    /// What a frame means to a client that said hello, with a position to go on from or without.
    pub fn welcome(&self, frame: &str, resumes: bool) -> Welcome {
        match self.kind {
            // Engine.IO opens by itself, Socket.IO when it has seen the token.
            Kind::SocketIo if frame.starts_with("0{") => Welcome::NotYet,
            Kind::SocketIo if frame.starts_with(r#"40{"sid""#) => Welcome::Yes,
            Kind::Bellhop | Kind::Other => bellhop_welcome(frame, resumes),
            _ => Welcome::No,
        }
    }

    /// The request that makes event `number` reach `agent`, with so many bytes more than it needs.
    pub fn post(&self, agent: usize, number: u64, padding: usize) -> Vec<u8> {
        if self.kind.is_bellhop() {
            return bellhop_target::post(self.addr, agent, number, padding);
        }
        peers::post(self.addr, &format!("a{agent}"), number, padding)
    }

    /// The request that makes these events, by number and agent, reach whom they are for. Of Bellhop; the others take
    /// them one by one.
    pub fn post_batch(&self, events: &[(u64, usize)], padding: usize) -> Vec<u8> {
        bellhop_target::post_batch(self.addr, events, padding)
    }

    /// The request that makes event `number` reach everybody in the department.
    pub fn post_to_department(&self, number: u64) -> Vec<u8> {
        if self.kind.is_bellhop() {
            return bellhop_target::post_to_department(self.addr, number);
        }
        peers::post(self.addr, peers::DEPARTMENT, number, 0)
    }
}

fn bellhop_welcome(frame: &str, resumes: bool) -> Welcome {
    let is = |kind: &str| frame.starts_with(&format!(r#"{{"type":"{kind}""#));
    if is("welcome") {
        return if resumes { Welcome::NotYet } else { Welcome::Yes };
    }
    if is("synced") {
        return Welcome::Yes;
    }
    if is("notification") {
        return Welcome::NotYet;
    }
    let bye: Value = serde_json::from_str(frame).unwrap_or_default();
    bye["retry_in_ms"].as_u64().map_or(Welcome::No, |ms| Welcome::Later(Duration::from_millis(ms)))
}
