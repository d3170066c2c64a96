//! Tokens of agents and the session cookies of the bundled pages.
//!
//! The two are told apart by key and by audience: a cookie is no token, and a token is no cookie.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use super::{
    AgentClaim, AuthMode, AuthOptions, Caller, KeyClaim,
    api_key::AdminKey,
    jwks::KeySet,
    rate_limit::{FailureLimit, Verdict},
};
use crate::{
    clock::Clock,
    domain::{Id, Millis, snapshot::Snapshot},
    error::{Error, Result},
};

/// Seconds that clocks may differ.
pub const LEEWAY_S: i64 = 30;

/// Name of the cookie that the bundled pages sign in with.
pub const SESSION_COOKIE: &str = "bellhop_session";

const SESSION_AUDIENCE: &str = "bellhop-session";

/// Tells who is calling. One per server, shared by all its threads.
pub struct Authenticator {
    tokens: Tokens,
    sessions: Shared,
    session_ttl_ms: i64,
    admin_key: Option<AdminKey>,
    failures: FailureLimit,
    clock: Clock,
}

enum Tokens {
    Shared(Box<Shared>),
    KeySet { keys: Box<KeySet>, issuer: String, audience: String },
}

/// A secret that signs and checks.
struct Shared {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

/// What is read of a token.
#[derive(Debug, Deserialize)]
struct Claims {
    sub: String,
    // A NumericDate may carry a fraction (RFC 7519 §2).
    exp: f64,
    #[serde(default)]
    nbf: Option<f64>,
    #[serde(default)]
    aud: Option<serde_json::Value>,
}

/// What is written into one.
#[derive(Debug, Serialize)]
struct Issued<'a> {
    sub: &'a str,
    exp: i64,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
}

impl Authenticator {
    /// Reads the keys out of the options.
    ///
    /// # Errors
    /// When a secret is empty, or the algorithms do not go with a key set.
    pub fn new(options: AuthOptions) -> Result<Authenticator> {
        let clock = options.clock;
        let tokens = match options.mode {
            AuthMode::Hs256 { secret } => Tokens::Shared(Box::new(Shared::new(&secret, None)?)),
            AuthMode::Jwks { source, issuer, audience, algorithms } => {
                let keys = Box::new(KeySet::new(source, algorithms, clock.clone())?);
                Tokens::KeySet { keys, issuer, audience }
            }
        };
        Ok(Authenticator {
            tokens,
            sessions: Shared::new(&options.session_secret, Some(SESSION_AUDIENCE))?,
            session_ttl_ms: options.session_ttl_ms,
            admin_key: options.admin_key.as_deref().map(AdminKey::new),
            failures: FailureLimit::default(),
            clock,
        })
    }

    /// Whom a token of the helpdesk speaks for. That the agent exists is for the caller to check.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] whatever is wrong with it; [`Error::Unavailable`] while the identity provider's keys
    /// have never been read.
    pub async fn agent(&self, token: &str) -> Result<AgentClaim> {
        let claims = match &self.tokens {
            Tokens::Shared(shared) => shared.read(token)?,
            Tokens::KeySet { keys, issuer, audience } => keys.read(token, issuer, audience).await?,
        };
        if claims.aud.as_ref().is_some_and(|aud| aud == SESSION_AUDIENCE) {
            return Err(Error::Unauthorized);
        }
        self.claim(claims)
    }

    /// Whom a session cookie speaks for. That the agent exists is for the caller to check.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] whatever is wrong with it.
    pub fn session(&self, cookie: &str) -> Result<AgentClaim> {
        self.claim(self.sessions.read(cookie)?)
    }

    /// A token for `agent` that is good for `ttl_ms`.
    ///
    /// # Errors
    /// [`Error::Config`] when tokens are made by an identity provider.
    pub fn issue(&self, agent: &str, ttl_ms: i64) -> Result<String> {
        match &self.tokens {
            Tokens::Shared(shared) => shared.write(agent, self.clock.now(), ttl_ms, None),
            Tokens::KeySet { .. } => {
                Err(Error::Config("tokens are made by the identity provider of auth.jwks_url".to_owned()))
            }
        }
    }

    /// A session cookie's value for `agent`, and how many milliseconds it is good for.
    ///
    /// # Errors
    /// When it cannot be signed, which would be a fault of the library.
    pub fn issue_session(&self, agent: &str) -> Result<(String, i64)> {
        let ttl_ms = self.session_ttl_ms;
        let value = self.sessions.write(agent, self.clock.now(), ttl_ms, Some(SESSION_AUDIENCE))?;
        Ok((value, ttl_ms))
    }

    /// What an API key may do; none when it is not known in `snapshot`.
    pub fn key(&self, snapshot: &Snapshot, presented: &str) -> Option<KeyClaim> {
        super::api_key::find(self.admin_key.as_ref(), snapshot, presented)
    }

    /// Counts a failed authentication: the refusal to answer with, 429 above 100 a minute from one address.
    pub fn failed(&self, caller: Caller) -> Error {
        match self.failures.note(caller, self.clock.now()) {
            Verdict::Within => Error::Unauthorized,
            Verdict::Above { retry_after_s } => Error::TooMany { retry_after_s },
        }
    }

    /// Whether an unknown key is worth a look into the store: always below the limit of failures, once a second above.
    pub fn may_look_up(&self, caller: Caller) -> bool {
        self.failures.may_look_up(caller, self.clock.now())
    }

    fn claim(&self, claims: Claims) -> Result<AgentClaim> {
        let now = self.clock.now();
        let expires_at = millis(claims.exp)?.saturating_add(LEEWAY_S * 1000);
        let not_before = claims.nbf.map(millis).transpose()?.map_or(0, |at| at - LEEWAY_S * 1000);
        if claims.sub.is_empty() || expires_at <= now || not_before > now {
            return Err(Error::Unauthorized);
        }
        Ok(AgentClaim { agent: Id::from(claims.sub), expires_at })
    }
}

impl Shared {
    fn new(secret: &str, audience: Option<&str>) -> Result<Shared> {
        if secret.is_empty() {
            return Err(Error::Config("auth: a signing secret must not be empty".to_owned()));
        }
        let mut validation = plain_validation(Algorithm::HS256);
        if let Some(audience) = audience {
            validation.validate_aud = true;
            validation.set_audience(&[audience]);
            validation.set_required_spec_claims(&["exp", "sub", "aud"]);
        }
        Ok(Shared {
            encoding: EncodingKey::from_secret(secret.as_bytes()),
            decoding: DecodingKey::from_secret(secret.as_bytes()),
            validation,
        })
    }

    fn read(&self, token: &str) -> Result<Claims> {
        read_with(token, &self.decoding, &self.validation)
    }

    fn write(&self, agent: &str, now: Millis, ttl_ms: i64, audience: Option<&str>) -> Result<String> {
        let claims = Issued { sub: agent, exp: (now + ttl_ms) / 1000, iat: now / 1000, aud: audience };
        encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|error| Error::Internal(format!("a token could not be signed: {error}")))
    }
}

/// Signature and presence of claims; the times are checked on our own clock.
fn plain_validation(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.set_required_spec_claims(&["exp", "sub"]);
    validation
}

/// Reads a token of an identity provider: `iss` and `aud` must be there and right.
pub(super) fn read_provided(
    token: &str,
    algorithm: Algorithm,
    key: &DecodingKey,
    issuer: &str,
    audience: &str,
) -> Result<Provided> {
    let mut validation = plain_validation(algorithm);
    validation.validate_aud = true;
    validation.set_audience(&[audience]);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["exp", "sub", "iss", "aud"]);
    read_with(token, key, &validation).map(Provided)
}

/// Claims whose signature, issuer and audience are right.
pub(super) struct Provided(Claims);

impl KeySet {
    async fn read(&self, token: &str, issuer: &str, audience: &str) -> Result<Claims> {
        self.check(token, issuer, audience).await.map(|provided| provided.0)
    }
}

fn read_with(token: &str, key: &DecodingKey, validation: &Validation) -> Result<Claims> {
    match decode::<Claims>(token, key, validation) {
        Ok(data) => Ok(data.claims),
        Err(error) => {
            tracing::debug!(reason = %error, "a token was refused");
            Err(Error::Unauthorized)
        }
    }
}

/// A NumericDate in milliseconds; what no clock holds is refused.
fn millis(seconds: f64) -> Result<Millis> {
    const YEAR_9999: f64 = 253_402_300_799.0;
    if !(0.0..=YEAR_9999).contains(&seconds) {
        return Err(Error::Unauthorized);
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked to lie between 1970 and 9999")]
    Ok((seconds * 1000.0) as Millis)
}
