//! What goes around every answer: paths and methods that are not there, security headers, CORS, health, the reference.

use serde_json::{Value, json};

use crate::{
    harness::{HubOptions, TestHub, assigned},
    http_raw::request,
};

#[tokio::test]
async fn path_or_method_that_is_not_there_is_a_problem_too() {
    let hub = TestHub::start().await;
    request(&hub, "GET", "/api/v1/nothing").send().await.problem(404, "not_found");
    request(&hub, "POST", "/nothing").send().await.problem(404, "not_found");
    let wrong = request(&hub, "DELETE", "/api/v1/settings").admin().send().await;
    wrong.problem(405, "method_not_allowed");
    assert_eq!(wrong.header("allow"), "GET, PATCH");
    request(&hub, "GET", "/demo/state").send().await.problem(404, "not_found");
    for path in ["/panel", "/mailbox", "/demo/mailbox", "/demo/mailbox/1"] {
        request(&hub, "GET", path).send().await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn every_answer_carries_its_security_headers_and_pages_may_run_own_scripts_only() {
    let hub = TestHub::start().await;
    for path in ["/", "/notifications", "/docs", "/admin", "/healthz", "/api/v1/me", "/nothing"] {
        let answer = request(&hub, "GET", path).send().await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(!answer.header("referrer-policy").is_empty(), "{path}");
    }
    let page = request(&hub, "GET", "/").send().await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self';") && policy.contains("object-src 'none'"), "{policy}");
}

#[tokio::test]
async fn listed_page_may_read_answers_and_a_foreign_one_may_not() {
    let hub =
        TestHub::with(HubOptions::default().with("BELLHOP_HTTP__ALLOWED_ORIGINS", "https://desk.example.com")).await;
    hub.agent("ana").create().await;
    let preflight = |origin: &str| {
        let ask = request(&hub, "OPTIONS", "/api/v1/me").header("origin", origin);
        ask.header("access-control-request-method", "GET")
            .header("access-control-request-headers", "authorization")
            .send()
    };
    let allowed = preflight("https://desk.example.com").await;
    assert_eq!((allowed.status, allowed.header("access-control-allow-origin")), (204, "https://desk.example.com"));
    assert!(allowed.header("access-control-allow-headers").contains("authorization"));
    assert!(allowed.header("access-control-allow-methods").contains("DELETE"));
    assert_eq!(preflight("https://evil.example").await.header("access-control-allow-origin"), "");
    let answer =
        request(&hub, "GET", "/api/v1/me").agent("ana").header("origin", "https://desk.example.com").send().await;
    assert_eq!(answer.header("access-control-allow-origin"), "https://desk.example.com");
    assert!(answer.header("vary").to_lowercase().contains("origin"));
    let refused = request(&hub, "GET", "/api/v1/me").header("origin", "https://desk.example.com").send().await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (401, "https://desk.example.com"));
}

#[tokio::test]
async fn health_readiness_figures_and_the_reference_are_there_for_everybody() {
    let hub = TestHub::start().await;
    hub.event(assigned("ben")).await;
    assert_eq!(request(&hub, "GET", "/healthz").send().await.ok()["status"], "ok");
    let ready = request(&hub, "GET", "/readyz").send().await.ok();
    assert_eq!(ready, json!({"status": "ready", "store": {"state": "up"}, "bus": {"state": "up"}}));
    let figures = request(&hub, "GET", "/metrics").send().await;
    assert!(figures.header("content-type").starts_with("text/plain"));
    assert!(figures.text.contains("bellhop_events_total{status=\"accepted\"} 1"), "{}", figures.text);
    assert!(figures.text.contains("bellhop_http_responses_total{class=\"2xx\"}"));
    let reference = request(&hub, "GET", "/openapi.json").send().await.ok();
    assert!(reference["openapi"].as_str().is_some_and(|version| version.starts_with("3.")));
    let paths = reference["paths"].as_object().unwrap();
    for (path, item) in paths {
        for method in item.as_object().map(serde_json::Map::keys).into_iter().flatten() {
            let answered = request(&hub, &method.to_uppercase(), &path.replace(['{', '}'], "")).send().await;
            let is_there = answered.status != 405
                && answered.text.parse::<Value>().map_or(true, |body| {
                    body["detail"].as_str().is_none_or(|detail| !detail.starts_with("there is nothing at"))
                });
            assert!(is_there, "{method} {path}: {}", answered.text);
        }
    }
}
