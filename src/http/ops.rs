//! For whoever runs it: is the process alive, should it get traffic, how does it do.

use std::sync::atomic::Ordering;

use actix_web::{HttpResponse, web::Data};
use serde::Serialize;

use super::{AppState, openapi, problem::Problem};
use crate::{bus::BusState, error::Result};

/// The process lives.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Alive {
    /// Always `ok`.
    status: &'static str,
    /// Bellhop's version.
    version: &'static str,
}

/// Whether to send traffic here, and why not.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Readiness {
    /// `ready`, `degraded` (works, with delays between nodes), `draining`, `unavailable`.
    status: &'static str,
    store: PartState,
    bus: PartState,
}

/// A part of the server.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PartState {
    /// `up`, `degraded`, `down`.
    state: &'static str,
}

/// Says that the process lives
#[utoipa::path(get, path = "/healthz", tag = "Operations", responses((status = 200, body = Alive)))]
pub async fn health() -> HttpResponse {
    HttpResponse::Ok().json(Alive { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// Says whether this node should get traffic
#[utoipa::path(
    get, path = "/readyz", tag = "Operations",
    responses((status = 200, body = Readiness), (status = 503, body = Readiness))
)]
pub async fn ready(state: Data<AppState>) -> HttpResponse {
    let store_is_up = match state.store.ping().await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, "the store does not answer");
            false
        }
    };
    let readiness = readiness(store_is_up, state.bus.state(), state.draining.load(Ordering::Acquire));
    match readiness.status {
        "ready" | "degraded" => HttpResponse::Ok().json(readiness),
        _ => HttpResponse::ServiceUnavailable().json(readiness),
    }
}

fn readiness(store_is_up: bool, bus: BusState, is_draining: bool) -> Readiness {
    let status = match (is_draining, store_is_up, bus) {
        (true, _, _) => "draining",
        (_, false, _) => "unavailable",
        (_, _, BusState::Degraded) => "degraded",
        (_, _, BusState::Up) => "ready",
    };
    let bus = if bus == BusState::Up { "up" } else { "degraded" };
    Readiness {
        status,
        store: PartState { state: if store_is_up { "up" } else { "down" } },
        bus: PartState { state: bus },
    }
}

/// Figures in Prometheus' text format
#[utoipa::path(
    get, path = "/metrics", tag = "Operations",
    responses((status = 200, body = String, content_type = "text/plain"), (status = 500, body = Problem))
)]
pub async fn metrics(state: Data<AppState>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(state.metrics.render()?))
}

/// This reference, as OpenAPI 3.1
#[utoipa::path(get, path = "/openapi.json", tag = "Operations", responses((status = 200, body = Object)))]
pub async fn reference() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(openapi::json())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_drains_or_lost_its_store_gets_no_traffic_and_one_without_its_bus_does() {
        assert_eq!(readiness(true, BusState::Up, false).status, "ready");
        assert_eq!(readiness(true, BusState::Degraded, false).status, "degraded");
        assert_eq!(readiness(false, BusState::Up, false).status, "unavailable");
        assert_eq!(readiness(true, BusState::Up, true).status, "draining");
    }
}
