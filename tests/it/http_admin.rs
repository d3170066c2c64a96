//! What the administrators' pages ask beside everything else: API keys, the state of the installation, a search.

use serde_json::{Value, json};

use crate::{
    harness::{Backend, HubOptions, TestHub, assigned},
    http_raw::request,
};

const BACKENDS: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];

#[tokio::test]
async fn a_key_is_made_shown_once_works_within_its_scopes_and_is_revoked() {
    for backend in BACKENDS {
        let hub = TestHub::on(backend).await;
        hub.agent("ana").create().await;
        let wanted = json!({"name": " Helpdesk ", "scopes": ["events", "events"]});
        let made = request(&hub, "POST", "/api/v1/keys").admin().json(&wanted).send().await;
        assert_eq!(made.status, 201);
        let made = made.json();
        let key = made["key"].as_str().unwrap();
        let id = made["id"].as_str().unwrap();
        assert!(key.starts_with(&format!("bh_{id}_")), "{made}");
        assert_eq!((&made["name"], &made["scopes"]), (&json!("Helpdesk"), &json!(["events"])));

        let listed = request(&hub, "GET", "/api/v1/keys").admin().send().await.ok();
        let ours = listed["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap();
        assert_eq!((ours.get("key"), ours.get("hash"), &ours["name"]), (None, None, &made["name"]));

        let event = assigned("ana").body(|| "evt-1".to_owned(), || "2026-11-20T09:00:00Z".to_owned());
        let post = || request(&hub, "POST", "/api/v1/events").bearer(key).json(&event).send();
        assert_eq!(post().await.status, 202);
        request(&hub, "GET", "/api/v1/keys").bearer(key).send().await.problem(403, "auth.forbidden");

        let path = format!("/api/v1/keys/{id}");
        assert_eq!(request(&hub, "DELETE", &path).admin().send().await.status, 204);
        post().await.problem(401, "auth.required");
        request(&hub, "DELETE", &path).admin().send().await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_key_that_could_do_nothing_or_has_no_name_is_not_made() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let before = request(&hub, "GET", "/api/v1/keys").admin().send().await.ok();
    for wrong in [
        json!({"name": "x", "scopes": []}),
        json!({"name": " ", "scopes": ["admin"]}),
        json!({"name": "x".repeat(201), "scopes": ["admin"]}),
    ] {
        request(&hub, "POST", "/api/v1/keys").admin().json(&wrong).send().await.problem(422, "key.incomplete");
    }
    let unknown = json!({"name": "x", "scopes": ["root"]});
    request(&hub, "POST", "/api/v1/keys").admin().json(&unknown).send().await.problem(422, "body.invalid");
    let fine = json!({"name": "x", "scopes": ["admin"]});
    request(&hub, "POST", "/api/v1/keys").agent("ana").json(&fine).send().await.problem(403, "auth.forbidden");
    assert_eq!(request(&hub, "GET", "/api/v1/keys").admin().send().await.ok(), before);
}

#[tokio::test]
async fn the_state_of_the_installation_names_its_parts_and_what_is_not_configured() {
    for (backend, kind) in BACKENDS.into_iter().zip(["sqlite", "postgres"]) {
        let hub = TestHub::on(backend).await;
        let system = request(&hub, "GET", "/api/v1/system").admin().send().await.ok();
        assert_eq!(system["store"], json!({"kind": kind, "state": "up"}));
        assert_eq!(system["bus"]["state"], "up");
        assert_eq!(system["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(system["draining"], false);
        let email = channel(&system, "email");
        assert_eq!(email["configured"], false);
        assert!(email["note"].as_str().unwrap().contains("email.url"), "{email}");
        assert!(channel(&system, "sms")["note"].as_str().unwrap().contains("sms.account_sid"));
    }
    let hub = TestHub::with(HubOptions::default().with("BELLHOP_EMAIL__URL", "smtp://127.0.0.1:9")).await;
    let system = request(&hub, "GET", "/api/v1/system").admin().send().await.ok();
    assert_eq!(channel(&system, "email"), &json!({"channel": "email", "configured": true, "note": null}));
    hub.agent("ana").create().await;
    request(&hub, "GET", "/api/v1/system").agent("ana").send().await.problem(403, "auth.forbidden");
}

#[tokio::test]
async fn nodes_that_share_a_store_are_listed_while_their_lease_lasts() {
    let hub = TestHub::on(Backend::Postgres).await;
    let second = hub.second_node().await;
    crate::harness::eventually("both nodes keep their lease", crate::harness::SOON, async || {
        let system = request(&second, "GET", "/api/v1/system").admin().send().await.ok();
        system["nodes"].as_array().unwrap().len() == 2
    })
    .await;
}

#[tokio::test]
async fn the_directory_is_searched_by_a_part_of_id_name_or_address() {
    for backend in BACKENDS {
        let hub = TestHub::on(backend).await;
        hub.directory(json!({
            "agents": [{"id": "ana", "name": "Ana Souza", "email": "a.souza@example.com"}, {"id": "ben", "name": "Ben Ärmel"}],
            "departments": [{"id": "support", "name": "Kundendienst"}],
            "teams": [{"id": "T", "name": "Tier 2"}],
            "contacts": [{"id": "c1", "name": "Carla", "email": "carla@example.org"}],
        }))
        .await;
        for (path, expected) in [
            ("agents?q=SOUZA", "ana"),
            ("agents?q=ärm", "ben"),
            ("agents?q=%20be", "ben"),
            ("agents?q=a.souza%40", "ana"),
            ("departments?q=kunden", "support"),
            ("teams?q=tier", "T"),
            ("contacts?q=example.org", "c1"),
        ] {
            let found = request(&hub, "GET", &format!("/api/v1/{path}")).admin().send().await.ok();
            let ids: Vec<&Value> = found["items"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
            assert_eq!(ids, [expected], "{path}");
        }
        let none = request(&hub, "GET", "/api/v1/agents?q=nobody").admin().send().await.ok();
        assert_eq!(none, json!({"items": [], "next": null}));
    }
}

fn channel<'a>(system: &'a Value, name: &str) -> &'a Value {
    system["channels"].as_array().unwrap().iter().find(|row| row["channel"] == name).unwrap()
}
