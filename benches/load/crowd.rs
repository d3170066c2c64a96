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
    socket::{Hears, Shared, Socket},
    target::Target,
};

/// Handshakes that are under way at a time.
const AT_ONCE: usize = 200;
/// Sockets that one agent may have on a node, less some.
const EACH: usize = 10;
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
            command.arg("--hold").arg(server.addr.to_string()).arg("--crowd").arg(options.crowd.to_string());
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

/// Holds so many sockets at a node of Bellhop until it is ended.
pub async fn hold(addr: SocketAddr, sockets: usize) -> Result<(), String> {
    let server = Server { kind: Kind::Bellhop, addr, audience: Audience::Each };
    let shared = Shared::new(sockets.div_ceil(EACH), std::rc::Rc::new(Nobody), std::rc::Rc::default());
    let (room, mut readers) = (Semaphore::new(AT_ONCE), JoinSet::new());
    {
        let open = |number: usize| Socket::open(&server, number / EACH, None, &shared, &room);
        let mut opening = std::pin::pin!(stream::iter(0..sockets).map(open).buffer_unordered(AT_ONCE));
        while let Some(socket) = opening.next().await {
            let socket = socket.map_err(|why| format!("{why:?}"))?;
            readers.spawn_local(socket.read(false));
        }
    }
    println!("{READY}");
    std::io::stdout().flush().map_err(|error| error.to_string())?;
    match readers.join_next().await {
        Some(Ok((_, why))) => Err(why),
        _ => Ok(()),
    }
}

/// Idle sockets are told what is for the agents as well; it is not counted.
struct Nobody;

impl Hears for Nobody {
    fn heard(&self, _agent: usize, _number: u64, _seq: Option<u64>) {}
}
