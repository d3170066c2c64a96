//! What the adapters' tests share: a source, a directory, signed deliveries of the payloads in `tests/data/hooks`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{HookRequest, Parsed, parse, verify};
use crate::{
    domain::{
        directory::{Department, Team, TeamMember},
        snapshot::{Snapshot, Source},
    },
    error::Result,
    routing::testing::agent,
};

/// 2026-11-20T09:30:00Z, a while after everything in the payloads.
pub const NOW: i64 = 1_795_167_000_000;

/// The secret of [`source`].
pub const SECRET: &str = "hook secret";

/// The payload of that name.
pub fn payload(kind: &str, name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/hooks/{kind}/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The source `main` of that kind.
pub fn source(kind: &str) -> Source {
    let base_url = Some("https://desk.example.com/".to_owned());
    Source { id: "main".into(), kind: kind.to_owned(), secret: SECRET.to_owned(), base_url }
}

/// jane is matched by her external id, ben by email, and both by the helpdesk's numbers 3 and 4. Ben Okafor and Tom are
/// known by name.
pub fn snapshot() -> Snapshot {
    let mut snapshot = Snapshot::default();
    let mut jane = agent("jane");
    jane.external_ids = vec!["main:3".to_owned()];
    let mut ben = agent("ben");
    ben.name = "Ben Okafor".to_owned();
    ben.email = Some("Ben@Example.com".to_owned());
    ben.external_ids = vec!["main:4".to_owned()];
    snapshot.directory.put_agent(jane);
    snapshot.directory.put_agent(ben);
    let mut tom = agent("tom");
    tom.name = "Tom".to_owned();
    snapshot.directory.put_agent(tom);
    let department = |id: &str, name: &str| -> Department {
        serde_json::from_value(serde_json::json!({"id": id, "name": name})).unwrap()
    };
    snapshot.directory.put_department(department("support", "Support"));
    let members = vec![TeamMember { agent: "tom".into(), alerts: true }];
    snapshot.directory.put_team(Team { id: "t2".into(), name: "Tier 2".into(), lead: None, alerts: true, members });
    snapshot
}

/// Delivers a body with these headers.
pub fn deliver(kind: &str, body: &[u8], headers: &[(&str, &str)], query: &str) -> Result<Parsed> {
    let headers: Vec<(String, String)> = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let (source, snapshot) = (source(kind), snapshot());
    parse(&HookRequest { source: &source, headers: &headers, body, query, now: NOW, snapshot: &snapshot })
}

/// HMAC-SHA256 of the body.
pub fn hmac_sha256(body: &[u8]) -> Vec<u8> {
    verify::hmac_sha256(SECRET, &[body]).to_vec()
}

/// `sha1=<hex>` of the body.
pub fn sha1(body: &[u8]) -> String {
    format!("sha1={}", hex::encode(verify::hmac_sha1(SECRET, &[body])))
}

/// base64 of HMAC-SHA1 of the body.
pub fn sha1_base64(body: &[u8]) -> String {
    STANDARD.encode(verify::hmac_sha1(SECRET, &[body]))
}

/// `sha256=<hex>` of `<timestamp>.<body>`.
pub fn sha256(timestamp: &str, body: &[u8]) -> String {
    format!("sha256={}", hex::encode(verify::hmac_sha256(SECRET, &[timestamp.as_bytes(), b".", body])))
}
