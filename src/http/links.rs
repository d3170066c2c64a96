//! `GET|POST /l/{token}`: the links at the foot of emails. Opening one shows a page and changes nothing; a POST acts, the
//! page's button or a mail program's own (RFC 8058), and can be undone.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, Path, Payload},
};

use super::{
    AppState, body,
    page::{Button, Page},
};
use crate::{
    delivery::links::{self, Action, Before, Done},
    error::{Error, Result},
};

/// A form of ours, or a mail program's one line.
const MAX_FORM_BYTES: usize = 4_096;

/// Shows what a link in an email would do; does nothing
#[utoipa::path(
    get, path = "/l/{token}", tag = "Emails", params(("token" = String, Path)),
    responses((status = 200, content_type = "text/html"), (status = 404, content_type = "text/html"))
)]
pub async fn show(state: Data<AppState>, token: Path<String>) -> Result<HttpResponse> {
    let Ok(action) = state.links.read(&token) else { return Ok(unknown()) };
    let (title, label) = match action {
        Action::Mute { .. } => ("Mute this ticket", "Mute"),
        _ => ("Unsubscribe", "Unsubscribe"),
    };
    let text = format!("This ends {}.", links::about(&action));
    let button = Button { label, second: false, fields: &[] };
    Ok(Page { title, text: &text, button: Some(button), note: note(&action), ..Page::default() }.answer(StatusCode::OK))
}

/// Does what a link in an email says, or undoes it
///
/// With `undo=1` in a form it is undone. Anything else in the body, `List-Unsubscribe=One-Click` for example, acts.
#[utoipa::path(
    post, path = "/l/{token}", tag = "Emails", params(("token" = String, Path)),
    responses((status = 200, content_type = "text/html"), (status = 404, content_type = "text/html"))
)]
pub async fn act(
    state: Data<AppState>,
    token: Path<String>,
    request: HttpRequest,
    mut payload: Payload,
) -> Result<HttpResponse> {
    let Ok(action) = state.links.read(&token) else { return Ok(unknown()) };
    let form = body::read(&request, &mut payload, MAX_FORM_BYTES, "the form").await?;
    let field =
        |name: &str| url::form_urlencoded::parse(&form).find(|(known, _)| known == name).map(|(_, value)| value);
    let done = match field("undo") {
        Some(undo) if undo == "1" => {
            let before = field("before").map(|before| Before(before.into_owned()));
            links::undo(&state.store, &action, before.as_ref()).await
        }
        _ => links::act(&state.store, &action).await,
    };
    match done {
        Ok(done) => Ok(told(&action, &done)),
        Err(Error::NotFound(_)) => Ok(unknown()),
        Err(error) => Err(error),
    }
}

fn told(action: &Action, done: &Done) -> HttpResponse {
    let about = links::about(action);
    let again = Button { label: "Do it after all", second: true, fields: &[] };
    match done {
        Done::Acted(Before(before)) => {
            let fields = [("undo", "1"), ("before", before.as_str())];
            let button = Button { label: "Undo", second: true, fields: &fields };
            let text = format!("There will be no more {}.", about.trim_start_matches("all "));
            Page { title: "Done", text: &text, button: Some(button), note: note(action), ..Page::default() }
                .answer(StatusCode::OK)
        }
        Done::Required => {
            let text = format!("Your administrator requires {about}: they go on.");
            Page { title: "Nothing was changed", text: &text, ..Page::default() }.answer(StatusCode::OK)
        }
        Done::Undone => {
            let text = "Everything is as it was before.";
            Page { title: "Undone", text, button: Some(again), ..Page::default() }.answer(StatusCode::OK)
        }
    }
}

fn note(action: &Action) -> &'static str {
    match action {
        Action::Mute { .. } => "You also stop watching it. Its notifications stay in your list.",
        Action::Unsubscribe { .. } => "Your list of notifications is not touched.",
        Action::Suppress { .. } => "",
    }
}

fn unknown() -> HttpResponse {
    let text = "It is older than 60 days, or not complete. Newer emails have newer links.";
    Page { title: "This link does not work any more", text, ..Page::default() }.answer(StatusCode::NOT_FOUND)
}
