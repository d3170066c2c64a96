//! Bellhop as a server under load: a directory of agents, tokens, mentions as events.

use std::{
    net::SocketAddr,
    path::Path,
    process::Command,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

use crate::process::Children;

const ADMIN_KEY: &str = "bh_load-admin-key-0123456789abcdef0123456789abcdef";
/// What agents' tokens are signed with.
pub const JWT_SECRET: &str = "a secret of the load test that is long enough for HS256";

/// Starts a binary with durable SQLite and its defaults.
pub fn start(binary: &Path, folder: &Path, addr: SocketAddr) -> Result<Children, String> {
    let mut command = Command::new(binary);
    command
        .arg("serve")
        .env("BELLHOP_HTTP__LISTEN", addr.to_string())
        .env("BELLHOP_DATA_DIR", folder.join("data"))
        .env("BELLHOP_AUTH__ADMIN_KEY", ADMIN_KEY)
        .env("BELLHOP_AUTH__JWT_SECRET", JWT_SECRET)
        .env("BELLHOP_LOG", "warn");
    Children::spawn(command, folder)
}

/// Agents `a0`, `a1`, …; a thousand a request.
pub async fn fill_directory(addr: SocketAddr, agents: usize) -> Result<(), String> {
    let client = reqwest::Client::new();
    let ids: Vec<usize> = (0..agents).collect();
    for some in ids.chunks(1_000) {
        let records: Vec<_> =
            some.iter().map(|id| json!({"id": format!("a{id}"), "name": format!("Agent {id}")})).collect();
        let answer = client
            .put(format!("http://{addr}/api/v1/directory"))
            .bearer_auth(ADMIN_KEY)
            .timeout(Duration::from_secs(30))
            .json(&json!({"agents": records}))
            .send()
            .await
            .map_err(|error| format!("the directory was not taken: {error}"))?;
        if !answer.status().is_success() {
            return Err(format!("the directory was answered {}: {:?}", answer.status(), answer.text().await));
        }
    }
    Ok(())
}

/// An agent's token.
pub fn token(agent: usize) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let claims = json!({"sub": format!("a{agent}"), "iat": now, "exp": now + 86_400});
    let key = EncodingKey::from_secret(JWT_SECRET.as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).expect("the claims can be signed")
}

/// The first frame of an agent's session, without replay.
pub fn hello(agent: usize) -> String {
    json!({"type": "hello", "token": token(agent), "device": format!("d{agent}"), "screen": true}).to_string()
}

/// What a session says once it has shown an entry.
pub fn ack(seq: u64) -> String {
    format!(r#"{{"type":"ack","seq":{seq},"active":true}}"#)
}

/// One event, posted alone. The message's id comes back in the frame.
pub fn post(addr: SocketAddr, agent: usize, number: u64) -> Vec<u8> {
    request(addr, "application/cloudevents+json", &event(agent, number))
}

/// Several in one request, by number and agent.
pub fn post_batch(addr: SocketAddr, events: &[(u64, usize)]) -> Vec<u8> {
    let each: Vec<String> = events.iter().map(|(number, agent)| event(*agent, *number)).collect();
    request(addr, "application/cloudevents-batch+json", &format!("[{}]", each.join(",")))
}

fn request(addr: SocketAddr, kind: &str, body: &str) -> Vec<u8> {
    format!(
        "POST /api/v1/events HTTP/1.1\r\nHost: {addr}\r\nAuthorization: Bearer {ADMIN_KEY}\r\n\
         Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A customer's reply on the agent's own ticket: one of the four events that must never be missed.
fn event(agent: usize, number: u64) -> String {
    let time = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    format!(
        r##"{{"specversion":"1.0","id":"e{number}","source":"/load","type":"message.received","time":"{time}","data":{{"actor":{{"kind":"customer","id":"c{agent}","name":"Carla Reis"}},"ticket":{{"id":"t{agent}","number":"{agent}","subject":"Login Issue","assignees":["a{agent}"]}},"message":{{"id":"load-{number};","text":"It still does not work."}}}}}}"##
    )
}
