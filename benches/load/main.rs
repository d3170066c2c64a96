//! Load figures of Bellhop, side by side in one run with others that store nothing: nginx + nchan, Socket.IO with its
//! Redis adapter, a bare hub of our own stack. N agents connected by WebSocket, events over keep-alive HTTP/1.1. Prints
//! Markdown. What is measured is chosen by phase (`--phases`), each in a file of its own.
//!
//! One thread makes all the load, so that on a small machine most of it is left to the server that is measured.
#![allow(clippy::print_stdout, reason = "the report is what this program is for")]

mod bare;
mod bellhop_target;
mod broadcast;
mod crowd;
mod figures;
mod fill;
mod floor;
mod frames;
mod kind;
mod node_death;
mod nodes;
mod one_node;
mod options;
mod peers;
mod process;
mod publish;
mod report;
mod server;
mod services;
mod socket;
mod stall;
mod stalled;
mod stored;
mod subscribers;
mod tally;
mod target;

use clap::Parser;
use futures_util::future::LocalBoxFuture;
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
    task::LocalSet,
};

use crate::{
    figures::Figures,
    kind::Kind,
    options::{Options, Phase},
    report::Report,
};

/// A part of the measurement, with a start of each server of its own.
struct Part {
    /// Any of which asks for it.
    phases: &'static [Phase],
    /// Which servers have it.
    has: fn(Kind) -> bool,
    measure: for<'a> fn(Kind, &'a Options, &'a mut Figures) -> LocalBoxFuture<'a, Result<(), String>>,
}

const PARTS: &[Part] = &[
    Part {
        phases: &[Phase::Single, Phase::Batches, Phase::Open, Phase::Idle],
        has: |_| true,
        measure: |kind, options, figures| Box::pin(one_node::measure(kind, options, figures)),
    },
    Part {
        phases: &[Phase::Broadcast],
        has: |_| true,
        measure: |kind, options, figures| Box::pin(broadcast::measure(kind, options, figures)),
    },
    Part {
        phases: &[Phase::Stalled],
        has: Kind::bears_stalled_readers,
        measure: |kind, options, figures| Box::pin(stalled::measure(kind, options, figures)),
    },
    Part {
        phases: &[Phase::TwoNodes],
        has: Kind::has_nodes,
        measure: |kind, options, figures| Box::pin(nodes::two(kind, options, figures)),
    },
    Part {
        phases: &[Phase::ThreeNodes],
        has: Kind::is_bellhop,
        measure: |kind, options, figures| Box::pin(nodes::up_to_three(kind, options, figures)),
    },
    Part {
        phases: &[Phase::NodeDeath],
        has: Kind::is_bellhop,
        measure: |kind, options, figures| Box::pin(node_death::measure(kind, options, figures)),
    },
    Part {
        phases: &[Phase::Stored],
        has: Kind::is_bellhop,
        measure: |kind, options, figures| Box::pin(stored::measure(kind, options, figures)),
    },
];

fn main() {
    let options = Options::parse();
    if let Some(addr) = options.serve_bare {
        return bare::serve(addr).expect("the bare hub can listen");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    if let Some(addr) = options.hold {
        let held = LocalSet::new().block_on(&runtime, crowd::hold(addr, &options));
        return held.expect("the crowd can connect");
    }
    let mut report = Report::default();
    for round in 1..=options.rounds {
        for kind in &options.targets {
            let mut figures = Figures::default();
            let goes_on = measure(&runtime, *kind, &options, &mut figures);
            figures.0.iter().for_each(|figure| eprintln!("round {round}, {kind}: {} {:.3}", figure.name, figure.value));
            if !goes_on {
                std::process::exit(130);
            }
            report.add(*kind, figures);
        }
    }
    println!("{}", report.markdown(&options));
}

/// One server, one round. Of a part that fails no figure counts: events of a connection that was lost look lost, too.
/// Whether to go on: nobody interrupted it.
fn measure(runtime: &Runtime, kind: Kind, options: &Options, figures: &mut Figures) -> bool {
    let wanted = |part: &&Part| (part.has)(kind) && part.phases.iter().any(|phase| options.wants(*phase));
    for part in PARTS.iter().filter(wanted) {
        let mut with_it = figures.clone();
        let measured = async {
            tokio::select! {
                measured = (part.measure)(kind, options, &mut with_it) => Some(measured),
                () = interrupted() => None,
            }
        };
        match LocalSet::new().block_on(runtime, measured) {
            None => return false,
            Some(Ok(())) => *figures = with_it,
            Some(Err(why)) => eprintln!("{kind}, {:?}: not measured: {why}", part.phases),
        }
    }
    true
}

/// Returns when somebody has had enough: databases that were started are ended first.
async fn interrupted() {
    let mut terminated = signal(SignalKind::terminate()).expect("signals can be listened to");
    tokio::select! {
        _ = terminated.recv() => {}
        pressed = tokio::signal::ctrl_c() => pressed.expect("signals can be listened to"),
    }
}
