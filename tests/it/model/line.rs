//! One connection of one browser, without sockets: the session's real logic, a letter box in front of it, a wire
//! behind it, and pages of the store that take their time.

use std::collections::VecDeque;

use bellhop::{
    domain::{Id, act::ActOutcome, inbox::Changes, inbox::Head, nudge::Nudge},
    live::{Frame, Opening, Session},
    store::Store,
};

/// Entries in a page: small, so that bulk acts are cut.
const PAGE: i64 = 4;

/// As in the real letter box: more than this becomes a number.
const MAX_NUDGES: usize = 16;

/// How far reading the store for the session is.
enum Page {
    No,
    Asked(i64),
    Read(Box<Changes>),
}

pub struct Line {
    session: Session,
    nudges: VecDeque<Nudge>,
    missed_seq: i64,
    page: Page,
    wire: VecDeque<Frame>,
}

impl Line {
    pub fn open(since: Option<i64>, epoch: Option<Id>) -> Line {
        let opening = Opening { session: "s".into(), ping_every_ms: 25_000 };
        Line {
            session: Session::begin(Some(opening), since, epoch),
            nudges: VecDeque::new(),
            missed_seq: 0,
            page: Page::No,
            wire: VecDeque::new(),
        }
    }

    /// The bus brings a nudge.
    pub fn post(&mut self, nudge: &Nudge) {
        if self.missed_seq > 0 || self.nudges.len() >= MAX_NUDGES {
            self.missed_seq = self.missed_seq.max(nudge.seq);
        } else {
            self.nudges.push_back(nudge.clone());
        }
    }

    /// The session takes the next letter, unless it was lost on the way. Says whether there was one.
    pub fn take_letter(&mut self, lost: bool, room: bool) -> bool {
        let Some(nudge) = self.nudges.pop_front() else {
            let missed = std::mem::take(&mut self.missed_seq);
            self.session.hear_of(missed);
            return missed > 0;
        };
        if lost {
            return true;
        }
        if nudge.frame.is_empty() {
            self.session.on_removal(nudge.seq);
        } else {
            let frame = self.session.on_nudge(&nudge, room);
            self.wire.extend(frame);
        }
        true
    }

    /// Reading the store gets one stage further. Says whether there is anything to read.
    pub async fn turn_page(&mut self, store: &Store, agent: &Id) -> bool {
        self.page = match std::mem::replace(&mut self.page, Page::No) {
            Page::No => {
                let Some(since) = self.session.wants_page() else { return false };
                self.session.asking();
                Page::Asked(since)
            }
            Page::Asked(since) => Page::Read(Box::new(store.changes(agent, since, PAGE).await.unwrap())),
            Page::Read(page) => {
                self.wire.extend(self.session.on_page(&page));
                Page::No
            }
        };
        true
    }

    /// The head is compared.
    pub fn on_head(&mut self, epoch: &Id, head: Option<&Head>) {
        let (seq, floor_seq) = head.map_or((0, 0), |head| (head.seq, head.floor_seq));
        self.session.on_head(epoch, seq, floor_seq);
    }

    /// The client's own act was carried out.
    pub fn on_outcome(&mut self, reference: Id, outcome: &ActOutcome) {
        let frame = self.session.on_outcome(Some(reference), outcome);
        self.wire.extend(frame);
    }

    /// The client asks what changed.
    pub fn sync(&mut self, since: i64) {
        self.session.sync(since);
    }

    /// The client confirms what came on this connection. While something is on the wire the session may know better:
    /// a reset to a lower number, for example.
    pub fn ack(&self, seq: i64) -> bool {
        let allowed = self.session.check_ack(seq).is_ok();
        assert!(allowed || !self.wire.is_empty(), "{seq} was sent, and may not be confirmed");
        allowed
    }

    /// The next frame that arrives.
    pub fn arrives(&mut self) -> Option<Frame> {
        self.wire.pop_front()
    }
}
