//! Which pages may open a connection.

use reqwest::StatusCode;
use serde_json::Value;

use crate::harness::{HubOptions, SOON, TestHub, token};

async fn upgrade(hub: &TestHub, headers: &[(&str, &str)]) -> reqwest::Response {
    let mut request = reqwest::Client::new()
        .get(format!("http://{}/ws", hub.addr()))
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "x3JJHMbDL1EzLkh9GBhXDw==")
        .timeout(SOON);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_page_of_a_foreign_origin_is_refused_before_the_upgrade() {
    let hub =
        TestHub::with(HubOptions::default().with("BELLHOP_HTTP__ALLOWED_ORIGINS", "https://desk.example.com")).await;
    let own = format!("http://{}", hub.addr());
    for foreign in ["https://evil.example", "https://desk.example.com.evil.example", "null"] {
        let answer = upgrade(&hub, &[("origin", foreign)]).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{foreign}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["code"], "auth.forbidden");
    }
    for known in ["https://desk.example.com", own.as_str()] {
        assert_eq!(upgrade(&hub, &[("origin", known)]).await.status(), StatusCode::SWITCHING_PROTOCOLS, "{known}");
    }
    assert_eq!(upgrade(&hub, &[]).await.status(), StatusCode::SWITCHING_PROTOCOLS, "no page at all");
}

#[tokio::test]
async fn a_foreign_page_gets_no_stream_either() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let answer = reqwest::Client::new()
        .get(format!("http://{}/api/v1/me/stream", hub.addr()))
        .bearer_auth(token("ana"))
        .header("origin", "https://evil.example")
        .timeout(SOON)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_subprotocol_is_echoed_to_who_offers_it() {
    let hub = TestHub::start().await;
    let answer = upgrade(&hub, &[("sec-websocket-protocol", "other, bellhop.v1")]).await;
    assert_eq!(answer.headers()["sec-websocket-protocol"], "bellhop.v1");
    let answer = upgrade(&hub, &[("sec-websocket-protocol", "other")]).await;
    assert_eq!(answer.headers().get("sec-websocket-protocol"), None);
}

#[tokio::test]
async fn what_is_no_upgrade_is_told_so() {
    let hub = TestHub::start().await;
    let answer = reqwest::get(format!("http://{}/ws", hub.addr())).await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
}
