//! `GET /api/v1/me/stream`: the frames of a session as server-sent events, for clients that no WebSocket reaches.
//!
//! Read by `fetch`, so that the token travels in a header. What the client has to say goes by POST with the session
//! that `welcome` names.

use actix_web::{HttpRequest, HttpResponse, http::header, web::Query};
use serde::Deserialize;

use super::{
    Live,
    bye::Bye,
    driver::{Connection, Driver},
    handle::Transport,
    message::Hello,
    outlet::outlet,
    websocket::spawn_watched,
    wire::Wire,
};
use crate::{
    auth::AgentClaim,
    domain::Id,
    error::{Error, Result},
};

/// The query of a stream's address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::IntoParams)]
pub struct StreamQuery {
    /// The position that the client holds; `Last-Event-ID` counts for more. None to start at the head.
    pub since: Option<i64>,
    /// The store's epoch when the client was last connected.
    #[param(value_type = Option<String>)]
    pub epoch: Option<Id>,
    /// Names the browser.
    #[param(value_type = Option<String>)]
    pub device: Option<Id>,
    /// False for clients that no person looks at.
    pub screen: Option<bool>,
}

/// Opens a stream for an agent who has been authenticated.
///
/// # Errors
/// [`Error::Forbidden`] for a foreign origin, [`Error::Busy`] while the node is full, short of memory or going away,
/// [`Error::Invalid`] when the query or `Last-Event-ID` is wrong.
pub async fn stream(live: &Live, claim: AgentClaim, request: &HttpRequest) -> Result<HttpResponse> {
    let seat = live.seat_for(request)?;
    let hello = hello_of(request)?;
    let caller = request.peer_addr().map(|address| address.ip());
    let admitted = live.admit(claim, hello, Transport::Sse).await.map_err(|bye| refusal(&bye))?;
    let (outlet, body) = outlet(live.budget().share());
    let driver = Driver::new(live.clone(), admitted, Connection { outlet, wire: Wire::Sse, inbound: None, caller });
    spawn_watched(async move {
        let _seat = seat;
        driver.run().await;
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Proxies of the nginx kind would gather the stream otherwise.
        .insert_header(("x-accel-buffering", "no"))
        .body(body))
}

fn hello_of(request: &HttpRequest) -> Result<Hello> {
    let wrong = |error| Error::invalid("query.invalid", "", format!("the query is wrong: {error}"));
    let query = Query::<StreamQuery>::from_query(request.query_string()).map_err(wrong)?.into_inner();
    let since = last_event_id(request)?.or(query.since);
    let screen = query.screen.unwrap_or(true);
    Ok(Hello { token: None, epoch: query.epoch, since, device: query.device, screen })
}

fn last_event_id(request: &HttpRequest) -> Result<Option<i64>> {
    let Some(id) = request.headers().get("last-event-id").filter(|id| !id.is_empty()) else { return Ok(None) };
    let number = id.to_str().ok().and_then(|id| id.parse().ok());
    let wrong = || Error::invalid("query.invalid", "", "Last-Event-ID is the `id` of an event of this stream");
    number.map(Some).ok_or_else(wrong)
}

fn refusal(bye: &Bye) -> Error {
    match bye.retry_in_ms {
        Some(wait_ms) => Error::Busy { retry_after_s: wait_ms.div_ceil(1_000) },
        None => Error::Unavailable { reason: bye.why().to_owned() },
    }
}
