//! The main road, as the people who use it would tell it.

use serde_json::json;

use crate::harness::{TestHub, assigned, covers, customer_reply, mention};

#[tokio::test]
async fn event_rings_the_right_bell_and_no_other() {
    let hub = TestHub::start().await;
    let mut ana = hub.agent("ana").connect().await;
    let mut ben = hub.agent("ben").connect().await;

    let receipt = hub.event(assigned("ben")).await;
    assert_eq!(receipt["status"], "accepted");
    assert_eq!(receipt["notified"], json!(["ben"]));

    let entry = ben.expect_notification("assignment").await;
    assert_eq!(entry["ticket"]["id"], "HD-00123");
    assert_eq!(ben.inbox.counts.unread, 1);
    ana.expect_nothing().await;
    covers(&["R-034", "R-118", "R-119"]);
}

#[tokio::test]
async fn agent_who_was_offline_gets_what_they_missed() {
    let hub = TestHub::start().await;
    let mut ana = hub.agent("ana").connect().await;
    ana.lose_network();

    hub.event(mention("ana")).await;
    hub.event(assigned("ana")).await;
    hub.event(customer_reply()).await;
    ana.reconnect().await;

    ana.expect_notification("mention").await;
    ana.expect_notification("assignment").await;
    ana.expect_notification("customer_reply").await;
    ana.expect_nothing().await;
    hub.assert_same(&mut ana).await;
    covers(&["R-122", "R-123"]);
}

#[tokio::test]
async fn what_was_told_twice_rings_once() {
    let hub = TestHub::start().await;
    let mut ana = hub.agent("ana").connect().await;

    hub.event(mention("ana").id("evt-7")).await;
    let again = hub.event(mention("ana").id("evt-7")).await;

    assert_eq!(again["status"], "duplicate");
    ana.expect_notification("mention").await;
    ana.expect_nothing().await;
}

#[tokio::test]
async fn second_browser_follows_each_act_of_the_first() {
    let hub = TestHub::start().await;
    let mut phone = hub.agent("ana").connect().await;
    let mut desk = hub.browser("ana").await;
    hub.event(mention("ana")).await;
    let entry = phone.expect_notification("mention").await;
    desk.expect_notification("mention").await;

    let answer = phone.act("read", json!({"ids": [entry["id"]]})).await;
    assert_eq!(answer["type"], "changed");
    let seen = desk.expect_changed("read").await;

    assert_eq!(seen["ids"], json!([entry["id"]]));
    assert_eq!(desk.inbox.counts.unread, 0);
    hub.assert_same(&mut phone).await;
    hub.assert_same(&mut desk).await;
    covers(&["R-032", "R-038", "R-048"]);
}

#[tokio::test]
async fn nobody_hears_of_what_they_did_themselves() {
    let hub = TestHub::start().await;
    let mut ana = hub.agent("ana").connect().await;

    let receipt = hub.event(assigned("ana").by("ana")).await;

    assert_eq!(receipt["notified"], json!([]));
    ana.expect_nothing().await;
    covers(&["R-096", "R-191", "D-04"]);
}

#[tokio::test]
async fn restarted_hub_still_has_everything() {
    let mut hub = TestHub::start().await;
    let mut ana = hub.agent("ana").connect().await;
    hub.event(mention("ana")).await;
    ana.expect_notification("mention").await;

    ana.disconnect().await;
    hub.restart().await;
    hub.event(assigned("ana")).await;
    ana.reconnect().await;

    ana.expect_notification("assignment").await;
    ana.expect_nothing().await;
    hub.assert_same(&mut ana).await;
}
