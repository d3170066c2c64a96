//! §4.2: the opening handshake, in requests written by hand.

use std::collections::HashMap;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{Client, FIN, TEXT, frame, hello, hub};
use crate::{
    harness::{SOON, TestHub},
    live::line::RawLine,
};

/// The example of §1.3.
const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
const REST: [&str; 3] = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"];

struct Answer {
    status: u16,
    headers: HashMap<String, String>,
    stream: TcpStream,
}

async fn ask(hub: &TestHub, method: &str, headers: &[&str]) -> Answer {
    ask_and_go_on(hub, method, headers, b"").await
}

/// The request, with bytes right behind it.
async fn ask_and_go_on(hub: &TestHub, method: &str, headers: &[&str], more: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(hub.addr()).await.unwrap();
    let mut request = format!("{method} /ws HTTP/1.1\r\nHost: {}\r\n", hub.addr());
    headers.iter().for_each(|header| request.push_str(&format!("{header}\r\n")));
    request.push_str("\r\n");
    stream.write_all(&[request.as_bytes(), more].concat()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(timeout(SOON, stream.read_u8()).await.expect("the server answers").expect("with a whole head"));
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.map(|line| line.split_once(": ").unwrap());
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    Answer { status, headers, stream }
}

fn with(headers: &[&'static str]) -> Vec<&'static str> {
    [&REST[..], headers].concat()
}

#[tokio::test]
async fn the_key_is_answered_as_the_rfc_computes_it() {
    let hub = hub().await;
    let answer = ask(&hub, "GET", &with(&[KEY])).await;
    assert_eq!(answer.status, 101);
    assert_eq!(answer.headers["sec-websocket-accept"], ACCEPT);
    assert!(answer.headers["upgrade"].eq_ignore_ascii_case("websocket"));
    assert!(answer.headers["connection"].eq_ignore_ascii_case("upgrade"));
    // Nothing that was not asked for (§4.1).
    assert!(!answer.headers.contains_key("sec-websocket-protocol"));
    assert!(!answer.headers.contains_key("sec-websocket-extensions"));
}

#[tokio::test]
async fn names_are_compared_without_case_and_connection_may_list_more() {
    let hub = hub().await;
    let headers = ["upgrade: WebSocket", "CONNECTION: keep-alive, Upgrade", "sec-websocket-version: 13", KEY];
    assert_eq!(ask(&hub, "GET", &headers).await.status, 101);
}

#[tokio::test]
async fn frames_right_behind_the_request_are_read() {
    let hub = hub().await;
    let hello = frame(FIN | TEXT, hello().as_bytes());
    let answer = ask_and_go_on(&hub, "GET", &with(&[KEY]), &hello).await;
    let mut client = Client { line: RawLine { stream: answer.stream } };
    client.until_synced().await;
}

#[tokio::test]
async fn the_subprotocol_is_chosen_from_what_is_offered() {
    let hub = hub().await;
    for offer in [
        vec!["Sec-WebSocket-Protocol: bellhop.v1"],
        vec!["Sec-WebSocket-Protocol: chat, bellhop.v1"],
        vec!["Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Protocol: bellhop.v1,mqtt"],
    ] {
        let answer = ask(&hub, "GET", &with(&[&[KEY], &offer[..]].concat())).await;
        assert_eq!((answer.status, answer.headers["sec-websocket-protocol"].as_str()), (101, "bellhop.v1"));
    }
    let answer = ask(&hub, "GET", &with(&[KEY, "Sec-WebSocket-Protocol: chat, bellhop.v2"])).await;
    assert_eq!((answer.status, answer.headers.get("sec-websocket-protocol")), (101, None));
}

#[tokio::test]
async fn an_extension_that_is_offered_is_declined() {
    let hub = hub().await;
    let answer = ask(&hub, "GET", &with(&[KEY, "Sec-WebSocket-Extensions: permessage-deflate"])).await;
    assert_eq!((answer.status, answer.headers.get("sec-websocket-extensions")), (101, None));
}

#[tokio::test]
async fn another_version_is_told_which_one_is_spoken() {
    // §4.4
    let hub = hub().await;
    for version in ["8", "0", "14", "13, 8", "thirteen"] {
        let version = format!("Sec-WebSocket-Version: {version}");
        let answer = ask(&hub, "GET", &["Upgrade: websocket", "Connection: Upgrade", &version, KEY]).await;
        assert_eq!((answer.status, answer.headers["sec-websocket-version"].as_str()), (426, "13"), "{version}");
    }
}

#[tokio::test]
async fn a_request_that_is_no_handshake_is_refused() {
    // §4.2.1
    let hub = hub().await;
    let [upgrade, connection, version] = REST;
    for (headers, why) in [
        (vec![connection, version, KEY], "no upgrade"),
        (vec!["Upgrade: h2c", connection, version, KEY], "another upgrade"),
        (vec![upgrade, version, KEY], "no connection"),
        (vec![upgrade, connection, KEY], "no version"),
        (vec![upgrade, connection, version], "no key"),
        (vec![upgrade, connection, version, "Sec-WebSocket-Key: "], "an empty key"),
        (vec![upgrade, connection, version, "Sec-WebSocket-Key: dG9vIHNob3J0"], "a short key"),
        (vec![upgrade, connection, version, "Sec-WebSocket-Key: ????????????????????????"], "no base64"),
    ] {
        assert_eq!(ask(&hub, "GET", &headers).await.status, 400, "{why}");
    }
    let post = ask(&hub, "POST", &with(&[KEY])).await;
    assert_eq!((post.status, post.headers["allow"].as_str()), (405, "GET"));
}
