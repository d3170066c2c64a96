//! A push service that refuses what its vendor's refuses, on this machine, in plain HTTP under the vendor's own name.

use std::{
    collections::VecDeque,
    net::TcpListener,
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    http::StatusCode,
    web::{self, Bytes},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    Fcm,
    Mozilla,
    Apple,
    Windows,
}

pub const VENDORS: [Vendor; 4] = [Vendor::Fcm, Vendor::Mozilla, Vendor::Apple, Vendor::Windows];

impl Vendor {
    pub fn host(self) -> &'static str {
        match self {
            Vendor::Fcm => "fcm.googleapis.com",
            Vendor::Mozilla => "updates.push.services.mozilla.com",
            Vendor::Apple => "web.push.apple.com",
            Vendor::Windows => "wns2-par02p.notify.windows.com",
        }
    }
}

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What it answers next instead of what its rules say.
pub struct Scripted {
    pub status: u16,
    pub headers: Vec<(&'static str, &'static str)>,
    pub body: &'static str,
    pub after: Duration,
}

struct State {
    vendor: Vendor,
    origin: String,
    key: Mutex<String>,
    seen: Mutex<Vec<Seen>>,
    script: Mutex<VecDeque<Scripted>>,
}

pub struct Fake {
    pub port: u16,
    state: Arc<State>,
    handle: ServerHandle,
}

impl Fake {
    pub async fn start(vendor: Vendor) -> Fake {
        Fake::named(vendor, vendor.host()).await
    }

    /// Under another name than the vendor's.
    pub async fn named(vendor: Vendor, host: &str) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let origin = format!("http://{host}:{port}");
        let state = State { vendor, origin, key: Mutex::default(), seen: Mutex::default(), script: Mutex::default() };
        let state = Arc::new(state);
        let shared = state.clone();
        let make = move || {
            let state = web::Data::from(shared.clone());
            App::new().app_data(state).default_service(web::to(take))
        };
        let server = HttpServer::new(make).workers(1).disable_signals().listen(listener).unwrap().run();
        let handle = server.handle();
        tokio::spawn(server);
        Fake { port, state, handle }
    }

    pub fn origin(&self) -> String {
        self.state.origin.clone()
    }

    /// The key that the subscription was made with.
    pub fn expects_key(&self, key: &str) {
        key.clone_into(&mut self.state.key.lock().unwrap());
    }

    pub fn answers(&self, status: u16, headers: &[(&'static str, &'static str)], body: &'static str) {
        self.scripted(Scripted { status, headers: headers.to_vec(), body, after: Duration::ZERO });
    }

    pub fn scripted(&self, answer: Scripted) {
        self.state.script.lock().unwrap().push_back(answer);
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().unwrap().clone()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

async fn take(request: HttpRequest, body: Bytes, state: web::Data<State>) -> HttpResponse {
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
    let seen = Seen { headers: headers.collect(), body: body.to_vec() };
    state.seen.lock().unwrap().push(seen.clone());
    let scripted = state.script.lock().unwrap().pop_front();
    if let Some(Scripted { status, headers, body, after }) = scripted {
        tokio::time::sleep(after).await;
        let mut answer = HttpResponse::build(StatusCode::from_u16(status).unwrap());
        for header in headers {
            answer.insert_header(header);
        }
        return answer.body(body);
    }
    if request.method() != "POST" {
        return HttpResponse::MethodNotAllowed().finish();
    }
    let key = state.key.lock().unwrap().clone();
    match check(&seen, state.vendor, &state.origin, &key) {
        Ok(()) => HttpResponse::Created().insert_header(("location", format!("{}/m/1", state.origin))).finish(),
        Err((status, reason)) => {
            let mut answer = HttpResponse::build(StatusCode::from_u16(status).unwrap());
            if state.vendor == Vendor::Windows {
                answer.insert_header(("x-wns-error-description", reason));
            }
            answer.json(serde_json::json!({"reason": reason}))
        }
    }
}

type Rule = Result<(), (u16, &'static str)>;

fn check(seen: &Seen, vendor: Vendor, origin: &str, key: &str) -> Rule {
    check_headers(seen, vendor)?;
    check_body(seen)?;
    check_signature(seen, vendor, origin, key)
}

fn ensure(holds: bool, status: u16, reason: &'static str) -> Rule {
    if holds { Ok(()) } else { Err((status, reason)) }
}

fn check_headers(seen: &Seen, vendor: Vendor) -> Rule {
    let ttl: Option<u64> = seen.header("ttl").and_then(|ttl| ttl.parse().ok());
    ensure(ttl.is_some_and(|ttl| ttl <= 2_419_200), 400, "BadTtl")?;
    if vendor == Vendor::Windows && ttl == Some(0) {
        ensure(
            seen.header("x-wns-cache-policy") == Some("no-cache"),
            400,
            "Ttl value conflicts with X-WNS-Cache-Policy",
        )?;
    }
    if let Some(topic) = seen.header("topic") {
        let underscores = vendor != Vendor::Apple;
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || (underscores && c == '_');
        ensure((1..=32).contains(&topic.len()) && topic.chars().all(fits), 400, "BadWebPushTopic")?;
    }
    if let Some(urgency) = seen.header("urgency") {
        ensure(["very-low", "low", "normal", "high"].contains(&urgency), 400, "BadUrgency")?;
    }
    ensure(seen.header("content-encoding") == Some("aes128gcm"), 400, "BadEncoding")?;
    ensure(seen.header("content-type") == Some("application/octet-stream"), 400, "BadContentType")
}

/// RFC 8188 §2.1: salt, record size, and the sender's key as an uncompressed point.
fn check_body(seen: &Seen) -> Rule {
    let body = &seen.body;
    ensure(body.len() <= 4_096, 413, "PayloadTooLarge")?;
    ensure(body.len() > 16 + 4 + 1 + 65 + 17, 400, "BadBody")?;
    let record = u32::from_be_bytes([body[16], body[17], body[18], body[19]]);
    ensure(record >= 18 && body[20] == 65 && body[21] == 4, 400, "BadBody")
}

fn check_signature(seen: &Seen, vendor: Vendor, origin: &str, key: &str) -> Rule {
    let refused = if vendor == Vendor::Mozilla { 401 } else { 403 };
    let authorization = seen.header("authorization").and_then(|value| value.strip_prefix("vapid "));
    let parts = authorization.and_then(|value| value.split_once(',')).ok_or((refused, "BadAuthorization"))?;
    let (token, given) = (parts.0.trim().strip_prefix("t="), parts.1.trim().strip_prefix("k="));
    let (Some(token), Some(given)) = (token, given) else { return Err((refused, "BadAuthorization")) };
    ensure(given == key, refused, "VapidPkHashMismatch")?;
    let point = URL_SAFE_NO_PAD.decode(given).map_err(|_| (refused, "BadKey"))?;
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
    let key = DecodingKey::from_ec_components(&x, &y).map_err(|_| (refused, "BadKey"))?;
    let mut rules = Validation::new(Algorithm::ES256);
    rules.set_audience(&[origin]);
    rules.set_required_spec_claims(&["aud", "exp"]);
    rules.leeway = 0;
    let claims = jsonwebtoken::decode::<Value>(token, &key, &rules).map_err(|_| (refused, "BadJwtToken"))?.claims;
    let now = bellhop::clock::Clock::System.now() / 1000;
    ensure(claims["exp"].as_i64().is_some_and(|exp| exp <= now + 86_400), refused, "ExpiredJwtToken")?;
    let subject = claims["sub"].as_str().unwrap_or_default();
    let leads_somewhere = (subject.starts_with("mailto:") || subject.starts_with("https://"))
        && !subject.contains("localhost")
        && !subject.ends_with(".invalid");
    ensure(vendor != Vendor::Apple || leads_somewhere, refused, "BadJwtToken")
}
