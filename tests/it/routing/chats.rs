//! A chat as a helpdesk with a live chat tells of it: who hears of the visitor's messages, and when the visitor gets an
//! email.

use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::texts::settings;
use crate::harness::{Backend, Event, HubOptions, TestHub, covers, customer_reply, event};

fn emailing(backend: Backend) -> HubOptions {
    HubOptions { backend, ..HubOptions::default() }
        // What is planned stays so: these stories are of the decision, not of the sending.
        .with("BELLHOP_EMAIL__ON_SCHEDULE", "true")
        .with("BELLHOP_EMAIL__URL", "smtp://127.0.0.1:9")
        .with("BELLHOP_EMAIL__FROM", "desk@example.com")
}

/// Tom and Tim in support, Bea in billing, Vic on vacation.
async fn staffed(backend: Backend) -> TestHub {
    let hub = TestHub::with(emailing(backend)).await;
    let agent =
        |id: &str, department: &str| json!({"id": id, "email": format!("{id}@x.org"), "department": department});
    let mut vic = agent("vic", "billing");
    vic["status"] = json!("vacation");
    hub.directory(json!({
        "agents": [agent("tom", "support"), agent("tim", "support"), agent("bea", "billing"), vic],
        "departments": [{"id": "support", "name": "Support"}, {"id": "billing", "name": "Billing"}],
    }))
    .await;
    settings(&hub, json!({"alerts": {"new_message": {"active": false}}})).await;
    hub
}

fn in_chat(event: Event) -> Event {
    let carla = json!({"id": "carla", "name": "Carla Reis", "email": "carla@example.org"});
    event.ticket("channel", json!("chat")).ticket("customer", carla)
}

fn message() -> Event {
    in_chat(customer_reply())
}

fn first_message() -> Event {
    message().data("first", json!(true))
}

fn answer(by: &str) -> Event {
    in_chat(event("reply.sent")).by(by).message("text", json!("Have you tried another browser?"))
}

fn presence(online: bool) -> Event {
    event("contact.presence")
        .data("ticket", Value::Null)
        .data("contact", json!({"id": "carla", "email": "carla@example.org"}))
        .data("online", json!(online))
}

fn told(receipt: &Value) -> BTreeSet<&str> {
    receipt["notified"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
}

/// Whom an email reaches unless a device of theirs confirms the bell.
async fn emailed_unless_there(hub: &TestHub, event: Event) -> BTreeSet<String> {
    let body = event.body(|| "question".to_owned(), || "2026-11-20T09:00:00Z".to_owned());
    let answer = hub.post("/api/v1/explain", body).await.expect(StatusCode::OK).body;
    let candidates = answer["candidates"].as_array().unwrap().iter();
    let theirs = candidates.filter(|candidate| candidate["channels"]["email"]["outcome"] == "if_unacknowledged");
    theirs.map(|candidate| candidate["recipient"].as_str().unwrap().to_owned()).collect()
}

/// What became of the email to Carla: `planned`, or why it is skipped; nothing when there is none.
async fn email_of(hub: &TestHub, receipt: &Value) -> Option<String> {
    let id = receipt["id"].as_str().unwrap();
    let kept = hub.get(&format!("/api/v1/events/{id}/explanation")).await.expect(StatusCode::OK).body;
    let mut deliveries = kept["deliveries"].as_array().unwrap().iter();
    let hers = deliveries.find(|delivery| delivery["recipient"] == "carla")?;
    assert_eq!((&hers["purpose"], &hers["channel"]), (&json!("chat.offline_email"), &json!("email")));
    Some(hers["why"].as_str().or(hers["state"].as_str()).unwrap().to_owned())
}

#[tokio::test]
async fn a_new_chat_goes_to_its_department_alone() {
    let hub = staffed(Backend::Sqlite).await;
    let mut tom = hub.browser("tom").await;
    let mut bea = hub.browser("bea").await;
    let to_support = || first_message().ticket("department", json!("support"));
    assert_eq!(emailed_unless_there(&hub, to_support()).await, BTreeSet::from(["tim".into(), "tom".into()]));
    assert_eq!(told(&hub.event(to_support()).await), BTreeSet::from(["tim", "tom"]));
    assert_eq!(tom.expect_notification("chat").await["reason"], "new_conversation");
    bea.expect_nothing().await;
    covers(&["R-204"]);
}

#[tokio::test]
async fn a_new_chat_with_one_agent_goes_to_that_agent_alone() {
    let hub = staffed(Backend::Sqlite).await;
    let to_bea = || first_message().ticket("department", json!("support")).assignees(&["bea"]);
    assert_eq!(emailed_unless_there(&hub, to_bea()).await, BTreeSet::from(["bea".into()]));
    assert_eq!(told(&hub.event(to_bea()).await), BTreeSet::from(["bea"]));
    covers(&["R-205"]);
}

#[tokio::test]
async fn a_new_chat_of_nobodys_goes_to_everybody_at_work() {
    let hub = staffed(Backend::Sqlite).await;
    let mut tom = hub.browser("tom").await;
    let everybody = ["bea", "tim", "tom"];
    assert_eq!(emailed_unless_there(&hub, first_message()).await, everybody.map(str::to_owned).into());
    assert_eq!(told(&hub.event(first_message()).await), everybody.into());
    tom.expect_notification("chat").await;
    covers(&["R-206", "D-16"]);
}

#[tokio::test]
async fn later_messages_go_to_the_last_agent_alone() {
    let hub = staffed(Backend::Sqlite).await;
    hub.event(first_message().ticket("department", json!("support")).assignees(&["tom"])).await;
    hub.event(answer("tom")).await;
    hub.event(answer("bea")).await;
    let mut bea = hub.browser("bea").await;
    bea.settle().await;
    assert_eq!(emailed_unless_there(&hub, message()).await, BTreeSet::from(["bea".into()]));
    assert_eq!(told(&hub.event(message()).await), BTreeSet::from(["bea"]), "she answered last");
    assert_eq!(bea.expect_notification("chat").await["reason"], "customer_reply");
    covers(&["R-207"]);
}

#[tokio::test]
async fn what_the_bot_answered_goes_to_nobody() {
    let hub = staffed(Backend::Sqlite).await;
    let by_bot = || first_message().data("bot_answered", json!(true));
    assert_eq!(emailed_unless_there(&hub, by_bot()).await, BTreeSet::new());
    assert_eq!(told(&hub.event(by_bot()).await), BTreeSet::new());
    assert_eq!(told(&hub.event(first_message()).await).len(), 3, "the bot does not know");
    covers(&["R-208"]);
}

async fn one_email_goes_out_while_the_visitor_is_away(backend: Backend) {
    let hub = staffed(backend).await;
    let outcome = async |agent: &str| email_of(&hub, &hub.event(answer(agent)).await).await.unwrap();
    hub.event(first_message().assignees(&["tom"])).await;
    assert_eq!(outcome("tom").await, "online", "she wrote a moment ago");
    hub.event(presence(false)).await;
    let receipt = hub.event(answer("tom")).await;
    assert!(told(&receipt).contains("carla"), "{receipt}");
    assert_eq!(email_of(&hub, &receipt).await.unwrap(), "planned");
    assert_eq!(outcome("tom").await, "one_per_offline_session");
    assert_eq!(outcome("bea").await, "one_per_offline_session", "whoever answers");
    hub.event(presence(true)).await;
    assert_eq!(outcome("tom").await, "online");
    hub.event(presence(false)).await;
    assert_eq!(outcome("tom").await, "planned", "another absence");
    hub.event(message()).await;
    assert_eq!(outcome("tom").await, "online", "she writes again");
    covers(&["R-209", "R-210", "R-211"]);
}

#[tokio::test]
async fn db_sqlite_one_email_goes_out_while_the_visitor_is_away() {
    one_email_goes_out_while_the_visitor_is_away(Backend::Sqlite).await;
}

#[tokio::test]
async fn db_postgres_one_email_goes_out_while_the_visitor_is_away() {
    one_email_goes_out_while_the_visitor_is_away(Backend::Postgres).await;
}

#[tokio::test]
async fn two_answers_in_one_batch_are_one_email() {
    let hub = staffed(Backend::Sqlite).await;
    let of = |id: &str| answer("tom").body(|| id.to_owned(), || "2026-11-20T09:00:00Z".to_owned());
    let answered = hub.post("/api/v1/events", json!([of("a1"), of("a2")])).await.expect(StatusCode::ACCEPTED).body;
    let outcomes = [&answered["results"][0], &answered["results"][1]];
    assert_eq!(email_of(&hub, outcomes[0]).await.unwrap(), "planned", "nothing is known of her: offline");
    assert_eq!(email_of(&hub, outcomes[1]).await.unwrap(), "one_per_offline_session");
}

#[tokio::test]
async fn db_postgres_two_nodes_that_answer_at_once_send_one_email() {
    let hub = staffed(Backend::Postgres).await;
    let other = hub.second_node().await;
    for round in 0..10 {
        let customer = json!({"id": "carla", "email": "carla@example.org"});
        let of = |chat: &str| answer("tom").on_ticket(&format!("{chat}-{round}")).ticket("customer", customer.clone());
        let (one, two) = tokio::join!(hub.event(of("ONE")), other.event(of("TWO")));
        let outcomes = [email_of(&hub, &one).await.unwrap(), email_of(&hub, &two).await.unwrap()];
        let sent = outcomes.iter().filter(|outcome| *outcome == "planned").count();
        assert_eq!(sent, 1, "round {round}: {outcomes:?}");
        hub.event(presence(true)).await;
        hub.event(presence(false)).await;
    }
}

#[tokio::test]
async fn an_explanation_knows_where_the_visitor_is_and_changes_nothing() {
    let hub = staffed(Backend::Sqlite).await;
    let explained = async || {
        let question = answer("tom").body(|| "q".to_owned(), || "2026-11-20T09:00:00Z".to_owned());
        let answer = hub.post("/api/v1/explain", question).await.expect(StatusCode::OK).body;
        let mut candidates = answer["candidates"].as_array().unwrap().clone().into_iter();
        candidates.find(|candidate| candidate["recipient"] == "carla").unwrap()
    };
    for _ in 0..2 {
        let carla = explained().await;
        assert_eq!((&carla["kind"], &carla["outcome"]), (&json!("contact"), &json!("notified")));
        assert_eq!(carla["channels"]["email"], json!({"outcome": "now", "rule": "chat.offline_email"}));
    }
    hub.event(presence(true).at("2026-11-20T08:59:00Z")).await;
    assert_eq!(explained().await["why"], "online");
    hub.event(presence(false).at("2026-11-20T08:59:30Z")).await;
    hub.event(answer("tom").at("2026-11-20T08:59:40Z")).await;
    assert_eq!(explained().await["why"], "one_per_offline_session");
    settings(&hub, json!({"chat": {"offline_email": {"active": false}}})).await;
    assert_eq!(email_of(&hub, &hub.event(answer("tom")).await).await, None, "switched off");
}
