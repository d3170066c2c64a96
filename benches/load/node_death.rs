//! A node is killed while every agent on it misses one notification. It starts again on its store, everybody comes back at
//! once, without the pauses by which real clients spread, and goes on from the position they hold.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use crate::{
    figures::{Better, Figures},
    kind::Kind,
    options::Options,
    publish,
    server::Audience,
    stall::Stall,
    subscribers::Subscribers,
    target::Target,
};

/// How long all of them may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Connects them, keeps one event from each, kills, starts again and waits until all have theirs.
pub async fn measure(kind: Kind, options: &Options, figures: &mut Figures) -> Result<(), String> {
    let agents = options.killed;
    let mut target = Target::start(kind, options, agents, Audience::Each).await?;
    let stall = Rc::new(Stall::of(agents));
    let (tally, subscribers) = Subscribers::counting(&target, options, agents, 0, stall.clone()).await?;
    // One that everybody has: positions are not all zero.
    publish::give(&target, &tally, 0..agents, 1, 0).await?;
    publish::drained(&tally, PATIENCE).await;
    stall.begin();
    publish::give(&target, &tally, 0..agents, 1, 0).await?;

    let began = Instant::now();
    target.kill()?;
    let ready = target.start_again().await?;
    let back = Instant::now();
    stall.end();
    subscribers.come_back(&target, agents).await?;
    publish::drained(&tally, PATIENCE).await;

    let of = format!("node killed with {agents}");
    figures.add(format!("s until all have it, {of}"), began.elapsed().as_secs_f64(), 2, Better::Less);
    figures.add(format!("s of these until ready again, {of}"), ready.as_secs_f64(), 2, Better::Less);
    figures.add(format!("resumes/s, {of}"), agents as f64 / back.elapsed().as_secs_f64(), 0, Better::More);
    let (lost, doubled, disordered) = tally.total();
    figures.add_fault("lost", lost);
    figures.add_fault("doubled", doubled);
    figures.add_fault("out of order", disordered);
    Ok(())
}
