//! `/api/v1/sms/opt-outs`: the numbers that get no text messages.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, Payload},
};
use serde::{Deserialize, Serialize};

use super::{
    AppState,
    body::{MAX_BODY_BYTES, Query, parse, read},
    problem::Problem,
    records::Page,
    who::{Admin, NamedAdmin},
};
use crate::{
    domain::{
        Millis,
        sms::{OptOutSource, normalize},
        snapshot::Snapshot,
        time,
    },
    error::{Error, Result},
    store::OptOut,
};

/// Stands in the path where the person is named by their agent id.
const BY_AGENT: &str = "agent";
const DEFAULT_LIMIT: i64 = 100;
const MAX_LIMIT: i64 = 1_000;

/// Where a page begins, and how long it is.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OptOutQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// 1 to 1,000; 100 when left out.
    limit: Option<i64>,
}

/// Whose number it is, where the path says `agent`.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OptOutGiven {
    /// An agent of the directory who has a number.
    agent: Option<String>,
}

/// A number that gets no text messages.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OptOutShown {
    /// In E.164.
    phone: String,
    /// `admin`, `stop` (the person, by an answer), `provider`.
    source: String,
    /// The administrator: an agent's id, or `key:` and an API key's.
    by: Option<String>,
    /// Since when.
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String)]
    created_at: Millis,
    /// Whose number it is now, as far as the directory knows: agent ids.
    agents: Vec<String>,
}

/// Lists the numbers that get no text messages
#[utoipa::path(
    get, path = "/api/v1/sms/opt-outs", tag = "Text messages", security(("api_key" = [])), params(OptOutQuery),
    responses((status = 200, body = Page<OptOutShown>), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub async fn list(_: Admin, state: Data<AppState>, query: Query<OptOutQuery>) -> Result<HttpResponse> {
    let snapshot = state.store.refresh().await?;
    let limit = query.0.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let mut listed = state.store.opt_outs(query.0.after, limit + 1).await?;
    let more = listed.len() > limit as usize;
    listed.truncate(limit as usize);
    let next = listed.last().filter(|_| more).map(|last| last.phone.clone());
    let items = listed.into_iter().map(|opt_out| shown(&snapshot, opt_out)).collect();
    Ok(HttpResponse::Ok().json(Page { items, next }))
}

/// Keeps a number from getting text messages
///
/// `{phone}` is a number in E.164, or `agent` with `{"agent": "pia"}` as body. The person's own START does not undo what
/// an administrator said.
#[utoipa::path(
    put, path = "/api/v1/sms/opt-outs/{phone}", tag = "Text messages", security(("api_key" = [])),
    params(("phone" = String, Path)), request_body = Option<OptOutGiven>,
    responses(
        (status = 200, body = OptOutShown), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem),
    )
)]
pub async fn put(
    who: NamedAdmin,
    state: Data<AppState>,
    phone: Path<String>,
    request: HttpRequest,
    mut payload: Payload,
) -> Result<HttpResponse> {
    let body = read(&request, &mut payload, MAX_BODY_BYTES, "the body").await?;
    let given = if body.is_empty() { OptOutGiven::default() } else { parse(&body)? };
    let snapshot = state.store.refresh().await?;
    let phone = number(&snapshot, &phone, given.agent.as_deref())?;
    state.store.opt_out(&phone, OptOutSource::Admin, Some(who.name)).await?;
    let opt_out = state.store.opt_out_of(&phone).await?.ok_or(Error::NotFound("opt-out"))?;
    Ok(HttpResponse::Ok().json(shown(&snapshot, opt_out)))
}

/// Lets a number get text messages again
///
/// `{phone}` is a number in E.164, or `agent` with `?agent=`. Who told the provider STOP still gets none from it, until
/// they send it START.
#[utoipa::path(
    delete, path = "/api/v1/sms/opt-outs/{phone}", tag = "Text messages", security(("api_key" = [])),
    params(("phone" = String, Path), OptOutGiven),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub async fn remove(
    _: Admin,
    state: Data<AppState>,
    phone: Path<String>,
    query: Query<OptOutGiven>,
) -> Result<HttpResponse> {
    let snapshot = state.store.refresh().await?;
    state.store.opt_in(&number(&snapshot, &phone, query.0.agent.as_deref())?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The number that is meant.
fn number(snapshot: &Snapshot, phone: &str, agent: Option<&str>) -> Result<String> {
    let Some(agent) = agent else {
        let wrong = "a number is written +15550100123: a plus, the country, and 8 to 15 digits in all";
        return normalize(phone).ok_or_else(|| Error::invalid("sms.bad_number", "", wrong));
    };
    let known = snapshot.directory.agent(agent).ok_or(Error::NotFound("agent"))?;
    let theirs = known.phone.as_deref().and_then(normalize);
    let theirs = theirs
        .ok_or_else(|| Error::invalid("sms.no_number", "/agent", "has no number that text messages could go to"))?;
    if phone != BY_AGENT && normalize(phone).as_ref() != Some(&theirs) {
        return Err(Error::invalid("sms.bad_number", "/agent", "has another number than the path names"));
    }
    Ok(theirs)
}

fn shown(snapshot: &Snapshot, opt_out: OptOut) -> OptOutShown {
    let OptOut { phone, source, by, created_at } = opt_out;
    let is_theirs = |known: &Option<String>| known.as_deref().and_then(normalize).as_ref() == Some(&phone);
    let theirs = snapshot.directory.agents().filter(|agent| is_theirs(&agent.phone));
    let mut agents: Vec<String> = theirs.map(|agent| agent.id.to_string()).collect();
    agents.sort_unstable();
    OptOutShown { phone, source, by, created_at, agents }
}
