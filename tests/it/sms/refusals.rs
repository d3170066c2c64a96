//! When Twilio refuses, is not there, or says nothing.

use std::time::{Duration, Instant};

use bellhop::{
    clock::Clock,
    delivery::{Outcome, sms::Twilio},
};
use serde_json::json;

use super::{NUMBER, PIA, config, twilio};
use crate::peers::{
    free_port,
    http::{HttpPeer, Reply},
};

fn hasty(url: &str) -> Twilio {
    let (connect, answer) = (Duration::from_secs(2), Duration::from_millis(400));
    Twilio::within(config(url, NUMBER), "http://hub.example.com", Clock::System, connect, answer).unwrap()
}

#[tokio::test]
async fn without_an_answer_nobody_knows_and_nothing_is_sent_twice() {
    for (reply, said) in [(0, "no answer in time"), (1, "the connection broke before the answer")] {
        let peer = HttpPeer::start(move |_| if reply == 0 { Reply::Hang } else { Reply::Cut }).await;
        let began = Instant::now();
        let outcome = hasty(&peer.url).send("d-1", PIA, "hi").await;
        assert_eq!(outcome, Outcome::Unknown { why: "answer_missing", detail: said.to_owned() });
        assert!(began.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert_eq!(peer.seen().len(), 1, "{said}");
    }
}

#[tokio::test]
async fn on_a_connection_that_was_used_before_nothing_is_sent_twice_either() {
    let requests = std::sync::atomic::AtomicUsize::new(0);
    let peer = HttpPeer::start(move |_| {
        let is_first = requests.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        if is_first { Reply::json(201, json!({"sid": "SM1"})) } else { Reply::Cut }
    })
    .await;
    let twilio = hasty(&peer.url);
    assert_eq!(twilio.send("d-1", PIA, "hi").await, Outcome::Sent { provider_id: Some("SM1".to_owned()) });
    assert_eq!(twilio.send("d-2", PIA, "hi").await.why(), Some("answer_missing"));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(peer.seen().len(), 2);
}

#[tokio::test]
async fn where_nobody_listens_it_is_tried_later() {
    for url in [format!("http://127.0.0.1:{}", free_port()), "http://nobody.invalid".to_owned()] {
        let outcome = hasty(&url).send("d-1", PIA, "hi").await;
        assert!(matches!(outcome, Outcome::Later { why: "unreachable", after: None, .. }), "{url}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_callback_over_plain_http_is_asked_for_only_when_told_so() {
    let peer = HttpPeer::start(|_| Reply::json(201, json!({"sid": "SM1"}))).await;
    hasty(&peer.url).send("d-1", PIA, "hi").await;
    hasty(&peer.url).told_in_the_clear("http://127.0.0.1:8080/").send("d 2", PIA, "hi").await;
    let bodies: Vec<String> = peer.seen().into_iter().map(|seen| seen.body).collect();
    assert!(!bodies[0].contains("StatusCallback"), "{}", bodies[0]);
    let asked = "StatusCallback=http%3A%2F%2F127.0.0.1%3A8080%2Fhooks%2Ftwilio%2Fstatus%3Fdelivery%3Dd%2B2";
    assert!(bodies[1].contains(asked), "{}", bodies[1]);
}

#[tokio::test]
async fn refusals_end_as_they_should_and_name_no_number() {
    let refusal = |status: u16, code: i64| {
        HttpPeer::start(move |_| {
            let message = format!("The number {PIA} (or 555-010-0123) of 'secret text' was refused");
            let body = json!({"code": code, "message": message, "status": status}).to_string();
            Reply::Answer(status, vec![("retry-after", "17".to_owned())], body)
        })
    };
    for (status, code, why) in [
        (400, 21_610, "opted_out"),
        (400, 21_211, "bad_number"),
        (400, 21_614, "bad_number"),
        (401, 20_003, "credentials"),
        (400, 21_606, "sender"),
        (429, 20_429, "overloaded"),
        (503, 20_503, "provider_down"),
        (400, 21_408, "region"),
        (400, 30_999, "refused"),
        (307, 0, "provider_url"),
    ] {
        let peer = refusal(status, code).await;
        let outcome = twilio(&peer.url, NUMBER).send("d-1", PIA, "secret text").await;
        assert_eq!(outcome.why(), Some(why), "{outcome:?}");
        let detail = outcome.detail().unwrap();
        assert!(detail.contains(&format!("HTTP {status}")) && detail.contains("was refused"), "{detail}");
        assert!(!detail.contains("555") && !detail.contains("secret"), "{detail}");
        if let Outcome::Later { after, .. } = outcome {
            assert_eq!(after, Some(Duration::from_secs(17)));
        }
        assert_eq!(peer.seen().len(), 1, "neither repeated nor followed");
    }
}

#[tokio::test]
async fn an_answer_that_is_huge_or_not_json_is_survived() {
    for (status, sent) in [(201, true), (500, false)] {
        let peer = HttpPeer::start(move |_| Reply::Answer(status, Vec::new(), "x".repeat(4 << 20))).await;
        let outcome = twilio(&peer.url, NUMBER).send("d-1", PIA, "hi").await;
        assert_eq!(outcome == Outcome::Sent { provider_id: None }, sent, "{outcome:?}");
        assert!(outcome.detail().is_none_or(|detail| detail.len() < 400));
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_tried() {
    let peer = HttpPeer::start(|_| Reply::json(201, json!({"sid": "SM1"}))).await;
    let twilio = twilio(&peer.url, NUMBER);
    assert_eq!(twilio.send("d-1", "5550100", "hi").await.why(), Some("bad_number"));
    assert_eq!(twilio.send("d-1", PIA, " \n ").await.why(), Some("empty"));
    assert!(peer.seen().is_empty());
}
