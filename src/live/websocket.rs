//! `/ws`: the upgrade, the first message, and then a session's driver.
//!
//! The response body is the session's own outlet, and the frames of the client are read here too, so that there is
//! one task and no fixed buffer a socket, and no size is trusted before it is checked.

use std::{any::Any, panic::AssertUnwindSafe, time::Duration};

use actix_http::{body::MessageBody, ws::handshake};
use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Payload},
};
use futures_util::FutureExt;

use super::{
    Credential, Live,
    bye::{Bye, Reason},
    driver::{Connection, Driver},
    handle::Transport,
    inbound::{Broken, Inbound, Incoming},
    message::{ClientMessage, Hello},
    outlet::{Outlet, outlet},
    protocol::ServerFrame,
    registry::Seat,
    stale_peer,
    wire::{self, Wire},
};
use crate::{
    auth::{Caller, SESSION_COOKIE},
    error::{Error, Result},
};

/// Seconds after which who was refused a connection is asked to come back.
const BUSY_AT_LEAST_S: u64 = 2;
const BUSY_AT_MOST_S: u64 = 10;

/// The subprotocol, echoed to clients that offer it.
pub const SUBPROTOCOL: &str = "bellhop.v1";

/// Opens a WebSocket.
///
/// # Errors
/// [`Error::Forbidden`] (403) for a page of a foreign origin, [`Error::Busy`] (503) while the node is full, short of
/// memory or going away; both before the upgrade.
pub async fn upgrade(request: HttpRequest, payload: Payload, live: Data<Live>) -> Result<HttpResponse> {
    let seat = live.seat_for(&request)?;
    let mut response = match handshake(request.head()) {
        Ok(response) => response,
        Err(refusal) => return Ok(actix_http::Response::from(refusal).into()),
    };
    if offers_subprotocol(&request) {
        response.insert_header((header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL));
    }
    let (outlet, body) = outlet(live.budget().share());
    let visitor = Visitor {
        credential: live.credential_of(&request),
        caller: request.peer_addr().map(|address| address.ip()),
        inbound: Box::new(Inbound::new(payload, live.limits().max_frame_bytes, live.budget().share())),
        outlet,
        live: live.get_ref().clone(),
        _seat: seat,
    };
    spawn_watched(visitor.serve());
    let response = response.message_body(body.boxed()).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(response.into())
}

fn offers_subprotocol(request: &HttpRequest) -> bool {
    let offers = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL);
    offers
        .filter_map(|offer| offer.to_str().ok())
        .flat_map(|offer| offer.split(','))
        .any(|one| one.trim() == SUBPROTOCOL)
}

/// Runs a connection's task on this thread; a panic in it ends the connection and is told.
pub(super) fn spawn_watched(task: impl Future<Output = ()> + 'static) {
    let watched = AssertUnwindSafe(task).catch_unwind().map(|outcome| {
        if outcome.is_err() {
            tracing::error!("a session's task panicked; its connection has ended");
        }
    });
    // Nobody waits for it: the outcome has been looked at above.
    drop(actix_web::rt::spawn(watched));
}

/// A socket whose client has not said who it is. There is nothing it can ask for.
struct Visitor {
    live: Live,
    inbound: Box<Inbound>,
    outlet: Outlet,
    credential: Option<Credential>,
    caller: Caller,
    _seat: Seat,
}

impl Visitor {
    async fn serve(mut self) {
        let within = Duration::from_millis(self.live.limits().hello_within_ms);
        let hello = tokio::time::timeout(within, self.hello()).await.unwrap_or(Err(Some(Reason::NoHello)));
        let hello = match hello {
            Ok(hello) => hello,
            Err(None) => return,
            Err(Some(reason)) => return self.refuse(self.live.registry().bye(reason)),
        };
        match self.admit(hello).await {
            Err(bye) => self.refuse(bye),
            Ok(admitted) => {
                let Visitor { live, inbound, outlet, caller, _seat, .. } = self;
                let connection = Connection { outlet, wire: Wire::WebSocket, inbound: Some(inbound), caller };
                Driver::new(live, admitted, connection).run().await;
            }
        }
    }

    /// The first message. `Err(None)`: the client is gone.
    async fn hello(&mut self) -> Result<Box<Hello>, Option<Reason>> {
        loop {
            match self.inbound.next().await {
                Ok(Incoming::Text(text)) => return first_message(&text),
                Ok(Incoming::Ping(payload)) => self.outlet.write(|to| wire::pong(&payload, to)),
                Ok(Incoming::Part | Incoming::Pong) => {}
                Ok(Incoming::Binary) => return Err(Some(Reason::Binary)),
                Ok(Incoming::Close(answer)) => {
                    self.outlet.write(|to| wire::close_answer(answer, to));
                    return Err(None);
                }
                Err(Broken::Gone) => return Err(None),
                Err(Broken::TooLarge) => return Err(Some(Reason::TooLarge)),
                Err(Broken::Protocol) => return Err(Some(Reason::Framing)),
                Err(Broken::NotText) => return Err(Some(Reason::NotText)),
            }
        }
    }

    async fn admit(&self, mut hello: Box<Hello>) -> Result<super::admission::Admitted, Bye> {
        let credential = hello.token.take().map(Credential::Bearer).or_else(|| self.credential.clone());
        let claim = self.live.identify(credential, self.caller).await;
        let claim = claim.map_err(|reason| self.live.registry().bye(reason))?;
        self.live.admit(claim, *hello, Transport::WebSocket).await
    }

    fn refuse(&self, bye: Bye) {
        let frame = ServerFrame::Bye(bye).encode();
        self.outlet.write(|to| Wire::WebSocket.encode(&frame, to));
        self.outlet.write(|to| Wire::WebSocket.close(bye, to));
        self.outlet.finish();
        self.live.figures().frame(&frame);
        tracing::debug!(bye.code, reason = bye.why(), "a connection was refused");
    }
}

fn first_message(text: &[u8]) -> Result<Box<Hello>, Option<Reason>> {
    match ClientMessage::parse(text) {
        Ok(ClientMessage::Hello(hello)) => Ok(hello),
        _ => Err(Some(Reason::Protocol)),
    }
}

impl Live {
    /// A place for the connection of a request that may have one.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a foreign origin, [`Error::Busy`] while the node is full, short of memory or going away.
    pub(super) fn seat_for(&self, request: &HttpRequest) -> Result<Seat> {
        let (origin, host) = (text_of(request, header::ORIGIN), text_of(request, header::HOST));
        if origin.is_some_and(|origin| !self.options().origins.is_allowed(origin, host)) {
            return Err(Error::Forbidden("pages of this origin may not connect"));
        }
        if self.registry().is_draining() {
            return Err(self.busy("draining"));
        }
        // Before anybody who is connected would have to go.
        if self.budget().is_spent() {
            return Err(self.busy("memory"));
        }
        self.registry().take_seat().ok_or_else(|| self.busy("full"))
    }

    /// No further connection, and when to try again: spread, so that those who are refused do not come back as one wave.
    fn busy(&self, why: &'static str) -> Error {
        self.figures().refused(why);
        let window = (BUSY_AT_MOST_S - BUSY_AT_LEAST_S) as f64;
        Error::Busy { retry_after_s: BUSY_AT_LEAST_S + (window * self.registry().scatter()).round() as u64 }
    }

    /// The token in the header, or the cookie where a page of ours sent it.
    fn credential_of(&self, request: &HttpRequest) -> Option<Credential> {
        if let Some((scheme, token)) = text_of(request, header::AUTHORIZATION).and_then(|value| value.split_once(' '))
            && scheme.eq_ignore_ascii_case("bearer")
        {
            return Some(Credential::Bearer(token.trim().to_owned()));
        }
        let (origin, host) = (text_of(request, header::ORIGIN), text_of(request, header::HOST));
        if !self.options().origins.may_use_cookie(origin, host) {
            return None;
        }
        request.cookie(SESSION_COOKIE).map(|cookie| Credential::Cookie(cookie.value().to_owned()))
    }
}

fn text_of(request: &HttpRequest, name: header::HeaderName) -> Option<&str> {
    request.headers().get(name)?.to_str().ok()
}

/// For `HttpServer::on_connect`: small frames leave at once, and the kernel ends a connection whose peer has taken
/// nothing for two heartbeats. Without the latter the server, which can only end a response by sending the rest of it,
/// would keep the socket of a client that vanished or stopped reading.
pub fn on_connect(io: &dyn Any, limits: &super::Limits) {
    let Some(stream) = io.downcast_ref::<actix_web::rt::net::TcpStream>() else { return };
    let set = stream
        .set_nodelay(true)
        .and_then(|()| stale_peer::hold_little(stream))
        .and_then(|()| stale_peer::end_after(stream, limits.patience()));
    if let Err(error) = set {
        tracing::debug!(%error, "a connection ended before it began");
    }
}
