//! An inbox as DESIGN's laws describe it, in plain memory: what each act means, and counters that are always recounted.
//! Nothing here is taken from the store; both the expected server and the faithful client are made of it.

use std::collections::BTreeMap;

use bellhop::domain::{
    Id, Millis,
    act::{Act, Op, Selector, UNTIL_REPLY},
    inbox::Counts,
    notification::Notification,
};

/// A notification, as far as acts are concerned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    pub id: Option<Id>,
    pub seq: i64,
    pub changed_seq: i64,
    pub alert_seq: i64,
    pub ticket: Option<Id>,
    pub comment: Option<Id>,
    pub created_at: Millis,
    pub read_at: Option<Millis>,
    pub cleared_at: Option<Millis>,
    pub snoozed_until: Option<Millis>,
}

impl From<Notification> for Entry {
    fn from(shown: Notification) -> Entry {
        Entry {
            id: Some(shown.id),
            seq: shown.seq,
            changed_seq: shown.changed_seq,
            alert_seq: 0,
            ticket: shown.ticket.map(|ticket| ticket.id.clone()),
            comment: shown.comment.map(|comment| comment.id),
            created_at: shown.created_at,
            read_at: shown.read_at,
            cleared_at: shown.cleared_at,
            snoozed_until: shown.snoozed_until,
        }
    }
}

impl Entry {
    /// D-25.
    pub fn is_unread(&self) -> bool {
        self.read_at.is_none() && self.cleared_at.is_none() && self.snoozed_until.is_none()
    }

    /// As others see it: without what only the server knows.
    pub fn shown(&self) -> Entry {
        Entry { alert_seq: 0, changed_seq: 0, ..self.clone() }
    }

    fn is_selected_by(&self, selector: &Selector) -> bool {
        match selector {
            Selector::Ids { ids } => self.id.as_ref().is_some_and(|id| ids.contains(id)),
            Selector::Ticket { ticket } => self.ticket.as_ref() == Some(ticket) && self.cleared_at.is_none(),
            Selector::Comment { comment } => self.comment.as_ref() == Some(comment) && self.cleared_at.is_none(),
            Selector::All { up_to, .. } => self.seq <= *up_to,
            Selector::Status { up_to, .. } => self.seq <= *up_to && self.read_at.is_some(),
        }
    }

    /// Whether the act changes this entry.
    pub fn is_changed_by(&self, act: &Act) -> bool {
        // "All" is what the list shows; ids, tickets and comments say exactly what is meant.
        let all = matches!(act.selector, Selector::All { .. } | Selector::Status { .. });
        let (is_read, is_cleared, sleeps) =
            (self.read_at.is_some(), self.cleared_at.is_some(), self.snoozed_until.is_some());
        let changes = match act.op {
            Op::Read => !is_read && (!all || self.is_unread()),
            Op::Unread => is_read && (!all || !is_cleared),
            Op::Clear => !is_cleared && (!all || !sleeps),
            Op::Restore => is_cleared,
            Op::Snooze => !is_cleared && self.snoozed_until != act.until.map(|until| until.as_millis()),
            // A reply wakes what sleeps until the reply; the clock wakes by id.
            Op::Wake if matches!(act.selector, Selector::Ticket { .. }) => self.snoozed_until == Some(UNTIL_REPLY),
            Op::Wake => sleeps,
            Op::Seen | Op::Resolve => false,
        };
        changes && self.is_selected_by(&act.selector)
    }

    /// Does it.
    pub fn change(&mut self, act: &Act, at: Millis) {
        match act.op {
            Op::Read => self.read_at = Some(at),
            Op::Unread => self.read_at = None,
            Op::Clear => self.cleared_at = Some(at),
            Op::Restore => self.cleared_at = None,
            Op::Snooze => {
                self.snoozed_until = act.until.map(|until| until.as_millis());
                self.read_at = None;
            }
            Op::Wake => self.snoozed_until = None,
            Op::Seen | Op::Resolve => {}
        }
    }
}

/// The inbox that the store must have.
#[derive(Debug, Clone, Default)]
pub struct Inbox {
    pub seq: i64,
    pub floor_seq: i64,
    seen_seq: i64,
    /// By number of creation.
    pub entries: BTreeMap<i64, Entry>,
}

impl Inbox {
    /// Badge and indicator, counted entry by entry.
    pub fn counts(&self) -> Counts {
        let unread = self.entries.values().filter(|entry| entry.is_unread());
        let unseen = unread.clone().filter(|entry| entry.alert_seq > self.seen_seq);
        Counts { unread: unread.count() as i64, unseen: unseen.count() as i64 }
    }

    /// A new entry takes the next number.
    pub fn take(&mut self, ticket: &Id, comment: Option<&Id>, now: Millis) {
        self.seq += 1;
        let seq = self.seq;
        self.entries.insert(
            seq,
            Entry {
                seq,
                changed_seq: seq,
                alert_seq: seq,
                ticket: Some(ticket.clone()),
                comment: comment.cloned(),
                created_at: now,
                ..Entry::default()
            },
        );
    }

    /// An act takes one number for each entry that it changes, and none when it changes nothing. Says how many.
    pub fn act(&mut self, act: &Act, now: Millis) -> i64 {
        if act.op == Op::Seen {
            return self.see(act);
        }
        let before = self.seq;
        for entry in self.entries.values_mut().filter(|entry| entry.is_changed_by(act)) {
            self.seq += 1;
            entry.change(act, now);
            entry.changed_seq = self.seq;
            if act.op == Op::Wake {
                entry.alert_seq = self.seq;
            }
        }
        self.seq - before
    }

    fn see(&mut self, act: &Act) -> i64 {
        let Selector::All { up_to, .. } = act.selector else { return 0 };
        let before = self.counts().unseen;
        self.seen_seq = self.seen_seq.max(up_to.min(self.seq));
        if self.counts().unseen == before {
            return 0;
        }
        self.seq += 1;
        1
    }

    /// Retention: what was settled before `before` goes; whoever holds less than the floor starts anew.
    pub fn sweep(&mut self, before: Millis) -> bool {
        let count = self.entries.len();
        self.entries.retain(|_, entry| {
            let read = entry.read_at.is_some_and(|at| at < before) && entry.snoozed_until.is_none();
            let cleared = entry.cleared_at.is_some_and(|at| at < before);
            !(entry.created_at < before && (read || cleared))
        });
        let removed = self.entries.len() < count;
        if removed {
            self.seq += 1;
            self.floor_seq = self.seq;
        }
        removed
    }
}
