//! `/api/v1/push-key`, `/api/v1/me/push-subscriptions`, `/api/v1/me/beams-auth`: the devices that an agent allows to be
//! woken.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use url::Url;

use super::{
    AppState,
    body::{Json, Query},
    problem::Problem,
    who::{AgentUser, header_of},
};
use crate::{
    delivery::{
        Outcome,
        web_push::{GivenSubscription, PushMessage, note},
    },
    domain::{Id, notification::Priority, time},
    error::{Error, Result},
    store::PushSubscription,
};

/// Between two tests of one device.
const TEST_EVERY_MS: i64 = 5_000;
/// A test is of no use later.
const TEST_TTL: Duration = Duration::from_secs(60);

/// What a browser needs to subscribe.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PushKey {
    /// The server's key (`applicationServerKey`), in base64url.
    public_key: String,
    /// Path of the service worker.
    service_worker: String,
    /// The app at OneSignal, where devices are reached through it.
    #[serde(skip_serializing_if = "Option::is_none")]
    onesignal_app_id: Option<String>,
    /// What its script is started with, on pages of its origin alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    onesignal: Option<OneSignalSite>,
    /// The instance of Pusher Beams, where devices are reached through it.
    #[serde(skip_serializing_if = "Option::is_none")]
    beams_instance_id: Option<String>,
}

/// Where and how OneSignal's script is started: `OneSignal.init({appId, serviceWorkerPath, serviceWorkerParam: {scope}})`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OneSignalSite {
    /// The app.
    app_id: String,
    /// The origin that the app is set up for: pages elsewhere lead there to turn push on.
    origin: String,
    /// Path of its service worker there.
    service_worker: String,
    /// The folder that the service worker is registered for.
    scope: String,
}

/// A device of mine, without what could be written to it with.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SubscriptionShown {
    /// UUIDv7.
    id: String,
    /// Host of the push service.
    host: String,
    /// The browser's name for itself.
    device: Option<String>,
    /// My name for it.
    label: Option<String>,
    /// What the browser said it is.
    user_agent: Option<String>,
    /// RFC 3339.
    created_at: String,
    /// When the push service last took a message.
    last_success_at: Option<String>,
    /// When it last did not.
    last_error_at: Option<String>,
    /// Why not.
    last_error: Option<String>,
    /// How often in a row.
    failures: i64,
}

/// My devices.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Subscriptions {
    /// The newest first.
    items: Vec<SubscriptionShown>,
}

/// How a test ended.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Tested {
    /// sent, later, failed, gone, misconfigured, unknown.
    outcome: &'static str,
    /// Reason code, unless it was sent.
    why: Option<&'static str>,
    /// In words.
    message: &'static str,
    /// What the push service said.
    detail: Option<String>,
}

/// Who asks.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BeamsQuery {
    /// The agent, as the Beams script in the browser asks.
    #[serde(default)]
    user_id: Option<String>,
}

/// A token for Pusher Beams.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BeamsToken {
    /// A JWT.
    token: String,
}

/// Tells what a browser needs to subscribe to push
#[utoipa::path(get, path = "/api/v1/push-key", tag = "Agents", responses((status = 200, body = PushKey)))]
pub async fn key(state: Data<AppState>) -> HttpResponse {
    let push = &state.push;
    HttpResponse::Ok().json(PushKey {
        public_key: push.public_key().to_owned(),
        service_worker: push.service_worker().to_owned(),
        onesignal_app_id: push.onesignal().map(|app| app.app_id().to_owned()),
        onesignal: push.onesignal().map(|app| OneSignalSite {
            app_id: app.app_id().to_owned(),
            origin: app.origin().to_owned(),
            service_worker: app.service_worker().to_owned(),
            scope: app.scope().to_owned(),
        }),
        beams_instance_id: push.beams().map(|instance| instance.instance_id().to_owned()),
    })
}

/// Lists my devices that may be woken
#[utoipa::path(
    get, path = "/api/v1/me/push-subscriptions", tag = "Agents", security(("agent" = [])),
    responses((status = 200, body = Subscriptions), (status = 401, body = Problem))
)]
pub async fn list(me: AgentUser, state: Data<AppState>) -> Result<HttpResponse> {
    let subscriptions = state.store.push_subscriptions(&me.id).await?;
    Ok(HttpResponse::Ok().json(Subscriptions { items: subscriptions.iter().map(shown).collect() }))
}

/// Lets a device of mine be woken
///
/// Takes a browser's `PushSubscription` as it is. The same endpoint again is the same subscription; one that was another
/// agent's is mine from then on. Above 20 the one that worked longest ago goes.
#[utoipa::path(
    post, path = "/api/v1/me/push-subscriptions", tag = "Agents", security(("agent" = [])),
    request_body = GivenSubscription,
    responses((status = 200, body = SubscriptionShown), (status = 401, body = Problem), (status = 422, body = Problem))
)]
pub async fn create(
    me: AgentUser,
    state: Data<AppState>,
    request: HttpRequest,
    body: Json<GivenSubscription>,
) -> Result<HttpResponse> {
    let new = state.push.check(body.0, header_of(&request, header::USER_AGENT))?;
    let kept = state.store.subscribe_push(&me.id, new).await?;
    Ok(HttpResponse::Ok().json(shown(&kept)))
}

/// Lets a device of mine sleep
///
/// Also when it is not there: gone is gone.
#[utoipa::path(
    delete, path = "/api/v1/me/push-subscriptions/{id}", tag = "Agents", security(("agent" = [])),
    params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem))
)]
pub async fn remove(me: AgentUser, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    state.store.unsubscribe_push(&me.id, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sends a test to a device of mine, and says what came of it
#[utoipa::path(
    post, path = "/api/v1/me/push-subscriptions/{id}/test", tag = "Agents", security(("agent" = [])),
    params(("id" = String, Path)),
    responses(
        (status = 200, body = Tested), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 429, body = Problem),
    )
)]
pub async fn test(me: AgentUser, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    let found = state.store.push_subscription(&me.id, &id).await?;
    let subscription = found.ok_or(Error::NotFound("push subscription"))?;
    let last = subscription.last_success_at.max(subscription.last_error_at).unwrap_or(0);
    let wait_ms = last + TEST_EVERY_MS - state.clock.now();
    if wait_ms > 0 {
        return Err(Error::TooMany { retry_after_s: wait_ms.unsigned_abs().div_ceil(1000) });
    }
    let (_, inbox) = state.store.inbox(&me.id).await?;
    let outcome = state.push.send(&subscription, &test_message(inbox.counts.unread)).await;
    note(&state.store, &subscription, &outcome).await?;
    Ok(HttpResponse::Ok().json(tested(&outcome)))
}

/// Gives the Pusher Beams script in a browser of mine a token that says who I am
#[utoipa::path(
    get, path = "/api/v1/me/beams-auth", tag = "Agents", security(("agent" = [])), params(BeamsQuery),
    responses(
        (status = 200, body = BeamsToken), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem),
    )
)]
pub async fn beams_auth(me: AgentUser, state: Data<AppState>, query: Query<BeamsQuery>) -> Result<HttpResponse> {
    let beams = state.push.beams().ok_or(Error::NotFound("instance of Pusher Beams"))?;
    if query.0.user_id.is_some_and(|user| user != *me.id) {
        return Err(Error::Forbidden("this token would be another agent's"));
    }
    Ok(HttpResponse::Ok().json(BeamsToken { token: beams.token(&me.id)? }))
}

fn shown(subscription: &PushSubscription) -> SubscriptionShown {
    let url = Url::parse(&subscription.endpoint).ok();
    SubscriptionShown {
        id: subscription.id.clone(),
        host: url.as_ref().and_then(Url::host_str).unwrap_or_default().to_owned(),
        device: subscription.device.clone(),
        label: subscription.label.clone(),
        user_agent: subscription.user_agent.clone(),
        created_at: time::to_rfc3339(subscription.created_at),
        last_success_at: subscription.last_success_at.map(time::to_rfc3339),
        last_error_at: subscription.last_error_at.map(time::to_rfc3339),
        last_error: subscription.last_error.clone(),
        failures: subscription.failures,
    }
}

fn test_message(unread: i64) -> PushMessage {
    PushMessage {
        delivery_id: Id::from(uuid::Uuid::now_v7().to_string()),
        notification_id: None,
        seq: 0,
        title: "Push works on this device".to_owned(),
        body: "This is how notifications will arrive while Bellhop is closed.".to_owned(),
        url: Some("/notifications".to_owned()),
        tag: "test".to_owned(),
        priority: Priority::High,
        unread,
        ttl: TEST_TTL,
        renotify: true,
        silent: false,
        lang: Some("en".to_owned()),
        close: Vec::new(),
    }
}

fn tested(outcome: &Outcome) -> Tested {
    let message = match outcome {
        Outcome::Sent { .. } => {
            "The push service took it. If nothing appears, look at the system's notification settings."
        }
        Outcome::Later { .. } => "The push service does not take it now. Try again in a while.",
        Outcome::Failed { .. } => "The push service refused this message.",
        Outcome::Gone { .. } => "The browser gave this subscription up. Turn push on again on that device.",
        Outcome::Misconfigured { .. } => {
            "The push service does not accept this server's key. An administrator has to look into it."
        }
        Outcome::Withheld { .. } => "It was not sent.",
        Outcome::Unknown { .. } => "Perhaps it was taken: the answer did not come in time.",
    };
    Tested { outcome: outcome.as_str(), why: outcome.why(), message, detail: outcome.detail().map(str::to_owned) }
}
