//! What a browser hands in when an agent allowed it to be woken (`PushSubscription.toJSON()`), and what of it is accepted.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::{address::Allowed, keys::is_point};
use crate::{
    error::{Error, Result},
    store::NewPushSubscription,
};

/// Bytes of the secret that a browser shares with us (RFC 8291 §3.2).
const AUTH_BYTES: usize = 16;
const LONGEST_NAME: usize = 100;
const LONGEST_USER_AGENT: usize = 300;

/// A browser's subscription.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
pub struct GivenSubscription {
    /// Where messages for it are posted to. A secret.
    endpoint: String,
    /// Its keys.
    keys: GivenKeys,
    /// The browser's name for itself: signing out there forgets the subscription.
    #[serde(default)]
    device: Option<String>,
    /// The person's name for it.
    #[serde(default)]
    label: Option<String>,
    /// The endpoint that it takes the place of, when the browser renewed its subscription by itself.
    #[serde(default)]
    replaces: Option<String>,
}

/// The keys of a browser's subscription.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
pub struct GivenKeys {
    /// Its public key, 65 bytes in base64url.
    p256dh: String,
    /// The secret that it shares with us, 16 bytes in base64url.
    auth: String,
}

/// Accepts a subscription at a known push service with keys that a message can be encrypted for.
pub(super) fn check(
    given: GivenSubscription,
    user_agent: Option<&str>,
    allowed: &Allowed,
) -> Result<NewPushSubscription> {
    let GivenSubscription { endpoint, keys, device, label, replaces } = given;
    let url = allowed.check(&endpoint).map_err(|refusal| {
        Error::invalid("push.endpoint", "/endpoint", format!("the address of the push service {refusal}"))
    })?;
    let p256dh = bytes(&keys.p256dh).filter(|key| is_point(key)).ok_or_else(|| {
        Error::invalid("push.keys", "/keys/p256dh", "is a point on P-256, uncompressed: 65 bytes in base64url")
    })?;
    let auth = bytes(&keys.auth).filter(|secret| secret.len() == AUTH_BYTES);
    let auth = auth.ok_or_else(|| Error::invalid("push.keys", "/keys/auth", "is 16 bytes in base64url"))?;
    Ok(NewPushSubscription {
        // As it is posted to: two ways to write one address are one subscription.
        endpoint: url.into(),
        p256dh: URL_SAFE_NO_PAD.encode(p256dh),
        auth: URL_SAFE_NO_PAD.encode(auth),
        device: name(device, "/device")?,
        label: name(label, "/label")?,
        user_agent: user_agent.map(|text| text.chars().take(LONGEST_USER_AGENT).collect()),
        replaces,
    })
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// An empty name is none.
fn name(given: Option<String>, pointer: &'static str) -> Result<Option<String>> {
    let given = given.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    match given {
        Some(text) if text.chars().count() > LONGEST_NAME || text.chars().any(char::is_control) => {
            let message = format!("has at most {LONGEST_NAME} characters, none of them a control character");
            Err(Error::invalid("push.name", pointer, message))
        }
        given => Ok(given),
    }
}
