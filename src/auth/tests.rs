//! Tokens that must not pass, and those that must.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix_web::{App, HttpResponse, HttpServer, web};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};

use super::*;

const NOW: Millis = 1_763_632_800_000;
const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn options(mode: AuthMode, clock: &Clock) -> AuthOptions {
    AuthOptions {
        mode,
        session_secret: "another-secret-another-secret-xx".to_owned(),
        session_ttl_ms: 3_600_000,
        admin_key: Some("the-operators-own-key".to_owned()),
        clock: clock.clone(),
    }
}

fn shared(clock: &Clock) -> Authenticator {
    Authenticator::new(options(AuthMode::Hs256 { secret: SECRET.to_owned() }, clock)).unwrap()
}

fn signed(claims: &Value, secret: &str) -> String {
    encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

fn good_claims() -> Value {
    json!({"sub": "ana", "exp": NOW / 1000 + 60})
}

async fn refused(auth: &Authenticator, token: &str) -> bool {
    matches!(auth.agent(token).await, Err(Error::Unauthorized))
}

#[tokio::test]
async fn a_token_that_we_issue_speaks_for_its_agent_until_it_expires() {
    let clock = Clock::manual(NOW);
    let auth = shared(&clock);
    let token = auth.issue("ana", 60_000).unwrap();
    let claim = auth.agent(&token).await.unwrap();
    assert_eq!((&*claim.agent, claim.expires_at), ("ana", NOW + 60_000 + LEEWAY_S * 1000));
    clock.advance(60_000 + LEEWAY_S * 1000 - 1);
    assert!(auth.agent(&token).await.is_ok());
    clock.advance(1);
    assert!(refused(&auth, &token).await);
}

#[tokio::test]
async fn unsigned_wrongly_signed_and_incomplete_tokens_are_all_refused_alike() {
    let auth = shared(&Clock::manual(NOW));
    let claims = good_claims();
    let body = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let none = format!("{}.{}.", body(&json!({"alg": "none", "typ": "JWT"})), body(&claims));
    let stripped = signed(&claims, SECRET).rsplit_once('.').unwrap().0.to_owned() + ".";
    let hs512 = encode(&Header::new(Algorithm::HS512), &claims, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap();
    for token in [
        none,
        stripped,
        hs512,
        signed(&claims, "a wrong secret, just as long as it"),
        signed(&json!({"sub": "ana"}), SECRET),
        signed(&json!({"exp": NOW / 1000 + 60}), SECRET),
        signed(&json!({"sub": "", "exp": NOW / 1000 + 60}), SECRET),
        signed(&json!({"sub": "ana", "exp": "tomorrow"}), SECRET),
        signed(&json!({"sub": "ana", "exp": 1e300}), SECRET),
        signed(&json!({"sub": "ana", "exp": NOW / 1000 + 60, "nbf": NOW / 1000 + 40}), SECRET),
        String::new(),
        "no token at all".to_owned(),
    ] {
        assert!(refused(&auth, &token).await, "{token}");
    }
    assert!(auth.agent(&signed(&claims, SECRET)).await.is_ok());
}

#[tokio::test]
async fn a_cookie_is_no_token_and_a_token_is_no_cookie_even_if_the_secrets_were_the_same() {
    let clock = Clock::manual(NOW);
    let mut options = options(AuthMode::Hs256 { secret: SECRET.to_owned() }, &clock);
    options.session_secret = SECRET.to_owned();
    let auth = Authenticator::new(options).unwrap();
    let (cookie, ttl_ms) = auth.issue_session("ana").unwrap();
    assert_eq!((&*auth.session(&cookie).unwrap().agent, ttl_ms), ("ana", 3_600_000));
    assert!(refused(&auth, &cookie).await);
    assert!(matches!(auth.session(&auth.issue("ana", 60_000).unwrap()), Err(Error::Unauthorized)));
    clock.advance(ttl_ms + LEEWAY_S * 1000);
    assert!(matches!(auth.session(&cookie), Err(Error::Unauthorized)));
}

#[test]
fn a_key_is_known_by_its_hash_and_has_its_scopes_only() {
    use crate::domain::snapshot::Scope;
    let auth = shared(&Clock::manual(NOW));
    let (record, key) = new_key("helpdesk", vec![Scope::Events], NOW);
    assert!(key.starts_with(&format!("bh_{}_", record.id)) && !record.hash.contains(&key));
    let mut snapshot = Snapshot::default();
    assert_eq!(auth.key(&snapshot, &key), None);
    snapshot.api_keys.insert(record.hash.clone(), record.clone());
    let claim = auth.key(&snapshot, &key).unwrap();
    assert_eq!(claim.hash, Some(record.hash));
    assert!(claim.allows(Scope::Events) && !claim.allows(Scope::Admin));
    assert_eq!(auth.key(&snapshot, &key[..key.len() - 1]), None);
    let operator = auth.key(&snapshot, "the-operators-own-key").unwrap();
    assert_eq!(operator.hash, None);
    assert!(operator.allows(Scope::Events) && operator.allows(Scope::Admin));
}

// A provider with one key of each kind, which the tests sign with.
struct Provider {
    rsa: EncodingKey,
    rsa_public_pem: Vec<u8>,
    ec: EncodingKey,
    ed: EncodingKey,
    ed_public: Vec<u8>,
}

impl Provider {
    fn new() -> Provider {
        use openssl::{ec::EcKey, nid::Nid, pkey::PKey, rsa::Rsa};
        let rsa = Rsa::generate(2048).unwrap();
        let group = openssl::ec::EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let ec = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
        let ed = PKey::generate_ed25519().unwrap();
        Provider {
            rsa: EncodingKey::from_rsa_pem(&rsa.private_key_to_pem().unwrap()).unwrap(),
            rsa_public_pem: rsa.public_key_to_pem().unwrap(),
            ec: EncodingKey::from_ec_pem(&ec.private_key_to_pem_pkcs8().unwrap()).unwrap(),
            ed: EncodingKey::from_ed_pem(&ed.private_key_to_pem_pkcs8().unwrap()).unwrap(),
            ed_public: ed.raw_public_key().unwrap(),
        }
    }

    fn set(&self) -> Value {
        let jwk = |key: &EncodingKey, algorithm, id: &str| {
            let mut jwk = Jwk::from_encoding_key(key, algorithm).unwrap();
            jwk.common.key_id = Some(id.to_owned());
            jwk
        };
        let ed = json!({"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": URL_SAFE_NO_PAD.encode(&self.ed_public)});
        let shared = json!({"kty": "oct", "kid": "shared", "k": URL_SAFE_NO_PAD.encode(SECRET)});
        json!({"keys": [
            jwk(&self.rsa, Algorithm::RS256, "rsa"),
            jwk(&self.ec, Algorithm::ES256, "ec"),
            ed,
            shared,
        ]})
    }

    fn token(&self, algorithm: Algorithm, kid: Option<&str>, claims: &Value) -> String {
        let key = match algorithm {
            Algorithm::ES256 => &self.ec,
            Algorithm::EdDSA => &self.ed,
            _ => &self.rsa,
        };
        let header = Header { kid: kid.map(str::to_owned), ..Header::new(algorithm) };
        encode(&header, claims, key).unwrap()
    }
}

fn provided_claims() -> Value {
    json!({"sub": "ana", "exp": NOW / 1000 + 60, "iss": "https://id.example.com", "aud": ["bellhop", "desk"]})
}

fn key_set(source: JwksSource, clock: &Clock) -> Authenticator {
    let mode = AuthMode::Jwks {
        source,
        issuer: "https://id.example.com".to_owned(),
        audience: "bellhop".to_owned(),
        algorithms: vec![Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA],
    };
    Authenticator::new(options(mode, clock)).unwrap()
}

fn serve(set: Value) -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let server = HttpServer::new(move || {
        let (set, count) = (set.clone(), Arc::clone(&count));
        App::new().default_service(web::to(move || {
            count.fetch_add(1, Ordering::SeqCst);
            let answer = HttpResponse::Ok().json(&set);
            async move { answer }
        }))
    });
    let server = server.workers(1).bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/jwks.json", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    (url, asked)
}

#[actix_web::test]
async fn tokens_of_an_identity_provider_pass_with_every_kind_of_key_after_one_request() {
    let (provider, clock) = (Provider::new(), Clock::manual(NOW));
    let (url, asked) = serve(provider.set());
    let auth = key_set(JwksSource::Url(url), &clock);
    for (algorithm, kid) in [(Algorithm::RS256, "rsa"), (Algorithm::ES256, "ec"), (Algorithm::EdDSA, "ed")] {
        let claim = auth.agent(&provider.token(algorithm, Some(kid), &provided_claims())).await.unwrap();
        assert_eq!(&*claim.agent, "ana");
        assert!(auth.agent(&provider.token(algorithm, None, &provided_claims())).await.is_ok());
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[actix_web::test]
async fn a_flood_of_unknown_key_ids_asks_the_provider_once_in_thirty_seconds() {
    let (provider, clock) = (Provider::new(), Clock::manual(NOW));
    let (url, asked) = serve(provider.set());
    let auth = key_set(JwksSource::Url(url), &clock);
    for n in 0..50 {
        let token = provider.token(Algorithm::RS256, Some(&format!("made-up-{n}")), &provided_claims());
        assert!(refused(&auth, &token).await);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    clock.advance(30_000);
    let token = provider.token(Algorithm::RS256, Some("made-up"), &provided_claims());
    assert!(refused(&auth, &token).await);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[actix_web::test]
async fn wrong_issuer_wrong_audience_and_confused_keys_are_refused() {
    let (provider, clock) = (Provider::new(), Clock::manual(NOW));
    let (url, _) = serve(provider.set());
    let auth = key_set(JwksSource::Url(url), &clock);
    let with = |member: &str, value: Value| {
        let mut claims = provided_claims();
        claims[member] = value;
        provider.token(Algorithm::RS256, Some("rsa"), &claims)
    };
    assert!(auth.agent(&with("aud", json!("bellhop"))).await.is_ok());
    for token in [
        with("iss", json!("https://evil.example")),
        with("iss", Value::Null),
        with("aud", json!("another")),
        with("aud", Value::Null),
        with("exp", json!(NOW / 1000 - 31)),
        // The public key, which everybody has, used as a shared secret.
        signed_as("rsa", &provider.rsa_public_pem),
        // A shared secret that the set gives away.
        signed_as("shared", SECRET.as_bytes()),
        // The right key under another one's name, and an algorithm that is not configured.
        provider.token(Algorithm::RS256, Some("ec"), &provided_claims()),
        provider.token(Algorithm::RS512, Some("rsa"), &provided_claims()),
    ] {
        assert!(refused(&auth, &token).await, "{token}");
    }
}

fn signed_as(kid: &str, secret: &[u8]) -> String {
    let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::HS256) };
    encode(&header, &provided_claims(), &EncodingKey::from_secret(secret)).unwrap()
}

#[tokio::test]
async fn a_key_set_may_be_a_file_and_while_it_was_never_read_the_answer_is_try_again() {
    let (provider, clock) = (Provider::new(), Clock::manual(NOW));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jwks.json");
    let auth = key_set(JwksSource::File(path.clone()), &clock);
    let token = provider.token(Algorithm::ES256, Some("ec"), &provided_claims());
    assert!(matches!(auth.agent(&token).await, Err(Error::Unavailable { .. })));
    std::fs::write(&path, provider.set().to_string()).unwrap();
    clock.advance(30_000);
    let token = provider.token(Algorithm::ES256, Some("ec"), &provided_claims());
    assert_eq!(&*auth.agent(&token).await.unwrap().agent, "ana");
}

#[test]
fn a_key_set_with_a_shared_secret_algorithm_is_a_configuration_error() {
    let clock = Clock::manual(NOW);
    let mode = AuthMode::Jwks {
        source: JwksSource::Url("https://id.example.com/jwks".to_owned()),
        issuer: "i".to_owned(),
        audience: "a".to_owned(),
        algorithms: vec![Algorithm::HS256],
    };
    assert!(matches!(Authenticator::new(options(mode, &clock)), Err(Error::Config(_))));
}
