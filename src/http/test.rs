//! `POST /api/v1/me/test`: a notification to oneself, on the way that every other one takes (R-164 to R-166).

use actix_web::{HttpResponse, web::Data};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{AppState, problem::Problem, who::AgentUser};
use crate::{
    domain::{
        Id,
        event::{Custom, Event, EventData, EventType},
        notification::Priority,
        plan::Facts,
    },
    error::{Error, Result},
};

const SOURCE: &str = "/api/v1/me/test";

/// Which channels the test reached.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Reached {
    /// The event's id.
    #[schema(value_type = String)]
    id: Id,
    /// By channel, `outcome` as in an explanation; for the bell also how many `sessions` are live on this node.
    #[schema(value_type = Object)]
    channels: Map<String, Value>,
}

/// Sends me a test notification, and says which channels it reached
#[utoipa::path(
    post, path = "/api/v1/me/test", tag = "Agents", security(("agent" = [])),
    responses((status = 202, body = Reached), (status = 401, body = Problem), (status = 503, body = Problem))
)]
pub async fn send(me: AgentUser, state: Data<AppState>) -> Result<HttpResponse> {
    let event = test_event(&me.id, state.clock.now());
    let snapshot = state.store.snapshot();
    let facts = Facts { event: &event, ticket: None, contact: None, snapshot: &snapshot, now: state.clock.now() };
    let mut channels = channels_of(&me.id, &state.router.route(facts).explanation)?;
    let sessions = state.live.registry().sessions().iter().filter(|session| session.agent == me.id).count();
    if let Some(bell) = channels.get_mut("bell").and_then(Value::as_object_mut) {
        bell.insert("sessions".to_owned(), json!(sessions));
    }
    let receipt = state.accept_one(event, None).await?;
    Ok(HttpResponse::Accepted().json(Reached { id: receipt.id, channels }))
}

fn test_event(me: &Id, now: i64) -> Event {
    let custom =
        Custom { to: me.clone(), kind: Id::from("test"), message: None, url: None, priority: Priority::Normal };
    let id = Id::from(uuid::Uuid::now_v7().to_string());
    let data = EventData { custom: Some(custom), ..EventData::default() };
    Event { source: Id::from(SOURCE), id, kind: EventType::NotificationTest, time: now, data }
}

/// What an explanation says of my channels; a candidate without channels was skipped on all of them.
fn channels_of(me: &str, explanation: &str) -> Result<Map<String, Value>> {
    let candidates: Vec<Value> = serde_json::from_str(explanation)
        .map_err(|error| Error::Internal(format!("an explanation is not JSON: {error}")))?;
    let mine = candidates.into_iter().find(|candidate| candidate["recipient"] == me).unwrap_or(Value::Null);
    match &mine["channels"] {
        Value::Object(channels) => Ok(channels.clone()),
        _ => {
            let why = if mine["why"].is_null() { json!("not_named") } else { mine["why"].clone() };
            Ok(Map::from_iter([("bell".to_owned(), json!({"outcome": "skipped", "why": why}))]))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    #[test]
    fn the_channels_are_those_of_the_explanation_and_a_refusal_says_why() {
        let explanation = r#"[{"recipient":"ana","outcome":"notified","channels":{"bell":{"outcome":"now"}}}]"#;
        assert_eq!(Value::Object(channels_of("ana", explanation).unwrap()), json!({"bell": {"outcome": "now"}}));
        let off = r#"[{"recipient":"ana","outcome":"skipped","why":"bell_off"}]"#;
        let expected = json!({"bell": {"outcome": "skipped", "why": "bell_off"}});
        assert_eq!(Value::Object(channels_of("ana", off).unwrap()), expected);
    }
}
