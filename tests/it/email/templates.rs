//! Administrators change what mails say, look at it, try it, and go back.

use reqwest::Method;
use serde_json::{Value, json};

use super::{MailServer, read};
use crate::{
    harness::{ADMIN_KEY, Backend, HubOptions, TestHub, covers},
    http_raw::request,
};

async fn put(hub: &TestHub, name: &str, body: Value) -> crate::harness::Answer {
    hub.send(Method::PUT, &format!("/api/v1/templates/{name}"), ADMIN_KEY, Some(body)).await
}

async fn template_is_changed_restored_and_shipped_again(backend: Backend) {
    let hub = TestHub::on(backend).await;
    let other = hub.second_node().await;
    let path = "/api/v1/templates/agent_email";
    let shipped = hub.get(path).await.body;
    assert_eq!(shipped["version"], json!(null));
    for (n, text) in ["Hi {recipient_name}", "Hello {{ recipient_name }}"].iter().enumerate() {
        let saved = put(&hub, "agent_email", json!({"subject": "Mine", "text": text})).await.body;
        assert_eq!((&saved["version"], &saved["html"]), (&json!(n + 1), &json!(null)));
    }
    assert_eq!(other.get(path).await.body["text"], "Hello {{ recipient_name }}", "in force on every node");
    let restored = hub.post(&format!("{path}/restore"), json!({"version": 1})).await.body;
    assert_eq!((&restored["version"], &restored["text"]), (&json!(3), &json!("Hi {recipient_name}")));
    let versions = hub.get(&format!("{path}/versions")).await.body;
    let told: Vec<_> =
        versions["items"].as_array().unwrap().iter().map(|v| json!([v["version"], v["active"]])).collect();
    assert_eq!(told, [json!([3, true]), json!([2, false]), json!([1, false])]);
    assert_eq!(versions["items"][0]["author"], "admin key");
    let removed = hub.send(Method::DELETE, path, ADMIN_KEY, None).await;
    assert_eq!(removed.status, 204);
    assert_eq!(other.get(path).await.body, shipped);
    assert_eq!(put(&hub, "agent_email", json!({"subject": "s", "text": "t"})).await.body["version"], 4);
    let missing = hub.post(&format!("{path}/restore"), json!({"version": 99})).await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn db_sqlite_template_is_changed_restored_and_shipped_again() {
    template_is_changed_restored_and_shipped_again(Backend::Sqlite).await;
    covers(&["R-212"]);
}

#[tokio::test]
async fn db_postgres_template_is_changed_restored_and_shipped_again() {
    template_is_changed_restored_and_shipped_again(Backend::Postgres).await;
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_its_place_and_strangers_see_nothing() {
    let hub = TestHub::start().await;
    hub.directory(json!({"agents": [{"id": "ana", "name": "Ana"}, {"id": "boss", "role": "admin"}]})).await;
    for (body, pointer) in [
        (json!({"subject": "{{ nothing }}", "text": "x"}), "/subject"),
        (json!({"subject": "s", "text": "{% if %}"}), "/text"),
        (json!({"subject": "s", "text": "x", "html": "{{ items|nothing }}"}), "/html"),
        (json!({"subject": "s"}), "/text"),
        (json!({"text": "x"}), "/subject"),
    ] {
        let answer = put(&hub, "agent_email", body.clone()).await;
        assert_eq!((answer.status.as_u16(), &answer.body["errors"][0]["pointer"]), (422, &json!(pointer)), "{body}");
        let preview = hub.post("/api/v1/templates/agent_email/preview", body.clone()).await;
        // What is left out of a preview is as it is in force.
        assert_eq!(preview.status.as_u16() == 422, body.as_object().unwrap().len() > 1, "{body}: {}", preview.body);
    }
    assert_eq!(hub.get("/api/v1/templates/agent_email").await.body["version"], json!(null));
    assert_eq!(put(&hub, "no_such", json!({"subject": "s", "text": "x"})).await.status, 404);
    for (method, path) in [
        ("GET", "/api/v1/templates"),
        ("PUT", "/api/v1/templates/agent_email"),
        ("POST", "/api/v1/templates/agent_email/test"),
        ("POST", "/api/v1/email/test"),
        ("GET", "/api/v1/email/suppressions"),
    ] {
        let asked =
            request(&hub, method, path).agent("ana").json(&json!({"to": "a@b.example", "text": "x"})).send().await;
        asked.problem(403, "auth.forbidden");
    }
    let list = request(&hub, "GET", "/api/v1/templates").agent("boss").send().await.ok();
    assert!(list["items"].as_array().unwrap().len() >= 11);
    let fields = list["merge_fields"].as_array().unwrap();
    for name in [
        "recipient_name",
        "sender_name",
        "sender_profile_image",
        "message",
        "attachments",
        "conversation_link",
        "conversation_id",
    ] {
        assert!(fields.iter().any(|field| field["name"] == name), "{name}");
    }
}

#[tokio::test]
async fn preview_shows_what_would_be_sent_and_saves_nothing() {
    let hub = TestHub::start().await;
    let body = json!({"subject": "On {number}", "text": "Hi {recipient_name}\n{message}"});
    let shown = hub.post("/api/v1/templates/agent_email/preview", body).await.body;
    assert_eq!(shown["subject"], "On 123");
    assert!(shown["text"].as_str().unwrap().starts_with("Hi Ana Lima\nHello,"));
    assert!(shown["html"].as_str().unwrap().contains("Hi Ana Lima<br>\nHello,<br>"));
    let sms = hub.post("/api/v1/templates/sms_chat/preview", json!({})).await.body;
    assert_eq!((&sms["subject"], &sms["html"]), (&json!(""), &json!("")));
    assert_eq!(hub.get("/api/v1/templates/agent_email").await.body["version"], json!(null));
    covers(&["R-213"]);
}

#[tokio::test]
async fn test_email_arrives_or_says_what_the_server_said() {
    let server = MailServer::start();
    let options = HubOptions::default().with("BELLHOP_EMAIL__URL", server.url());
    let hub = TestHub::with(options.with("BELLHOP_EMAIL__FROM", "Desk <desk@bell.example>")).await;
    put(&hub, "agent_email", json!({"subject": "Mine: {subject}", "text": "Hi {recipient_name}"})).await;
    let sent = hub.post("/api/v1/email/test", json!({"to": "ana@example.org"})).await.body;
    assert_eq!(sent, json!({"outcome": "sent", "why": null, "detail": null, "provider_id": "TEST1234"}));
    let sent = hub.post("/api/v1/templates/agent_email/test", json!({"to": "ana@example.org"})).await.body;
    assert_eq!(sent["outcome"], "sent");
    let raw = server.messages(2);
    let (test, mine) = (read(&raw[0], None), read(&raw[1], None));
    test.assert_valid();
    assert_eq!((test.header("Subject"), mine.header("Subject")), ("Test email of Bellhop", "Mine: Login Issue"));
    assert!(mine.text().starts_with("Hi Ana Lima"));
    let refused = hub.post("/api/v1/email/test", json!({"to": "nobody@example.org"})).await.body;
    assert_eq!(refused["outcome"], "gone");
    assert_eq!(refused["detail"], "550 5.1.1 (address) Recipient address rejected: User unknown");
    assert_eq!(hub.post("/api/v1/email/test", json!({"to": "nobody"})).await.status, 422);
    assert_eq!(hub.post("/api/v1/templates/sms_chat/test", json!({"to": "ana@example.org"})).await.status, 422);
    let off = TestHub::start().await;
    assert_eq!(off.post("/api/v1/email/test", json!({"to": "ana@example.org"})).await.status, 409);
    covers(&["R-175", "R-178"]);
}

#[tokio::test]
async fn emails_into_a_folder_are_whole_files() {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("outbox");
    let hub =
        TestHub::with(HubOptions::default().with("BELLHOP_EMAIL__URL", format!("file://{}", into.display()))).await;
    for _ in 0..2 {
        let sent = hub.post("/api/v1/email/test", json!({"to": "ana@example.org"})).await.body;
        assert_eq!(sent["outcome"], "sent", "{sent}");
    }
    let files: Vec<_> = std::fs::read_dir(&into).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 2);
    for file in files {
        assert!(file.extension().is_some_and(|end| end == "eml"));
        read(&std::fs::read(file).unwrap(), None).assert_valid();
    }
}
