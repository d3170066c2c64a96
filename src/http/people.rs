//! `PUT|DELETE /api/v1/sources/{source}/people/{external_id}`: people whom a helpdesk named and nobody matched.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};

use super::{AppState, body::Json, problem::Problem, who::Admin};
use crate::{
    domain::{Id, snapshot::Snapshot},
    error::{Error, Result},
    store::{Edit, EditChange, RecordKind},
};

/// As long as the store keeps them.
const MAX_EXTERNAL_ID_CHARS: usize = 255;

/// Who it is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct PersonGiven {
    /// An agent of the directory.
    agent: String,
}

/// A person of a helpdesk and the agent they are.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PersonMatched {
    /// The helpdesk's id of the person.
    external_id: String,
    /// The agent's id.
    agent: String,
    /// All ids under which helpdesks know that agent.
    external_ids: Vec<String>,
}

/// Says which agent a person of a helpdesk is
///
/// Adds `source:external_id` to the agent's `external_ids`, takes it from any other agent, and takes the person off the
/// source's list of those whom nobody matches. In force for every delivery after the answer, on every node; what was
/// delivered before is not told again.
#[utoipa::path(
    put, path = "/api/v1/sources/{source}/people/{external_id}", tag = "Sources", security(("api_key" = [])),
    params(("source" = String, Path), ("external_id" = String, Path)), request_body = PersonGiven,
    responses(
        (status = 200, body = PersonMatched), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem),
    )
)]
pub async fn put(
    _: Admin,
    state: Data<AppState>,
    path: Path<(String, String)>,
    body: Json<PersonGiven>,
) -> Result<HttpResponse> {
    let (source, external_id) = path.into_inner();
    let agent = body.0.agent;
    let snapshot = state.store.refresh().await?;
    let source = known_source(&snapshot, &source)?;
    check(&snapshot, &external_id, &agent)?;
    let qualified = format!("{source}:{external_id}");
    let snapshot = state.edit(edits(&snapshot, &agent, &qualified)).await?;
    state.store.forget_person(&source, &external_id).await?;
    let matched = snapshot.directory.agent(&agent).ok_or(Error::NotFound("agent"))?;
    let external_ids = matched.external_ids.clone();
    Ok(HttpResponse::Ok().json(PersonMatched { external_id, agent, external_ids }))
}

/// Takes a person off the list of those whom nobody matches
///
/// For those who are no agents, a bot for example. They come back with the next delivery that names them. An agent who
/// was found to be that person stays so.
#[utoipa::path(
    delete, path = "/api/v1/sources/{source}/people/{external_id}", tag = "Sources", security(("api_key" = [])),
    params(("source" = String, Path), ("external_id" = String, Path)),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn remove(_: Admin, state: Data<AppState>, path: Path<(String, String)>) -> Result<HttpResponse> {
    let (source, external_id) = path.into_inner();
    let source = known_source(&*state.store.refresh().await?, &source)?;
    state.store.forget_person(&source, &external_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn known_source(snapshot: &Snapshot, source: &str) -> Result<Id> {
    snapshot.sources.get(source).map(|source| source.id.clone()).ok_or(Error::NotFound("source"))
}

fn check(snapshot: &Snapshot, external_id: &str, agent: &str) -> Result<()> {
    if external_id.is_empty() || external_id.chars().count() > MAX_EXTERNAL_ID_CHARS {
        let message = format!("a person's id has 1 to {MAX_EXTERNAL_ID_CHARS} characters");
        return Err(Error::invalid("person.id", "", message));
    }
    if snapshot.directory.agent(agent).is_none() {
        return Err(Error::invalid("person.unknown_agent", "/agent", "is no agent of the directory"));
    }
    Ok(())
}

/// One person is one agent: whoever had the id loses it in the same step.
fn edits(snapshot: &Snapshot, agent: &str, qualified: &str) -> Vec<Edit> {
    const LIST: &str = "external_ids";
    let holds = |ids: &[String]| ids.iter().any(|id| id == qualified);
    let others = snapshot.directory.agents().filter(|other| &*other.id != agent && holds(&other.external_ids));
    let of = |id: &str, change| Edit { kind: RecordKind::Agent, id: id.into(), change, pointer: String::new() };
    let mut edits: Vec<_> =
        others.map(|other| of(&other.id, EditChange::TakeFrom(LIST, qualified.to_owned()))).collect();
    edits.push(of(agent, EditChange::AddTo(LIST, qualified.to_owned())));
    edits
}
