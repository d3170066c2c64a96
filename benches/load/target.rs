//! A system under load: the processes of one server or of several nodes of it, started with an empty store, and what
//! they cost.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use tokio::{
    net::{TcpListener, TcpStream},
    time::{Duration, Instant, sleep},
};

use crate::{
    Options,
    bellhop_target::{self, JWT_SECRET, Node},
    kind::Kind,
    peers,
    process::{Children, Cost, Folder},
    server::{Audience, Server},
    services::Services,
};

/// Who takes the posts and who has the sockets, where there are several nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// The first takes the posts, the last has the sockets.
    Apart,
    /// Every node takes its share of both.
    Even,
}

/// A running system; gone when it is dropped. Fields go in this order: processes, their databases, their folder.
pub struct Target {
    /// Which.
    pub kind: Kind,
    servers: Vec<Server>,
    spread: Spread,
    nodes: Vec<Children>,
    /// PostgreSQL and Redis, where there are several nodes of Bellhop.
    pub services: Option<Services>,
    binary: PathBuf,
    folder: Folder,
}

impl Target {
    /// Starts one server and, where it needs to know them, tells it of the agents.
    pub async fn start(kind: Kind, options: &Options, agents: usize, audience: Audience) -> Result<Target, String> {
        let folder = Folder::new()?;
        let binary = binary_of(kind, options)?;
        let addr = free_address().await?;
        let node = match kind {
            Kind::Bellhop | Kind::Other => {
                Node { binary: &binary, addr, settings: &[] }.start(folder.path(), "node")?
            }
            Kind::Nchan(workers) => peers::start_nchan(folder.path(), addr, workers)?,
            Kind::SocketIo => peers::start_socket_io(folder.path(), addr, JWT_SECRET, true)?,
            Kind::Bare => peers::start_bare(folder.path(), addr)?,
        };
        let servers = vec![Server { kind, addr, audience }];
        let spread = Spread::Even;
        let target = Target { kind, servers, spread, nodes: vec![node], services: None, binary, folder };
        target.become_ready(agents).await?;
        Ok(target)
    }

    /// Starts several nodes: of Bellhop on a PostgreSQL and a Redis of their own, of Socket.IO on one Redis.
    pub async fn start_nodes(
        kind: Kind,
        options: &Options,
        nodes: usize,
        agents: usize,
        spread: Spread,
    ) -> Result<Target, String> {
        let services = if kind.is_bellhop() { Some(Services::start()?) } else { None };
        let settings = services.as_ref().map(Services::settings).unwrap_or_default();
        let (folder, binary) = (Folder::new()?, binary_of(kind, options)?);
        let mut target = Target { kind, servers: Vec::new(), spread, nodes: Vec::new(), services, binary, folder };
        for number in 0..nodes {
            let addr = free_address().await?;
            let (folder, name) = (target.folder.path(), format!("node-{number}"));
            let node = match kind {
                Kind::SocketIo => peers::start_socket_io(folder, addr, JWT_SECRET, number == 0)?,
                _ => Node { binary: &target.binary, addr, settings: &settings }.start(folder, &name)?,
            };
            target.nodes.push(node);
            target.servers.push(Server { kind, addr, audience: Audience::Each });
            // One after the other: the first makes the tables.
            target.until_it_listens(number).await?;
        }
        target.become_ready(agents).await?;
        Ok(target)
    }

    /// Which server a post goes to, by its number.
    pub fn publish_to(&self, number: u64) -> Server {
        match self.spread {
            Spread::Apart => self.servers[0],
            Spread::Even => self.servers[(number % self.servers.len() as u64) as usize],
        }
    }

    /// Which server has an agent's socket.
    pub fn subscribe_at(&self, agent: usize) -> Server {
        match self.spread {
            Spread::Apart => self.servers[self.servers.len() - 1],
            Spread::Even => self.servers[agent % self.servers.len()],
        }
    }

    /// How many nodes it has.
    pub fn servers(&self) -> &[Server] {
        &self.servers
    }

    /// Bytes of memory of all its nodes (PSS).
    pub fn memory(&self) -> Result<u64, String> {
        self.nodes.iter().map(Children::memory).sum()
    }

    /// CPU time of all its nodes so far.
    pub fn cost(&self) -> Result<Cost, String> {
        self.nodes.iter().map(Children::cost).sum()
    }

    /// Where it keeps its files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends Bellhop as a crash would.
    pub fn kill(&mut self) -> Result<(), String> {
        self.nodes.iter_mut().try_for_each(Children::kill)
    }

    /// Lets Bellhop finish, so that its store may be worked on.
    pub fn stop(&mut self) {
        self.nodes.clear();
    }

    /// Starts Bellhop again on the store and the address it had; returns how long until it was ready.
    pub async fn start_again(&mut self) -> Result<Duration, String> {
        let (began, addr) = (std::time::Instant::now(), self.servers[0].addr);
        let node = Node { binary: &self.binary, addr, settings: &[] };
        self.nodes = vec![node.start(self.folder.path(), "node-again")?];
        bellhop_target::until_ready(addr, began).await.map_err(|why| format!("{why}: {}", self.nodes[0].last_words()))
    }

    async fn become_ready(&self, agents: usize) -> Result<(), String> {
        self.until_it_listens(0).await?;
        if self.kind.is_bellhop() {
            bellhop_target::fill_directory(self.servers[0].addr, agents).await?;
        }
        Ok(())
    }

    async fn until_it_listens(&self, node: usize) -> Result<(), String> {
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(self.servers[node].addr).await.is_err() {
            if Instant::now() > end {
                return Err(format!("it does not listen: {}", self.nodes[node].last_words()));
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

fn binary_of(kind: Kind, options: &Options) -> Result<PathBuf, String> {
    match kind {
        Kind::Other => options.against.clone().ok_or_else(|| "which other build? --against says it".to_owned()),
        _ => Ok(options.program.clone().unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_bellhop")))),
    }
}

async fn free_address() -> Result<SocketAddr, String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
    listener.local_addr().map_err(|error| error.to_string())
}
