//! The way out of a session: what it writes, the connection takes when the socket has room.
//!
//! One buffer between the session's task and the connection that sends the response body, both on one thread. Writing
//! never waits: the session asks whether there is room, and reads the store later when there is none. The buffer is
//! given away whole whenever the connection asks, so an idle session has none.

use std::{
    cell::RefCell,
    convert::Infallible,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use actix_web::body::{BodySize, MessageBody};
use bytes::{Bytes, BytesMut};
use tokio::time::Instant;

use super::budget::Share;

/// Bytes that may wait for the socket before a nudge counts as "no room". The connection holds about 32 KB more of its
/// own, and the kernel its socket buffer.
const ROOM_BYTES: usize = 16 * 1024;
/// Bytes that may wait before the session stops listening to its client, whose messages have answers: a page of the
/// store, and then some.
const MUTE_BYTES: usize = 256 * 1024;

struct Pipe {
    waiting: BytesMut,
    /// What the connection took last. It asks for more when hardly any of that is left in its own buffer.
    taken: usize,
    /// Both, as a share of the node's memory.
    share: Share,
    /// Since when something has been waiting for the socket.
    since: Option<Instant>,
    finished: bool,
    gone: bool,
    /// The connection, which takes.
    taker: Option<Waker>,
    /// The session, which waits for the end, and for room if it said so.
    writer: Option<Waker>,
    room_wanted: bool,
}

/// The session's end.
pub struct Outlet(Rc<RefCell<Pipe>>);

/// The connection's end: the body of the response.
pub struct OutletBody(Rc<RefCell<Pipe>>);

impl Pipe {
    fn count(&mut self) {
        self.share.hold(self.waiting.len() + self.taken);
    }
}

/// Both ends of a new pipe; what waits in it is counted in `share`.
pub fn outlet(share: Share) -> (Outlet, OutletBody) {
    let pipe = Rc::new(RefCell::new(Pipe {
        waiting: BytesMut::new(),
        taken: 0,
        share,
        since: None,
        finished: false,
        gone: false,
        taker: None,
        writer: None,
        room_wanted: false,
    }));
    (Outlet(pipe.clone()), OutletBody(pipe))
}

impl Outlet {
    /// Writes; the connection sends it as soon as it can.
    pub fn write(&self, encode: impl FnOnce(&mut BytesMut)) {
        let taker = {
            let mut pipe = self.0.borrow_mut();
            encode(&mut pipe.waiting);
            pipe.count();
            pipe.since.get_or_insert_with(Instant::now);
            pipe.taker.take()
        };
        wake(taker);
    }

    /// Whether a frame that is pushed may be written.
    pub fn has_room(&self) -> bool {
        self.0.borrow().waiting.len() < ROOM_BYTES
    }

    /// Whether everything written has gone on to the connection.
    pub fn is_empty(&self) -> bool {
        self.0.borrow().waiting.is_empty()
    }

    /// Whether there is so much waiting that answers must not be added.
    pub fn is_mute(&self) -> bool {
        self.0.borrow().waiting.len() >= MUTE_BYTES
    }

    /// When the socket has taken nothing for `patience`, if something is waiting for it.
    pub fn too_slow_at(&self, patience: Duration) -> Option<Instant> {
        self.0.borrow().since.map(|since| since + patience)
    }

    /// No more: the connection ends when it has sent what was written.
    pub fn finish(&self) {
        let taker = {
            let mut pipe = self.0.borrow_mut();
            pipe.finished = true;
            pipe.taker.take()
        };
        wake(taker);
    }

    /// Whether the connection is gone.
    pub fn is_gone(&self) -> bool {
        self.0.borrow().gone
    }

    /// Has the session's task woken when the connection has gone, and if `room_wanted` also when it has taken what waits.
    pub fn watch(&self, cx: &Context<'_>, room_wanted: bool) {
        let mut pipe = self.0.borrow_mut();
        pipe.room_wanted = room_wanted;
        match &pipe.writer {
            Some(waker) if waker.will_wake(cx.waker()) => {}
            _ => pipe.writer = Some(cx.waker().clone()),
        }
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.finish();
    }
}

impl MessageBody for OutletBody {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        let (bytes, writer) = {
            let mut pipe = self.0.borrow_mut();
            pipe.taken = pipe.waiting.len();
            if pipe.waiting.is_empty() {
                if pipe.finished {
                    return Poll::Ready(None);
                }
                pipe.count();
                pipe.taker = Some(cx.waker().clone());
                return Poll::Pending;
            }
            pipe.since = None;
            let writer = if pipe.room_wanted { pipe.writer.take() } else { None };
            let bytes = std::mem::take(&mut pipe.waiting).freeze();
            pipe.count();
            (bytes, writer)
        };
        wake(writer);
        Poll::Ready(Some(Ok(bytes)))
    }
}

impl Drop for OutletBody {
    fn drop(&mut self) {
        let writer = {
            let mut pipe = self.0.borrow_mut();
            pipe.gone = true;
            pipe.writer.take()
        };
        wake(writer);
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

#[cfg(test)]
mod tests {
    use bytes::BufMut;

    use super::*;
    use crate::live::budget::Budget;

    fn pipe() -> (Outlet, OutletBody) {
        outlet(Share::of_nothing())
    }

    fn take(body: &mut OutletBody) -> Poll<Option<Bytes>> {
        let taken = Pin::new(body).poll_next(&mut Context::from_waker(Waker::noop()));
        taken.map(|taken| taken.map(|Ok(bytes)| bytes))
    }

    #[tokio::test]
    async fn what_was_written_leaves_whole_and_the_end_comes_after_it() {
        let (outlet, mut body) = pipe();
        assert_eq!(take(&mut body), Poll::Pending);
        outlet.write(|to| to.put_slice(b"one "));
        outlet.write(|to| to.put_slice(b"two"));
        assert!(!outlet.is_empty() && outlet.too_slow_at(Duration::ZERO).is_some());
        drop(outlet);
        assert_eq!(take(&mut body), Poll::Ready(Some("one two".into())));
        assert_eq!(take(&mut body), Poll::Ready(None));
    }

    #[tokio::test]
    async fn a_socket_that_takes_nothing_is_noticed_and_one_that_takes_is_forgiven() {
        let (outlet, mut body) = pipe();
        outlet.write(|to| to.put_bytes(0, ROOM_BYTES));
        assert!(!outlet.has_room() && !outlet.is_mute());
        outlet.write(|to| to.put_bytes(0, MUTE_BYTES));
        assert!(outlet.is_mute());
        assert!(matches!(take(&mut body), Poll::Ready(Some(_))));
        assert!(outlet.has_room() && outlet.is_empty() && outlet.too_slow_at(Duration::ZERO).is_none());
    }

    #[tokio::test]
    async fn a_connection_that_is_gone_is_known_to_be() {
        let (outlet, body) = pipe();
        assert!(!outlet.is_gone());
        drop(body);
        assert!(outlet.is_gone());
    }

    #[tokio::test]
    async fn what_waits_and_what_the_connection_still_holds_is_counted() {
        let budget = Budget::of(100_000);
        let (outlet, mut body) = outlet(budget.share());
        outlet.write(|to| to.put_bytes(0, 60_000));
        assert!(!budget.is_spent());
        assert!(matches!(take(&mut body), Poll::Ready(Some(_))));
        outlet.write(|to| to.put_bytes(0, 60_000));
        assert!(budget.is_spent(), "the first 60,000 are not with the client before the connection asks for more");
        assert!(matches!(take(&mut body), Poll::Ready(Some(_))));
        assert!(!budget.is_spent());
        drop((outlet, body));
        assert_eq!(budget.used(), 0);
    }
}
