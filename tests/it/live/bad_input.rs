//! What a client should not send, and what it gets for it (issue 2, point 6).

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::Message;

use super::line::{Line, RawLine};
use crate::harness::{HubOptions, Process, TestHub, mention, token};

#[tokio::test]
async fn who_does_not_say_hello_is_sent_away() {
    let hub = TestHub::with(HubOptions::default().with("BELLHOP_LIVE__HELLO_WITHIN_MS", 200)).await;
    let mut line = Line::dial(&hub).await;
    line.expect_end(4005).await;
}

#[tokio::test]
async fn who_says_something_else_first_does_not_speak_the_protocol() {
    let hub = TestHub::start().await;
    for first in [json!({"type": "ack", "seq": 1}), json!({"type": "dance"}), json!(7)] {
        let mut line = Line::dial(&hub).await;
        line.say(first).await;
        line.expect_end(4511).await;
    }
}

#[tokio::test]
async fn an_unknown_type_is_an_error_and_the_connection_goes_on() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let mut line = Line::open(&hub, "ana").await;

    line.say(json!({"type": "dance", "ref": "7"})).await;
    let error = line.frame().await;
    assert_eq!(
        (&error["type"], &error["code"], &error["ref"]),
        (&json!("error"), &json!("message.unknown_type"), &json!("7"))
    );
    line.send(Message::text("not json")).await;
    assert_eq!(line.frame().await["code"], "message.malformed");
    line.say(json!({"type": "read", "ref": "8", "ids": []})).await;
    let error = line.frame().await;
    assert_eq!((&error["code"], &error["ref"]), (&json!("selector.invalid"), &json!("8")));

    hub.event(mention("ana")).await;
    assert_eq!(line.frame().await["type"], "notification");
}

#[tokio::test]
async fn a_binary_frame_ends_the_connection() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let mut line = Line::open(&hub, "ana").await;
    line.send(Message::binary(vec![1, 2, 3])).await;
    let end = line.expect_end(4510).await;
    assert_eq!(end.before[0]["code"], "frame.binary");
}

#[tokio::test]
async fn who_claims_more_than_there_is_starts_anew() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    hub.event(mention("ana")).await;
    let mut line = Line::dial(&hub).await;
    line.hello(&token("ana"), json!({"since": 99})).await;
    let welcome = line.frame().await;
    assert_eq!((&welcome["type"], &welcome["seq"]), (&json!("welcome"), &json!(1)));
    let reset = line.frame().await;
    assert_eq!((&reset["type"], &reset["seq"]), (&json!("reset"), &json!(1)));
    assert_eq!(reset["counts"]["unread"], 1);

    hub.event(mention("ana")).await;
    let next = line.frame().await;
    assert_eq!((&next["seq"], &next["prev"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn who_comes_with_another_epoch_starts_anew() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    hub.event(mention("ana")).await;
    let mut line = Line::dial(&hub).await;
    line.hello(&token("ana"), json!({"since": 0, "epoch": "of a backup"})).await;
    let epoch = line.frame().await["epoch"].clone();
    assert_eq!(line.frame().await["type"], "reset");

    let mut line = Line::dial(&hub).await;
    line.hello(&token("ana"), json!({"since": 0, "epoch": epoch})).await;
    line.until("welcome").await;
    assert_eq!(line.frame().await["type"], "notification");
}

#[tokio::test]
async fn a_thousand_messages_a_second_are_too_many() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let mut line = Line::open(&hub, "ana").await;
    for _ in 0..1_000 {
        if !line.send_into_the_blue(Message::text(r#"{"type":"pong"}"#)).await {
            break;
        }
    }
    let end = line.expect_end(4008).await;
    assert_eq!(end.before.last().unwrap()["code"], "messages.too_many");
}

/// A frame's header: FIN, text, masked, 64-bit length.
fn header_of(bytes: u64) -> Vec<u8> {
    let mut header = vec![0x81, 0x80 | 127];
    header.extend(bytes.to_be_bytes());
    header.extend([1, 2, 3, 4]);
    header
}

#[tokio::test]
async fn a_frame_that_declares_a_gigabyte_is_refused_at_once_and_costs_no_memory() {
    let hub = Process::start(&[]).await;
    let before = hub.resident_bytes();
    let began = Instant::now();
    let mut lines = Vec::new();
    for _ in 0..20 {
        let mut line = RawLine::upgraded(hub.addr()).await;
        line.stream.write_all(&header_of(1 << 30)).await.unwrap();
        lines.push(tokio::spawn(async move {
            // As much as the server takes before it is gone.
            let piece = vec![0_u8; 1 << 20];
            for _ in 0..64 {
                if line.stream.write_all(&piece).await.is_err() {
                    break;
                }
            }
        }));
    }
    let mut polite = RawLine::upgraded(hub.addr()).await;
    polite.stream.write_all(&header_of(1 << 30)).await.unwrap();
    let rest = polite.rest().await;
    let said = String::from_utf8_lossy(&rest);
    assert!(said.contains(r#"{"type":"bye","code":4509}"#), "{said}");
    assert!(began.elapsed() < Duration::from_secs(5));
    for line in lines {
        line.await.unwrap();
    }
    let grown = hub.resident_bytes().saturating_sub(before);
    assert!(grown < 16 << 20, "20 clients that sent up to 64 MB each made the server grow by {grown} bytes");
}

#[tokio::test]
async fn a_message_in_pieces_may_not_be_larger_than_one_in_one_piece() {
    let hub = TestHub::start().await;
    let mut line = RawLine::upgraded(hub.addr()).await;
    // The first piece of a text, and then continuations, 16 KB each, without an end.
    for piece in 0..10 {
        let mut bytes = vec![u8::from(piece == 0), 0x80 | 126];
        bytes.extend(16_384_u16.to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend([b'a'; 16_384]);
        if line.stream.write_all(&bytes).await.is_err() {
            break;
        }
    }
    let said = line.rest().await;
    assert!(String::from_utf8_lossy(&said).contains("4509"));
}

#[tokio::test]
async fn what_was_never_sent_cannot_be_confirmed() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let mut line = Line::open(&hub, "ana").await;
    line.say(json!({"type": "ack", "seq": 5, "active": true})).await;
    assert_eq!(line.frame().await["code"], "ack.never_sent");
    let said_again: Value = json!({"type": "hello"});
    line.say(said_again).await;
    assert_eq!(line.frame().await["code"], "hello.again");
}
