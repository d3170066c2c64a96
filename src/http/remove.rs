//! `DELETE /api/v1/{agents,departments,teams,contacts}/{id}`: out of the directory, and of a person on request every
//! trace.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{AppState, body::Query, problem::Problem, who::Admin};
use crate::{
    domain::{Id, directory::AccountManager, snapshot::Snapshot},
    erasure::{Erased, Subject, erase},
    error::{Error, Result},
    store::{Edit, EditChange, RecordKind},
};

/// How thoroughly.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RemoveQuery {
    /// Everything about the person, and not only their record.
    #[serde(default)]
    erase: bool,
}

/// Removes one
///
/// Also when it is not there: gone is gone. With `erase` every trace of the person goes as well: inbox, notifications,
/// preferences, watches; and they are taken out of teams, tickets, events, explanations and the notifications of others,
/// where "Erased person" stands instead. That takes its time, goes on when the caller does not wait for it, and may be
/// asked for again.
#[utoipa::path(
    delete, path = "/api/v1/agents/{id}", tag = "Directory", security(("api_key" = [])),
    params(("id" = String, Path), RemoveQuery),
    responses(
        (status = 204), (status = 200, body = Erased), (status = 401, body = Problem), (status = 403, body = Problem),
    )
)]
pub async fn agent(
    _: Admin,
    state: Data<AppState>,
    id: Path<String>,
    query: Query<RemoveQuery>,
) -> Result<HttpResponse> {
    person(state, RecordKind::Agent, &id, query.0.erase).await
}

/// Removes one
///
/// Also when it is not there: gone is gone. With `erase` every trace of the person goes as well: they are taken out of
/// tickets, events, explanations and notifications, where "Erased person" stands instead. That takes its time, goes on
/// when the caller does not wait for it, and may be asked for again.
#[utoipa::path(
    delete, path = "/api/v1/contacts/{id}", tag = "Directory", security(("api_key" = [])),
    params(("id" = String, Path), RemoveQuery),
    responses(
        (status = 204), (status = 200, body = Erased), (status = 401, body = Problem), (status = 403, body = Problem),
    )
)]
pub async fn contact(
    _: Admin,
    state: Data<AppState>,
    id: Path<String>,
    query: Query<RemoveQuery>,
) -> Result<HttpResponse> {
    person(state, RecordKind::Contact, &id, query.0.erase).await
}

/// Removes one
///
/// Also when it is not there: gone is gone.
#[utoipa::path(
    delete, path = "/api/v1/departments/{id}", tag = "Directory", security(("api_key" = [])),
    params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub async fn department(_: Admin, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    remove(&state, RecordKind::Department, &id).await
}

/// Removes one
///
/// Also when it is not there: gone is gone.
#[utoipa::path(
    delete, path = "/api/v1/teams/{id}", tag = "Directory", security(("api_key" = [])),
    params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub async fn team(_: Admin, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    remove(&state, RecordKind::Team, &id).await
}

async fn remove(state: &AppState, kind: RecordKind, id: &str) -> Result<HttpResponse> {
    state.edit(vec![delete(kind, id)]).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn person(state: Data<AppState>, kind: RecordKind, id: &str, with_traces: bool) -> Result<HttpResponse> {
    if !with_traces {
        return remove(&state, kind, id).await;
    }
    // A task of its own: a caller who hangs up ends the request, and half an erasure is none.
    let erasing = actix_web::rt::spawn(erase_all(state, kind, Id::from(id)));
    let erased = erasing.await.map_err(|error| Error::Internal(format!("an erasure broke off: {error}")))?;
    Ok(HttpResponse::Ok().json(erased?))
}

async fn erase_all(state: Data<AppState>, kind: RecordKind, id: Id) -> Result<Erased> {
    let result = erase_with_record(&state, kind, id).await;
    // Who it was is just what nothing may hold any more.
    match &result {
        Ok(erased) => tracing::info!(?erased, "a person was erased"),
        Err(error) => tracing::error!(%error, "an erasure broke off; asking for it again does the rest"),
    }
    result
}

async fn erase_with_record(state: &AppState, kind: RecordKind, id: Id) -> Result<Erased> {
    let snapshot = state.store.refresh().await?;
    let subject = match kind {
        RecordKind::Agent => Subject::agent(id.clone(), snapshot.directory.agent(&id)),
        _ => Subject::contact(id.clone(), snapshot.directory.contact(&id)),
    };
    if kind == RecordKind::Agent {
        // From here on nothing new reaches them, and their sessions are over.
        let mut edits = references(&snapshot, &id)?;
        if snapshot.directory.agent(&id).is_some() {
            edits.push(merge(RecordKind::Agent, &id, json!({"status": "inactive"}))?);
        }
        edits.push(delete(RecordKind::Preferences, &id));
        state.edit(edits).await?;
    }
    let erased = erase(&state.store, subject).await?;
    state.edit(vec![delete(kind, &id)]).await?;
    Ok(erased)
}

/// What takes an agent out of the records of others.
fn references(snapshot: &Snapshot, agent: &Id) -> Result<Vec<Edit>> {
    let directory = &snapshot.directory;
    let mut edits = Vec::new();
    for team in directory.teams() {
        if team.lead.as_ref() == Some(agent) {
            edits.push(merge(RecordKind::Team, &team.id, json!({"lead": null}))?);
        }
        if team.members.iter().any(|member| member.agent == *agent) {
            let others: Vec<_> = team.members.iter().filter(|member| member.agent != *agent).collect();
            edits.push(merge(RecordKind::Team, &team.id, json!({"members": others}))?);
        }
    }
    for department in directory.departments().filter(|department| department.manager.as_ref() == Some(agent)) {
        edits.push(merge(RecordKind::Department, &department.id, json!({"manager": null}))?);
    }
    let managed = AccountManager::Agent(agent.clone());
    for contact in directory.contacts().filter(|contact| contact.account_manager.as_ref() == Some(&managed)) {
        edits.push(merge(RecordKind::Contact, &contact.id, json!({"account_manager": null}))?);
    }
    Ok(edits)
}

fn merge(kind: RecordKind, id: &str, body: Value) -> Result<Edit> {
    let body: Map<String, Value> = match body {
        Value::Object(body) => body,
        other => return Err(Error::Internal(format!("a record is an object and not {other}"))),
    };
    Edit::merge(kind, id, body, String::new())
}

fn delete(kind: RecordKind, id: &str) -> Edit {
    Edit { kind, id: Id::from(id), change: EditChange::Delete, pointer: String::new() }
}
