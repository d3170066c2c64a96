//! `/api/v1/email/…`: trying the way of emails, what came back, and addresses to which nothing is sent any more.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, Payload},
};
use serde::{Deserialize, Serialize};

use super::{
    AppState,
    body::{self, Json, MAX_BODY_BYTES, Query},
    problem::Problem,
    who::{Admin, Producer},
};
use crate::{
    delivery::{
        Outcome,
        email::read_report,
        templates::{self, Kind, Medium, Values, sample},
    },
    error::{Error, Result},
    store::{Bounce, Suppression},
};

const DEFAULT_LIMIT: i64 = 100;
const MAX_LIMIT: i64 = 1_000;
/// Characters of an address (RFC 5321 §4.5.3.1).
const MAX_ADDRESS_CHARS: usize = 254;

/// Where a test goes.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Tested {
    /// An email address.
    to: String,
}

/// How a test ended.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TestResult {
    /// `sent`, `later`, `failed`, `gone`, `misconfigured`, `unknown`.
    outcome: &'static str,
    /// A reason code; null when it was sent.
    why: Option<&'static str>,
    /// What the mail server said, in its own words, without addresses.
    detail: Option<String>,
    /// The id under which the server knows it, if it gave one.
    provider_id: Option<String>,
}

/// What a report led to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BouncesNoted {
    /// Addresses that the report names as failed.
    bounced: usize,
    /// Those of them to which nothing is sent any more.
    suppressed: usize,
}

/// A page of addresses to which nothing is sent.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Suppressions {
    items: Vec<Suppression>,
    /// Goes into `after` for the next page; null at the end.
    next: Option<String>,
}

/// Where a page begins, and how long it is.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SuppressionsQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// 1 to 1,000; 100 when left out.
    limit: Option<i64>,
}

/// Sends a test email
///
/// The answer says how that ended, in the mail server's own words where it refused.
#[utoipa::path(
    post, path = "/api/v1/email/test", tag = "Emails", security(("api_key" = [])), request_body = Tested,
    responses(
        (status = 200, body = TestResult), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub async fn test(_: Admin, state: Data<AppState>, body: Json<Tested>) -> Result<HttpResponse> {
    let kind = templates::kind("test").ok_or_else(|| Error::Internal("there is no template for tests".to_owned()))?;
    send_test(&state, kind, &body.0).await
}

/// Takes a report about an email that could not be delivered
///
/// The raw message (`message/rfc822`, up to 1 MiB) as it came into the mailbox that `email.from` names: multipart/report,
/// RFC 3464. An address that does not exist is suppressed at once, another after five failures within seven days.
#[utoipa::path(
    post, path = "/api/v1/email/bounces", tag = "Emails", security(("api_key" = [])),
    request_body(content = String, content_type = "message/rfc822"),
    responses(
        (status = 200, body = BouncesNoted), (status = 401, body = Problem), (status = 413, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub async fn bounces(
    _: Producer,
    state: Data<AppState>,
    request: HttpRequest,
    mut payload: Payload,
) -> Result<HttpResponse> {
    let raw = body::read(&request, &mut payload, MAX_BODY_BYTES, "a report").await?;
    let report = read_report(&raw).ok_or_else(|| {
        Error::invalid("bounce.not_a_report", "", "this is no report of a failed delivery (multipart/report, RFC 3464)")
    })?;
    let (bounced, mut suppressed) = (report.len(), 0);
    for bounce in report {
        let kind = if bounce.is_hard { Bounce::Hard } else { Bounce::Soft };
        suppressed += usize::from(state.store.note_bounce(&bounce.address, kind, "hard_bounce").await?);
        tracing::info!(status = %bounce.status, hard = bounce.is_hard, "an email came back");
    }
    Ok(HttpResponse::Ok().json(BouncesNoted { bounced, suppressed }))
}

/// Lists the addresses to which nothing is sent any more
#[utoipa::path(
    get, path = "/api/v1/email/suppressions", tag = "Emails", security(("api_key" = [])), params(SuppressionsQuery),
    responses((status = 200, body = Suppressions), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub async fn suppressions(_: Admin, state: Data<AppState>, query: Query<SuppressionsQuery>) -> Result<HttpResponse> {
    let limit = query.0.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let mut items = state.store.suppressions(query.0.after, limit + 1).await?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > shown;
    items.truncate(shown);
    let next = items.last().filter(|_| more).map(|last| last.address.clone());
    Ok(HttpResponse::Ok().json(Suppressions { items, next }))
}

/// Sends to an address again
///
/// Also when nothing kept it back; what came back from it is forgotten.
#[utoipa::path(
    delete, path = "/api/v1/email/suppressions/{address}", tag = "Emails", security(("api_key" = [])),
    params(("address" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub async fn unsuppress(_: Admin, state: Data<AppState>, address: Path<String>) -> Result<HttpResponse> {
    state.store.unsuppress(&address, None).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sends a template that is in force, filled with made-up people and texts.
pub(super) async fn send_test(state: &AppState, kind: &'static Kind, test: &Tested) -> Result<HttpResponse> {
    let Some(mailer) = &state.mailer else {
        return Err(Error::Conflict("email.url is off: this installation sends no email".to_owned()));
    };
    if kind.medium != Medium::Email {
        return Err(Error::invalid("template.no_email", "", "this template is not for emails"));
    }
    if !test.to.contains('@') || test.to.chars().count() > MAX_ADDRESS_CHARS {
        return Err(Error::invalid("email.address", "/to", "is not an email address"));
    }
    let snapshot = state.store.refresh().await?;
    let mut letter = sample::letter(kind);
    letter.id = uuid::Uuid::now_v7().to_string();
    letter.recipient.address = test.to.clone();
    for item in &mut letter.items {
        item.at = state.clock.now();
    }
    let (filled, fault) = templates::fill(&snapshot.templates, kind, &Values::of(&letter));
    if let Some(fault) = fault {
        return Err(Error::invalid("template.invalid", "", fault.error));
    }
    let outcome = mailer.send(&mailer.write(&letter, filled)).await;
    Ok(HttpResponse::Ok().json(TestResult::of(outcome)))
}

impl TestResult {
    fn of(outcome: Outcome) -> TestResult {
        let (word, why, detail) = (outcome.as_str(), outcome.why(), outcome.detail().map(str::to_owned));
        let provider_id = if let Outcome::Sent { provider_id } = outcome { provider_id } else { None };
        TestResult { outcome: word, why, detail, provider_id }
    }
}
