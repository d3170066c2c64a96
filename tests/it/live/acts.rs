//! What an agent does over the socket: acts with their references, the ticket on the screen, acknowledgements.

use serde_json::{Value, json};

use super::line::{Line, ring};
use crate::harness::{SOON, TestHub, covers, eventually, mention};

#[tokio::test]
async fn an_act_is_told_to_every_session_with_the_reference_of_the_one_that_asked() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let mut desk = Line::open(&hub, "ana").await;
    let mut phone = Line::open(&hub, "ana").await;
    hub.event(mention("ana")).await;
    let entry = desk.frame().await["notification"].clone();
    phone.until("notification").await;

    desk.say(json!({"type": "read", "ref": "7", "ids": [entry["id"]]})).await;
    for line in [&mut desk, &mut phone] {
        let changed = line.frame().await;
        assert_eq!(
            (&changed["type"], &changed["op"], &changed["ref"]),
            (&json!("changed"), &json!("read"), &json!("7"))
        );
        assert_eq!((&changed["seq"], &changed["prev"], &changed["ids"]), (&json!(2), &json!(1), &json!([entry["id"]])));
        assert_eq!(changed["counts"], json!({"unread": 0, "unseen": 0}));
    }
    desk.say(json!({"type": "read", "ref": "8", "ids": [entry["id"]]})).await;
    assert_eq!(desk.frame().await, json!({"type": "done", "ref": "8", "changed": 0, "seq": 2}));
    covers(&["R-038", "R-121"]);
}

#[tokio::test]
async fn opening_the_panel_puts_the_red_indicator_out_and_leaves_the_badge() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let mut ana = Line::open(&hub, "ana").await;
    hub.event(mention("ana")).await;
    assert_eq!(ana.frame().await["counts"], json!({"unread": 1, "unseen": 1}));
    ana.say(json!({"type": "seen", "ref": "1"})).await;
    let seen = ana.frame().await;
    assert_eq!((&seen["op"], &seen["counts"]), (&json!("seen"), &json!({"unread": 1, "unseen": 0})));
    covers(&["R-033"]);
}

#[tokio::test]
async fn a_bulk_act_is_one_frame_with_its_selector() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let mut ana = Line::open(&hub, "ana").await;
    ring(&hub, "ana", 0, 150).await;
    let last = loop {
        let frame = ana.frame().await;
        if frame["seq"] == 150 {
            break frame;
        }
    };
    assert_eq!(last["counts"]["unread"], 150);
    ana.say(json!({"type": "read", "ref": "1", "all": true, "up_to": 150})).await;
    let changed = ana.until("changed").await;
    assert_eq!((&changed["prev"], &changed["seq"]), (&json!(150), &json!(300)), "one number for each entry");
    assert_eq!((&changed["all"], &changed["up_to"], changed.get("ids")), (&json!(true), &json!(150), None));
    assert_eq!(changed["counts"]["unread"], 0);
    covers(&["R-039"]);
}

#[tokio::test]
async fn the_ticket_on_the_screen_of_someone_active_has_its_notifications_read() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let mut ana = Line::open(&hub, "ana").await;
    hub.event(mention("ana").on_ticket("HD-7")).await;
    hub.event(mention("ana").on_ticket("HD-8")).await;
    ana.until("notification").await;
    ana.until("notification").await;

    ana.say(json!({"type": "activity", "visible": true, "idle": true, "viewing": "HD-7"})).await;
    ana.say(json!({"type": "activity", "visible": true, "idle": false, "viewing": "HD-7"})).await;
    let changed = ana.frame().await;
    assert_eq!((&changed["op"], &changed["counts"]["unread"]), (&json!("read"), &json!(1)));

    hub.event(mention("ana").on_ticket("HD-7")).await;
    assert_eq!(ana.frame().await["counts"]["unread"], 2, "it rings");
    let changed = ana.frame().await;
    assert_eq!(
        (&changed["op"], &changed["counts"]["unread"]),
        (&json!("read"), &json!(1)),
        "and is read, being on the screen"
    );
    covers(&["R-047", "R-111"]);
}

#[tokio::test]
async fn acknowledgements_are_timed_from_the_acceptance_of_the_event() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let mut ana = Line::open(&hub, "ana").await;
    hub.event(mention("ana")).await;
    let seq = ana.frame().await["seq"].clone();
    ana.say(json!({"type": "ack", "seq": seq, "active": true})).await;
    let timed = async || {
        let frames = hub.metric("bellhop_accept_to_frame_seconds_count").await;
        let acks = hub.metric("bellhop_accept_to_ack_seconds_count").await;
        frames >= 1.0 && acks >= 1.0
    };
    eventually("both are timed", SOON, timed).await;
    ana.say(json!({"type": "sync", "since": 0})).await;
    let again: Value = ana.frame().await;
    assert_eq!((&again["type"], &again["prev"]), (&json!("notification"), &json!(0)));
    assert_eq!(ana.frame().await["type"], "synced");
}

#[tokio::test]
async fn who_acts_without_a_pause_still_hears_what_is_new() {
    const ACTS: usize = 100;
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    hub.event(mention("ana")).await;
    let mut line = Line::open(&hub, "ana").await;
    let act = |number: usize| json!({"type": "read", "ref": number.to_string(), "ids": ["of nothing"]});
    let sync = json!({"type": "sync", "since": 0});
    line.say_at_once([act(0), sync].into_iter().chain((1..ACTS).map(act))).await;

    let mut answered = 0;
    loop {
        let frame = line.frame().await;
        match frame["type"].as_str() {
            Some("done") => answered += 1,
            Some("synced") => break,
            _ => {}
        }
    }
    assert!(answered < ACTS / 2, "the page had to wait for {answered} acts");
    let last = ACTS.to_string();
    line.say(act(ACTS)).await;
    while line.until("done").await["ref"] != last.as_str() {}
}
