//! Who is let in, for how long, and who is not.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::line::Line;
use crate::harness::{JWT_SECRET, SOON, TestHub, eventually, mention, token};

/// What the server lets clocks differ by: a token lives that much longer than it says.
const LEEWAY_S: i64 = 30;

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    i64::try_from(now).unwrap()
}

fn signed(claims: &Value, secret: &str) -> String {
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

/// A token that the server stops accepting `seconds` from now.
fn ends_in(agent: &str, seconds: i64) -> String {
    signed(&json!({"sub": agent, "exp": now() + seconds - LEEWAY_S}), JWT_SECRET)
}

fn unsigned(agent: &str) -> String {
    let part = |json: Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}.", part(json!({"alg": "none", "typ": "JWT"})), part(json!({"sub": agent, "exp": now() + 3600})))
}

#[tokio::test]
async fn nobody_gets_in_with_a_wrong_an_unsigned_or_an_expired_token() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let foreign = signed(&json!({"sub": "ana", "exp": now() + 3600}), "another secret that is long enough for HS256");
    let nobody = signed(&json!({"exp": now() + 3600}), JWT_SECRET);
    for wrong in ["", "made up", &foreign, &nobody, &unsigned("ana"), &ends_in("ana", -1)] {
        let mut line = Line::dial(&hub).await;
        line.hello(wrong, json!({"since": 0})).await;
        let end = line.expect_end(4501).await;
        assert!(end.before.is_empty(), "nothing is told before: {end:?}");
    }
    let mut line = Line::dial(&hub).await;
    line.say(json!({"type": "hello", "since": 0})).await;
    line.expect_end(4501).await;
}

#[tokio::test]
async fn a_good_token_of_someone_who_is_not_an_active_agent_is_not_enough() {
    let hub = TestHub::start().await;
    hub.agent("ina").status("inactive").create().await;
    for agent in ["ina", "unknown"] {
        let mut line = Line::dial(&hub).await;
        line.hello(&token(agent), json!({})).await;
        line.expect_end(4503).await;
    }
}

#[tokio::test]
async fn a_token_that_ends_is_warned_of_and_then_ends_the_session() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let mut line = Line::dial(&hub).await;
    line.hello(&ends_in("ana", 2), json!({})).await;
    let end = line.expect_end(4001).await;
    assert!(end.before.iter().any(|frame| frame["type"] == "synced"), "it was a session like any other: {end:?}");
    let codes: Vec<&Value> = end.before.iter().map(|frame| &frame["code"]).filter(|code| code.is_string()).collect();
    assert_eq!(codes, ["auth.expiring"], "warned once");
}

#[tokio::test]
async fn a_token_that_is_renewed_in_time_keeps_the_session() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    hub.agent("ben").create().await;
    let mut line = Line::dial(&hub).await;
    line.hello(&ends_in("ana", 2), json!({})).await;
    assert_eq!(line.until("error").await["code"], "auth.expiring");

    line.say(json!({"type": "auth", "token": token("ben")})).await;
    // `synced` may come after the warning: the token was about to end when the session began.
    assert_eq!(line.until("error").await["code"], "auth.other_agent");
    line.say(json!({"type": "auth", "token": "made up"})).await;
    assert_eq!(line.frame().await["code"], "auth.refused");
    line.say(json!({"type": "auth", "token": token("ana")})).await;

    line.expect_silence(Duration::from_secs(3)).await;
    hub.event(mention("ana")).await;
    assert_eq!(line.frame().await["type"], "notification");
}

#[tokio::test]
async fn the_token_may_come_in_the_header() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let bearer = format!("Bearer {}", token("ana"));
    let mut line = Line::dial_with(hub.addr(), &[("authorization", &bearer)]).await;
    line.say(json!({"type": "hello"})).await;
    line.until("welcome").await;
}

#[tokio::test]
async fn the_cookie_counts_only_on_our_own_pages() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let own = format!("http://{}", hub.addr());
    let answer = reqwest::Client::new()
        .post(format!("{own}/session"))
        .header("origin", &own)
        .json(&json!({"token": token("ana")}))
        .timeout(SOON)
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();

    let dial = async |origin: Option<&str>| {
        let headers = [Some(("cookie", cookie.as_str())), origin.map(|origin| ("origin", origin))];
        let mut line = Line::dial_with(hub.addr(), &headers.into_iter().flatten().collect::<Vec<_>>()).await;
        line.say(json!({"type": "hello"})).await;
        line
    };
    dial(Some(&own)).await.until("welcome").await;
    dial(None).await.expect_end(4501).await;
}

#[tokio::test]
async fn who_is_made_inactive_or_deleted_is_sent_away_at_once() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    hub.agent("ben").create().await;
    hub.agent("cid").create().await;
    let mut ana = Line::open(&hub, "ana").await;
    let mut ben = Line::open(&hub, "ben").await;
    let mut cid = Line::open(&hub, "cid").await;

    hub.directory(json!({"agents": [{"id": "ana", "status": "inactive"}]})).await;
    ana.expect_end(4503).await;
    hub.send(reqwest::Method::DELETE, "/api/v1/agents/ben", crate::harness::ADMIN_KEY, None).await;
    ben.expect_end(4503).await;

    hub.event(mention("cid")).await;
    assert_eq!(cid.frame().await["type"], "notification", "nobody else is touched");
}

#[tokio::test]
async fn failures_are_counted() {
    let hub = TestHub::start().await;
    let mut line = Line::dial(&hub).await;
    line.hello("made up", json!({})).await;
    line.expect_end(4501).await;
    eventually("the failure shows", SOON, async || hub.metric("bellhop_auth_failures_total").await >= 1.0).await;
    let answer = hub.send(reqwest::Method::GET, "/api/v1/me", "made up", None).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}
