//! Bellhop as a server under load: a directory of agents, tokens, mentions as events.

use std::{
    net::SocketAddr,
    path::Path,
    process::Command,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Method;
use serde_json::json;

use crate::{process::Children, socket::Position};

const ADMIN_KEY: &str = "bh_load-admin-key-0123456789abcdef0123456789abcdef";
const DEPARTMENT: &str = "support";
/// What agents' tokens are signed with.
pub const JWT_SECRET: &str = "a secret of the load test that is long enough for HS256";

/// A node: its binary, where it listens, and what it shares with others, if anything.
pub struct Node<'a> {
    /// The program.
    pub binary: &'a Path,
    /// Where it listens.
    pub addr: SocketAddr,
    /// Settings beside the defaults.
    pub settings: &'a [(&'static str, String)],
}

impl Node<'_> {
    /// Starts it with its defaults, durable SQLite in the folder among them.
    pub fn start(&self, folder: &Path, name: &str) -> Result<Children, String> {
        let mut command = Command::new(self.binary);
        command
            .arg("serve")
            .env("BELLHOP_HTTP__LISTEN", self.addr.to_string())
            .env("BELLHOP_DATA_DIR", folder.join("data"))
            .env("BELLHOP_AUTH__ADMIN_KEY", ADMIN_KEY)
            .env("BELLHOP_AUTH__JWT_SECRET", JWT_SECRET)
            .env("BELLHOP_LOG", "warn")
            .envs(self.settings.iter().map(|(name, value)| (name, value)));
        Children::spawn(command, folder, name)
    }
}

/// Agents `a0`, `a1`, …, all of one department whose new tickets ring their bells; a thousand a request.
pub async fn fill_directory(addr: SocketAddr, agents: usize) -> Result<(), String> {
    let department = json!({"departments": [{"id": DEPARTMENT, "name": "Support"}]});
    send(addr, Method::PUT, "/api/v1/directory", &department).await?;
    let loud = json!({"categories": {"new_ticket_department": "on"}});
    send(addr, Method::PATCH, "/api/v1/settings", &loud).await?;
    let ids: Vec<usize> = (0..agents).collect();
    for some in ids.chunks(1_000) {
        let record =
            |id: &usize| json!({"id": format!("a{id}"), "name": format!("Agent {id}"), "department": DEPARTMENT});
        let records: Vec<_> = some.iter().map(record).collect();
        send(addr, Method::PUT, "/api/v1/directory", &json!({"agents": records})).await?;
    }
    Ok(())
}

async fn send(addr: SocketAddr, method: Method, path: &str, body: &serde_json::Value) -> Result<(), String> {
    let request = reqwest::Client::new().request(method, format!("http://{addr}{path}")).bearer_auth(ADMIN_KEY);
    let answer = request.timeout(Duration::from_secs(60)).json(body).send().await;
    let answer = answer.map_err(|error| format!("{path} was not taken: {error}"))?;
    if answer.status().is_success() {
        return Ok(());
    }
    Err(format!("{path} was answered {}: {:?}", answer.status(), answer.text().await))
}

/// How long until the node says that it is ready, from `since` on.
pub async fn until_ready(addr: SocketAddr, since: Instant) -> Result<Duration, String> {
    let client = reqwest::Client::new();
    while since.elapsed() < Duration::from_secs(120) {
        let answer = client.get(format!("http://{addr}/readyz")).timeout(Duration::from_secs(1)).send().await;
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(since.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Err("it is not ready".to_owned())
}

/// The request for the newest page of an agent's list.
pub fn list(addr: SocketAddr, agent: usize) -> Vec<u8> {
    format!(
        "GET /api/v1/me/notifications?limit=50 HTTP/1.1\r\nHost: {addr}\r\nAuthorization: Bearer {}\r\n\r\n",
        token(agent)
    )
    .into_bytes()
}

/// An agent's token.
pub fn token(agent: usize) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let claims = json!({"sub": format!("a{agent}"), "iat": now, "exp": now + 86_400});
    let key = EncodingKey::from_secret(JWT_SECRET.as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).expect("the claims can be signed")
}

/// The first frame of an agent's session: with a position, what came since is told first.
pub fn hello(agent: usize, position: Option<&Position>) -> String {
    let mut hello = json!({"type": "hello", "token": token(agent), "device": format!("d{agent}"), "screen": true});
    if let Some(position) = position {
        hello["since"] = position.seq.into();
        hello["epoch"] = (*position.epoch).into();
    }
    hello.to_string()
}

/// What a session says once it has shown an entry.
pub fn ack(seq: u64) -> String {
    format!(r#"{{"type":"ack","seq":{seq},"active":true}}"#)
}

/// One event, posted alone. The message's id comes back in the frame.
pub fn post(addr: SocketAddr, agent: usize, number: u64, padding: usize) -> Vec<u8> {
    request(addr, "application/cloudevents+json", &reply(agent, number, padding))
}

/// Several in one request, by number and agent.
pub fn post_batch(addr: SocketAddr, events: &[(u64, usize)], padding: usize) -> Vec<u8> {
    let each: Vec<String> = events.iter().map(|(number, agent)| reply(*agent, *number, padding)).collect();
    request(addr, "application/cloudevents-batch+json", &format!("[{}]", each.join(",")))
}

/// A new ticket that nobody has yet: everybody in its department hears of it.
pub fn post_to_department(addr: SocketAddr, number: u64) -> Vec<u8> {
    let ticket =
        format!(r#"{{"id":"n{number}","number":"{number}","subject":"Login Issue","department":"{DEPARTMENT}"}}"#);
    request(addr, "application/cloudevents+json", &event("ticket.created", 0, &ticket, number))
}

fn request(addr: SocketAddr, kind: &str, body: &str) -> Vec<u8> {
    format!(
        "POST /api/v1/events HTTP/1.1\r\nHost: {addr}\r\nAuthorization: Bearer {ADMIN_KEY}\r\n\
         Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A customer's reply on the agent's own ticket: one of the four events that must never be missed. Its subject is so much
/// longer than it needs to be.
fn reply(agent: usize, number: u64, padding: usize) -> String {
    let more = " and so on".repeat(padding / 10);
    let ticket =
        format!(r#"{{"id":"t{agent}","number":"{agent}","subject":"Login Issue{more}","assignees":["a{agent}"]}}"#);
    event("message.received", agent, &ticket, number)
}

fn event(kind: &str, customer: usize, ticket: &str, number: u64) -> String {
    let time = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    format!(
        r##"{{"specversion":"1.0","id":"e{number}","source":"/load","type":"{kind}","time":"{time}","data":{{"actor":{{"kind":"customer","id":"c{customer}","name":"Carla Reis"}},"ticket":{ticket},"message":{{"id":"load-{number};","text":"It still does not work."}}}}}}"##
    )
}
