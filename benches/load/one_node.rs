//! One node with everybody connected: what a connection costs, idle and while events come one by one, in batches, and at
//! a fixed rate.

use std::{rc::Rc, time::Duration};

use tokio::time::sleep;

use crate::{
    figures::{Better, Figures},
    floor,
    kind::Kind,
    options::{Options, Phase},
    publish::{self, BATCH_PUBLISHERS},
    server::Audience,
    stall::Stall,
    subscribers::Subscribers,
    tally::Tally,
    target::Target,
};

/// How long the server without sockets is watched.
const EMPTY: Duration = Duration::from_secs(10);

/// Starts it, connects, measures what was asked for, stops it.
pub async fn measure(kind: Kind, options: &Options, figures: &mut Figures) -> Result<(), String> {
    let target = Target::start(kind, options, options.agents, Audience::Each).await?;
    let watches = options.wants(Phase::Idle) && kind.has_heartbeat();
    let nobody = if watches { cpu_us_per_second(&target, EMPTY).await? } else { 0.0 };
    let empty = target.memory()?;
    let everybody = options.agents;
    let (tally, subscribers) = Subscribers::counting(&target, options, everybody, 0, Rc::new(Stall::default())).await?;
    let per_connection = (target.memory()? as f64 - empty as f64) / options.agents as f64;
    figures.add("connects/s", subscribers.per_second, 0, Better::More);
    figures.add("KB of memory (PSS) per connection", per_connection / 1024.0, 1, Better::Less);
    if watches {
        let idle = cpu_us_per_second(&target, Duration::from_secs(options.idle_seconds)).await?;
        figures.add("CPU µs/s per idle connection", (idle - nobody) / options.agents as f64, 2, Better::Less);
    }
    loops(&target, &tally, options, figures).await?;
    subscribers.all_open()
}

async fn loops(target: &Target, tally: &Tally, options: &Options, figures: &mut Figures) -> Result<(), String> {
    let warm_up = Duration::from_secs(options.warm_up);
    if [Phase::Single, Phase::Batches, Phase::Open].iter().any(|phase| options.wants(*phase)) {
        publish::closed_loop(target, tally, 16, 1, warm_up).await?;
    }
    if options.wants(Phase::Single) {
        for publishers in &options.publishers {
            let outcome = publish::closed_loop(target, tally, *publishers, 1, options.length()).await?;
            figures.add_closed(&format!("closed loop, {publishers} publishers"), &outcome);
        }
    }
    if options.wants(Phase::Batches) && target.kind.is_bellhop() {
        publish::closed_loop(target, tally, BATCH_PUBLISHERS, options.batch, warm_up / 2).await?;
        let outcome = publish::closed_loop(target, tally, BATCH_PUBLISHERS, options.batch, options.length()).await?;
        figures.add_closed("in batches", &outcome);
    }
    if options.wants(Phase::Open) {
        let outcome = publish::open_loop(target, tally, options.rate, options.length()).await?;
        figures.add_open("open loop", &outcome);
        if target.kind.is_bellhop() {
            let (p50, p99) = floor::measure(target.folder(), options.rate, options.length()).await?;
            figures.add("p50 ms of a bare fdatasync of 8 KB at that rate", p50, 2, Better::Neither);
            figures.add("p99 ms of a bare fdatasync of 8 KB at that rate", p99, 2, Better::Neither);
            figures.add("p99 of the open loop by that of fdatasync", outcome.latency_ms[2] / p99, 2, Better::Neither);
        }
    }
    Ok(())
}

async fn cpu_us_per_second(target: &Target, during: Duration) -> Result<f64, String> {
    // What was started a moment ago comes to an end first.
    sleep(Duration::from_secs(2)).await;
    let (began, before) = (std::time::Instant::now(), target.cost()?.cpu_seconds);
    sleep(during).await;
    Ok((target.cost()?.cpu_seconds - before) * 1e6 / began.elapsed().as_secs_f64())
}
