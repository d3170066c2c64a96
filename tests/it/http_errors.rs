//! What is sent wrongly, too large, too often or without credentials, and what the sender is told.

use serde_json::{Value, json};

use crate::{
    harness::{ADMIN_KEY, HubOptions, JWT_SECRET, TestHub, assigned, mention},
    http_raw::{Raw, request},
};

const MIB: usize = 1 << 20;

fn good_event(id: &str) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/helpdesk", "type": "ticket.assigned",
           "data": {"ticket": {"id": "HD-1"}, "assigned": {"agents": ["ben"]}}})
}

async fn post_event(hub: &TestHub, body: &Value) -> Raw {
    request(hub, "POST", "/api/v1/events").admin().json(body).send().await
}

#[tokio::test]
async fn event_that_is_wrong_is_refused_with_the_pointer_and_nothing_is_stored() {
    let hub = TestHub::start().await;
    let broken = request(&hub, "POST", "/api/v1/events").admin().header("content-type", "application/json");
    broken.body("{\"specversion\":").send().await.problem(400, "event.not_json");
    for (member, value, pointer) in [
        ("type", json!("ticket.exploded"), "/type"),
        ("type", json!("notification.test"), "/type"),
        ("type", Value::Null, "/type"),
        ("id", Value::Null, "/id"),
        ("source", Value::Null, "/source"),
        ("data", json!({}), "/data/ticket/id"),
        ("data", json!({"ticket": {"number": "7"}}), "/data/ticket/id"),
        ("data", json!({"ticket": {"id": 7}}), "/data/ticket/id"),
    ] {
        let mut event = good_event("evt-1");
        event[member] = value;
        let answer = post_event(&hub, &event).await;
        assert!(matches!(answer.status, 400 | 422), "{event}: {} {}", answer.status, answer.text);
        assert!(answer.pointers().contains(&pointer.to_owned()), "{event}: {}", answer.text);
    }
    let accepted = post_event(&hub, &good_event("evt-1")).await.ok();
    assert_eq!(accepted["results"][0]["status"], "accepted");
}

#[tokio::test]
async fn batch_with_one_wrong_event_stores_none_of_them() {
    let hub = TestHub::start().await;
    let mut wrong = good_event("evt-2");
    wrong["type"] = json!("ticket.exploded");
    let answer = post_event(&hub, &json!([good_event("evt-1"), wrong, good_event("evt-3")])).await;
    answer.problem(422, "event.unknown_type");
    assert_eq!(answer.pointers(), ["/1/type"]);
    let batch = json!([good_event("evt-1"), good_event("evt-3"), good_event("evt-1")]);
    let batch = request(&hub, "POST", "/api/v1/events").admin().body(batch.to_string());
    let accepted = batch.header("content-type", "application/cloudevents-batch+json").send().await.ok();
    let statuses: Vec<_> = accepted["results"].as_array().unwrap().iter().map(|result| &result["status"]).collect();
    assert_eq!(statuses, ["accepted", "accepted", "duplicate"]);
}

#[tokio::test]
async fn event_in_binary_mode_is_read_from_its_headers() {
    let hub = TestHub::start().await;
    let post = request(&hub, "POST", "/api/v1/events").admin().json(&good_event("x")["data"]);
    let post = post.header("ce-specversion", "1.0").header("ce-id", "evt-b").header("ce-source", "/helpdesk");
    let accepted = post.header("ce-type", "ticket.assigned").send().await.ok();
    assert_eq!(accepted["results"][0]["id"], "evt-b");
    let other = request(&hub, "POST", "/api/v1/events").admin().header("content-type", "text/plain").body("hello");
    other.send().await.problem(400, "event.media_type");
}

#[tokio::test]
async fn event_over_one_mebibyte_is_too_large_alone_and_in_a_batch() {
    let hub = TestHub::start().await;
    let mut large = good_event("evt-1");
    large["data"]["message"] = json!({"text": "x".repeat(MIB)});
    for kind in ["application/json", "application/cloudevents+json"] {
        let post = request(&hub, "POST", "/api/v1/events").admin().header("content-type", kind);
        post.body(large.to_string()).send().await.problem(413, "too_large");
    }
    post_event(&hub, &json!([good_event("evt-2"), large])).await.problem(413, "too_large");
    let accepted = post_event(&hub, &json!([good_event("evt-1"), good_event("evt-2")])).await.ok();
    assert!(accepted["results"].as_array().unwrap().iter().all(|result| result["status"] == "accepted"));
}

#[tokio::test]
async fn batch_or_webhook_over_sixteen_mebibytes_is_too_large() {
    let hub = TestHub::start().await;
    let batch = request(&hub, "POST", "/api/v1/events").admin().header("content-type", "application/json");
    batch.body(format!("[{}]", " ".repeat(16 * MIB))).send().await.problem(413, "too_large");
    let source = json!({"kind": "zammad", "secret": "s3cret"});
    request(&hub, "PUT", "/api/v1/sources/main").admin().json(&source).send().await.ok();
    let hook = request(&hub, "POST", "/hooks/zammad/main").body(vec![b' '; 16 * MIB + 1]);
    hook.send().await.problem(413, "too_large");
}

#[tokio::test]
async fn directory_line_over_one_mebibyte_is_too_large_and_many_lines_may_be_larger_than_any_body() {
    let hub = TestHub::start().await;
    let import = |body: String| {
        let put = request(&hub, "PUT", "/api/v1/directory").admin();
        put.header("content-type", "application/x-ndjson").body(body).send()
    };
    let line = |n: usize, name: &str| json!({"contact": {"id": format!("c{n}"), "name": name}}).to_string() + "\n";
    import(line(1, "fits") + &line(2, &"x".repeat(MIB))).await.problem(413, "too_large");
    let name = "x".repeat(900_000);
    let answer = import((0..20).map(|n| line(n, &name)).collect()).await.ok();
    assert_eq!(answer["upserted"], 20);
}

#[tokio::test]
async fn whatever_is_wrong_with_credentials_the_answer_is_the_same() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    hub.agent("gone").status("inactive").create().await;
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEiLCJleHAiOjQxMDI0NDQ4MDB9.";
    let expired = signed(&json!({"sub": "ana", "exp": 1_700_000_000}), JWT_SECRET);
    let foreign = signed(&json!({"sub": "ana", "exp": 4_102_444_800_i64}), "another secret of at least 32 bytes");
    let endless = signed(&json!({"sub": "ana"}), JWT_SECRET);
    let mut texts = Vec::new();
    for path in ["/api/v1/me", "/api/v1/settings"] {
        texts.push(refused(request(&hub, "GET", path).send().await));
        for secret in ["", "bh_0123_unknown", unsigned, &expired, &foreign, &endless, &ADMIN_KEY[1..]] {
            texts.push(refused(request(&hub, "GET", path).bearer(secret).send().await));
        }
        for nobody in ["nobody", "gone"] {
            texts.push(refused(request(&hub, "GET", path).agent(nobody).send().await));
        }
        texts.push(refused(request(&hub, "GET", path).header("authorization", "Basic YTpi").send().await));
    }
    texts.push(refused(request(&hub, "POST", "/api/v1/events").json(&good_event("e")).send().await));
    texts.push(refused(request(&hub, "POST", "/hooks/zammad/unknown").json(&json!({})).send().await));
    texts.dedup();
    assert_eq!(texts.len(), 1, "{texts:?}");
}

#[track_caller]
fn refused(answer: Raw) -> String {
    answer.problem(401, "auth.required");
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    answer.text
}

fn signed(claims: &Value, secret: &str) -> String {
    use jsonwebtoken::{EncodingKey, Header, encode};
    encode(&Header::default(), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

#[tokio::test]
async fn who_is_known_but_may_not_is_told_so() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    request(&hub, "POST", "/api/v1/events")
        .agent("ana")
        .json(&good_event("e"))
        .send()
        .await
        .problem(403, "auth.forbidden");
    request(&hub, "GET", "/api/v1/settings").agent("ana").send().await.problem(403, "auth.forbidden");
    request(&hub, "GET", "/api/v1/me").admin().send().await.problem(403, "auth.forbidden");
}

#[tokio::test]
async fn agent_with_the_role_admin_may_administer_with_their_token() {
    let hub = TestHub::start().await;
    hub.agent("root").role("admin").create().await;
    assert_eq!(request(&hub, "GET", "/api/v1/settings").agent("root").send().await.ok()["retention_days"], 90);
    let changed = request(&hub, "PATCH", "/api/v1/settings").agent("root").json(&json!({"retention_days": 30}));
    assert_eq!(changed.send().await.ok()["retention_days"], 30);
    request(&hub, "POST", "/api/v1/events")
        .agent("root")
        .json(&good_event("e"))
        .send()
        .await
        .problem(403, "auth.forbidden");
}

#[tokio::test]
async fn unknown_assignee_or_mention_is_accepted_and_the_explanation_says_why_they_hear_nothing() {
    let hub = TestHub::start().await;
    hub.agent("ben").create().await;
    for (event, person) in [(assigned("stranger"), "stranger"), (mention("stranger"), "stranger")] {
        let body = event.body(|| "evt-x".to_owned(), || "2026-11-20T09:00:00Z".to_owned());
        let explained = hub.post("/api/v1/explain", body.clone()).await.expect(reqwest::StatusCode::OK).body;
        let candidates = explained["candidates"].as_array().unwrap();
        let found = candidates.iter().find(|candidate| candidate["recipient"] == person).expect("they are listed");
        assert_eq!((&found["outcome"], &found["why"]), (&json!("skipped"), &json!("unknown_agent")));
    }
    let receipt = hub.event(assigned("stranger")).await;
    assert_eq!((&receipt["status"], &receipt["notified"]), (&json!("accepted"), &json!([])));
}

#[tokio::test]
async fn hundred_failures_a_minute_are_answered_and_more_are_too_many_but_a_valid_key_is_never_limited() {
    let hub = TestHub::start().await;
    let knock = || request(&hub, "GET", "/api/v1/settings").bearer("bh_wrong_key").send();
    for _ in 0..100 {
        knock().await.problem(401, "auth.required");
    }
    let limited = knock().await;
    limited.problem(429, "too_many_requests");
    let seconds: u64 = limited.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds));
    request(&hub, "GET", "/api/v1/settings").admin().send().await.ok();
    assert!(hub.metric("bellhop_auth_failures_total").await >= 101.0);
}

#[tokio::test]
async fn store_that_cannot_be_reached_is_answered_with_try_again_under_the_same_id() {
    let database = crate::harness::FreshDatabase::create();
    let (address, name) = (database.url(), "BELLHOP_STORE__URL");
    let (user, rest) = address.rsplit_once('@').map_or(("postgres://", &address[11..]), |(user, rest)| (user, rest));
    let (server, path) = rest.split_once('/').unwrap();
    let port = server.rsplit_once(':').map_or(5432, |(_, port)| port.parse().unwrap());
    let proxy = Wire::to(port).await;
    let at = if user == "postgres://" { "" } else { "@" };
    let through = format!("{user}{at}127.0.0.1:{}/{path}", proxy.port);
    let hub = TestHub::with(HubOptions::default().with(name, through)).await;
    hub.event(assigned("ben").id("before")).await;

    proxy.cut();
    let answer = post_event(&hub, &good_event("evt-1")).await;
    answer.problem(503, "store.unavailable");
    assert!(answer.header("retry-after").parse::<u64>().is_ok());
    let ready = request(&hub, "GET", "/readyz").send().await;
    assert_eq!((ready.status, &ready.json()["store"]["state"]), (503, &json!("down")));
    assert_eq!(request(&hub, "GET", "/healthz").send().await.status, 200);

    proxy.mend();
    crate::harness::eventually("the store is back", crate::harness::SOON, async || {
        post_event(&hub, &good_event("evt-1")).await.status == 202
    })
    .await;
}

/// A wire to the database that can be cut and mended.
struct Wire {
    port: u16,
    is_cut: std::sync::Arc<tokio::sync::watch::Sender<bool>>,
}

impl Wire {
    async fn to(server: u16) -> Wire {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let is_cut = std::sync::Arc::new(tokio::sync::watch::channel(false).0);
        let switch = is_cut.clone();
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut cut = switch.subscribe();
                tokio::spawn(async move {
                    if *cut.borrow() {
                        return;
                    }
                    let mut far = tokio::net::TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = cut.wait_for(|cut| *cut) => {}
                    }
                });
            }
        });
        Wire { port, is_cut }
    }

    fn cut(&self) {
        self.is_cut.send_replace(true);
    }

    fn mend(&self) {
        self.is_cut.send_replace(false);
    }
}
