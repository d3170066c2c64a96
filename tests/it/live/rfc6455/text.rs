//! §5.6 and §8.1: a text is UTF-8, whole, wherever its fragments are cut.

use serde_json::json;

use super::{CONTINUE, Client, FIN, TEXT, frame, hello, hub, refused};

#[tokio::test]
async fn a_code_point_may_be_cut_by_fragments() {
    let hub = hub().await;
    let mut client = Client::ana(&hub).await;
    let text = json!({"type": "dance", "ref": "κόσμε €𝄞"}).to_string();
    for at in 1..text.len() {
        client.write(&frame(TEXT, &text.as_bytes()[..at])).await;
        client.write(&frame(FIN | CONTINUE, &text.as_bytes()[at..])).await;
        let error = client.message().await;
        assert_eq!((&error["code"], &error["ref"]), (&json!("message.unknown_type"), &json!("κόσμε €𝄞")), "{at}");
    }
}

#[tokio::test]
async fn what_is_not_utf_8_is_refused() {
    let hub = hub().await;
    let cases: [&[u8]; 6] = [
        b"\xff",
        // A surrogate, something longer than it has to be, and something beyond the last code point.
        b"{\"type\":\"\xed\xa0\x80\"}",
        b"\xc0\xaf",
        b"\xf4\x90\x80\x80",
        // Ends within a code point.
        b"\"\xe2\x82",
        b"\x80",
    ];
    for text in cases {
        refused(&hub, &frame(FIN | TEXT, text), 1007).await;
    }
}

#[tokio::test]
async fn what_is_not_utf_8_is_refused_across_fragments() {
    let hub = hub().await;
    let valid_then_not = [frame(TEXT, "κόσμε".as_bytes()), frame(FIN | CONTINUE, b"\xff")].concat();
    refused(&hub, &valid_then_not, 1007).await;
    let cut_and_not_continued = [frame(TEXT, b"\xe2\x82"), frame(FIN | CONTINUE, b"a")].concat();
    refused(&hub, &cut_and_not_continued, 1007).await;
    let ends_within = [frame(TEXT, b"{}"), frame(FIN | CONTINUE, b"\xf0\x9d")].concat();
    refused(&hub, &ends_within, 1007).await;
}

#[tokio::test]
async fn a_message_that_can_become_no_text_is_refused_before_its_end() {
    let hub = hub().await;
    refused(&hub, &[frame(TEXT, b"{"), frame(CONTINUE, b"\xf4\x90")].concat(), 1007).await;
}

#[tokio::test]
async fn a_text_that_the_protocol_above_does_not_understand_is_still_text() {
    let hub = hub().await;
    let mut client = Client::of(&hub).await;
    client.write(&frame(FIN | TEXT, hello().as_bytes())).await;
    client.until_synced().await;
    for text in [&b""[..], b"null", b"[]", b"\"\\ud800\"", b"\0"] {
        client.write(&frame(FIN | TEXT, text)).await;
        assert_eq!(client.message().await["code"], "message.malformed");
    }
    client.expect_alive().await;
}
