//! A server under load: how it is started, how one subscribes and posts, what it costs.

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr,
};

use tokio::{
    net::{TcpListener, TcpStream},
    time::{Duration, Instant, sleep},
};

use crate::{
    Options, bellhop_target, peers,
    process::{Children, Cost},
};

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Bellhop with durable SQLite.
    Bellhop,
    /// Another build of it (`--against`).
    Other,
    /// nginx + nchan with so many workers, storing nothing.
    Nchan(usize),
    /// Socket.IO with its Redis adapter, storing nothing.
    SocketIo,
    /// A hub of actix-ws that does nothing else: the floor of our stack.
    Bare,
}

/// What a server's first frames mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Welcome {
    /// It delivers from now on.
    Yes,
    /// There is more to come first.
    NotYet,
    /// It does not want this client.
    No,
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Kind, String> {
        match text {
            "bellhop" => Ok(Kind::Bellhop),
            "other" => Ok(Kind::Other),
            "nchan-1" => Ok(Kind::Nchan(1)),
            "nchan-2" => Ok(Kind::Nchan(2)),
            "socketio" => Ok(Kind::SocketIo),
            "bare" => Ok(Kind::Bare),
            other => Err(format!("{other:?} is none of bellhop, other, nchan-1, nchan-2, socketio, bare")),
        }
    }
}

impl Kind {
    /// Whether it is Bellhop.
    pub fn is_bellhop(self) -> bool {
        matches!(self, Kind::Bellhop | Kind::Other)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Bellhop => to.write_str("Bellhop"),
            Kind::Other => to.write_str("the other build"),
            Kind::Nchan(workers) => write!(to, "nchan, {workers} worker{}", if *workers == 1 { "" } else { "s" }),
            Kind::SocketIo => to.write_str("Socket.IO + Redis"),
            Kind::Bare => to.write_str("bare actix-ws"),
        }
    }
}

/// A running server with an empty store; gone when it is dropped.
pub struct Target {
    /// Which.
    pub kind: Kind,
    /// Where it listens.
    pub addr: SocketAddr,
    children: Children,
}

impl Target {
    /// Starts it and, where it needs to know them, tells it of the agents.
    pub async fn start(kind: Kind, options: &Options) -> Result<Target, String> {
        // Below the build folder: on a disk, where a temporary folder may be memory and make durability free.
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("load-{}", std::process::id()));
        let addr = free_address().await?;
        let children = match kind {
            Kind::Bellhop => bellhop_target::start(Path::new(env!("CARGO_BIN_EXE_bellhop")), &folder, addr)?,
            Kind::Other => {
                let binary = options.against.as_deref().ok_or("which other build? --against says it")?;
                bellhop_target::start(binary, &folder, addr)?
            }
            Kind::Nchan(workers) => peers::start_nchan(&folder, addr, workers)?,
            Kind::SocketIo => peers::start_socket_io(&folder, addr, bellhop_target::JWT_SECRET)?,
            Kind::Bare => peers::start_bare(&folder, addr)?,
        };
        let target = Target { kind, addr, children };
        target.wait_until_it_listens().await?;
        if kind.is_bellhop() {
            bellhop_target::fill_directory(addr, options.agents).await?;
        }
        Ok(target)
    }

    /// What one sends to open an agent's WebSocket.
    pub fn handshake(&self, agent: usize) -> String {
        let path = match self.kind {
            Kind::Bellhop | Kind::Other => "/ws".to_owned(),
            Kind::Nchan(_) => format!("/sub?id=a{agent}"),
            Kind::SocketIo => "/socket.io/?EIO=4&transport=websocket".to_owned(),
            Kind::Bare => format!("/ws?id=a{agent}"),
        };
        let protocol = if self.kind.is_bellhop() { "Sec-WebSocket-Protocol: bellhop.v1\r\n" } else { "" };
        format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{protocol}\r\n",
            self.addr
        )
    }

    /// The first frame of a client, where there is one; the server answers it before it delivers anything.
    pub fn hello(&self, agent: usize) -> Option<String> {
        match self.kind {
            Kind::Bellhop | Kind::Other => Some(bellhop_target::hello(agent)),
            Kind::SocketIo => Some(format!(r#"40{{"token":"{}"}}"#, bellhop_target::token(agent))),
            Kind::Nchan(_) | Kind::Bare => None,
        }
    }

    /// What a frame means to a client that said hello.
    pub fn welcome(&self, frame: &str) -> Welcome {
        match self.kind {
            // Engine.IO opens by itself, Socket.IO when it has seen the token.
            Kind::SocketIo if frame.starts_with(r#"0{"#) => Welcome::NotYet,
            Kind::SocketIo if frame.starts_with(r#"40{"sid""#) => Welcome::Yes,
            Kind::Bellhop | Kind::Other if frame.contains(r#""type":"welcome""#) => Welcome::Yes,
            _ => Welcome::No,
        }
    }

    /// The request that makes event `number` reach `agent`.
    pub fn post(&self, agent: usize, number: u64) -> Vec<u8> {
        match self.kind {
            Kind::Bellhop | Kind::Other => bellhop_target::post(self.addr, agent, number),
            Kind::Nchan(_) | Kind::SocketIo | Kind::Bare => peers::post(self.addr, agent, number),
        }
    }

    /// The request that makes these events, by number and agent, reach whom they are for. Of Bellhop; the others take
    /// them one by one.
    pub fn post_batch(&self, events: &[(u64, usize)]) -> Vec<u8> {
        bellhop_target::post_batch(self.addr, events)
    }

    /// Bytes of memory of all its processes (PSS).
    pub fn memory(&self) -> Result<u64, String> {
        self.children.memory()
    }

    /// CPU time so far.
    pub fn cost(&self) -> Result<Cost, String> {
        self.children.cost()
    }

    async fn wait_until_it_listens(&self) -> Result<(), String> {
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(self.addr).await.is_err() {
            if Instant::now() > end {
                return Err(format!("it does not listen: {}", self.children.last_words()));
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

async fn free_address() -> Result<SocketAddr, String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
    listener.local_addr().map_err(|error| error.to_string())
}
