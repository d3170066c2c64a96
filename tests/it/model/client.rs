//! A client that does what the protocol asks and nothing more: it applies frames, trusts no number of its own, and
//! remembers a position and an epoch. It reads frames from their text, as a browser does.

use std::collections::BTreeMap;

use bellhop::domain::{
    Id,
    act::{Act, Op, Selector, Until},
    inbox::{Changes, Counts},
    notification::Notification,
    time,
};
use serde::Deserialize;
use serde_json::Value;

use super::inbox::Entry;

/// What a client has to do after a frame.
#[derive(Debug, PartialEq, Eq)]
pub enum Duty {
    Nothing,
    /// Read the list over REST.
    List,
}

/// One browser of an agent.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// What it holds; nothing yet when it never listed.
    pub held: Option<i64>,
    pub epoch: Option<Id>,
    pub counts: Counts,
    pub entries: BTreeMap<Id, Entry>,
    /// The highest number that came on this connection: what it may acknowledge.
    pub sent: i64,
    /// Acts whose answer is still to come.
    pub unanswered: Vec<String>,
}

#[derive(Deserialize)]
struct Numbers {
    seq: i64,
    prev: i64,
    counts: Counts,
}

impl Client {
    /// A new connection.
    pub fn connected(&mut self) {
        self.sent = 0;
        self.unanswered.clear();
    }

    /// Applies one frame.
    pub fn on_frame(&mut self, text: &str) -> Duty {
        let frame: Value = serde_json::from_str(text).unwrap();
        match frame["type"].as_str().unwrap() {
            "welcome" => self.on_welcome(&frame),
            "synced" => return self.on_synced(&frame),
            "reset" => return self.on_reset(&frame),
            "notification" => self.on_notification(&frame),
            "changed" => self.on_changed(&frame),
            "done" => self.on_answer(&frame),
            "ping" => {}
            other => panic!("a faithful client never gets {other}: {text}"),
        }
        Duty::Nothing
    }

    /// The list was read, whole: newer than any frame up to its number.
    pub fn load(&mut self, list: Changes) {
        self.held = self.held.max(Some(list.inbox.seq));
        self.counts = list.inbox.counts;
        self.entries = list.entries.into_iter().map(|entry| (entry.id.clone(), entry.into())).collect();
    }

    /// The epoch counts only together with a position of it: one that holds something waits for `reset`.
    fn on_welcome(&mut self, frame: &Value) {
        if self.held.is_none() {
            self.epoch = frame["epoch"].as_str().map(Id::from);
        }
    }

    fn on_synced(&mut self, frame: &Value) -> Duty {
        let seq = frame["seq"].as_i64().unwrap();
        self.sent = self.sent.max(seq);
        let held = self.held;
        if held.is_none_or(|held| held <= seq) {
            self.held = Some(seq);
            self.counts = serde_json::from_value(frame["counts"].clone()).unwrap();
        }
        if held.is_none() { Duty::List } else { Duty::Nothing }
    }

    fn on_reset(&mut self, frame: &Value) -> Duty {
        self.sent = frame["seq"].as_i64().unwrap();
        self.held = Some(self.sent);
        self.epoch = frame["epoch"].as_str().map(Id::from);
        self.entries.clear();
        // Whatever was asked for before is in the list, or was never done.
        self.unanswered.clear();
        Duty::List
    }

    fn on_notification(&mut self, frame: &Value) {
        if self.moves(frame) {
            let entry: Notification = serde_json::from_value(frame["notification"].clone()).unwrap();
            self.entries.insert(entry.id.clone(), entry.into());
        }
    }

    fn on_changed(&mut self, frame: &Value) {
        self.on_answer(frame);
        if !self.moves(frame) {
            return;
        }
        let at = time::from_rfc3339(frame["at"].as_str().unwrap()).unwrap();
        let act = act_of(frame);
        for entry in self.entries.values_mut().filter(|entry| entry.is_changed_by(&act)) {
            entry.change(&act, at);
        }
    }

    /// Whether a frame tells something new. `prev` never exceeds what a faithful client holds.
    fn moves(&mut self, frame: &Value) -> bool {
        let numbers = Numbers::deserialize(frame).unwrap();
        let held = self.held.expect("nothing is sent before `synced` or `reset`");
        assert!(numbers.prev <= held, "a gap: the client holds {held}, the frame says {frame}");
        assert!(numbers.prev < numbers.seq, "a frame that moves nowhere: {frame}");
        self.sent = self.sent.max(numbers.seq);
        if numbers.seq <= held {
            return false;
        }
        self.held = Some(numbers.seq);
        self.counts = numbers.counts;
        true
    }

    fn on_answer(&mut self, frame: &Value) {
        if let Some(reference) = frame["ref"].as_str() {
            self.unanswered.retain(|waiting| waiting != reference);
        }
    }
}

fn act_of(frame: &Value) -> Act {
    let id = |name: &str| frame[name].as_str().map(Id::from);
    let up_to = || frame["up_to"].as_i64().unwrap();
    let selector = if let Some(ids) = frame["ids"].as_array() {
        Selector::Ids { ids: ids.iter().map(|id| id.as_str().unwrap().into()).collect() }
    } else if let Some(ticket) = id("ticket") {
        Selector::Ticket { ticket }
    } else if let Some(comment) = id("comment") {
        Selector::Comment { comment }
    } else if frame["all"] == true {
        Selector::All { all: true, up_to: up_to() }
    } else {
        Selector::Status { status: "read", up_to: up_to() }
    };
    Act {
        op: Op::deserialize(&frame["op"]).unwrap(),
        selector,
        until: frame["until"].as_str().map(|text| Until::Time(time::from_rfc3339(text).unwrap())),
        reference: None,
    }
}
