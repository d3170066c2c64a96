//! `POST /api/v1/events`: the way in for producers. Answered only after everything is stored durably.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Payload},
};
use serde::Serialize;

use super::{
    AppState,
    body::{MAX_BODY_BYTES, MAX_LARGE_BODY_BYTES, read, read_while},
    openapi::{CloudEvent, CloudEvents},
    problem::Problem,
    who::Producer,
};
use crate::{
    domain::plan::Receipt,
    error::Result,
    intake::cloudevents::{self, Incoming},
};

/// What became of each event, in their order.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Receipts {
    results: Vec<Receipt>,
}

/// Takes in what happened in the helpdesk
///
/// A CloudEvent, a batch of up to 1,000 (all or nothing), or one event in binary mode. The answer comes when everything
/// the events lead to is stored durably. The same `source` and `id` again is a `duplicate`: nothing happens twice.
#[utoipa::path(
    post, path = "/api/v1/events", tag = "Producers", security(("api_key" = [])),
    request_body(content(
        (CloudEvent = "application/cloudevents+json"),
        (CloudEvents = "application/cloudevents-batch+json"),
        (CloudEvent = "application/json"),
    )),
    responses(
        (status = 202, body = Receipts), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem),
    )
)]
pub async fn accept(
    producer: Producer,
    state: Data<AppState>,
    request: HttpRequest,
    mut payload: Payload,
) -> Result<HttpResponse> {
    let body = match shape(&request) {
        Shape::One => read(&request, &mut payload, MAX_BODY_BYTES, "an event").await?,
        Shape::Batch => read(&request, &mut payload, MAX_LARGE_BODY_BYTES, "a batch of events").await?,
        Shape::Unsaid => read_while(&request, &mut payload, MAX_LARGE_BODY_BYTES, "an event", is_array).await?,
    };
    // What waits for its commit takes about as much as it came in.
    let _held = state.live.hold(body.len());
    let incoming = Incoming { headers: request.headers(), body: &body, now: state.clock.now() };
    let events = cloudevents::parse(&incoming)?;
    let results = state.store.accept(events, producer.key_hash).await?;
    for receipt in &results {
        state.count(receipt);
    }
    Ok(HttpResponse::Accepted().json(Receipts { results }))
}

enum Shape {
    One,
    Batch,
    Unsaid,
}

/// What the content type says; plain JSON may be either.
fn shape(request: &HttpRequest) -> Shape {
    let kind = request.headers().get(header::CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes());
    if kind.starts_with(b"application/cloudevents-batch+json") {
        Shape::Batch
    } else if kind.starts_with(b"application/cloudevents+json") || request.headers().contains_key("ce-specversion") {
        Shape::One
    } else {
        Shape::Unsaid
    }
}

fn is_array(beginning: &[u8]) -> bool {
    beginning.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[')
}

impl AppState {
    /// Counts an event that was answered.
    pub(super) fn count(&self, receipt: &Receipt) {
        use crate::domain::plan::ReceiptStatus;
        let status = match receipt.status {
            ReceiptStatus::Accepted => "accepted",
            ReceiptStatus::Duplicate => "duplicate",
        };
        self.metrics.events.with_label_values(&[status]).inc();
    }
}
