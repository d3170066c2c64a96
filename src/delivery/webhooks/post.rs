//! Posts one message to one webhook, and says what came of it.

use std::time::Duration;

use reqwest::StatusCode;

use super::signature::signatures;
use crate::{
    clock::Clock,
    delivery::{
        address::{Addresses, NotPublic, is_because_of},
        read_some::{beginning, read_some},
        retry_after::retry_after,
    },
    domain::webhook::Webhook,
    error::Result,
    store::ClaimedMessage,
};

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Who has not answered by then has not taken it.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// Of an answer that refuses, for the log.
const KEPT_BYTES: usize = 1 << 10;

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Posted {
    /// The answer's.
    pub status: Option<u16>,
    /// Why it was not taken; none when it was.
    pub error: Option<String>,
    /// `Retry-After`.
    pub after: Option<Duration>,
    /// It wants to hear nothing any more.
    pub is_gone: bool,
}

/// Posts messages. Cheap to clone.
#[derive(Clone)]
pub(super) struct Post {
    client: reqwest::Client,
    addresses: Addresses,
    clock: Clock,
}

impl Post {
    pub fn new(addresses: &Addresses, clock: Clock) -> Result<Post> {
        let client = addresses.client(CONNECT_WITHIN, ANSWER_WITHIN)?;
        Ok(Post { client, addresses: addresses.clone(), clock })
    }

    /// Posts it once. Only 2xx within 15 s is success; redirects are not followed.
    pub async fn post(&self, webhook: &Webhook, message: &ClaimedMessage) -> Posted {
        // It was checked when it was given; the configuration may have changed since.
        let url = match self.addresses.check(&webhook.url) {
            Ok(url) => url,
            Err(why) => return Posted::failed(format!("the address {why}")),
        };
        let now = self.clock.now();
        let timestamp_s = now.div_euclid(1_000);
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", timestamp_s.to_string())
            .header("webhook-signature", signatures(&webhook.secrets(now), &message.id, timestamp_s, &message.body))
            .body(message.body.clone());
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Posted::failed(reason(&error)),
        };
        let (status, after) = (response.status(), retry_after(response.headers(), now));
        let mut posted = Posted { status: Some(status.as_u16()), error: None, after, is_gone: false };
        if !status.is_success() {
            let said = beginning(&read_some(response).await, KEPT_BYTES);
            let said = if said.is_empty() { "nothing was said".to_owned() } else { said };
            posted.error = Some(format!("HTTP {}: {said}", status.as_u16()));
            posted.is_gone = status == StatusCode::GONE;
        }
        posted
    }
}

impl Posted {
    fn failed(error: String) -> Posted {
        Posted { status: None, error: Some(error), after: None, is_gone: false }
    }
}

/// For the person who reads the log: without the address, which may hold a key.
fn reason(error: &reqwest::Error) -> String {
    let reason = if is_because_of::<NotPublic>(error) {
        "the host has no public address"
    } else if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    reason.to_owned()
}
