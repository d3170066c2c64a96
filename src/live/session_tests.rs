//! A session on a scripted stream: no socket, no store, no time.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use serde_json::{Value, json};

use super::{super::protocol::nudge, *};
use crate::domain::{
    act::Op,
    event::ActorKind,
    inbox::Inbox,
    notification::{Notification, Priority, ShownActor},
    nudge::{Change, InboxChange},
};

const COUNTS: Counts = Counts { unread: 1, unseen: 1 };

fn entry(seq: i64) -> Notification {
    Notification {
        id: format!("n{seq}").into(),
        seq,
        kind: "mention".into(),
        reason: "mentioned".into(),
        category: None,
        priority: Priority::Normal,
        title: "t".into(),
        body: "b".into(),
        url: None,
        actor: ShownActor { kind: ActorKind::System, ..ShownActor::default() }.into(),
        ticket: None,
        comment: None,
        created_at: 0,
        changed_seq: seq,
        read_at: None,
        cleared_at: None,
        snoozed_until: None,
        resolved: None,
        quiet: false,
    }
}

fn page(epoch: &str, head: i64, floor_seq: i64, entries: &[i64], more: bool) -> Changes {
    Changes {
        epoch: epoch.into(),
        inbox: Inbox { seq: head, floor_seq, counts: COUNTS, ..Inbox::default() },
        entries: entries.iter().map(|seq| entry(*seq)).collect(),
        more,
    }
}

fn change(prev: i64, seq: i64, what: Change) -> Nudge {
    nudge(&InboxChange { agent: "ana".into(), prev, seq, counts: COUNTS, what, accepted_us: 0 })
}

fn news(prev: i64, seq: i64) -> Nudge {
    change(prev, seq, Change::Entry(Box::new(entry(seq))))
}

fn acted(prev: i64, seq: i64, reference: &str) -> Nudge {
    let (op, ids) = (Op::Read, vec!["n1".into()]);
    let what = Change::Acted {
        op,
        ids,
        selector: None,
        at: 0,
        until: None,
        resolved: None,
        reference: Some(reference.into()),
    };
    change(prev, seq, what)
}

fn outcome(changed: i64, seq: i64) -> ActOutcome {
    ActOutcome { changed, seq, counts: COUNTS }
}

/// Type and position of each frame: `notification 42<41`, `synced 44`.
fn told(frames: &[Frame]) -> Vec<String> {
    frames
        .iter()
        .map(|frame| {
            let json: Value = serde_json::from_str(&frame.text).unwrap();
            let prev = json.get("prev").map(|prev| format!("<{prev}")).unwrap_or_default();
            let reference = json.get("ref").map(|it| format!(" {it}")).unwrap_or_default();
            format!("{} {}{prev}{reference}", json["type"].as_str().unwrap(), json["seq"])
        })
        .collect()
}

fn read(session: &mut Session, page: &Changes) -> Vec<String> {
    session.asking();
    told(&session.on_page(page))
}

fn opening() -> Option<Opening> {
    Some(Opening { session: "s1".into(), ping_every_ms: 25_000 })
}

/// Says hello with `since` and stands at `head`.
fn settled_at(head: i64) -> Session {
    let mut session = Session::begin(opening(), Some(head), Some("e1".into()));
    read(&mut session, &page("e1", head, 0, &[], false));
    session
}

#[test]
fn who_resumes_is_welcomed_and_gets_what_changed_in_order_and_then_synced() {
    let mut session = Session::begin(opening(), Some(41), Some("e1".into()));
    assert_eq!(session.wants_page(), Some(41));
    let frames = read(&mut session, &page("e1", 44, 0, &[42, 44], false));
    assert_eq!(frames, ["welcome 44", "notification 42<41", "notification 44<42", "synced 44"]);
    assert_eq!((session.position(), session.wants_page()), (44, None));
}

#[test]
fn the_frames_have_the_shape_of_the_protocol() {
    let mut session = Session::begin(opening(), Some(44), None);
    session.asking();
    let frames = session.on_page(&page("e1", 45, 0, &[45], false));
    let shown: Vec<Value> = frames.iter().map(|frame| serde_json::from_str(&frame.text).unwrap()).collect();
    let counts = json!({"unread": 1, "unseen": 1});
    assert_eq!(
        shown[0],
        json!({"type": "welcome", "session": "s1", "epoch": "e1", "seq": 45, "counts": counts, "ping_every_ms": 25_000})
    );
    assert_eq!((&shown[1]["counts"], &shown[1]["notification"]["id"]), (&counts, &json!("n45")));
    assert_eq!(shown[2], json!({"type": "synced", "seq": 45, "counts": counts}));
    let changed: Value = serde_json::from_str(&acted(45, 46, "7").frame).unwrap();
    assert_eq!(
        changed,
        json!({"type": "changed", "seq": 46, "prev": 45, "counts": counts, "op": "read", "ids": ["n1"],
               "at": "1970-01-01T00:00:00.000Z", "ref": "7"})
    );
    let selector = Some(crate::domain::act::Selector::All { all: true, up_to: 46 });
    let bulk =
        Change::Acted { op: Op::Clear, ids: vec![], selector, at: 0, until: None, resolved: None, reference: None };
    let changed: Value = serde_json::from_str(&change(46, 300, bulk).frame).unwrap();
    assert_eq!((&changed["all"], &changed["up_to"], changed.get("ids")), (&json!(true), &json!(46), None));
}

#[test]
fn who_holds_nothing_is_told_the_head_and_nothing_is_replayed() {
    let mut session = Session::begin(opening(), None, None);
    assert_eq!(session.wants_page(), Some(i64::MAX));
    assert_eq!(read(&mut session, &page("e1", 44, 0, &[], false)), ["welcome 44", "synced 44"]);
    assert_eq!(session.position(), 44);
}

#[test]
fn a_position_below_the_floor_above_the_head_or_of_another_epoch_starts_anew() {
    let reset = |since, epoch: Option<&str>, page: Changes| {
        let mut session = Session::begin(opening(), Some(since), epoch.map(Into::into));
        let frames = read(&mut session, &page);
        assert_eq!(session.position(), 44);
        frames
    };
    let expected = ["welcome 44", "reset 44"];
    assert_eq!(reset(41, None, page("e1", 44, 42, &[43, 44], false)), expected, "below the floor");
    assert_eq!(reset(45, None, page("e1", 44, 0, &[], false)), expected, "above the head");
    assert_eq!(reset(41, Some("e0"), page("e1", 44, 0, &[42], false)), expected, "of another epoch");
}

#[test]
fn a_nudge_that_fits_goes_straight_out_and_one_that_is_known_is_dropped() {
    let mut session = settled_at(44);
    assert_eq!(told(&session.on_nudge(&news(44, 45), true).into_iter().collect::<Vec<_>>()), ["notification 45<44"]);
    assert!(session.on_nudge(&news(44, 45), true).is_none(), "known");
    assert!(session.on_nudge(&news(43, 44), true).is_none(), "old");
    assert_eq!(session.wants_page(), None);
}

#[test]
fn after_a_gap_the_store_is_read_and_nothing_is_missing_or_doubled() {
    let mut session = settled_at(44);
    assert!(session.on_nudge(&news(45, 46), true).is_none(), "45 was lost on the way");
    assert_eq!(session.wants_page(), Some(44));
    assert!(session.on_nudge(&news(44, 45), true).is_some(), "the lost one comes late, before the store was asked");
    assert_eq!(session.wants_page(), Some(45));
    assert_eq!(read(&mut session, &page("e1", 46, 0, &[46], false)), ["notification 46<45"]);
    assert_eq!(session.wants_page(), None);
}

#[test]
fn a_full_socket_leaves_the_session_behind_with_nothing_but_a_number() {
    let mut session = settled_at(0);
    for seq in 1..=1_000 {
        assert!(session.on_nudge(&news(seq - 1, seq), false).is_none());
    }
    assert_eq!(session.wants_page(), Some(0));
    assert_eq!(read(&mut session, &page("e1", 1_000, 0, &[1, 2], true)), ["notification 1<0", "notification 2<1"]);
    assert_eq!(session.wants_page(), Some(2), "the rest is still there");
}

#[test]
fn nothing_goes_out_of_order_while_a_page_is_under_way() {
    let mut session = settled_at(44);
    session.on_head(&"e1".into(), 45, 0);
    session.asking();
    assert!(session.on_nudge(&news(44, 45), true).is_none(), "it may be in the page");
    assert!(session.on_nudge(&news(45, 46), true).is_none());
    assert_eq!(told(&session.on_page(&page("e1", 45, 0, &[45], false))), ["notification 45<44"]);
    assert_eq!(session.wants_page(), Some(45), "46 came after the page was asked for");
    assert_eq!(read(&mut session, &page("e1", 46, 0, &[46], false)), ["notification 46<45"]);
}

#[test]
fn a_page_from_before_a_sync_is_thrown_away() {
    let mut session = settled_at(44);
    session.hear_of(46);
    session.asking();
    session.sync(40);
    assert!(session.on_page(&page("e1", 46, 0, &[45, 46], false)).is_empty());
    let frames = read(&mut session, &page("e1", 46, 0, &[41, 46], false));
    assert_eq!(frames, ["notification 41<40", "notification 46<41", "synced 46"]);
}

#[test]
fn numbers_without_an_entry_move_the_client_by_synced() {
    let mut session = settled_at(44);
    session.hear_of(46);
    assert_eq!(read(&mut session, &page("e1", 46, 0, &[45], false)), ["notification 45<44", "synced 46"]);
}

#[test]
fn a_lost_nudge_shows_when_heads_are_compared() {
    let mut session = settled_at(44);
    session.on_head(&"e1".into(), 44, 0);
    assert_eq!(session.wants_page(), None);
    session.on_head(&"e1".into(), 45, 0);
    assert_eq!((session.wants_page(), session.why()), (Some(44), "behind"));
}

#[test]
fn a_head_below_the_position_is_looked_into() {
    let mut session = settled_at(44);
    session.on_head(&"e1".into(), 43, 0);
    assert_eq!((session.wants_page(), session.why()), (Some(44), "doubt"));
    assert!(read(&mut session, &page("e1", 44, 0, &[], false)).is_empty(), "it was read before the last nudge");
    assert_eq!(session.wants_page(), None);

    // A nudge from before a restore came after the session had learnt the new epoch.
    session.on_head(&"e1".into(), 12, 0);
    assert_eq!(read(&mut session, &page("e1", 12, 0, &[], false)), ["reset 12"]);
    assert_eq!((session.position(), session.told(), session.wants_page()), (12, 12, None));
}

#[test]
fn a_new_epoch_or_a_removal_makes_a_live_session_start_anew() {
    let mut session = settled_at(44);
    session.on_head(&"e2".into(), 44, 0);
    assert_eq!(read(&mut session, &page("e2", 12, 0, &[], false)), ["reset 12"]);
    assert_eq!((session.position(), session.told(), session.wants_page()), (12, 12, None));
    session.on_removal(13);
    assert!(session.on_nudge(&news(13, 14), true).is_none());
    assert_eq!(read(&mut session, &page("e2", 14, 13, &[14], false)), ["reset 14"]);
}

#[test]
fn a_head_that_the_store_no_longer_has_is_not_waited_for() {
    let mut session = settled_at(44);
    session.hear_of(99);
    assert_eq!(read(&mut session, &page("e1", 44, 0, &[], false)), [""; 0]);
    assert_eq!(session.wants_page(), None);
}

#[test]
fn an_act_is_answered_once_by_its_frame_or_by_done() {
    let mut session = settled_at(44);
    let done = session.on_outcome(Some("1".into()), &outcome(0, 44));
    assert_eq!(told(&done.into_iter().collect::<Vec<_>>()), ["done 44 \"1\""], "nothing changed");
    assert!(session.on_nudge(&acted(44, 45, "2"), true).is_some());
    assert!(session.on_outcome(Some("2".into()), &outcome(1, 45)).is_none(), "its frame went out before");
    assert!(session.on_outcome(Some("3".into()), &outcome(1, 46)).is_none());
    assert!(session.on_nudge(&acted(45, 46, "3"), true).is_some(), "its frame goes out after");
    assert_eq!(session.wants_page(), None);
}

#[test]
fn an_act_whose_frame_was_swallowed_by_a_page_is_answered_by_done() {
    let mut session = settled_at(44);
    assert!(session.on_nudge(&acted(44, 45, "4"), false).is_none(), "no room");
    assert!(session.on_outcome(Some("4".into()), &outcome(1, 45)).is_none());
    let frames = read(&mut session, &page("e1", 45, 0, &[45], false));
    assert_eq!(frames, ["notification 45<44", "done 45 \"4\""]);
    session.hear_of(46);
    read(&mut session, &page("e1", 46, 0, &[46], false));
    let done = session.on_outcome(Some("5".into()), &outcome(1, 46));
    assert_eq!(told(&done.into_iter().collect::<Vec<_>>()), ["done 46 \"5\""], "the page was faster than the answer");
}

#[test]
fn what_was_never_sent_cannot_be_confirmed() {
    let mut session = settled_at(44);
    assert_eq!(session.check_ack(44), Ok(()));
    assert_eq!(session.check_ack(45), Err(NeverSent));
    session.sync(40);
    assert_eq!(session.check_ack(44), Ok(()), "it was sent before the client asked again");
    assert_eq!(Session::begin(None, Some(99), None).check_ack(99), Err(NeverSent), "a claim is not yet a position");
}

#[test]
fn a_sync_is_answered_by_a_page_that_was_read_after_it() {
    let mut session = settled_at(41);
    session.sync(41);
    session.asking();
    session.sync(41);
    let too_old = session.on_page(&page("e1", 41, 0, &[], false));
    assert!(too_old.is_empty());
    assert_eq!(read(&mut session, &page("e1", 42, 0, &[42], false)), ["notification 42<41", "synced 42"]);
}
