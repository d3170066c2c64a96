//! What Twilio tells us, signed by Twilio's own library.

use bellhop::{
    clock::Clock,
    domain::{
        erasure::{Person, PersonKind},
        sms::{OptOutSource, OptWord, ReceivedSms, SentSms, SmsStatus},
    },
    store::{Edit, Received, RecordKind},
};
use serde_json::{Value, json};

use super::{ACCOUNT, NUMBER, PIA, TOKEN};
use crate::{
    harness::{HubOptions, TestHub, covers},
    http_raw::{Raw, request},
    peers::program::LineProgram,
    store::{NOW, Rig, on_both},
};

const PUBLIC: &str = "https://hub.example.com/bellhop";

on_both!(
    a_status_never_goes_back,
    a_status_may_come_before_its_message_is_noted,
    an_answer_is_of_the_last_message_to_that_number,
    an_administrators_word_is_not_undone_by_start,
    an_erased_person_leaves_no_number,
);

async fn hub() -> TestHub {
    let options = HubOptions { clock: Clock::manual(NOW), ..HubOptions::default() }
        .with("BELLHOP_HTTP__PUBLIC_URL", PUBLIC)
        .with("BELLHOP_SMS__ACCOUNT_SID", ACCOUNT)
        .with("BELLHOP_SMS__AUTH_TOKEN", TOKEN)
        .with("BELLHOP_SMS__FROM", NUMBER);
    TestHub::with(options).await
}

/// Posts to a hook as Twilio does, which calls the public address, signed by Twilio's library.
async fn twilio(hub: &TestHub, library: &mut LineProgram, path: &str, form: Value) -> Raw {
    let ask = json!({"ask": "twilio_sign", "token": TOKEN, "url": format!("{PUBLIC}{path}"), "form": form});
    let signature = library.ask(&ask)["signature"].as_str().unwrap().to_owned();
    signed(hub, path, &form, &signature).await
}

async fn signed(hub: &TestHub, path: &str, form: &Value, signature: &str) -> Raw {
    let pairs = form.as_object().unwrap().iter().map(|(name, value)| (name, value.as_str().unwrap()));
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let request = request(hub, "POST", path).header("content-type", "application/x-www-form-urlencoded");
    request.header("x-twilio-signature", signature).body(body).send().await
}

fn inbound(sid: &str, body: &str) -> Value {
    json!({"MessageSid": sid, "AccountSid": ACCOUNT, "From": PIA, "To": NUMBER, "Body": body, "NumMedia": "0"})
}

async fn opt_outs(hub: &TestHub) -> Vec<(String, String)> {
    let listed = hub.get("/api/v1/sms/opt-outs").await.body;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let items = listed["items"].as_array().unwrap();
    items.iter().map(|item| (text(&item["phone"]), text(&item["source"]))).collect()
}

#[tokio::test]
async fn stop_and_start_by_text_change_the_list_of_those_who_get_none() {
    covers(&["R-156", "R-162"]);
    let (hub, mut library) = (hub().await, LineProgram::libraries());
    let stop = twilio(&hub, &mut library, "/hooks/twilio/inbound", inbound("SM1", " Stop ")).await;
    assert_eq!((stop.status, stop.header("content-type")), (200, "text/xml"));
    assert!(stop.text.ends_with("<Response/>"), "{}", stop.text);
    assert_eq!(opt_outs(&hub).await, [(PIA.to_owned(), "stop".to_owned())]);
    twilio(&hub, &mut library, "/hooks/twilio/inbound", inbound("SM2", "HELP")).await.ok_text();
    twilio(&hub, &mut library, "/hooks/twilio/inbound", inbound("SM3", "START")).await.ok_text();
    assert!(opt_outs(&hub).await.is_empty());
    twilio(&hub, &mut library, "/hooks/twilio/inbound", inbound("SM1", " Stop ")).await.ok_text();
    assert!(opt_outs(&hub).await.is_empty(), "told again, it is old news");
    let mut french = inbound("SM4", "arrêt");
    french["OptOutType"] = json!("STOP");
    twilio(&hub, &mut library, "/hooks/twilio/inbound", french).await.ok_text();
    assert_eq!(opt_outs(&hub).await.len(), 1);
}

#[tokio::test]
async fn only_twilio_is_believed() {
    let (hub, mut library) = (hub().await, LineProgram::libraries());
    let form = inbound("SM1", "STOP");
    for wrong in ["", "bm90IGl0", "not base64"] {
        signed(&hub, "/hooks/twilio/inbound", &form, wrong).await.problem(403, "auth.forbidden");
        signed(&hub, "/hooks/twilio/status", &form, wrong).await.problem(403, "auth.forbidden");
    }
    let mut sign = |url: &str, token: &str, form: &Value| {
        let ask = json!({"ask": "twilio_sign", "token": token, "url": url, "form": form});
        library.ask(&ask)["signature"].as_str().unwrap().to_owned()
    };
    let url = format!("{PUBLIC}/hooks/twilio/inbound");
    for signature in [
        sign(&url, "another token", &form),
        sign(&format!("http://{}/hooks/twilio/inbound", hub.addr()), TOKEN, &form),
        sign(&format!("{url}?a=b"), TOKEN, &form),
        sign(&url, TOKEN, &inbound("SM1", "START")),
    ] {
        signed(&hub, "/hooks/twilio/inbound", &form, &signature).await.problem(403, "auth.forbidden");
    }
    assert!(opt_outs(&hub).await.is_empty());
    // Twilio sometimes names the port.
    let ported = sign("https://hub.example.com:443/bellhop/hooks/twilio/inbound", TOKEN, &form);
    signed(&hub, "/hooks/twilio/inbound", &form, &ported).await.ok_text();
    assert_eq!(opt_outs(&hub).await.len(), 1);
    // And the other way about: Twilio's library believes what we sign.
    let pairs: Vec<(String, String)> = vec![("B".to_owned(), "é €".to_owned()), ("A".to_owned(), "1 & 2".to_owned())];
    let signature = bellhop::delivery::sms::signature::sign(TOKEN, "https://a.example/b?c=d", &pairs);
    let ask = json!({"ask": "twilio_verify", "token": TOKEN, "url": "https://a.example/b?c=d",
                     "form": {"A": "1 & 2", "B": "é €"}, "signature": signature});
    assert_eq!(library.ask(&ask), json!({"genuine": true}));
}

#[tokio::test]
async fn hooks_are_closed_without_an_account_and_refuse_what_is_not_whole() {
    let none = TestHub::start().await;
    signed(&none, "/hooks/twilio/inbound", &inbound("SM1", "STOP"), "x").await.problem(404, "not_found");
    let (hub, mut library) = (hub().await, LineProgram::libraries());
    let without = json!({"MessageStatus": "sent"});
    twilio(&hub, &mut library, "/hooks/twilio/status", without).await.problem(422, "hook.incomplete");
    let mut short_code = inbound("SM9", "STOP");
    short_code["From"] = json!("72000");
    twilio(&hub, &mut library, "/hooks/twilio/inbound", short_code).await.ok_text();
    assert!(opt_outs(&hub).await.is_empty());
    let huge = inbound("SM9", &"x".repeat(70_000));
    signed(&hub, "/hooks/twilio/inbound", &huge, "x").await.problem(413, "too_large");
    request(&hub, "GET", "/hooks/twilio/status").send().await.problem(405, "method_not_allowed");
}

#[tokio::test]
async fn what_did_not_arrive_is_told_once() {
    let (hub, mut library) = (hub().await, LineProgram::libraries());
    let url = "https://hooks.example.com/";
    let made = hub.post("/api/v1/webhooks", json!({"url": url, "types": ["delivery.bounced"]})).await.body;
    for (status, code) in [("sent", ""), ("undelivered", "30005"), ("queued", ""), ("undelivered", "30005")] {
        let form = json!({"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": code, "To": PIA});
        let path = "/hooks/twilio/status?delivery=d-1";
        assert_eq!(twilio(&hub, &mut library, path, form).await.status, 204);
    }
    let log = format!("/api/v1/webhooks/{}/messages", made["id"].as_str().unwrap());
    let log = hub.get(&log).await.body;
    assert_eq!(log["items"].as_array().unwrap().len(), 1, "{log}");
    let body: Value = serde_json::from_str(log["items"][0]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["type"], "delivery.bounced");
    let data = json!({"channel": "sms", "delivery": "d-1", "recipient": null, "ticket": null, "sid": "SM1",
                      "status": "undelivered", "error_code": 30005});
    assert_eq!(body["data"], data);
}

#[tokio::test]
async fn an_administrator_says_who_gets_none() {
    covers(&["R-156", "R-157"]);
    let hub = hub().await;
    hub.agent("pia").role("pm").with("phone", json!("+1 (555) 010-0123")).create().await;
    hub.agent("ana").role("admin").create().await;
    let path = "/api/v1/sms/opt-outs";
    let put = async |phone: &str, body: Value| {
        request(&hub, "PUT", &format!("{path}/{phone}")).agent("ana").json(&body).send().await
    };
    let shown = put("agent", json!({"agent": "pia"})).await.ok();
    assert_eq!((&shown["phone"], &shown["source"], &shown["by"]), (&json!(PIA), &json!("admin"), &json!("ana")));
    assert_eq!((&shown["agents"], &shown["created_at"]), (&json!(["pia"]), &json!("2026-11-20T09:00:00.000Z")));
    let bare = request(&hub, "PUT", &format!("{path}/+15550100124")).admin().send().await.ok();
    assert_eq!(bare["by"], "key:environment");
    assert_eq!(opt_outs(&hub).await.len(), 2);
    put("agent", json!({"agent": "ana"})).await.problem(422, "sms.no_number");
    put("agent", json!({"agent": "nobody"})).await.problem(404, "not_found");
    put("+15550100999", json!({"agent": "pia"})).await.problem(422, "sms.bad_number");
    put("5550100", json!({})).await.problem(422, "sms.bad_number");
    put(PIA, json!({"agnet": "pia"})).await.problem(422, "body.invalid");
    let delete = async |what: &str| request(&hub, "DELETE", &format!("{path}/{what}")).admin().send().await.status;
    assert_eq!(delete("agent?agent=pia").await, 204);
    assert_eq!(delete("%2B15550100124").await, 204);
    assert!(opt_outs(&hub).await.is_empty());
    request(&hub, "GET", path).agent("pia").send().await.problem(403, "auth.forbidden");
}

impl Raw {
    #[track_caller]
    fn ok_text(&self) {
        assert_eq!(self.status, 200, "{}", self.text);
    }
}

fn sent(delivery: &str, sid: Option<&str>) -> SentSms {
    SentSms {
        delivery: delivery.to_owned(),
        sid: sid.map(str::to_owned),
        phone: PIA.to_owned(),
        ticket: Some("HD-1".into()),
        recipient: "pia".into(),
        segments: 1,
    }
}

async fn told(rig: &Rig, sid: &str, delivery: Option<&str>, status: &str, error_code: Option<i64>) -> bool {
    let delivery = delivery.map(str::to_owned);
    let news = SmsStatus { sid: sid.to_owned(), delivery, status: status.to_owned(), error_code };
    rig.store.note_sms_status(news).await.unwrap()
}

async fn status_of(rig: &Rig, delivery: &str) -> Option<(String, Option<i64>)> {
    rig.store.sms_status(delivery).await.unwrap()
}

async fn a_status_never_goes_back(rig: Rig) {
    rig.store.note_sms_sent(sent("d-1", Some("SM1"))).await.unwrap();
    assert!(told(&rig, "SM1", Some("d-1"), "delivered", None).await);
    for late in ["queued", "sending", "sent", "delivered", "failed", "exploded"] {
        assert!(!told(&rig, "SM1", Some("d-1"), late, None).await, "{late}");
    }
    assert_eq!(status_of(&rig, "d-1").await, Some(("delivered".to_owned(), None)));
    rig.store.note_sms_sent(sent("d-2", Some("SM2"))).await.unwrap();
    assert!(told(&rig, "SM2", None, "undelivered", Some(21_610)).await, "by the provider's id alone");
    assert!(!told(&rig, "SM2", None, "delivered", None).await);
    assert_eq!(status_of(&rig, "d-2").await, Some(("undelivered".to_owned(), Some(21_610))));
    assert!(rig.store.is_opted_out(PIA).await.unwrap(), "the person said STOP to the provider");
    assert!(!told(&rig, "SM9", None, "sent", None).await, "of a message that nobody knows");
    assert!(!told(&rig, "SM9", Some("d-1"), "failed", None).await, "another message is not this one");
}

async fn a_status_may_come_before_its_message_is_noted(rig: Rig) {
    assert!(told(&rig, "SM1", Some("d-1"), "sent", None).await);
    rig.store.note_sms_sent(sent("d-1", Some("SM1"))).await.unwrap();
    assert_eq!(status_of(&rig, "d-1").await, Some(("sent".to_owned(), None)));
    assert!(told(&rig, "SM1", Some("d-1"), "delivered", None).await);
    rig.store.note_sms_sent(sent("d-1", Some("SM1"))).await.unwrap();
    assert_eq!(status_of(&rig, "d-1").await, Some(("delivered".to_owned(), None)));
}

async fn webhook_for(rig: &Rig, types: Value) {
    let body = json!({"url": "https://hooks.example.com/", "types": types, "active": true, "secret": "whsec_YQ==",
                      "created_at": 0});
    let edit = Edit::merge(RecordKind::Webhook, "w", body.as_object().unwrap().clone(), String::new()).unwrap();
    rig.store.edit(vec![edit]).await.unwrap();
}

async fn heard(rig: &Rig) -> Vec<Value> {
    let log = rig.store.webhook_messages(&"w".into(), None, None, 100).await.unwrap();
    let data = |body: &str| serde_json::from_str::<Value>(body).unwrap()["data"].take();
    log.iter().rev().map(|message| data(&message.body)).collect()
}

async fn answer(rig: &Rig, sid: &str, text: &str) -> Received {
    let word = OptWord::of(None, text);
    let (media, text) = (vec!["https://api.twilio.com/m".to_owned()], text.to_owned());
    let message = ReceivedSms { sid: sid.to_owned(), from: PIA.to_owned(), text, media, word };
    rig.store.take_sms(message).await.unwrap()
}

async fn an_answer_is_of_the_last_message_to_that_number(rig: Rig) {
    covers(&["R-162"]);
    webhook_for(&rig, json!(["sms.received"])).await;
    assert_eq!(answer(&rig, "SM1", "hello?").await, Received::Message);
    let older = SentSms { ticket: Some("HD-0".into()), ..sent("d-0", Some("SM90")) };
    rig.store.note_sms_sent(older).await.unwrap();
    rig.clock.advance(1_000);
    rig.store.note_sms_sent(sent("d-1", Some("SM91"))).await.unwrap();
    rig.clock.advance(29 * 86_400_000);
    assert_eq!(answer(&rig, "SM2", "Yes").await, Received::Message, "not opted out, so it is an answer");
    assert_eq!(answer(&rig, "SM2", "Yes").await, Received::Known);
    rig.clock.advance(2 * 86_400_000);
    assert_eq!(answer(&rig, "SM3", "too late").await, Received::Message);
    let heard = heard(&rig).await;
    let whose = |data: &Value| (data["from"]["id"].clone(), data["ticket"].clone(), data["text"].clone());
    assert_eq!(
        heard.iter().map(whose).collect::<Vec<_>>(),
        [
            (Value::Null, Value::Null, json!("hello?")),
            (json!("pia"), json!("HD-1"), json!("Yes")),
            (Value::Null, Value::Null, json!("too late")),
        ]
    );
    assert_eq!((&heard[1]["sid"], &heard[1]["media"]), (&json!("SM2"), &json!(["https://api.twilio.com/m"])));
    assert_eq!(heard[1]["from"]["phone"], PIA);
    assert_eq!(answer(&rig, "SM4", "STOP").await, Received::Opted(OptWord::Stop));
    assert_eq!(answer(&rig, "SM5", "yes").await, Received::Opted(OptWord::Start));
    assert!(!rig.store.is_opted_out(PIA).await.unwrap());
}

async fn an_administrators_word_is_not_undone_by_start(rig: Rig) {
    rig.store.opt_out(PIA, OptOutSource::Admin, None).await.unwrap();
    assert_eq!(answer(&rig, "SM1", "START").await, Received::Message);
    assert!(rig.store.is_opted_out(PIA).await.unwrap());
}

async fn an_erased_person_leaves_no_number(rig: Rig) {
    webhook_for(&rig, json!(["sms.received"])).await;
    rig.store.note_sms_sent(sent("d-1", Some("SM1"))).await.unwrap();
    answer(&rig, "SM2", "my secret").await;
    rig.store.opt_out(PIA, OptOutSource::Stop, None).await.unwrap();
    let other = json!({"from": {"id": "ana"}, "text": format!("Pia Pohl has {PIA}")});
    rig.store.enqueue_webhook(bellhop::domain::webhook::WebhookType::SmsReceived, other).await.unwrap();
    let person = Person::new(PersonKind::Agent, "pia".into()).named("Pia Pohl").at(Some(PIA));
    assert_eq!(rig.store.forget_sms(&person).await.unwrap(), 3);
    assert_eq!(rig.store.leave_webhook_messages(&person, None).await.unwrap(), None);
    assert_eq!(status_of(&rig, "d-1").await, None);
    assert!(!rig.store.is_opted_out(PIA).await.unwrap());
    let heard = heard(&rig).await;
    assert_eq!(heard.len(), 1, "what they wrote is gone: {heard:?}");
    assert!(!heard[0].to_string().contains("Pohl") && !heard[0].to_string().contains(PIA), "{}", heard[0]);
}
