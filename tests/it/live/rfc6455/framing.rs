//! §5: fragments, control frames between them, reserved bits, opcodes, masks.

use super::{BINARY, CLOSE, CONTINUE, Client, FIN, Frame, PING, PONG, TEXT, frame, hello, hub, refused};
use crate::harness::mention;

#[tokio::test]
async fn a_message_in_fragments_is_one_message() {
    // §5.4: any number of fragments, empty ones too.
    let hub = hub().await;
    for pieces in [1, 2, 7, 50] {
        let mut client = Client::of(&hub).await;
        let text = hello();
        let size = text.len().div_ceil(pieces);
        for (number, piece) in text.as_bytes().chunks(size).enumerate() {
            client.write(&frame(if number == 0 { TEXT } else { CONTINUE }, piece)).await;
            client.write(&frame(CONTINUE, b"")).await;
        }
        client.write(&frame(FIN | CONTINUE, b"")).await;
        client.until_synced().await;
    }
}

#[tokio::test]
async fn control_frames_between_fragments_are_answered_at_once() {
    // §5.4: they may be injected in the middle of a fragmented message.
    let hub = hub().await;
    let mut client = Client::of(&hub).await;
    let text = hello();
    client.write(&frame(TEXT, &text.as_bytes()[..10])).await;
    client.write(&frame(FIN | PING, b"between")).await;
    assert_eq!(client.frame().await, Frame { first: FIN | PONG, payload: b"between".to_vec() });
    client.write(&frame(FIN | PONG, b"nobody asked")).await;
    client.write(&frame(FIN | CONTINUE, &text.as_bytes()[10..])).await;
    client.until_synced().await;

    client.write(&frame(TEXT, b"{")).await;
    client.expect_alive().await;
    client.write(&frame(FIN | CLOSE, &1000_u16.to_be_bytes())).await;
    assert_eq!(client.expect_close(1000).await, None);
}

#[tokio::test]
async fn frames_are_read_however_the_bytes_arrive() {
    let hub = hub().await;
    let mut client = Client::of(&hub).await;
    for byte in frame(FIN | TEXT, hello().as_bytes()) {
        client.write(&[byte]).await;
        client.line.stream.set_nodelay(true).unwrap();
    }
    client.until_synced().await;
    let many: Vec<u8> = (0..50_u8).flat_map(|number| frame(FIN | PING, &[number])).collect();
    client.write(&many).await;
    for number in 0..50 {
        assert_eq!(client.frame().await, Frame { first: FIN | PONG, payload: vec![number] });
    }
}

#[tokio::test]
async fn a_continuation_of_nothing_is_refused() {
    let hub = hub().await;
    refused(&hub, &frame(FIN | CONTINUE, b"{}"), 1002).await;
    refused(&hub, &frame(CONTINUE, b"{}"), 1002).await;
    let after_a_control_frame = [frame(FIN | PONG, b""), frame(FIN | CONTINUE, b"")].concat();
    refused(&hub, &after_a_control_frame, 1002).await;
}

#[tokio::test]
async fn messages_do_not_interleave() {
    // §5.4: fragments of one message must not be between those of another.
    let hub = hub().await;
    for second in [FIN | TEXT, TEXT, FIN | BINARY, BINARY] {
        refused(&hub, &[frame(TEXT, b"{"), frame(second, b"}")].concat(), 1002).await;
    }
}

#[tokio::test]
async fn reserved_bits_are_refused() {
    // §5.2: no extension was agreed on that would give them a meaning.
    let hub = hub().await;
    for bit in [0x40, 0x20, 0x10, 0x70] {
        refused(&hub, &frame(FIN | bit | TEXT, b"{}"), 1002).await;
    }
    refused(&hub, &frame(FIN | 0x40 | PING, b""), 1002).await;
}

#[tokio::test]
async fn opcodes_without_a_meaning_are_refused() {
    let hub = hub().await;
    for opcode in [0x3, 0x7, 0xb, 0xf] {
        refused(&hub, &frame(FIN | opcode, b""), 1002).await;
        refused(&hub, &frame(FIN | opcode, b"payload"), 1002).await;
    }
}

#[tokio::test]
async fn frames_without_a_mask_are_refused() {
    // §5.1: a server must close upon receiving a frame that is not masked.
    let hub = hub().await;
    refused(&hub, &[FIN | TEXT, 2, b'{', b'}'], 1002).await;
    refused(&hub, &[FIN | PING, 0], 1002).await;
    // Refused with the header, and not only when all of it is there.
    refused(&hub, &[FIN | TEXT, 100], 1002).await;
}

#[tokio::test]
async fn control_frames_are_short_and_whole() {
    // §5.5: 125 bytes at most, and not fragmented.
    let hub = hub().await;
    for opcode in [PING, PONG, CLOSE] {
        refused(&hub, &frame(FIN | opcode, &[b'a'; 126]), 1002).await;
        refused(&hub, &frame(opcode, b""), 1002).await;
    }
}

#[tokio::test]
async fn a_ping_is_echoed_with_its_payload_and_a_pong_is_not() {
    // §5.5.2, §5.5.3
    let hub = hub().await;
    let mut client = Client::ana(&hub).await;
    for payload in [&b""[..], b"p", &[0, 0xff, 0xfe, b'\n'], &[7; 125]] {
        client.write(&frame(FIN | PONG, payload)).await;
        client.write(&frame(FIN | PING, payload)).await;
        assert_eq!(client.frame().await, Frame { first: FIN | PONG, payload: payload.to_vec() });
    }
    hub.event(mention("ana")).await;
    assert_eq!(client.message().await["type"], "notification");
}

#[tokio::test]
async fn a_visitors_ping_is_echoed_too() {
    let hub = hub().await;
    let mut client = Client::of(&hub).await;
    client.expect_alive().await;
}
