//! `POST /api/v1/notifications`: a notification that the caller words. It takes the way of every event.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use serde::Deserialize;

use super::{AppState, body::Json, problem::Problem, who::Producer};
use crate::{
    domain::{
        Id, Millis,
        event::{Actor, ActorKind, Custom, Event, EventData, EventType},
        notification::Priority,
        plan::Receipt,
        ticket::TicketSnapshot,
    },
    error::{Error, Result},
    routing::links,
};

const SOURCE: &str = "/api/v1/notifications";
const MAX_MESSAGE_CHARS: usize = 2_000;
const MAX_WORD_CHARS: usize = 200;

/// What to tell whom.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct CustomNotification {
    /// Agent id.
    to: String,
    /// Agent id of who triggered it; the system when left out.
    #[serde(default)]
    from: Option<String>,
    /// `assignment`, `mention`, …, as it shall be shown.
    #[serde(rename = "type")]
    kind: String,
    /// The ticket it is about.
    #[serde(default)]
    ticket: Option<String>,
    /// Shown instead of a generated text.
    #[serde(default)]
    message: Option<String>,
    /// Where a click goes: http(s) or relative; the ticket's when left out.
    #[serde(default)]
    url: Option<String>,
    /// How much it may disturb.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    priority: Option<Priority>,
}

/// Sends a notification that you word
///
/// With an `Idempotency-Key` the same request may be sent again: nothing happens twice.
#[utoipa::path(
    post, path = "/api/v1/notifications", tag = "Producers", security(("api_key" = [])), request_body = CustomNotification,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 200 visible characters")),
    responses(
        (status = 202, body = Receipt), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem), (status = 503, body = Problem),
    )
)]
pub async fn create(
    producer: Producer,
    state: Data<AppState>,
    request: HttpRequest,
    body: Json<CustomNotification>,
) -> Result<HttpResponse> {
    let id = idempotency_key(&request)?.unwrap_or_else(|| Id::from(uuid::Uuid::now_v7().to_string()));
    let from = body.0.from.as_deref().map(|from| actor(&state, from));
    let event = event(body.0, from, id, state.clock.now())?;
    let receipt = state.accept_one(event, producer.key_hash).await?;
    Ok(HttpResponse::Accepted().json(receipt))
}

/// The request's `Idempotency-Key`, if it has one.
fn idempotency_key(request: &HttpRequest) -> Result<Option<Id>> {
    let Some(value) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().unwrap_or("").trim();
    if key.is_empty() || key.len() > MAX_WORD_CHARS {
        let message = "Idempotency-Key has 1 to 200 visible ASCII characters";
        return Err(Error::invalid("idempotency_key.invalid", "", message));
    }
    Ok(Some(Id::from(key)))
}

fn actor(state: &AppState, from: &str) -> Actor {
    let snapshot = state.store.snapshot();
    let known = snapshot.directory.agent(from);
    Actor {
        kind: ActorKind::Agent,
        id: Some(Id::from(from)),
        name: known.map(|agent| agent.name.clone()),
        avatar_url: known.and_then(|agent| agent.avatar_url.clone()),
        email: None,
    }
}

fn event(given: CustomNotification, actor: Option<Actor>, id: Id, now: Millis) -> Result<Event> {
    check_word("/to", &given.to)?;
    check_word("/type", &given.kind)?;
    given.from.as_deref().map_or(Ok(()), |from| check_word("/from", from))?;
    given.ticket.as_deref().map_or(Ok(()), |ticket| check_word("/ticket", ticket))?;
    if given.message.as_deref().is_some_and(|message| message.chars().count() > MAX_MESSAGE_CHARS) {
        let message = format!("has at most {MAX_MESSAGE_CHARS} characters");
        return Err(Error::invalid("notification.invalid", "/message", message));
    }
    if given.url.as_deref().is_some_and(|url| links::safe(url).is_none()) {
        return Err(Error::invalid("notification.invalid", "/url", "is neither http(s) nor relative"));
    }
    let custom = Custom {
        to: Id::from(given.to),
        kind: Id::from(given.kind),
        message: given.message.filter(|message| !message.trim().is_empty()),
        url: given.url,
        priority: given.priority.unwrap_or_default(),
    };
    let ticket = given.ticket.map(|id| TicketSnapshot { id: Id::from(id), ..TicketSnapshot::default() });
    let data = EventData { actor: actor.unwrap_or_default(), ticket, custom: Some(custom), ..EventData::default() };
    Ok(Event { source: Id::from(SOURCE), id, kind: EventType::NotificationCustom, time: now, data })
}

fn check_word(pointer: &str, word: &str) -> Result<()> {
    if word.trim().is_empty() || word.chars().count() > MAX_WORD_CHARS {
        let message = format!("has 1 to {MAX_WORD_CHARS} characters");
        return Err(Error::invalid("notification.invalid", pointer, message));
    }
    Ok(())
}

impl AppState {
    /// Takes in one event of our own making.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn accept_one(&self, event: Event, key_hash: Option<String>) -> Result<Receipt> {
        let receipts = self.store.accept(vec![event], key_hash).await?;
        let receipt = receipts.into_iter().next();
        let receipt = receipt.ok_or_else(|| Error::Internal("an event was answered by no receipt".to_owned()))?;
        self.count(&receipt);
        Ok(receipt)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use serde_json::{Value, json};

    use super::*;

    fn given(value: Value) -> Result<Event> {
        event(serde_json::from_value(value).unwrap(), None, Id::from("k"), 7)
    }

    #[test]
    fn what_the_caller_words_becomes_an_event_about_a_ticket_whose_facts_stay() {
        let made = given(json!({"to": "ben", "type": "assignment", "ticket": "HD-1", "message": "Look"})).unwrap();
        assert_eq!((&*made.source, &*made.id, made.kind), (SOURCE, "k", EventType::NotificationCustom));
        assert_eq!(made.data.ticket, Some(TicketSnapshot { id: "HD-1".into(), ..TicketSnapshot::default() }));
        assert_eq!(made.data.custom.unwrap().message.as_deref(), Some("Look"));
    }

    #[test]
    fn what_cannot_be_shown_safely_is_refused_by_pointer() {
        let good = json!({"to": "ben", "type": "custom"});
        for (member, value, pointer) in [
            ("to", json!(""), "/to"),
            ("type", json!(" "), "/type"),
            ("from", json!("x".repeat(201)), "/from"),
            ("url", json!("javascript:alert(1)"), "/url"),
            ("message", json!("x".repeat(2_001)), "/message"),
        ] {
            let mut wrong = good.clone();
            wrong[member] = value;
            let Err(Error::Invalid(invalid)) = given(wrong) else { panic!("{member}") };
            assert_eq!(invalid.errors[0].pointer, pointer);
        }
    }
}
