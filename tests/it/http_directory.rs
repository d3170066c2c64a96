//! People and groups over REST: made, changed, listed, removed, and what that does to whoever is connected.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    harness::{TestHub, assigned},
    http_raw::request,
};

#[tokio::test]
async fn upsert_replaces_what_is_given_clears_what_is_null_and_keeps_the_rest() {
    let hub = TestHub::start().await;
    let put = |body: Value| request(&hub, "PUT", "/api/v1/agents/ana").admin().json(&body).send();
    put(json!({"name": "Ana Souza", "email": "ana@example.com", "role": "pm", "unknown_member": 7})).await.ok();
    let ana = put(json!({"email": null, "department": "support"})).await.ok();
    assert_eq!((&ana["name"], &ana["role"]), (&json!("Ana Souza"), &json!("pm")));
    assert_eq!((&ana["email"], &ana["department"]), (&Value::Null, &json!("support")));
    let shown = request(&hub, "GET", "/api/v1/agents/ana").admin().send().await.ok();
    assert_eq!(shown, ana);
    put(json!({"id": "ben"})).await.problem(422, "record.id");
}

#[tokio::test]
async fn wrong_type_is_named_by_pointer_and_nothing_of_the_document_is_stored() {
    let hub = TestHub::start().await;
    let document = json!({"agents": [{"id": "ana"}, {"id": "ben", "role": "wizard"}], "departments": [{"id": "d"}]});
    let refused = request(&hub, "PUT", "/api/v1/directory").admin().json(&document).send().await;
    assert_eq!((refused.status, refused.pointers()), (422, vec!["/agents/1/role".to_owned()]));
    request(&hub, "GET", "/api/v1/agents/ana").admin().send().await.problem(404, "not_found");
    let shapes = [
        (json!({"agents": {}}), "/agents"),
        (json!({"teams": [7]}), "/teams/0"),
        (json!({"contacts": [{}]}), "/contacts/0/id"),
    ];
    for (document, pointer) in shapes {
        let refused = request(&hub, "PUT", "/api/v1/directory").admin().json(&document).send().await;
        assert_eq!((refused.status, refused.pointers()), (422, vec![pointer.to_owned()]), "{document}");
    }
}

#[tokio::test]
async fn every_kind_of_record_can_be_made_shown_listed_and_removed() {
    let hub = TestHub::start().await;
    let document = json!({
        "agents": [{"id": "mgr"}], "departments": [{"id": "support", "manager": "mgr", "alert_recipients": "members"}],
        "teams": [{"id": "T", "members": [{"agent": "tom", "alerts": false}]}],
        "contacts": [{"id": "c1", "account_manager": {"agent": "mgr"}}]});
    assert_eq!(request(&hub, "PUT", "/api/v1/directory").admin().json(&document).send().await.ok()["upserted"], 4);
    for (kind, id) in [("agents", "mgr"), ("departments", "support"), ("teams", "T"), ("contacts", "c1")] {
        let path = format!("/api/v1/{kind}/{id}");
        let shown = request(&hub, "GET", &path).admin().send().await.ok();
        assert_eq!(shown["id"], id);
        let listed = request(&hub, "GET", &format!("/api/v1/{kind}")).admin().send().await.ok();
        assert_eq!(listed, json!({"items": [shown], "next": null}));
        for _ in 0..2 {
            assert_eq!(request(&hub, "DELETE", &path).admin().send().await.status, 204);
        }
        request(&hub, "GET", &path).admin().send().await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn list_is_read_page_by_page_each_record_once() {
    let hub = TestHub::start().await;
    let agents: Vec<Value> = (0..25).map(|n| json!({"id": format!("agent-{n:02}")})).collect();
    hub.directory(json!({"agents": agents})).await;
    let (mut seen, mut path) = (Vec::new(), "/api/v1/agents?limit=10".to_owned());
    loop {
        let page = request(&hub, "GET", &path).admin().send().await.ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|agent| agent["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/agents?limit=10&after={next}");
    }
    assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len()), (25, 25));
    assert!(seen.is_sorted());
}

#[tokio::test]
async fn import_of_lines_stores_each_record_and_names_the_line_that_is_wrong() {
    let hub = TestHub::start().await;
    let import = |body: &str| {
        let put = request(&hub, "PUT", "/api/v1/directory").admin();
        put.header("content-type", "application/x-ndjson").body(body.to_owned()).send()
    };
    let lines =
        "{\"agent\":{\"id\":\"ana\",\"name\":\"Ana\"}}\r\n\n{\"team\":{\"id\":\"T\"}}\n{\"contact\":{\"id\":\"c1\"}}";
    assert_eq!(import(lines).await.ok()["upserted"], 3);
    assert_eq!(request(&hub, "GET", "/api/v1/agents/ana").admin().send().await.ok()["name"], "Ana");
    let refused = import("{\"agent\":{\"id\":\"x\"}}\n{\"agent\":{\"id\":\"ben\",\"role\":\"wizard\"}}\n").await;
    assert_eq!((refused.status, refused.pointers()), (422, vec!["/1/agent/role".to_owned()]));
    let refused = import("{\"agent\":{\"id\":\"x\"}}\nnot json\n").await;
    assert_eq!((refused.status, refused.pointers()), (400, vec!["/1".to_owned()]));
}

#[tokio::test]
async fn agent_made_through_the_directory_is_known_to_the_next_event() {
    let hub = TestHub::start().await;
    hub.agent("ben").create().await;
    assert_eq!(hub.event(assigned("ben")).await["notified"], json!(["ben"]));
}

#[tokio::test]
async fn who_is_made_inactive_or_removed_loses_their_session_at_once() {
    let hub = TestHub::start().await;
    let mut ana = hub.agent("ana").connect().await;
    let mut ben = hub.agent("ben").connect().await;
    hub.directory(json!({"agents": [{"id": "ana", "status": "inactive"}]})).await;
    let (code, _) = ana.expect_close().await;
    assert!((4500..5000).contains(&code), "{code}: a final code");
    request(&hub, "DELETE", "/api/v1/agents/ben").admin().send().await;
    let (code, _) = ben.expect_close().await;
    assert!((4500..5000).contains(&code), "{code}: a final code");
    request(&hub, "GET", "/api/v1/me").agent("ana").send().await.problem(401, "auth.required");
    request(&hub, "GET", "/api/v1/me").agent("ben").send().await.problem(401, "auth.required");
}

#[tokio::test]
async fn settings_are_merged_deeply_and_a_wrong_one_is_named() {
    let hub = TestHub::start().await;
    let patch = |body: Value| request(&hub, "PATCH", "/api/v1/settings").admin().json(&body).send();
    patch(json!({"categories": {"mention": "required"}, "wording": "frappe"})).await.ok();
    let settings = patch(json!({"categories": {"transfer": "on"}})).await.ok();
    assert_eq!(settings["categories"], json!({"mention": "required", "transfer": "on"}));
    assert_eq!((&settings["wording"], &settings["retention_days"]), (&json!("frappe"), &json!(90)));
    assert_eq!(patch(json!({"wording": null})).await.ok()["wording"], "classic");
    let refused = patch(json!({"categories": {"mention": "loud"}})).await;
    assert_eq!((refused.status, refused.pointers()), (422, vec!["/categories/mention".to_owned()]));
}

#[tokio::test]
async fn explanation_lays_settings_over_the_stored_ones_for_one_answer_and_stores_nothing() {
    let hub = TestHub::start().await;
    hub.agent("ben").create().await;
    let event = assigned("ben").body(|| "evt-1".to_owned(), || "2026-11-20T09:00:00Z".to_owned());
    let explain = async |settings: Value| {
        let mut body = event.clone();
        body["settings"] = settings;
        let answer = request(&hub, "POST", "/api/v1/explain").admin().json(&body).send().await.ok();
        let candidates = answer["candidates"].as_array().unwrap().clone();
        candidates.into_iter().find(|candidate| candidate["recipient"] == "ben").unwrap()
    };
    let plain = explain(json!({})).await;
    assert_eq!((&plain["outcome"], &plain["rule"]), (&json!("notified"), &json!("ticket.assigned/assignee")));
    let off = explain(json!({"rules_off": ["ticket.assigned/assignee"]})).await;
    assert_eq!((&off["outcome"], &off["why"]), (&json!("skipped"), &json!("rule_off")));
    let mut wrong = event.clone();
    wrong["settings"] = json!({"retention_days": "many"});
    let refused = request(&hub, "POST", "/api/v1/explain").admin().json(&wrong).send().await;
    assert_eq!((refused.status, refused.pointers()), (422, vec!["/settings/retention_days".to_owned()]));
    assert_eq!(hub.get_as("ben", "/api/v1/me/notifications").await["items"], json!([]));
    assert_eq!(hub.event(assigned("ben").id("evt-1")).await["status"], "accepted");
}
