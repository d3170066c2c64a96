//! Links to sign in with, mailed to an agent: 256 random bits, kept as a hash, good once and for ten minutes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::require_agent;
use crate::{
    domain::{Id, Millis},
    error::{Error, Result},
    store::Store,
};

/// How long a link is good.
pub const LINK_LIVES_MS: Millis = 10 * 60_000;
/// Characters of what stands in a link.
const TOKEN_CHARS: usize = 43;

/// Makes a link for an agent, and keeps its hash; returns what stands in it. Never logged.
///
/// # Errors
/// When the store cannot be written.
pub async fn make_link(store: &Store, agent: &Id, now: Millis) -> Result<String> {
    let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    store.keep_sign_in_link(&hash(&token), agent, now + LINK_LIVES_MS).await?;
    Ok(token)
}

/// Uses a link up: whom it signs in. Looked up by its hash, which tells nothing of the link behind it.
///
/// # Errors
/// [`Error::Unauthorized`] when it is not known, used or too old, or the agent is not active any more.
pub async fn follow_link(store: &Store, token: &str) -> Result<Id> {
    if token.len() != TOKEN_CHARS {
        return Err(Error::Unauthorized);
    }
    let agent = store.use_sign_in_link(&hash(token)).await?.ok_or(Error::Unauthorized)?;
    require_agent(store, &agent).await?;
    Ok(agent)
}

fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
