//! Who is calling: agents by a token of the helpdesk or the session cookie of the bundled pages, producers and
//! administrators by API key. Used by `http` and `live`; answers with a claim or with one refusal for everything.

mod api_key;
mod jwks;
mod jwt;
mod link_limit;
mod origin;
mod rate_limit;
mod sign_in_link;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::path::PathBuf;

pub use self::{
    api_key::{KEY_PREFIX, KeyClaim, create_key, list_keys, new_key, revoke_key},
    jwt::{Authenticator, LEEWAY_S, SESSION_COOKIE},
    link_limit::{Asked, LinkLimit},
    origin::Origins,
    sign_in_link::{LINK_LIVES_MS, follow_link, make_link},
};
use crate::{
    clock::Clock,
    domain::{
        Id, Millis,
        directory::{Agent, AgentStatus},
        snapshot::Snapshot,
    },
    error::{Error, Result},
    store::Store,
};

/// Algorithms that an identity provider's keys may sign with.
pub use jsonwebtoken::Algorithm;

/// Everything that authentication needs to know.
#[derive(Debug, Clone)]
pub struct AuthOptions {
    /// How agents' tokens are signed.
    pub mode: AuthMode,
    /// Signs the cookies of the bundled pages; another one than the agents' tokens'.
    pub session_secret: String,
    /// How long such a cookie lives, in milliseconds.
    pub session_ttl_ms: i64,
    /// An API key with every scope that the environment gives (`BELLHOP_AUTH__ADMIN_KEY`).
    pub admin_key: Option<String>,
    /// Where the time comes from.
    pub clock: Clock,
}

/// How agents' tokens are signed. Fixed by the configuration, never chosen by a token.
#[derive(Debug, Clone)]
pub enum AuthMode {
    /// One secret that the helpdesk and Bellhop share.
    Hs256 {
        /// At least 32 bytes.
        secret: String,
    },
    /// Keys of an identity provider.
    Jwks {
        /// Where they are.
        source: JwksSource,
        /// `iss` that a token must carry.
        issuer: String,
        /// `aud` that a token must carry.
        audience: String,
        /// Of RS256, ES256, EdDSA and their kin; none with a shared secret.
        algorithms: Vec<Algorithm>,
    },
}

/// Where an identity provider's keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JwksSource {
    /// `https://…/.well-known/jwks.json`
    Url(String),
    /// A file on this machine.
    File(PathBuf),
}

/// Whom a token or cookie speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentClaim {
    /// `sub`.
    pub agent: Id,
    /// From then on it is not accepted any more, leeway included.
    pub expires_at: Millis,
}

/// The agent of that id in `snapshot`, unless they are inactive (D-15).
pub fn active_agent<'a>(snapshot: &'a Snapshot, id: &str) -> Option<&'a Agent> {
    snapshot.directory.agent(id).filter(|agent| agent.status != AgentStatus::Inactive)
}

/// Checks that an agent exists and is not inactive; whoever is not known yet is looked for in the store once.
///
/// # Errors
/// [`Error::Unauthorized`] when there is no such agent; the store's when it cannot be asked.
pub async fn require_agent(store: &Store, id: &str) -> Result<()> {
    if active_agent(&store.snapshot(), id).is_some() {
        return Ok(());
    }
    match active_agent(&*store.refresh().await?, id) {
        Some(_) => Ok(()),
        None => Err(Error::Unauthorized),
    }
}

/// Where a caller is, as the limit of failures counts them. Behind a proxy all callers share one address.
pub type Caller = Option<IpAddr>;
