//! Everything people entered goes out of one hub and into another, line by line.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    harness::{ADMIN_KEY, Backend, TICKET, TestHub, customer_reply, escalated, token},
    http_raw::{Raw, request},
};

async fn export(hub: &TestHub) -> String {
    let answer = request(hub, "GET", "/api/v1/export").admin().send().await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/x-ndjson"));
    answer.text
}

async fn import(hub: &TestHub, lines: &str) -> Raw {
    let post = request(hub, "POST", "/api/v1/import").admin().header("content-type", "application/x-ndjson");
    post.body(lines.to_owned()).send().await
}

/// People in several departments, settings, preferences, templates, and watches of every kind. The ids stand in another order by
/// a language's rules than by their bytes.
async fn furnish(hub: &TestHub) {
    let document = json!({
        "agents": [
            {"id": "ana", "name": "Ana Souza", "email": "ana@example.com", "department": "support", "unknown_member": 7},
            {"id": "Zoe", "role": "pm", "external_ids": ["desk:3"]}, {"id": "ämil"}, {"id": "b-1"}, {"id": "B1"},
        ],
        "departments": [{"id": "support", "manager": "Zoe", "autoresponse": {"new_ticket": true}}],
        "teams": [{"id": "T", "lead": "ana", "members": [{"agent": "ana", "alerts": false}]}],
        "contacts": [{"id": "c1", "name": "Carla \"Reis\"\n", "account_manager": {"agent": "ana"}}],
    });
    hub.directory(document).await;
    let settings = json!({"wording": "frappe", "categories": {"mention": "required"}, "retention_days": 30});
    hub.send(Method::PATCH, "/api/v1/settings", ADMIN_KEY, Some(settings)).await.expect(StatusCode::OK);
    let preferences = json!({"categories": {"transfer": "on"}, "channels": {"sms": false}, "email_frequency": "daily"});
    as_ana(hub, Method::PUT, "/api/v1/me/preferences", Some(preferences)).await;
    for ticket in ["b", "B", TICKET] {
        as_ana(hub, Method::PUT, &format!("/api/v1/me/watches/{ticket}"), None).await;
    }
    as_ana(hub, Method::DELETE, "/api/v1/me/watches/b", None).await;
    hub.event(escalated("normal").on_ticket("HD-00200").assignees(&["B1"])).await;
    for text in ["First: {{ number }}", "\"Second\": {{ number }}"] {
        save(hub, "sms_critical", text).await;
    }
    save(hub, "sms_chat", "Given up: {{ number }}").await;
    hub.send(Method::DELETE, "/api/v1/templates/sms_chat", ADMIN_KEY, None).await.expect(StatusCode::NO_CONTENT);
}

async fn save(hub: &TestHub, template: &str, text: &str) {
    let body = Some(json!({"text": text}));
    hub.send(Method::PUT, &format!("/api/v1/templates/{template}"), ADMIN_KEY, body).await.expect(StatusCode::OK);
}

/// (version, active, text) of each version, the newest first.
async fn versions(hub: &TestHub, template: &str) -> Vec<(i64, bool, String)> {
    let shown = hub.get(&format!("/api/v1/templates/{template}/versions")).await.expect(StatusCode::OK).body;
    let of = |item: &Value| {
        (item["version"].as_i64().unwrap(), item["active"] == true, item["text"].as_str().unwrap().to_owned())
    };
    shown["items"].as_array().unwrap().iter().map(of).collect()
}

async fn as_ana(hub: &TestHub, method: Method, path: &str, body: Option<Value>) {
    hub.send(method, path, &token("ana"), body).await.expect(StatusCode::OK);
}

async fn what_goes_in_comes_out_again(from: Backend, into: Backend) {
    let (ours, theirs) = (TestHub::on(from).await, TestHub::on(into).await);
    furnish(&ours).await;
    let lines = export(&ours).await;

    let imported = import(&theirs, &lines).await.ok();

    assert_eq!(imported["imported"], lines.lines().count());
    assert_eq!(export(&theirs).await, lines);
    import(&theirs, &lines).await.ok();
    assert_eq!(export(&theirs).await, lines, "once more changes nothing");
    assert_eq!(export(&ours).await, lines);
    let receipt = theirs.event(customer_reply()).await;
    assert_eq!(receipt["notified"], json!(["ana"]), "the watch is in force");
    assert_eq!(versions(&theirs, "sms_critical").await, versions(&ours, "sms_critical").await);
    assert_eq!(versions(&theirs, "sms_chat").await, [(1, false, "Given up: {{ number }}".to_owned())]);
    let title = theirs.get_as("ana", "/api/v1/me/notifications").await["items"][0]["title"].clone();
    assert_eq!(title, ours_title(&ours).await, "and so are the settings");
}

async fn ours_title(hub: &TestHub) -> Value {
    hub.event(customer_reply()).await;
    hub.get_as("ana", "/api/v1/me/notifications").await["items"][0]["title"].clone()
}

#[tokio::test]
async fn db_sqlite_what_goes_in_comes_out_again() {
    what_goes_in_comes_out_again(Backend::Sqlite, Backend::Sqlite).await;
}

#[tokio::test]
async fn db_postgres_what_goes_in_comes_out_again() {
    what_goes_in_comes_out_again(Backend::Postgres, Backend::Postgres).await;
}

#[tokio::test]
async fn db_sqlite_installation_moves_to_postgres_and_gives_the_same_bytes() {
    what_goes_in_comes_out_again(Backend::Sqlite, Backend::Postgres).await;
}

#[tokio::test]
async fn each_line_is_one_record_each_kind_sorted_and_no_secret_among_them() {
    let hub = TestHub::start().await;
    furnish(&hub).await;
    hub.send(
        Method::PUT,
        "/api/v1/sources/desk",
        ADMIN_KEY,
        Some(json!({"kind": "zammad", "secret": "a secret of the desk's webhooks"})),
    )
    .await
    .expect(StatusCode::OK);
    let text = export(&hub).await;
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<(String, String)> = lines
        .iter()
        .map(|line| {
            let (kind, body) = line.as_object().unwrap().iter().next().unwrap();
            let id = ["id", "ticket", "agent"].iter().find_map(|name| body[*name].as_str()).unwrap_or_default();
            (kind.clone(), id.to_owned())
        })
        .collect();
    let expected = [
        ("agent", "B1"),
        ("agent", "Zoe"),
        ("agent", "ana"),
        ("agent", "b-1"),
        ("agent", "ämil"),
        ("department", "support"),
        ("team", "T"),
        ("contact", "c1"),
        ("settings", ""),
        ("preferences", "ana"),
        ("template", "sms_chat"),
        ("template", "sms_critical"),
        ("template", "sms_critical"),
        ("watch", "HD-00200"),
        ("watch", "B"),
        ("watch", TICKET),
        ("watch", "b"),
    ]
    .map(|(kind, id)| (kind.to_owned(), id.to_owned()));
    assert_eq!(kinds, expected);
    assert!(text.contains(r#"{"watch":{"agent":"ana","ticket":"b","active":false,"auto":false}}"#), "{text}");
    assert!(text.contains(r#"{"watch":{"agent":"B1","ticket":"HD-00200","active":true,"auto":true}}"#), "{text}");
    assert!(!text.contains("secret") && text.contains("unknown_member"), "{text}");
    request(&hub, "GET", "/api/v1/export").agent("ana").send().await.problem(403, "auth.forbidden");
    request(&hub, "POST", "/api/v1/import").agent("ana").send().await.problem(403, "auth.forbidden");
}

/// An installation with wordings of its own takes another's over: both histories stay, and the other's is in force.
async fn templates_of_two_installations_become_one_history(backend: Backend) {
    let (ours, theirs) = (TestHub::start().await, TestHub::on(backend).await);
    save(&ours, "sms_critical", "Ours, first").await;
    save(&ours, "sms_critical", "Ours, second").await;
    save(&theirs, "sms_critical", "Theirs").await;
    let lines = export(&ours).await;

    for _ in 0..2 {
        import(&theirs, &lines).await.ok();
        let expected = [(3, true, "Ours, second"), (2, false, "Ours, first"), (1, false, "Theirs")];
        let expected = expected.map(|(version, active, text)| (version, active, text.to_owned()));
        assert_eq!(versions(&theirs, "sms_critical").await, expected, "in their order, under the next numbers");
    }
    let shown = theirs.get("/api/v1/templates/sms_critical").await.body;
    assert_eq!((&shown["version"], &shown["text"]), (&json!(3), &json!("Ours, second")));
    save(&theirs, "sms_critical", "Newer").await;
    assert_eq!(versions(&theirs, "sms_critical").await[0], (4, true, "Newer".to_owned()));
}

#[tokio::test]
async fn db_sqlite_templates_of_two_installations_become_one_history() {
    templates_of_two_installations_become_one_history(Backend::Sqlite).await;
}

#[tokio::test]
async fn db_postgres_templates_of_two_installations_become_one_history() {
    templates_of_two_installations_become_one_history(Backend::Postgres).await;
}

#[tokio::test]
async fn wrong_line_is_named_and_what_came_before_it_stays() {
    let hub = TestHub::start().await;
    let good: String = (0..600).map(|n| format!("{{\"agent\":{{\"id\":\"a{n}\"}}}}\n")).collect();
    let refused = import(&hub, &format!("{good}{{\"watch\":{{\"agent\":\"ana\"}}}}\n")).await;
    assert_eq!((refused.status, refused.pointers()), (422, vec!["/600/watch".to_owned()]));
    assert!(refused.json()["detail"].as_str().unwrap().ends_with("500 records before it are stored"));
    assert_eq!(export(&hub).await.lines().count(), 500);
    let settings = import(&hub, "{\"settings\":{\"retention_days\":\"many\"}}").await;
    assert_eq!((settings.status, settings.pointers()), (422, vec!["/0/settings/retention_days".to_owned()]));
    let broken = json!({"template": {"id": "sms_critical", "version": 1, "text": "{{ nobody_knows }}",
        "created_at": "2026-11-20T09:00:00Z", "in_force": true}});
    let broken = import(&hub, &broken.to_string()).await;
    assert_eq!((broken.status, broken.pointers()), (422, vec!["/0/template/text".to_owned()]));
    let long = format!("{{\"agent\":{{\"id\":\"long\",\"name\":\"{}\"}}}}", "x".repeat(1 << 20));
    import(&hub, &long).await.problem(413, "too_large");
    assert_eq!(import(&hub, "").await.ok(), json!({"imported": 0}));
}
