//! The live side over HTTP: polling, server-sent events, the WebSocket's upgrade, and what clients without a socket
//! have to say. Everything but authentication is `live`'s.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Payload},
};
use serde::{Deserialize, Serialize};

use super::{
    AppState,
    body::{Json, Query},
    problem::Problem,
    who::AgentUser,
};
use crate::{
    auth::AgentClaim,
    error::Result,
    live::{self, ChangesPage, Poll, Report, sse::StreamQuery},
};

/// What this device holds.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Ack {
    /// Of `welcome` or of a poll.
    session: String,
    /// Everything up to here is on this device.
    seq: i64,
    /// A person looks at it: only then it counts as delivered.
    #[serde(default)]
    active: bool,
}

/// What the person at the screen does.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Activity {
    /// Of `welcome` or of a poll.
    session: String,
    /// The rest is as in the frame.
    #[serde(flatten)]
    report: Report,
}

/// Taken over.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Noted {
    /// Always true.
    ok: bool,
}

/// Polls: what changed after a position
///
/// The frames that a resuming session gets, up to 1,000 a page.
#[utoipa::path(
    get, path = "/api/v1/me/changes", tag = "Agents", security(("agent" = [])), params(Poll),
    responses((status = 200, body = ChangesPage), (status = 401, body = Problem), (status = 422, body = Problem))
)]
pub async fn poll(me: AgentUser, state: Data<AppState>, poll: Query<Poll>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.live.changes(&me.id, poll.0).await?))
}

/// Streams frames as server-sent events
///
/// `Last-Event-ID` or `since` resumes. To be read by `fetch`, so that the token travels in a header.
#[utoipa::path(
    get, path = "/api/v1/me/stream", tag = "Agents", security(("agent" = [])), params(StreamQuery),
    responses(
        (status = 200, body = String, content_type = "text/event-stream"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 503, body = Problem),
    )
)]
pub async fn stream(me: AgentUser, state: Data<AppState>, request: HttpRequest) -> Result<HttpResponse> {
    live::stream(&state.live, AgentClaim { agent: me.id, expires_at: me.expires_at }, &request).await
}

/// Opens a WebSocket
///
/// Subprotocol `bellhop.v1`, JSON text frames; the first one is `hello`, with the token unless the request carries one.
#[utoipa::path(
    get, path = "/ws", tag = "Agents",
    responses((status = 101), (status = 400, body = Problem), (status = 403, body = Problem), (status = 503, body = Problem))
)]
pub async fn socket(state: Data<AppState>, request: HttpRequest, payload: Payload) -> Result<HttpResponse> {
    live::upgrade(request, payload, Data::from(state.live.clone())).await
}

/// Confirms what is on this device, for clients without a socket
#[utoipa::path(
    post, path = "/api/v1/me/ack", tag = "Agents", security(("agent" = [])), request_body = Ack,
    responses((status = 200, body = Noted), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn ack(me: AgentUser, state: Data<AppState>, body: Json<Ack>) -> Result<HttpResponse> {
    let Ack { session, seq, active } = body.0;
    state.live.ack(&me.id, &session, seq, active).await?;
    Ok(HttpResponse::Ok().json(Noted { ok: true }))
}

/// Reports what the person at the screen does, for clients without a socket
#[utoipa::path(
    post, path = "/api/v1/me/activity", tag = "Agents", security(("agent" = [])), request_body = Activity,
    responses((status = 200, body = Noted), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn activity(me: AgentUser, state: Data<AppState>, body: Json<Activity>) -> Result<HttpResponse> {
    let Activity { session, report } = body.0;
    state.live.activity(&me.id, &session, report).await?;
    Ok(HttpResponse::Ok().json(Noted { ok: true }))
}
