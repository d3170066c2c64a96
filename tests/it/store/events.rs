//! Accepted means kept: once, whole, in order.

use bellhop::{
    domain::{Id, nudge::Change, plan::ReceiptStatus},
    error::Error,
};

use super::{NOW, Rig, assigned, assigned_ticket, on_both};
use crate::harness::covers;

on_both!(
    an_event_is_kept_with_its_notifications,
    the_same_event_again_changes_nothing,
    a_batch_is_kept_whole_or_not_at_all,
    numbers_are_never_used_twice_under_load,
    the_same_event_posted_by_many_at_once_is_kept_once,
    an_older_snapshot_never_overwrites_a_newer_one,
    a_snapshot_that_says_nothing_new_still_counts,
    text_that_databases_choke_on_is_kept,
    two_nodes_see_each_others_events,
);

async fn an_event_is_kept_with_its_notifications(rig: Rig) {
    let receipt = rig.post(assigned("evt-1", &["ana", "ben"])).await;
    assert_eq!(receipt.status, ReceiptStatus::Accepted);
    assert_eq!(receipt.notified_count, 2);
    let changes = rig.store.changes(&"ana".into(), 0, 10).await.unwrap();
    assert_eq!((changes.inbox.seq, changes.inbox.counts.unread, changes.inbox.counts.unseen), (1, 1, 1));
    let entry = &changes.entries[0];
    assert_eq!((entry.seq, entry.changed_seq, &*entry.title), (1, 1, "Ticket #123 assigned to you"));
    assert_eq!(entry.ticket.as_ref().map(|ticket| &*ticket.subject), Some("Login Issue"));
    assert_eq!(entry.created_at, NOW);
    let seen = rig.changes.lock().unwrap().clone();
    assert_eq!(seen.len(), 2);
    assert!(matches!(&seen[0].what, Change::Entry(n) if n.id == changes.entries[0].id || &*seen[0].agent == "ben"));
    let ticket = rig.store.ticket("HD-1").await.unwrap().unwrap();
    assert_eq!(ticket.assignees.len(), 2);
    covers(&["R-085", "R-087", "R-088", "R-091", "R-092", "R-122"]);
}

async fn the_same_event_again_changes_nothing(rig: Rig) {
    rig.post(assigned("evt-1", &["ana"])).await;
    let again = rig.post(assigned("evt-1", &["ana"])).await;
    assert_eq!(again.status, ReceiptStatus::Duplicate);
    assert_eq!(again.notified, vec![Id::from("ana")]);
    let twice = vec![assigned("evt-2", &["ana"]), assigned("evt-2", &["ana"])];
    let receipts = rig.store.accept(twice, None).await.unwrap();
    assert_eq!(receipts[1].status, ReceiptStatus::Duplicate);
    assert_eq!(rig.store.inbox(&"ana".into()).await.unwrap().1.seq, 2);
}

async fn a_batch_is_kept_whole_or_not_at_all(rig: Rig) {
    let batch: Vec<_> = (0..300).map(|n| assigned_ticket(&format!("evt-{n}"), &format!("HD-{n}"), &["ana"])).collect();
    let refused = rig.store.accept(batch.clone(), Some("a key that was revoked".to_owned())).await;
    assert!(matches!(refused, Err(Error::Unauthorized)), "{refused:?}");
    assert_eq!(rig.store.inbox(&"ana".into()).await.unwrap().1.seq, 0);
    rig.store.accept(batch, None).await.unwrap();
    assert_eq!(rig.store.inbox(&"ana".into()).await.unwrap().1.seq, 300);
    rig.recount("ana").await;
}

async fn numbers_are_never_used_twice_under_load(rig: Rig) {
    let posts =
        (0..200).map(|n| rig.post(assigned_ticket(&format!("evt-{n}"), &format!("HD-{}", n % 7), &["ana", "ben"])));
    futures_util::future::join_all(posts).await;
    let changes = rig.store.changes(&"ana".into(), 0, 1_000).await.unwrap();
    let numbers: Vec<i64> = changes.entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, (1..=200).collect::<Vec<i64>>());
    let told = rig.changes.lock().unwrap().clone();
    let mut steps: Vec<(i64, i64)> =
        told.iter().filter(|change| &*change.agent == "ana").map(|change| (change.prev, change.seq)).collect();
    steps.sort_unstable();
    assert_eq!(steps, (0..200).map(|n| (n, n + 1)).collect::<Vec<_>>());
    rig.recount("ben").await;
}

async fn the_same_event_posted_by_many_at_once_is_kept_once(rig: Rig) {
    let other = rig.second_node().await;
    let here = (0..20).map(|_| rig.store.accept(vec![assigned("evt-1", &["ana"])], None));
    let there = (0..20).map(|_| other.accept(vec![assigned("evt-1", &["ana"])], None));
    let (here, there) = tokio::join!(futures_util::future::join_all(here), futures_util::future::join_all(there));
    let accepted = here.into_iter().chain(there).filter(|receipt| {
        let receipt = &receipt.as_ref().unwrap()[0];
        receipt.status == ReceiptStatus::Accepted
    });
    assert_eq!(accepted.count(), 1);
    assert_eq!(rig.store.inbox(&"ana".into()).await.unwrap().1.seq, 1);
    covers(&["R-123"]);
}

async fn an_older_snapshot_never_overwrites_a_newer_one(rig: Rig) {
    rig.post(assigned("evt-1", &["ana"])).await;
    let mut older = assigned("evt-0", &["ben"]);
    older.time = NOW - 1_000;
    rig.post(older).await;
    let ticket = rig.store.ticket("HD-1").await.unwrap().unwrap();
    assert_eq!(ticket.assignees, vec![Id::from("ana")]);
}

async fn a_snapshot_that_says_nothing_new_still_counts(rig: Rig) {
    for (id, agent, after) in [("evt-1", "ana", 0), ("evt-2", "ana", 30_000), ("evt-3", "ben", 10_000)] {
        let mut event = assigned(id, &[agent]);
        event.time = NOW + after;
        rig.post(event).await;
    }
    let ticket = rig.store.ticket("HD-1").await.unwrap().unwrap();
    assert_eq!(ticket.assignees, vec![Id::from("ana")], "the last one came late");
}

async fn text_that_databases_choke_on_is_kept(rig: Rig) {
    let mut event = assigned("evt-\u{0}-'\"\\", &["ana"]);
    let ticket = event.data.ticket.as_mut().unwrap();
    ticket.number = Some(Some("1\u{0}2 \\u0000 '; DROP TABLE events; -- \u{1f6a8}".to_owned()));
    rig.post(event).await;
    let changes = rig.store.changes(&"ana".into(), 0, 10).await.unwrap();
    assert_eq!(
        &*changes.entries[0].title,
        "Ticket #1\u{fffd}2 \\u0000 '; DROP TABLE events; -- \u{1f6a8} assigned to you"
    );
}

async fn two_nodes_see_each_others_events(rig: Rig) {
    let other = rig.second_node().await;
    for n in 0..20 {
        let store = if n % 2 == 0 { &rig.store } else { &other };
        store.accept(vec![assigned(&format!("evt-{n}"), &["ana"])], None).await.unwrap();
    }
    assert_eq!(other.inbox(&"ana".into()).await.unwrap().1.counts.unread, 20);
    assert_eq!(rig.store.inbox(&"ana".into()).await.unwrap().1.seq, 20);
}
