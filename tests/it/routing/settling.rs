//! What a colleague's work settles, and what two webhooks tell of one act.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Event, TestHub, covers, customer_reply, event, note, reopened as reopening};

async fn desk() -> TestHub {
    let hub = TestHub::start().await;
    hub.directory(json!({"agents": [{"id": "ana", "name": "Ana Souza"}, {"id": "ben"}, {"id": "eva"}, {"id": "pia"}]}))
        .await;
    hub
}

fn of(kind: &str, agent: &str) -> Event {
    event(kind).by(agent)
}

async fn open(hub: &TestHub, agent: &str) -> Vec<(String, Value)> {
    let items = hub.get_as(agent, "/api/v1/me/notifications?order=changed").await["items"].clone();
    let entry = |item: &Value| (item["reason"].as_str().unwrap().to_owned(), item["resolved"].clone());
    items.as_array().unwrap().iter().map(entry).collect()
}

#[tokio::test]
async fn an_answer_settles_the_customers_message_in_the_other_inboxes() {
    let hub = desk().await;
    hub.event(customer_reply().assignees(&["ana", "ben", "eva"])).await;
    hub.event(note("@eva look").by("ben")).await;
    let mut bell = hub.browser("ben").await;
    bell.settle().await;
    bell.forget_unasked();
    assert_eq!(bell.inbox.counts.unread, 1);
    hub.event(of("reply.sent", "ana")).await;
    let frame = bell.expect_changed("resolve").await;
    assert_eq!((&frame["seq"], &frame["prev"], &frame["counts"]["unread"]), (&json!(2), &json!(1), &json!(0)));
    assert_eq!(
        (&frame["resolved"]["by"], &frame["resolved"]["by_name"], &frame["resolved"]["how"]),
        (&json!("ana"), &json!("Ana Souza"), &json!("answered"))
    );
    hub.assert_same(&mut bell).await;
    let eva = open(&hub, "eva").await;
    let state = |reason: &str| eva.iter().find(|(known, _)| known == reason).map(|(_, resolved)| resolved.is_null());
    assert_eq!((state("customer_reply"), state("mentioned")), (Some(false), Some(true)), "a mention stays open");
    assert!(open(&hub, "ana").await[0].1.is_null(), "who did it reads it themself");
    covers(&["D-25"]);
}

#[tokio::test]
async fn closing_and_reassigning_settle_and_the_setting_turns_it_off() {
    let hub = desk().await;
    hub.event(customer_reply().assignees(&["ana"])).await;
    hub.event(event("ticket.assigned").by("pia").assignees(&["ben"])).await;
    let ana = open(&hub, "ana").await;
    assert_eq!((&*ana[0].0, &ana[0].1["how"]), ("customer_reply", &json!("reassigned")));
    assert!(open(&hub, "ben").await[0].1.is_null(), "the ticket is ben's now");
    hub.event(event("ticket.closed").by("pia")).await;
    assert_eq!(open(&hub, "ben").await[0].1["how"], "closed");
    hub.event(event("ticket.assigned").by("pia").on_ticket("HD-2").assignees(&["ben"])).await;
    hub.event(event("reply.sent").by("ana").on_ticket("HD-2")).await;
    assert!(open(&hub, "ben").await[0].1.is_null(), "the ticket is still ben's");
    hub.event(event("ticket.closed").by("ana").on_ticket("HD-2")).await;
    assert_eq!(open(&hub, "ben").await[0].1["how"], "closed", "what an answer spared, closing settles");
    let off = json!({"resolved_by_work": {"active": false}});
    hub.send(Method::PATCH, "/api/v1/settings", ADMIN_KEY, Some(off)).await.expect(StatusCode::OK);
    hub.event(customer_reply().assignees(&["eva"])).await;
    hub.event(of("reply.sent", "ana")).await;
    assert!(open(&hub, "eva").await[0].1.is_null());
}

#[tokio::test]
async fn an_answer_in_the_same_batch_settles_what_came_before_it_and_nothing_after() {
    let hub = desk().await;
    let ids = ["b1", "b2", "b3"];
    let events = [customer_reply().assignees(&["ben"]), of("reply.sent", "ana"), customer_reply().assignees(&["ben"])];
    let at = |n: usize| format!("2026-11-20T09:00:{:02}Z", n * 10);
    let batch: Vec<Value> = (0..3).zip(events).map(|(n, event)| event.body(|| ids[n].to_owned(), || at(n))).collect();
    hub.post("/api/v1/events", json!(batch)).await.expect(StatusCode::ACCEPTED);
    let ben = open(&hub, "ben").await;
    assert_eq!(ben.iter().filter(|(_, resolved)| resolved.is_null()).count(), 1, "{ben:?}");
    assert_eq!(hub.get_as("ben", "/api/v1/me").await["counts"]["unread"], 1);
}

#[tokio::test]
async fn two_webhooks_about_one_act_ring_once() {
    let hub = desk().await;
    let at = |text: &'static str| move || text.to_owned();
    let reopened = || reopening(&["ana"]).assignees(&["ana"]);
    let post = async |events: Vec<Value>| {
        let answer = hub.post("/api/v1/events", json!(events)).await.expect(StatusCode::ACCEPTED);
        answer.body["results"].as_array().unwrap().iter().map(|r| r["notified_count"].as_u64().unwrap()).sum::<u64>()
    };
    let message = || customer_reply().assignees(&["ana"]);
    let one = message().body(at("m-1"), at("2026-11-20T09:00:00Z"));
    let other = reopened().body(at("r-1"), at("2026-11-20T09:00:03Z"));
    assert_eq!((post(vec![one]).await, post(vec![other.clone()]).await), (1, 0), "whichever came first stands");
    let why = hub.post("/api/v1/explain", other).await.body["candidates"][0]["why"].clone();
    assert_eq!(why, "same_act");
    let later = reopened().body(at("r-2"), at("2026-11-20T09:01:00Z"));
    assert_eq!(post(vec![later]).await, 1, "a minute later it is another act");
    let batch = vec![
        message().ticket("id", json!("HD-9")).body(at("m-3"), at("2026-11-20T09:02:00Z")),
        reopened().ticket("id", json!("HD-9")).body(at("r-3"), at("2026-11-20T09:02:01Z")),
    ];
    assert_eq!(post(batch).await, 1);
    let reasons: Vec<String> = open(&hub, "ana").await.into_iter().map(|(reason, _)| reason).collect();
    assert_eq!(reasons.iter().filter(|reason| *reason == "reopened").count(), 2, "in a batch reopened wins");
    covers(&["D-27"]);
}
