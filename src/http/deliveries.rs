//! `/api/v1/deliveries`: what goes out beside the bell.

use actix_web::{HttpResponse, web::Data};
use serde::Serialize;

use super::{AppState, problem::Problem, who::Admin};
use crate::error::Result;

/// What a run did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Ran {
    /// Deliveries that were sent, or settled in another way.
    settled: usize,
}

/// Decides and sends whatever is due now. For a scheduler; called again it sends nothing twice
#[utoipa::path(
    post, path = "/api/v1/deliveries/run", tag = "Administrators", security(("key" = [])),
    responses((status = 200, body = Ran), (status = 401, body = Problem), (status = 503, body = Problem))
)]
pub async fn run(_: Admin, state: Data<AppState>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(Ran { settled: state.delivery.run_due().await? }))
}
