//! §5.2: lengths in one, three and nine bytes, up to the limit that this server sets itself (§10.4).

use super::{CONTINUE, Client, FIN, TEXT, frame, frame_with, hub, refused};

const LIMIT: usize = 65_536;

/// A message of exactly so many bytes that is understood.
fn pong(bytes: usize) -> Vec<u8> {
    let mut text = br#"{"type":"pong"}"#.to_vec();
    text.resize(bytes, b' ');
    text
}

#[tokio::test]
async fn messages_of_every_size_up_to_the_limit_are_taken() {
    let hub = hub().await;
    let mut client = Client::ana(&hub).await;
    for bytes in [15, 124, 125, 126, 127, 128, 65_534, 65_535, LIMIT] {
        client.write(&frame(FIN | TEXT, &pong(bytes))).await;
        client.expect_alive().await;
    }
}

#[tokio::test]
async fn one_byte_more_is_refused_by_its_header() {
    let hub = hub().await;
    let header = &frame(FIN | TEXT, &pong(LIMIT + 1))[..14];
    refused(&hub, header, 4509).await;
}

#[tokio::test]
async fn fragments_may_make_up_a_message_of_the_limit_and_no_more() {
    let hub = hub().await;
    let mut client = Client::ana(&hub).await;
    let text = pong(LIMIT);
    client.write(&frame(TEXT, &text[..30_000])).await;
    client.write(&frame(CONTINUE, &text[30_000..60_000])).await;
    client.write(&frame(FIN | CONTINUE, &text[60_000..])).await;
    client.expect_alive().await;
    client.write(&frame(TEXT, &text[..60_000])).await;
    client.write(&frame(FIN | CONTINUE, &text[..LIMIT - 60_000 + 1])).await;
    client.expect_close(4509).await;
}

#[tokio::test]
async fn a_length_takes_as_few_bytes_as_it_can() {
    // §5.2: "the minimal number of bytes MUST be used to encode the length".
    let hub = hub().await;
    let length_in_two = |bytes: u16| [&[126], &bytes.to_be_bytes()[..]].concat();
    let length_in_eight = |bytes: u64| [&[127], &bytes.to_be_bytes()[..]].concat();
    for bytes in [0, 15, 125] {
        refused(&hub, &frame_with(FIN | TEXT, &length_in_two(bytes), &pong(bytes.into())), 1002).await;
    }
    for bytes in [0, 125, 126, 65_535] {
        refused(&hub, &frame_with(FIN | TEXT, &length_in_eight(bytes), &pong(bytes as usize)), 1002).await;
    }
}

#[tokio::test]
async fn a_length_with_its_first_bit_set_is_refused() {
    let hub = hub().await;
    let length = [&[127], &(1_u64 << 63).to_be_bytes()[..]].concat();
    refused(&hub, &frame_with(FIN | TEXT, &length, b""), 4509).await;
}
