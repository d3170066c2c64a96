//! Alert emails, coverage and quiet hours, as `POST /api/v1/explain` answers on a running server.

use std::collections::BTreeSet;

use bellhop::clock::Clock;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::alert_rows;
use crate::harness::{ADMIN_KEY, HubOptions, TestHub, assigned, covers, customer_reply, lasting_token, token};

fn emailing() -> HubOptions {
    HubOptions::default()
        // What is planned stays so: these stories are of the decision, not of the sending.
        .with("BELLHOP_EMAIL__URL", "smtp://127.0.0.1:9")
        .with("BELLHOP_EMAIL__ON_SCHEDULE", "true")
        .with("BELLHOP_EMAIL__FROM", "desk@example.com")
        .with("BELLHOP_EMAIL__ADMIN", alert_rows::ADMIN_ADDRESS)
}

fn event(id: &str, kind: &str, data: &Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/helpdesk", "type": kind, "time": "2026-11-20T09:00:00Z",
           "data": data})
}

/// For whom the email goes out at once.
fn alerted(answer: &Value) -> BTreeSet<String> {
    let candidates = answer["candidates"].as_array().expect("candidates");
    let staff = candidates.iter().filter(|candidate| candidate["kind"] != "contact");
    let at_once = staff.filter(|candidate| candidate["channels"]["email"]["outcome"] == "now");
    at_once.map(|candidate| candidate["recipient"].as_str().expect("an id").to_owned()).collect()
}

fn candidate<'a>(answer: &'a Value, id: &str) -> &'a Value {
    let candidates = answer["candidates"].as_array().expect("candidates");
    candidates.iter().find(|candidate| candidate["recipient"] == id).expect("it is a candidate")
}

#[tokio::test]
async fn every_row_of_the_file_alerts_whom_it_says() {
    let hub = TestHub::with(emailing()).await;
    let mut wrong = Vec::new();
    for row in alert_rows::all() {
        hub.directory(row.directory.clone()).await;
        for (number, (kind, data)) in row.before.iter().enumerate() {
            let earlier = event(&format!("{}-{number}", row.case), kind, data);
            hub.post("/api/v1/events", earlier).await.expect(StatusCode::ACCEPTED);
        }
        let mut question = event(&row.case, row.kind, &row.data);
        question["settings"] = row.settings.clone();
        let answer = hub.post("/api/v1/explain", question).await.expect(StatusCode::OK).body;
        let got = alerted(&answer);
        if got != row.expected {
            wrong.push(format!("{}: expected {:?}, got {got:?}", row.case, row.expected));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    covers(&["R-141", "R-142", "R-143", "R-144", "R-145", "R-189", "R-190", "R-191", "R-193", "R-194"]);
}

#[tokio::test]
async fn switches_are_settings_and_a_wrong_one_is_refused_by_name() {
    let hub = TestHub::with(emailing()).await;
    let settings = hub.get("/api/v1/settings").await.expect(StatusCode::OK).body;
    assert_eq!(
        (&settings["alerts"]["transfer"]["active"], &settings["alerts"]["overdue"]["admin"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(settings["coverage"], json!({"active": true}));
    let change = async |body: Value| hub.send(Method::PATCH, "/api/v1/settings", ADMIN_KEY, Some(body)).await;
    let refused = change(json!({"alerts": {"overdue": {"boss": true}}})).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body["errors"][0]["pointer"].as_str().unwrap().contains("/alerts/overdue"), "{}", refused.body);
    change(json!({"alerts": {"transfer": null, "overdue": {"admin": null}}})).await.expect(StatusCode::OK);
    change(json!({"alerts": {"overdue": {"admin": false}}})).await.expect(StatusCode::OK);
    hub.agent("ana").create().await;
    let overdue = event("e1", "ticket.overdue", &json!({"ticket": {"id": "HD-1", "assignees": ["ana"]}}));
    let answer = hub.post("/api/v1/explain", overdue.clone()).await.expect(StatusCode::OK).body;
    assert_eq!(alerted(&answer), BTreeSet::from(["ana".to_owned()]));
    change(json!({"alerts": {"overdue": null}})).await.expect(StatusCode::OK);
    let answer = hub.post("/api/v1/explain", overdue).await.expect(StatusCode::OK).body;
    assert_eq!(alerted(&answer), BTreeSet::from(["ADMIN".to_owned(), "ana".to_owned()]), "factory values");
    assert_eq!(candidate(&answer, "ADMIN")["kind"], "address");
    covers(&["D-05", "D-23"]);
}

#[tokio::test]
async fn what_reaches_nobody_goes_to_the_manager_else_to_the_administrators() {
    let hub = TestHub::start().await;
    hub.directory(json!({
        "agents": [{"id": "ana", "department": "support"}, {"id": "mgr"}, {"id": "root", "role": "admin"}],
        "departments": [{"id": "support", "manager": "mgr"}],
    }))
    .await;
    let mut bell = hub.browser("mgr").await;
    bell.settle().await;
    let reply = || customer_reply().ticket("department", json!("support"));
    assert_eq!(hub.event(reply().assignees(&[])).await["notified"], json!(["mgr"]), "nobody is assigned");
    let rung = bell.expect_notification("coverage").await;
    assert_eq!((rung["reason"].as_str(), rung["category"].as_str()), (Some("nobody_reached"), Some("coverage")));
    assert_eq!(hub.event(reply().assignees(&["ana"])).await["notified"], json!(["ana"]), "somebody is");
    hub.directory(json!({"agents": [{"id": "ana", "status": "inactive"}]})).await;
    assert_eq!(hub.event(reply().assignees(&["ana"])).await["notified"], json!(["mgr"]));
    hub.directory(json!({"agents": [{"id": "mgr", "status": "vacation"}]})).await;
    assert_eq!(hub.event(reply().assignees(&["ana"])).await["notified"], json!(["root"]));
    let off = json!({"coverage": {"active": false}});
    hub.send(Method::PATCH, "/api/v1/settings", ADMIN_KEY, Some(off)).await.expect(StatusCode::OK);
    assert_eq!(hub.event(reply().assignees(&["ana"])).await["notified"], json!([]));
    covers(&["R-109"]);
}

#[tokio::test]
async fn quiet_hours_hold_what_disturbs_until_their_end_in_the_agents_own_zone() {
    // A Friday, 23:30 in Lisbon.
    let clock = Clock::manual(1_795_217_400_000);
    let hub = TestHub::with(HubOptions { clock, ..emailing() }).await;
    hub.directory(json!({"agents": [{"id": "ana", "email": "ana@example.com", "time_zone": "Europe/Lisbon"}]})).await;
    let prefer = async |body: Value| {
        hub.send(Method::PUT, "/api/v1/me/preferences", &lasting_token("ana"), Some(body)).await.expect(StatusCode::OK)
    };
    let ways = async |kind: &str, mut data: Value| {
        data["ticket"] = json!({"id": "HD-1", "assignees": ["ana"]});
        let answer = hub.post("/api/v1/explain", event("e1", kind, &data)).await.expect(StatusCode::OK).body;
        candidate(&answer, "ana")["channels"].clone()
    };
    let held = |until: &str| json!({"outcome": "held", "until": until});
    let reopened = async || ways("ticket.reopened", json!({"actor": {"kind": "customer", "id": "c1"}})).await;
    assert_eq!(reopened().await["web_push"]["outcome"], "if_unacknowledged");
    let night = json!([{"from": "22:00", "to": "07:00"}]);
    prefer(json!({"quiet_hours": {"days": {"fri": night}}})).await;
    let quiet = reopened().await;
    assert_eq!(quiet["bell"], json!({"outcome": "now"}), "the entry is stored all the same");
    assert_eq!(
        (&quiet["web_push"], &quiet["email"]),
        (&held("2026-11-21T07:00:00.000Z"), &held("2026-11-21T07:00:00.000Z"))
    );
    let critical = ways("ticket.urgency_changed", json!({"urgency": "critical"})).await;
    assert_eq!(critical["web_push"]["outcome"], "if_unacknowledged", "critical ones pass");
    prefer(json!({"quiet_hours": {"hold_critical": true, "email": true}})).await;
    let critical = ways("ticket.urgency_changed", json!({"urgency": "critical"})).await;
    assert_eq!(critical["web_push"], held("2026-11-21T07:00:00.000Z"), "unless the agent says otherwise");
    assert_eq!(reopened().await["email"]["outcome"], "if_unacknowledged", "email covers the night");
    hub.directory(json!({"agents": [{"id": "ana", "time_zone": "America/New_York"}]})).await;
    assert_eq!(reopened().await["web_push"]["outcome"], "if_unacknowledged", "half past six in New York");
    prefer(json!({"do_not_disturb_until": "2026-11-20T23:45:00Z"})).await;
    assert_eq!(reopened().await["web_push"], held("2026-11-20T23:45:00.000Z"));
    prefer(json!({"do_not_disturb_until": null, "quiet_hours": null, "email_frequency": "daily", "digest_hour": 9}))
        .await;
    assert_eq!(reopened().await["email"], held("2026-11-21T14:00:00.000Z"), "nine in New York");
    prefer(json!({"email_frequency": "instant", "email_types": ["assignment"]})).await;
    assert_eq!(reopened().await["email"], json!({"outcome": "skipped", "why": "type_off"}));
    prefer(json!({"email_types": null, "fallback_email": {"new_client_message": false}})).await;
    assert_eq!(reopened().await["email"], json!({"outcome": "skipped", "why": "fallback_email_off"}));
    covers(&["R-074", "R-075", "R-076", "R-077", "R-078", "R-079", "R-080", "R-138", "D-12", "D-19", "D-20", "D-22"]);
}

#[tokio::test]
async fn mentions_by_email_may_be_those_of_high_priority_only() {
    let hub = TestHub::with(emailing()).await;
    hub.directory(json!({"agents": [{"id": "ana", "email": "ana@example.com"}]})).await;
    let only = json!({"high_priority_mentions_only": true});
    hub.send(Method::PUT, "/api/v1/me/preferences", &token("ana"), Some(only)).await.expect(StatusCode::OK);
    let email = async |priority: &str| {
        let data = json!({"actor": {"kind": "agent", "id": "jane"}, "ticket": {"id": "HD-1", "priority": priority},
                          "message": {"id": "m1", "text": "@ana look"}});
        let answer = hub.post("/api/v1/explain", event("e1", "note.added", &data)).await.expect(StatusCode::OK).body;
        candidate(&answer, "ana")["channels"]["email"]["outcome"].clone()
    };
    assert_eq!((email("low").await, email("high").await), (json!("skipped"), json!("if_unacknowledged")));
    covers(&["R-139"]);
}

#[tokio::test]
async fn an_administrator_decides_and_locks_emails_of_a_category() {
    let hub = TestHub::with(emailing()).await;
    hub.directory(json!({"agents": [{"id": "ben", "email": "ben@example.com"}]})).await;
    let set = async |body: Value| {
        hub.send(Method::PATCH, "/api/v1/settings", ADMIN_KEY, Some(body)).await.expect(StatusCode::OK)
    };
    let prefer = async |body: Value| hub.send(Method::PUT, "/api/v1/me/preferences", &token("ben"), Some(body)).await;
    let email = async || {
        let body = assigned("ben").body(|| "e1".to_owned(), || "2026-11-20T09:00:00Z".to_owned());
        let answer = hub.post("/api/v1/explain", body).await.expect(StatusCode::OK).body;
        candidate(&answer, "ben")["channels"]["email"].clone()
    };
    assert_eq!(email().await, json!({"outcome": "now", "rule": "alerts.assignment.agent"}));
    prefer(json!({"alert_email": {"ticket_assigned": false}})).await.expect(StatusCode::OK);
    assert_eq!(email().await["outcome"], "if_unacknowledged", "the fallback is left");
    set(json!({"alert_email": {"ticket_assigned": "required"}})).await;
    assert_eq!(email().await["outcome"], "now");
    let refused = prefer(json!({"alert_email": {"ticket_assigned": false}})).await;
    assert_eq!(
        refused.expect(StatusCode::UNPROCESSABLE_ENTITY).body["errors"][0]["pointer"],
        "/alert_email/ticket_assigned"
    );
    set(json!({"alert_email": {"ticket_assigned": "never"}, "fallback_email": {"ticket_assigned": "never"}})).await;
    assert_eq!(email().await, json!({"outcome": "skipped", "why": "fallback_email_off"}));
    let rows = hub.get_as("ben", "/api/v1/me/preferences").await["categories"].clone();
    let row = rows.as_array().unwrap().iter().find(|row| row["id"] == "ticket_assigned").unwrap().clone();
    assert_eq!((&row["alert_email"], &row["alert_email_locked"]), (&json!(false), &json!(true)));
    covers(&["R-006", "D-22"]);
}

#[tokio::test]
async fn what_goes_out_is_planned_with_the_event_and_forgotten_with_the_person() {
    let hub = TestHub::with(emailing()).await;
    hub.directory(json!({
        "agents": [{"id": "ana", "email": "ana@example.com"}, {"id": "pia", "role": "pm", "email": "pia@example.com"}],
        "contacts": [{"id": "carla", "name": "Carla Reis", "email": "carla@example.org"}],
    }))
    .await;
    let ticket = json!({"id": "HD-1", "number": "1", "assignees": ["ana"], "pm": "pia",
                        "customer": {"id": "carla", "name": "Carla Reis", "email": "carla@example.org"}});
    let by_ana = json!({"kind": "agent", "id": "ana"});
    let created = event("e1", "ticket.created", &json!({"actor": by_ana, "ticket": ticket}));
    let receipt = hub.post("/api/v1/events", created).await.expect(StatusCode::ACCEPTED).body["results"][0].clone();
    assert_eq!(receipt["notified"], json!(["carla"]), "the customer hears of a ticket that was opened for them");
    let critical = json!({"actor": {"kind": "system"}, "ticket": ticket, "urgency": "critical"});
    hub.post("/api/v1/events", event("e2", "ticket.urgency_changed", &critical)).await.expect(StatusCode::ACCEPTED);
    let deliveries = async |id: &str| {
        let path = format!("/api/v1/events/{id}/explanation");
        hub.get(&path).await.expect(StatusCode::OK).body["deliveries"].clone()
    };
    let purposes = async |id: &str| {
        let kept = deliveries(id).await;
        let of = |d: &Value| format!("{} {} {}", d["recipient"], d["purpose"], d["state"]).replace('"', "");
        kept.as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(
        purposes("e1").await,
        ["ADMIN alerts.new_ticket.admin planned", "carla autoresponses.new_ticket_by_agent planned"]
    );
    assert_eq!(purposes("e2").await, ["ana alert_email.ai_critical planned", "pia alert_email.ai_critical planned"]);
    let erase = hub.send(Method::DELETE, "/api/v1/contacts/carla?erase=true", ADMIN_KEY, None).await;
    assert_eq!(erase.expect(StatusCode::OK).body["deliveries"], 1);
    let left = deliveries("e1").await;
    let tombstone = left.as_array().unwrap().iter().find(|d| d["kind"] == "contact").expect("a tombstone").clone();
    assert_eq!((&tombstone["state"], &tombstone["why"]), (&json!("cancelled"), &json!("erased")));
    assert!(!left.to_string().contains("carla"));
    covers(&["R-146"]);
}

#[tokio::test]
async fn beyond_the_limit_emails_wait_for_the_hours_end_and_the_bell_rings_all_the_same() {
    let hub = TestHub::with(HubOptions { clock: Clock::manual(1_795_165_200_000), ..emailing() }).await;
    hub.directory(json!({"agents": [{"id": "ben", "email": "ben@example.com"}]})).await;
    let two = json!({"limits": {"emails_per_hour": 2}});
    hub.send(Method::PATCH, "/api/v1/settings", ADMIN_KEY, Some(two)).await.expect(StatusCode::OK);
    let state = async |id: &str| {
        let receipt = hub.event(assigned("ben").id(id).on_ticket(&format!("HD-{id}"))).await;
        assert_eq!(receipt["notified"], json!(["ben"]));
        let answer = hub.get(&format!("/api/v1/events/{id}/explanation")).await.expect(StatusCode::OK).body;
        let delivery = answer["deliveries"][0].clone();
        (delivery["state"].as_str().unwrap().to_owned(), delivery["why"].clone())
    };
    let planned = ("planned".to_owned(), Value::Null);
    assert_eq!(state("1").await, planned);
    hub.clock().advance(600_000);
    assert_eq!(state("2").await, planned);
    assert_eq!(state("3").await, ("held".to_owned(), json!("limit_per_hour")));
    hub.clock().advance(3_000_001);
    assert_eq!(state("4").await, planned, "an hour after the first");
    assert_eq!(state("5").await.0, "held");
    covers(&["R-083", "D-26"]);
}
