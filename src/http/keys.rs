//! `/api/v1/keys`: API keys of producers and administrators, as `bellhop keys` makes them.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};

use super::{
    AppState,
    body::{Json, Query},
    problem::Problem,
    records::{Page, PageQuery},
    who::Admin,
};
use crate::{
    auth::{create_key, list_keys, revoke_key},
    domain::{
        Id, Millis,
        nudge::Control,
        snapshot::{ApiKey, Scope},
        time,
    },
    error::{Error, Result},
};

const MAX_NAME_CHARS: usize = 200;

/// A key to make.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyGiven {
    /// What it is for.
    name: String,
    /// What it may do, at least one.
    scopes: Vec<Scope>,
}

/// A key, without its secret.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct KeyShown {
    /// Short and public: the part of the key behind `bh_`.
    id: String,
    /// What it is for.
    name: String,
    /// What it may do.
    scopes: Vec<Scope>,
    /// When it was made.
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: Millis,
    /// The key itself: only in the answer to the request that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

/// Lists the API keys by id
///
/// The key that the environment gives is none of them.
#[utoipa::path(
    get, path = "/api/v1/keys", tag = "Settings", security(("api_key" = [])), params(PageQuery),
    responses((status = 200, body = Page<KeyShown>), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub async fn list(_: Admin, state: Data<AppState>, query: Query<PageQuery>) -> Result<HttpResponse> {
    let keys = list_keys(&*state.store.refresh().await?);
    let Page { items, next } = Page::cut(keys, &query.0, |key| &key.id);
    let items = items.into_iter().map(|key| shown(key, None)).collect();
    Ok(HttpResponse::Ok().json(Page { items, next }))
}

/// Makes an API key
///
/// It is shown in this answer only, and kept as a hash.
#[utoipa::path(
    post, path = "/api/v1/keys", tag = "Settings", security(("api_key" = [])), request_body = KeyGiven,
    responses(
        (status = 201, body = KeyShown), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub async fn create(admin: Admin, state: Data<AppState>, body: Json<KeyGiven>) -> Result<HttpResponse> {
    let KeyGiven { name, mut scopes } = body.0;
    if name.chars().count() > MAX_NAME_CHARS {
        return Err(Error::invalid("key.incomplete", "/name", format!("has at most {MAX_NAME_CHARS} characters")));
    }
    if scopes.is_empty() {
        return Err(Error::invalid("key.incomplete", "/scopes", "is empty: such a key could do nothing"));
    }
    scopes.sort_unstable_by_key(|scope| *scope as u8);
    scopes.dedup();
    let (record, key) = create_key(&state.store, name.trim(), scopes, state.clock.now()).await?;
    tracing::info!(key.id = %record.id, by = %admin.by, "an API key was made");
    tell_nodes(&state);
    Ok(HttpResponse::Created().json(shown(record, Some(key))))
}

/// Revokes an API key
///
/// The next request with it is refused, on every node; also where that is the key of this very request.
#[utoipa::path(
    delete, path = "/api/v1/keys/{id}", tag = "Settings", security(("api_key" = [])), params(("id" = String, Path)),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn revoke(admin: Admin, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    let id = Id::from(id.into_inner());
    revoke_key(&state.store, &id).await?;
    tracing::info!(key.id = %id, by = %admin.by, "an API key was revoked");
    tell_nodes(&state);
    Ok(HttpResponse::NoContent().finish())
}

/// Each node has the keys in memory.
fn tell_nodes(state: &AppState) {
    state.bus.control(Control::Refresh { version: state.store.snapshot().version });
}

fn shown(record: ApiKey, key: Option<String>) -> KeyShown {
    let ApiKey { id, name, scopes, created_at, hash: _ } = record;
    KeyShown { id: id.to_string(), name, scopes, created_at, key }
}
