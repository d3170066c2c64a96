//! The whole way, with nothing in between replaced: a hub as its settings make it, a push service, a mail server and a
//! Twilio of other makes at its ends, and a clock that the test moves.

use bellhop::clock::Clock;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{MINUTE, SECOND};
use crate::{
    email::{MailServer, Read, read},
    harness::{
        ADMIN_KEY, Backend, Event, HubOptions, TestHub, assigned, covers, critical, customer_reply, event, mention,
    },
    peers::http::HttpPeer,
    push::Service,
    sms::{self, ACCOUNT, NUMBER, TOKEN},
};

const TICKET_URL: &str = "https://desk.example.com/tickets/123";
const ADMIN_ADDRESS: &str = "ops@desk.example";
const SUBSCRIPTIONS: &str = "/api/v1/me/push-subscriptions";

/// A hub with a wire to each peer.
struct Wires {
    hub: TestHub,
    push: Service,
    mail: MailServer,
    twilio: HttpPeer,
}

impl Wires {
    async fn open(backend: Backend) -> Wires {
        let (push, mail, twilio) = (Service::start(), MailServer::start(), HttpPeer::start(sms::answer).await);
        // From the present on: the push service looks at the real time in our signature.
        let clock = Clock::manual(Clock::System.now());
        let options = HubOptions { backend, clock, ..HubOptions::default() }
            .with("BELLHOP_WEB_PUSH__ALLOWED_HOSTS", push.origin())
            .with("BELLHOP_EMAIL__URL", mail.url())
            .with("BELLHOP_EMAIL__FROM", "Bellhop <bell@desk.example>")
            .with("BELLHOP_EMAIL__ADMIN", ADMIN_ADDRESS)
            .with("BELLHOP_SMS__URL", &twilio.url)
            .with("BELLHOP_SMS__ACCOUNT_SID", ACCOUNT)
            .with("BELLHOP_SMS__AUTH_TOKEN", TOKEN)
            .with("BELLHOP_SMS__FROM", NUMBER);
        let hub = TestHub::with(options).await;
        // Everybody has been away for long when a story begins.
        hub.clock().advance(MINUTE);
        Wires { hub, push, mail, twilio }
    }

    /// Time goes by, and a scheduler asks for whatever is due then.
    async fn after(&self, ms: i64) {
        self.hub.clock().advance(ms);
        self.hub.post("/api/v1/deliveries/run", json!({})).await.expect(StatusCode::OK);
    }

    /// Turns push on for an agent's browser; returns what the push service calls it.
    async fn subscribe(&self, agent: &str) -> String {
        let key = self.hub.get("/api/v1/push-key").await.expect(StatusCode::OK).body["public_key"].clone();
        let asked = json!({"userVisibleOnly": "true", "applicationServerKey": key});
        let made = self.push.post("/subscribe", asked).await["data"].clone();
        let given = json!({"endpoint": made["endpoint"], "expirationTime": null, "keys": made["keys"]});
        self.hub.post_as(agent, SUBSCRIPTIONS, given).await.expect(StatusCode::OK);
        made["clientHash"].as_str().unwrap().to_owned()
    }

    /// What a browser would show, as the push service decrypted it.
    async fn pushed(&self, client: &str) -> Vec<Value> {
        let got = self.push.post("/get-notifications", json!({"clientHash": client})).await;
        let messages = got["data"]["messages"].as_array().unwrap();
        messages.iter().map(|text| serde_json::from_str(text.as_str().unwrap()).unwrap()).collect()
    }

    /// The emails that the mail server took, once there are so many: where each went, and what it says.
    fn mails(&self, count: usize) -> Vec<(String, Read)> {
        let raw = self.mail.messages(count);
        let lines = self.mail.said("raw");
        let to = lines.iter().map(|line| line["to"][0].as_str().unwrap().to_owned());
        to.zip(raw.iter().map(|raw| read(raw, None))).collect()
    }

    /// (state, why) of somebody's deliveries on a channel, newest first.
    async fn log(&self, recipient: &str, channel: &str) -> Vec<(String, Value)> {
        let path = format!("/api/v1/deliveries?recipient={recipient}&channel={channel}");
        let page = self.hub.get(&path).await.expect(StatusCode::OK).body;
        let rows = page["items"].as_array().unwrap().iter();
        rows.map(|row| (row["state"].as_str().unwrap().to_owned(), row["why"].clone())).collect()
    }

    async fn settings(&self, change: Value) {
        self.hub.send(Method::PATCH, "/api/v1/settings", ADMIN_KEY, Some(change)).await.expect(StatusCode::OK);
    }
}

fn row(state: &str, why: Value) -> (String, Value) {
    (state.to_owned(), why)
}

/// The ticket as the helpdesk shows it.
fn shown(event: Event) -> Event {
    let customer = json!({"id": "carla", "name": "Carla Reis", "email": "carla@example.org"});
    event.ticket("url", json!(TICKET_URL)).ticket("priority", json!("High")).ticket("customer", customer)
}

async fn a_push_first_and_an_email_two_minutes_later(backend: Backend) {
    let wires = Wires::open(backend).await;
    wires.hub.agent("ana").create().await;
    let browser = wires.subscribe("ana").await;

    wires.hub.event(shown(mention("ana")).id("evt-1")).await;
    wires.after(SECOND).await;
    let pushed = wires.pushed(&browser).await;
    let entry = wires.hub.get_as("ana", "/api/v1/me/notifications").await["items"][0].clone();
    let title = entry["title"].as_str().unwrap();
    assert_eq!(pushed.len(), 1);
    assert_eq!(pushed[0]["notification"]["title"], title);
    wires.after(MINUTE).await;
    assert!(wires.mail.said("raw").is_empty(), "not yet");
    wires.after(MINUTE).await;

    let (to, mail) = wires.mails(1).remove(0);
    mail.assert_valid();
    assert_eq!((to.as_str(), mail.header("Subject")), ("ana@example.com", &*format!("{title} - Login Issue")));
    let stop = format!("http://{}/l/", wires.hub.addr());
    for part in [mail.text(), mail.html()] {
        assert!(part.contains(TICKET_URL) && part.contains(&stop), "{part}");
    }
    assert!(mail.header("List-Unsubscribe").trim().starts_with(&format!("<{stop}")), "{:?}", mail.0["headers"]);
    let steps = wires.hub.get("/api/v1/events/evt-1/timeline").await.body["steps"].clone();
    let sent = steps.as_array().unwrap().iter().filter(|step| step["what"] == "sent").map(|step| &step["channel"]);
    assert_eq!(sent.collect::<Vec<_>>(), ["web_push", "email"]);
    wires.after(60 * MINUTE).await;
    assert_eq!((wires.pushed(&browser).await.len(), wires.mail.said("raw").len()), (1, 1), "once");
}

#[tokio::test]
async fn who_is_away_gets_a_push_and_then_an_email() {
    a_push_first_and_an_email_two_minutes_later(Backend::Sqlite).await;
    covers(&["R-001", "R-009", "R-124"]);
}

#[tokio::test]
async fn db_postgres_who_is_away_gets_a_push_and_then_an_email() {
    a_push_first_and_an_email_two_minutes_later(Backend::Postgres).await;
}

#[tokio::test]
async fn an_assignment_is_emailed_at_once_in_its_own_words() {
    let wires = Wires::open(Backend::Sqlite).await;
    wires.hub.agent("ana").create().await;
    wires.hub.event(shown(assigned("ana"))).await;
    wires.after(SECOND).await;

    let (to, mail) = wires.mails(1).remove(0);
    mail.assert_valid();
    assert_eq!((to.as_str(), mail.header("Subject")), ("ana@example.com", "New ticket assigned: #123 - Login Issue"));
    let view = format!("View Ticket: {TICKET_URL}");
    let lines: Vec<&str> = mail.text().lines().map(str::trim).collect();
    let expected = [
        "You have been assigned to ticket #123",
        "Subject: Login Issue",
        "Priority: High",
        "Customer: Carla Reis",
        &view,
    ];
    for line in expected {
        assert!(lines.contains(&line), "{line} is missing: {lines:#?}");
    }
    covers(&["R-136", "R-137"]);
}

#[tokio::test]
async fn an_edited_text_and_the_other_wording_are_seen_in_push_email_and_text_message() {
    let wires = Wires::open(Backend::Sqlite).await;
    wires.hub.agent("ana").role("pm").with("phone", json!(sms::PIA)).create().await;
    let browser = wires.subscribe("ana").await;
    let edited = json!({
        "message.received/customer_reply": "{{ client }} wrote on #{{ number }}",
        "ticket.urgency_changed/ai_critical": "Look at #{{ number }} now",
    });
    wires.settings(json!({"texts": edited})).await;
    let reply = |id: &str| shown(customer_reply()).assignees(&["ana"]).message("id", json!(id));

    wires.hub.event(reply("Comment-1")).await;
    wires.after(SECOND).await;
    assert_eq!(wires.pushed(&browser).await[0]["notification"]["title"], "Carla Reis wrote on #123");
    let (to, mail) = wires.mails(1).remove(0);
    assert_eq!((&*to, mail.header("Subject")), ("ana@example.com", "Carla Reis wrote on #123 - Login Issue"));

    let shipped = json!({"message.received/customer_reply": null});
    wires.settings(json!({"texts": shipped, "wording": "frappe"})).await;
    wires.hub.event(reply("Comment-2")).await;
    wires.after(SECOND).await;
    assert_eq!(wires.pushed(&browser).await[1]["notification"]["title"], "Carla Reis replied to ticket #123");
    assert_eq!(wires.mails(2)[1].1.header("Subject"), "Carla Reis replied to ticket #123 - Login Issue");

    wires.hub.event(shown(critical()).ticket("pm", json!("ana"))).await;
    wires.after(SECOND).await;
    let texted = wires.twilio.seen().pop().unwrap().body;
    let body = url::form_urlencoded::parse(texted.as_bytes()).find(|(name, _)| name == "Body").unwrap().1.into_owned();
    assert_eq!(body, format!("Look at #123 now - Login Issue {TICKET_URL}"));
    covers(&["D-03"]);
}

#[tokio::test]
async fn customers_get_automatic_answers_and_the_administrator_gets_what_is_wrong() {
    let wires = Wires::open(Backend::Sqlite).await;
    // The administrative address would hear of the new ticket too.
    let alerts = json!({"new_ticket": {"active": false}});
    wires.settings(json!({"autoresponses": {"new_ticket": true, "overlimit": true}, "alerts": alerts})).await;
    wires.hub.event(shown(event("ticket.created")).by_customer("carla", "Carla Reis")).await;
    wires.after(SECOND).await;
    let contact = json!({"id": "olga", "name": "Olga Grant", "email": "olga@example.org"});
    wires.hub.event(event("contact.overlimit").data("contact", contact)).await;
    wires.after(SECOND).await;

    let mails = wires.mails(2);
    let kinds: Vec<_> = mails.iter().map(|(to, mail)| (to.as_str(), mail.header("Auto-Submitted"))).collect();
    assert_eq!(kinds, [("carla@example.org", "auto-replied"), ("olga@example.org", "auto-replied")]);
    assert_eq!(mails[0].1.header("Subject"), "Your request was received: #123 - Login Issue");
    assert!(!mails[0].1.text().contains("desk.example.com"), "customers have no way in there");

    let alerts = [("system.error", "Fetching mail failed", 3), ("system.sql_error", "A query failed", 4)];
    for (kind, title, count) in alerts {
        let alert = event(kind).data("title", json!(title)).data("detail", json!("Connection refused by imap.example"));
        wires.hub.event(alert).await;
        wires.after(SECOND).await;
        let (to, mail) = wires.mails(count).pop().unwrap();
        assert_eq!((to.as_str(), mail.header("Subject")), (ADMIN_ADDRESS, title), "{kind}");
        assert_eq!((mail.header("Auto-Submitted"), mail.header("List-Unsubscribe")), ("auto-generated", ""), "{kind}");
        assert!(mail.text().contains("Connection refused by imap.example"), "{kind}: {}", mail.text());
    }
    assert_eq!(wires.mail.said("raw").len(), 4);
    covers(&["R-200", "R-201"]);
}

#[tokio::test]
async fn one_text_message_a_ticket_to_its_project_manager_and_the_log_says_why_not() {
    let wires = Wires::open(Backend::Sqlite).await;
    for (agent, phone) in [("pia", sms::PIA), ("ron", "+15550100124")] {
        wires.hub.agent(agent).role("pm").with("phone", json!(phone)).create().await;
    }
    wires.hub.event(shown(critical()).ticket("pm", json!("pia"))).await;
    wires.after(SECOND).await;
    let seen = wires.twilio.seen();
    let form: Vec<(String, String)> = url::form_urlencoded::parse(seen[0].body.as_bytes()).into_owned().collect();
    let field = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap();
    assert_eq!((seen.len(), field("To").as_str()), (1, sms::PIA));
    assert_eq!(field("Body"), format!("🔴 CRITICAL: #123 - Login Issue {TICKET_URL}"));
    wires.hub.event(shown(critical()).ticket("pm", json!("pia"))).await;
    wires.after(SECOND).await;
    assert_eq!(wires.twilio.seen().len(), 1, "one a ticket");
    assert_eq!(wires.log("pia", "sms").await, [row("skipped", json!("duplicate")), row("sent", json!(null))]);

    let path = "/api/v1/sms/opt-outs/agent";
    wires.hub.send(Method::PUT, path, ADMIN_KEY, Some(json!({"agent": "ron"}))).await.expect(StatusCode::OK);
    wires.hub.event(critical().on_ticket("HD-00124").ticket("pm", json!("ron"))).await;
    wires.after(SECOND).await;
    assert_eq!(wires.twilio.seen().len(), 1, "ron wants none");
    assert_eq!(wires.log("ron", "sms").await, [row("skipped", json!("opted_out"))]);
    covers(&["R-151", "R-153", "R-163"]);
}

#[tokio::test]
async fn what_an_administrator_wrote_over_a_template_is_what_is_texted() {
    let wires = Wires::open(Backend::Sqlite).await;
    wires.hub.agent("pia").role("pm").with("phone", json!(sms::PIA)).create().await;
    let own = json!({"subject": "", "text": "Look at {{ number }}"});
    wires.hub.send(Method::PUT, "/api/v1/templates/sms_critical", ADMIN_KEY, Some(own)).await.expect(StatusCode::OK);
    wires.hub.event(critical().ticket("pm", json!("pia"))).await;
    wires.after(SECOND).await;
    let seen = wires.twilio.seen();
    assert!(
        seen[0].body.contains("Body=Look+at+123&") || seen[0].body.ends_with("Body=Look+at+123"),
        "{}",
        seen[0].body
    );
}

#[tokio::test]
async fn a_device_that_ended_its_subscription_is_forgotten() {
    let wires = Wires::open(Backend::Sqlite).await;
    wires.hub.agent("ana").create().await;
    let browser = wires.subscribe("ana").await;
    let devices = async || wires.hub.get_as("ana", SUBSCRIPTIONS).await["items"].as_array().unwrap().len();
    assert_eq!(devices().await, 1);
    wires.push.post(&format!("/expire-subscription/{browser}"), json!({})).await;

    wires.hub.event(mention("ana")).await;
    wires.after(SECOND).await;
    assert_eq!(devices().await, 0);
    let log = wires.log("ana", "web_push").await;
    assert_eq!((log.len(), log[0].0.as_str()), (1, "failed"), "{log:?}");
}

#[tokio::test]
async fn an_address_that_nobody_has_is_not_written_to_again() {
    let wires = Wires::open(Backend::Sqlite).await;
    wires.hub.agent("ana").with("email", json!("nobody@example.org")).create().await;
    wires.hub.event(assigned("ana")).await;
    wires.after(SECOND).await;
    let failed = row("failed", json!("address_unknown"));
    assert!(wires.log("ana", "email").await.contains(&failed), "{:?}", wires.log("ana", "email").await);
    let list = wires.hub.get("/api/v1/email/suppressions").await.body;
    assert_eq!(list["items"][0]["address"], "nobody@example.org");

    let asked = wires.mail.said("connected").len();
    wires.hub.event(assigned("ana").on_ticket("HD-00124")).await;
    wires.after(SECOND).await;
    let log = wires.log("ana", "email").await;
    assert!(log.contains(&row("skipped", json!("suppressed"))), "{log:?}");
    assert_eq!(wires.mail.said("connected").len(), asked, "the mail server is not even asked");
}
