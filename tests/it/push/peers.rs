//! Push services and libraries of other makes: they decrypt what we encrypt and accept our signature.

use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bellhop::delivery::{Outcome, web_push::WebPush};
use serde_json::{Value, json};

use super::{Device, Rig, fake::VENDORS, message, options};
use crate::harness::covers;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/peers/push")
}

/// web-push-testing, a push service in Node.
pub struct Service {
    child: Child,
    port: u16,
}

impl Service {
    pub fn start() -> Service {
        assert!(
            folder().join("node_modules").exists(),
            "run scripts/packages first: it installs {}",
            folder().display()
        );
        let mut command = Command::new("node");
        command.arg("serve.mjs").current_dir(folder()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("node can be started");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().rsplit(' ').next().and_then(|port| port.parse().ok());
        Service { child, port: port.unwrap_or_else(|| panic!("it did not start: {line}")) }
    }

    /// Where subscriptions of it lead.
    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.post(format!("http://localhost:{}{path}", self.port)).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap_or_default()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[tokio::test]
async fn a_push_service_of_another_make_decrypts_what_we_send_and_tells_when_a_subscription_ended() {
    covers(&["R-001", "R-009"]);
    let service = Service::start();
    let sender = WebPush::new(options(&[service.origin()])).unwrap();
    let subscribed = json!({"userVisibleOnly": "true", "applicationServerKey": sender.public_key()});
    let subscription = service.post("/subscribe", subscribed).await["data"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut device = Device::new();
    (device.p256dh, device.auth) = (text(&subscription["keys"]["p256dh"]), text(&subscription["keys"]["auth"]));
    let kept = device.at(&text(&subscription["endpoint"]));
    let outcome = sender.send(&kept, &message()).await;
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    let hash = json!({"clientHash": subscription["clientHash"]});
    let got = service.post("/get-notifications", hash).await["data"]["messages"].clone();
    let got: Value = serde_json::from_str(got[0].as_str().unwrap()).unwrap();
    assert_eq!(got["notification"]["title"], message().title);
    assert_eq!(got["notification"]["navigate"], "https://desk.example.com/tickets/123");
    // The service does answer something that is not JSON here.
    service.post(&format!("/expire-subscription/{}", text(&subscription["clientHash"])), json!({})).await;
    let outcome = sender.send(&kept, &message()).await;
    assert!(matches!(outcome, Outcome::Gone { .. }), "{outcome:?}");
}

#[tokio::test]
async fn libraries_of_another_make_decrypt_and_verify_what_goes_to_each_vendor() {
    let python = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".run/peers/push/bin/python");
    assert!(python.exists(), "run scripts/packages first: it makes {}", python.display());
    for vendor in VENDORS {
        let rig = Rig::start(vendor).await;
        let device = Device::new();
        let subscription = device.at(&rig.subscription.endpoint);
        rig.sender.send(&subscription, &message()).await;
        let seen = rig.fake.seen().remove(0);
        let push = json!({
            "body": URL_SAFE_NO_PAD.encode(&seen.body), "authorization": seen.header("authorization"),
            "private_key": device.private_key, "auth": device.auth,
        });
        let mut command = Command::new(&python);
        command.arg(folder().join("check.py")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("python can be started");
        child.stdin.take().unwrap().write_all(push.to_string().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{vendor:?}: it was refused");
        let read: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&read["verified"], &read["claims"]["aud"]), (&json!(true), &json!(rig.fake.origin())));
        assert_eq!(read["claims"]["sub"], "mailto:ops@example.com");
        let plaintext: Value = serde_json::from_str(read["plaintext"].as_str().unwrap()).unwrap();
        assert_eq!((&plaintext["web_push"], &plaintext["app_badge"]), (&json!(8030), &json!(3)));
        assert_eq!(plaintext["notification"]["body"], message().body);
    }
}
