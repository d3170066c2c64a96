//! Text messages of chats: to whoever is offline, agent or customer, and why not to others. A Twilio that looks closely, and
//! a clock that the test moves, on both stores.

use bellhop::clock::Clock;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{HOUR, MINUTE, MORNING, SECOND};
use crate::{
    harness::{
        ADMIN_KEY, Backend, Browser, Event, HubOptions, SOON, TestHub, covers, critical, customer_reply, event,
        eventually,
    },
    peers::http::{HttpPeer, Reply},
    sms::{self, ACCOUNT, NUMBER, TOKEN},
};

const ANA: &str = "+15550100101";
const CARLA: &str = "+15550100201";

macro_rules! on_both {
    ($($story:ident),+ $(,)?) => {
        mod db_sqlite {
            $(#[tokio::test] async fn $story() { super::$story(super::Desk::open(super::Backend::Sqlite).await).await })+
        }
        mod db_postgres {
            $(#[tokio::test] async fn $story() { super::$story(super::Desk::open(super::Backend::Postgres).await).await })+
        }
    };
}

on_both!(
    an_agent_who_is_away_is_texted_after_the_grace_and_who_is_there_is_not,
    who_leaves_is_waited_for_and_who_comes_is_not_texted,
    what_was_read_or_answered_meanwhile_is_not_texted,
    what_the_bot_answers_is_not_texted,
    many_messages_are_one_text_in_one_absence,
    every_refusal_says_why,
    quiet_hours_hold_and_sum_up,
    what_the_days_limit_kept_back_is_counted_in_the_next_text,
    a_customer_who_left_the_chat_is_texted_once,
);

/// A hub with a Twilio; emails go nowhere.
struct Desk {
    hub: TestHub,
    twilio: HttpPeer,
}

impl Desk {
    async fn open(backend: Backend) -> Desk {
        Desk::with(backend, sms::answer).await
    }

    async fn with(backend: Backend, answer: fn(&crate::peers::http::Seen) -> Reply) -> Desk {
        let twilio = HttpPeer::start(answer).await;
        let options = HubOptions { backend, clock: Clock::manual(MORNING), ..HubOptions::default() }
            .with("BELLHOP_SMS__URL", &twilio.url)
            .with("BELLHOP_SMS__ACCOUNT_SID", ACCOUNT)
            .with("BELLHOP_SMS__AUTH_TOKEN", TOKEN)
            .with("BELLHOP_SMS__FROM", NUMBER);
        let hub = TestHub::with(options).await;
        // Everybody has been away for long when a story begins.
        hub.clock().advance(MINUTE);
        for (agent, phone) in [("ana", ANA), ("ben", "+15550100102")] {
            hub.agent(agent).with("phone", json!(phone)).create().await;
        }
        Desk { hub, twilio }
    }

    /// Time goes by, and whatever is due then goes out.
    async fn after(&self, ms: i64) {
        self.hub.clock().advance(ms);
        self.hub.post("/api/v1/deliveries/run", json!({})).await.expect(StatusCode::OK);
    }

    /// (number, text) of each message that Twilio was given.
    fn texts(&self) -> Vec<(String, String)> {
        let field = |form: &[(String, String)], name: &str| {
            form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap()
        };
        let forms = self.twilio.seen().into_iter();
        let forms =
            forms.map(|seen| url::form_urlencoded::parse(seen.body.as_bytes()).into_owned().collect::<Vec<_>>());
        forms.map(|form| (field(&form, "To"), field(&form, "Body"))).collect()
    }

    /// `state` or `state why` of somebody's text messages, oldest first.
    async fn log(&self, recipient: &str) -> Vec<String> {
        let path = format!("/api/v1/deliveries?recipient={recipient}&channel=sms");
        let page = self.hub.get(&path).await.expect(StatusCode::OK).body;
        let word = |row: &Value| match row["why"].as_str() {
            Some(why) => format!("{} {why}", row["state"].as_str().unwrap()),
            None => row["state"].as_str().unwrap().to_owned(),
        };
        page["items"].as_array().unwrap().iter().rev().map(word).collect()
    }

    async fn settings(&self, change: Value) {
        self.hub.send(Method::PATCH, "/api/v1/settings", ADMIN_KEY, Some(change)).await.expect(StatusCode::OK);
    }

    /// What an explanation says of somebody's text message.
    async fn explained(&self, recipient: &str, event: Event) -> Value {
        let at = bellhop::domain::time::to_rfc3339(self.hub.clock().now());
        let answer = self.hub.post("/api/v1/explain", event.body(|| "q".to_owned(), || at)).await;
        let answer = answer.expect(StatusCode::OK).body;
        let mut candidates = answer["candidates"].as_array().unwrap().clone().into_iter();
        let candidate = candidates.find(|candidate| candidate["recipient"] == recipient).expect("a candidate");
        candidate["channels"]["sms"].clone()
    }

    /// Sits before a visible tab and confirms what is there.
    async fn look(&self, browser: &mut Browser) {
        browser.send(json!({"type": "activity", "visible": true, "idle": false})).await;
        browser.settle().await;
        browser.ack().await;
        let held = browser.inbox.held;
        let agent = browser.agent.clone();
        eventually("what was confirmed is written", SOON, async || {
            let page = self.hub.get_as(&agent, "/api/v1/me/notifications?limit=1").await;
            let Some(newest) = page["items"][0]["id"].as_str() else { return held == 0 };
            let path = format!("/api/v1/me/notifications/{newest}/timeline");
            let steps = self.hub.get_as(&agent, &path).await["steps"].clone();
            steps.as_array().unwrap().iter().any(|step| step["what"] == "acked")
        })
        .await;
    }

    /// Leaves, and the hub has noticed.
    async fn leave(&self, browser: &mut Browser) {
        browser.disconnect().await;
        eventually("the session is gone", SOON, async || self.hub.metric("bellhop_sessions").await == 0.0).await;
    }
}

fn skipped(why: &str) -> Value {
    json!({"outcome": "skipped", "why": why})
}

fn in_chat(event: Event) -> Event {
    let carla = json!({"id": "carla", "name": "Carla Reis", "phone": CARLA});
    let chat = event.ticket("channel", json!("chat")).ticket("customer", carla);
    chat.ticket("url", json!("https://desk.example.com/chats/123"))
}

/// Carla writes in the chat that Ana has.
fn message() -> Event {
    in_chat(customer_reply()).assignees(&["ana"]).data("first", json!(true))
}

fn message_in(chat: &str) -> Event {
    message().on_ticket(chat)
}

fn answer(by: &str) -> Event {
    in_chat(event("reply.sent")).by(by).message("text", json!("Have you tried another browser?"))
}

fn presence(online: bool) -> Event {
    event("contact.presence")
        .data("ticket", Value::Null)
        .data("contact", json!({"id": "carla"}))
        .data("online", json!(online))
}

async fn an_agent_who_is_away_is_texted_after_the_grace_and_who_is_there_is_not(desk: Desk) {
    let mut ben = desk.hub.browser("ben").await;
    assert_eq!(desk.explained("ana", message()).await, json!({"outcome": "if_unacknowledged", "after_ms": 120_000}));
    desk.hub.event(message()).await;
    desk.hub.event(message_in("HD-2").assignees(&["ben"])).await;
    ben.settle().await;
    ben.forget_unasked();
    desk.after(119 * SECOND).await;
    assert!(desk.texts().is_empty(), "a push may yet be answered");
    desk.after(SECOND).await;

    let link = "https://desk.example.com/chats/123#Comment-00790";
    let text = format!("New conversation #123 from Carla Reis {link}\nIt still does not work.");
    assert_eq!(desk.texts(), [(ANA.to_owned(), text)]);
    assert_eq!(
        (desk.log("ana").await, desk.log("ben").await),
        (vec!["sent".to_owned()], vec!["skipped online".to_owned()])
    );
    desk.after(HOUR).await;
    assert_eq!(desk.texts().len(), 1, "once");
    covers(&["R-008", "R-160", "R-211", "D-10"]);
}

async fn who_leaves_is_waited_for_and_who_comes_is_not_texted(desk: Desk) {
    desk.hub.event(message()).await;
    desk.after(MINUTE).await;
    let mut ana = desk.hub.browser("ana").await;
    desk.after(MINUTE).await;
    assert_eq!(desk.log("ana").await, ["skipped online"], "she came in time");

    desk.hub.event(message_in("HD-2")).await;
    ana.settle().await;
    ana.forget_unasked();
    desk.after(MINUTE + 55 * SECOND).await;
    desk.leave(&mut ana).await;
    desk.after(5 * SECOND).await;
    assert_eq!(desk.log("ana").await[1], "held leaving", "she may be changing trains");
    desk.after(15 * SECOND).await;
    assert_eq!(desk.log("ana").await[1], "sent");
    assert_eq!(desk.texts().len(), 1);
    covers(&["R-160", "R-211"]);
}

async fn what_was_read_or_answered_meanwhile_is_not_texted(desk: Desk) {
    for chat in ["HD-1", "HD-2", "HD-3", "HD-4"] {
        desk.hub.event(message_in(chat)).await;
    }
    desk.after(MINUTE).await;
    desk.hub.post_as("ana", "/api/v1/me/notifications/read", json!({"ticket": "HD-1"})).await.expect(StatusCode::OK);
    desk.hub.event(answer("ben").on_ticket("HD-2")).await;
    desk.settings(json!({"resolved_by_work": {"active": false}})).await;
    desk.hub.event(answer("ana").on_ticket("HD-3")).await;
    desk.after(MINUTE).await;

    let mut log = desk.log("ana").await;
    log.sort();
    assert_eq!(log, ["cancelled answered", "cancelled read", "cancelled resolved", "sent"]);
    assert_eq!(desk.texts().len(), 1, "of what is still open");
    covers(&["R-160"]);
}

async fn what_the_bot_answers_is_not_texted(desk: Desk) {
    desk.hub.event(message().data("bot_answered", json!(true))).await;
    desk.hub.event(message_in("HD-2")).await;
    desk.after(MINUTE).await;
    desk.hub.event(presence(false)).await;
    let by_bot = answer("ana").on_ticket("HD-2").with("/data/actor", json!({"kind": "bot", "name": "Robin"}));
    desk.hub.event(by_bot).await;
    desk.after(HOUR).await;
    assert_eq!(desk.log("ana").await, ["cancelled resolved"], "the first was never planned");
    assert!(desk.log("carla").await.is_empty(), "nor is what the bot says texted to her");
    assert!(desk.texts().is_empty());
    covers(&["R-161"]);
}

async fn many_messages_are_one_text_in_one_absence(desk: Desk) {
    for _ in 0..5 {
        desk.hub.event(message()).await;
        desk.after(20 * SECOND).await;
    }
    desk.after(20 * SECOND).await;
    let texts = desk.texts();
    assert_eq!(texts.len(), 1);
    assert!(texts[0].1.starts_with("New conversation #123 from Carla Reis (4 more) https://"), "{}", texts[0].1);
    assert_eq!(desk.log("ana").await, ["sent"; 5]);

    desk.hub.event(message()).await;
    desk.after(10 * MINUTE).await;
    assert_eq!(desk.log("ana").await[5], "skipped one_per_offline_session");
    desk.hub.event(message_in("HD-2")).await;
    desk.after(2 * MINUTE).await;
    assert_eq!(desk.texts().len(), 2, "another chat is another text");
    let mut ana = desk.hub.browser("ana").await;
    desk.look(&mut ana).await;
    desk.leave(&mut ana).await;
    desk.hub.event(message()).await;
    desk.after(2 * MINUTE).await;
    assert_eq!(desk.texts().len(), 3, "she had been back");
    covers(&["D-26"]);
}

async fn every_refusal_says_why(desk: Desk) {
    desk.hub.agent("cem").create().await;
    desk.hub.agent("dia").with("phone", json!("0555 12")).create().await;
    desk.hub.agent("eva").with("phone", json!("+15550100103")).create().await;
    let to = |agent: &str| message().assignees(&[agent]);
    assert_eq!(desk.explained("cem", to("cem")).await, skipped("no_number"));
    assert_eq!(desk.explained("dia", to("dia")).await, skipped("no_number"), "nobody knows the country");
    let own = json!({"channels": {"sms": false}});
    let token = crate::harness::token("eva");
    desk.hub.send(Method::PUT, "/api/v1/me/preferences", &token, Some(own)).await.expect(StatusCode::OK);
    assert_eq!(desk.explained("eva", to("eva")).await, skipped("channel_off"));
    assert_eq!(desk.explained("ana", to("ana").data("alert", json!(false))).await, skipped("not_wanted"));
    assert_eq!(desk.explained("ana", to("ana").data("auto_reply", json!(true))).await, skipped("automatic_mail"));
    let email = customer_reply().assignees(&["ana"]);
    assert_eq!(desk.explained("ana", email).await, skipped("not_pm"), "no chat: only project managers get texts");

    let path = "/api/v1/sms/opt-outs/agent";
    desk.hub.send(Method::PUT, path, ADMIN_KEY, Some(json!({"agent": "ben"}))).await.expect(StatusCode::OK);
    desk.settings(json!({"sms": {"daily_limit": 1}})).await;
    desk.hub.event(message_in("HD-1").assignees(&["ben"])).await;
    desk.hub.event(message_in("HD-2")).await;
    desk.after(2 * MINUTE).await;
    desk.hub.event(message_in("HD-3")).await;
    desk.after(2 * MINUTE).await;
    desk.hub.event(message_in("HD-4")).await;
    desk.settings(json!({"chat": {"offline_sms": {"agents": false}}})).await;
    desk.after(2 * MINUTE).await;
    assert_eq!(desk.log("ben").await, ["skipped opted_out"]);
    assert_eq!(desk.log("ana").await, ["sent", "skipped daily_limit", "skipped switched_off"]);
    assert_eq!(desk.explained("ana", to("ana")).await, skipped("not_pm"), "the policy is off");
    covers(&["R-156", "R-163", "D-10"]);
}

async fn quiet_hours_hold_and_sum_up(desk: Desk) {
    let day = json!([{"from": "00:00", "to": "18:00"}]);
    let token = crate::harness::token("ana");
    let own = json!({"quiet_hours": {"days": {"fri": day}}});
    desk.hub.send(Method::PUT, "/api/v1/me/preferences", &token, Some(own)).await.expect(StatusCode::OK);
    for chat in ["HD-1", "HD-2", "HD-3"] {
        desk.hub.event(message_in(chat)).await;
    }
    desk.after(HOUR).await;
    assert_eq!(desk.log("ana").await, ["held quiet_hours"; 3]);
    desk.hub.post_as("ana", "/api/v1/me/notifications/read", json!({"ticket": "HD-1"})).await.expect(StatusCode::OK);
    desk.after(10 * HOUR).await;
    assert_eq!(desk.log("ana").await, ["cancelled read", "sent", "sent"]);
    let texts = desk.texts();
    assert_eq!(texts.len(), 1);
    assert!(texts[0].1.starts_with("New conversation #3 from Carla Reis (1 more) "), "{}", texts[0].1);
    covers(&["R-080", "D-12"]);
}

async fn what_the_days_limit_kept_back_is_counted_in_the_next_text(desk: Desk) {
    desk.settings(json!({"sms": {"daily_limit_per_person": 1}})).await;
    desk.hub.agent("pia").role("pm").with("phone", json!(sms::PIA)).create().await;
    let critical_in = |ticket: &str| critical().on_ticket(ticket).ticket("pm", json!("pia"));
    for number in 1..5 {
        desk.hub.event(message_in(&format!("HD-{number}"))).await;
        desk.hub.event(critical_in(&format!("XX-{number}"))).await;
        desk.after(2 * MINUTE).await;
    }
    let limited = ["sent", "skipped daily_limit_person", "skipped daily_limit_person", "skipped daily_limit_person"];
    assert_eq!(
        (desk.log("ana").await, desk.log("pia").await),
        (limited.map(str::to_owned).into(), limited.map(str::to_owned).into())
    );
    desk.hub.post_as("ana", "/api/v1/me/notifications/read", json!({"ticket": "HD-3"})).await.expect(StatusCode::OK);
    assert_eq!(desk.texts().len(), 2);

    for day in [9, 10] {
        desk.after(24 * HOUR).await;
        desk.hub.event(message_in(&format!("HD-{day}"))).await;
        desk.hub.event(critical_in(&format!("XX-{day}"))).await;
        desk.after(2 * MINUTE).await;
    }
    let next: Vec<String> = desk.texts().into_iter().skip(2).map(|(_, text)| text).collect();
    assert_eq!(next.len(), 4, "{next:?}");
    let of = |start: &str| next.iter().filter(|text| text.starts_with(start)).count();
    assert_eq!(of("New conversation #9 from Carla Reis (2 more) "), 1, "{next:?}");
    assert_eq!(of("🔴 CRITICAL: #9 - Login Issue (3 more)"), 1, "{next:?}");
    assert_eq!(next.iter().filter(|text| text.contains(" more)")).count(), 2, "told once: {next:?}");
    covers(&["R-083", "R-154", "D-26"]);
}

async fn a_customer_who_left_the_chat_is_texted_once(desk: Desk) {
    desk.hub.event(message()).await;
    assert_eq!(desk.explained("carla", answer("ana")).await, skipped("online"), "she wrote a moment ago");
    desk.hub.event(presence(false)).await;
    let told = desk.hub.event(answer("ana")).await;
    assert!(told["notified"].as_array().unwrap().contains(&json!("carla")), "{told}");
    desk.after(SECOND).await;
    let text = "Ana: Have you tried another browser?";
    assert_eq!(desk.texts(), [(CARLA.to_owned(), text.to_owned())], "no way into the helpdesk's own pages");
    assert_eq!(desk.explained("carla", answer("ben")).await, skipped("one_per_offline_session"));
    desk.hub.event(answer("ben")).await;
    desk.after(HOUR).await;
    assert_eq!(desk.texts().len(), 1, "one for each absence");

    desk.hub.event(presence(true)).await;
    desk.hub.event(presence(false)).await;
    let none = answer("ana").data("notify_customer", json!("none"));
    assert_eq!(desk.explained("carla", none).await, skipped("not_wanted"));
    let unreachable = answer("ana").ticket("customer", json!({"id": "carla", "name": "Carla"}));
    assert_eq!(desk.explained("carla", unreachable).await, skipped("no_number"));
    desk.hub.event(answer("ana")).await;
    desk.after(SECOND).await;
    assert_eq!(desk.texts().len(), 2, "another absence");
    desk.hub.event(presence(true)).await;
    desk.hub.event(presence(false)).await;
    desk.settings(json!({"chat": {"offline_sms": {"customers": false}}})).await;
    desk.hub.event(answer("ana")).await;
    desk.after(HOUR).await;
    assert_eq!(desk.log("carla").await, ["sent", "sent"], "switched off");
    covers(&["R-008", "R-160", "R-163", "D-10"]);
}

#[tokio::test]
async fn a_customer_who_comes_back_in_time_is_not_texted() {
    let busy =
        |_: &crate::peers::http::Seen| Reply::json(503, json!({"code": 20_503, "message": "busy", "status": 503}));
    let desk = Desk::with(Backend::Sqlite, busy).await;
    desk.hub.event(answer("ana")).await;
    desk.after(SECOND).await;
    assert_eq!(desk.log("carla").await.len(), 1);
    assert!(desk.log("carla").await[0].starts_with("planned"), "{:?}", desk.log("carla").await);
    desk.hub.event(presence(true)).await;
    desk.after(5 * MINUTE).await;
    assert_eq!(desk.log("carla").await, ["skipped online"]);
    covers(&["R-160"]);
}
