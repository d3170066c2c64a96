//! The inbox as a faithful client holds it: entries by id, the position up to which nothing is missing, the counts as
//! the server last gave them. Frames go in; what it holds only ever moves forward.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// What one client holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClientInbox {
    /// Everything up to here is in this client.
    pub held: i64,
    /// The store's epoch, as the hub last gave it.
    pub epoch: Option<String>,
    /// Badge and red indicator, never added up here.
    pub counts: Counts,
    /// Entries by id.
    pub entries: BTreeMap<String, Value>,
}

/// Badge and red indicator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// The badge.
    pub unread: i64,
    /// The red indicator, when above zero.
    pub unseen: i64,
}

/// What has to be the same for every client of an inbox and in the store: times are left out, a client may not know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub title: String,
    pub read: bool,
    pub cleared: bool,
    pub snoozed: bool,
    pub resolved: bool,
}

impl ClientInbox {
    /// Takes in a frame.
    ///
    /// # Panics
    /// When the frame builds on a position above the one held: the hub left something out.
    pub fn apply(&mut self, frame: &Value) {
        match frame["type"].as_str().unwrap_or_default() {
            // What is held belongs to the epoch it was held in: only a reset replaces both.
            "welcome" if self.epoch.is_none() => self.epoch = frame["epoch"].as_str().map(str::to_owned),
            "synced" => self.advance(frame),
            "reset" => self.reset(frame),
            "notification" => {
                self.builds_on_what_is_held(frame);
                self.put(&frame["notification"]);
                self.advance(frame);
            }
            "changed" => {
                self.builds_on_what_is_held(frame);
                self.change(frame);
                self.advance(frame);
            }
            _ => {}
        }
    }

    /// Replaces an entry unless what is held is as new.
    pub fn put(&mut self, entry: &Value) {
        let id = entry["id"].as_str().expect("an entry has an id").to_owned();
        let held = self.entries.get(&id).and_then(|known| known["changed_seq"].as_i64()).unwrap_or(-1);
        if entry["changed_seq"].as_i64() > Some(held) {
            self.entries.insert(id, entry.clone());
        }
    }

    /// What can be compared with another client or with the store.
    pub fn kept(&self) -> BTreeMap<String, Kept> {
        self.entries.iter().map(|(id, entry)| (id.clone(), Kept::of(entry))).collect()
    }

    fn builds_on_what_is_held(&self, frame: &Value) {
        let prev = frame["prev"].as_i64().expect("the frame has a prev");
        assert!(prev <= self.held, "a frame is missing: {} is held and the next builds on {frame}", self.held);
    }

    fn advance(&mut self, frame: &Value) {
        let seq = frame["seq"].as_i64().expect("the frame has a seq");
        if seq >= self.held {
            self.held = seq;
            self.counts = Counts::of(&frame["counts"]);
        }
    }

    fn reset(&mut self, frame: &Value) {
        self.entries.clear();
        self.epoch = frame["epoch"].as_str().map(str::to_owned);
        self.held = frame["seq"].as_i64().expect("a reset has a seq");
        self.counts = Counts::of(&frame["counts"]);
    }

    fn change(&mut self, frame: &Value) {
        let seq = frame["seq"].as_i64().expect("the frame has a seq");
        let op = frame["op"].as_str().expect("a change has an op");
        for entry in self.entries.values_mut().filter(|entry| is_meant(frame, entry)) {
            // A newer state of this entry came before: a frame out of the store overtakes none, but may repeat one.
            if entry["changed_seq"].as_i64() < Some(seq) {
                after(op, frame, entry);
                entry["changed_seq"] = json!(seq);
            }
        }
    }
}

impl Counts {
    /// As a frame or a page carries them.
    pub fn of(counts: &Value) -> Counts {
        let count = |name: &str| counts[name].as_i64().unwrap_or_else(|| panic!("no {name} in {counts}"));
        Counts { unread: count("unread"), unseen: count("unseen") }
    }
}

impl Kept {
    /// Of an entry in JSON.
    pub fn of(entry: &Value) -> Kept {
        Kept {
            title: entry["title"].as_str().unwrap_or_default().to_owned(),
            read: !entry["read_at"].is_null(),
            cleared: !entry["cleared_at"].is_null(),
            snoozed: !entry["snoozed_until"].is_null(),
            resolved: !entry["resolved"].is_null(),
        }
    }
}

/// Whether a `changed` frame is about this entry: by its ids, or by the selector of a bulk act.
fn is_meant(frame: &Value, entry: &Value) -> bool {
    if let Some(ids) = frame["ids"].as_array() {
        return ids.contains(&entry["id"]);
    }
    let is = |member: &str| !entry[member].is_null();
    let is_shown = is("cleared_at") == (frame["op"] == "restore");
    if !frame["ticket"].is_null() {
        return is_shown && entry["ticket"]["id"] == frame["ticket"];
    }
    if !frame["comment"].is_null() {
        return is_shown && entry["comment"]["id"] == frame["comment"];
    }
    // "All" is what the list shows.
    let is_meant = match frame["op"].as_str() {
        Some("read") => is_shown && !is("snoozed_until") && !is("resolved"),
        Some("clear") => is_shown && !is("snoozed_until"),
        _ => is_shown,
    };
    let has_status = frame["status"].is_null() || is("read_at");
    is_meant && has_status && entry["seq"].as_i64() <= frame["up_to"].as_i64()
}

fn after(op: &str, frame: &Value, entry: &mut Value) {
    let at = if frame["at"].is_null() { json!("the hub did not say when") } else { frame["at"].clone() };
    match op {
        "read" => entry["read_at"] = at,
        "unread" => entry["read_at"] = Value::Null,
        "clear" => entry["cleared_at"] = at,
        "restore" => entry["cleared_at"] = Value::Null,
        "snooze" => {
            entry["snoozed_until"] = frame["until"].clone();
            entry["read_at"] = Value::Null;
        }
        "wake" => entry["snoozed_until"] = Value::Null,
        "resolve" => entry["resolved"] = json!({"at": at}),
        _ => {}
    }
}
