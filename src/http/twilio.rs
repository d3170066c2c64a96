//! `POST /hooks/twilio/status` and `/inbound`: how far text messages have come, and what people answer. Signed by Twilio
//! with the account's token over the address that it called, which is below `http.public_url`.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Payload},
};

use super::{AppState, body::read, problem::Problem, who::caller};
use crate::{
    delivery::sms::signature::is_genuine,
    domain::sms::{OptWord, ReceivedSms, SmsStatus, normalize},
    error::{Error, Result},
    store::Received,
};

/// A text of 1,600 characters, each of them escaped, with the addresses of ten pictures.
const MAX_BYTES: usize = 64 << 10;
/// Twilio's ids have 34 characters, ours 36.
const MAX_ID_BYTES: usize = 64;
/// Pictures of one message at most (Twilio: ten).
const MAX_MEDIA: usize = 10;
/// "Nothing to answer", in TwiML.
const NO_ANSWER: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#;

/// Takes in how far a text message has come
///
/// Twilio's status callback. What is told twice or too late changes nothing.
#[utoipa::path(
    post, path = "/hooks/twilio/status", tag = "Text messages",
    params(("delivery" = Option<String>, Query, description = "the delivery that the message is of")),
    request_body(content = Object, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 204), (status = 403, body = Problem), (status = 404, body = Problem, description = "no account is set up"),
        (status = 413, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
    )
)]
pub async fn status(state: Data<AppState>, request: HttpRequest, mut payload: Payload) -> Result<HttpResponse> {
    let form = Form::read(&state, &request, &mut payload, "/hooks/twilio/status").await?;
    let sid = form.id("MessageSid").or_else(|| form.id("SmsSid")).ok_or_else(incomplete)?;
    let status = form.get("MessageStatus").or_else(|| form.get("SmsStatus")).ok_or_else(incomplete)?;
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let delivery = query.into_owned().find(|(name, _)| name == "delivery").map(|(_, value)| value);
    let delivery = delivery.filter(|delivery| is_id(delivery));
    let error_code = form.get("ErrorCode").and_then(|code| code.parse().ok()).filter(|code| *code != 0);
    let news = SmsStatus { sid, delivery, status: status.to_owned(), error_code };
    let is_new = state.store.note_sms_status(news).await?;
    count(&state, if is_new { "accepted" } else { "ignored" });
    Ok(HttpResponse::NoContent().finish())
}

/// Takes in a text message that somebody sent
///
/// Twilio's webhook of incoming messages. STOP and START change the list of those who get none; everything else goes to
/// whoever wants `sms.received`. Answered without an answer: Twilio itself confirms STOP and explains HELP.
#[utoipa::path(
    post, path = "/hooks/twilio/inbound", tag = "Text messages",
    request_body(content = Object, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, content_type = "text/xml", body = String), (status = 403, body = Problem),
        (status = 404, body = Problem, description = "no account is set up"), (status = 413, body = Problem),
        (status = 422, body = Problem), (status = 503, body = Problem),
    )
)]
pub async fn inbound(state: Data<AppState>, request: HttpRequest, mut payload: Payload) -> Result<HttpResponse> {
    let form = Form::read(&state, &request, &mut payload, "/hooks/twilio/inbound").await?;
    let sid = form.id("MessageSid").or_else(|| form.id("SmsSid")).ok_or_else(incomplete)?;
    let outcome = match form.get("From").and_then(normalize) {
        Some(from) if !form.asks_for_help() => {
            let text = form.get("Body").unwrap_or_default().to_owned();
            let word = OptWord::of(form.get("OptOutType"), &text);
            let message = ReceivedSms { sid, from, text, media: form.media(), word };
            if state.store.take_sms(message).await? == Received::Known { "ignored" } else { "accepted" }
        }
        // Short codes and names cannot be answered, and are no one's; HELP is answered by Twilio.
        _ => "ignored",
    };
    count(&state, outcome);
    Ok(HttpResponse::Ok().content_type("text/xml").body(NO_ANSWER))
}

fn count(state: &AppState, outcome: &str) {
    state.metrics.hooks.with_label_values(&["twilio", outcome]).inc();
}

fn incomplete() -> Error {
    Error::invalid("hook.incomplete", "", "MessageSid or MessageStatus is missing")
}

/// Visible ASCII, not too long: it becomes a key.
fn is_id(text: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The parameters of a request that is Twilio's.
struct Form(Vec<(String, String)>);

impl Form {
    async fn read(state: &AppState, request: &HttpRequest, payload: &mut Payload, path: &str) -> Result<Form> {
        let account = state.sms.as_ref().ok_or(Error::NotFound("account for text messages"))?;
        let body = read(request, payload, MAX_BYTES, "a webhook").await?;
        let form = Form(url::form_urlencoded::parse(&body).into_owned().collect());
        let query = request.query_string();
        let question_mark = if query.is_empty() { "" } else { "?" };
        let url = format!("{}{path}{question_mark}{query}", state.options.public_url);
        let given = request.headers().get("x-twilio-signature").and_then(|value| value.to_str().ok()).unwrap_or("");
        if !is_genuine(&account.auth_token, &url, &form.0, given) {
            return Err(refuse(state, request));
        }
        Ok(form)
    }

    /// What a parameter says, unless it is empty.
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| &**value).filter(|value| !value.is_empty())
    }

    fn id(&self, name: &str) -> Option<String> {
        self.get(name).filter(|id| is_id(id)).map(str::to_owned)
    }

    fn asks_for_help(&self) -> bool {
        self.get("OptOutType").is_some_and(|kind| kind.eq_ignore_ascii_case("HELP"))
    }

    fn media(&self) -> Vec<String> {
        let count = self.get("NumMedia").and_then(|count| count.parse::<usize>().ok()).unwrap_or(0).min(MAX_MEDIA);
        let url = |index| self.get(&format!("MediaUrl{index}")).filter(|url| url.starts_with("https://"));
        (0..count).filter_map(url).map(str::to_owned).collect()
    }
}

/// 403 is what Twilio's users look for in its debugger; who guesses is slowed down as everywhere.
fn refuse(state: &AppState, request: &HttpRequest) -> Error {
    state.metrics.auth_failures.inc();
    count(state, "refused");
    match state.auth.failed(caller(request)) {
        Error::Unauthorized => Error::Forbidden("the signature is missing or not Twilio's"),
        other => other,
    }
}
