//! `/api/v1/webhooks/{id}/messages`: what was sent to a webhook, what came of it, and sending it again.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::Deserialize;

use super::{AppState, body::Query, problem::Problem, records::Page, webhooks::find, who::Admin};
use crate::{
    error::{Error, Result},
    store::WebhookMessage,
};

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;
const STATES: [&str; 3] = ["pending", "delivered", "failed"];

/// Which messages.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// `pending`, `delivered`, `failed`; all when left out.
    state: Option<String>,
    /// `next` of the page before.
    before: Option<String>,
    /// 1 to 200; 50 when left out.
    limit: Option<i64>,
}

/// Lists a webhook's messages, newest first
///
/// Kept for 30 days.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}/messages", tag = "Webhooks", security(("api_key" = [])),
    params(("id" = String, Path), LogQuery),
    responses(
        (status = 200, body = Page<WebhookMessage>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem),
    )
)]
pub async fn list(_: Admin, state: Data<AppState>, id: Path<String>, query: Query<LogQuery>) -> Result<HttpResponse> {
    let LogQuery { state: wanted, before, limit } = query.0;
    if wanted.as_deref().is_some_and(|wanted| !STATES.contains(&wanted)) {
        return Err(Error::invalid("query.invalid", "", format!("state is one of {}", STATES.join(", "))));
    }
    let snapshot = state.store.refresh().await?;
    let webhook = find(&snapshot, &id)?;
    let limit = limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let mut items = state.store.webhook_messages(&webhook.id, wanted, before, limit + 1).await?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|last| last.id.clone());
    Ok(HttpResponse::Ok().json(Page { items, next }))
}

/// Sends a message again
///
/// Under the same `webhook-id`: at once if it still waits for another attempt, with ten new attempts otherwise.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/messages/{message}/replay", tag = "Webhooks", security(("api_key" = [])),
    params(("id" = String, Path), ("message" = String, Path)),
    responses(
        (status = 202, body = WebhookMessage), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem),
    )
)]
pub async fn replay(_: Admin, state: Data<AppState>, path: Path<(String, String)>) -> Result<HttpResponse> {
    let (id, message) = path.into_inner();
    let snapshot = state.store.refresh().await?;
    let replayed = state.store.replay_webhook(&find(&snapshot, &id)?.id, &message).await?;
    Ok(HttpResponse::Accepted().json(replayed.ok_or(Error::NotFound("message"))?))
}
