//! §5.5.1 and §7: how a connection ends, and with which code.

use super::{CLOSE, Client, FIN, PING, TEXT, close, frame, hub};

/// What answers a Close with this payload, of a visitor and of an agent with a session.
async fn answered(payload: &[u8], code: u16) {
    let hub = hub().await;
    for mut client in [Client::of(&hub).await, Client::ana(&hub).await] {
        client.write(&frame(FIN | CLOSE, payload)).await;
        assert_eq!(client.expect_close(code).await, None, "who closes needs no goodbye");
    }
}

#[tokio::test]
async fn a_close_is_answered_with_its_own_code() {
    let hub = hub().await;
    for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999] {
        let mut client = Client::ana(&hub).await;
        client.write(&close(code)).await;
        assert_eq!(client.expect_close(code).await, None);
    }
}

#[tokio::test]
async fn codes_that_must_not_be_sent_are_a_breach() {
    // §7.4.1, §7.4.2
    let hub = hub().await;
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        let mut client = Client::ana(&hub).await;
        client.write(&close(code)).await;
        assert_eq!(client.expect_close(1002).await, None, "{code}");
    }
}

#[tokio::test]
async fn a_close_without_a_code_is_answered() {
    answered(b"", 1000).await;
}

#[tokio::test]
async fn half_a_code_is_a_breach() {
    answered(b"\x03", 1002).await;
}

#[tokio::test]
async fn a_reason_may_be_given_and_has_to_be_text() {
    answered("\u{3}\u{0}".as_bytes(), 1002).await;
    let mut reason = 1000_u16.to_be_bytes().to_vec();
    reason.extend("auf Wiedersehen, κόσμε".as_bytes());
    answered(&reason, 1000).await;
    reason.resize(125, b'.');
    answered(&reason, 1000).await;
    reason.truncate(100);
    reason.extend(b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80");
    answered(&reason, 1007).await;
}

#[tokio::test]
async fn what_follows_a_close_is_not_looked_at() {
    // §5.5.1: no more data frames after it.
    let hub = hub().await;
    let mut client = Client::ana(&hub).await;
    let more = [close(1000), frame(FIN | PING, b"too late"), frame(FIN | TEXT, b"\xff"), close(1001)].concat();
    client.write(&more).await;
    assert_eq!(client.expect_close(1000).await, None);
}

#[tokio::test]
async fn a_close_amid_a_message_ends_the_connection_without_it() {
    let hub = hub().await;
    let mut client = Client::of(&hub).await;
    client.write(&[frame(TEXT, b"{\"type\":"), close(1001)].concat()).await;
    assert_eq!(client.expect_close(1001).await, None);
}
