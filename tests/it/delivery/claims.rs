//! The queue's contract on both stores: who holds what, and what comes back.

use std::sync::Arc;

use bellhop::{
    delivery::{Job, Manner, Outcome, Sender, Worker, WorkerOptions},
    domain::delivery::DeliveryChannel,
    store::{Decision, Edit, EditChange, FallbackRow, Queued, RecordKind, Settled},
};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::Nobody;
use crate::{
    harness::{SOON, eventually},
    store::{NOW, Rig, assigned_ticket, on_both},
    webhooks::{log, webhook},
};

on_both!(
    a_row_is_held_by_one_until_its_lease_is_over,
    what_another_holds_by_now_is_not_settled,
    a_batch_goes_out_whole_when_its_first_is_due,
    what_was_confirmed_meanwhile_is_not_planned,
    what_became_of_it_is_told_to_the_programs_that_want_it,
    a_message_that_ends_whoever_sends_it_is_given_up_after_a_day
);

/// Plans an email for each of an agent's entries, `due` milliseconds from now for the first.
async fn planned(rig: &Rig, count: usize, due: i64) -> Vec<FallbackRow> {
    for number in 0..count {
        rig.post(assigned_ticket(&format!("evt-{number}"), "HD-1", &["ana"])).await;
    }
    let open = rig.store.undecided(vec!["ana".into()]).await.unwrap().remove(0);
    assert_eq!(open.entries.len(), count);
    let rows = open.entries.iter().enumerate().map(|(number, open)| FallbackRow {
        notification: open.entry.id.clone(),
        event: open.event.clone(),
        ticket: Some("HD-1".into()),
        channel: DeliveryChannel::Email,
        endpoint: String::new(),
        stage: open.alert_seq,
        batch: "ticket:HD-1".to_owned(),
        state: "planned",
        why: None,
        due_at: Some(NOW + due + number as i64 * 1_000),
    });
    rows.collect()
}

async fn decide(rig: &Rig, rows: Vec<FallbackRow>) -> usize {
    let head = rig.store.inbox(&"ana".into()).await.unwrap().1.seq;
    let decision = Decision { agent: "ana".into(), head, up_to: head, next: None, rows };
    rig.store.decide(vec![decision]).await.unwrap()
}

async fn claim(rig: &Rig, holder: &str) -> Vec<Vec<Queued>> {
    rig.store.claim(DeliveryChannel::Email, holder, 10, 60_000).await.unwrap()
}

fn sent(row: &Queued) -> Settled {
    Settled {
        id: row.id.clone(),
        state: "sent",
        why: None,
        detail: None,
        due_at: None,
        provider_id: None,
        attempt: None,
    }
}

async fn a_row_is_held_by_one_until_its_lease_is_over(rig: Rig) {
    let rows = planned(&rig, 1, 0).await;
    assert_eq!(decide(&rig, rows.clone()).await, 1);
    assert_eq!(decide(&rig, rows).await, 0, "decided twice, planned once");

    let first = claim(&rig, "one").await;
    assert_eq!((first.len(), &*first[0][0].state), (1, "planned"));
    assert!(claim(&rig, "two").await.is_empty(), "it is held");
    rig.clock.advance(60_000);
    let again = claim(&rig, "two").await;
    assert_eq!((again.len(), &*again[0][0].state), (1, "sending"), "its holder never said how that ended");
    rig.store.settle("two", vec![sent(&again[0][0])]).await.unwrap();
    rig.clock.advance(600_000);
    assert!(claim(&rig, "one").await.is_empty());
}

async fn what_another_holds_by_now_is_not_settled(rig: Rig) {
    let rows = planned(&rig, 1, 0).await;
    decide(&rig, rows).await;
    let slow = claim(&rig, "slow").await;
    rig.clock.advance(60_000);
    let fast = claim(&rig, "fast").await;
    let failed = Settled { state: "failed", ..sent(&slow[0][0]) };
    rig.store.settle("slow", vec![failed]).await.unwrap();
    rig.store.settle("fast", vec![sent(&fast[0][0])]).await.unwrap();

    let kept = rig.store.deliveries(&"/test".into(), &"evt-0".into()).await.unwrap();
    assert_eq!(kept.iter().map(|row| &*row.state).collect::<Vec<_>>(), ["sent"]);
}

async fn a_batch_goes_out_whole_when_its_first_is_due(rig: Rig) {
    let rows = planned(&rig, 3, 5_000).await;
    decide(&rig, rows).await;
    assert!(claim(&rig, "one").await.is_empty(), "not due");
    rig.clock.advance(5_000);
    let batches = claim(&rig, "one").await;
    assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [3]);
}

async fn what_was_confirmed_meanwhile_is_not_planned(rig: Rig) {
    let rows = planned(&rig, 2, 0).await;
    rig.store.ack(&"ana".into(), 1);
    let is_written = async || rig.store.inbox(&"ana".into()).await.unwrap().1.acked_seq == 1;
    eventually("what was confirmed is written", SOON, is_written).await;
    assert_eq!(decide(&rig, rows).await, 1, "the second alone");
}

async fn what_became_of_it_is_told_to_the_programs_that_want_it(rig: Rig) {
    let rows = planned(&rig, 3, 0).await;
    decide(&rig, rows.into_iter().map(|row| FallbackRow { batch: String::new(), ..row }).collect()).await;
    rig.clock.advance(5_000);
    let other = rig.second_node().await;
    webhook(&other, "w", "https://a.example.com/", &["notification.delivered", "notification.failed"]).await;
    webhook(&other, "v", "https://b.example.com/", &["notification.created"]).await;
    let rows: Vec<Queued> = claim(&rig, "one").await.into_iter().flatten().collect();
    let failed = Settled { state: "failed", why: Some("refused".into()), ..sent(&rows[1]) };
    let again = Settled { state: "planned", due_at: Some(NOW + 60_000), ..sent(&rows[2]) };
    let outcomes = vec![sent(&rows[0]), failed, again];
    rig.store.settle("another", outcomes.clone()).await.unwrap();
    assert!(log(&rig, "w").await.is_empty(), "whoever does not hold them has nothing to say");
    rig.store.settle("one", outcomes).await.unwrap();

    let told = log(&rig, "w").await;
    let mut told: Vec<Value> = told.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect();
    told.sort_by_key(|body| body["type"].to_string());
    let [delivered, failed] = &told[..] else { panic!("one was sent and one failed: {told:?}") };
    assert_eq!(
        (&delivered["type"], &failed["type"]),
        (&json!("notification.delivered"), &json!("notification.failed"))
    );
    let data = &delivered["data"];
    assert_eq!(
        (&data["recipient"], &data["channel"], &data["purpose"]),
        (&json!("ana"), &json!("email"), &json!("fallback"))
    );
    assert_eq!((&data["delivery"], &data["event"]["id"]), (&json!(rows[0].id), &json!(rows[0].event_id)));
    assert_eq!((&data["notification"], &data["why"]), (&json!(rows[0].notification_id), &Value::Null));
    assert_eq!(failed["data"]["why"], "refused");
    assert!(log(&rig, "v").await.is_empty(), "it wants others");
}

struct Deadly;

impl Sender for Deadly {
    fn send(&self, _: Job) -> BoxFuture<'static, Outcome> {
        Box::pin(async { panic!("this test's sender always ends like this") })
    }
}

async fn a_message_that_ends_whoever_sends_it_is_given_up_after_a_day(rig: Rig) {
    let Value::Object(ana) = json!({"email": "ana@example.org"}) else { panic!("an object") };
    let (kind, change) = (RecordKind::Agent, EditChange::Merge(ana));
    rig.store.edit(vec![Edit { kind, id: "ana".into(), change, pointer: String::new() }]).await.unwrap();
    let rows = planned(&rig, 1, 0).await;
    decide(&rig, rows).await;
    let options = WorkerOptions {
        store: rig.store.clone(),
        clock: rig.clock.clone(),
        node: "one".into(),
        email: true,
        presences: Arc::new(Nobody),
    };
    let email = DeliveryChannel::Email;
    let mut worker = Worker::new(options, email, Arc::new(Deadly), Manner::of(email));
    let mut states = Vec::new();
    for _ in 0..3 {
        worker.run_until_idle().await.unwrap();
        let kept = rig.store.deliveries(&"/test".into(), &"evt-0".into()).await.unwrap();
        states.extend(kept.into_iter().map(|row| row.state));
        rig.clock.advance(13 * 3_600_000);
    }
    assert_eq!(states, ["sending", "sending", "expired"]);
}
