//! What comes over a socket: any bytes, in any pieces, are messages or the end of the connection; and what frames may follow
//! each other is what a second, plainer reading of RFC 6455 says.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use actix_http::ws::{OpCode, Parser};
use actix_web::{FromRequest, web::Payload};
use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;
use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    budget::Share,
    closing,
    inbound::{Broken, Inbound, Incoming},
    message::ClientMessage,
};
use crate::fuzzing::{self, JSON, Target};

const LIMIT: usize = 1_000;

/// All that these pieces of a connection are read as.
fn read(pieces: Vec<Bytes>) -> (Vec<Incoming>, Broken) {
    let stream = futures_util::stream::iter(pieces.into_iter().map(Ok));
    let mut payload: actix_web::dev::Payload = actix_web::dev::Payload::Stream { payload: Box::pin(stream) };
    let request = actix_web::test::TestRequest::default().to_http_request();
    let payload = Payload::from_request(&request, &mut payload).now_or_never().unwrap().unwrap();
    let mut inbound = Inbound::new(payload, LIMIT, Share::of_nothing());
    let mut seen = Vec::new();
    loop {
        match inbound.next().now_or_never().expect("the pieces are there") {
            Ok(incoming) => seen.push(incoming),
            Err(broken) => return (seen, broken),
        }
    }
}

fn frame(code: OpCode, is_last: bool, payload: &[u8]) -> Vec<u8> {
    let mut frame = BytesMut::new();
    Parser::write_message(&mut frame, payload, code, is_last, true);
    frame.to_vec()
}

fn understood(text: &[u8]) {
    match ClientMessage::parse(text) {
        Err(wrong) => assert!(wrong.code.starts_with("message."), "{wrong:?}"),
        Ok(message) => {
            if let Ok((op, body)) = message.into_act()
                && let Err(error) = body.into_act(op, 7)
            {
                assert_eq!(error.status(), 422, "{error}");
            }
        }
    }
}

#[test]
fn bytes_of_a_socket() {
    let hello = br#"{"type":"hello","token":"t","since":1}"#;
    let seeds = vec![
        frame(OpCode::Text, true, hello),
        [
            frame(OpCode::Text, false, b"{\"ty"),
            frame(OpCode::Ping, true, b"p"),
            frame(OpCode::Continue, true, b"pe\":1}"),
        ]
        .concat(),
        [frame(OpCode::Close, true, b"\x03\xe8bye"), frame(OpCode::Binary, true, &[7; 130])].concat(),
        frame(OpCode::Text, true, &[b' '; LIMIT]),
        frame(OpCode::Text, true, &[b' '; LIMIT + 1]),
    ];
    Target { name: "socket", seeds, tokens: &["\u{1}", "\u{0}", "\u{7f}", "\u{7e}"] }.run(|bytes| {
        let at_once = read(vec![Bytes::copy_from_slice(bytes)]);
        let in_drops = read(bytes.iter().map(|byte| Bytes::copy_from_slice(&[*byte])).collect());
        assert_eq!(at_once, in_drops, "how bytes arrive makes no difference");
        let held: usize =
            at_once.0.iter().map(|seen| if let Incoming::Text(text) = seen { text.len() } else { 0 }).sum();
        assert!(held <= bytes.len(), "no more comes out than went in");
        for incoming in &at_once.0 {
            if let Incoming::Text(text) = incoming {
                assert!(text.len() <= LIMIT && std::str::from_utf8(text).is_ok());
                understood(text);
            }
        }
    });
}

#[test]
fn messages_of_a_client() {
    let seeds = [
        r#"{"type":"hello","token":"…","epoch":"…","since":41,"device":"…","screen":true}"#,
        r#"{"type":"ack","seq":42,"active":true}"#,
        r#"{"type":"read","ref":"7","ids":["a","b"]}"#,
        r#"{"type":"snooze","ref":"7","ticket":"t","until":"2026-11-20T09:00:00Z"}"#,
        r#"{"type":"clear","all":true,"up_to":42}"#,
        r#"{"type":"clear","status":"read","up_to":42}"#,
        r#"{"type":"activity","visible":true,"idle":false,"viewing":"ticket-id"}"#,
        r#"{"type":"sync","since":41}"#,
        r#"{"type":"auth","token":"…"}"#,
        r#"{"type":"pong"}"#,
    ];
    let seeds = seeds.map(|seed| seed.as_bytes().to_vec()).to_vec();
    Target { name: "messages", seeds, tokens: JSON }.run(understood);
}

/// A frame as the test makes it.
#[derive(Debug, Clone)]
struct Made {
    first: u8,
    is_masked: bool,
    payload: Vec<u8>,
}

const PIECES: &[&[u8]] = &[b"", b"{}", "€".as_bytes(), b"\xe2", b"\x82", b"\xac", b"\xff", b"\x03\xe8", b"\x03"];

fn frames() -> impl Strategy<Value = Vec<Made>> {
    let likely = select(&[0x81_u8, 0x01, 0x80, 0x00, 0x89, 0x8a, 0x88, 0x82, 0x02][..]);
    let first = prop_oneof![20 => likely, 1 => any::<u8>()];
    let piece = select(PIECES);
    let payload = prop_oneof![10 => piece.prop_map(<[u8]>::to_vec), 1 => (120_usize..130).prop_map(|size| vec![b'a'; size]),
                              1 => (400_usize..1_100).prop_map(|size| vec![b'a'; size])];
    let one = (first, prop::bool::weighted(0.97), payload);
    vec(one.prop_map(|(first, is_masked, payload)| Made { first, is_masked, payload }), 0..12)
}

fn bytes_of(made: &Made) -> Vec<u8> {
    let mut bytes = vec![made.first];
    let mask = if made.is_masked { 0x80 } else { 0 };
    match made.payload.len() {
        short @ 0..=125 => bytes.push(mask | short as u8),
        long => {
            bytes.push(mask | 126);
            bytes.extend((long as u16).to_be_bytes());
        }
    }
    if made.is_masked {
        bytes.extend([0; 4]);
    }
    bytes.extend(&made.payload);
    bytes
}

/// RFC 6455 read plainly: what these frames are, up to the first that is against it.
fn expected(frames: &[Made]) -> (Vec<Incoming>, Broken) {
    let (mut seen, mut message) = (Vec::new(), None::<Vec<u8>>);
    for made in frames {
        let (is_last, opcode, size) = (made.first & 0x80 != 0, made.first & 0x0f, made.payload.len());
        let is_control = matches!(opcode, 8..=10);
        if made.first & 0x70 != 0 || !made.is_masked || !is_control && opcode > 2 {
            return (seen, Broken::Protocol);
        }
        if size > LIMIT {
            return (seen, Broken::TooLarge);
        }
        if is_control && (size > 125 || !is_last) {
            return (seen, Broken::Protocol);
        }
        match opcode {
            8 => seen.push(Incoming::Close(closing::answer_to(&made.payload))),
            9 => seen.push(Incoming::Ping(made.payload.clone().into())),
            10 => seen.push(Incoming::Pong),
            1 | 2 if message.is_some() => return (seen, Broken::Protocol),
            0 if message.is_none() => return (seen, Broken::Protocol),
            2 => seen.push(Incoming::Binary),
            _ => {
                let mut whole = message.take().unwrap_or_default();
                whole.extend(&made.payload);
                if whole.len() > LIMIT {
                    return (seen, Broken::TooLarge);
                }
                match std::str::from_utf8(&whole) {
                    Err(error) if is_last || error.error_len().is_some() => return (seen, Broken::NotText),
                    _ if is_last => seen.push(Incoming::Text(whole.into())),
                    _ => {
                        message = Some(whole);
                        seen.push(Incoming::Part);
                    }
                }
            }
        }
    }
    (seen, Broken::Gone)
}

#[test]
fn sequences_of_frames() {
    fuzzing::run("frames", &frames(), |frames| {
        let bytes: Vec<u8> = frames.iter().flat_map(bytes_of).collect();
        assert_eq!(read(vec![bytes.into()]), expected(&frames));
    });
}
