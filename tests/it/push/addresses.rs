//! Names that lead into the own network are not followed, whatever they led to a moment before.

use std::{
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bellhop::delivery::web_push::{LookUp, WebPush, WebPushOptions};

use super::{Device, Rig, fake::Vendor, message, options};

/// Answers with these, one list after the other.
fn table(answers: &[&[&str]], asked: &Arc<AtomicUsize>) -> LookUp {
    let answers: Vec<Vec<IpAddr>> =
        answers.iter().map(|list| list.iter().map(|address| address.parse().unwrap()).collect()).collect();
    let asked = asked.clone();
    Arc::new(move |_| {
        let turn = asked.fetch_add(1, Ordering::SeqCst);
        let answer = answers[turn.min(answers.len() - 1)].clone();
        Box::pin(async move { io::Result::Ok(answer) })
    })
}

async fn why(answers: &[&[&str]]) -> Option<&'static str> {
    let asked = Arc::new(AtomicUsize::new(0));
    let sender = WebPush::new(WebPushOptions { look_up: Some(table(answers, &asked)), ..options(&[]) }).unwrap();
    let subscription = Device::new().at("https://updates.push.services.mozilla.com/wpush/v2/abc");
    let outcome = sender.send(&subscription, &message()).await;
    assert_eq!(asked.load(Ordering::SeqCst), 1, "what is asked once cannot change");
    outcome.why()
}

#[tokio::test]
async fn names_of_known_services_that_lead_inside_are_not_followed() {
    for inside in [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "192.0.2.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "2001:db8::1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ] {
        assert_eq!(why(&[&[inside]]).await, Some("private_address"), "{inside}");
        assert_eq!(why(&[&["8.8.8.8", inside]]).await, Some("private_address"), "{inside} among others");
    }
}

#[tokio::test]
async fn a_name_that_changes_between_two_messages_is_checked_each_time() {
    let rig = Rig::start(Vendor::Mozilla).await;
    let asked = Arc::new(AtomicUsize::new(0));
    // The first answer is for a name that the administrator named; then a known one leads to the same machine.
    let look_up = Some(table(&[&["127.0.0.1"]], &asked));
    let allowed = format!("http://push.intranet.example:{}", rig.fake.port);
    let sender = WebPush::new(WebPushOptions { look_up, ..options(std::slice::from_ref(&allowed)) }).unwrap();
    let named = Device::new().at(&format!("{allowed}/push/abc"));
    sender.send(&named, &message()).await;
    assert_eq!((rig.fake.seen().len(), asked.load(Ordering::SeqCst)), (1, 1), "it was our table that led there");
    let known = Device::new().at("https://fcm.googleapis.com/fcm/send/abc");
    assert_eq!(sender.send(&known, &message()).await.why(), Some("private_address"));
    assert_eq!((rig.fake.seen().len(), asked.load(Ordering::SeqCst)), (1, 2));
}

#[tokio::test]
async fn addresses_in_figures_are_no_push_services() {
    let sender = WebPush::new(options(&[])).unwrap();
    for address in [
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/x",
        "https://8.8.8.8/x",
        "https://0x7f000001/x",
        "https://2130706433/x",
        "https://[::ffff:7f00:1]/x",
        "http://fcm.googleapis.com/x",
        "https://localhost/x",
    ] {
        let outcome = sender.send(&Device::new().at(address), &message()).await;
        assert_eq!(outcome.why(), Some("host_not_allowed"), "{address}");
    }
}
