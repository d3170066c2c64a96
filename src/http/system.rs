//! `/api/v1/figures` and `/api/v1/system`: what the administrators' pages show of an installation and its state.

use std::sync::atomic::Ordering;

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};

use super::{AppState, body::Query, problem::Problem, who::Admin};
use crate::{
    bus::{Bus, BusState},
    domain::{Millis, time},
    error::{Error, Result},
    store::{Figures, LiveNode},
};

const DEFAULT_HOURS: u32 = 24;
/// A week: what is counted is read.
const MAX_HOURS: u32 = 168;

/// How far back.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FiguresQuery {
    /// Hours, 1 to 168; 24 when left out.
    hours: Option<u32>,
}

/// Figures of the whole installation.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FiguresShown {
    /// Now.
    #[serde(with = "time::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: Millis,
    /// How many hours were counted.
    hours: u32,
    #[serde(flatten)]
    figures: Figures,
}

/// An installation as the node that was asked sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct System {
    /// Bellhop's version.
    version: &'static str,
    /// Where browsers and helpdesks reach it.
    public_url: String,
    /// This node is about to end and wants no new traffic.
    draining: bool,
    /// Live connections of this node.
    connections: usize,
    store: SystemPart,
    bus: SystemPart,
    /// Nodes that share the store; empty where one node has it for itself.
    nodes: Vec<LiveNode>,
    /// Ways beside the bell.
    channels: Vec<Channel>,
}

/// Something that the hub depends on.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SystemPart {
    /// `sqlite` or `postgres`; `local` or `redis`.
    kind: &'static str,
    /// `up`, `degraded`, `down`.
    state: &'static str,
}

/// A way beside the bell.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Channel {
    /// `web_push`, `email`, `sms`, `webhooks`.
    channel: &'static str,
    /// Whether anything can go out.
    configured: bool,
    /// Why not, or what to know; for the person who runs it.
    note: Option<String>,
}

/// Counts what went out beside the bell, what waits and what failed
#[utoipa::path(
    get, path = "/api/v1/figures", tag = "Deliveries", security(("api_key" = [])), params(FiguresQuery),
    responses(
        (status = 200, body = FiguresShown), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub async fn figures(_: Admin, state: Data<AppState>, query: Query<FiguresQuery>) -> Result<HttpResponse> {
    let hours = query.0.hours.unwrap_or(DEFAULT_HOURS);
    if !(1..=MAX_HOURS).contains(&hours) {
        return Err(Error::invalid("query.invalid", "", format!("hours is 1 to {MAX_HOURS}")));
    }
    let figures = state.store.figures(hours).await?;
    Ok(HttpResponse::Ok().json(FiguresShown { at: state.clock.now(), hours, figures }))
}

/// Shows what the installation consists of, and how that is
#[utoipa::path(
    get, path = "/api/v1/system", tag = "Operations", security(("api_key" = [])),
    responses((status = 200, body = System), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub async fn show(_: Admin, state: Data<AppState>) -> Result<HttpResponse> {
    let store_state = match state.store.ping().await {
        Ok(()) => "up",
        Err(error) => {
            tracing::warn!(%error, "the store does not answer");
            "down"
        }
    };
    let nodes = if store_state == "up" { state.store.live_nodes().await? } else { Vec::new() };
    let (bus, bus_state) = (bus_kind(&state.bus), state.bus.state());
    Ok(HttpResponse::Ok().json(System {
        version: env!("CARGO_PKG_VERSION"),
        public_url: state.options.public_url.clone(),
        draining: state.draining.load(Ordering::Acquire),
        connections: state.live.registry().connections(),
        store: SystemPart { kind: state.store.kind(), state: store_state },
        bus: SystemPart { kind: bus, state: if bus_state == BusState::Up { "up" } else { "degraded" } },
        nodes,
        channels: channels(&state),
    }))
}

fn bus_kind(bus: &Bus) -> &'static str {
    match bus {
        Bus::Local(_) => "local",
        Bus::Redis(_) => "redis",
    }
}

fn channels(state: &AppState) -> Vec<Channel> {
    let email = state.mailer.is_some();
    let sms = state.sms.is_some();
    let webhooks = state.store.snapshot().webhooks.values().filter(|webhook| webhook.active).count();
    vec![
        Channel { channel: "web_push", configured: true, note: push_note(state) },
        Channel {
            channel: "email",
            configured: email,
            note: (!email).then(|| "email.url is off: this installation sends no email".to_owned()),
        },
        Channel {
            channel: "sms",
            configured: sms,
            note: (!sms).then(|| "sms.account_sid is not set: this installation sends no text messages".to_owned()),
        },
        Channel {
            channel: "webhooks",
            configured: webhooks > 0,
            note: (webhooks == 0).then(|| "no webhook is switched on: no other program is told".to_owned()),
        },
    ]
}

fn push_note(state: &AppState) -> Option<String> {
    let providers = [
        state.push.onesignal().map(|_| "OneSignal is used as well"),
        state.push.beams().map(|_| "Pusher Beams is used as well"),
    ];
    let notes: Vec<&str> = state.push.warning().into_iter().chain(providers.into_iter().flatten()).collect();
    (!notes.is_empty()).then(|| notes.join("; "))
}
