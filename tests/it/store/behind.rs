//! What SQLite writes later than it happens, and that nobody can tell.

use bellhop::{
    config::StoreUrl,
    domain::{
        Id,
        act::{Op, Selector},
    },
};
use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection,
    sql_types::{BigInt, Text},
};

use super::{NOW, Rig, assigned};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// What one row says, read beside the store.
fn stored(rig: &Rig, select: &str, key: &str) -> i64 {
    let StoreUrl::Sqlite(path) = &rig.url else { panic!("not SQLite") };
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
    let row: Number = diesel::sql_query(select).bind::<Text, _>(key).get_result(&mut conn).unwrap();
    row.number
}

fn stored_seq(rig: &Rig) -> i64 {
    stored(rig, "SELECT seq AS number FROM inboxes WHERE agent_id = ?", "ana")
}

fn stored_time(rig: &Rig) -> i64 {
    stored(rig, "SELECT facts ->> 'snapshot_time' AS number FROM tickets WHERE id = ?", "HD-1")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_row_of_an_inbox_stands_some_entries_behind() {
    let rig = Rig::sqlite().await;
    let mut behind = 0;
    for n in 1..=140 {
        rig.post(assigned(&format!("evt-{n}"), &["ana"])).await;
        let (_, inbox) = rig.store.inbox(&"ana".into()).await.unwrap();
        assert_eq!((inbox.seq, inbox.counts.unread, inbox.counts.unseen), (n, n, n));
        assert_eq!(rig.store.heads(vec!["ana".into()]).await.unwrap().heads[0].seq, n);
        behind = behind.max(n - stored_seq(&rig));
    }
    assert!((32..64).contains(&behind), "{behind} entries behind at most");
    let outcome = rig.act("ana", Op::Seen, Selector::All { all: true, up_to: 140 }).await;
    assert_eq!((outcome.seq, outcome.counts.unread, outcome.counts.unseen), (141, 140, 0));
    assert_eq!(stored_seq(&rig), 141, "an act writes the row");
    rig.recount("ana").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_of_which_nothing_is_new_is_not_written_again() {
    let rig = Rig::sqlite().await;
    let at = async |n: i64, agent: &str| {
        let mut event = assigned(&format!("evt-{n}"), &[agent]);
        event.time = NOW + n * 1_000;
        rig.post(event).await;
        (rig.store.ticket("HD-1").await.unwrap().unwrap().assignees[0].to_string(), stored_time(&rig) - NOW)
    };
    assert_eq!(at(0, "ana").await, ("ana".to_owned(), 0));
    assert_eq!(at(50, "ana").await, ("ana".to_owned(), 0), "the same once more");
    assert_eq!(at(40, "ben").await, ("ana".to_owned(), 50_000), "late, and known to be; that ben was told is new");
    assert_eq!(at(70, "ana").await, ("ana".to_owned(), 50_000), "the same once more");
    assert_eq!(at(110, "ana").await, ("ana".to_owned(), 110_000), "once a minute it is");
    assert_eq!(at(111, "ben").await, ("ben".to_owned(), 111_000), "something new");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_too_large_to_be_remembered_is_written_each_time() {
    let rig = Rig::sqlite().await;
    for (n, agent) in [(0, "ana"), (50, "ana"), (40, "ben")] {
        let mut event = assigned(&format!("evt-{n}"), &[agent]);
        event.time = NOW + n * 1_000;
        event.data.ticket.as_mut().unwrap().subject = Some(Some("long ".repeat(1_000)));
        rig.post(event).await;
    }
    assert_eq!(rig.store.ticket("HD-1").await.unwrap().unwrap().assignees, vec![Id::from("ana")], "the last came late");
    assert_eq!(stored_time(&rig) - NOW, 50_000);
}

/// What the writer remembers of tickets and inboxes ends with the first commit of another program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_write_is_seen_by_the_next_event() {
    let rig = Rig::sqlite().await;
    rig.post(assigned("evt-1", &["ana"])).await;
    let StoreUrl::Sqlite(path) = &rig.url else { panic!("not SQLite") };
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
    let mut other = |sql: &str| diesel::sql_query(sql).execute(&mut conn).unwrap();
    assert_eq!(other("UPDATE inboxes SET seq = 10, unread = 5, acked_seq = 10 WHERE agent_id = 'ana'"), 1);
    assert_eq!(other("INSERT INTO watches VALUES ('HD-1', 'pia', TRUE, FALSE, 1)"), 1);
    assert_eq!(other("UPDATE tickets SET facts = json_set(facts, '$.subject', 'Theirs') WHERE id = 'HD-1'"), 1);
    let mut event = assigned("evt-2", &["ana"]);
    event.data.ticket.as_mut().unwrap().subject = None;
    rig.post(event).await;
    let (_, inbox) = rig.store.inbox(&"ana".into()).await.unwrap();
    assert_eq!((inbox.seq, inbox.counts.unread, inbox.acked_seq), (11, 6, 10));
    let ticket = rig.store.ticket("HD-1").await.unwrap().unwrap();
    assert_eq!((ticket.subject.as_deref(), ticket.watches.len()), (Some("Theirs"), 1));
}

/// Watches are remembered with their ticket, whoever changed them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_made_between_two_events_is_seen_by_the_second() {
    let rig = Rig::sqlite().await;
    let (ana, ticket) = (Id::from("ana"), Id::from("HD-1"));
    rig.post(assigned("evt-1", &["ben"])).await;
    for (n, watching) in [(2, true), (3, false), (4, true)] {
        assert!(rig.store.set_watch(&ana, &ticket, watching).await.unwrap());
        assert!(!rig.store.set_watch(&ana, &ticket, watching).await.unwrap(), "nothing new");
        rig.post(assigned(&format!("evt-{n}"), &["ben"])).await;
        let known = rig.store.ticket("HD-1").await.unwrap().unwrap();
        assert_eq!(known.watchers().any(|agent| *agent == ana), watching);
    }
}
