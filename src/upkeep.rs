//! Jobs beside the requests: snoozed entries wake, settled ones are removed when their time is over.
//!
//! A lease lets one node of many do each job; two at once would do no harm, only work.

use std::time::Duration;

use crate::{
    clock::Clock,
    domain::{
        Id, Millis,
        act::{Act, Op, Selector},
    },
    error::Result,
    store::Store,
};

const WAKE_EVERY: Duration = Duration::from_secs(1);
const WAKE_LEASE_MS: i64 = 10_000;
const SWEEP_EVERY: Duration = Duration::from_secs(600);
const SWEEP_LEASE_MS: i64 = 900_000;
/// Between two steps of a sweep: whoever posts events goes first.
const BREATH: Duration = Duration::from_millis(50);
const DAY_MS: i64 = 86_400_000;
/// Days that messages to other programs are kept, to be looked at and sent again.
const WEBHOOK_DAYS: i64 = 30;

/// What the jobs work on.
#[derive(Clone)]
pub struct Upkeep {
    /// The store.
    pub store: Store,
    /// Where the time comes from.
    pub clock: Clock,
    /// This node, as holder of leases.
    pub node: Id,
    /// Days that events are kept.
    pub events_days: u32,
}

/// Wakes entries whose sleep is over. Runs until it is dropped.
pub async fn wake_sleepers(upkeep: Upkeep) {
    let mut beat = tokio::time::interval(WAKE_EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        if let Err(error) = wake_due(&upkeep).await {
            tracing::warn!(%error, "snoozed entries could not be woken; trying again");
        }
    }
}

/// Wakes whatever is due now; returns how many entries.
///
/// # Errors
/// When the store cannot be read or written; what was woken until then stays so.
pub async fn wake_due(upkeep: &Upkeep) -> Result<i64> {
    let due = upkeep.store.due_to_wake().await?;
    // The lease is asked for only when there is work: a write a second for nothing would wear the disk.
    if due.is_empty() || !upkeep.store.take_lease("wake", &upkeep.node, WAKE_LEASE_MS).await? {
        return Ok(0);
    }
    let mut woken = 0;
    for (agent, ids) in due {
        let act = Act { op: Op::Wake, selector: Selector::Ids { ids }, until: None, reference: None };
        woken += upkeep.store.act(&agent, act).await?.changed;
    }
    Ok(woken)
}

/// Removes settled notifications and old events. Runs until it is dropped.
pub async fn remove_settled(upkeep: Upkeep) {
    let mut beat = tokio::time::interval(SWEEP_EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        match sweep(&upkeep).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "removed what was settled long ago"),
            Err(error) => tracing::warn!(%error, "old entries could not be removed; trying again later"),
        }
    }
}

/// Goes through all inboxes once, in small steps; returns how many notifications were removed.
///
/// # Errors
/// When the store cannot be written; what was removed until then stays so.
pub async fn sweep(upkeep: &Upkeep) -> Result<usize> {
    if !upkeep.store.take_lease("retention", &upkeep.node, SWEEP_LEASE_MS).await? {
        return Ok(0);
    }
    let now = upkeep.clock.now();
    let before = now - i64::from(upkeep.store.snapshot().settings.retention_days) * DAY_MS;
    let (mut after, mut removed) = (None, 0);
    loop {
        let swept = upkeep.store.sweep(after, before).await?;
        removed += swept.removed;
        after = swept.next;
        if after.is_none() {
            break;
        }
        tokio::time::sleep(BREATH).await;
    }
    let events_before = now - i64::from(upkeep.events_days) * DAY_MS;
    while upkeep.store.forget_events(events_before).await? > 0 {
        tokio::time::sleep(BREATH).await;
    }
    forget_outgoing(&upkeep.store, now, events_before).await?;
    Ok(removed)
}

/// Text messages go with the events; what was told to other programs goes sooner.
async fn forget_outgoing(store: &Store, now: Millis, events_before: Millis) -> Result<()> {
    while store.forget_old_sms(events_before).await? > 0 {
        tokio::time::sleep(BREATH).await;
    }
    while store.forget_old_webhook_messages(now - WEBHOOK_DAYS * DAY_MS).await? > 0 {
        tokio::time::sleep(BREATH).await;
    }
    Ok(())
}
