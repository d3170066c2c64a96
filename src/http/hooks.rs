//! `POST /hooks/{kind}/{source}`: webhooks as helpdesks send them, verified by the secret of their source.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, Payload},
};
use serde::Serialize;

use super::{
    AppState,
    body::{MAX_LARGE_BODY_BYTES, read},
    problem::Problem,
    who::caller,
};
use crate::{
    domain::{plan::Receipt, snapshot::Source},
    error::{Error, Result},
    intake::adapters::{self, HookRequest},
    store::DeliveryNote,
};

/// What came of a delivery.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Delivered {
    /// One for each event it holds.
    results: Vec<Receipt>,
    /// Why nothing came of it, for a delivery that is fine and means nothing to Bellhop.
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored: Option<&'static str>,
}

/// Takes in a helpdesk's own webhook
///
/// Verified by the secret of that source, over the raw body of up to 16 MiB. An unknown source and a wrong signature
/// look the same from outside.
#[utoipa::path(
    post, path = "/hooks/{kind}/{source}", tag = "Producers",
    params(
        ("kind" = String, Path, description = "zammad, chatwoot, frappe, osticket, slack, freescout or support-board"),
        ("source" = String, Path),
    ),
    request_body = Object,
    responses(
        (status = 202, body = Delivered), (status = 200, body = Delivered, description = "as 202, for slack"), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem),
    )
)]
pub async fn accept(
    state: Data<AppState>,
    path: Path<(String, String)>,
    request: HttpRequest,
    mut payload: Payload,
) -> Result<HttpResponse> {
    let (kind, name) = path.into_inner();
    let kind = *adapters::KINDS.iter().find(|known| **known == kind).ok_or(Error::NotFound("adapter"))?;
    let source = source(&state, &request, kind, &name).await?;
    let body = read(&request, &mut payload, MAX_LARGE_BODY_BYTES, "a webhook").await?;
    let delivered = match deliver(&state, &source, &request, &body).await {
        Err(Error::Unauthorized) => Err(refuse(&state, &request)),
        other => other,
    };
    let outcome = match &delivered {
        Ok((Delivered { ignored: Some(_), .. }, _)) => "ignored",
        Ok(_) => "accepted",
        Err(_) => "refused",
    };
    state.metrics.hooks.with_label_values(&[kind, outcome]).inc();
    note(&state, &source, &delivered).await;
    let mut answer = if adapters::wants_200(kind) { HttpResponse::Ok() } else { HttpResponse::Accepted() };
    delivered.map(|(delivered, _)| answer.json(delivered))
}

type Unmatched = Vec<(String, String)>;

async fn deliver(
    state: &AppState,
    source: &Source,
    request: &HttpRequest,
    body: &[u8],
) -> Result<(Delivered, Unmatched)> {
    let snapshot = state.store.snapshot();
    let parsed = adapters::parse(&HookRequest {
        source,
        headers: request.headers(),
        body,
        query: request.query_string(),
        now: state.clock.now(),
        snapshot: &snapshot,
    })?;
    let results = match parsed.events {
        none if none.is_empty() => Vec::new(),
        events => state.store.accept(events, None).await?,
    };
    results.iter().for_each(|receipt| state.count(receipt));
    Ok((Delivered { results, ignored: parsed.ignored }, parsed.unmatched))
}

/// The source of that name and kind; it may have been made on another node a moment ago.
async fn source(state: &AppState, request: &HttpRequest, kind: &str, name: &str) -> Result<Source> {
    let fitting = |source: &&Source| source.kind == kind;
    if let Some(source) = state.store.snapshot().sources.get(name).filter(fitting) {
        return Ok(source.clone());
    }
    if state.auth.may_look_up(caller(request))
        && let Some(source) = state.store.refresh().await?.sources.get(name).filter(fitting)
    {
        return Ok(source.clone());
    }
    state.metrics.hooks.with_label_values(&[kind, "refused"]).inc();
    Err(refuse(state, request))
}

fn refuse(state: &AppState, request: &HttpRequest) -> Error {
    state.metrics.auth_failures.inc();
    state.auth.failed(caller(request))
}

/// For the source's page. What goes wrong here must not fail a delivery that is stored.
async fn note(state: &AppState, source: &Source, delivered: &Result<(Delivered, Unmatched)>) {
    let note = match delivered {
        Ok((_, unmatched)) => DeliveryNote { error: None, unmatched: unmatched.clone() },
        // Whoever holds no secret must not be able to keep the store busy.
        Err(Error::TooMany { .. }) => return,
        Err(error) => DeliveryNote { error: Some(error.to_string()), unmatched: Vec::new() },
    };
    if let Err(error) = state.store.note_delivery(&source.id, note).await {
        tracing::warn!(source.id = %source.id, %error, "a delivery could not be noted");
    }
}
