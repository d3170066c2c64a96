//! The way in of a WebSocket: bytes of the connection to whole messages, with every size checked before it is held.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use actix_http::ws::{OpCode, Parser};
use actix_web::web::Payload;
use bytes::{Bytes, BytesMut};
use futures_util::Stream;

use super::{
    budget::Share,
    closing,
    frame_guard::{self, Refused},
    text::{NotText, Text},
};

/// What arrived.
#[derive(Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A text message, whole, in UTF-8.
    Text(Bytes),
    /// A binary message, or the beginning of one.
    Binary,
    /// Part of a message: nothing to do yet, but it counts as a message sent.
    Part,
    /// A protocol-level ping, to be echoed.
    Ping(Bytes),
    /// A protocol-level pong.
    Pong,
    /// The client closes; the code that answers it.
    Close(u16),
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
    /// A text that is not UTF-8.
    NotText,
}

impl From<NotText> for Broken {
    fn from(_: NotText) -> Broken {
        Broken::NotText
    }
}

/// Reads the request's stream as WebSocket frames.
pub struct Inbound {
    payload: Payload,
    buffer: BytesMut,
    /// A message of which more is to come.
    parts: Option<Text>,
    limit: usize,
    /// What both buffers take of the node's memory.
    share: Share,
}

impl Inbound {
    /// Reads `payload`; no frame and no message may have more than `limit` bytes.
    pub fn new(payload: Payload, limit: usize, share: Share) -> Inbound {
        Inbound { payload, buffer: BytesMut::new(), parts: None, limit, share }
    }

    /// The next frame.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Incoming, Broken>> {
        loop {
            let parsed = self.parse()?;
            self.share.hold(self.buffer.capacity() + self.parts.as_ref().map_or(0, Text::len));
            if let Some(incoming) = parsed {
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
        frame_guard::check(&self.buffer, self.limit).map_err(|refused| match refused {
            Refused::TooLarge => Broken::TooLarge,
            Refused::Broken => Broken::Protocol,
        })?;
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
            // Messages do not interleave (RFC 6455 §5.4).
            OpCode::Text | OpCode::Binary if self.parts.is_some() => Err(Broken::Protocol),
            OpCode::Text => self.on_part(Text::default(), is_last, payload),
            OpCode::Continue => {
                let parts = self.parts.take().ok_or(Broken::Protocol)?;
                self.on_part(parts, is_last, payload)
            }
            OpCode::Binary => Ok(Incoming::Binary),
            OpCode::Ping => Ok(Incoming::Ping(payload.freeze())),
            OpCode::Pong => Ok(Incoming::Pong),
            OpCode::Close => Ok(Incoming::Close(closing::answer_to(&payload))),
            OpCode::Bad => Err(Broken::Protocol),
        }
    }

    fn on_part(&mut self, mut parts: Text, is_last: bool, payload: BytesMut) -> Result<Incoming, Broken> {
        if parts.len() + payload.len() > self.limit {
            return Err(Broken::TooLarge);
        }
        parts.push(payload)?;
        if is_last {
            return Ok(Incoming::Text(parts.end()?));
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
        Inbound::new(payload.expect("it is ready").expect("any request has a payload"), 1_000, Share::of_nothing())
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
            Incoming::Close(1000),
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
        let mut interrupted_by_binary = frame(OpCode::Text, false, b"a");
        interrupted_by_binary.extend(frame(OpCode::Binary, true, b"b"));
        let long_ping = frame(OpCode::Ping, true, &[0; 126]);
        for bytes in [unmasked, stray, interrupted, interrupted_by_binary, split_ping, long_ping] {
            assert_eq!(all(inbound(vec![bytes.clone()])).await.1, Broken::Protocol, "{bytes:?}");
        }
    }

    #[tokio::test]
    async fn a_text_is_text_or_it_is_refused() {
        let mut bytes = frame(OpCode::Text, false, b"\xe2\x82");
        bytes.extend(frame(OpCode::Continue, true, b"\xac"));
        bytes.extend(frame(OpCode::Text, true, b"\xff"));
        let seen = vec![Incoming::Part, Incoming::Text("€".into())];
        assert_eq!(all(inbound(vec![bytes])).await, (seen, Broken::NotText));
    }
}
