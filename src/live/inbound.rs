//! The way in of a WebSocket: bytes of the connection to whole messages, with every size checked before it is held.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use actix_http::ws::{OpCode, Parser};
use actix_web::web::Payload;
use bytes::{Bytes, BytesMut};
use futures_util::Stream;

use super::frame_guard;

/// What arrived.
#[derive(Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A text message, whole.
    Text(Bytes),
    /// A binary message, or the beginning of one.
    Binary,
    /// Part of a message: nothing to do yet, but it counts as a message sent.
    Part,
    /// A protocol-level ping, to be echoed.
    Ping(Bytes),
    /// A protocol-level pong.
    Pong,
    /// The client closes.
    Close,
}

/// Why nothing more can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The connection is gone.
    Gone,
    /// A frame, or a message of several, above the limit.
    TooLarge,
    /// Not WebSocket framing.
    Protocol,
}

/// Reads the request's stream as WebSocket frames.
pub struct Inbound {
    payload: Payload,
    buffer: BytesMut,
    /// A message of which more is to come.
    parts: Option<BytesMut>,
    limit: usize,
}

impl Inbound {
    /// Reads `payload`; no frame and no message may have more than `limit` bytes.
    pub fn new(payload: Payload, limit: usize) -> Inbound {
        Inbound { payload, buffer: BytesMut::new(), parts: None, limit }
    }

    /// The next frame.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Incoming, Broken>> {
        loop {
            if let Some(incoming) = self.parse()? {
                return Poll::Ready(Ok(incoming));
            }
            match Pin::new(&mut self.payload).poll_next(cx) {
                Poll::Ready(Some(Ok(bytes))) => self.take_in(bytes),
                Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(Err(Broken::Gone)),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// The next frame, awaited.
    ///
    /// # Errors
    /// When nothing more can be read.
    pub async fn next(&mut self) -> Result<Incoming, Broken> {
        std::future::poll_fn(|cx| self.poll_next(cx)).await
    }

    fn take_in(&mut self, bytes: Bytes) {
        if self.buffer.is_empty() {
            self.buffer = BytesMut::from(bytes);
        } else {
            self.buffer.extend_from_slice(&bytes);
        }
    }

    fn parse(&mut self) -> Result<Option<Incoming>, Broken> {
        frame_guard::check(&self.buffer, self.limit).map_err(|_| Broken::TooLarge)?;
        let parsed = Parser::parse(&mut self.buffer, true, self.limit).map_err(|_| Broken::Protocol)?;
        let Some((is_last, code, payload)) = parsed else { return Ok(None) };
        let payload = payload.unwrap_or_default();
        if self.buffer.is_empty() {
            // An idle socket holds no buffer.
            self.buffer = BytesMut::new();
        }
        self.on_frame(is_last, code, payload).map(Some)
    }

    fn on_frame(&mut self, is_last: bool, code: OpCode, payload: BytesMut) -> Result<Incoming, Broken> {
        match code {
            OpCode::Text if self.parts.is_some() => Err(Broken::Protocol),
            OpCode::Text if is_last => Ok(Incoming::Text(payload.freeze())),
            OpCode::Text => {
                self.parts = Some(payload);
                Ok(Incoming::Part)
            }
            OpCode::Continue => self.on_part(is_last, &payload),
            OpCode::Binary => Ok(Incoming::Binary),
            OpCode::Ping | OpCode::Pong | OpCode::Close if !is_last => Err(Broken::Protocol),
            OpCode::Ping => Ok(Incoming::Ping(payload.freeze())),
            OpCode::Pong => Ok(Incoming::Pong),
            OpCode::Close => Ok(Incoming::Close),
            OpCode::Bad => Err(Broken::Protocol),
        }
    }

    fn on_part(&mut self, is_last: bool, payload: &[u8]) -> Result<Incoming, Broken> {
        let Some(mut parts) = self.parts.take() else { return Err(Broken::Protocol) };
        if parts.len() + payload.len() > self.limit {
            return Err(Broken::TooLarge);
        }
        parts.extend_from_slice(payload);
        if is_last {
            return Ok(Incoming::Text(parts.freeze()));
        }
        self.parts = Some(parts);
        Ok(Incoming::Part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inbound(chunks: Vec<Vec<u8>>) -> Inbound {
        use actix_web::FromRequest;
        let stream = futures_util::stream::iter(chunks.into_iter().map(|chunk| Ok(Bytes::from(chunk))));
        let mut payload: actix_web::dev::Payload = actix_web::dev::Payload::Stream { payload: Box::pin(stream) };
        let request = actix_web::test::TestRequest::default().to_http_request();
        let payload = futures_util::FutureExt::now_or_never(Payload::from_request(&request, &mut payload));
        Inbound::new(payload.expect("it is ready").expect("any request has a payload"), 1_000)
    }

    fn frame(code: OpCode, is_last: bool, payload: &[u8]) -> Vec<u8> {
        let mut frame = BytesMut::new();
        Parser::write_message(&mut frame, payload, code, is_last, true);
        frame.to_vec()
    }

    async fn all(mut inbound: Inbound) -> (Vec<Incoming>, Broken) {
        let mut seen = Vec::new();
        loop {
            match inbound.next().await {
                Ok(incoming) => seen.push(incoming),
                Err(broken) => return (seen, broken),
            }
        }
    }

    #[tokio::test]
    async fn messages_are_read_whole_however_the_bytes_arrive() {
        let mut bytes = frame(OpCode::Text, true, b"one");
        bytes.extend(frame(OpCode::Text, false, b"tw"));
        bytes.extend(frame(OpCode::Ping, true, b"p"));
        bytes.extend(frame(OpCode::Continue, true, b"o"));
        bytes.extend(frame(OpCode::Close, true, b""));
        let expected = vec![
            Incoming::Text("one".into()),
            Incoming::Part,
            Incoming::Ping("p".into()),
            Incoming::Text("two".into()),
            Incoming::Close,
        ];
        let at_once = all(inbound(vec![bytes.clone()])).await;
        let in_drops = all(inbound(bytes.iter().map(|byte| vec![*byte]).collect())).await;
        assert_eq!(at_once, (expected, Broken::Gone));
        assert_eq!(at_once, in_drops);
    }

    #[tokio::test]
    async fn a_frame_that_declares_a_gigabyte_is_refused_before_its_first_byte() {
        let mut head = vec![0x81, 0x80 | 127];
        head.extend((1_u64 << 30).to_be_bytes());
        assert_eq!(all(inbound(vec![head])).await, (vec![], Broken::TooLarge));
    }

    #[tokio::test]
    async fn a_message_in_parts_may_not_be_larger_than_a_frame() {
        let mut bytes = frame(OpCode::Text, false, &[b'a'; 600]);
        bytes.extend(frame(OpCode::Continue, true, &[b'a'; 600]));
        assert_eq!(all(inbound(vec![bytes])).await, (vec![Incoming::Part], Broken::TooLarge));
    }

    #[tokio::test]
    async fn broken_framing_is_refused() {
        let unmasked = vec![0x81, 0x01, b'a'];
        let stray = frame(OpCode::Continue, true, b"a");
        let mut interrupted = frame(OpCode::Text, false, b"a");
        interrupted.extend(frame(OpCode::Text, true, b"b"));
        let split_ping = frame(OpCode::Ping, false, b"a");
        for bytes in [unmasked, stray, interrupted, split_ping] {
            assert_eq!(all(inbound(vec![bytes.clone()])).await.1, Broken::Protocol, "{bytes:?}");
        }
    }
}
