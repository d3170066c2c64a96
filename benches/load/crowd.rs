//! Idle sockets beside the agents that are measured, held by a process for each node: more than one process may open files.

use std::{
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use futures_util::{StreamExt, stream};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    kind::Kind,
    options::Options,
    server::{Audience, Server},
    socket::{Hears, Shared},
    subscribers::enter,
    target::Target,
};

/// Handshakes that are under way at a time.
const AT_ONCE: usize = 200;
/// Sockets of one agent on a node: with those on three nodes fewer than an agent may have.
const EACH: usize = 5;
/// What they say when they are connected.
const READY: &str = "connected";

/// The processes that hold it; they end when it is dropped.
pub struct Crowd {
    holders: Vec<Child>,
    each: usize,
}

impl Crowd {
    /// As many as the options say at each node; returns when all are connected.
    pub fn around(target: &Target, options: &Options) -> Result<Crowd, String> {
        let mut crowd = Crowd { holders: Vec::new(), each: options.crowd };
        if options.crowd == 0 {
            return Ok(crowd);
        }
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        for server in target.servers() {
            let mut command = Command::new(&program);
            command.arg("--hold").arg(server.addr.to_string());
            command.arg("--crowd").arg(options.crowd.to_string()).arg("--agents").arg(options.agents.to_string());
            let holder = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
            crowd.holders.push(holder.map_err(|error| error.to_string())?);
        }
        for holder in &mut crowd.holders {
            let output = holder.stdout.take().ok_or("a holder has no output")?;
            let mut line = String::new();
            BufReader::new(output).read_line(&mut line).map_err(|error| error.to_string())?;
            if line.trim() != READY {
                return Err("a part of the crowd could not connect".to_owned());
            }
        }
        Ok(crowd)
    }

    /// How many agents there are with those of the crowd, who come after the others and are told of nothing.
    pub fn agents_with(options: &Options) -> usize {
        options.agents + options.crowd.div_ceil(EACH)
    }

    /// How many sockets it has.
    pub fn sockets(&self) -> usize {
        self.holders.len() * self.each
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for holder in &mut self.holders {
            if let Err(error) = holder.kill().and_then(|()| holder.wait().map(|_| ())) {
                eprintln!("a part of the crowd was not ended: {error}");
            }
        }
    }
}

/// Holds the crowd of one node, which listens there, until it is ended.
pub async fn hold(addr: SocketAddr, options: &Options) -> Result<(), String> {
    let server = Server { kind: Kind::Bellhop, addr, audience: Audience::Each };
    let shared = Shared::new(Crowd::agents_with(options), std::rc::Rc::new(Nobody), std::rc::Rc::default());
    let (room, mut readers) = (Semaphore::new(AT_ONCE), JoinSet::new());
    {
        let open = |number: usize| enter(server, options.agents + number / EACH, None, &shared, &room);
        let mut opening = std::pin::pin!(stream::iter(0..options.crowd).map(open).buffer_unordered(AT_ONCE));
        while let Some(socket) = opening.next().await {
            readers.spawn_local(socket?.read(false));
        }
    }
    println!("{READY}");
    std::io::stdout().flush().map_err(|error| error.to_string())?;
    match readers.join_next().await {
        Some(Ok((_, why))) => Err(why),
        _ => Ok(()),
    }
}

/// There is nothing for them.
struct Nobody;

impl Hears for Nobody {
    fn heard(&self, _agent: usize, _number: u64, _seq: Option<u64>) {}
}
