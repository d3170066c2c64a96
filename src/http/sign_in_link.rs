//! `POST /session/link`, `GET|POST /session/link/{token}`: a link by email signs an agent in, once. Opening it only shows a
//! button, because mail scanners open every link.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};

use super::{
    AppState,
    body::Json,
    page::{Button, Page},
    problem::Problem,
    session::{check_page, counted, session_of},
    who::caller,
};
use crate::{
    auth::{Asked, active_agent, follow_link, make_link},
    delivery::email::{Item, Letter, Links, Mailer, Recipient},
    domain::{delivery::RecipientKind, directory::Agent},
    error::{Error, Result},
};

/// Where somebody lands who signed in by a link.
const HOME: &str = "/notifications";
/// Characters of an address (RFC 5321 §4.5.3.1).
const MAX_ADDRESS_CHARS: usize = 254;

/// Who wants to sign in.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct LinkAsked {
    /// The address that the directory knows.
    email: String,
}

/// The same for every address.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LinkOnItsWay {
    /// What happens now.
    detail: &'static str,
}

/// Mails a link to sign in with
///
/// The answer is the same whether the address is known or not. The link is good once and for 10 minutes; three go to one
/// address within a quarter of an hour.
#[utoipa::path(
    post, path = "/session/link", tag = "Agents", request_body = LinkAsked,
    responses(
        (status = 202, body = LinkOnItsWay), (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem),
    )
)]
pub async fn ask(state: Data<AppState>, request: HttpRequest, body: Json<LinkAsked>) -> Result<HttpResponse> {
    check_page(&state, &request)?;
    let Some(mailer) = state.mailer.clone() else {
        return Err(Error::Conflict("this installation sends no email".to_owned()));
    };
    let address = body.0.email.trim().to_owned();
    if !address.contains('@') || address.chars().count() > MAX_ADDRESS_CHARS {
        return Err(Error::invalid("session.address", "/email", "is not an email address"));
    }
    match state.link_limit.ask(caller(&request), &address, state.clock.now()) {
        Asked::TooOften { retry_after_s } => return Err(Error::TooMany { retry_after_s }),
        Asked::EnoughForAddress => tracing::info!("a link to sign in was asked for too often for one address"),
        // In a task of its own for known and unknown addresses alike: the time of the answer tells nothing either.
        Asked::Fine => drop(actix_web::rt::spawn(async move {
            if let Err(error) = mail_link(&state, &mailer, &address).await {
                tracing::warn!(%error, "a link to sign in was not mailed");
            }
        })),
    }
    let detail = "if the address is known, a link is on its way to it";
    Ok(HttpResponse::Accepted().json(LinkOnItsWay { detail }))
}

/// Shows a button that signs in; signs nobody in
#[utoipa::path(
    get, path = "/session/link/{token}", tag = "Agents", params(("token" = String, Path)),
    responses((status = 200, content_type = "text/html"))
)]
pub async fn show(_: Path<String>) -> HttpResponse {
    let button = Button { label: "Sign in", second: false, fields: &[] };
    let text = "Press the button to sign in on this device.";
    Page { title: "Sign in", text, button: Some(button), note: "The link is good once.", ..Page::default() }
        .answer(StatusCode::OK)
}

/// Signs in with a link that was mailed, and goes on to the notifications
#[utoipa::path(
    post, path = "/session/link/{token}", tag = "Agents", params(("token" = String, Path)),
    responses((status = 303), (status = 401, content_type = "text/html"), (status = 403, body = Problem))
)]
pub async fn follow(state: Data<AppState>, request: HttpRequest, token: Path<String>) -> Result<HttpResponse> {
    check_page(&state, &request)?;
    match counted(&state, &request, follow_link(&state.store, &token).await) {
        Ok(agent) => {
            let (cookie, _) = session_of(&state, &agent)?;
            Ok(HttpResponse::SeeOther().cookie(cookie).insert_header((header::LOCATION, HOME)).finish())
        }
        Err(Error::Unauthorized) => {
            let text = "It was used already, or is older than 10 minutes.";
            let title = "This link does not work any more";
            Ok(Page { title, text, way: Some((HOME, "Ask for a new one")), ..Page::default() }
                .answer(StatusCode::UNAUTHORIZED))
        }
        Err(error) => Err(error),
    }
}

async fn mail_link(state: &AppState, mailer: &Mailer, address: &str) -> Result<()> {
    let snapshot = state.store.refresh().await?;
    let known = snapshot.directory.agent_by_email(address);
    let Some(agent) = known.and_then(|agent| active_agent(&snapshot, &agent.id)) else { return Ok(()) };
    let token = make_link(&state.store, &agent.id, state.clock.now()).await?;
    let link = format!("{}/session/link/{token}", state.options.public_url);
    let email = mailer.compose(&letter(agent, address, link, state.clock.now()), &snapshot);
    let outcome = mailer.send(&email).await;
    match outcome.why() {
        None => tracing::info!(agent.id = %agent.id, "a link to sign in was mailed"),
        Some(why) => {
            let detail = outcome.detail().unwrap_or("");
            tracing::warn!(agent.id = %agent.id, why, detail, "a link to sign in was not mailed");
        }
    }
    Ok(())
}

fn letter(agent: &Agent, address: &str, link: String, now: i64) -> Letter {
    let item = Item {
        title: "Sign in".to_owned(),
        body: String::new(),
        kind: String::new(),
        message_text: String::new(),
        message_html: None,
        sender_name: String::new(),
        sender_image: None,
        attachments: Vec::new(),
        url: Some(link),
        at: now,
        reason: String::new(),
        ticket: None,
    };
    Letter {
        id: uuid::Uuid::now_v7().to_string(),
        purpose: "sign_in".to_owned(),
        recipient: Recipient {
            name: agent.name.clone(),
            // As the directory has it: what was typed may be spelt otherwise.
            address: agent.email.clone().unwrap_or_else(|| address.to_owned()),
            kind: RecipientKind::Agent,
            locale: agent.locale.clone(),
            time_zone: agent.time_zone.as_deref().and_then(|zone| zone.parse().ok()),
        },
        items: vec![item],
        links: Links::default(),
    }
}
