//! What the pages of the demo ask for: `GET /demo/state`, from which the pretend helpdesk in the browser starts, and
//! `GET /demo/mailbox`, what was emailed. They exist in demo mode only, which listens on loopback only.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY},
    web::{self, Data, Path, ServiceConfig},
};
use serde_json::{Value, json};

use super::AppState;
use crate::{
    delivery::email::{Listed, Mail, Mailbox},
    domain::time::to_rfc3339,
    error::{Error, Result},
};

/// Of an email as a page: it runs nothing, loads nothing from elsewhere, and has no origin. Its links open in a tab of
/// their own, which is free of this.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
    style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'";

pub(super) fn register(config: &mut ServiceConfig) {
    config.service(web::resource("/demo/state").route(web::get().to(state)));
    config.service(web::resource("/demo/mailbox").route(web::get().to(mails)));
    config.service(web::resource("/demo/mailbox/{id}").route(web::get().to(mail)));
    config.service(web::resource("/demo/mailbox/{id}/text").route(web::get().to(text)));
}

async fn state(request: HttpRequest, state: Data<AppState>) -> Result<HttpResponse> {
    let demo = state.demo.as_ref().filter(|_| names_this_machine(&request)).ok_or(Error::NotFound("demo"))?;
    Ok(HttpResponse::Ok().json(demo()))
}

/// What was emailed, newest first.
async fn mails(request: HttpRequest, state: Data<AppState>) -> Result<HttpResponse> {
    let mailbox = mailbox(&request, &state)?;
    let listed = off_thread(move || mailbox.list()).await?;
    let items: Vec<Value> = listed.into_iter().map(shown).collect();
    Ok(HttpResponse::Ok().json(json!({"items": items})))
}

/// An email as its reader's program shows it.
async fn mail(request: HttpRequest, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    let html = find(&request, &state, id).await?.html;
    // Within a frame the pages behind the links would be refused.
    let html = html.replacen("<head>", "<head><base target=\"_blank\">", 1);
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CONTENT_SECURITY_POLICY, MAIL_POLICY)).insert_header((REFERRER_POLICY, "no-referrer"));
    Ok(answer.content_type("text/html; charset=utf-8").body(html))
}

/// The same email's plain text.
async fn text(request: HttpRequest, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    let text = find(&request, &state, id).await?.text;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text))
}

fn shown(mail: Listed) -> Value {
    let Listed { id, from, to, subject, at } = mail;
    json!({"id": id, "from": from, "to": to, "subject": subject, "date": to_rfc3339(at)})
}

async fn find(request: &HttpRequest, state: &AppState, id: Path<String>) -> Result<Mail> {
    let mailbox = mailbox(request, state)?;
    off_thread(move || mailbox.read(&id)).await?.ok_or(Error::NotFound("email"))
}

fn mailbox(request: &HttpRequest, state: &AppState) -> Result<Mailbox> {
    let mailer = state.mailer.as_ref().filter(|_| names_this_machine(request));
    mailer.and_then(|mailer| mailer.mailbox()).ok_or(Error::NotFound("mailbox"))
}

/// Reading files takes its time, which no socket of this thread should wait for.
async fn off_thread<T: Send + 'static>(read: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T> {
    let failed = |error: &dyn std::fmt::Display| Error::Internal(format!("the mailbox: {error}"));
    let read = tokio::task::spawn_blocking(read).await.map_err(|error| failed(&error))?;
    read.map_err(|error| failed(&error))
}

/// A page elsewhere whose host name was made to lead to this machine names that host, and gets nothing.
fn names_this_machine(request: &HttpRequest) -> bool {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.ends_with(']') { host } else { name });
    ["127.0.0.1", "localhost", "[::1]"].contains(&name)
}
