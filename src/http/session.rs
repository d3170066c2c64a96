//! `POST|DELETE /session`: a token becomes the cookie of the bundled pages, and goes again.

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    http::header,
    web::{Data, Payload},
};
use serde::{Deserialize, Serialize};

use super::{
    AppState,
    body::{self, Json, Query},
    problem::Problem,
    who::{AgentUser, caller, header_of, host},
};
use crate::{
    auth::{SESSION_COOKIE, follow_link, require_agent},
    domain::{Id, time},
    error::{Error, Result},
};

/// What to sign in with.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct SignIn {
    /// A JWT of the helpdesk. Never logged.
    #[serde(default)]
    token: Option<String>,
    /// Or what stood in a link that was mailed (`POST /session/link`): good once. Never logged.
    #[serde(default)]
    link: Option<String>,
}

/// Which browser is signed out, where it was woken by push.
#[derive(Default, Deserialize, utoipa::ToSchema, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SignOut {
    /// The browser's name for itself.
    #[serde(default)]
    device: Option<String>,
    /// The endpoint of its subscription.
    #[serde(default)]
    endpoint: Option<String>,
}

/// Who is signed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SignedIn {
    /// Agent id.
    agent: String,
    /// Until when, RFC 3339.
    expires_at: String,
}

/// Signs in: a token, or a link that was mailed, becomes the cookie of the bundled pages
#[utoipa::path(
    post, path = "/session", tag = "Agents", request_body = SignIn,
    responses(
        (status = 200, body = SignedIn), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 429, body = Problem),
    )
)]
pub async fn sign_in(state: Data<AppState>, request: HttpRequest, body: Json<SignIn>) -> Result<HttpResponse> {
    check_page(&state, &request)?;
    let known = match (&body.0.token, &body.0.link) {
        (Some(token), None) => agent_of(&state, token).await,
        (None, Some(link)) => follow_link(&state.store, link).await,
        _ => return Err(Error::invalid("session.incomplete", "", "either token or link is needed")),
    };
    let agent = counted(&state, &request, known)?;
    let (cookie, expires_at) = session_of(&state, &agent)?;
    Ok(HttpResponse::Ok().cookie(cookie).json(SignedIn { agent: agent.to_string(), expires_at }))
}

/// Counts it when it is nobody.
pub(super) fn counted(state: &AppState, request: &HttpRequest, known: Result<Id>) -> Result<Id> {
    if matches!(known, Err(Error::Unauthorized)) {
        state.metrics.auth_failures.inc();
        return Err(state.auth.failed(caller(request)));
    }
    known
}

/// The cookie for an agent, and until when it is good.
pub(super) fn session_of(state: &AppState, agent: &str) -> Result<(Cookie<'static>, String)> {
    let (value, ttl_ms) = state.auth.issue_session(agent)?;
    let expires_at = time::to_rfc3339(state.clock.now() + ttl_ms);
    Ok((cookie(state, value, Duration::milliseconds(ttl_ms)), expires_at))
}

/// Signs out
///
/// With `device` or `endpoint` the browser is not woken by push any more: somebody else may sit down at it.
#[utoipa::path(
    delete, path = "/session", tag = "Agents", params(SignOut),
    request_body(content = SignOut, description = "The same, for what should not stand in an address"),
    responses((status = 204), (status = 403, body = Problem), (status = 503, body = Problem))
)]
pub async fn sign_out(
    state: Data<AppState>,
    request: HttpRequest,
    query: Query<SignOut>,
    mut payload: Payload,
) -> Result<HttpResponse> {
    check_page(&state, &request)?;
    let body = body::read(&request, &mut payload, body::MAX_BODY_BYTES, "the body").await?;
    let body = if body.is_empty() { SignOut::default() } else { body::parse(&body)? };
    let device = body.device.or(query.0.device);
    let endpoint = body.endpoint.or(query.0.endpoint);
    // Nobody is signed in any more where the cookie has expired: then there is nobody whose device it could be.
    if (device.is_some() || endpoint.is_some())
        && let Ok(me) = AgentUser::extract(&request).await
    {
        state.store.unsubscribe_device(&me.id, device, endpoint.as_deref()).await?;
    }
    Ok(HttpResponse::NoContent().cookie(cookie(&state, String::new(), Duration::ZERO)).finish())
}

async fn agent_of(state: &AppState, token: &str) -> Result<Id> {
    let claim = state.auth.agent(token).await?;
    require_agent(&state.store, &claim.agent).await?;
    Ok(claim.agent)
}

/// A foreign page must not sign its visitor in as somebody else, or out. Whoever is no browser names no origin.
pub(super) fn check_page(state: &AppState, request: &HttpRequest) -> Result<()> {
    match header_of(request, header::ORIGIN) {
        Some(origin) if !state.options.origins.may_use_cookie(Some(origin), host(request)) => {
            Err(Error::Forbidden("this page may not sign anybody in or out"))
        }
        _ => Ok(()),
    }
}

fn cookie(state: &AppState, value: String, lives: Duration) -> Cookie<'static> {
    Cookie::build(SESSION_COOKIE, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(state.options.origins.is_secure())
        .max_age(lives)
        .finish()
}
