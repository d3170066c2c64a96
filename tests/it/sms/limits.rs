//! Who gets no texts, and how many there may be, on both databases.

use bellhop::domain::sms::{OptOutSource, SmsClaim, SmsKind};
use bellhop::store::{Claimed, Edit, RecordKind, SETTINGS_ID, Store};
use serde_json::{Value, json};

use super::PIA;
use crate::{
    harness::covers,
    store::{Rig, on_both},
};

const DAY: i64 = 86_400_000;

on_both!(
    exactly_fifty_of_two_hundred_at_once_may_be_sent,
    one_person_gets_ten_a_day,
    critical_texts_go_once_a_ticket_ever,
    each_refusal_says_why,
    what_surely_was_not_sent_is_given_back,
    an_opt_out_is_kept_and_listed,
);

fn chat(delivery: &str, recipient: &str) -> SmsClaim {
    SmsClaim {
        delivery: delivery.to_owned(),
        kind: SmsKind::Chat,
        ticket: Some("HD-1".into()),
        recipient: recipient.into(),
        phone: Some(PIA.to_owned()),
    }
}

fn critical(delivery: &str, ticket: &str) -> SmsClaim {
    SmsClaim { kind: SmsKind::Critical, ticket: Some(ticket.into()), ..chat(delivery, "pia") }
}

async fn edit(store: &Store, kind: RecordKind, id: &str, body: Value) {
    let body = body.as_object().unwrap().clone();
    store.edit(vec![Edit::merge(kind, id, body, String::new()).unwrap()]).await.unwrap();
}

async fn with_pia(rig: &Rig) -> &Store {
    edit(&rig.store, RecordKind::Agent, "pia", json!({"role": "pm", "phone": PIA})).await;
    &rig.store
}

async fn claim(store: &Store, claim: SmsClaim) -> Claimed {
    store.claim_sms(claim).await.unwrap()
}

async fn exactly_fifty_of_two_hundred_at_once_may_be_sent(rig: Rig) {
    covers(&["R-154"]);
    let nodes = [rig.store.clone(), rig.second_node().await];
    let claims = (0..200).map(|n| {
        let store = nodes[n % 2].clone();
        tokio::spawn(async move { store.claim_sms(chat(&format!("d-{n}"), &format!("c-{n}"))).await.unwrap() })
    });
    let mut outcomes = Vec::new();
    for claim in claims.collect::<Vec<_>>() {
        outcomes.push(claim.await.unwrap());
    }
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 50);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err("daily_limit"))));
    rig.clock.advance(DAY);
    assert_eq!(claim(&rig.store, chat("tomorrow", "c-1")).await, Ok(()));
    edit(&rig.store, RecordKind::Settings, SETTINGS_ID, json!({"sms": {"daily_limit": 1}})).await;
    assert_eq!(claim(&nodes[1], chat("another", "c-2")).await, Err("daily_limit"), "the other node knows as well");
}

async fn one_person_gets_ten_a_day(rig: Rig) {
    let nodes = [rig.store.clone(), rig.second_node().await];
    let claims = (0..40).map(|n| {
        let store = nodes[n % 2].clone();
        tokio::spawn(async move { store.claim_sms(chat(&format!("d-{n}"), "carla")).await.unwrap() })
    });
    let mut passed = 0;
    for claim in claims.collect::<Vec<_>>() {
        match claim.await.unwrap() {
            Ok(()) => passed += 1,
            Err(why) => assert_eq!(why, "daily_limit_person"),
        }
    }
    assert_eq!(passed, 10);
    assert_eq!(claim(&rig.store, chat("d-x", "carlo")).await, Ok(()), "others still get theirs");
}

async fn critical_texts_go_once_a_ticket_ever(rig: Rig) {
    covers(&["R-151", "R-152", "R-153"]);
    let store = with_pia(&rig).await;
    assert_eq!(claim(store, critical("urgency", "HD-1")).await, Ok(()));
    assert_eq!(claim(store, critical("urgency", "HD-1")).await, Ok(()), "the same delivery, tried again");
    assert_eq!(claim(store, critical("emergency", "HD-1")).await, Err("duplicate"));
    assert_eq!(claim(store, critical("other", "HD-2")).await, Ok(()));
    rig.clock.advance(400 * DAY);
    while rig.store.forget_old_sms(rig.clock.now() - 90 * DAY).await.unwrap() > 0 {}
    assert_eq!(claim(store, critical("a year later", "HD-1")).await, Err("duplicate"));
    let at_once = (0..20).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { store.claim_sms(critical(&format!("both-{n}"), "HD-3")).await.unwrap() })
    });
    let mut passed = 0;
    for claim in at_once.collect::<Vec<_>>() {
        passed += usize::from(claim.await.unwrap().is_ok());
    }
    assert_eq!(passed, 1);
}

async fn each_refusal_says_why(rig: Rig) {
    covers(&["R-005", "R-150", "R-155", "R-163"]);
    let store = with_pia(&rig).await;
    edit(store, RecordKind::Agent, "ana", json!({"role": "agent", "phone": PIA})).await;
    for phone in [None, Some("0155501001"), Some("call me")] {
        let without = SmsClaim { phone: phone.map(str::to_owned), ..critical("d", "HD-1") };
        assert_eq!(claim(store, without).await, Err("no_number"), "{phone:?}");
    }
    for other in ["ana", "nobody"] {
        assert_eq!(claim(store, SmsClaim { recipient: other.into(), ..critical("d", "HD-1") }).await, Err("not_pm"));
    }
    let spaced = SmsClaim { phone: Some("+1 (555) 010-0123".to_owned()), ..critical("d", "HD-1") };
    store.opt_out(PIA, OptOutSource::Stop, None).await.unwrap();
    assert_eq!(claim(store, spaced.clone()).await, Err("opted_out"));
    store.opt_in(PIA).await.unwrap();
    assert_eq!(claim(store, spaced.clone()).await, Ok(()));
    store.opt_out(PIA, OptOutSource::Admin, None).await.unwrap();
    assert_eq!(claim(store, spaced).await, Err("opted_out"), "also between two attempts");
    store.opt_in(PIA).await.unwrap();
    edit(store, RecordKind::Settings, SETTINGS_ID, json!({"sms": {"daily_limit": 0}})).await;
    assert_eq!(claim(store, critical("e", "HD-1")).await, Err("duplicate"));
    assert_eq!(claim(store, critical("e", "HD-2")).await, Err("daily_limit"));
    let limits = json!({"sms": {"daily_limit": 50, "daily_limit_per_person": 1}});
    edit(store, RecordKind::Settings, SETTINGS_ID, limits).await;
    assert_eq!(claim(store, critical("e", "HD-2")).await, Err("daily_limit_person"));
}

async fn what_surely_was_not_sent_is_given_back(rig: Rig) {
    let store = with_pia(&rig).await;
    edit(store, RecordKind::Settings, SETTINGS_ID, json!({"sms": {"daily_limit": 1}})).await;
    assert_eq!(claim(store, critical("urgency", "HD-1")).await, Ok(()));
    assert_eq!(claim(store, chat("chat", "carla")).await, Err("daily_limit"));
    store.release_sms("urgency").await.unwrap();
    assert_eq!(claim(store, critical("emergency", "HD-1")).await, Ok(()));
}

async fn an_opt_out_is_kept_and_listed(rig: Rig) {
    let store = &rig.store;
    assert!(store.opt_out("+15550100002", OptOutSource::Admin, Some("ana".to_owned())).await.unwrap());
    assert!(!store.opt_out("+15550100002", OptOutSource::Stop, None).await.unwrap());
    assert!(store.opt_out("+15550100001", OptOutSource::Provider, None).await.unwrap());
    let all = store.opt_outs(None, 10).await.unwrap();
    let listed: Vec<(&str, &str, Option<&str>)> =
        all.iter().map(|one| (&*one.phone, &*one.source, one.by.as_deref())).collect();
    assert_eq!(listed, [("+15550100001", "provider", None), ("+15550100002", "admin", Some("ana"))]);
    assert_eq!(store.opt_outs(Some("+15550100001".to_owned()), 10).await.unwrap(), all[1..]);
    assert!(store.is_opted_out("+15550100001").await.unwrap());
    assert!(store.opt_in("+15550100001").await.unwrap() && !store.opt_in("+15550100001").await.unwrap());
    assert!(!store.is_opted_out("+15550100001").await.unwrap());
}
