//! Load figures of Bellhop, side by side in one run with others that store nothing: nginx + nchan, Socket.IO with its
//! Redis adapter, a bare hub of our own stack. N agents connected by WebSocket, events over keep-alive HTTP/1.1, one a
//! request and in batches. Prints Markdown.
//!
//! One thread makes all the load, so that on a small machine most of it is left to the server that is measured.
#![allow(clippy::print_stdout, reason = "the report is what this program is for")]

mod bare;
mod bellhop_target;
mod frames;
mod peers;
mod process;
mod publish;
mod report;
mod subscribers;
mod tally;
mod target;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::Parser;

use crate::{
    report::Report,
    subscribers::Subscribers,
    tally::Tally,
    target::{Kind, Target},
};

/// Connections that post batches: enough that one is always waiting while others are answered.
const BATCH_PUBLISHERS: usize = 4;

/// What is measured.
#[derive(Debug, Clone, Parser)]
struct Options {
    /// Agents, each with one WebSocket.
    #[arg(long, default_value_t = 2_000)]
    agents: usize,
    /// Connections that post, each with one request at a time: enough to keep a server busy. With a few it is its
    /// latency that is measured.
    #[arg(long, default_value_t = 64)]
    publishers: usize,
    /// Events a second of the open loop.
    #[arg(long, default_value_t = 2_000)]
    rate: u64,
    /// Events in a request of the loop in batches.
    #[arg(long, default_value_t = 100)]
    batch: usize,
    /// How long each of the loops runs.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// How often the whole is repeated; the report gives medians.
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    /// Which servers: `bellhop`, `other`, `nchan-1`, `nchan-2` (the number of its workers), `socketio`, `bare`.
    #[arg(long, value_delimiter = ',', default_value = "bellhop,nchan-1,nchan-2")]
    targets: Vec<Kind>,
    /// Another build of Bellhop, measured beside this one as `other`.
    #[arg(long)]
    against: Option<PathBuf>,
    /// Agents confirm what they are told, as devices do; without it everything is left to the fallback.
    #[arg(long)]
    confirm: bool,
    /// Serves as the bare hub, for another run of this program.
    #[arg(long, hide = true)]
    serve_bare: Option<SocketAddr>,
    /// `cargo bench` adds it.
    #[arg(long, hide = true)]
    bench: bool,
}

/// What one server did in one round.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Deliveries a second with every publisher posting as fast as it is answered.
    pub closed: tally::Outcome,
    /// The same with many events a request, where the server takes that.
    pub batches: Option<tally::Outcome>,
    /// Latencies at the fixed rate.
    pub open: tally::Outcome,
    /// Bytes of memory (PSS) that one connection added to the server.
    pub bytes_per_connection: f64,
    /// Connections a second while they were opened.
    pub connects_per_second: f64,
}

fn main() {
    let options = Options::parse();
    if let Some(addr) = options.serve_bare {
        return bare::serve(addr).expect("the bare hub can listen");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    let mut report = Report::default();
    for round in 1..=options.rounds {
        for kind in &options.targets {
            let local = tokio::task::LocalSet::new();
            match runtime.block_on(local.run_until(measure(*kind, &options))) {
                Ok(figures) => {
                    eprintln!("round {round} {kind}: {figures:?}");
                    report.add(*kind, figures);
                }
                Err(why) => eprintln!("round {round} {kind}: not measured: {why}"),
            }
        }
    }
    println!("{}", report.markdown(&options));
}

/// One server, one round: start, connect, closed loop, open loop, stop.
async fn measure(kind: Kind, options: &Options) -> Result<Figures, String> {
    let target = Target::start(kind, options).await?;
    let empty = target.memory()?;
    let tally = Tally::new(options.agents);
    let began = std::time::Instant::now();
    let subscribers = Subscribers::connect(&target, options, &tally).await?;
    let connects_per_second = options.agents as f64 / began.elapsed().as_secs_f64();
    let full = target.memory()?;
    let length = Duration::from_secs(options.seconds);
    let closed = publish::closed_loop(&target, &tally, options.publishers, 1, length).await?;
    let batches = if kind.is_bellhop() {
        let publishers = BATCH_PUBLISHERS.min(options.publishers);
        Some(publish::closed_loop(&target, &tally, publishers, options.batch, length).await?)
    } else {
        None
    };
    let open = publish::open_loop(&target, &tally, options.rate, length).await?;
    subscribers.all_open()?;
    Ok(Figures {
        closed,
        batches,
        open,
        bytes_per_connection: (full - empty) as f64 / options.agents as f64,
        connects_per_second,
    })
}
