//! `GET|PATCH /api/v1/settings`: what administrators set at run time.

use actix_web::{HttpResponse, web::Data};
use serde_json::{Map, Value};

use super::{AppState, body::Json, problem::Problem, who::Admin};
use crate::{
    domain::{Id, settings::Settings},
    error::Result,
    store::{Edit, EditChange, RecordKind},
};

/// Shows the settings in force
#[utoipa::path(
    get, path = "/api/v1/settings", tag = "Settings", security(("api_key" = [])),
    responses((status = 200, body = Settings), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub async fn show(_: Admin, state: Data<AppState>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(&state.store.refresh().await?.settings))
}

/// Changes settings
///
/// Merged into nested objects (RFC 7396): what is left out stays, null goes back to the factory value.
#[utoipa::path(
    patch, path = "/api/v1/settings", tag = "Settings", security(("api_key" = [])), request_body = Settings,
    responses(
        (status = 200, body = Settings), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub async fn change(_: Admin, state: Data<AppState>, body: Json<Map<String, Value>>) -> Result<HttpResponse> {
    let change = EditChange::MergeDeep(body.0);
    let edit = Edit { kind: RecordKind::Settings, id: Id::from("settings"), change, pointer: String::new() };
    Ok(HttpResponse::Ok().json(&state.edit(vec![edit]).await?.settings))
}
