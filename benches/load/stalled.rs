//! A tenth of the readers stops reading while events go on to everybody: what the others notice, what memory it takes, and
//! that those who stopped have everything in order afterwards.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::time::sleep;

use crate::{
    figures::{Better, Figures},
    kind::Kind,
    options::Options,
    publish,
    server::Audience,
    stall::Stall,
    subscribers::Subscribers,
    tally::Tally,
    target::Target,
};

/// Makes a frame of some 3 KB.
const PADDING: usize = 1_200;
/// How long those who stopped may need to catch up.
const CATCH_UP: Duration = Duration::from_secs(60);

/// Starts it, measures with everybody reading and then with a tenth stalled.
pub async fn measure(kind: Kind, options: &Options, figures: &mut Figures) -> Result<(), String> {
    let stalled = (options.agents / 10).max(1);
    let target = Target::start(kind, options, options.agents, Audience::Each).await?;
    let stall = Rc::new(Stall::narrow_of(stalled));
    let (tally, subscribers) = Subscribers::counting(&target, options, options.agents, stalled, stall.clone()).await?;

    // The same for as many who read: what grows with the events alone is there already when memory is looked at.
    publish::give(&target, &tally, stalled..2 * stalled, options.backlog, PADDING).await?;
    let (_, quiet) = at_rate(&target, &tally, options).await?;
    let before = target.memory()?;
    stall.begin();
    publish::give(&target, &tally, 0..stalled, options.backlog, PADDING).await?;
    // What is on its way to a socket arrives, or stays where it is.
    sleep(Duration::from_secs(1)).await;
    let added = (target.memory()? as f64 - before as f64) / stalled as f64;
    let (lost, hurt) = at_rate(&target, &tally, options).await?;
    stall.end();
    let caught_up = catch_up(&subscribers, &target, &tally).await?;

    let of = format!("{stalled} readers stalled");
    figures.add("p99 ms, nobody stalled", quiet, 2, Better::Less);
    figures.add(format!("p99 ms of the rest, {of}"), hurt, 2, Better::Less);
    figures.add(format!("p99 of the rest by that before, {of}"), hurt / quiet, 2, Better::Neither);
    figures.add("KB of memory (PSS) per stalled reader", added / 1024.0, 1, Better::Less);
    figures.add("s until the stalled have everything", caught_up, 2, Better::Less);
    let (missing, doubled, disordered) = tally.total();
    figures.add_fault("lost", lost.max(missing));
    figures.add_fault("doubled", doubled);
    // The others number nothing.
    if kind.is_bellhop() {
        figures.add_fault("out of order", disordered);
    }
    Ok(())
}

/// How many of the rest's events were lost, and the p99 of the others.
async fn at_rate(target: &Target, tally: &Tally, options: &Options) -> Result<(u64, f64), String> {
    publish::drained(tally, Duration::from_secs(10)).await;
    // Ends the numbers of what was given.
    tally.close(Instant::now(), 0.0);
    let outcome = publish::open_loop(target, tally, options.rate, options.length()).await?;
    Ok((outcome.lost, outcome.latency_ms[2]))
}

/// Seconds until everything that was accepted is where it belongs. Whom the server let go meanwhile comes back.
async fn catch_up(subscribers: &Subscribers, target: &Target, tally: &Tally) -> Result<f64, String> {
    let began = Instant::now();
    let mut returned = 0;
    while tally.total().0 > 0 && began.elapsed() < CATCH_UP {
        returned += subscribers.return_all(target).await?;
        sleep(Duration::from_millis(50)).await;
    }
    if returned > 0 {
        eprintln!("{returned} stalled readers had lost their connection and came back");
    }
    Ok(began.elapsed().as_secs_f64())
}
