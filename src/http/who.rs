//! Who is calling, as extractors: a handler that takes a `Producer`, an `Admin` or an `AgentUser` cannot be reached
//! by anybody else.

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{Method, header},
};
use futures_util::{
    FutureExt,
    future::{Either, LocalBoxFuture, Ready, ready},
};

use super::state_of;
use crate::{
    auth::{AgentClaim, KEY_PREFIX, KeyClaim, SESSION_COOKIE, active_agent, require_agent},
    domain::{Id, Millis, directory::Role, snapshot::Scope},
    error::{Error, Result},
    http::AppState,
};

type Extracted<T> = Either<Ready<Result<T>>, LocalBoxFuture<'static, Result<T>>>;

/// Whoever may post events: an API key with that scope.
#[derive(Debug, Clone)]
pub struct Producer {
    /// Hash of the key, for the store to check again; none for the key that the environment gives.
    pub key_hash: Option<String>,
}

/// Whoever may administer: an API key with that scope, or an agent with the role admin.
#[derive(Debug, Clone)]
pub struct Admin {
    /// Who it is, for what is kept about changes: the agent's id, or the name of the API key.
    pub by: String,
}

/// The same with their name, for what is noted beside an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedAdmin {
    /// Agent id, or `key:` and the id of an API key; `key:environment` for the one that the environment gives.
    pub name: String,
}

/// An agent, known and not inactive.
#[derive(Debug, Clone)]
pub struct AgentUser {
    /// Who.
    pub id: Id,
    /// Until when the token or cookie is good.
    pub expires_at: Millis,
}

enum Principal {
    Key(KeyClaim),
    Agent(AgentUser),
}

impl FromRequest for Producer {
    type Error = Error;
    type Future = Extracted<Producer>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        // The hot path: a key that is in memory is looked up on the spot.
        if let Some(key) = known_key(request) {
            return Either::Left(ready(producer(Principal::Key(key))));
        }
        Either::Right(principal(request.clone()).map(|who| producer(who?)).boxed_local())
    }
}

impl FromRequest for Admin {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Admin>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            let by = match admin(request.clone()).await? {
                Principal::Agent(agent) => agent.id.to_string(),
                Principal::Key(key) => name_of(state_of(&request)?, &key),
            };
            Ok(Admin { by })
        }
        .boxed_local()
    }
}

impl FromRequest for NamedAdmin {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<NamedAdmin>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            let name = match admin(request.clone()).await? {
                Principal::Agent(agent) => agent.id.to_string(),
                Principal::Key(key) => format!("key:{}", key_id(state_of(&request)?, key.hash.as_deref())),
            };
            Ok(NamedAdmin { name })
        }
        .boxed_local()
    }
}

async fn admin(request: HttpRequest) -> Result<Principal> {
    match principal(request.clone()).await? {
        Principal::Key(key) if !key.allows(Scope::Admin) => {
            Err(Error::Forbidden("this API key does not have the scope admin"))
        }
        Principal::Agent(agent) if !is_admin(state_of(&request)?, &agent.id) => {
            Err(Error::Forbidden("this is for administrators"))
        }
        admin => Ok(admin),
    }
}

fn key_id(state: &AppState, hash: Option<&str>) -> String {
    let known = hash.and_then(|hash| state.store.snapshot().api_keys.get(hash).map(|key| key.id.to_string()));
    known.unwrap_or_else(|| "environment".to_owned())
}

impl FromRequest for AgentUser {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<AgentUser>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let who = principal(request.clone());
        async move {
            match who.await? {
                Principal::Agent(agent) => Ok(agent),
                Principal::Key(_) => Err(Error::Forbidden("this is for agents; an API key has no inbox")),
            }
        }
        .boxed_local()
    }
}

fn producer(who: Principal) -> Result<Producer> {
    match who {
        Principal::Key(key) if key.allows(Scope::Events) => Ok(Producer { key_hash: key.hash }),
        Principal::Key(_) => Err(Error::Forbidden("this API key does not have the scope events")),
        Principal::Agent(_) => Err(Error::Forbidden("events are posted with an API key")),
    }
}

/// The key that the environment gives has no name.
fn name_of(state: &AppState, key: &KeyClaim) -> String {
    let snapshot = state.store.snapshot();
    let known = key.hash.as_ref().and_then(|hash| snapshot.api_keys.get(hash));
    known.map_or_else(|| "admin key".to_owned(), |key| key.name.clone())
}

fn is_admin(state: &AppState, agent: &str) -> bool {
    active_agent(&state.store.snapshot(), agent).is_some_and(|agent| agent.role == Role::Admin)
}

fn known_key(request: &HttpRequest) -> Option<KeyClaim> {
    let state = state_of(request).ok()?;
    state.auth.key(&state.store.snapshot(), bearer(request)?)
}

/// Finds out who it is, and counts it when it is nobody.
async fn principal(request: HttpRequest) -> Result<Principal> {
    let state = state_of(&request)?;
    match identify(&request, state).await {
        Err(Error::Unauthorized) => {
            state.metrics.auth_failures.inc();
            Err(state.auth.failed(caller(&request)))
        }
        other => other,
    }
}

async fn identify(request: &HttpRequest, state: &AppState) -> Result<Principal> {
    if let Some(token) = bearer(request) {
        if let Some(key) = key(request, state, token).await? {
            return Ok(Principal::Key(key));
        }
        return agent(state, state.auth.agent(token).await?).await;
    }
    if let Some(cookie) = request.cookie(SESSION_COOKIE) {
        let claim = state.auth.session(cookie.value())?;
        check_origin(request, state)?;
        return agent(state, claim).await;
    }
    Err(Error::Unauthorized)
}

/// A key that is not in memory may have been made on another node a moment ago.
async fn key(request: &HttpRequest, state: &AppState, token: &str) -> Result<Option<KeyClaim>> {
    if let Some(key) = state.auth.key(&state.store.snapshot(), token) {
        return Ok(Some(key));
    }
    if !token.starts_with(KEY_PREFIX) {
        return Ok(None);
    }
    if !state.auth.may_look_up(caller(request)) {
        return Err(Error::Unauthorized);
    }
    let snapshot = state.store.refresh().await?;
    state.auth.key(&snapshot, token).map(Some).ok_or(Error::Unauthorized)
}

async fn agent(state: &AppState, claim: AgentClaim) -> Result<Principal> {
    require_agent(&state.store, &claim.agent).await?;
    Ok(Principal::Agent(AgentUser { id: claim.agent, expires_at: claim.expires_at }))
}

/// A browser sends the cookie whichever page asks: what changes something must come from a page of ours, or from one
/// on the list. Whoever only reads cannot read another origin's answer without being on the list either.
pub(super) fn check_origin(request: &HttpRequest, state: &AppState) -> Result<()> {
    let only_reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if only_reads || state.options.origins.may_use_cookie(header_of(request, header::ORIGIN), host(request)) {
        return Ok(());
    }
    Err(Error::Forbidden("this page may not act under the session of Bellhop's own pages"))
}

/// The request's `Host`.
pub(super) fn host(request: &HttpRequest) -> Option<&str> {
    header_of(request, header::HOST).or_else(|| request.uri().authority().map(|authority| authority.as_str()))
}

/// A header's value, when it is visible ASCII.
pub(super) fn header_of(request: &HttpRequest, name: header::HeaderName) -> Option<&str> {
    request.headers().get(name)?.to_str().ok()
}

/// Where the request comes from.
pub(super) fn caller(request: &HttpRequest) -> Option<std::net::IpAddr> {
    request.peer_addr().map(|address| address.ip())
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    let (scheme, token) = header_of(request, header::AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
