//! What waits to be published. Bounded twice, and never waited for: what finds no room is not sent, and the other nodes
//! are told to compare heads as soon as they can be told anything.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use tokio::sync::{
    Mutex, MutexGuard,
    mpsc::{self, error::TryRecvError},
};

use crate::domain::nudge::{Control, Nudge};

/// Commits that may wait. A commit holds up to a few hundred nudges; at the 2,000 commits a second that one node reaches
/// this is two seconds, as long as a connection may hang before it is given up.
const WAITING_COMMITS: usize = 4_096;

/// Bytes that may wait, whatever they are made of: what a node spends on a Redis that hangs.
const WAITING_BYTES: usize = 32 << 20;

/// One thing to publish.
#[derive(Debug)]
pub(super) enum Out {
    /// What one commit did.
    Nudges(Vec<Nudge>),
    /// An order.
    Control(Control),
}

impl Out {
    fn bytes(&self) -> usize {
        match self {
            Out::Nudges(nudges) => nudges.iter().map(|nudge| 64 + nudge.agent.len() + nudge.frame.len()).sum(),
            Out::Control(_) => 128,
        }
    }
}

/// The queue between commits and the publisher.
pub(super) struct Outbox {
    queue: mpsc::Sender<Out>,
    /// tokio's `Mutex`: the publisher of the one living connection holds it as long as that lives.
    reader: Mutex<mpsc::Receiver<Out>>,
    bytes: AtomicUsize,
    /// Something was not sent: other nodes must compare heads.
    missed: AtomicBool,
}

impl Outbox {
    pub(super) fn new() -> Outbox {
        let (queue, reader) = mpsc::channel(WAITING_COMMITS);
        Outbox { queue, reader: Mutex::new(reader), bytes: AtomicUsize::new(0), missed: AtomicBool::new(false) }
    }

    /// Puts something in line, or notes that it could not.
    pub(super) fn push(&self, out: Out) {
        let bytes = out.bytes();
        let fits = self.bytes.fetch_add(bytes, SeqCst) + bytes <= WAITING_BYTES;
        if !fits || self.queue.try_send(out).is_err() {
            self.bytes.fetch_sub(bytes, SeqCst);
            self.note_missed();
        }
    }

    /// Notes that other nodes may not have heard of something that is committed.
    pub(super) fn note_missed(&self) {
        self.missed.store(true, SeqCst);
    }

    /// Whether the others must compare heads; the caller tells them now, or notes it again.
    pub(super) fn take_missed(&self) -> bool {
        self.missed.swap(false, SeqCst)
    }

    /// The reading end, for the length of a connection. What waited for the one before is dropped and counts as missed:
    /// a late hint is worth no more than the comparison of heads that follows every reconnection.
    pub(super) async fn open(&self) -> Reading<'_> {
        let mut reading = Reading { outbox: self, reader: self.reader.lock().await };
        while reading.next_waiting().is_some() {
            self.note_missed();
        }
        reading
    }
}

/// The reading end of the outbox.
pub(super) struct Reading<'a> {
    outbox: &'a Outbox,
    reader: MutexGuard<'a, mpsc::Receiver<Out>>,
}

impl Reading<'_> {
    /// The next thing to publish; waits for it.
    pub(super) async fn next(&mut self) -> Option<Out> {
        let out = self.reader.recv().await?;
        Some(self.count_out(out))
    }

    /// The next thing, if one is there already.
    pub(super) fn next_waiting(&mut self) -> Option<Out> {
        match self.reader.try_recv() {
            Ok(out) => Some(self.count_out(out)),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => None,
        }
    }

    fn count_out(&self, out: Out) -> Out {
        self.outbox.bytes.fetch_sub(out.bytes(), SeqCst);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nudge(frame: usize) -> Out {
        Out::Nudges(vec![Nudge {
            agent: "ana".into(),
            prev: 0,
            seq: 1,
            frame: "x".repeat(frame).into(),
            alerts: true,
            accepted_us: 0,
        }])
    }

    #[tokio::test]
    async fn what_finds_no_room_is_noted_and_not_waited_for() {
        let outbox = Outbox::new();
        for _ in 0..WAITING_COMMITS {
            outbox.push(nudge(10));
        }
        assert!(!outbox.take_missed());
        outbox.push(nudge(10));
        assert!(outbox.take_missed());
        assert!(!outbox.take_missed(), "told once");
    }

    #[tokio::test]
    async fn room_is_counted_in_bytes_too_and_comes_back() {
        let outbox = Outbox::new();
        let mut reading = outbox.open().await;
        for _ in 0..100 {
            outbox.push(nudge(WAITING_BYTES / 2));
            assert!(!outbox.take_missed());
            outbox.push(nudge(WAITING_BYTES / 2));
            assert!(outbox.take_missed());
            assert!(reading.next().await.is_some());
            assert!(reading.next_waiting().is_none());
        }
    }

    #[tokio::test]
    async fn what_waited_for_a_lost_connection_counts_as_missed() {
        let outbox = Outbox::new();
        outbox.push(nudge(10));
        let mut reading = outbox.open().await;
        assert!(outbox.take_missed());
        assert!(reading.next_waiting().is_none());
    }
}
