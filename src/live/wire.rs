//! How a frame looks on each kind of connection.

use std::fmt::Write as _;

use actix_http::ws::{OpCode, Parser};
use bytes::{BufMut, BytesMut};

use super::{
    bye::Bye,
    protocol::{Frame, FrameKind},
};

/// A kind of connection that frames are written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// A WebSocket text frame.
    WebSocket,
    /// An event of `text/event-stream`: positions as `id`, heartbeats as comments.
    Sse,
}

/// Bytes of a control frame's payload (RFC 6455 §5.5), two of which are the code.
const MAX_CLOSE_TEXT: usize = 123;

impl Wire {
    /// Writes a frame.
    pub fn encode(self, frame: &Frame, to: &mut BytesMut) {
        match self {
            Wire::WebSocket => Parser::write_message(to, &*frame.text, OpCode::Text, true, false),
            Wire::Sse if frame.kind == FrameKind::Ping => to.put_slice(b": ping\n\n"),
            Wire::Sse => {
                if let Some(position) = frame.position {
                    // Writing to memory does not fail.
                    writeln!(to, "id: {position}").expect("a buffer in memory takes whatever fits into memory");
                }
                to.reserve(frame.text.len() + 8);
                to.put_slice(b"data: ");
                to.put_slice(frame.text.as_bytes());
                to.put_slice(b"\n\n");
            }
        }
    }

    /// Writes what ends the connection after `bye`.
    pub fn close(self, bye: Bye, to: &mut BytesMut) {
        if self == Wire::WebSocket {
            let why = bye.why();
            let mut payload = BytesMut::with_capacity(2 + why.len());
            payload.put_u16(bye.close_code());
            payload.put_slice(&why.as_bytes()[..why.len().min(MAX_CLOSE_TEXT)]);
            Parser::write_message(to, &payload, OpCode::Close, true, false);
        }
    }
}

/// Writes the echo of a protocol-level ping.
pub fn pong(payload: &[u8], to: &mut BytesMut) {
    Parser::write_message(to, payload, OpCode::Pong, true, false);
}

/// Writes the answer to the client's Close.
pub fn close_answer(code: u16, to: &mut BytesMut) {
    Parser::write_message(to, code.to_be_bytes(), OpCode::Close, true, false);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_carry_their_position_as_id_and_heartbeats_are_comments() {
        let mut text = BytesMut::new();
        let frame = |kind, position, text: &'static str| Frame { kind, position, text: text.into() };
        Wire::Sse.encode(&frame(FrameKind::Synced, Some(44), r#"{"type":"synced"}"#), &mut text);
        Wire::Sse.encode(&frame(FrameKind::Welcome, None, r#"{"type":"welcome"}"#), &mut text);
        Wire::Sse.encode(&frame(FrameKind::Ping, None, r#"{"type":"ping"}"#), &mut text);
        let expected = "id: 44\ndata: {\"type\":\"synced\"}\n\ndata: {\"type\":\"welcome\"}\n\n: ping\n\n";
        assert_eq!(text, expected.as_bytes());
    }
}
