//! `/api/v1/webhooks`: other programs that want to hear what happens.

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
    delivery::webhooks::signature::new_secret,
    domain::{
        Id, Millis,
        snapshot::Snapshot,
        time,
        webhook::{OLD_SECRET_MS, OldSecret, Webhook, WebhookType},
    },
    error::{Error, Result},
    store::{Edit, EditChange, RecordKind},
};

/// Each is asked for once a second, and each event that it wants is a row for it.
const MOST: usize = 50;
const MAX_DESCRIPTION_CHARS: usize = 500;

/// Where messages go, and which.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookGiven {
    /// https, and public. What is left out stays as it is.
    #[serde(default)]
    url: Option<String>,
    /// What it hears of, at least one.
    #[serde(default)]
    types: Option<Vec<WebhookType>>,
    /// Off: nothing new is kept for it, and what waits goes on waiting. On when left out at first.
    #[serde(default)]
    active: Option<bool>,
    /// What it is for.
    #[serde(default)]
    description: Option<String>,
}

/// A webhook, without its secret.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct WebhookShown {
    /// Made by Bellhop.
    id: String,
    /// Where messages go.
    url: String,
    /// What it hears of.
    types: Vec<WebhookType>,
    /// Whether it hears anything.
    active: bool,
    /// What it is for.
    description: String,
    /// Why Bellhop itself switched it off: `gone` (it answered 410).
    disabled: Option<String>,
    /// When it was made.
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String)]
    created_at: Millis,
    /// The secret of its signatures, `whsec_…`: only in the answer to the request that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// Lists the webhooks by id
#[utoipa::path(
    get, path = "/api/v1/webhooks", tag = "Webhooks", security(("api_key" = [])), params(PageQuery),
    responses((status = 200, body = Page<WebhookShown>), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub async fn list(_: Admin, state: Data<AppState>, query: Query<PageQuery>) -> Result<HttpResponse> {
    let snapshot = state.store.refresh().await?;
    let webhooks: Vec<&Webhook> = snapshot.webhooks.values().collect();
    let Page { items, next } = Page::cut(webhooks, &query.0, |webhook| &webhook.id);
    let items = items.into_iter().map(|webhook| shown(webhook, false)).collect();
    Ok(HttpResponse::Ok().json(Page { items, next }))
}

/// Makes a webhook
///
/// Its secret is made, and shown in this answer only. Messages are signed with it (`webhook-id`, `webhook-timestamp`,
/// `webhook-signature` of Standard Webhooks), and taken when the answer is 2xx within 15 s; otherwise they are tried ten
/// times in three days. They may come twice, and in any order.
#[utoipa::path(
    post, path = "/api/v1/webhooks", tag = "Webhooks", security(("api_key" = [])), request_body = WebhookGiven,
    responses(
        (status = 201, body = WebhookShown), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem, description = "there are 50 already"), (status = 422, body = Problem),
    )
)]
pub async fn create(_: Admin, state: Data<AppState>, body: Json<WebhookGiven>) -> Result<HttpResponse> {
    let given = body.0;
    if given.url.is_none() || given.types.is_none() {
        let missing = if given.url.is_none() { "/url" } else { "/types" };
        return Err(Error::invalid("webhook.invalid", missing, "is needed"));
    }
    if state.store.refresh().await?.webhooks.len() >= MOST {
        return Err(Error::Conflict(format!("there are {MOST} webhooks, and no more are possible")));
    }
    let mut record = changes(&state, given)?;
    record.insert("secret".to_owned(), json!(new_secret()));
    record.insert("created_at".to_owned(), json!(state.clock.now()));
    record.entry("active").or_insert(json!(true));
    let id = uuid::Uuid::now_v7().to_string();
    let snapshot = keep(&state, &id, record).await?;
    Ok(HttpResponse::Created().json(shown(find(&snapshot, &id)?, true)))
}

/// Shows a webhook
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}", tag = "Webhooks", security(("api_key" = [])), params(("id" = String, Path)),
    responses((status = 200, body = WebhookShown), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub async fn show(_: Admin, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(shown(find(&*state.store.refresh().await?, &id)?, false)))
}

/// Changes a webhook
///
/// What is left out stays as it is. Switched on again, it gets what still waits.
#[utoipa::path(
    put, path = "/api/v1/webhooks/{id}", tag = "Webhooks", security(("api_key" = [])), params(("id" = String, Path)),
    request_body = WebhookGiven,
    responses(
        (status = 200, body = WebhookShown), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem),
    )
)]
pub async fn put(_: Admin, state: Data<AppState>, id: Path<String>, body: Json<WebhookGiven>) -> Result<HttpResponse> {
    find(&*state.store.refresh().await?, &id)?;
    let mut record = changes(&state, body.0)?;
    if record.get("active") == Some(&Value::Bool(true)) {
        record.insert("disabled".to_owned(), Value::Null);
    }
    let snapshot = keep(&state, &id, record).await?;
    Ok(HttpResponse::Ok().json(shown(find(&snapshot, &id)?, false)))
}

/// Removes a webhook with everything that was kept for it
#[utoipa::path(
    delete, path = "/api/v1/webhooks/{id}", tag = "Webhooks", security(("api_key" = [])),
    params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub async fn remove(_: Admin, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    let id = Id::from(&**id);
    let change = EditChange::Delete;
    state.edit(vec![Edit { kind: RecordKind::Webhook, id: id.clone(), change, pointer: String::new() }]).await?;
    while state.store.remove_webhook_messages(&id).await? > 0 {}
    Ok(HttpResponse::NoContent().finish())
}

/// Makes a new secret
///
/// Shown in this answer only. For a day messages are signed with the old one as well, so that nothing is refused
/// meanwhile; the one before that is forgotten.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/rotate", tag = "Webhooks", security(("api_key" = [])),
    params(("id" = String, Path)),
    responses(
        (status = 200, body = WebhookShown), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem),
    )
)]
pub async fn rotate(_: Admin, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    let snapshot = state.store.refresh().await?;
    let webhook = find(&snapshot, &id)?;
    let old = OldSecret { secret: webhook.secret.clone(), until: state.clock.now() + OLD_SECRET_MS };
    let record = Map::from_iter([
        ("secret".to_owned(), json!(new_secret())),
        ("old_secret".to_owned(), json!({"secret": old.secret, "until": old.until})),
    ]);
    let snapshot = keep(&state, &id, record).await?;
    Ok(HttpResponse::Ok().json(shown(find(&snapshot, &id)?, true)))
}

pub(super) fn find<'a>(snapshot: &'a Snapshot, id: &str) -> Result<&'a Webhook> {
    snapshot.webhooks.get(id).ok_or(Error::NotFound("webhook"))
}

async fn keep(state: &AppState, id: &str, record: Map<String, Value>) -> Result<std::sync::Arc<Snapshot>> {
    state.edit(vec![Edit::merge(RecordKind::Webhook, id, record, String::new())?]).await
}

/// The members to keep of what is given.
fn changes(state: &AppState, given: WebhookGiven) -> Result<Map<String, Value>> {
    let mut record = Map::new();
    if let Some(url) = given.url {
        let checked = state.webhook_addresses.check(&url);
        let checked = checked.map_err(|why| Error::invalid("webhook.bad_address", "/url", why))?;
        record.insert("url".to_owned(), json!(checked.as_str()));
    }
    if let Some(mut types) = given.types {
        if types.is_empty() {
            return Err(Error::invalid("webhook.invalid", "/types", "is empty: it would hear nothing"));
        }
        types.sort_unstable_by_key(|kind| kind.as_str());
        types.dedup();
        record.insert("types".to_owned(), json!(types));
    }
    if let Some(description) = given.description {
        if description.chars().count() > MAX_DESCRIPTION_CHARS {
            let message = format!("has at most {MAX_DESCRIPTION_CHARS} characters");
            return Err(Error::invalid("webhook.invalid", "/description", message));
        }
        record.insert("description".to_owned(), json!(description));
    }
    if let Some(active) = given.active {
        record.insert("active".to_owned(), json!(active));
    }
    Ok(record)
}

fn shown(webhook: &Webhook, with_secret: bool) -> WebhookShown {
    WebhookShown {
        id: webhook.id.to_string(),
        url: webhook.url.clone(),
        types: webhook.types.clone(),
        active: webhook.active,
        description: webhook.description.clone(),
        disabled: webhook.disabled.clone(),
        created_at: webhook.created_at,
        secret: with_secret.then(|| webhook.secret.clone()),
    }
}
