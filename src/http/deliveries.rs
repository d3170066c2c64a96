//! `/api/v1/deliveries`: what goes out beside the bell, what became of it, and the way of one event.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::Serialize;

use super::{
    AppState,
    body::Query,
    problem::Problem,
    who::{Admin, AgentUser},
    why::{ExplanationQuery, find},
};
use crate::{
    delivery::{Step, timeline},
    domain::Id,
    error::{Error, Result},
    store::{LogFilter, LoggedAttempt, LoggedDelivery},
};

/// What a run did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Ran {
    /// Deliveries that were sent, or settled in another way.
    settled: usize,
}

/// A page of the delivery log.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LogPage {
    /// Newest first.
    items: Vec<LoggedDelivery>,
    /// Goes into `before` for the next page; null at the end.
    next: Option<String>,
}

/// A delivery with its attempts.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DeliveryDetails {
    #[serde(flatten)]
    delivery: LoggedDelivery,
    /// Each try, oldest first.
    tries: Vec<LoggedAttempt>,
}

/// The way of an event.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Timeline {
    /// In the order of time.
    steps: Vec<Step>,
}

/// Decides and sends whatever is due now
///
/// For a scheduler; called again it sends nothing twice.
#[utoipa::path(
    post, path = "/api/v1/deliveries/run", tag = "Deliveries", security(("api_key" = [])),
    responses(
        (status = 200, body = Ran), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 503, body = Problem),
    )
)]
pub async fn run(_: Admin, state: Data<AppState>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(Ran { settled: state.delivery.run_due().await? }))
}

/// Searches the delivery log
#[utoipa::path(
    get, path = "/api/v1/deliveries", tag = "Deliveries", security(("api_key" = [])), params(LogFilter),
    responses(
        (status = 200, body = LogPage), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub async fn list(_: Admin, state: Data<AppState>, filter: Query<LogFilter>) -> Result<HttpResponse> {
    let (items, next) = state.store.delivery_log(filter.0).await?;
    Ok(HttpResponse::Ok().json(LogPage { items, next }))
}

/// Shows one delivery with its attempts
#[utoipa::path(
    get, path = "/api/v1/deliveries/{id}", tag = "Deliveries", security(("api_key" = [])),
    params(("id" = String, Path)),
    responses(
        (status = 200, body = DeliveryDetails), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem),
    )
)]
pub async fn show(_: Admin, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    let (delivery, tries) = state.store.logged_delivery(&id).await?.ok_or(Error::NotFound("delivery"))?;
    Ok(HttpResponse::Ok().json(DeliveryDetails { delivery, tries }))
}

/// Shows the way of an event, step by step
#[utoipa::path(
    get, path = "/api/v1/events/{id}/timeline", tag = "Deliveries", security(("api_key" = [])),
    params(("id" = String, Path), ExplanationQuery),
    responses(
        (status = 200, body = Timeline), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem),
    )
)]
pub async fn of_event(
    _: Admin,
    state: Data<AppState>,
    id: Path<String>,
    query: Query<ExplanationQuery>,
) -> Result<HttpResponse> {
    let ExplanationQuery { source, agent } = query.0;
    let event = find(&state, &Id::from(id.into_inner()), source).await?;
    let trace = state.store.trace(&event, agent.map(Id::from)).await?;
    Ok(HttpResponse::Ok().json(Timeline { steps: timeline(Some(&event), &trace) }))
}

/// Shows the way of one of my notifications, step by step
#[utoipa::path(
    get, path = "/api/v1/me/notifications/{id}/timeline", tag = "Agents", security(("agent" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Timeline), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub async fn of_notification(me: AgentUser, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    let origin = state.store.origin(&me.id, &id).await?.ok_or(Error::NotFound("notification"))?;
    let trace = state.store.trace_of(&me.id, &origin).await?;
    Ok(HttpResponse::Ok().json(Timeline { steps: timeline(origin.event.as_ref(), &trace) }))
}
