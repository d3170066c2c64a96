//! `/api/v1/presence` and what belongs to it: who is there, of the staff by their sessions on any node, of the customers by
//! what the helpdesk told.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::Serialize;

use super::{
    AppState,
    body::Query,
    problem::Problem,
    records::{Page, PageQuery},
    who::{Admin, AgentUser},
};
use crate::{
    delivery::AgentPresence,
    domain::{
        Id, Millis,
        presence::{ContactPresence, address_key},
        time,
    },
    error::{Error, Result},
};

/// Whether a customer is there to read a chat.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ContactPresenceShown {
    /// Contact id, or the address of one who has none.
    contact: String,
    /// The newest sign said so, and it came within the last 30 minutes.
    online: bool,
    /// When they were there last, as far as anything told; null when nothing did.
    #[serde(with = "time::rfc3339_option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_seen: Option<Millis>,
    /// When an email or a text message told them of an answer; null when they were there since.
    #[serde(with = "time::rfc3339_option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    told_at: Option<Millis>,
}

/// Says whether I am there, and what that is derived from
#[utoipa::path(
    get, path = "/api/v1/me/presence", tag = "Agents", security(("agent" = [])),
    responses((status = 200, body = AgentPresence), (status = 401, body = Problem), (status = 503, body = Problem))
)]
pub async fn mine(me: AgentUser, state: Data<AppState>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(one(&state, me.id).await?))
}

/// Lists whether agents are there, by id
#[utoipa::path(
    get, path = "/api/v1/presence", tag = "Directory", security(("api_key" = [])), params(PageQuery),
    responses(
        (status = 200, body = Page<AgentPresence>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 503, body = Problem),
    )
)]
pub async fn list(_: Admin, state: Data<AppState>, query: Query<PageQuery>) -> Result<HttpResponse> {
    let snapshot = state.store.refresh().await?;
    let agents: Vec<Id> = snapshot.directory.agents().map(|agent| agent.id.clone()).collect();
    let page = Page::cut(agents, &query.0, |id| id);
    let items = state.presences.presences(&page.items).await?;
    Ok(HttpResponse::Ok().json(Page { items, next: page.next }))
}

/// Says whether an agent is there, and what that is derived from
#[utoipa::path(
    get, path = "/api/v1/agents/{id}/presence", tag = "Directory", security(("api_key" = [])),
    params(("id" = String, Path)),
    responses(
        (status = 200, body = AgentPresence), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 503, body = Problem),
    )
)]
pub async fn of_agent(_: Admin, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    let snapshot = state.store.refresh().await?;
    let known = snapshot.directory.agent(&id).ok_or(Error::NotFound("agent"))?;
    Ok(HttpResponse::Ok().json(one(&state, known.id.clone()).await?))
}

/// Says whether a customer is there, as far as events told
///
/// `{id}` is a contact's id, or the address of one who has none. 404 for whoever is neither in the directory nor was ever
/// told of.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}/presence", tag = "Directory", security(("api_key" = [])),
    params(("id" = String, Path)),
    responses(
        (status = 200, body = ContactPresenceShown), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 503, body = Problem),
    )
)]
pub async fn of_contact(_: Admin, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    let id = Id::from(id.into_inner());
    let known = match state.store.contact_presence(&id).await? {
        None if id.contains('@') => state.store.contact_presence(&address_key(&id)).await?,
        known => known,
    };
    if known.is_none() && state.store.refresh().await?.directory.contact(&id).is_none() {
        return Err(Error::NotFound("contact"));
    }
    let presence = known.unwrap_or_default();
    let ContactPresence { last_seen, emailed_at, .. } = presence;
    let online = presence.is_online_at(state.clock.now());
    let shown = ContactPresenceShown { contact: id.to_string(), online, last_seen, told_at: emailed_at };
    Ok(HttpResponse::Ok().json(shown))
}

async fn one(state: &AppState, agent: Id) -> Result<AgentPresence> {
    let found = state.presences.presences(std::slice::from_ref(&agent)).await?;
    found.into_iter().next().ok_or_else(|| Error::Internal("a presence was asked for and none came".to_owned()))
}
