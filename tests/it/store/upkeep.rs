//! Retention, epochs, secrets, and that both sets of migrations make the same columns.

use std::collections::BTreeMap;

use bellhop::{
    config::StoreUrl,
    domain::{
        act::{Op, Selector},
        nudge::Change,
    },
};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_types::Text};

use super::{NOW, Rig, assigned, on_both};
use crate::harness::covers;

on_both!(
    settled_entries_go_and_unread_ones_stay,
    events_are_forgotten_after_their_time,
    an_epoch_is_renewed_and_secrets_stay,
    one_of_two_holders_has_the_lease,
    what_is_shown_once_is_shown_once,
);

const DAY_MS: i64 = 86_400_000;

async fn settled_entries_go_and_unread_ones_stay(rig: Rig) {
    for n in 0..6 {
        rig.post(assigned(&format!("evt-{n}"), &["ana"])).await;
    }
    rig.act("ana", Op::Read, Selector::All { all: true, up_to: 3 }).await;
    rig.act("ana", Op::Clear, Selector::All { all: true, up_to: 1 }).await;
    assert_eq!(rig.store.sweep(None, NOW).await.unwrap().removed, 0);
    rig.changes.lock().unwrap().clear();
    assert_eq!(rig.store.sweep(None, NOW + 91 * DAY_MS).await.unwrap().removed, 3);
    let changes = rig.store.changes(&"ana".into(), 0, 100).await.unwrap();
    assert_eq!(changes.entries.len(), 3);
    assert_eq!((changes.inbox.seq, changes.inbox.floor_seq), (11, 11));
    assert!(matches!(rig.changes.lock().unwrap()[0].what, Change::Removed { floor_seq: 11 }));
    rig.recount("ana").await;
    covers(&["R-082"]);
}

async fn events_are_forgotten_after_their_time(rig: Rig) {
    rig.post(assigned("evt-1", &["ana"])).await;
    assert_eq!(rig.store.forget_events(NOW).await.unwrap(), 0);
    assert_eq!(rig.store.forget_events(NOW + 1).await.unwrap(), 1);
    assert_eq!(rig.store.inbox(&"ana".into()).await.unwrap().1.seq, 1);
}

async fn an_epoch_is_renewed_and_secrets_stay(rig: Rig) {
    let before = rig.store.inbox(&"ana".into()).await.unwrap().0;
    let renewed = rig.store.new_epoch().await.unwrap();
    assert_ne!(before, renewed);
    assert_eq!(rig.store.heads(vec!["ana".into()]).await.unwrap().epoch, renewed);
    let other = rig.second_node().await;
    assert_eq!(other.secret("jwt").unwrap(), rig.store.secret("jwt").unwrap());
    assert_ne!(other.secret("jwt").unwrap(), other.secret("session").unwrap());
}

async fn one_of_two_holders_has_the_lease(rig: Rig) {
    assert!(rig.store.take_lease("wake", "a", 1_000).await.unwrap());
    assert!(!rig.store.take_lease("wake", "b", 1_000).await.unwrap());
    assert!(rig.store.take_lease("wake", "a", 1_000).await.unwrap());
    rig.clock.advance(1_001);
    assert!(rig.store.take_lease("wake", "b", 1_000).await.unwrap());
}

async fn what_is_shown_once_is_shown_once(rig: Rig) {
    assert!(rig.store.first_time("first_admin_key").await.unwrap());
    assert!(!rig.store.first_time("first_admin_key").await.unwrap());
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    tab: String,
    #[diesel(sql_type = Text)]
    col: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_both_sets_of_migrations_make_the_same_columns() {
    let (sqlite, postgres) = (Rig::sqlite().await, Rig::postgres().await);
    let (StoreUrl::Sqlite(path), StoreUrl::Postgres(url)) = (&sqlite.url, &postgres.url) else { panic!("not both") };
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
    let of_sqlite: Vec<Column> = diesel::sql_query(
        "SELECT m.name AS tab, c.name AS col, c.type || CASE c.\"notnull\" WHEN 1 THEN '!' ELSE '' END AS kind \
         FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'",
    )
    .load(&mut conn)
    .unwrap();
    let mut conn = PgConnection::establish(url).unwrap();
    let of_postgres: Vec<Column> = diesel::sql_query(
        "SELECT table_name::text AS tab, column_name::text AS col, upper(data_type::text) || CASE is_nullable WHEN 'NO' THEN '!' ELSE '' END AS kind \
         FROM information_schema.columns WHERE table_schema = 'public' AND left(table_name, 2) <> '__'",
    )
    .load(&mut conn)
    .unwrap();
    let shape = |columns: Vec<Column>| -> BTreeMap<(String, String), String> {
        columns.into_iter().map(|column| ((column.tab, column.col), column.kind)).collect()
    };
    assert_eq!(shape(of_sqlite), shape(of_postgres));
}
