//! No query of the store reads a whole table, however full it is: seen at a million notifications.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex};

use bellhop::{
    config::StoreUrl,
    domain::{
        act::{Act, Op, Selector, Until},
        erasure::{Person, PersonKind},
        inbox::{ListFilter, ListStatus},
        sms::{OptWord, ReceivedSms, SentSms, SmsClaim, SmsKind, SmsStatus},
    },
    store::{Edit, Place, RecordKind},
};
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection,
    connection::{InstrumentationEvent, SimpleConnection, set_default_instrumentation},
    sql_types::{BigInt, Text},
};

use super::{NOW, Rig, assigned_ticket};

const AGENTS: i64 = 1_000;
const EACH: i64 = 1_000;

/// Fills the tables by SQL that both databases understand but for the source of numbers.
fn fill(numbers: &str) -> Vec<String> {
    vec![
        format!(
            "INSERT INTO notifications (agent_id, seq, id, changed_seq, alert_seq, ticket_id, comment_id, created_at, \
             read_at, cleared_at, snoozed_until) \
             SELECT 'agent-' || (n % {AGENTS}), n / {AGENTS} + 1, 'id-' || n, n / {AGENTS} + 1, n / {AGENTS} + 1, \
             'HD-' || (n % 5000), 'C-' || n, {NOW} + n, \
             CASE WHEN n % 3 > 0 THEN {NOW} + n END, CASE WHEN n % 7 = 0 THEN {NOW} + n END, \
             CASE WHEN n % 100003 = 5 THEN {NOW} END FROM {numbers}"
        ),
        format!(
            "INSERT INTO contents (id, agent_id, seq, event_source, event_id, type, reason, priority, title, body, \
             actor, ticket_number, ticket_subject, quiet) \
             SELECT 'id-' || n, 'agent-' || (n % {AGENTS}), n / {AGENTS} + 1, '/filled', 'evt-' || n, 'reaction', \
             'customer_reply', 'normal', 'New reply on #' || n, 'text', '{{\"kind\":\"system\"}}', \
             CAST(n AS TEXT), 'Subject', false FROM {numbers}"
        ),
        format!(
            "INSERT INTO inboxes (agent_id, seq, unread, unseen, seen_seq, acked_seq, decided_seq, floor_seq) \
             SELECT agent_id, {EACH}, count(*), count(*), 0, 0, 0, 0 FROM notifications \
             WHERE agent_id LIKE 'agent-%' AND read_at IS NULL AND cleared_at IS NULL AND snoozed_until IS NULL GROUP BY agent_id"
        ),
    ]
}

/// Everything that clients and jobs ask of a store.
async fn use_everything(rig: &Rig) {
    let agent = bellhop::domain::Id::from("agent-7");
    for n in 0..3 {
        rig.post(assigned_ticket(&format!("plans-{n}"), "HD-7", &["agent-7"])).await;
        rig.post(assigned_ticket(&format!("plans-{n}"), "HD-7", &["agent-7"])).await;
    }
    let page = rig.store.changes(&agent, 900, 100).await.unwrap();
    let one = page.entries[0].id.clone();
    for status in [ListStatus::All, ListStatus::Unread, ListStatus::Read, ListStatus::Cleared, ListStatus::Snoozed] {
        let filter = ListFilter { status, limit: 50, before: Some(500), ..ListFilter::default() };
        rig.store.list(&agent, filter.clone()).await.unwrap();
        rig.store.list(&agent, ListFilter { by_change: true, ..filter.clone() }).await.unwrap();
        rig.store.list(&agent, ListFilter { ticket: Some("HD-7".to_owned()), ..filter.clone() }).await.unwrap();
        rig.store.list(&agent, ListFilter { q: Some("reply".to_owned()), ..filter }).await.unwrap();
    }
    rig.store.notification(&agent, &one).await.unwrap();
    rig.store.origin(&agent, &one).await.unwrap();
    rig.store.kept_event(&"/test".into(), &"plans-1".into()).await.unwrap();
    rig.store.sources_of_event(&"plans-1".into()).await.unwrap();
    rig.store.heads(vec![agent.clone(), "agent-8".into()]).await.unwrap();
    let selectors = [
        Selector::Ids { ids: vec![one] },
        Selector::Ticket { ticket: "HD-7".into() },
        Selector::Comment { comment: "C-7007".into() },
        Selector::All { all: true, up_to: 20 },
        Selector::Status { status: "read", up_to: 20 },
    ];
    for selector in selectors {
        for op in [Op::Read, Op::Unread, Op::Clear, Op::Restore, Op::Wake] {
            rig.act("agent-7", op, selector.clone()).await;
        }
        let act = Act { op: Op::Snooze, selector, until: Some(Until::Time(NOW + 1)), reference: None };
        rig.store.act(&agent, act).await.unwrap();
    }
    rig.act("agent-7", Op::Seen, Selector::All { all: true, up_to: 500 }).await;
    rig.store.ack(&agent, 5);
    rig.store.set_watch(&agent, &"HD-7".into(), true).await.unwrap();
    rig.store.watches(&agent).await.unwrap();
    assert_eq!(rig.store.agents_with_watches().await.unwrap(), std::slice::from_ref(&agent));
    let watches = rig.store.kept_watches(&agent).await.unwrap();
    rig.store.put_watches(watches).await.unwrap();
    rig.store.due_to_wake().await.unwrap();
    let person = Person::new(PersonKind::Agent, "agent-9".into()).named("Subject");
    for place in [Place::Tickets, Place::Events, Place::Entries] {
        let page = rig.store.look_for(&person, place, None).await.unwrap();
        let after = page.next.or(Some(("agent-9".into(), "500".into())));
        let found = rig.store.look_for(&person, place, after).await.unwrap().found;
        rig.store.take_out(person.clone(), place, found).await.unwrap();
    }
    rig.store.remove_inbox(person.id()).await.unwrap();
    rig.store.remove_watches(person.id()).await.unwrap();
    rig.store.sweep(None, NOW + 1_000).await.unwrap();
    rig.store.forget_events(NOW + 1).await.unwrap();
    rig.store.refresh().await.unwrap();
    use_outgoing(rig).await;
}

/// Text messages and webhooks.
async fn use_outgoing(rig: &Rig) {
    let phone = "+15550100123".to_owned();
    let claim = SmsClaim {
        delivery: "d-1".to_owned(),
        kind: SmsKind::Critical,
        ticket: Some("HD-7".into()),
        recipient: "pia".into(),
        phone: Some(phone.clone()),
    };
    let pia = serde_json::json!({"role": "pm"}).as_object().unwrap().clone();
    let edit = Edit::merge(RecordKind::Agent, "pia", pia, String::new()).unwrap();
    rig.store.edit(vec![edit]).await.unwrap();
    rig.store.claim_sms(claim.clone()).await.unwrap().unwrap();
    rig.store.claim_sms(SmsClaim { delivery: "d-2".to_owned(), ..claim }).await.unwrap().unwrap_err();
    let sent = SentSms {
        delivery: "d-1".to_owned(),
        sid: Some("SM1".to_owned()),
        phone: phone.clone(),
        ticket: None,
        recipient: "pia".into(),
        segments: 1,
    };
    rig.store.note_sms_sent(sent).await.unwrap();
    let status = SmsStatus {
        sid: "SM2".to_owned(),
        delivery: Some("d-3".to_owned()),
        status: "sent".to_owned(),
        error_code: None,
    };
    rig.store.note_sms_status(status).await.unwrap();
    let word = OptWord::of(None, "STOP");
    let (media, text) = (Vec::new(), "STOP".to_owned());
    rig.store.take_sms(ReceivedSms { sid: "SM3".to_owned(), from: phone.clone(), text, media, word }).await.unwrap();
    rig.store.opt_outs(Some("+1".to_owned()), 10).await.unwrap();
    rig.store.opt_in(&phone).await.unwrap();
    let person = Person::new(PersonKind::Agent, "pia".into()).at(Some(&phone));
    rig.store.forget_sms(&person).await.unwrap();
    rig.store.forget_old_sms(NOW + 1_000).await.unwrap();
    let webhook = bellhop::domain::Id::from("w");
    rig.store.webhooks_due(vec![webhook.clone()]).await.unwrap();
    rig.store.claim_webhook(&webhook, 4, 1_000).await.unwrap();
    rig.store.replay_webhook(&webhook, "m").await.unwrap();
    for state in [None, Some("failed".to_owned())] {
        rig.store.webhook_messages(&webhook, state, Some("x".to_owned()), 10).await.unwrap();
    }
    rig.store.leave_webhook_messages(&person, Some("a".to_owned())).await.unwrap();
    rig.store.forget_old_webhook_messages(NOW).await.unwrap();
    rig.store.remove_webhook_messages(&webhook).await.unwrap();
}

static ASKED: LazyLock<Mutex<BTreeSet<String>>> = LazyLock::new(Mutex::default);

/// Notes what an SQLite connection is asked: tests beside this one ask PostgreSQL.
fn noting() -> impl FnMut(InstrumentationEvent<'_>) + Send {
    let mut is_sqlite = false;
    move |event| match event {
        InstrumentationEvent::StartEstablishConnection { url, .. } => is_sqlite = !url.starts_with("postgres"),
        InstrumentationEvent::StartQuery { query, .. } if is_sqlite => {
            let text = query.to_string();
            ASKED.lock().unwrap().insert(text.split(" -- binds").next().unwrap_or(&text).to_owned());
        }
        _ => {}
    }
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// SQLite says of each query how it would go about it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_sqlite_scans_no_table() {
    set_default_instrumentation(|| Some(Box::new(noting()))).unwrap();
    let rig = Rig::sqlite().await;
    let StoreUrl::Sqlite(path) = &rig.url else { panic!("not SQLite") };
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
    let fast =
        "PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 5000";
    conn.batch_execute(fast).unwrap();
    let numbers = format!(
        "(WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < {}) SELECT n FROM c)",
        AGENTS * EACH - 1
    );
    for sql in fill(&numbers) {
        diesel::sql_query(sql).execute(&mut conn).unwrap();
    }
    ASKED.lock().unwrap().clear();
    use_everything(&rig).await;
    let asked = ASKED.lock().unwrap().clone();
    let tables = [
        "notifications",
        "contents",
        "inboxes",
        "events",
        "tickets",
        "watches",
        "sms_opt_outs",
        "sms_sent",
        "sms_messages",
        "webhook_messages",
    ];
    let ours = asked.iter().filter(|sql| {
        let verb = sql.split_whitespace().next().unwrap_or("");
        ["SELECT", "UPDATE", "DELETE", "WITH"].contains(&verb) && tables.iter().any(|table| sql.contains(table))
    });
    let mut looked_at = 0;
    for sql in ours {
        let plan: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(&mut conn).unwrap();
        let whole = plan.iter().find(|step| {
            step.detail.starts_with("SCAN")
                && !step.detail.contains("USING")
                && !step.detail.contains("VIRTUAL TABLE")
                && !step.detail.contains("CONSTANT ROW")
                && !step.detail.contains("SUBQUERY")
                // What the query itself has gathered: a page, or how far a loose index scan has come.
                && !["SCAN p", "SCAN v"].contains(&step.detail.as_str())
        });
        assert!(whole.is_none(), "reads a whole table ({}): {sql}", whole.unwrap().detail);
        looked_at += 1;
    }
    assert!(looked_at > 20, "only {looked_at} queries were seen");
}

#[derive(QueryableByName)]
struct Scans {
    #[diesel(sql_type = BigInt)]
    scans: i64,
}

/// PostgreSQL counts the rows that were read by going through a whole table.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_postgres_scans_no_table() {
    let rig = Rig::postgres().await;
    let StoreUrl::Postgres(url) = &rig.url else { panic!("not PostgreSQL") };
    let mut conn = PgConnection::establish(url).unwrap();
    for sql in fill(&format!("generate_series(0, {}) AS g(n)", AGENTS * EACH - 1)) {
        diesel::sql_query(sql).execute(&mut conn).unwrap();
    }
    diesel::sql_query("VACUUM ANALYZE").execute(&mut conn).unwrap();
    let before = scans(&mut conn, FILLED);
    use_everything(&rig).await;
    drop(rig);
    assert_eq!(scans_once_told(conn, FILLED).await, before);
}

/// Tables that grew since they were last analysed, as they are in the first hour of a busy day: too small to frighten the
/// planner, and read for each event.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_postgres_looks_up_keys_in_tables_that_were_never_analysed() {
    const KNOWN: i64 = 20_000;
    const POSTED: i64 = 50;
    let rig = Rig::postgres().await;
    let StoreUrl::Postgres(url) = &rig.url else { panic!("not PostgreSQL") };
    let mut conn = PgConnection::establish(url).unwrap();
    for table in LOOKED_UP {
        conn.batch_execute(&format!("ALTER TABLE {table} SET (autovacuum_enabled = off)")).unwrap();
    }
    let numbers = format!("generate_series(0, {}) AS g(n)", KNOWN - 1);
    for sql in fill(&numbers) {
        diesel::sql_query(sql).execute(&mut conn).unwrap();
    }
    for sql in [
        format!(
            "INSERT INTO events (source, id, type, accepted_at, body, explanation, notified) \
             SELECT '/test', 'known-' || n, 'ticket.assigned', {NOW}, '{{}}', '[]', '[]' FROM {numbers}"
        ),
        format!("INSERT INTO tickets (id, facts, updated_at) SELECT 'T-' || n, '{{}}', {NOW} FROM {numbers}"),
        format!(
            "INSERT INTO inboxes (agent_id, seq, unread, unseen, seen_seq, acked_seq, decided_seq, floor_seq) \
             SELECT 'other-' || n, 0, 0, 0, 0, 0, 0, 0 FROM {numbers}"
        ),
    ] {
        diesel::sql_query(sql).execute(&mut conn).unwrap();
    }
    let before = scans(&mut conn, LOOKED_UP);
    for n in 0..POSTED {
        let agent = format!("agent-{n}");
        rig.post(assigned_ticket(&format!("keys-{n}"), &format!("HD-{n}"), &[&agent])).await;
        rig.store.undecided(vec![agent.as_str().into()]).await.unwrap();
    }
    drop(rig);
    let rows = scans_once_told(conn, LOOKED_UP).await - before;
    // One scan of one of them for one event would be 1,000 rows at least.
    assert!(rows < 1_000, "{POSTED} events read {rows} rows by going through whole tables");
}

const FILLED: &[&str] = &["notifications", "contents"];
const LOOKED_UP: &[&str] = &["events", "tickets", "inboxes", "notifications", "contents"];

/// Rows that were read by going through these tables, what this connection did included.
fn scans(conn: &mut PgConnection, tables: &[&str]) -> i64 {
    // What filling the tables took is counted now, and not later as if the store had done it.
    diesel::sql_query("SELECT pg_stat_force_next_flush()").execute(conn).unwrap();
    // Rows, not scans: making an index of an empty table counts as a scan.
    let count = format!(
        "SELECT coalesce(sum(seq_tup_read), 0)::bigint AS scans FROM pg_stat_user_tables WHERE relname IN ('{}')",
        tables.join("', '")
    );
    diesel::sql_query(count).get_result::<Scans>(conn).unwrap().scans
}

/// The same when the store has ended: a connection reports its counts at the latest when it does.
async fn scans_once_told(conn: PgConnection, tables: &[&str]) -> i64 {
    let others =
        "SELECT count(*) AS scans FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let conn = Mutex::new(conn);
    crate::harness::eventually("the store's connections end", std::time::Duration::from_secs(20), async || {
        diesel::sql_query(others).get_result::<Scans>(&mut *conn.lock().unwrap()).unwrap().scans == 0
    })
    .await;
    scans(&mut conn.lock().unwrap(), tables)
}
