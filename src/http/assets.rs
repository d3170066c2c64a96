//! The web pages and the bell's script, which are part of the binary.

use std::borrow::Cow;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, header},
    web::{self, Bytes, ServiceConfig},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::{outer::PAGE_POLICY, problem, state_of};
use crate::delivery::web_push::{ONESIGNAL_WORKER, OneSignal};

// In debug builds read from the folder at run time, in release builds part of the binary.
#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Built;

const PAGES: &[(&str, &str)] =
    &[("/", "index.html"), ("/notifications", "notifications.html"), ("/docs", "docs.html"), ("/admin", "admin.html")];
/// The pretend helpdesk, and what was emailed there.
const DEMO_PAGES: &[(&str, &str)] = &[("/panel", "panel.html"), ("/mailbox", "mailbox.html")];

/// What every page asks for first. Names without a hash must be asked for again each time.
const ASK_AGAIN: &str = "no-cache";
/// Names with a hash in them never change their content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// What comes with a service worker's script holds for the worker itself: it asks the hub, and does nothing else.
const SERVICE_WORKER: &str = "sw.js";
const SERVICE_WORKER_POLICY: &str = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'";

/// OneSignal's service worker is OneSignal's script, and asks OneSignal alone.
const ONESIGNAL_WORKER_POLICY: &str = "default-src 'none'; script-src https://cdn.onesignal.com; \
    connect-src https://onesignal.com https://*.onesignal.com; frame-ancestors 'none'";

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Bellhop</title>\
    <h1>Bellhop is running</h1><p>Its web pages are not part of this build. <code>make web</code> builds them; \
    then build and start Bellhop again.</p><p>The interface is there: <a href=\"/openapi.json\">/openapi.json</a>.</p>";

/// Adds the pages; the pretend helpdesk only where there is a demo.
pub(super) fn register(config: &mut ServiceConfig, with_panel: bool) {
    let demo = if with_panel { DEMO_PAGES } else { &[] };
    for (path, file) in PAGES.iter().chain(demo).copied() {
        let show = move |request: HttpRequest| std::future::ready(page(&request, file));
        config.service(web::resource(path).route(web::get().to(show)).route(web::head().to(show)));
    }
    let files = web::resource("/assets/{name:.*}").route(web::get().to(hashed)).route(web::head().to(hashed));
    config.service(files);
}

/// Whatever else is asked for: a file beside the pages (`/bell.js`), or nothing.
pub(super) async fn fallback(request: HttpRequest) -> HttpResponse {
    let name = request.path().trim_start_matches('/');
    let is_asked_for = matches!(*request.method(), Method::GET | Method::HEAD);
    if is_asked_for && hosted_onesignal(&request).is_some_and(|app| app.service_worker() == request.path()) {
        return HttpResponse::Ok()
            .content_type("text/javascript; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, ASK_AGAIN))
            .insert_header((header::CONTENT_SECURITY_POLICY, ONESIGNAL_WORKER_POLICY))
            .body(ONESIGNAL_WORKER);
    }
    let may_be_file =
        is_asked_for && name.contains('.') && !name.starts_with('.') && !name.contains('/') && !name.ends_with(".html");
    match Built::get(name).filter(|_| may_be_file) {
        Some(file) => {
            let mut answer = answer(&request, name, file, ASK_AGAIN);
            // The bell's script sits in the pages of helpdesks, whichever they are.
            let everybody = header::HeaderValue::from_static("*");
            answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, everybody);
            if name == SERVICE_WORKER {
                let policy = header::HeaderValue::from_static(SERVICE_WORKER_POLICY);
                answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
            }
            answer
        }
        None => problem::no_such_path(request).await,
    }
}

fn page(request: &HttpRequest, file: &str) -> HttpResponse {
    let mut answer = match Built::get(file) {
        Some(found) => answer(request, file, found, ASK_AGAIN),
        None => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(NOT_BUILT),
    };
    if hosted_onesignal(request).is_some() {
        answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, with_onesignal());
    }
    answer
}

/// OneSignal, where Bellhop's own pages are those that it is set up for.
fn hosted_onesignal(request: &HttpRequest) -> Option<&OneSignal> {
    state_of(request).ok()?.push.onesignal().filter(|app| app.is_hosted())
}

/// What pages may do, and load OneSignal's script and talk to OneSignal.
fn with_onesignal() -> header::HeaderValue {
    let policy = PAGE_POLICY
        .replace("script-src 'self'", "script-src 'self' https://cdn.onesignal.com")
        .replace("connect-src 'self'", "connect-src 'self' https://onesignal.com https://*.onesignal.com");
    header::HeaderValue::from_str(&policy).expect("two policies of visible ASCII make one")
}

async fn hashed(request: HttpRequest) -> HttpResponse {
    let name = request.path().trim_start_matches('/').to_owned();
    match Built::get(&name) {
        Some(found) => answer(&request, &name, found, FOR_EVER),
        None => problem::no_such_path(request).await,
    }
}

fn answer(request: &HttpRequest, name: &str, file: EmbeddedFile, cache: &'static str) -> HttpResponse {
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let is_known = known.is_some_and(|tags| tags.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, cache));
    if is_known {
        return answer.finish();
    }
    let body = match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    answer.content_type(content_type(name)).body(body)
}

/// By the name's ending: the few kinds that a build of the web holds.
fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
