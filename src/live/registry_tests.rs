//! The registry without a bus: letters are posted by hand, time is moved by hand.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::task::{Context, Poll, Waker};

use super::*;
use crate::live::{handle::Post, message::Report};

fn registry(limits: Limits) -> (Arc<Registry>, Clock) {
    let clock = Clock::manual(1_000_000);
    (Registry::new(limits, clock.clone()), clock)
}

fn session(agent: &str, id: &str) -> Handle {
    Handle::new(id.into(), agent.into(), Transport::WebSocket, true)
}

fn nudge(agent: &str, seq: i64, frame: &'static str) -> Nudge {
    Nudge { agent: agent.into(), prev: seq - 1, seq, frame: frame.into(), alerts: true, accepted_us: 0 }
}

/// What is in a session's box; none when it is empty.
fn letters(registration: &Registration) -> Option<Post> {
    match registration.handle().poll_post(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(post) => Some(post),
        Poll::Pending => None,
    }
}

fn looks_at_it(registry: &Registry, registration: &Registration) {
    let now = registry.clock.now();
    registration.handle().report(&Report { visible: true, idle: false, viewing: None }, now);
}

#[test]
fn a_nudge_reaches_every_session_of_its_agent_and_nobody_else() {
    let (registry, _) = registry(Limits::default());
    let desk = registry.register(session("ana", "desk"));
    let phone = registry.register(session("ana", "phone"));
    let ben = registry.register(session("ben", "desk of ben"));
    registry.on_nudge(&nudge("ana", 1, "frame"));
    assert_eq!(letters(&desk).unwrap().nudges.len(), 1);
    assert_eq!(letters(&phone).unwrap().nudges.len(), 1);
    assert!(letters(&ben).is_none());
    drop(phone);
    registry.on_nudge(&nudge("ana", 2, "frame"));
    assert_eq!(letters(&desk).unwrap().nudges[0].seq, 2);
    assert_eq!(registry.sessions().len(), 2);
}

#[test]
fn a_box_that_nobody_empties_holds_a_few_nudges_and_then_a_number() {
    let (registry, _) = registry(Limits::default());
    let ana = registry.register(session("ana", "desk"));
    for seq in 1..=1_000 {
        registry.on_nudge(&nudge("ana", seq, "frame"));
    }
    let post = letters(&ana).unwrap();
    assert_eq!((post.nudges.len(), post.missed_seq), (16, 1_000));
    assert!(letters(&ana).is_none());
    registry.on_nudge(&nudge("ana", 1_001, "frame"));
    assert_eq!(letters(&ana).unwrap().nudges.len(), 1, "an emptied box takes nudges again");
}

#[test]
fn removals_heads_and_goodbyes_always_fit() {
    let (registry, _) = registry(Limits::default());
    let ana = registry.register(session("ana", "desk"));
    for seq in 1..=100 {
        registry.on_nudge(&nudge("ana", seq, "frame"));
    }
    registry.on_nudge(&nudge("ana", 101, ""));
    registry.on_control(&Control::Reset { agent: "ana".into(), floor_seq: 99 });
    let head = HeadNews { epoch: "e1".into(), seq: 101, floor_seq: 101 };
    registry.post_head(&"ana".into(), Some(&head), true);
    registry.on_control(&Control::EndSessions { agent: "ana".into() });
    let post = letters(&ana).unwrap();
    assert_eq!((post.removed_seq, post.head, post.ping), (101, Some(head), true));
    assert_eq!(post.bye.map(|bye| bye.code), Some(4503));
}

#[test]
fn the_newest_session_wins_and_the_oldest_ends_for_good() {
    let (registry, _) = registry(Limits { sessions_per_agent: 2, ..Limits::default() });
    let [first, second, third] = ["1", "2", "3"].map(|id| registry.register(session("ana", id)));
    let bye = letters(&first).unwrap().bye.unwrap();
    assert_eq!((bye.code, bye.retry_in_ms), (4500, None));
    assert!(letters(&second).is_none() && letters(&third).is_none());
    drop(first);
    assert_eq!(registry.sessions().len(), 2, "the evicted one leaves only itself");
}

#[test]
fn a_full_node_has_a_seat_again_when_somebody_leaves() {
    let (registry, _) = registry(Limits { sessions_per_node: 2, ..Limits::default() });
    let first = registry.take_seat();
    let _second = registry.take_seat();
    assert!(registry.take_seat().is_none());
    drop(first);
    assert!(registry.take_seat().is_some());
}

#[test]
fn someone_is_active_idle_and_20_s_after_the_last_session_away() {
    let (registry, clock) = registry(Limits::default());
    let ana: Id = "ana".into();
    assert_eq!(registry.presence(&ana), Presence::Away);
    let desk = registry.register(session("ana", "desk"));
    assert_eq!(registry.presence(&ana), Presence::Idle, "nothing was reported yet");
    looks_at_it(&registry, &desk);
    assert_eq!(registry.presence(&ana), Presence::Active);
    clock.advance(120_001);
    assert_eq!(registry.presence(&ana), Presence::Idle);
    drop(desk);
    clock.advance(19_999);
    registry.sweep();
    assert_eq!(registry.presence(&ana), Presence::Idle, "perhaps only a reload");
    clock.advance(1);
    registry.sweep();
    assert_eq!(registry.presence(&ana), Presence::Away);
    assert!(registry.shard(&ana).is_empty(), "nothing is kept of who is away");
}

#[test]
fn clients_without_a_screen_do_not_count() {
    let (registry, _) = registry(Limits::default());
    let robot = registry.register(Handle::new("robot".into(), "ana".into(), Transport::WebSocket, false));
    looks_at_it(&registry, &robot);
    assert_eq!(registry.presence(&"ana".into()), Presence::Away);
    drop(robot);
    assert_eq!(registry.presence(&"ana".into()), Presence::Away);
}

#[test]
fn a_polling_session_lives_until_nobody_asks_any_more() {
    let (registry, clock) = registry(Limits::default());
    let poll = Handle::new("poll".into(), "ana".into(), Transport::Polling, true);
    let poll = registry.register_until(poll, clock.now() + 75_000);
    clock.advance(74_999);
    assert_eq!(registry.sweep(), 1);
    poll.live_until(clock.now() + 75_000);
    clock.advance(75_000);
    assert_eq!(registry.sweep(), 0);
    assert!(registry.find(&"ana".into(), "poll").is_none());
    assert_eq!(registry.presence(&"ana".into()), Presence::Idle, "gone a moment ago");
}

#[test]
fn returns_are_spread_evenly_over_their_window() {
    let (registry, _) = registry(Limits::default());
    let mut shares: Vec<f64> = (0..100).map(|_| registry.scatter()).collect();
    shares.sort_by(f64::total_cmp);
    let widest = shares.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
    assert!(widest < 0.03, "a gap of {widest} between 100 returns");
}
