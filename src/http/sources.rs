//! `GET|PUT|DELETE /api/v1/sources/{source}`: the helpdesks that post their own webhooks, and how that goes.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    AppState,
    body::{Json, Query},
    problem::Problem,
    records::{Page, PageQuery},
    who::Admin,
};
use crate::{
    domain::snapshot::Source,
    error::{Error, Result},
    intake::adapters,
    routing::links,
    store::{Edit, EditChange, RecordKind, SourceStatus},
};

/// What a helpdesk needs to post here.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct SourceGiven {
    /// Which adapter reads it: `zammad`, `chatwoot`, `frappe`, `osticket`, `slack`, `freescout` (Help Scout as well),
    /// `support-board`. May be left out when the source is there already.
    #[serde(default)]
    kind: Option<String>,
    /// The secret its webhooks are signed with; made, and shown once, when the source has none yet.
    #[serde(default)]
    secret: Option<String>,
    /// Where the helpdesk is, to build links to tickets.
    #[serde(default)]
    base_url: Option<String>,
}

/// A source, without its secret.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SourceShown {
    /// Its name in the path.
    id: String,
    /// Which adapter reads it.
    kind: String,
    /// Where the helpdesk is.
    base_url: Option<String>,
    /// Where the helpdesk posts to.
    hook_url: String,
    /// The secret: only in the answer to the request that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// How deliveries went.
    #[serde(flatten)]
    status: SourceStatus,
}

/// Lists the sources by name
#[utoipa::path(
    get, path = "/api/v1/sources", tag = "Sources", security(("api_key" = [])), params(PageQuery),
    responses((status = 200, body = Page<SourceShown>), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub async fn list(_: Admin, state: Data<AppState>, query: Query<PageQuery>) -> Result<HttpResponse> {
    let snapshot = state.store.refresh().await?;
    let sources: Vec<Source> = snapshot.sources.values().cloned().collect();
    let page = Page::cut(sources, &query.0, |source| &source.id);
    let mut items = Vec::with_capacity(page.items.len());
    for source in &page.items {
        items.push(shown(&state, source, None).await?);
    }
    Ok(HttpResponse::Ok().json(Page { items, next: page.next }))
}

/// Shows a source: last delivery, last error, people it named whom nobody matches
#[utoipa::path(
    get, path = "/api/v1/sources/{source}", tag = "Sources", security(("api_key" = [])),
    params(("source" = String, Path)),
    responses((status = 200, body = SourceShown), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub async fn show(_: Admin, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    let snapshot = state.store.refresh().await?;
    let source = snapshot.sources.get(id.as_str()).ok_or(Error::NotFound("source"))?;
    Ok(HttpResponse::Ok().json(shown(&state, source, None).await?))
}

/// Makes or changes a source
///
/// Without `secret` one is made and shown in this answer only; a source that has one keeps it.
#[utoipa::path(
    put, path = "/api/v1/sources/{source}", tag = "Sources", security(("api_key" = [])),
    params(("source" = String, Path)), request_body = SourceGiven,
    responses((status = 200, body = SourceShown), (status = 401, body = Problem), (status = 422, body = Problem))
)]
pub async fn put(_: Admin, state: Data<AppState>, id: Path<String>, body: Json<SourceGiven>) -> Result<HttpResponse> {
    let snapshot = state.store.refresh().await?;
    let known = snapshot.sources.get(id.as_str());
    let (record, made) = record(&id, body.0, known)?;
    let snapshot = state.edit(vec![Edit::merge(RecordKind::Source, &id, record, String::new())?]).await?;
    let source = snapshot.sources.get(id.as_str()).ok_or(Error::NotFound("source"))?;
    Ok(HttpResponse::Ok().json(shown(&state, source, made).await?))
}

/// Removes a source: its webhooks are refused from now on
#[utoipa::path(
    delete, path = "/api/v1/sources/{source}", tag = "Sources", security(("api_key" = [])),
    params(("source" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub async fn remove(_: Admin, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    let (id, change) = (id.as_str().into(), EditChange::Delete);
    state.edit(vec![Edit { kind: RecordKind::Source, id, change, pointer: String::new() }]).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The members to keep, and the secret if one had to be made.
fn record(id: &str, given: SourceGiven, known: Option<&Source>) -> Result<(Map<String, Value>, Option<String>)> {
    check_name(id)?;
    let kind = given.kind.or_else(|| known.map(|source| source.kind.clone()));
    let kind = kind.filter(|kind| adapters::KINDS.contains(&kind.as_str())).ok_or_else(|| {
        Error::invalid("source.unknown_kind", "/kind", format!("is one of {}", adapters::KINDS.join(", ")))
    })?;
    if given.base_url.as_deref().is_some_and(|url| links::safe(url).is_none()) {
        return Err(Error::invalid("source.invalid", "/base_url", "is not an http(s) address"));
    }
    if given.secret.as_deref().is_some_and(str::is_empty) {
        return Err(Error::invalid("source.invalid", "/secret", "an empty secret protects nothing"));
    }
    let made = (given.secret.is_none() && known.is_none()).then(|| hex::encode(rand::random::<[u8; 24]>()));
    let mut record = Map::from_iter([("kind".to_owned(), json!(kind))]);
    if let Some(secret) = given.secret.as_ref().or(made.as_ref()) {
        record.insert("secret".to_owned(), json!(secret));
    }
    if let Some(base_url) = given.base_url {
        record.insert("base_url".to_owned(), json!(base_url.trim_end_matches('/')));
    }
    Ok((record, made))
}

/// It stands in a path and before the colon of `external_ids`.
fn check_name(id: &str) -> Result<()> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || id.len() > 64 || !id.chars().all(fits) {
        let message = "a source's name has 1 to 64 letters, digits, dots, dashes and underscores";
        return Err(Error::invalid("source.invalid", "", message));
    }
    Ok(())
}

async fn shown(state: &AppState, source: &Source, secret: Option<String>) -> Result<SourceShown> {
    Ok(SourceShown {
        id: source.id.to_string(),
        kind: source.kind.clone(),
        base_url: source.base_url.clone(),
        hook_url: format!("{}/hooks/{}/{}", state.options.public_url, source.kind, source.id),
        secret,
        status: state.store.source_status(&source.id).await?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    fn given(value: Value) -> SourceGiven {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_secret_is_made_once_and_kept_afterwards() {
        let (record_, made) = record("main", given(json!({"kind": "zammad"})), None).unwrap();
        assert_eq!((record_["secret"].as_str(), made.as_ref().unwrap().len()), (made.as_deref(), 48));
        let known = Source { id: "main".into(), kind: "zammad".into(), secret: made.unwrap(), base_url: None };
        let (record_, made) = record("main", given(json!({"base_url": "https://d.example/"})), Some(&known)).unwrap();
        assert_eq!(Value::Object(record_), json!({"kind": "zammad", "base_url": "https://d.example"}));
        assert_eq!(made, None);
    }

    #[test]
    fn what_no_adapter_reads_and_what_protects_nothing_is_refused() {
        for (name, wrong) in [
            ("main", json!({"kind": "fax"})),
            ("main", json!({})),
            ("main", json!({"kind": "zammad", "secret": ""})),
            ("main", json!({"kind": "zammad", "base_url": "javascript:1"})),
            ("a:b", json!({"kind": "zammad"})),
        ] {
            assert!(matches!(record(name, given(wrong), None), Err(Error::Invalid(_))));
        }
    }
}
