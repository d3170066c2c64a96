//! A store with many notifications against an empty one: how many events a second it takes, how long a list takes, and how
//! long a start.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use crate::{
    bellhop_target,
    figures::{Better, Figures},
    fill::{self, Stored},
    kind::Kind,
    options::Options,
    publish::{self, BATCH_PUBLISHERS, Connection},
    server::Audience,
    socket::Shared,
    stall::Stall,
    subscribers::Subscribers,
    tally::{Tally, at, nanos_of},
    target::Target,
};

/// Publishers of the closed loops.
const PUBLISHERS: usize = 64;
/// Agents whose lists are read, and what each gets beforehand: a page, so that the empty store has as much to say.
const READERS: usize = 500;
const PAGE: usize = 50;

/// What is compared.
struct Measured {
    ready: Duration,
    single: f64,
    batches: f64,
    list_ms: [f64; 2],
}

/// The same on both stores; the ratios are Bellhop's own.
pub async fn measure(kind: Kind, options: &Options, figures: &mut Figures) -> Result<(), String> {
    let empty = on(kind, options, 0).await?;
    let full = on(kind, options, options.stored).await?;
    for (measured, of) in [(&empty, "empty store".to_owned()), (&full, format!("{} stored", options.stored))] {
        figures.add(format!("ms from start to ready, {of}"), measured.ready.as_secs_f64() * 1e3, 0, Better::Less);
        figures.add(format!("deliveries/s, closed loop, {of}"), measured.single, 0, Better::More);
        figures.add(format!("deliveries/s, in batches, {of}"), measured.batches, 0, Better::More);
        figures.add(format!("p50 ms of a list, {of}"), measured.list_ms[0], 2, Better::Less);
        figures.add(format!("p99 ms of a list, {of}"), measured.list_ms[1], 2, Better::Less);
    }
    for (name, ratio) in [
        ("closed loop, empty store by full one", empty.single / full.single),
        ("in batches, empty store by full one", empty.batches / full.batches),
        ("p99 of a list, full store by empty one", full.list_ms[1] / empty.list_ms[1]),
    ] {
        figures.add(name, ratio, 2, Better::Neither);
    }
    Ok(())
}

async fn on(kind: Kind, options: &Options, notifications: usize) -> Result<Measured, String> {
    let mut target = Target::start(kind, options, options.agents, Audience::Each).await?;
    target.stop();
    if notifications > 0 {
        let (began, each) = (Instant::now(), notifications / options.agents);
        let stored = Stored { agents: options.agents, each, now_ms: chrono::Utc::now().timestamp_millis() };
        let path = target.folder().join("data/bellhop.db");
        let filled = tokio::task::spawn_blocking(move || fill::sqlite(&path, stored)).await;
        filled.map_err(|error| error.to_string())??;
        eprintln!("{notifications} notifications were stored in {:.0} s", began.elapsed().as_secs_f64());
    }
    let ready = target.start_again().await?;
    let tally = Tally::new(options.agents, 0);
    let shared = Shared::new(options.agents, Rc::new(tally.clone()), Rc::new(Stall::default()));
    let subscribers = Subscribers::connect_anew(&target, options.agents, shared, options.confirm).await?;
    let warm_up = Duration::from_secs(options.warm_up);
    publish::give(&target, &tally, 0..READERS.min(options.agents), PAGE, 0).await?;
    publish::closed_loop(&target, &tally, PUBLISHERS, 1, warm_up).await?;
    let single = publish::closed_loop(&target, &tally, PUBLISHERS, 1, options.length()).await?;
    let batches = publish::closed_loop(&target, &tally, BATCH_PUBLISHERS, options.batch, options.length()).await?;
    let list_ms = lists(&target, options).await?;
    subscribers.all_open()?;
    let lost = single.lost + batches.lost;
    if lost > 0 {
        return Err(format!("{lost} events were lost"));
    }
    Ok(Measured { ready, single: single.per_second, batches: batches.per_second, list_ms })
}

/// One list after the other, of one agent after the other.
async fn lists(target: &Target, options: &Options) -> Result<[f64; 2], String> {
    let mut connection = Connection::open(target.publish_to(0)).await?;
    let (addr, readers) = (connection.server().addr, READERS.min(options.agents));
    let requests: Vec<Vec<u8>> = (0..readers).map(|agent| bellhop_target::list(addr, agent)).collect();
    let (began, mut nanos) = (Instant::now(), Vec::new());
    for request in requests.iter().cycle() {
        if began.elapsed() > options.length() {
            break;
        }
        let from = Instant::now();
        connection.ask(request).await?;
        nanos.push(nanos_of(from.elapsed()));
    }
    nanos.sort_unstable();
    Ok([at(&nanos, 0.5), at(&nanos, 0.99)])
}
