//! `POST /api/v1/import`, `GET /api/v1/export`: everything people entered, as a stream of lines. The directory's own
//! import takes its lines the same way.

use std::time::Duration;

use actix_web::{
    HttpResponse,
    web::{Bytes, Data, Payload},
};
use futures_util::{StreamExt, stream::try_unfold};
use serde::Serialize;

use super::{AppState, problem::Problem, who::Admin};
use crate::{
    error::{Error, Result},
    store::{Edit, KeptTemplate, KeptWatch},
    transfer::{Accepts, Export, Import, Sink},
};

/// A sender that is silent for so long has gone.
const CHUNK_WITHIN: Duration = Duration::from_secs(30);

/// How many lines were stored.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Imported {
    /// Of all kinds together.
    imported: usize,
}

/// Gives everything that people entered, line by line
///
/// Agents, departments, teams, contacts, settings, preferences, templates (each version a line; `in_force` is the one that
/// is sent) and watches, one `{"agent":{…}}` a line, each kind sorted by id, as `POST /api/v1/import` takes them. API keys,
/// sources and webhooks, which hold secrets, are left out.
#[utoipa::path(
    get, path = "/api/v1/export", tag = "Directory", security(("api_key" = [])),
    responses(
        (status = 200, content_type = "application/x-ndjson", body = String),
        (status = 401, body = Problem), (status = 403, body = Problem),
    )
)]
pub async fn export(_: Admin, state: Data<AppState>) -> Result<HttpResponse> {
    let export = Export::begin(state.store.clone()).await?;
    let pages = try_unfold(export, async |mut export| {
        let page = export.next().await.inspect_err(|error| tracing::error!(%error, "an export broke off"))?;
        Ok::<_, Error>(page.map(|page| (page, export)))
    });
    Ok(HttpResponse::Ok().content_type("application/x-ndjson").streaming(pages))
}

/// Takes what an export gave
///
/// The same lines, of up to 1 MiB each, stored as they come. What a line gives replaces, what it leaves out stays;
/// sending everything again changes nothing. A version of a template that is there already, by its words and time, is not
/// taken twice; where another version has its number, it gets the next one.
#[utoipa::path(
    post, path = "/api/v1/import", tag = "Directory", security(("api_key" = [])),
    request_body(content((String = "application/x-ndjson"))),
    responses(
        (status = 200, body = Imported), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem),
    )
)]
pub async fn import(_: Admin, state: Data<AppState>, payload: Payload) -> Result<HttpResponse> {
    let imported = lines(&state, payload, Accepts::Everything).await?;
    Ok(HttpResponse::Ok().json(Imported { imported }))
}

/// Stores what comes, in portions. Answers how many lines were stored.
///
/// # Errors
/// At the first line that is wrong; see [`Import::feed`].
pub(super) async fn lines(state: &AppState, mut payload: Payload, accepts: Accepts) -> Result<usize> {
    let mut import = Import::new(state, accepts);
    while let Some(chunk) = next(&mut payload).await? {
        import.feed(&chunk).await?;
    }
    import.finish().await
}

async fn next(payload: &mut Payload) -> Result<Option<Bytes>> {
    let broken = |detail: String| Error::Malformed { code: "body.broken", detail, pointer: None };
    match tokio::time::timeout(CHUNK_WITHIN, payload.next()).await {
        Ok(chunk) => chunk.transpose().map_err(|error| broken(format!("the body did not arrive whole: {error}"))),
        Err(_) => Err(broken("the body stopped for 30 s".to_owned())),
    }
}

impl Sink for &AppState {
    async fn edit(&self, edits: Vec<Edit>) -> Result<()> {
        AppState::edit(self, edits).await.map(drop)
    }

    async fn watch(&self, watches: Vec<KeptWatch>) -> Result<()> {
        self.store.put_watches(watches).await.map(drop)
    }

    async fn word(&self, templates: Vec<KeptTemplate>) -> Result<()> {
        self.store.put_templates(templates).await.map(drop)
    }
}
