//! `GET /api/v1/me/watches`, `PUT|DELETE /api/v1/me/watches/{ticket}`: tickets that an agent follows.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::Serialize;

use super::{AppState, problem::Problem, who::AgentUser};
use crate::{
    domain::Id,
    error::{Error, Result},
    store::WatchedTicket,
};

const MAX_ID_CHARS: usize = 200;

/// What I follow.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Watches {
    /// The newest first.
    items: Vec<WatchedTicket>,
}

/// Whether I follow a ticket.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Watching {
    /// Ticket id.
    ticket: String,
    /// From now on.
    watching: bool,
    /// Whether that was otherwise before.
    changed: bool,
}

/// Lists the tickets I follow
#[utoipa::path(
    get, path = "/api/v1/me/watches", tag = "Agents", security(("agent" = [])),
    responses((status = 200, body = Watches), (status = 401, body = Problem))
)]
pub async fn list(me: AgentUser, state: Data<AppState>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(Watches { items: state.store.watches(&me.id).await? }))
}

/// Follows a ticket: what its customer writes reaches me
#[utoipa::path(
    put, path = "/api/v1/me/watches/{ticket}", tag = "Agents", security(("agent" = [])),
    params(("ticket" = String, Path)),
    responses((status = 200, body = Watching), (status = 401, body = Problem), (status = 422, body = Problem))
)]
pub async fn follow(me: AgentUser, state: Data<AppState>, ticket: Path<String>) -> Result<HttpResponse> {
    set(&me, &state, ticket.into_inner(), true).await
}

/// Stops following a ticket
#[utoipa::path(
    delete, path = "/api/v1/me/watches/{ticket}", tag = "Agents", security(("agent" = [])),
    params(("ticket" = String, Path)),
    responses((status = 200, body = Watching), (status = 401, body = Problem), (status = 422, body = Problem))
)]
pub async fn unfollow(me: AgentUser, state: Data<AppState>, ticket: Path<String>) -> Result<HttpResponse> {
    set(&me, &state, ticket.into_inner(), false).await
}

async fn set(me: &AgentUser, state: &AppState, ticket: String, watching: bool) -> Result<HttpResponse> {
    if ticket.trim().is_empty() || ticket.chars().count() > MAX_ID_CHARS {
        return Err(Error::invalid("ticket.id", "", "a ticket's id has 1 to 200 characters"));
    }
    let changed = state.store.set_watch(&me.id, &Id::from(ticket.as_str()), watching).await?;
    Ok(HttpResponse::Ok().json(Watching { ticket, watching, changed }))
}
