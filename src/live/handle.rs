//! One session as the rest of the node sees it: a letter box that never blocks the sender, a position, an activity.
//!
//! The bus posts from the store's writer thread; the session's own task empties the box. What cannot wait in the box
//! is remembered as a number: "you are behind, read the store".

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    task::{Context, Poll, Waker},
};

use super::{bye::Bye, message::Report, presence::Activity};
use crate::domain::{Id, Millis, nudge::Nudge};

/// Nudges that wait for the session's task. It is woken at the first; more than this many mean that it is slower than
/// they come, and reading the store in pages is cheaper than single frames.
const MAX_NUDGES: usize = 16;

/// How a session is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// A WebSocket.
    WebSocket,
    /// A stream of server-sent events.
    Sse,
    /// Requests now and then: nothing is pushed.
    Polling,
}

impl Transport {
    /// The word in logs and figures.
    pub fn as_str(self) -> &'static str {
        match self {
            Transport::WebSocket => "websocket",
            Transport::Sse => "sse",
            Transport::Polling => "polling",
        }
    }
}

/// The head of an inbox as the heartbeat read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadNews {
    /// The store's epoch.
    pub epoch: Id,
    /// The head.
    pub seq: i64,
    /// Below this: start anew.
    pub floor_seq: i64,
}

/// What was in the letter box.
#[derive(Debug, Default)]
pub struct Post {
    /// In the order in which they were published.
    pub nudges: Vec<Nudge>,
    /// Nudges up to this number did not fit in the box; 0 for none.
    pub missed_seq: i64,
    /// Entries below this were removed; 0 for none.
    pub removed_seq: i64,
    /// The head was read.
    pub head: Option<HeadNews>,
    /// It is time for a `ping`.
    pub ping: bool,
    /// The session ends.
    pub bye: Option<Bye>,
}

impl Post {
    fn is_empty(&self) -> bool {
        self.nudges.is_empty()
            && self.missed_seq == 0
            && self.removed_seq == 0
            && self.head.is_none()
            && !self.ping
            && self.bye.is_none()
    }
}

/// A session in the registry.
#[derive(Debug)]
pub struct Handle {
    /// The session's id.
    pub id: Id,
    /// Whose it is.
    pub agent: Id,
    /// How it is connected.
    pub transport: Transport,
    /// A person looks at it: it counts for presence.
    pub screen: bool,
    /// When it was taken into the registry.
    pub since: Millis,
    /// The position that its client was sent, for acknowledgements that come by another way.
    told_seq: AtomicI64,
    /// The highest number that an active session of this handle confirmed.
    acked_seq: AtomicI64,
    /// A frame whose acknowledgement is timed: its number, and when its event was accepted (0: none).
    timed_seq: AtomicI64,
    timed_us: AtomicI64,
    /// Polling: when the session ends, unless asked again.
    expires_at: AtomicI64,
    // `std::sync::Mutex`: both are held for a few assignments, never across an await.
    letter_box: Mutex<LetterBox>,
    activity: Mutex<Activity>,
}

#[derive(Debug, Default)]
struct LetterBox {
    post: Post,
    waker: Option<Waker>,
}

impl Handle {
    /// A session that was told nothing yet.
    pub fn new(id: Id, agent: Id, transport: Transport, screen: bool) -> Handle {
        Handle {
            id,
            agent,
            transport,
            screen,
            since: 0,
            told_seq: AtomicI64::new(0),
            acked_seq: AtomicI64::new(0),
            timed_seq: AtomicI64::new(0),
            timed_us: AtomicI64::new(0),
            expires_at: AtomicI64::new(i64::MAX),
            letter_box: Mutex::default(),
            activity: Mutex::default(),
        }
    }

    /// An inbox moved. Never blocks, never fails.
    pub fn on_nudge(&self, nudge: &Nudge) {
        self.post(|post| {
            if nudge.frame.is_empty() {
                post.removed_seq = post.removed_seq.max(nudge.seq);
            } else if post.missed_seq > 0 || post.nudges.len() >= MAX_NUDGES {
                post.missed_seq = post.missed_seq.max(nudge.seq);
            } else {
                post.nudges.push(nudge.clone());
            }
        });
    }

    /// Entries below `floor_seq` were removed.
    pub fn on_removal(&self, floor_seq: i64) {
        self.post(|post| post.removed_seq = post.removed_seq.max(floor_seq));
    }

    /// The head was read; `ping`: tell the client that we are here.
    pub fn on_head(&self, head: Option<HeadNews>, ping: bool) {
        self.post(|post| {
            post.ping |= ping;
            if head.is_some() {
                post.head = head;
            }
        });
    }

    /// The session ends. The first reason counts.
    pub fn say_bye(&self, bye: Bye) {
        self.post(|post| {
            post.bye.get_or_insert(bye);
        });
    }

    fn post(&self, put: impl FnOnce(&mut Post)) {
        if self.transport == Transport::Polling {
            // Nobody empties this box: the next request reads the store.
            return;
        }
        let waker = {
            let mut letter_box = lock(&self.letter_box);
            put(&mut letter_box.post);
            letter_box.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Empties the box, or has the task woken at the next letter. One reader: the session's task.
    pub fn poll_post(&self, cx: &mut Context<'_>) -> Poll<Post> {
        let mut letter_box = lock(&self.letter_box);
        if letter_box.post.is_empty() {
            letter_box.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(std::mem::take(&mut letter_box.post))
    }

    /// The client was sent everything up to `seq`.
    pub fn told(&self, seq: i64) {
        self.told_seq.store(seq, Ordering::Release);
    }

    /// What the client was sent.
    pub fn told_seq(&self) -> i64 {
        self.told_seq.load(Ordering::Acquire)
    }

    /// Notes what an active session confirmed; says whether that is more than before.
    pub fn note_ack(&self, seq: i64) -> bool {
        self.acked_seq.fetch_max(seq, Ordering::AcqRel) < seq
    }

    /// Times the acknowledgement of the frame `seq`, unless one is being timed already.
    pub fn time_ack(&self, seq: i64, accepted_us: i64) {
        if self.timed_us.compare_exchange(0, accepted_us, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
            self.timed_seq.store(seq, Ordering::Release);
        }
    }

    /// When the event of the timed frame was accepted, if `seq` confirms it (microseconds since 1970).
    pub fn timed_ack(&self, seq: i64) -> Option<i64> {
        let timed_seq = self.timed_seq.load(Ordering::Acquire);
        if timed_seq == 0 || seq < timed_seq {
            return None;
        }
        self.timed_seq.store(0, Ordering::Release);
        Some(self.timed_us.swap(0, Ordering::AcqRel)).filter(|accepted_us| *accepted_us > 0)
    }

    /// Takes over what the person at the screen does.
    pub fn report(&self, report: &Report, now: Millis) {
        lock(&self.activity).report(report, now);
    }

    /// What the person at the screen does.
    pub fn activity(&self) -> Activity {
        lock(&self.activity).clone()
    }

    /// Polling: lives until then.
    pub fn live_until(&self, at: Millis) {
        self.expires_at.store(at, Ordering::Release);
    }

    /// Polling: nobody asked for too long.
    pub fn has_expired(&self, now: Millis) -> bool {
        now >= self.expires_at.load(Ordering::Acquire)
    }
}

/// A panic while a lock was held left nothing half-done here: every change is a few plain assignments.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
