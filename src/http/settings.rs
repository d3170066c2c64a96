//! `GET|PATCH /api/v1/settings`: what administrators set at run time.

use actix_web::{HttpResponse, web::Data};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{AppState, body::Json, problem::Problem, settings_check::check, who::Admin};
use crate::{
    domain::{Id, settings::Settings},
    error::Result,
    routing::rules::{RULES, Rule},
    store::{Edit, EditChange, RecordKind, SETTINGS_ID},
};

/// The settings, and the rule book that they switch and narrow.
#[derive(Serialize, utoipa::ToSchema)]
pub struct SettingsShown<'a> {
    #[serde(flatten)]
    settings: &'a Settings,
    /// Every rule of the bell: its event, condition, audience, reason, category and priority. To be read; a rule is
    /// switched off by its id in `rules_off`, for everybody or in `departments`.
    #[schema(value_type = Vec<Object>)]
    rules: &'static [Rule],
}

impl SettingsShown<'_> {
    fn of(settings: &Settings) -> SettingsShown<'_> {
        SettingsShown { settings, rules: RULES }
    }
}

/// Shows the settings in force
#[utoipa::path(
    get, path = "/api/v1/settings", tag = "Settings", security(("api_key" = [])),
    responses((status = 200, body = SettingsShown), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub async fn show(_: Admin, state: Data<AppState>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(SettingsShown::of(&state.store.refresh().await?.settings)))
}

/// Changes settings
///
/// Merged into nested objects (RFC 7396): what is left out stays, null goes back to the factory value.
#[utoipa::path(
    patch, path = "/api/v1/settings", tag = "Settings", security(("api_key" = [])), request_body = Settings,
    responses(
        (status = 200, body = SettingsShown), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub async fn change(_: Admin, state: Data<AppState>, body: Json<Map<String, Value>>) -> Result<HttpResponse> {
    let mut given = body.0;
    // A page that sends back what it read does not change the book by it.
    given.remove("rules");
    check(&given)?;
    let change = EditChange::MergeDeep(given);
    let edit = Edit { kind: RecordKind::Settings, id: Id::from(SETTINGS_ID), change, pointer: String::new() };
    Ok(HttpResponse::Ok().json(SettingsShown::of(&state.edit(vec![edit]).await?.settings)))
}
