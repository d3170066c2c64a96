//! What administrators see counted: what went out by the hour, what failed and why, and what waits.

use bellhop::delivery::Outcome;
use serde_json::{Value, json};

use super::{MINUTE, Office, SECOND};
use crate::{
    harness::{Backend, HubOptions, mention},
    http_raw::request,
};

#[tokio::test]
async fn deliveries_are_counted_by_hour_and_reason_on_sqlite() {
    are_counted(Backend::Sqlite).await;
}

#[tokio::test]
async fn deliveries_are_counted_by_hour_and_reason_on_postgres() {
    are_counted(Backend::Postgres).await;
}

async fn are_counted(backend: Backend) {
    let office = Office::open(HubOptions { backend, ..HubOptions::default() }).await;
    office.agent_with_phone("ana").await;
    let nothing = figures(&office).await;
    assert_eq!(
        (&nothing["deliveries"], &nothing["failures"], &nothing["waiting"]),
        (&json!([]), &json!([]), &json!([]))
    );

    office.push.answers([Outcome::Failed { why: "message_refused", detail: "no".to_owned() }]);
    office.hub.event(mention("ana").id("evt-1").on_ticket("HD-1")).await;
    office.after(SECOND).await;
    office.hub.event(mention("ana").id("evt-2").on_ticket("HD-2")).await;
    office.after(SECOND).await;
    office.email.set_down(true);
    office.after(2 * MINUTE).await;

    let counted = figures(&office).await;
    let pushes =
        |state: &str| json!({"hour": "2026-11-20T09:00:00.000Z", "channel": "web_push", "state": state, "count": 1});
    let rows = counted["deliveries"].as_array().unwrap();
    assert!(rows.contains(&pushes("failed")) && rows.contains(&pushes("sent")), "{counted}");
    assert_eq!(counted["failures"], json!([{"channel": "web_push", "why": "message_refused", "count": 1}]));
    let waiting = &counted["waiting"][0];
    assert_eq!((&waiting["channel"], &waiting["count"]), (&json!("email"), &json!(2)), "{counted}");
    assert!(waiting["first_due_at"].as_str().unwrap() > counted["at"].as_str().unwrap(), "{counted}");
    assert_eq!(
        (&counted["hours"], &counted["webhooks_waiting"], &counted["webhooks_failed"]),
        (&json!(24), &json!(0), &json!(0))
    );
}

#[tokio::test]
async fn only_administrators_see_figures_and_of_a_week_at_most() {
    let office = Office::usual().await;
    office.hub.agent("ana").create().await;
    let ask = |path: &'static str| request(&office.hub, "GET", path);
    ask("/api/v1/figures").agent("ana").send().await.problem(403, "auth.forbidden");
    ask("/api/v1/figures").send().await.problem(401, "auth.required");
    for hours in ["/api/v1/figures?hours=0", "/api/v1/figures?hours=169"] {
        ask(hours).admin().send().await.problem(422, "query.invalid");
    }
    assert_eq!(ask("/api/v1/figures?hours=168").admin().send().await.ok()["hours"], 168);
}

async fn figures(office: &Office) -> Value {
    request(&office.hub, "GET", "/api/v1/figures").admin().send().await.ok()
}
