//! `PUT /api/v1/directory`: many people and groups at once, as one JSON document or as a stream of lines.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Payload},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    AppState,
    body::{MAX_LARGE_BODY_BYTES, parse, read},
    import,
    problem::Problem,
    who::Admin,
};
use crate::{
    domain::directory::{Agent, Contact, Department, Team},
    error::Result,
    store::{Edit, RecordKind},
    transfer::Accepts,
};

type Item = Map<String, Value>;

/// Any part may be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Given {
    agents: Vec<Item>,
    departments: Vec<Item>,
    teams: Vec<Item>,
    contacts: Vec<Item>,
}

/// People and groups; any part may be missing.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "stands for the body in the reference")]
pub struct DirectoryBody {
    agents: Option<Vec<Agent>>,
    departments: Option<Vec<Department>>,
    teams: Option<Vec<Team>>,
    contacts: Option<Vec<Contact>>,
}

/// How many records were made or changed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Upserted {
    /// Of all kinds together.
    pub upserted: usize,
}

/// Makes or changes people and groups
///
/// By id: what is given replaces, null clears, what is left out stays. A JSON document is all or nothing and up to
/// 16 MiB; `application/x-ndjson` is streamed, one `{"agent":{…}}` a line of up to 1 MiB, stored as it comes. In force
/// for every event posted after the answer, on every node.
#[utoipa::path(
    put, path = "/api/v1/directory", tag = "Directory", security(("api_key" = [])),
    request_body(content((DirectoryBody = "application/json"), (String = "application/x-ndjson"))),
    responses(
        (status = 200, body = Upserted), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem),
    )
)]
pub async fn put(_: Admin, state: Data<AppState>, request: HttpRequest, mut payload: Payload) -> Result<HttpResponse> {
    if is_lines(&request) {
        let upserted = import::lines(&state, payload, Accepts::Directory).await?;
        return Ok(HttpResponse::Ok().json(Upserted { upserted }));
    }
    let body = read(&request, &mut payload, MAX_LARGE_BODY_BYTES, "a directory").await?;
    let edits = edits(parse(&body)?)?;
    let upserted = edits.len();
    if upserted > 0 {
        state.edit(edits).await?;
    }
    Ok(HttpResponse::Ok().json(Upserted { upserted }))
}

fn is_lines(request: &HttpRequest) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let essence = kind.split(';').next().unwrap_or(kind).trim();
    ["application/x-ndjson", "application/ndjson", "application/jsonl"].contains(&essence)
}

fn edits(given: Given) -> Result<Vec<Edit>> {
    let parts = [
        ("agents", RecordKind::Agent, given.agents),
        ("departments", RecordKind::Department, given.departments),
        ("teams", RecordKind::Team, given.teams),
        ("contacts", RecordKind::Contact, given.contacts),
    ];
    let numbered = parts.into_iter().flat_map(|(part, kind, items)| {
        items.into_iter().enumerate().map(move |(at, item)| (kind, item, format!("/{part}/{at}")))
    });
    numbered.map(|(kind, item, pointer)| Edit::upsert(kind, item, pointer)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use serde_json::json;

    use super::*;
    use crate::error::Error;

    #[test]
    fn each_record_becomes_an_edit_that_knows_where_it_stood() {
        let given = json!({"agents": [{"id": "ana", "role": "pm"}], "teams": [{"id": "T"}], "unknown": 7});
        let edits = edits(serde_json::from_value(given).unwrap()).unwrap();
        let seen: Vec<_> = edits.iter().map(|edit| (edit.kind, &*edit.id, edit.pointer.as_str())).collect();
        assert_eq!(seen, [(RecordKind::Agent, "ana", "/agents/0"), (RecordKind::Team, "T", "/teams/0")]);
    }

    #[test]
    fn a_record_without_an_id_is_named_by_pointer() {
        for id in [json!({}), json!({"id": 7}), json!({"id": ""})] {
            let given = json!({"contacts": [{"id": "c1"}, id]});
            let refused = edits(serde_json::from_value(given).unwrap());
            let Err(Error::Invalid(invalid)) = refused else { panic!("{refused:?}") };
            assert_eq!(invalid.errors[0].pointer, "/contacts/1/id");
        }
    }
}
