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
    Options, bellhop_target, nchan_target,
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
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Kind, String> {
        match text {
            "bellhop" => Ok(Kind::Bellhop),
            "other" => Ok(Kind::Other),
            "nchan-1" => Ok(Kind::Nchan(1)),
            "nchan-2" => Ok(Kind::Nchan(2)),
            other => Err(format!("{other:?} is none of bellhop, other, nchan-1, nchan-2")),
        }
    }
}

impl Kind {
    fn is_bellhop(self) -> bool {
        matches!(self, Kind::Bellhop | Kind::Other)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Bellhop => to.write_str("Bellhop"),
            Kind::Other => to.write_str("the other build"),
            Kind::Nchan(workers) => write!(to, "nchan, {workers} worker{}", if *workers == 1 { "" } else { "s" }),
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
            Kind::Nchan(workers) => nchan_target::start(&folder, addr, workers)?,
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
        self.kind.is_bellhop().then(|| bellhop_target::hello(agent))
    }

    /// The request that makes event `number` reach `agent`.
    pub fn post(&self, agent: usize, number: u64) -> Vec<u8> {
        match self.kind {
            Kind::Bellhop | Kind::Other => bellhop_target::post(self.addr, agent, number),
            Kind::Nchan(_) => nchan_target::post(self.addr, agent, number),
        }
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
