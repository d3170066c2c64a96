//! What is measured: the command line.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};

use crate::kind::Kind;

/// A part of the measurement. The first four share one start of each server, the others start their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Phase {
    /// One event a request, closed loop, for each number of publishers.
    Single,
    /// Many events a request, closed loop (Bellhop alone).
    Batches,
    /// One event a request at a fixed rate; beside Bellhop's times those of a bare `fdatasync` at that rate.
    Open,
    /// CPU time of an idle socket with the default heartbeat (Bellhop and Socket.IO, which have one).
    Idle,
    /// One event to everybody in a department.
    Broadcast,
    /// A tenth of the readers stops reading while events go on to everybody (not the bare hub, which waits for them).
    Stalled,
    /// Events to one node, agents on the other (Bellhop on PostgreSQL and Redis, Socket.IO on Redis).
    TwoNodes,
    /// One, two and three nodes, each with its share of agents and events (Bellhop alone).
    ThreeNodes,
    /// The node is killed while every agent misses one notification (Bellhop alone).
    NodeDeath,
    /// Ingest, lists and start with many stored notifications, against an empty store (Bellhop alone).
    Stored,
}

/// Load figures of Bellhop and its peers, as Markdown.
#[derive(Debug, Clone, Parser)]
pub struct Options {
    /// What is measured.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "single,batches,open")]
    pub phases: Vec<Phase>,
    /// Which servers: `bellhop`, `other`, `nchan-1`, `nchan-2` (the number of its workers), `socketio`, `bare`.
    #[arg(long, value_delimiter = ',', default_value = "bellhop,nchan-1,nchan-2")]
    pub targets: Vec<Kind>,
    /// The build of Bellhop that is measured; without it the one that was made together with the load generator.
    #[arg(long)]
    pub program: Option<PathBuf>,
    /// Another build of Bellhop, measured beside this one as `other`.
    #[arg(long)]
    pub against: Option<PathBuf>,
    /// How often the whole is repeated; the report gives medians.
    #[arg(long, default_value_t = 1)]
    pub rounds: usize,
    /// How long each of the loops runs.
    #[arg(long, default_value_t = 3)]
    pub seconds: u64,
    /// How long each server works before it is measured, so that what is compiled or cached on the way is.
    #[arg(long, default_value_t = 2)]
    pub warm_up: u64,
    /// Agents, each with one WebSocket.
    #[arg(long, default_value_t = 2_000)]
    pub agents: usize,
    /// Connections that post in the closed loop, each with one request at a time; several numbers, separated by commas,
    /// are measured one after the other. With a few it is the server's latency that is measured.
    #[arg(long, value_delimiter = ',', default_value = "64")]
    pub publishers: Vec<usize>,
    /// Events in a request of the loop in batches.
    #[arg(long, default_value_t = 100)]
    pub batch: usize,
    /// Events a second of the open loops.
    #[arg(long, default_value_t = 2_000)]
    pub rate: u64,
    /// Agents of the department in `broadcast`.
    #[arg(long, default_value_t = 5_000)]
    pub department: usize,
    /// How long idle sockets are watched, in seconds: a whole number of heartbeats, which come every 25.
    #[arg(long, default_value_t = 50)]
    pub idle_seconds: u64,
    /// Events of 3 KB that each stalled reader leaves lying: more than the buffers of two kernels' ends hold.
    #[arg(long, default_value_t = 100)]
    pub backlog: usize,
    /// Agents on the node that is killed.
    #[arg(long, default_value_t = 18_000)]
    pub killed: usize,
    /// Notifications in the store of `stored`.
    #[arg(long, default_value_t = 10_000_000)]
    pub stored: usize,
    /// Idle sockets beside the agents of `three-nodes`, on each node, held by processes of their own.
    #[arg(long, default_value_t = 0)]
    pub crowd: usize,
    /// Agents confirm what they are told, as devices do; without it everything is left to the fallback.
    #[arg(long)]
    pub confirm: bool,
    /// Serves as the bare hub, for another run of this program.
    #[arg(long, hide = true)]
    pub serve_bare: Option<SocketAddr>,
    /// Holds the crowd's sockets at that node, for another run of this program.
    #[arg(long, hide = true)]
    pub hold: Option<SocketAddr>,
    /// `cargo bench` adds it.
    #[arg(long, hide = true)]
    pub bench: bool,
}

impl Options {
    /// Whether a phase was asked for.
    pub fn wants(&self, phase: Phase) -> bool {
        self.phases.contains(&phase)
    }

    /// How long each of the loops runs.
    pub fn length(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}
