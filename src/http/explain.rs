//! `POST /api/v1/explain`: who would hear of an event, and why. The same decision as for a real one; nothing is stored.

use actix_web::{HttpResponse, web::Data};
use serde::Serialize;
use serde_json::{Map, Value, value::RawValue};

use super::{AppState, body::Json, openapi::CloudEvent, problem::Problem, who::Admin};
use crate::{
    domain::{
        event::Event,
        plan::Facts,
        presence::{self, ContactPresence},
        settings::Settings,
        snapshot::Snapshot,
        ticket::TicketFacts,
    },
    error::{Error, Result},
    intake::cloudevents,
};

/// Everybody who was considered, with what came of it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Explanation {
    #[schema(value_type = Vec<Object>)]
    candidates: Box<RawValue>,
}

/// Says who would hear of an event, and why
///
/// Takes one event as `POST /api/v1/events` does and stores nothing. `settings` beside it is laid over the stored ones
/// for this one answer.
#[utoipa::path(
    post, path = "/api/v1/explain", tag = "Settings", security(("api_key" = [])), request_body = CloudEvent,
    responses(
        (status = 200, body = Explanation), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem),
    )
)]
pub async fn explain(_: Admin, state: Data<AppState>, body: Json<Map<String, Value>>) -> Result<HttpResponse> {
    let mut members = body.0;
    let laid_over = members.remove("settings");
    let now = state.clock.now();
    let text = serde_json::to_vec(&members).map_err(|error| Error::Internal(error.to_string()))?;
    let event = cloudevents::parse_one(&text, now)?;
    let mut snapshot = Snapshot::clone(&*state.store.refresh().await?);
    if let Some(laid_over) = laid_over {
        snapshot.settings = overlay(&snapshot.settings, laid_over)?;
    }
    let ticket = ticket_after(&state, &event).await?;
    let ticket = ticket.as_ref();
    let contact = presence_after(&state, &event, ticket).await?;
    let facts = Facts { event: &event, ticket, contact: contact.as_ref(), snapshot: &snapshot, now };
    let plan = state.router.route(facts);
    let candidates = RawValue::from_string(plan.explanation)
        .map_err(|error| Error::Internal(format!("an explanation is not JSON: {error}")))?;
    Ok(HttpResponse::Ok().json(Explanation { candidates }))
}

/// What the ticket would look like once the event's snapshot is taken over.
async fn ticket_after(state: &AppState, event: &Event) -> Result<Option<TicketFacts>> {
    let Some(given) = &event.data.ticket else {
        return Ok(None);
    };
    let known = state.store.ticket(&given.id).await?;
    let mut facts = known.unwrap_or_else(|| TicketFacts::new(given.id.clone()));
    facts.take_event(event);
    Ok(Some(facts))
}

/// What would be known of the contact's presence, where the event depends on it.
async fn presence_after(
    state: &AppState,
    event: &Event,
    ticket: Option<&TicketFacts>,
) -> Result<Option<ContactPresence>> {
    let Some(contact) = presence::concerned(event, ticket) else {
        return Ok(None);
    };
    let mut known = state.store.contact_presence(&contact).await?.unwrap_or_default();
    if let Some(sign) = presence::sign_of(event, ticket) {
        known.take(&sign);
    }
    Ok(Some(known))
}

fn overlay(stored: &Settings, over: Value) -> Result<Settings> {
    let mut settings = serde_json::to_value(stored).map_err(|error| Error::Internal(error.to_string()))?;
    merge(&mut settings, over);
    serde_path_to_error::deserialize(settings).map_err(|error| {
        let path: String = error.path().iter().map(|segment| format!("/{segment}")).collect();
        Error::invalid("settings.invalid", format!("/settings{path}"), error.inner().to_string())
    })
}

/// RFC 7396, except that null keeps its meaning for the settings' own reader: the factory value.
fn merge(into: &mut Value, over: Value) {
    match (into, over) {
        (Value::Object(known), Value::Object(over)) => {
            for (name, value) in over {
                if value.is_null() {
                    known.remove(&name);
                } else {
                    merge(known.entry(name).or_insert(Value::Null), value);
                }
            }
        }
        (known, over) => *known = over,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_beside_the_event_are_laid_over_the_stored_ones() {
        let stored = Settings { retention_days: 30, rules_off: vec!["a".into()], ..Settings::default() };
        let laid = overlay(&stored, json!({"rules_off": ["b"], "categories": {"mention": "off"}})).unwrap();
        assert_eq!((laid.retention_days, laid.rules_off, laid.categories.len()), (30, vec!["b".to_owned()], 1));
        assert_eq!(overlay(&stored, json!({"retention_days": null})).unwrap().retention_days, 90);
        let Err(Error::Invalid(invalid)) = overlay(&stored, json!({"categories": {"mention": "loud"}})) else {
            panic!()
        };
        assert_eq!(invalid.errors[0].pointer, "/settings/categories/mention");
    }
}
