//! `GET /api/v1/me`: who I am, what is waiting, what I chose.

use actix_web::{HttpResponse, web::Data};
use serde::Serialize;

use super::{AppState, preferences::PreferencesInForce, problem::Problem, who::AgentUser};
use crate::{
    auth::active_agent,
    domain::{Id, directory::Agent, inbox::Counts},
    error::{Error, Result},
};

/// Who I am.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Me {
    /// As the directory knows me.
    agent: Agent,
    /// Badge and red indicator.
    counts: Counts,
    /// The head of my inbox.
    seq: i64,
    /// The store's epoch, to resume with.
    #[schema(value_type = String)]
    epoch: Id,
    /// What counts for me.
    preferences: PreferencesInForce,
    /// Where emails to me go; null when nobody knows.
    email: Option<MyEmail>,
}

/// Where emails to me go.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MyEmail {
    /// The address.
    address: String,
    /// Nothing is sent there any more.
    suppressed: bool,
    /// Why: `hard_bounce`, `soft_bounces`, `unsubscribed`, …
    reason: Option<String>,
}

/// Says who I am, what is waiting and which preferences are in force
#[utoipa::path(
    get, path = "/api/v1/me", tag = "Agents", security(("agent" = [])),
    responses((status = 200, body = Me), (status = 401, body = Problem))
)]
pub async fn show(me: AgentUser, state: Data<AppState>) -> Result<HttpResponse> {
    let (epoch, inbox) = state.store.inbox(&me.id).await?;
    let snapshot = state.store.snapshot();
    let agent = active_agent(&snapshot, &me.id).ok_or(Error::Unauthorized)?.clone();
    let preferences = PreferencesInForce::of(&snapshot, &me.id);
    let email = match &agent.email {
        Some(address) => Some(my_email(&state, address).await?),
        None => None,
    };
    Ok(HttpResponse::Ok().json(Me { agent, counts: inbox.counts, seq: inbox.seq, epoch, preferences, email }))
}

async fn my_email(state: &AppState, address: &str) -> Result<MyEmail> {
    let reason = state.store.is_suppressed(&[address]).await?.pop().map(|suppression| suppression.reason);
    Ok(MyEmail { address: address.to_owned(), suppressed: reason.is_some(), reason })
}
