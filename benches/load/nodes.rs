//! Several nodes: how soon an agent on one node hears of an event that another took, and what an event costs with one, two
//! and three nodes. On a machine with two cores the rate of several nodes says nothing, their cost for each event does:
//! where it stays, twice the machines do twice the work.

use std::{rc::Rc, time::Duration};

use crate::{
    crowd::Crowd,
    figures::{Better, Figures},
    kind::Kind,
    options::Options,
    publish::{self, BATCH_PUBLISHERS},
    stall::Stall,
    subscribers::Subscribers,
    target::{Spread, Target},
};

/// Publishers of the closed loop, which finds out what the nodes hold.
const PUBLISHERS: usize = 16;
/// The open loop stays below what they hold: otherwise it measures its own queue.
const SHARE: f64 = 0.7;

/// Events to the one node, agents on the other.
pub async fn two(kind: Kind, options: &Options, figures: &mut Figures) -> Result<(), String> {
    let target = Target::start_nodes(kind, options, 2, options.agents, Spread::Apart).await?;
    let (tally, subscribers) =
        Subscribers::counting(&target, options, options.agents, 0, Rc::new(Stall::default())).await?;
    let warm_up = Duration::from_secs(options.warm_up);
    publish::closed_loop(&target, &tally, PUBLISHERS, 1, warm_up).await?;
    let closed = publish::closed_loop(&target, &tally, PUBLISHERS, 1, options.length()).await?;
    let rate = options.rate.min((closed.per_second * SHARE) as u64);
    let open = publish::open_loop(&target, &tally, rate, options.length()).await?;
    figures.add_closed("from one node to the other, closed loop, 16 publishers", &closed);
    figures.add("events/s of the open loop, from one node to the other", rate as f64, 0, Better::Neither);
    figures.add_open("from one node to the other, open loop", &open);
    subscribers.all_open()
}

/// One after the other: one node, two, three, each with its share of agents and events.
pub async fn up_to_three(kind: Kind, options: &Options, figures: &mut Figures) -> Result<(), String> {
    let mut one_node = None;
    for nodes in 1..=3 {
        let cost = evenly(kind, nodes, options, figures).await?;
        let of_one = *one_node.get_or_insert(cost);
        figures.add(
            format!("CPU of nodes per event by that with one, {nodes} node(s)"),
            cost / of_one,
            2,
            Better::Neither,
        );
    }
    Ok(())
}

/// Returns what an event of the open loop costs the nodes, in microseconds.
async fn evenly(kind: Kind, nodes: usize, options: &Options, figures: &mut Figures) -> Result<f64, String> {
    let target = Target::start_nodes(kind, options, nodes, Crowd::agents_with(options), Spread::Even).await?;
    let services = target.services.as_ref().ok_or("no PostgreSQL and Redis")?;
    let empty = target.memory()?;
    let (tally, subscribers) =
        Subscribers::counting(&target, options, options.agents, 0, Rc::new(Stall::default())).await?;
    let crowd = Crowd::around(&target, options)?;
    let sockets = options.agents + crowd.sockets();
    let added = target.memory()? as f64 - empty as f64;
    let of = format!("{nodes} node(s)");
    figures.add(format!("sockets, {of}"), sockets as f64, 0, Better::Neither);
    figures.add(
        format!("KB of memory (PSS) per connection, {of}"),
        added / sockets as f64 / 1024.0,
        1,
        Better::Neither,
    );

    publish::closed_loop(&target, &tally, PUBLISHERS, 1, Duration::from_secs(options.warm_up)).await?;
    let (begin, length) = (services.work()?, options.length());
    let single = publish::closed_loop(&target, &tally, PUBLISHERS, 1, length).await?;
    let after_single = services.work()?;
    let batches = publish::closed_loop(&target, &tally, BATCH_PUBLISHERS, options.batch, length).await?;
    let after_batches = services.work()?;
    let open = publish::open_loop(&target, &tally, options.rate, length).await?;
    let end = services.work()?;

    let names = [format!("closed loop, {of}"), format!("in batches, {of}"), format!("open loop, {of}")];
    figures.add_closed(&names[0], &single);
    figures.add_closed(&names[1], &batches);
    figures.add_open(&names[2], &open);
    let looks = [begin, after_single, after_batches, end];
    for (number, outcome) in [single, batches, open].iter().enumerate() {
        let (before, after, events) = (looks[number], looks[number + 1], outcome.accepted.max(1) as f64);
        let name = &names[number];
        for (what, total, digits) in [
            ("CPU µs per event of PostgreSQL", (after.postgres_s - before.postgres_s) * 1e6, 1),
            ("CPU µs per event of Redis", (after.redis_s - before.redis_s) * 1e6, 1),
            ("KB of PostgreSQL's log per event", (after.log_bytes - before.log_bytes) / 1024.0, 2),
        ] {
            figures.add(format!("{what}, {name}"), total / events, digits, Better::Neither);
        }
    }
    subscribers.all_open()?;
    Ok(open.cpu_us)
}
