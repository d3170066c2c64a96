//! A link by email signs an agent in, once.

use std::time::Duration;

use bellhop::clock::Clock;
use serde_json::json;

use super::{MailServer, read};
use crate::{
    harness::{Backend, HubOptions, TestHub},
    http_raw::{Raw, request},
};

async fn hub(server: &MailServer, backend: Backend, clock: Clock) -> TestHub {
    let options = HubOptions { backend, clock, ..HubOptions::default() };
    let options =
        options.with("BELLHOP_EMAIL__URL", server.url()).with("BELLHOP_EMAIL__FROM", "Desk <desk@bell.example>");
    let hub = TestHub::with(options).await;
    let ana = json!({"id": "ana", "name": "Ana", "email": "Ana@example.org"});
    let ben = json!({"id": "ben", "name": "Ben", "email": "ben@example.org", "status": "inactive"});
    hub.directory(json!({"agents": [ana, ben]})).await;
    hub
}

async fn ask(hub: &TestHub, email: &str) -> Raw {
    request(hub, "POST", "/session/link").json(&json!({"email": email})).send().await
}

/// The path of the link in the newest of so many emails.
fn link(server: &MailServer, count: usize) -> String {
    let read = read(&server.messages(count)[count - 1], None);
    read.assert_valid();
    assert_eq!(read.header("Subject"), "Your link to sign in");
    let at = read.text().find("/session/link/").unwrap();
    read.text()[at..].split_whitespace().next().unwrap().to_owned()
}

async fn link_signs_in_once_and_opening_it_is_no_use_of_it(backend: Backend) {
    let server = MailServer::start();
    let hub = hub(&server, backend, Clock::default()).await;
    assert_eq!(ask(&hub, " ana@Example.org ").await.status, 202);
    let path = link(&server, 1);
    for _ in 0..3 {
        let page = request(&hub, "GET", &path).send().await;
        assert!(
            page.status == 200 && page.text.contains("<form method=\"post\">") && page.header("set-cookie").is_empty()
        );
    }
    let foreign = request(&hub, "POST", &path).header("origin", "https://evil.example").send().await;
    foreign.problem(403, "auth.forbidden");
    let own = format!("http://{}", hub.addr());
    let signed_in = request(&hub, "POST", &path).header("origin", &own).send().await;
    assert_eq!((signed_in.status, signed_in.header("location")), (303, "/notifications"));
    let cookie = signed_in.header("set-cookie").split(';').next().unwrap().to_owned();
    let me = request(&hub, "GET", "/api/v1/me").header("cookie", &cookie).send().await.ok();
    assert_eq!(me["agent"]["id"], "ana");
    assert_eq!(request(&hub, "POST", &path).send().await.status, 401);
    let token = path.rsplit('/').next().unwrap();
    request(&hub, "POST", "/session").json(&json!({"link": token})).send().await.problem(401, "auth.required");
}

#[tokio::test]
async fn db_sqlite_link_signs_in_once_and_opening_it_is_no_use_of_it() {
    link_signs_in_once_and_opening_it_is_no_use_of_it(Backend::Sqlite).await;
}

#[tokio::test]
async fn db_postgres_link_signs_in_once_and_opening_it_is_no_use_of_it() {
    link_signs_in_once_and_opening_it_is_no_use_of_it(Backend::Postgres).await;
}

#[tokio::test]
async fn link_is_good_for_ten_minutes_and_of_two_who_use_it_at_once_one_gets_in() {
    let server = MailServer::start();
    let clock = Clock::manual(super::NOW);
    let hub = hub(&server, Backend::Sqlite, clock.clone()).await;
    ask(&hub, "ana@example.org").await;
    let old = link(&server, 1);
    clock.advance(10 * 60_000);
    assert_eq!(request(&hub, "POST", &old).send().await.status, 401);
    ask(&hub, "ana@example.org").await;
    let path = link(&server, 2);
    let token = path.rsplit('/').next().unwrap();
    let use_it = || request(&hub, "POST", "/session").json(&json!({"link": token})).send();
    let (one, two) = tokio::join!(use_it(), use_it());
    let mut both = [one.status, two.status];
    both.sort_unstable();
    assert_eq!(both, [200, 401]);
    let neither = request(&hub, "POST", "/session").json(&json!({})).send().await;
    neither.problem(422, "session.incomplete");
}

#[tokio::test]
async fn answer_is_the_same_for_whom_nobody_knows_and_nobody_is_flooded() {
    let server = MailServer::start();
    let hub = hub(&server, Backend::Sqlite, Clock::default()).await;
    let known = ask(&hub, "ana@example.org").await;
    server.messages(1);
    for email in ["nobody-here@example.org", "ben@example.org"] {
        let answer = ask(&hub, email).await;
        assert_eq!((answer.status, &answer.text), (known.status, &known.text), "{email}");
    }
    for _ in 0..4 {
        assert_eq!(ask(&hub, "ANA@example.org").await.status, 202);
    }
    ask(&hub, "no address").await.problem(422, "session.address");
    server.messages(3);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(server.said("raw").len(), 3, "three in a quarter of an hour, and none to the others");
    let mut limited = None;
    for n in 0..40 {
        let answer = ask(&hub, &format!("{n}@example.org")).await;
        if answer.status == 429 {
            limited = Some(answer.header("retry-after").to_owned());
        }
    }
    assert!(limited.is_some_and(|seconds| seconds.parse::<u32>().unwrap() <= 900));
}

#[tokio::test]
async fn without_emails_there_are_no_links() {
    let hub = TestHub::start().await;
    ask(&hub, "ana@example.org").await.problem(409, "conflict");
}
