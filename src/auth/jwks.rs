//! The keys of an identity provider (RFC 7517): read once, kept, and read again when a token names a key that is not
//! among them, at most every 30 s, or when they have grown old.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, decode_header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse},
};

use super::{
    JwksSource,
    jwt::{Provided, read_provided},
};
use crate::{
    clock::Clock,
    domain::Millis,
    error::{Error, Result},
};

/// Milliseconds between two attempts: a flood of made-up key ids must not become a flood of requests to the provider.
const PAUSE_MS: Millis = 30_000;
/// Keys older than this are read again on their next use, so that a key that was taken back stops working.
const OLD_MS: Millis = 600_000;
const TIMEOUT: Duration = Duration::from_secs(5);
/// Far above any real set; a provider that sends more is refused.
const MAX_BYTES: usize = 1 << 20;

/// A cached key set.
pub(super) struct KeySet {
    source: JwksSource,
    algorithms: Vec<Algorithm>,
    client: reqwest::Client,
    keys: ArcSwapOption<Keys>,
    /// When it was last tried. Held while reading, so that the waiting ones share one request.
    last_try: tokio::sync::Mutex<Option<Millis>>,
    clock: Clock,
}

struct Keys {
    read_at: Millis,
    keys: Vec<Key>,
}

struct Key {
    id: Option<String>,
    family: AlgorithmFamily,
    /// The only algorithm it is for, where the set or the curve says so.
    only: Option<Algorithm>,
    decoding: DecodingKey,
}

impl KeySet {
    /// Nothing is read yet.
    pub(super) fn new(source: JwksSource, algorithms: Vec<Algorithm>, clock: Clock) -> Result<KeySet> {
        if algorithms.is_empty() || algorithms.iter().any(|algorithm| algorithm.family() == AlgorithmFamily::Hmac) {
            return Err(Error::Config("auth.algorithms must be public-key ones, RS256, ES256 or EdDSA".to_owned()));
        }
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| Error::Config(format!("auth.jwks_url: no HTTP client could be made: {error}")))?;
        let (keys, last_try) = (ArcSwapOption::empty(), tokio::sync::Mutex::new(None));
        Ok(KeySet { source, algorithms, client, keys, last_try, clock })
    }

    /// Checks a token with the key that it names.
    pub(super) async fn check(&self, token: &str, issuer: &str, audience: &str) -> Result<Provided> {
        let header = decode_header(token).map_err(|_| Error::Unauthorized)?;
        if !self.algorithms.contains(&header.alg) {
            return Err(Error::Unauthorized);
        }
        let keys = self.keys_for(header.kid.as_deref(), header.alg).await?;
        let key = keys.find(header.kid.as_deref(), header.alg).ok_or(Error::Unauthorized)?;
        read_provided(token, header.alg, &key.decoding, issuer, audience)
    }

    async fn keys_for(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<Arc<Keys>> {
        if let Some(keys) = self.keys.load_full() {
            let fresh = self.clock.now() - keys.read_at < OLD_MS;
            let known = keys.find(kid, algorithm).is_some();
            // Old keys go on being used while somebody else reads new ones.
            if known && (fresh || self.last_try.try_lock().is_err()) {
                return Ok(keys);
            }
        }
        self.read_again(kid, algorithm).await?;
        self.keys
            .load_full()
            .ok_or_else(|| Error::Unavailable { reason: "the identity provider's keys cannot be read".to_owned() })
    }

    async fn read_again(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<()> {
        let mut last_try = self.last_try.lock().await;
        let now = self.clock.now();
        let known = self
            .keys
            .load()
            .as_ref()
            .is_some_and(|keys| now - keys.read_at < OLD_MS && keys.find(kid, algorithm).is_some());
        if known || last_try.is_some_and(|at| now - at < PAUSE_MS) {
            return Ok(());
        }
        *last_try = Some(now);
        match self.fetch().await {
            Ok(keys) => self.keys.store(Some(Arc::new(Keys { read_at: now, keys }))),
            Err(reason) => tracing::warn!(%reason, "the identity provider's keys could not be read"),
        }
        Ok(())
    }

    async fn fetch(&self) -> Result<Vec<Key>, String> {
        let text = match &self.source {
            JwksSource::File(path) => read_file(path.clone()).await?,
            JwksSource::Url(url) => self.download(url).await.map_err(|error| error.to_string())?,
        };
        let set: JwkSet = serde_json::from_slice(&text).map_err(|error| format!("no key set: {error}"))?;
        Ok(set.keys.iter().filter_map(Key::read).collect())
    }

    async fn download(&self, url: &str) -> reqwest::Result<Vec<u8>> {
        let mut answer = self.client.get(url).send().await?.error_for_status()?;
        let mut text = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            text.extend_from_slice(&chunk);
            if text.len() > MAX_BYTES {
                // Cut off here, the set is no JSON and will be refused as such.
                break;
            }
        }
        Ok(text)
    }
}

async fn read_file(path: std::path::PathBuf) -> Result<Vec<u8>, String> {
    let read = tokio::task::spawn_blocking(move || std::fs::read(path));
    read.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}

impl Keys {
    /// The key of that id, or, for a token that names none, the only one that fits.
    fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        let mut fitting = self.keys.iter().filter(|key| key.fits(algorithm));
        match kid {
            Some(kid) => fitting.find(|key| key.id.as_deref() == Some(kid)),
            None => fitting.next().filter(|_| fitting.next().is_none()),
        }
    }
}

impl Key {
    /// Takes a public signing key; a shared secret or an encryption key in the set is passed over.
    fn read(jwk: &Jwk) -> Option<Key> {
        if jwk.common.public_key_use.as_ref().is_some_and(|for_what| *for_what != PublicKeyUse::Signature) {
            return None;
        }
        let (family, only) = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => (AlgorithmFamily::Rsa, None),
            AlgorithmParameters::EllipticCurve(curve) => (AlgorithmFamily::Ec, Some(algorithm_of(&curve.curve)?)),
            AlgorithmParameters::OctetKeyPair(pair) => (AlgorithmFamily::Ed, Some(algorithm_of(&pair.curve)?)),
            AlgorithmParameters::OctetKey(_) => return None,
        };
        let named = match &jwk.common.key_algorithm {
            Some(name) => Some(name.to_string().parse().ok()?),
            None => None,
        };
        let decoding = DecodingKey::from_jwk(jwk).ok()?;
        Some(Key { id: jwk.common.key_id.clone(), family, only: named.or(only), decoding })
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        self.family == algorithm.family() && self.only.is_none_or(|only| only == algorithm)
    }
}

fn algorithm_of(curve: &EllipticCurve) -> Option<Algorithm> {
    match curve {
        EllipticCurve::P256 => Some(Algorithm::ES256),
        EllipticCurve::P384 => Some(Algorithm::ES384),
        EllipticCurve::Ed25519 => Some(Algorithm::EdDSA),
        _ => None,
    }
}
