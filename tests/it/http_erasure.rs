//! An administrator has a person erased, and everybody else goes on.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    harness::{Backend, TestHub, assigned, customer_reply, note},
    http_raw::request,
};

async fn erase(hub: &TestHub, path: &str) -> Value {
    request(hub, "DELETE", &format!("/api/v1/{path}?erase=true")).admin().send().await.ok()
}

async fn erased_agent_is_nowhere_to_be_found(backend: Backend) {
    let hub = TestHub::on(backend).await;
    let mut ana = hub.agent("ana").with("name", json!("Ana Souza")).department("support").connect().await;
    let mut ben = hub.agent("ben").connect().await;
    hub.directory(json!({
        "departments": [{"id": "support", "manager": "ana"}],
        "teams": [{"id": "T", "lead": "ana", "members": [{"agent": "ana"}, {"agent": "ben", "alerts": false}]}],
        "contacts": [{"id": "c1", "account_manager": {"agent": "ana"}}],
    }))
    .await;
    hub.event(assigned("ana")).await;
    ana.expect_notification("assigned").await;
    ana.ack().await;
    hub.event(note("@ben Ask Ana Souza, ana@example.com").by("ana").id("evt-note")).await;
    ben.expect_notification("mentioned").await;
    hub.event(assigned("ben").on_ticket("HD-00200").id("evt-ben")).await;
    ben.expect_notification("assigned").await;

    let counts = erase(&hub, "agents/ana").await;

    assert_eq!(
        counts,
        json!({"notifications": 1, "watches": 0, "subscriptions": 0, "tickets": 1, "events": 2, "entries": 1, "deliveries": 0})
    );
    let (code, _) = ana.expect_close().await;
    assert!((4500..5000).contains(&code), "{code}: a final code");
    request(&hub, "GET", "/api/v1/agents/ana").admin().send().await.problem(404, "not_found");
    request(&hub, "GET", "/api/v1/me").agent("ana").send().await.problem(401, "auth.required");
    let exported = request(&hub, "GET", "/api/v1/export").admin().send().await.text;
    assert!(
        !exported.contains("ana") && exported.contains(r#""members":[{"agent":"ben","alerts":false}]"#),
        "{exported}"
    );
    let list = hub.get_as("ben", "/api/v1/me/notifications").await;
    let noted = &list["items"][1];
    assert_eq!(noted["actor"], json!({"kind": "agent", "id": null, "name": "Erased person", "avatar_url": null}));
    assert_eq!(noted["body"], "@ben Ask Erased person, erased");
    assert!(!list.to_string().contains("ana"), "{list}");
    let kept = hub.get("/api/v1/events/evt-note/explanation").await.expect(StatusCode::OK).body;
    assert!(!kept.to_string().contains("ana") && kept.to_string().contains("ben"), "{kept}");

    // Ben's browser is told to read its list anew, and then goes on as before.
    while ben.frame().await["type"] != "reset" {}
    assert!(ben.inbox.entries.is_empty(), "what it held was given up: {:?}", ben.inbox.entries);
    assert_eq!(ben.inbox.held, hub.inbox_of("ben").await.held);
    hub.event(assigned("ben").on_ticket("HD-00300")).await;
    ben.expect_notification("assigned").await;
    let again = erase(&hub, "agents/ana").await;
    assert_eq!(
        again,
        json!({"notifications": 0, "watches": 0, "subscriptions": 0, "tickets": 0, "events": 0, "entries": 0, "deliveries": 0})
    );

    // Somebody new of the same id starts with nothing.
    hub.agent("ana").create().await;
    assert_eq!(hub.get_as("ana", "/api/v1/me/notifications").await["items"], json!([]));
    assert_eq!(hub.event(assigned("ana")).await["notified"], json!(["ana"]));
    assert_eq!(hub.get_as("ana", "/api/v1/me/notifications").await["counts"]["unread"], 1);
}

#[tokio::test]
async fn db_sqlite_erased_agent_is_nowhere_to_be_found() {
    erased_agent_is_nowhere_to_be_found(Backend::Sqlite).await;
}

#[tokio::test]
async fn db_postgres_erased_agent_is_nowhere_to_be_found() {
    erased_agent_is_nowhere_to_be_found(Backend::Postgres).await;
}

async fn erased_customer_is_nowhere_to_be_found(backend: Backend) {
    let hub = TestHub::on(backend).await;
    hub.agent("ben").create().await;
    hub.directory(json!({"contacts": [{"id": "carla", "name": "Carla Reis", "email": "carla@example.org"}]})).await;
    let customer = json!({"id": "carla", "name": "Carla Reis", "email": "carla@example.org"});
    let event = customer_reply().assignees(&["ben"]).ticket("customer", customer).id("evt-1");
    hub.event(event.message("text", json!("I am Carla Reis."))).await;
    hub.event(customer_reply().on_ticket("HD-00200").assignees(&["ben"]).by_customer("tom", "Tom").id("evt-2")).await;

    let counts = erase(&hub, "contacts/carla").await;

    assert_eq!(
        counts,
        json!({"notifications": 0, "watches": 0, "subscriptions": 0, "tickets": 1, "events": 1, "entries": 1, "deliveries": 0})
    );
    let list = hub.get_as("ben", "/api/v1/me/notifications").await;
    assert!(!list.to_string().to_lowercase().contains("carla"), "{list}");
    assert_eq!(list["items"][1]["title"], "New reply on #123 from Erased person");
    assert_eq!(
        (&list["items"][1]["body"], &list["items"][0]["actor"]["id"]),
        (&json!("I am Erased person."), &json!("tom"))
    );
    request(&hub, "GET", "/api/v1/contacts/carla").admin().send().await.problem(404, "not_found");
    let again = hub.event(assigned("ben").by("jane").id("evt-3")).await;
    assert_eq!(again["notified"], json!(["ben"]), "the ticket goes on");
}

#[tokio::test]
async fn db_sqlite_erased_customer_is_nowhere_to_be_found() {
    erased_customer_is_nowhere_to_be_found(Backend::Sqlite).await;
}

#[tokio::test]
async fn db_postgres_erased_customer_is_nowhere_to_be_found() {
    erased_customer_is_nowhere_to_be_found(Backend::Postgres).await;
}

#[tokio::test]
async fn without_erase_only_the_record_goes_and_only_administrators_may() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    hub.agent("ben").create().await;
    hub.event(assigned("ben").by("ana")).await;
    for path in ["agents/ana", "contacts/c1"] {
        let erase = request(&hub, "DELETE", &format!("/api/v1/{path}?erase=true")).agent("ben").send().await;
        erase.problem(403, "auth.forbidden");
    }
    request(&hub, "DELETE", "/api/v1/agents/ana?erase=maybe").admin().send().await.problem(422, "query.invalid");
    assert_eq!(request(&hub, "DELETE", "/api/v1/agents/ana?erase=false").admin().send().await.status, 204);
    assert_eq!(hub.get_as("ben", "/api/v1/me/notifications").await["items"][0]["actor"]["id"], "ana");
}
