//! The session cookie of the bundled pages, and which pages may use it.

use serde_json::json;

use crate::{
    harness::{HubOptions, TestHub, token},
    http_raw::{Raw, request},
};

async fn sign_in(hub: &TestHub, agent: &str) -> Raw {
    request(hub, "POST", "/session").json(&json!({"token": token(agent)})).send().await
}

/// The cookie as a browser sends it back.
fn cookie_of(answer: &Raw) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn token_becomes_a_cookie_that_no_script_reads_and_the_cookie_opens_the_inbox() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let answer = sign_in(&hub, "ana").await;
    assert_eq!((answer.status, &answer.json()["agent"]), (200, &json!("ana")));
    let set = answer.header("set-cookie");
    for attribute in ["bellhop_session=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="] {
        assert!(set.contains(attribute), "{attribute} in {set}");
    }
    assert!(!set.contains("Secure"), "the hub is not reached over TLS");
    let me = request(&hub, "GET", "/api/v1/me").header("cookie", &cookie_of(&answer)).send().await.ok();
    assert_eq!(me["agent"]["id"], "ana");
    let out = request(&hub, "DELETE", "/session").header("cookie", &cookie_of(&answer)).send().await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
}

#[tokio::test]
async fn cookie_is_for_tls_only_where_the_hub_is_reached_over_tls() {
    let options = HubOptions::default().with("BELLHOP_HTTP__PUBLIC_URL", "https://bell.example.com");
    let hub = TestHub::with(options).await;
    hub.agent("ana").create().await;
    assert!(sign_in(&hub, "ana").await.header("set-cookie").contains("Secure"));
}

#[tokio::test]
async fn writes_under_the_cookie_come_from_our_own_pages_or_listed_ones_only() {
    let options = HubOptions::default().with("BELLHOP_HTTP__ALLOWED_ORIGINS", "https://desk.example.com");
    let hub = TestHub::with(options).await;
    hub.agent("ana").create().await;
    let cookie = cookie_of(&sign_in(&hub, "ana").await);
    let own = format!("http://{}", hub.addr());
    let write = |origin: Option<&str>| {
        let post = request(&hub, "POST", "/api/v1/me/notifications/seen").header("cookie", &cookie).json(&json!({}));
        match origin {
            Some(origin) => post.header("origin", origin),
            None => post,
        }
    };
    write(Some(&own)).send().await.ok();
    write(Some("https://desk.example.com")).send().await.ok();
    write(Some("https://evil.example")).send().await.problem(403, "auth.forbidden");
    write(Some("null")).send().await.problem(403, "auth.forbidden");
    write(None).send().await.problem(403, "auth.forbidden");
    let with_token = request(&hub, "POST", "/api/v1/me/notifications/seen").agent("ana").json(&json!({}));
    with_token.header("origin", "https://evil.example").send().await.ok();
}

#[tokio::test]
async fn foreign_page_can_sign_nobody_in_or_out() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let body = json!({"token": token("ana")});
    let foreign = || ("origin", "https://evil.example");
    let (name, value) = foreign();
    request(&hub, "POST", "/session").header(name, value).json(&body).send().await.problem(403, "auth.forbidden");
    request(&hub, "DELETE", "/session").header(name, value).send().await.problem(403, "auth.forbidden");
}

#[tokio::test]
async fn cookie_is_no_token_a_token_is_no_cookie_and_neither_helps_who_is_inactive() {
    let hub = TestHub::start().await;
    hub.agent("ana").create().await;
    let cookie = cookie_of(&sign_in(&hub, "ana").await);
    let value = cookie.split_once('=').unwrap().1.to_owned();
    request(&hub, "GET", "/api/v1/me").bearer(&value).send().await.problem(401, "auth.required");
    let swapped = format!("bellhop_session={}", token("ana"));
    request(&hub, "GET", "/api/v1/me").header("cookie", &swapped).send().await.problem(401, "auth.required");
    request(&hub, "POST", "/session").json(&json!({"token": value})).send().await.problem(401, "auth.required");
    sign_in(&hub, "nobody").await.problem(401, "auth.required");
    hub.directory(json!({"agents": [{"id": "ana", "status": "inactive"}]})).await;
    request(&hub, "GET", "/api/v1/me").header("cookie", &cookie).send().await.problem(401, "auth.required");
}

#[tokio::test]
async fn agents_of_an_identity_provider_sign_in_with_its_keys_and_with_no_shared_secret() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
    let key = openssl::pkey::PKey::generate_ed25519().unwrap();
    let public = URL_SAFE_NO_PAD.encode(key.raw_public_key().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jwks.json");
    let set = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "one", "use": "sig", "x": public}]});
    std::fs::write(&file, set.to_string()).unwrap();
    let options = HubOptions::default()
        .with("BELLHOP_AUTH__JWT_SECRET", "")
        .with("BELLHOP_AUTH__JWKS_FILE", file.display())
        .with("BELLHOP_AUTH__ISSUER", "https://id.example.com")
        .with("BELLHOP_AUTH__AUDIENCE", "bellhop");
    let hub = TestHub::with(options).await;
    hub.agent("ana").create().await;
    let private = EncodingKey::from_ed_pem(&key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    let header = Header { kid: Some("one".to_owned()), ..Header::new(Algorithm::EdDSA) };
    let issue = |audience: &str| {
        let claims = json!({"sub": "ana", "exp": 4_102_444_800_i64, "iss": "https://id.example.com", "aud": audience});
        encode(&header, &claims, &private).unwrap()
    };
    let me = request(&hub, "GET", "/api/v1/me").bearer(&issue("bellhop")).send().await.ok();
    assert_eq!(me["agent"]["id"], "ana");
    request(&hub, "GET", "/api/v1/me").bearer(&issue("another")).send().await.problem(401, "auth.required");
    request(&hub, "GET", "/api/v1/me").agent("ana").send().await.problem(401, "auth.required");
    let signed_in = request(&hub, "POST", "/session").json(&json!({"token": issue("bellhop")})).send().await;
    let cookie = cookie_of(&signed_in);
    request(&hub, "GET", "/api/v1/me").header("cookie", &cookie).send().await.ok();
}
