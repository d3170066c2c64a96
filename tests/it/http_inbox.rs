//! An agent's own list over REST: filters, pages, acts; custom notifications; watches; preferences; the test.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    harness::{TICKET, TestHub, assigned, covers, customer_reply, mention, note, viewed},
    http_raw::request,
};

async fn list(hub: &TestHub, agent: &str, query: &str) -> Value {
    hub.get_as(agent, &format!("/api/v1/me/notifications?{query}")).await
}

fn members(page: &Value, name: &str) -> Vec<Value> {
    page["items"].as_array().unwrap().iter().map(|item| item[name].clone()).collect()
}

async fn act(hub: &TestHub, agent: &str, op: &str, selector: Value) -> Value {
    let path = format!("/api/v1/me/notifications/{op}");
    hub.post_as(agent, &path, selector).await.expect(StatusCode::OK).body
}

/// Ana has three: assigned and mentioned on one ticket, mentioned on another.
async fn hub_with_three() -> TestHub {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    hub.agent("ben").create().await;
    hub.event(assigned("ana")).await;
    hub.event(mention("ana")).await;
    hub.event(mention("ana").on_ticket("HD-00200").message("id", json!("Comment-2"))).await;
    hub
}

#[tokio::test]
async fn list_is_newest_first_and_read_page_by_page() {
    let hub = hub_with_three().await;
    let first = list(&hub, "ana", "limit=2").await;
    assert_eq!(members(&first, "seq"), [json!(3), json!(2)]);
    assert_eq!((&first["next"], &first["seq"], &first["counts"]["unread"]), (&json!(2), &json!(3), &json!(3)));
    let second = list(&hub, "ana", "limit=2&before=2").await;
    assert_eq!((members(&second, "seq"), &second["next"]), (vec![json!(1)], &Value::Null));
    covers(&["R-036"]);
}

#[tokio::test]
async fn list_shows_every_field_that_a_record_needs_and_by_last_change_if_asked() {
    let hub = hub_with_three().await;
    let entry = list(&hub, "ana", "type=assignment").await["items"][0].clone();
    for member in ["id", "type", "reason", "ticket", "read_at", "created_at", "changed_seq", "actor", "title", "body"] {
        assert!(entry.get(member).is_some(), "{member} is missing in {entry}");
    }
    assert_eq!(entry["ticket"], json!({"id": TICKET, "number": "123", "subject": "Login Issue"}));
    assert_eq!((&entry["read_at"], &entry["actor"]["name"]), (&Value::Null, &json!("Jane Smith")));
    act(&hub, "ana", "read", json!({"ids": [entry["id"]]})).await;
    let by_change = list(&hub, "ana", "order=changed").await;
    assert_eq!(by_change["items"][0]["id"], entry["id"]);
    assert!(by_change["items"][0]["read_at"].is_string());
    assert_eq!(
        hub.get_as("ana", &format!("/api/v1/me/notifications/{}", entry["id"].as_str().unwrap())).await["seq"],
        1
    );
    covers(&["R-131", "R-085", "R-088", "R-091", "R-092"]);
}

#[tokio::test]
async fn list_is_filtered_by_state_type_reason_ticket_and_words() {
    let hub = hub_with_three().await;
    let count = async |query: &str| list(&hub, "ana", query).await["items"].as_array().unwrap().len();
    act(&hub, "ana", "read", json!({"ticket": "HD-00200"})).await;
    for (query, expected) in [
        ("status=unread", 2),
        ("status=read", 1),
        ("status=all", 3),
        ("status=cleared", 0),
        ("type=mention", 2),
        ("reason=assigned", 1),
        ("ticket=HD-00200", 1),
        ("q=login", 3),
        ("q=123", 2),
        ("q=nothing+like+it", 0),
        ("type=mention&status=unread", 1),
    ] {
        assert_eq!(count(query).await, expected, "{query}");
    }
    for wrong in ["status=lost", "limit=0", "limit=1000", "order=random", "before=soon"] {
        let path = format!("/api/v1/me/notifications?{wrong}");
        request(&hub, "GET", &path).agent("ana").send().await.problem(422, "query.invalid");
    }
}

#[tokio::test]
async fn one_notification_is_marked_as_read_by_its_id_and_the_others_stay() {
    let hub = hub_with_three().await;
    let id = list(&hub, "ana", "limit=1").await["items"][0]["id"].clone();
    let acted = act(&hub, "ana", "read", json!({"ids": [id]})).await;
    assert_eq!(acted, json!({"changed": 1, "seq": 4, "counts": {"unread": 2, "unseen": 2}}));
    let again = act(&hub, "ana", "read", json!({"ids": [id]})).await;
    assert_eq!((&again["changed"], &again["seq"]), (&json!(0), &json!(4)));
    let back = act(&hub, "ana", "unread", json!({"ids": [id]})).await;
    assert_eq!((&back["changed"], &back["counts"]["unread"]), (&json!(1), &json!(3)));
    covers(&["R-038", "R-112", "R-113", "R-133"]);
}

#[tokio::test]
async fn all_are_marked_as_read_up_to_what_the_client_knew() {
    let hub = hub_with_three().await;
    let acted = act(&hub, "ana", "read", json!({"all": true, "up_to": 2})).await;
    assert_eq!((&acted["changed"], &acted["counts"]["unread"]), (&json!(2), &json!(1)));
    let acted = act(&hub, "ana", "read", json!({"all": true, "up_to": acted["seq"]})).await;
    assert_eq!((&acted["changed"], &acted["counts"]["unread"]), (&json!(1), &json!(0)));
    // What other systems call to clear: read, and still there.
    assert_eq!(members(&list(&hub, "ana", "").await, "id").len(), 3);
    covers(&["R-039", "R-115", "R-134", "D-24"]);
}

#[tokio::test]
async fn what_is_dismissed_stays_away_until_it_is_taken_back() {
    let hub = hub_with_three().await;
    let id = list(&hub, "ana", "limit=1").await["items"][0]["id"].clone();
    assert_eq!(act(&hub, "ana", "clear", json!({"ids": [id]})).await["counts"]["unread"], 2);
    assert!(!members(&list(&hub, "ana", "").await, "id").contains(&id));
    assert_eq!(members(&list(&hub, "ana", "status=cleared").await, "id"), std::slice::from_ref(&id));
    assert_eq!(act(&hub, "ana", "restore", json!({"ids": [id]})).await["counts"]["unread"], 3);
    assert!(members(&list(&hub, "ana", "").await, "id").contains(&id));
    covers(&["R-040"]);
}

#[tokio::test]
async fn notifications_of_one_ticket_or_comment_are_read_for_the_caller_only() {
    let hub = hub_with_three().await;
    hub.event(mention("ben")).await;
    assert_eq!(act(&hub, "ana", "read", json!({"ticket": TICKET})).await["changed"], 2);
    assert_eq!(act(&hub, "ana", "read", json!({"comment": "Comment-2"})).await["changed"], 1);
    assert_eq!(list(&hub, "ben", "").await["counts"]["unread"], 1);
    covers(&["R-114", "R-134"]);
}

#[tokio::test]
async fn agent_who_views_the_ticket_has_read_what_is_about_it() {
    let hub = hub_with_three().await;
    hub.event(viewed("ana")).await;
    let unread = list(&hub, "ana", "status=unread").await;
    assert_eq!(members(&unread, "ticket").iter().map(|ticket| &ticket["id"]).collect::<Vec<_>>(), ["HD-00200"]);
    covers(&["R-111", "R-047"]);
}

#[tokio::test]
async fn read_ones_are_cleared_in_one_go_and_the_ticket_keeps_its_facts() {
    let hub = hub_with_three().await;
    act(&hub, "ana", "read", json!({"ticket": TICKET})).await;
    let acted = act(&hub, "ana", "clear", json!({"status": "read", "up_to": 5})).await;
    assert_eq!((&acted["changed"], &acted["counts"]["unread"]), (&json!(2), &json!(1)));
    assert_eq!(list(&hub, "ana", "").await["items"].as_array().unwrap().len(), 1);
    act(&hub, "ana", "clear", json!({"all": true, "up_to": 100})).await;
    // Ana is still the assignee: the customer's reply finds her.
    assert_eq!(hub.event(customer_reply()).await["notified"], json!(["ana"]));
    covers(&["R-116", "R-117"]);
}

#[tokio::test]
async fn seen_puts_the_red_indicator_out_and_leaves_the_badge() {
    let hub = hub_with_three().await;
    let acted = act(&hub, "ana", "seen", json!({})).await;
    assert_eq!(acted["counts"], json!({"unread": 3, "unseen": 0}));
    hub.event(note("hello @ana").message("mentions", json!(["ana"]))).await;
    assert_eq!(list(&hub, "ana", "").await["counts"], json!({"unread": 4, "unseen": 1}));
    covers(&["R-033"]);
}

#[tokio::test]
async fn act_that_is_not_understood_changes_nothing_and_says_what_is_wrong() {
    let hub = hub_with_three().await;
    for (op, body, pointer) in [
        ("read", json!({}), ""),
        ("read", json!({"ids": [], "ticket": "T"}), ""),
        ("read", json!({"all": true}), "/up_to"),
        ("snooze", json!({"ticket": TICKET}), "/until"),
        ("snooze", json!({"ticket": TICKET, "until": "tomorrow"}), "/until"),
        ("read", json!({"ids": "all"}), "/ids"),
    ] {
        let path = format!("/api/v1/me/notifications/{op}");
        let answer = request(&hub, "POST", &path).agent("ana").json(&body).send().await;
        assert_eq!((answer.status, answer.pointers()), (422, vec![pointer.to_owned()]), "{op} {body}");
    }
    let lost = request(&hub, "POST", "/api/v1/me/notifications/explode").agent("ana").json(&json!({})).send().await;
    assert_eq!(lost.status, 405);
    assert_eq!(list(&hub, "ana", "").await["seq"], 3);
}

#[tokio::test]
async fn nobody_reaches_the_inbox_of_another() {
    let hub = hub_with_three().await;
    let id = list(&hub, "ana", "limit=1").await["items"][0]["id"].clone();
    let path = format!("/api/v1/me/notifications/{}", id.as_str().unwrap());
    request(&hub, "GET", &path).agent("ben").send().await.problem(404, "not_found");
    assert_eq!(act(&hub, "ben", "clear", json!({"ids": [id]})).await["changed"], 0);
    assert_eq!(list(&hub, "ana", "").await["counts"]["unread"], 3);
}

#[tokio::test]
async fn custom_notification_shows_the_callers_message_and_comes_once_per_key() {
    let hub = TestHub::start().await;
    hub.agent("jane").with("name", json!("Jane Smith")).create().await;
    hub.agent("ben").create().await;
    hub.event(assigned("jane")).await;
    let body = json!({"to": "ben", "from": "jane", "type": "assignment", "ticket": TICKET,
                      "message": "Please take over <b>today</b>", "url": "https://desk.example.com/x"});
    let post = || request(&hub, "POST", "/api/v1/notifications").admin().header("idempotency-key", "k-1").json(&body);
    let receipt = post().send().await;
    assert_eq!(receipt.status, 202);
    assert_eq!(receipt.ok(), json!({"id": "k-1", "status": "accepted", "notified": ["ben"], "notified_count": 1}));
    assert_eq!(post().send().await.ok()["status"], "duplicate");
    let page = list(&hub, "ben", "").await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    let entry = &page["items"][0];
    let text = format!("{} {}", entry["title"], entry["body"]);
    assert!(text.contains("Please take over <b>today</b>"), "{entry}");
    assert_eq!((&entry["type"], &entry["url"]), (&json!("assignment"), &json!("https://desk.example.com/x")));
    assert_eq!((&entry["actor"]["id"], &entry["actor"]["name"]), (&json!("jane"), &json!("Jane Smith")));
    assert_eq!((&entry["ticket"]["id"], &entry["ticket"]["subject"]), (&json!(TICKET), &json!("Login Issue")));
    covers(&["R-132", "R-135", "R-090", "R-086", "R-087"]);
}

#[tokio::test]
async fn custom_notification_without_its_members_is_refused_by_pointer() {
    let hub = TestHub::start().await;
    for (body, pointer) in [
        (json!({"type": "assignment"}), ""),
        (json!({"to": "", "type": "assignment"}), "/to"),
        (json!({"to": "ben", "type": "assignment", "url": "javascript:alert(1)"}), "/url"),
        (json!({"to": 7, "type": "assignment"}), "/to"),
    ] {
        let answer = request(&hub, "POST", "/api/v1/notifications").admin().json(&body).send().await;
        assert_eq!((answer.status, answer.pointers()), (422, vec![pointer.to_owned()]), "{body}");
    }
}

#[tokio::test]
async fn me_says_who_i_am_what_waits_and_what_i_chose() {
    let hub = hub_with_three().await;
    let me = hub.get_as("ana", "/api/v1/me").await;
    assert_eq!((&me["agent"]["id"], &me["counts"]["unread"], &me["seq"]), (&json!("ana"), &json!(3), &json!(3)));
    assert!(me["epoch"].as_str().is_some_and(|epoch| !epoch.is_empty()));
    assert_eq!(me["preferences"]["categories"][0]["id"], "ticket_assigned");
}

#[tokio::test]
async fn category_switched_off_is_in_force_for_the_next_event_and_a_required_one_stays() {
    let hub = hub_with_three().await;
    let put = |body: Value| request(&hub, "PUT", "/api/v1/me/preferences").agent("ana").json(&body).send();
    let rows = put(json!({"categories": {"mention": "off"}, "email_frequency": "daily"})).await.ok();
    let mention_row = rows["categories"].as_array().unwrap().iter().find(|row| row["id"] == "mention").unwrap().clone();
    assert_eq!((&mention_row["choice"], &mention_row["default"]), (&json!("off"), &json!("on")));
    assert_eq!(hub.event(mention("ana")).await["notified"], json!([]));
    let kept = hub.get_as("ana", "/api/v1/me/preferences").await;
    assert_eq!((&kept["email_frequency"], &kept["channels"]["bell"]), (&json!("daily"), &json!(true)));

    request(&hub, "PATCH", "/api/v1/settings")
        .admin()
        .json(&json!({"categories": {"mention": "required"}}))
        .send()
        .await
        .ok();
    let refused = put(json!({"categories": {"mention": "off"}})).await;
    refused.problem(422, "preferences.invalid");
    assert_eq!(refused.pointers(), ["/categories/mention"]);
    assert_eq!(hub.event(mention("ana")).await["notified"], json!(["ana"]));
    covers(&["R-084", "R-062", "R-072"]);
}

#[tokio::test]
async fn watching_is_a_toggle_per_ticket() {
    let hub = hub_with_three().await;
    let watch = |method: &'static str| request(&hub, method, "/api/v1/me/watches/HD-00300").agent("ben").send();
    assert_eq!(watch("PUT").await.ok(), json!({"ticket": "HD-00300", "watching": true, "changed": true}));
    assert_eq!(watch("PUT").await.ok()["changed"], false);
    let watches = hub.get_as("ben", "/api/v1/me/watches").await;
    assert_eq!(watches["items"][0]["ticket"]["id"], "HD-00300");
    assert_eq!(hub.event(customer_reply().on_ticket("HD-00300")).await["notified"], json!(["ben"]));
    assert_eq!(hub.event(customer_reply().message("id", json!("c-2"))).await["notified"], json!(["ana"]));
    assert_eq!(watch("DELETE").await.ok()["watching"], false);
    assert_eq!(
        hub.event(customer_reply().on_ticket("HD-00300").message("id", json!("c-3"))).await["notified"],
        json!([])
    );
    assert_eq!(hub.get_as("ben", "/api/v1/me/watches").await, json!({"items": []}));
    covers(&["R-050", "R-053", "R-055", "R-058"]);
}

#[tokio::test]
async fn test_notification_takes_the_way_of_every_other_and_says_what_it_reached() {
    let hub = TestHub::start().await;
    let mut ana = hub.agent("ana").connect().await;
    let reached = hub.post_as("ana", "/api/v1/me/test", json!({})).await.expect(StatusCode::ACCEPTED).body;
    assert_eq!(
        (&reached["channels"]["bell"]["outcome"], &reached["channels"]["bell"]["sessions"]),
        (&json!("now"), &json!(1))
    );
    assert_eq!(ana.expect_notification("test").await["type"], "test");
    covers(&["R-165", "R-166"]);
}

#[tokio::test]
async fn polling_client_gets_the_frames_of_a_resuming_session_and_confirms_them() {
    let hub = hub_with_three().await;
    let page = hub.get_as("ana", "/api/v1/me/changes?since=1").await;
    let frames: Vec<&Value> = page["frames"].as_array().unwrap().iter().map(|frame| &frame["type"]).collect();
    assert_eq!(frames, ["notification", "notification", "synced"]);
    assert_eq!((&page["seq"], &page["more"], &page["counts"]["unread"]), (&json!(3), &json!(false), &json!(3)));
    let session = page["session"].clone();
    hub.post_as("ana", "/api/v1/me/ack", json!({"session": session, "seq": 3, "active": true}))
        .await
        .expect(StatusCode::OK);
    let viewing = json!({"session": session, "visible": true, "idle": false, "viewing": TICKET});
    hub.post_as("ana", "/api/v1/me/activity", viewing).await.expect(StatusCode::OK);
    assert_eq!(list(&hub, "ana", "").await["counts"]["unread"], 1);
    let foreign = request(&hub, "POST", "/api/v1/me/ack").agent("ben").json(&json!({"session": session, "seq": 1}));
    foreign.send().await.problem(404, "not_found");
}
