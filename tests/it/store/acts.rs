//! Acts: each changed entry takes one number, an act that changes nothing takes none, counters follow.

use bellhop::domain::{
    Id,
    act::{Act, Op, Selector, Until},
    inbox::{Counts, ListFilter, ListStatus},
    nudge::Change,
};

use super::{NOW, Rig, assigned_ticket, on_both};
use crate::harness::covers;

on_both!(
    reading_one_changes_one,
    reading_all_takes_a_number_for_each,
    dismissing_and_restoring_is_undoable,
    opening_the_panel_clears_the_indicator_and_not_the_badge,
    a_snoozed_entry_sleeps_and_wakes_as_new,
    what_is_read_after_a_position_is_what_changed_since,
    the_list_filters_and_pages,
    an_acknowledgement_moves_only_forward,
    what_was_confirmed_just_before_the_end_is_kept,
);

async fn ten(rig: &Rig) -> Vec<Id> {
    for n in 1..=10 {
        rig.post(assigned_ticket(&format!("evt-{n}"), &format!("HD-{}", n % 2), &["ana"])).await;
    }
    let changes = rig.store.changes(&"ana".into(), 0, 100).await.unwrap();
    changes.entries.into_iter().map(|entry| entry.id).collect()
}

fn ids(ids: &[Id]) -> Selector {
    Selector::Ids { ids: ids.to_vec() }
}

fn all(up_to: i64) -> Selector {
    Selector::All { all: true, up_to }
}

async fn reading_one_changes_one(rig: Rig) {
    let entries = ten(&rig).await;
    let outcome = rig.act("ana", Op::Read, ids(&entries[2..3])).await;
    assert_eq!((outcome.changed, outcome.seq, outcome.counts), (1, 11, Counts { unread: 9, unseen: 9 }));
    let again = rig.act("ana", Op::Read, ids(&entries[2..3])).await;
    assert_eq!((again.changed, again.seq), (0, 11));
    let back = rig.act("ana", Op::Unread, ids(&entries[2..3])).await;
    assert_eq!((back.changed, back.seq, back.counts.unread), (1, 12, 10));
    let somebody_elses = rig.act("ben", Op::Read, ids(&entries)).await;
    assert_eq!((somebody_elses.changed, somebody_elses.seq), (0, 0));
    rig.recount("ana").await;
    covers(&["R-038", "R-113", "R-133"]);
}

async fn reading_all_takes_a_number_for_each(rig: Rig) {
    let entries = ten(&rig).await;
    rig.act("ana", Op::Read, ids(&entries[..2])).await;
    rig.changes.lock().unwrap().clear();
    let outcome = rig.act("ana", Op::Read, all(9)).await;
    assert_eq!((outcome.changed, outcome.seq, outcome.counts.unread), (7, 19, 1));
    let told = rig.changes.lock().unwrap().clone();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].prev, told[0].seq), (12, 19));
    assert!(matches!(&told[0].what, Change::Acted { op: Op::Read, ids, .. } if ids.len() == 7));
    let by_ticket = rig.act("ana", Op::Read, Selector::Ticket { ticket: "HD-0".into() }).await;
    assert_eq!(by_ticket.counts, Counts { unread: 0, unseen: 0 });
    rig.recount("ana").await;
    covers(&["R-039", "R-111", "R-114", "R-115", "R-134"]);
}

async fn dismissing_and_restoring_is_undoable(rig: Rig) {
    let entries = ten(&rig).await;
    assert_eq!(rig.act("ana", Op::Clear, ids(&entries[..3])).await.counts.unread, 7);
    rig.act("ana", Op::Read, all(5)).await;
    let cleared = rig.act("ana", Op::Clear, Selector::Status { status: "read", up_to: 10 }).await;
    assert_eq!((cleared.changed, cleared.counts.unread), (2, 5));
    assert_eq!(rig.act("ana", Op::Restore, ids(&entries[..3])).await.counts.unread, 8);
    rig.recount("ana").await;
    covers(&["R-040", "R-116", "R-117"]);
}

async fn opening_the_panel_clears_the_indicator_and_not_the_badge(rig: Rig) {
    let entries = ten(&rig).await;
    let seen = rig.act("ana", Op::Seen, all(i64::MAX)).await;
    assert_eq!((seen.changed, seen.counts), (1, Counts { unread: 10, unseen: 0 }));
    assert_eq!(rig.act("ana", Op::Seen, all(i64::MAX)).await.changed, 0);
    rig.act("ana", Op::Read, ids(&entries[..1])).await;
    assert_eq!(rig.act("ana", Op::Unread, ids(&entries[..1])).await.counts, Counts { unread: 10, unseen: 0 });
    rig.post(assigned_ticket("evt-11", "HD-1", &["ana"])).await;
    assert_eq!(rig.store.inbox(&"ana".into()).await.unwrap().1.counts, Counts { unread: 11, unseen: 1 });
    covers(&["R-033"]);
}

async fn a_snoozed_entry_sleeps_and_wakes_as_new(rig: Rig) {
    let entries = ten(&rig).await;
    rig.act("ana", Op::Seen, all(i64::MAX)).await;
    let until = Some(Until::Time(NOW + 60_000));
    let act = Act { op: Op::Snooze, selector: ids(&entries[..1]), until, reference: None };
    assert_eq!(rig.store.act(&"ana".into(), act).await.unwrap().counts.unread, 9);
    assert!(rig.store.due_to_wake().await.unwrap().is_empty());
    rig.clock.advance(60_000);
    let due = rig.store.due_to_wake().await.unwrap();
    assert_eq!(due[&Id::from("ana")], entries[..1].to_vec());
    let woken = rig.act("ana", Op::Wake, ids(&entries[..1])).await;
    assert_eq!(woken.counts, Counts { unread: 10, unseen: 1 });
    let told = rig.changes.lock().unwrap().last().cloned().unwrap();
    assert!(matches!(told.what, Change::Entry(entry) if entry.id == entries[0] && entry.changed_seq == told.seq));
    rig.recount("ana").await;
}

async fn what_is_read_after_a_position_is_what_changed_since(rig: Rig) {
    let entries = ten(&rig).await;
    rig.act("ana", Op::Read, ids(&entries[..1])).await;
    let since = rig.store.changes(&"ana".into(), 8, 2).await.unwrap();
    assert_eq!(since.entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), vec![9, 10]);
    assert!(since.more);
    let rest = rig.store.changes(&"ana".into(), since.entries[1].changed_seq, 2).await.unwrap();
    assert_eq!((rest.entries[0].seq, rest.entries[0].changed_seq, rest.more), (1, 11, false));
    covers(&["R-123"]);
}

async fn the_list_filters_and_pages(rig: Rig) {
    let entries = ten(&rig).await;
    rig.act("ana", Op::Read, ids(&entries[..4])).await;
    rig.act("ana", Op::Clear, ids(&entries[..1])).await;
    let list = async |filter: ListFilter| rig.store.list(&"ana".into(), filter).await.unwrap();
    let first = list(ListFilter { limit: 4, ..ListFilter::default() }).await;
    assert_eq!(first.items.iter().map(|entry| entry.seq).collect::<Vec<_>>(), vec![10, 9, 8, 7]);
    let second = list(ListFilter { limit: 100, before: first.next, ..ListFilter::default() }).await;
    assert_eq!((second.items.len(), second.next), (5, None));
    let by = |status| ListFilter { status, limit: 100, ..ListFilter::default() };
    assert_eq!(list(by(ListStatus::Unread)).await.items.len(), 6);
    assert_eq!(list(by(ListStatus::Read)).await.items.len(), 3);
    assert_eq!(list(by(ListStatus::Cleared)).await.items.len(), 1);
    let ticket = ListFilter { ticket: Some("HD-1".to_owned()), limit: 100, ..ListFilter::default() };
    assert_eq!(list(ticket).await.items.len(), 4);
    let words = |q: &str| ListFilter { q: Some(q.to_owned()), limit: 100, ..ListFilter::default() };
    assert_eq!(list(words("login")).await.items.len(), 9);
    assert_eq!(list(words("nothing like it")).await.items.len(), 0);
    let changed = list(ListFilter { by_change: true, limit: 2, ..ListFilter::default() }).await;
    assert_eq!(changed.items.iter().map(|entry| entry.seq).collect::<Vec<_>>(), vec![4, 3]);
    covers(&["R-036", "R-131"]);
}

async fn an_acknowledgement_moves_only_forward(rig: Rig) {
    ten(&rig).await;
    let acked = async |wanted: i64| {
        crate::harness::eventually("the acknowledgement is written", std::time::Duration::from_secs(5), async || {
            rig.store.inbox(&"ana".into()).await.unwrap().1.acked_seq == wanted
        })
        .await;
    };
    rig.store.ack(&"ana".into(), 7);
    acked(7).await;
    rig.store.ack(&"ana".into(), 3);
    rig.store.ack(&"ana".into(), 9);
    acked(9).await;
    rig.store.ack(&"ana".into(), 9_000);
    acked(10).await;
}

async fn what_was_confirmed_just_before_the_end_is_kept(rig: Rig) {
    ten(&rig).await;
    let ana = Id::from("ana");
    rig.store.ack(&ana, 3);
    while rig.store.inbox(&ana).await.unwrap().1.acked_seq < 3 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    // Sooner after that than acknowledgements are gathered.
    rig.store.ack(&ana, 7);
    rig.store.close().await;
    let next = super::open(&rig.url, &rig.clock, &rig.changes).await;
    assert_eq!(next.inbox(&ana).await.unwrap().1.acked_seq, 7);
}
