//! Who is reached another way, when, and who is left in peace.

use serde_json::json;

use super::{HOUR, MINUTE, Office, SECOND, titles};
use crate::harness::{SOON, assigned, covers, critical, customer_reply, eventually, mention};

#[tokio::test]
async fn what_was_confirmed_in_time_goes_nowhere_else() {
    let office = Office::usual().await;
    office.agent_with_phone("ana").await;
    let mut ana = office.hub.browser("ana").await;
    office.look(&mut ana).await;

    office.hub.event(mention("ana").id("evt-1")).await;
    ana.expect_notification("mention").await;
    office.look(&mut ana).await;
    office.after(SECOND).await;
    office.after(10 * MINUTE).await;

    assert!(office.push.taken().is_empty() && office.email.taken().is_empty());
    assert!(office.states("evt-1", "ana", "web_push").await.is_empty());
}

#[tokio::test]
async fn who_is_away_gets_a_push_at_once_and_an_email_two_minutes_later() {
    let office = Office::usual().await;
    office.agent_with_phone("ana").await;

    office.hub.event(mention("ana").id("evt-1")).await;
    office.after(SECOND).await;
    assert_eq!(office.push.taken().len(), 1);
    assert_eq!(office.push.taken()[0].rows[0].endpoint, "ana-phone");
    office.after(MINUTE).await;
    assert!(office.email.taken().is_empty(), "not yet");
    office.after(MINUTE).await;
    assert_eq!(titles(&office.email.taken()), titles(&office.push.taken()));
    office.after(HOUR).await;

    assert_eq!((office.push.taken().len(), office.email.taken().len()), (1, 1), "once");
    assert_eq!(office.states("evt-1", "ana", "web_push").await, [("sent".to_owned(), json!(null))]);
    covers(&["R-001", "R-009", "R-124"]);
}

#[tokio::test]
async fn a_lid_that_closes_gets_a_push_within_the_grace() {
    let office = Office::usual().await;
    office.agent_with_phone("ana").await;
    let mut ana = office.hub.browser("ana").await;
    office.look(&mut ana).await;

    // The socket is half open: nothing comes back any more, and nobody has noticed.
    office.hub.event(mention("ana")).await;
    office.after(9 * SECOND).await;
    assert!(office.push.taken().is_empty(), "the device may yet confirm");
    office.after(SECOND).await;

    assert_eq!(office.push.taken().len(), 1);
}

#[tokio::test]
async fn a_visible_tab_that_nobody_sits_before_confirms_nothing() {
    let office = Office::usual().await;
    office.agent_with_phone("ana").await;
    let mut ana = office.hub.browser("ana").await;
    ana.send(json!({"type": "activity", "visible": true, "idle": true})).await;

    office.hub.event(mention("ana")).await;
    ana.expect_notification("mention").await;
    let seq = ana.inbox.held;
    ana.send(json!({"type": "ack", "seq": seq, "active": false})).await;
    ana.settle().await;
    office.after(10 * SECOND).await;

    assert_eq!(office.push.taken().len(), 1);
}

#[tokio::test]
async fn a_short_gap_in_the_network_pushes_nothing() {
    let office = Office::usual().await;
    office.agent_with_phone("ana").await;
    let mut ana = office.hub.browser("ana").await;
    office.look(&mut ana).await;
    ana.disconnect().await;
    eventually("the session is gone", SOON, async || office.hub.metric("bellhop_sessions").await == 0.0).await;

    office.hub.event(mention("ana")).await;
    office.after(15 * SECOND).await;
    assert!(office.push.taken().is_empty(), "they left, but are not away yet");
    ana.reconnect().await;
    ana.expect_notification("mention").await;
    office.look(&mut ana).await;
    office.after(MINUTE).await;
    office.after(HOUR).await;

    assert!(office.push.taken().is_empty() && office.email.taken().is_empty());
}

#[tokio::test]
async fn a_deployment_pushes_to_nobody() {
    let mut office = Office::usual().await;
    office.agent_with_phone("ana").await;
    let mut ana = office.hub.browser("ana").await;
    office.look(&mut ana).await;

    office.hub.restart().await;
    ana.lose_network();
    office.hub.event(mention("ana")).await;
    office.after(10 * SECOND).await;
    assert!(office.push.taken().is_empty(), "they had no time to come back");
    ana.reconnect().await;
    ana.expect_notification("mention").await;
    office.look(&mut ana).await;
    office.after(HOUR).await;

    assert!(office.push.taken().is_empty() && office.email.taken().is_empty());
}

#[tokio::test]
async fn what_was_undecided_at_a_restart_is_decided_after_it() {
    let mut office = Office::usual().await;
    office.agent_with_phone("ana").await;

    office.hub.event(mention("ana").id("evt-1")).await;
    office.hub.restart().await;
    office.after(20 * SECOND).await;

    assert_eq!(office.push.taken().len(), 1);
}

#[tokio::test]
async fn an_entry_that_wakes_while_its_owner_is_away_is_pushed_again() {
    let office = Office::usual().await;
    office.agent_with_phone("ana").await;
    let mut ana = office.hub.browser("ana").await;
    office.look(&mut ana).await;
    office.hub.event(mention("ana")).await;
    let entry = ana.expect_notification("mention").await;
    office.look(&mut ana).await;
    let until = bellhop::domain::time::to_rfc3339(office.hub.clock().now() + HOUR);
    ana.act("snooze", json!({"ids": [entry["id"]], "until": until})).await;
    ana.disconnect().await;

    office.after(30 * MINUTE).await;
    assert!(office.push.taken().is_empty(), "it sleeps");
    office.hub.clock().advance(31 * MINUTE);
    eventually("it wakes", SOON, async || {
        office.after(SECOND).await;
        !office.push.taken().is_empty()
    })
    .await;

    assert_eq!(office.push.taken()[0].entries[0].id.as_ref(), entry["id"].as_str().unwrap());
}

#[tokio::test]
async fn who_has_no_device_and_no_address_is_decided_once() {
    let office = Office::usual().await;
    office.hub.agent("ana").with("email", json!(null)).create().await;

    office.hub.event(mention("ana").id("evt-1")).await;
    office.after(SECOND).await;
    let skipped = |why: &str| vec![("skipped".to_owned(), json!(why))];
    assert_eq!(office.states("evt-1", "ana", "web_push").await, skipped("no_subscription"));
    assert_eq!(office.states("evt-1", "ana", "email").await, skipped("no_address"));
    for _ in 0..3 {
        office.after(HOUR).await;
    }

    assert_eq!(office.states("evt-1", "ana", "web_push").await.len(), 1, "not asked again");
}

#[tokio::test]
async fn what_was_read_on_the_phone_is_not_emailed() {
    let office = Office::usual().await;
    office.agent_with_phone("ana").await;
    office.hub.event(mention("ana").id("evt-1")).await;
    office.after(SECOND).await;
    assert_eq!(office.push.taken().len(), 1);

    let all = json!({"all": true, "up_to": 1});
    office.hub.post_as("ana", "/api/v1/me/notifications/read", all).await;
    office.after(HOUR).await;

    assert!(office.email.taken().is_empty());
    assert_eq!(office.states("evt-1", "ana", "email").await, [("cancelled".to_owned(), json!("read"))]);
}

#[tokio::test]
async fn what_a_colleague_handles_first_is_cancelled_with_that_reason() {
    let office = Office::usual().await;
    office.agent_with_phone("ana").await;
    office.hub.agent("jane").create().await;
    office.without_message_alerts().await;
    office.hub.event(assigned("ana").id("evt-1").ticket("department", json!("support"))).await;
    office.hub.event(customer_reply().id("evt-2")).await;
    office.after(SECOND).await;

    let answer = crate::harness::event("reply.sent").by("jane").id("evt-3").message("id", json!("Reply-1"));
    office.hub.event(answer.message("text", json!("Done."))).await;
    office.after(HOUR).await;

    let emailed = office.states("evt-2", "ana", "email").await;
    assert!(emailed.contains(&("cancelled".to_owned(), json!("resolved"))), "{emailed:?}");
}

#[tokio::test]
async fn five_messages_in_two_minutes_are_one_email() {
    let office = Office::usual().await;
    office.hub.agent("ana").create().await;
    office.without_message_alerts().await;
    for number in 0..5 {
        let reply = customer_reply().assignees(&["ana"]).message("id", json!(format!("Comment-{number}")));
        office.hub.event(reply).await;
        office.after(20 * SECOND).await;
    }
    office.after(20 * SECOND).await;

    let emails = office.email.taken();
    assert_eq!(emails.len(), 1, "{:?}", titles(&emails));
    assert_eq!(emails[0].entries.len(), 5);
    office.after(HOUR).await;
    assert_eq!(office.email.taken().len(), 1);
}

#[tokio::test]
async fn quiet_hours_hold_and_sum_up_and_critical_passes() {
    let office = Office::usual().await;
    office.hub.agent("ana").role("pm").create().await;
    office.devices.0.lock().unwrap().insert("ana".to_owned(), vec!["ana-phone".to_owned()]);
    let day = json!([{"from": "00:00", "to": "18:00"}]);
    office.preferences("ana", json!({"quiet_hours": {"days": {"fri": day}}})).await;

    for number in 0..100 {
        office.hub.event(mention("ana").id(&format!("evt-{number}"))).await;
    }
    office.after(SECOND).await;
    assert!(office.push.taken().is_empty() && office.email.taken().is_empty(), "it is quiet");
    assert_eq!(office.states("evt-7", "ana", "web_push").await, [("held".to_owned(), json!("quiet_hours"))]);
    office.hub.event(critical().ticket("pm", json!("ana")).id("evt-critical")).await;
    office.after(SECOND).await;
    assert_eq!(titles(&office.push.taken()), ["🔴 CRITICAL: #123"]);

    office.after(10 * HOUR).await;
    let pushes = office.push.taken();
    assert_eq!(pushes.len(), 2, "one briefing, not 100 pushes");
    assert_eq!(pushes[1].entries.len(), 100);
    let emails: Vec<usize> = office.email.taken().iter().map(|job| job.entries.len()).collect();
    assert_eq!(emails.iter().filter(|count| **count == 100).count(), 1, "{emails:?}");
}

#[tokio::test]
async fn an_alert_email_is_the_persons_email_for_that_event() {
    let office = Office::usual().await;
    office.hub.agent("ana").create().await;
    office.hub.event(assigned("ana").id("evt-1")).await;
    office.after(SECOND).await;
    office.after(HOUR).await;

    let emails = office.email.taken();
    assert_eq!(emails.len(), 1, "the alert, and no fallback after it");
    assert_eq!(emails[0].rows[0].purpose, "alerts.assignment.agent");
    let states = office.states("evt-1", "ana", "email").await;
    assert!(states.contains(&("skipped".to_owned(), json!("alert_email"))), "{states:?}");
    covers(&["R-004", "R-006", "R-142"]);
}

#[tokio::test]
async fn the_way_of_an_event_is_told_step_by_step() {
    let office = Office::usual().await;
    office.agent_with_phone("ana").await;
    office.hub.event(mention("ana").id("evt-1")).await;
    office.after(SECOND).await;
    let all = json!({"all": true, "up_to": 1});
    office.hub.post_as("ana", "/api/v1/me/notifications/read", all).await;
    office.after(HOUR).await;

    let steps = |body: &serde_json::Value| -> Vec<(String, String, String)> {
        let word = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
        let steps = body["steps"].as_array().unwrap().iter();
        steps.map(|step| (word(&step["what"]), word(&step["channel"]), word(&step["why"]))).collect()
    };
    let expected = [
        ("accepted", "-", "-"),
        ("stored", "-", "mentioned"),
        ("planned", "web_push", "-"),
        ("planned", "email", "-"),
        ("tried", "web_push", "sent"),
        ("sent", "web_push", "-"),
        ("read", "-", "-"),
        ("cancelled", "email", "read"),
    ];
    let mut told = steps(&office.hub.get("/api/v1/events/evt-1/timeline").await.body);
    let own = office.hub.get_as("ana", "/api/v1/me/notifications").await["items"][0]["id"].clone();
    let path = format!("/api/v1/me/notifications/{}/timeline", own.as_str().unwrap());
    assert_eq!(steps(&office.hub.get_as("ana", &path).await), told, "the same to ana");
    told.sort();
    let mut expected = expected.map(|(what, channel, why)| (what.to_owned(), channel.to_owned(), why.to_owned()));
    expected.sort();
    assert_eq!(told, expected);

    let found = office.hub.get("/api/v1/deliveries?recipient=ana&state=sent").await.body;
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    let id = found["items"][0]["id"].as_str().unwrap();
    let details = office.hub.get(&format!("/api/v1/deliveries/{id}")).await.body;
    assert_eq!((&details["channel"], &details["tries"][0]["outcome"]), (&json!("web_push"), &json!("sent")));
    assert!(office.hub.get("/api/v1/deliveries?ticket=none").await.body["items"].as_array().unwrap().is_empty());
}
