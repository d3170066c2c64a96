//! Forgetting a person: afterwards no table holds a trace, and neither does what the writer remembers.

use bellhop::{
    config::StoreUrl,
    domain::{
        Id,
        directory::Agent,
        event::{Actor, ActorKind, ContactRef, Event, Message},
        nudge::Change,
        sms::{OptOutSource, ReceivedSms, SentSms, SmsClaim, SmsKind},
    },
    erasure::{Erased, Subject, erase},
    store::{DeliveryNote, Edit, KeptWatch, RecordKind},
};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_types::Text};
use serde_json::json;

use super::{Rig, assigned, assigned_ticket, on_both};

on_both!(
    no_table_holds_a_trace_of_an_erased_agent,
    no_table_holds_a_trace_of_an_erased_customer,
    large_inboxes_are_gone_through_in_steps,
    what_the_writer_remembers_is_forgotten_too,
);

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

const EVERYTHING: &str = "SELECT body || explanation || notified AS line FROM events \
    UNION ALL SELECT facts FROM tickets UNION ALL SELECT ticket_id || ' ' || agent_id FROM watches \
    UNION ALL SELECT 'inbox of ' || agent_id FROM inboxes \
    UNION ALL SELECT agent_id || coalesce(resolved, '') FROM notifications \
    UNION ALL SELECT agent_id || title || body || actor || coalesce(ticket_subject, '') FROM contents \
    UNION ALL SELECT contact FROM contact_presence \
    UNION ALL SELECT external_id || name FROM source_people \
    UNION ALL SELECT phone || ' ' || coalesce(by_whom, '') FROM sms_opt_outs \
    UNION ALL SELECT 'sent to ' || recipient FROM sms_sent \
    UNION ALL SELECT coalesce(phone, '') || ' ' || coalesce(recipient, '') FROM sms_messages \
    UNION ALL SELECT body FROM webhook_messages";

/// Whatever the tables say, read beside the store.
fn everything(rig: &Rig) -> String {
    let lines: Vec<Line> = match &rig.url {
        StoreUrl::Sqlite(path) => {
            let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
            diesel::sql_query(EVERYTHING).load(&mut conn).unwrap()
        }
        StoreUrl::Postgres(url) => {
            let mut conn = PgConnection::establish(url).unwrap();
            diesel::sql_query(EVERYTHING).load(&mut conn).unwrap()
        }
    };
    lines.into_iter().map(|line| line.line + "\n").collect()
}

fn write(rig: &Rig, sql: &str) {
    match &rig.url {
        StoreUrl::Sqlite(path) => {
            diesel::sql_query(sql).execute(&mut SqliteConnection::establish(&path.to_string_lossy()).unwrap()).unwrap()
        }
        StoreUrl::Postgres(url) => diesel::sql_query(sql).execute(&mut PgConnection::establish(url).unwrap()).unwrap(),
    };
}

fn ana() -> Subject {
    let record = json!({"id": "ana", "name": "Ana Souza", "email": "ana@example.com", "phone": "+15550100",
                        "external_ids": ["desk:3"]});
    Subject::agent("ana".into(), Some(&serde_json::from_value::<Agent>(record).unwrap()))
}

/// Ana does something to HD-1, where she stands in every place that an agent can stand in.
fn by_ana(id: &str) -> Event {
    let mut event = assigned(id, &["ben", "ana"]);
    event.data.actor =
        Actor { kind: ActorKind::Agent, id: Some("ana".into()), name: Some("Anita".into()), ..Actor::default() };
    event.data.message = Some(Message {
        text: Some("Ask @ana, Ana Souza <ANA@example.com>, +15550100.".to_owned()),
        mentions: vec!["ana".into()],
        ..Message::default()
    });
    event.data.previous_assignees = Some(vec!["ana".into()]);
    let ticket = event.data.ticket.as_mut().unwrap();
    ticket.assignees = Some(Some(vec!["ana".into(), "ben".into()]));
    ticket.pm = Some(Some("ana".into()));
    ticket.subject = Some(Some("Ana Souza cannot log in".to_owned()));
    event
}

/// A program hears of everything, and Ana gets texts.
async fn tell_and_text(rig: &Rig) {
    let body = json!({"url": "https://a.example.com/", "types": ["notification.created", "sms.received"], "active": true,
                      "secret": "whsec_YQ==", "created_at": 0});
    let edit = Edit::merge(RecordKind::Webhook, "w", body.as_object().unwrap().clone(), String::new()).unwrap();
    rig.store.edit(vec![edit]).await.unwrap();
    let phone = "+15550100".to_owned();
    let (delivery, recipient) = ("d-1".to_owned(), Id::from("ana"));
    let claim = SmsClaim {
        delivery: delivery.clone(),
        kind: SmsKind::Chat,
        ticket: None,
        recipient: recipient.clone(),
        phone: Some(phone.clone()),
    };
    rig.store.claim_sms(claim).await.unwrap().unwrap();
    let sent = SentSms { delivery, sid: None, phone: phone.clone(), ticket: None, recipient, segments: 1 };
    rig.store.note_sms_sent(sent).await.unwrap();
    rig.store.opt_out(&phone, OptOutSource::Admin, None).await.unwrap();
    let (media, text) = (Vec::new(), "It is me, Anita".to_owned());
    rig.store.take_sms(ReceivedSms { sid: "SM1".to_owned(), from: phone, text, media, word: None }).await.unwrap();
}

async fn no_table_holds_a_trace_of_an_erased_agent(rig: Rig) {
    tell_and_text(&rig).await;
    rig.post(by_ana("evt-1")).await;
    rig.post(assigned_ticket("evt-2", "HD-2", &["banana"])).await;
    let watch = |agent: &str| KeptWatch { agent: agent.into(), ticket: "HD-1".into(), active: true, auto: false };
    rig.store.put_watches(vec![watch("ana"), watch("ben")]).await.unwrap();
    let note = DeliveryNote { error: None, unmatched: vec![("3".into(), "A. S.".into()), ("4".into(), "Tom".into())] };
    rig.store.note_delivery(&"desk".into(), note).await.unwrap();
    let who = r#"{"kind":"agent","id":"ana","name":"Anita","avatar_url":"/ana.png"}"#;
    write(&rig, &format!("UPDATE contents SET title = 'Anita assigned it', actor = '{who}' WHERE agent_id = 'ben'"));
    let by = r#"{"at":"2026-11-20T09:00:00Z","by":"ana","by_name":"Anita","how":"answered"}"#;
    write(&rig, &format!("UPDATE notifications SET resolved = '{by}' WHERE agent_id = 'banana'"));
    rig.changes.lock().unwrap().clear();

    let erased = erase(&rig.store, ana()).await.unwrap();

    assert_eq!(erased, Erased { notifications: 1, watches: 1, tickets: 1, events: 1, entries: 2, ..Erased::default() });
    let left = everything(&rig);
    for trace in ["\"ana\"", "@ana", " ana", "Ana", "Anita", "ANA@", "ana@example.com", "15550100", "ana.png", "3A. S."]
    {
        assert!(!left.contains(trace), "{trace} is still there:\n{left}");
    }
    assert!(left.contains("notification.created"), "what was told of others stays:\n{left}");
    assert!(left.contains("4Tom") && left.contains("HD-1 ben") && left.contains("banana"), "{left}");
    let ben = rig.store.changes(&"ben".into(), 0, 10).await.unwrap();
    assert_eq!((&*ben.entries[0].title, ben.inbox.seq, ben.inbox.floor_seq), ("Erased person assigned it", 2, 2));
    assert_eq!(ben.entries[0].actor.name.as_deref(), Some("Erased person"));
    let removed =
        |change: &&bellhop::domain::nudge::InboxChange| matches!(change.what, Change::Removed { floor_seq: 2 });
    assert_eq!(rig.changes.lock().unwrap().iter().filter(removed).count(), 2, "ben's clients start anew, and banana's");
    let again = erase(&rig.store, ana()).await.unwrap();
    assert_eq!(again, Erased::default(), "nothing is left to do");
    rig.recount("ben").await;
    rig.recount("ana").await;
}

async fn no_table_holds_a_trace_of_an_erased_customer(rig: Rig) {
    let mut event = assigned("evt-1", &["ben"]);
    event.data.actor =
        Actor { kind: ActorKind::Customer, id: Some("c1".into()), name: Some("Carla R.".into()), ..Actor::default() };
    event.data.message =
        Some(Message { html: Some("<p>Carla Reis, Carla@Example.org</p>".to_owned()), ..Message::default() });
    let carla = ContactRef {
        id: Some("c1".into()),
        name: Some("Carla Reis".into()),
        email: Some("carla@example.org".into()),
        phone: Some("+15550199".into()),
    };
    let tom = ContactRef { name: Some("Tom".into()), email: Some("tom@example.org".into()), ..ContactRef::default() };
    let ticket = event.data.ticket.as_mut().unwrap();
    ticket.customer = Some(Some(carla.clone()));
    ticket.participants = Some(Some(vec![tom.clone(), ContactRef { id: None, ..carla }]));
    rig.post(event).await;
    write(&rig, "UPDATE contents SET title = 'New reply from Carla Reis', ticket_subject = 'For Carla R.'");
    write(
        &rig,
        "INSERT INTO contact_presence (contact, online, known_at) VALUES ('c1', TRUE, 1), ('carla@example.org', TRUE, 1)",
    );

    // The directory never heard of her: whatever leads to her stands beside her id.
    let erased = erase(&rig.store, Subject::contact("c1".into(), None)).await.unwrap();

    assert_eq!(erased, Erased { tickets: 1, events: 1, entries: 1, ..Erased::default() });
    let left = everything(&rig);
    for trace in ["c1", "Carla", "carla", "15550199"] {
        assert!(!left.contains(trace), "{trace} is still there:\n{left}");
    }
    let facts = rig.store.ticket("HD-1").await.unwrap().unwrap();
    assert_eq!((facts.participants.len(), &facts.participants[0]), (2, &tom));
    assert_eq!(facts.customer.unwrap().name.as_deref(), Some("Erased person"));
    rig.recount("ben").await;
}

async fn large_inboxes_are_gone_through_in_steps(rig: Rig) {
    for batch in 0..3 {
        let events = (0..450).map(|n| by_ana(&format!("evt-{batch}-{n}"))).collect();
        rig.store.accept(events, None).await.unwrap();
    }
    let erased = erase(&rig.store, ana()).await.unwrap();
    assert_eq!((erased.notifications, erased.events, erased.entries), (1_350, 1_350, 1_350));
    let left = everything(&rig);
    assert!(!left.contains("\"ana\"") && !left.contains("Ana") && !left.contains("inbox of ana"));
    let ben = rig.store.inbox(&"ben".into()).await.unwrap().1;
    assert!(ben.floor_seq == ben.seq && ben.counts.unread == 1_350, "{ben:?}");
    rig.recount("ben").await;
}

async fn what_the_writer_remembers_is_forgotten_too(rig: Rig) {
    rig.post(by_ana("evt-1")).await;
    let watch = KeptWatch { agent: "ana".into(), ticket: "HD-1".into(), active: true, auto: false };
    rig.store.put_watches(vec![watch]).await.unwrap();
    erase(&rig.store, ana()).await.unwrap();
    let mut event = assigned("evt-2", &["ben"]);
    event.data.ticket.as_mut().unwrap().number = Some(Some("124".to_owned()));
    event.data.ticket.as_mut().unwrap().subject = None;
    rig.post(event).await;
    let facts = rig.store.ticket("HD-1").await.unwrap().unwrap();
    assert_eq!(
        (facts.number.as_deref(), facts.assignees.len(), facts.pm, facts.watches.len()),
        (Some("124"), 1, None, 0)
    );
    let ben = rig.store.changes(&"ben".into(), 2, 10).await.unwrap();
    assert_eq!((ben.inbox.seq, ben.inbox.counts.unread, ben.entries.len()), (3, 2, 1));
    assert!(!everything(&rig).contains("ana"));
    rig.post(assigned("evt-3", &["ana"])).await;
    let ana = rig.store.inbox(&"ana".into()).await.unwrap().1;
    assert_eq!((ana.seq, ana.counts.unread, ana.floor_seq), (1, 1, 0), "an inbox that is new");
    rig.recount("ana").await;
    rig.recount("ben").await;
}
