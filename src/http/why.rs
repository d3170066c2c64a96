//! Why somebody heard of an event that was accepted, or did not: from the explanation that is kept with it.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    AppState,
    body::Query,
    problem::Problem,
    sentence::{NOT_CONCERNED, Speaking, although, because},
    who::{Admin, AgentUser},
};
use crate::{
    domain::{Id, Millis, notification::Notification, time},
    error::{Error, FieldError, Invalid, Result},
    store::{Delivery, KeptEvent, Origin, SourcesOfEvent},
};

/// Which event, and about whom.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExplanationQuery {
    /// The event's source; needed when several sources have an event of that id.
    pub(super) source: Option<String>,
    /// Answers for this agent alone.
    pub(super) agent: Option<String>,
}

/// An event as it was kept, and everybody who was considered.
#[derive(Serialize, utoipa::ToSchema)]
pub struct EventExplanation {
    /// Which system it came from.
    #[schema(value_type = String)]
    source: Id,
    /// Unique within the source.
    #[schema(value_type = String)]
    id: Id,
    /// `ticket.assigned`, …
    #[serde(rename = "type")]
    kind: String,
    /// Ticket id.
    #[schema(value_type = Option<String>)]
    ticket: Option<Id>,
    /// When it was stored.
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    accepted_at: Millis,
    /// Who has a notification of it.
    #[schema(value_type = Vec<String>)]
    notified: Vec<Id>,
    /// Each with outcome and reason, as `POST /api/v1/explain` answers them.
    #[schema(value_type = Vec<Object>)]
    candidates: Box<RawValue>,
    /// What goes out beside the bell whatever any device confirms, and what does not, with the reason.
    deliveries: Vec<Delivery>,
}

/// What came of one agent, with a sentence.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CandidateExplanation {
    /// Agent id.
    recipient: String,
    #[serde(flatten)]
    verdict: Verdict,
    /// In plain English.
    text: String,
}

/// Whom a candidate of a stored explanation is about.
#[derive(Debug, Deserialize)]
struct Recipient {
    recipient: String,
    #[serde(default)]
    kind: Option<String>,
}

/// What was decided.
#[derive(Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Verdict {
    /// `notified`, `stored` or `skipped`.
    outcome: String,
    /// Why it is not `notified`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// `assigned`, `mentioned`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The rule that counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    /// Row of the preferences screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    /// Channel by channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    channels: Option<serde_json::Value>,
}

/// Why I have a notification.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct NotificationWhy {
    /// The notification.
    #[schema(value_type = String)]
    notification: Id,
    /// What happened.
    event: WhyEvent,
    /// The rule that counted; null when the event is forgotten.
    rule: Option<String>,
    /// `assigned`, `mentioned`, …
    #[schema(value_type = String)]
    reason: Id,
    /// Row of the preferences screen; null where nothing can switch it off.
    #[schema(value_type = Option<String>)]
    category: Option<Id>,
    /// Channel by channel, as decided when it happened; null when the event is forgotten.
    #[schema(value_type = Option<Object>)]
    channels: Option<serde_json::Value>,
    /// In plain English.
    text: String,
}

/// The event of a notification.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct WhyEvent {
    /// Which system it came from.
    #[schema(value_type = String)]
    source: Id,
    /// Unique within the source.
    #[schema(value_type = String)]
    id: Id,
    /// `ticket.assigned`, …; null when the event is forgotten.
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// Says who heard of an event that was accepted, and why
///
/// As it was decided then. With `agent` only what came of that agent, and why; whoever no rule names is `skipped` as
/// `not_concerned`.
#[utoipa::path(
    get, path = "/api/v1/events/{id}/explanation", tag = "Settings", security(("api_key" = [])),
    params(("id" = String, Path), ExplanationQuery),
    responses(
        (status = 200, body = EventExplanation), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem),
    )
)]
pub async fn event(
    _: Admin,
    state: Data<AppState>,
    id: Path<String>,
    query: Query<ExplanationQuery>,
) -> Result<HttpResponse> {
    let event = find(&state, &Id::from(id.into_inner()), query.0.source).await?;
    match query.0.agent {
        Some(agent) => Ok(HttpResponse::Ok().json(about(&state, &event, agent).await?)),
        None => {
            let deliveries = state.store.deliveries(&event.source, &event.id).await?;
            Ok(HttpResponse::Ok().json(EventExplanation::of(event, deliveries)?))
        }
    }
}

/// Says why I have one of my notifications
///
/// As it was decided when it happened. Once the event is forgotten, what the notification itself still says.
#[utoipa::path(
    get, path = "/api/v1/me/notifications/{id}/why", tag = "Agents", security(("agent" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = NotificationWhy), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub async fn notification(me: AgentUser, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    let origin = state.store.origin(&me.id, &id).await?.ok_or(Error::NotFound("notification"))?;
    Ok(HttpResponse::Ok().json(NotificationWhy::of(origin, &me.id)?))
}

/// The event of that id; its source has to be said where several have one.
pub(super) async fn find(state: &AppState, id: &Id, source: Option<String>) -> Result<KeptEvent> {
    let source = match source {
        Some(source) => Id::from(source),
        None => only_source(state, id).await?,
    };
    state.store.kept_event(&source, id).await?.ok_or(Error::NotFound("event"))
}

async fn only_source(state: &AppState, id: &Id) -> Result<Id> {
    match state.store.sources_of_event(id).await? {
        SourcesOfEvent::These(mut sources) if sources.len() <= 1 => sources.pop().ok_or(Error::NotFound("event")),
        SourcesOfEvent::These(sources) => Err(ambiguous(&sources)),
        SourcesOfEvent::TooMany => {
            Err(Error::invalid("query.source_needed", "", "there are many sources: say which one with `source`"))
        }
    }
}

fn ambiguous(sources: &[Id]) -> Error {
    let detail = format!("several sources have an event of this id, say which with `source`: {}", sources.join(", "));
    let errors = sources.iter().map(|source| FieldError { pointer: String::new(), message: source.to_string() });
    Error::Invalid(Invalid { code: "event.ambiguous", detail, errors: errors.collect() })
}

async fn about(state: &AppState, event: &KeptEvent, agent: String) -> Result<CandidateExplanation> {
    let Some(verdict) = verdict_on(&agent, &event.explanation)? else {
        let (outcome, why) = ("skipped".to_owned(), Some(NOT_CONCERNED.to_owned()));
        let verdict = Verdict { outcome, why, ..Verdict::default() };
        return Ok(CandidateExplanation { recipient: agent, verdict, text: although(Speaking::OfThem, NOT_CONCERNED) });
    };
    let number = match &event.ticket {
        Some(ticket) => state.store.ticket(ticket).await?.map(|facts| facts.shown_number().to_owned()),
        None => None,
    };
    let text = verdict.text(Speaking::OfThem, number.as_deref());
    Ok(CandidateExplanation { recipient: agent, verdict, text })
}

/// What was decided about the agent, if they were considered. Of the others only the name is read.
fn verdict_on(agent: &str, explanation: &str) -> Result<Option<Verdict>> {
    let damaged = |error| Error::Internal(format!("a stored explanation is unreadable: {error}"));
    let candidates: Vec<&RawValue> = serde_json::from_str(explanation).map_err(damaged)?;
    for candidate in candidates {
        let about: Recipient = serde_json::from_str(candidate.get()).map_err(damaged)?;
        if about.recipient == agent && about.kind.as_deref().is_none_or(|kind| kind == "agent") {
            return serde_json::from_str(candidate.get()).map(Some).map_err(damaged);
        }
    }
    Ok(None)
}

impl Verdict {
    fn text(&self, to: Speaking, ticket: Option<&str>) -> String {
        let because = self.reason.as_deref().map(|reason| because(to, self.rule.as_deref(), reason, ticket));
        let although = self.why.as_deref().map(|why| although(to, why));
        because.into_iter().chain(although).collect::<Vec<_>>().join(" ")
    }
}

impl EventExplanation {
    fn of(event: KeptEvent, deliveries: Vec<Delivery>) -> Result<EventExplanation> {
        let candidates = RawValue::from_string(event.explanation)
            .map_err(|error| Error::Internal(format!("a stored explanation is unreadable: {error}")))?;
        let KeptEvent { source, id, kind, ticket, accepted_at, notified, .. } = event;
        Ok(EventExplanation { source, id, kind, ticket, accepted_at, notified, candidates, deliveries })
    }
}

impl NotificationWhy {
    fn of(origin: Origin, agent: &Id) -> Result<NotificationWhy> {
        let Notification { id, reason, category, ticket, .. } = origin.notification;
        let decided = match &origin.event {
            Some(event) => verdict_on(agent, &event.explanation)?,
            None => None,
        };
        let mut verdict = decided.unwrap_or_default();
        verdict.reason = Some(reason.to_string());
        let text = verdict.text(Speaking::ToThem, ticket.as_ref().map(|ticket| &*ticket.number));
        let kind = origin.event.map(|event| event.kind);
        let event = WhyEvent { source: origin.event_source, id: origin.event_id, kind };
        Ok(NotificationWhy {
            notification: id,
            event,
            rule: verdict.rule,
            reason,
            category,
            channels: verdict.channels,
            text,
        })
    }
}
