//! `/api/v1/templates`: the wording of mails and text messages. Every version is kept and can be put in
//! force again.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};

use super::{
    AppState,
    body::Json,
    email::{TestResult, Tested, send_test},
    problem::Problem,
    who::Admin,
};
use crate::{
    delivery::templates::{self, KINDS, Kind, MERGE_FIELDS, Medium, Sources, Values, sample},
    domain::{Id, Millis, template::Template, time},
    error::{Error, Result},
    store::NewTemplate,
};

/// Every template.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Templates {
    /// In the order of the screen.
    items: Vec<TemplateShown>,
    /// What may stand in braces.
    merge_fields: Vec<MergeField>,
}

/// What may stand in braces.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MergeField {
    /// `recipient_name`: in a template `{recipient_name}`.
    name: &'static str,
    /// What comes in its place.
    about: &'static str,
}

/// A template as it is in force.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TemplateShown {
    /// Its name in paths.
    name: &'static str,
    /// When it is used.
    about: &'static str,
    /// `email`, or `sms`, which has a text alone.
    medium: &'static str,
    /// Customers get it: no link into the helpdesk is filled in.
    for_contacts: bool,
    /// Which version of the administrator's; null: the shipped one.
    version: Option<i64>,
    /// The subject line.
    subject: String,
    /// The plain text.
    text: String,
    /// The HTML; null: made of the plain text.
    html: Option<String>,
}

/// A wording.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
pub struct TemplateGiven {
    /// The subject line. Needed for emails.
    #[serde(default)]
    subject: Option<String>,
    /// The plain text.
    #[serde(default)]
    text: Option<String>,
    /// The HTML; left out or null: made of the plain text, its lines kept.
    #[serde(default)]
    html: Option<String>,
}

/// One version.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TemplateVersion {
    /// Counts up from 1.
    version: i64,
    /// It is in force.
    active: bool,
    /// The subject line.
    subject: String,
    /// The plain text.
    text: String,
    /// The HTML.
    html: Option<String>,
    /// Who saved it: an agent's id, or the name of an API key.
    author: String,
    /// When.
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: Millis,
}

/// The versions, the newest first; the last hundred are kept.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TemplateVersions {
    items: Vec<TemplateVersion>,
}

/// Which version.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct VersionWanted {
    version: i64,
}

/// A template filled with made-up people and texts.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Preview {
    /// The subject line.
    subject: String,
    /// The plain text.
    text: String,
    /// The HTML, a whole page; empty for text messages.
    html: String,
}

/// Lists the templates as they are in force
#[utoipa::path(
    get, path = "/api/v1/templates", tag = "Emails", security(("api_key" = [])),
    responses((status = 200, body = Templates), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub async fn list(_: Admin, state: Data<AppState>) -> Result<HttpResponse> {
    let snapshot = state.store.refresh().await?;
    let items = KINDS.iter().map(|kind| shown(kind, snapshot.templates.get(kind.name))).collect();
    let merge_fields = MERGE_FIELDS.iter().map(|(name, about)| MergeField { name, about }).collect();
    Ok(HttpResponse::Ok().json(Templates { items, merge_fields }))
}

/// Shows a template as it is in force
#[utoipa::path(
    get, path = "/api/v1/templates/{name}", tag = "Emails", security(("api_key" = [])),
    params(("name" = String, Path)),
    responses((status = 200, body = TemplateShown), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub async fn show(_: Admin, state: Data<AppState>, name: Path<String>) -> Result<HttpResponse> {
    let kind = known(&name)?;
    let snapshot = state.store.refresh().await?;
    Ok(HttpResponse::Ok().json(shown(kind, snapshot.templates.get(kind.name))))
}

/// Saves a template, as a new version
///
/// Refused with the engine's words when it does not parse, names what does not exist, or says nothing. In force at once,
/// on every node.
#[utoipa::path(
    put, path = "/api/v1/templates/{name}", tag = "Emails", security(("api_key" = [])),
    params(("name" = String, Path)), request_body = TemplateGiven,
    responses(
        (status = 200, body = TemplateShown), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub async fn put(
    admin: Admin,
    state: Data<AppState>,
    name: Path<String>,
    body: Json<TemplateGiven>,
) -> Result<HttpResponse> {
    let kind = known(&name)?;
    let TemplateGiven { subject, text, html } = body.0;
    let text = text.ok_or_else(|| Error::invalid("template.invalid", "/text", "the plain text is needed"))?;
    let subject = subject.filter(|_| kind.medium == Medium::Email).unwrap_or_default();
    let html = html.filter(|html| kind.medium == Medium::Email && !html.trim().is_empty());
    save(&state, kind, NewTemplate { name: kind.name.into(), subject, text, html, author: admin.by }).await
}

/// Goes back to the shipped template
///
/// The versions stay, and each can be restored.
#[utoipa::path(
    delete, path = "/api/v1/templates/{name}", tag = "Emails", security(("api_key" = [])),
    params(("name" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub async fn remove(_: Admin, state: Data<AppState>, name: Path<String>) -> Result<HttpResponse> {
    state.store.drop_template(&known(&name)?.name.into()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lists the versions of a template
#[utoipa::path(
    get, path = "/api/v1/templates/{name}/versions", tag = "Emails", security(("api_key" = [])),
    params(("name" = String, Path)),
    responses((status = 200, body = TemplateVersions), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub async fn versions(_: Admin, state: Data<AppState>, name: Path<String>) -> Result<HttpResponse> {
    let name = Id::from(known(&name)?.name);
    let in_force = state.store.refresh().await?.templates.get(&name).map(|template| template.version);
    let items = state.store.template_versions(&name).await?.into_iter().map(|template| {
        let Template { id: _, version, subject, text, html, author, created_at } = template;
        TemplateVersion { version, active: in_force == Some(version), subject, text, html, author, created_at }
    });
    Ok(HttpResponse::Ok().json(TemplateVersions { items: items.collect() }))
}

/// Puts an older version in force again, as a new version
#[utoipa::path(
    post, path = "/api/v1/templates/{name}/restore", tag = "Emails", security(("api_key" = [])),
    params(("name" = String, Path)), request_body = VersionWanted,
    responses(
        (status = 200, body = TemplateShown), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub async fn restore(
    admin: Admin,
    state: Data<AppState>,
    name: Path<String>,
    body: Json<VersionWanted>,
) -> Result<HttpResponse> {
    let kind = known(&name)?;
    let old = state.store.template_version(&kind.name.into(), body.0.version).await?;
    let Template { id, subject, text, html, .. } = old.ok_or(Error::NotFound("version"))?;
    save(&state, kind, NewTemplate { name: id, subject, text, html, author: admin.by }).await
}

/// Fills a template with made-up people and texts
///
/// What is left out is as it is in force; nothing is saved.
#[utoipa::path(
    post, path = "/api/v1/templates/{name}/preview", tag = "Emails", security(("api_key" = [])),
    params(("name" = String, Path)), request_body = TemplateGiven,
    responses(
        (status = 200, body = Preview), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub async fn preview(
    _: Admin,
    state: Data<AppState>,
    name: Path<String>,
    body: Json<TemplateGiven>,
) -> Result<HttpResponse> {
    let kind = known(&name)?;
    let snapshot = state.store.refresh().await?;
    let in_force = shown(kind, snapshot.templates.get(kind.name));
    let TemplateGiven { subject, text, html } = body.0;
    // Who writes another plain text without HTML wants to see the HTML that is made of it.
    let html = if text.is_some() { html } else { html.or(in_force.html) };
    let (subject, text) = (subject.unwrap_or(in_force.subject), text.unwrap_or(in_force.text));
    let sources = Sources { subject: &subject, text: &text, html: html.as_deref() };
    templates::check(sources, kind).map_err(refused)?;
    let filled = templates::fill_sources(sources, kind.medium, &Values::of(&sample::letter(kind))).map_err(refused)?;
    let templates::Filled { subject, text, html } = filled;
    Ok(HttpResponse::Ok().json(Preview { subject, text, html }))
}

/// Sends an email with the template in force, filled with made-up people and texts
///
/// The answer says how that ended, in the mail server's own words where it refused.
#[utoipa::path(
    post, path = "/api/v1/templates/{name}/test", tag = "Emails", security(("api_key" = [])),
    params(("name" = String, Path)), request_body = Tested,
    responses(
        (status = 200, body = TestResult), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem),
    )
)]
pub async fn test(_: Admin, state: Data<AppState>, name: Path<String>, body: Json<Tested>) -> Result<HttpResponse> {
    send_test(&state, known(&name)?, &body.0).await
}

fn known(name: &str) -> Result<&'static Kind> {
    templates::kind(name).ok_or(Error::NotFound("template"))
}

async fn save(state: &AppState, kind: &'static Kind, new: NewTemplate) -> Result<HttpResponse> {
    let sources = Sources { subject: &new.subject, text: &new.text, html: new.html.as_deref() };
    templates::check(sources, kind).map_err(refused)?;
    let saved = state.store.save_template(new).await?;
    Ok(HttpResponse::Ok().json(shown(kind, Some(&saved))))
}

fn refused(error: String) -> Error {
    Error::invalid("template.invalid", templates::part_of(&error), error)
}

fn shown(kind: &'static Kind, edited: Option<&Template>) -> TemplateShown {
    let shipped = kind.shipped();
    let sources = edited.map_or_else(|| shipped.sources(), Sources::from);
    TemplateShown {
        name: kind.name,
        about: kind.about,
        medium: if kind.medium == Medium::Sms { "sms" } else { "email" },
        for_contacts: kind.for_contacts,
        version: edited.map(|template| template.version),
        subject: sources.subject.to_owned(),
        text: sources.text.to_owned(),
        html: sources.html.map(str::to_owned),
    }
}
