//! One live connection's logic without its socket: nudges, pages of the store and a client's words in, frames out.
//!
//! A session has a position and never a queue. While it stands at the head, a nudge goes straight out; whenever a
//! nudge does not fit (a gap, a full socket, a lost message), the session only notes that it is behind and reads
//! the store from its position when there is room. So a stalled reader costs the same as any other, and what a client
//! gets is the same whatever was lost on the way.

use super::protocol::{Frame, ServerFrame, frame_of};
use crate::domain::{
    Id,
    act::ActOutcome,
    inbox::{Changes, Counts},
    nudge::Nudge,
};

/// Acts whose frames may be outstanding; a client that waits for more gets them as state without the reference.
const MAX_AWAITED: usize = 64;

/// What the next page of the store is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// Nothing, unless the head has moved on.
    Nothing,
    /// The client holds nothing and lists over REST: only the head is told.
    Head,
    /// The client resumes from its position, and is told when it holds everything.
    Sync,
}

/// What `welcome` says beside what the store says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The session's id.
    pub session: Id,
    /// Milliseconds between two heartbeats.
    pub ping_every_ms: u64,
}

/// An act of this client whose frame has not passed yet.
#[derive(Debug)]
struct Awaited {
    reference: Id,
    changed: i64,
    seq: i64,
}

/// A client that said who it is.
#[derive(Debug)]
pub struct Session {
    /// What the client has been sent (`sent_seq`).
    position: i64,
    /// The highest position it was ever sent; acknowledgements above it are mistakes.
    told: i64,
    /// The highest head heard of. Above `position`: behind.
    head: i64,
    /// From where the page under way was asked for. Until it is there no nudge goes straight out, so that nothing is
    /// sent twice or out of order.
    asked: Option<i64>,
    /// `head` when it was asked for.
    asked_head: i64,
    /// Where the last page of the store ended: frames of acts at or below it were not sent as such.
    from_store: i64,
    /// The epoch that the client holds, if it said so; then the store's.
    epoch: Option<Id>,
    /// Something says that the position is no longer valid: the next page decides.
    doubtful: bool,
    need: Need,
    /// Until `welcome` was said.
    opening: Option<Box<Opening>>,
    awaited: Vec<Awaited>,
}

/// A position that the client may not confirm: it was never sent so far.
#[derive(Debug, PartialEq, Eq)]
pub struct NeverSent;

impl Session {
    /// A session of a client that holds `since` of `epoch`; without `since` it starts at the head.
    pub fn begin(opening: Option<Opening>, since: Option<i64>, epoch: Option<Id>) -> Session {
        Session {
            position: since.unwrap_or(0).max(0),
            told: 0,
            head: 0,
            asked: None,
            asked_head: 0,
            from_store: 0,
            epoch,
            doubtful: false,
            need: if since.is_some() { Need::Sync } else { Need::Head },
            opening: opening.map(Box::new),
            awaited: Vec::new(),
        }
    }

    /// What the client has been sent.
    pub fn position(&self) -> i64 {
        self.position
    }

    /// The highest position that the client was ever sent.
    pub fn told(&self) -> i64 {
        self.told
    }

    /// Whether `welcome` is still to be said.
    pub fn is_opening(&self) -> bool {
        self.opening.is_some()
    }

    /// An inbox moved. Its frame, if it goes straight out; `room`: the socket takes it.
    pub fn on_nudge(&mut self, nudge: &Nudge, room: bool) -> Option<Frame> {
        let settled = self.need == Need::Nothing && !self.doubtful && self.asked.is_none();
        let fits = settled && nudge.prev == self.position;
        let frame = frame_of(nudge).filter(|_| fits && room && nudge.seq > self.position);
        if frame.is_some() {
            self.move_to(nudge.seq);
            self.awaited.retain(|act| act.seq > nudge.seq);
        }
        self.hear_of(nudge.seq);
        frame
    }

    /// The head is at least at `seq`.
    pub fn hear_of(&mut self, seq: i64) {
        self.head = self.head.max(seq);
    }

    /// The store's heads were compared: epoch, head and floor of this inbox.
    pub fn on_head(&mut self, epoch: &Id, seq: i64, floor_seq: i64) {
        if self.need == Need::Nothing {
            // A head below the position was read before the last nudge, or that nudge came from before a restore.
            // The page, which is read after all of this, tells which.
            let misplaced = floor_seq > self.position || seq < self.position;
            self.doubtful |= misplaced || self.epoch.as_ref() != Some(epoch);
        }
        self.hear_of(seq);
    }

    /// Entries up to `floor_seq` were removed.
    pub fn on_removal(&mut self, floor_seq: i64) {
        self.doubtful |= floor_seq > self.position;
        self.hear_of(floor_seq);
    }

    /// The client asks what changed after `since`.
    pub fn sync(&mut self, since: i64) {
        self.position = since.max(0);
        self.need = Need::Sync;
        // A page under way was read before this was asked, and cannot answer it.
        self.asked = None;
    }

    /// From where to read the store, if it has to be read (`i64::MAX`: only the head is wanted).
    pub fn wants_page(&self) -> Option<i64> {
        match self.need {
            Need::Head => Some(i64::MAX),
            Need::Sync => Some(self.position),
            Need::Nothing => self.is_behind().then_some(self.position),
        }
    }

    /// Why the store has to be read, for the figures.
    pub fn why(&self) -> &'static str {
        match (self.need, self.doubtful) {
            (Need::Head, _) => "start",
            (Need::Sync, _) => "resume",
            (Need::Nothing, true) => "doubt",
            (Need::Nothing, false) => "behind",
        }
    }

    /// Whether there is more in the store than the client has been sent.
    pub fn is_behind(&self) -> bool {
        self.doubtful || self.head > self.position
    }

    /// A page is asked for now: what is heard of later may not be in it.
    pub fn asking(&mut self) {
        self.asked = self.wants_page();
        self.asked_head = self.head;
    }

    /// The page did not come.
    pub fn no_page(&mut self) {
        self.asked = None;
    }

    /// A page of the store from [`Session::wants_page`], as frames.
    pub fn on_page(&mut self, page: &Changes) -> Vec<Frame> {
        if self.asked.take() != self.wants_page() {
            // The client asked to go on from elsewhere meanwhile.
            return Vec::new();
        }
        let mut frames = Vec::with_capacity(page.entries.len() + 2);
        if let Some(opening) = self.opening.take() {
            frames.push(welcome(&opening, page));
        }
        match self.need {
            Need::Head => self.start_at_head(page, &mut frames),
            _ if self.is_lost(page) => self.start_anew(page, &mut frames),
            _ => self.take_over(page, &mut frames),
        }
        self.epoch = Some(page.epoch.clone());
        self.doubtful = false;
        self.from_store = self.position;
        self.forget_old_head(page.inbox.seq);
        self.settle_awaited(&mut frames);
        frames
    }

    /// Below the floor, above the head, or of another epoch.
    fn is_lost(&self, page: &Changes) -> bool {
        let other_epoch = self.epoch.as_ref().is_some_and(|epoch| *epoch != page.epoch);
        other_epoch || self.position < page.inbox.floor_seq || self.position > page.inbox.seq
    }

    fn start_at_head(&mut self, page: &Changes, frames: &mut Vec<Frame>) {
        self.need = Need::Nothing;
        self.move_to(page.inbox.seq);
        frames.push(synced(page.inbox.seq, page.inbox.counts));
    }

    fn start_anew(&mut self, page: &Changes, frames: &mut Vec<Frame>) {
        let (seq, counts) = (page.inbox.seq, page.inbox.counts);
        self.need = Need::Nothing;
        // Numbers of another epoch mean nothing in this one.
        self.told = seq;
        self.move_to(seq);
        self.head = seq;
        self.asked_head = seq;
        self.awaited.clear();
        frames.push(ServerFrame::Reset { epoch: &page.epoch, seq, counts }.encode());
    }

    fn take_over(&mut self, page: &Changes, frames: &mut Vec<Frame>) {
        let counts = page.inbox.counts;
        for notification in &page.entries {
            let (seq, prev) = (notification.changed_seq, self.position);
            frames.push(ServerFrame::Notification { seq, prev, counts, notification }.encode());
            self.move_to(seq);
        }
        if page.more {
            // The rest is read when this page has left.
            return self.hear_of(page.inbox.seq);
        }
        if self.need == Need::Sync || page.inbox.seq > self.position {
            frames.push(synced(page.inbox.seq, counts));
        }
        self.need = Need::Nothing;
        self.move_to(page.inbox.seq);
    }

    /// What was heard of before the page was asked for is in it; a head that is not there never was.
    fn forget_old_head(&mut self, head_of_page: i64) {
        if self.head == self.asked_head {
            self.head = head_of_page;
        }
    }

    fn settle_awaited(&mut self, frames: &mut Vec<Frame>) {
        let position = self.position;
        self.awaited.retain(|act| {
            let passed = act.seq <= position;
            if passed {
                frames.push(done(Some(&act.reference), act.changed, act.seq));
            }
            !passed
        });
    }

    /// An act of this client was carried out. Its `changed` frame comes as a nudge and carries the reference; `done`
    /// is said where there is none: nothing changed, or the change was read from the store.
    pub fn on_outcome(&mut self, reference: Option<Id>, outcome: &ActOutcome) -> Option<Frame> {
        let (changed, seq) = (outcome.changed, outcome.seq);
        if changed == 0 {
            return Some(done(reference.as_ref(), 0, seq));
        }
        self.hear_of(seq);
        let reference = reference?;
        if seq <= self.from_store {
            return Some(done(Some(&reference), changed, seq));
        }
        if seq > self.position && self.awaited.len() < MAX_AWAITED {
            self.awaited.push(Awaited { reference, changed, seq });
        }
        None
    }

    /// The client confirms everything up to `seq`.
    ///
    /// # Errors
    /// When it was never sent so far.
    pub fn check_ack(&self, seq: i64) -> Result<(), NeverSent> {
        if seq > self.told { Err(NeverSent) } else { Ok(()) }
    }

    fn move_to(&mut self, seq: i64) {
        self.position = seq;
        self.told = self.told.max(seq);
    }
}

fn welcome(opening: &Opening, page: &Changes) -> Frame {
    ServerFrame::Welcome {
        session: &opening.session,
        epoch: &page.epoch,
        seq: page.inbox.seq,
        counts: page.inbox.counts,
        ping_every_ms: opening.ping_every_ms,
    }
    .encode()
}

fn synced(seq: i64, counts: Counts) -> Frame {
    ServerFrame::Synced { seq, counts }.encode()
}

fn done(reference: Option<&Id>, changed: i64, seq: i64) -> Frame {
    ServerFrame::Done { reference: reference.map(|reference| &**reference), changed, seq }.encode()
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
