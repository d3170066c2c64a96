//! The HTTP interface: what comes in by REST, from webhooks and from browsers, and the pages of the binary.
//! One file a resource; `routes` lists every path.

pub mod problem;

mod assets;
mod body;
mod changes;
mod cors;
mod deliveries;
mod demo;
mod directory;
mod email;
mod events;
mod explain;
mod hooks;
mod import;
mod inbox;
mod keys;
mod links;
mod me;
mod notifications;
mod openapi;
mod ops;
mod outer;
mod page;
mod people;
mod preferences;
mod presence;
mod push;
mod records;
mod remove;
mod routes;
mod sentence;
mod session;
mod settings;
mod settings_check;
mod sign_in_link;
mod sms;
mod sources;
mod system;
mod templates;
mod test;
mod twilio;
mod watches;
mod webhook_log;
mod webhooks;
mod who;
mod why;

use std::sync::{Arc, atomic::AtomicBool};

use actix_web::{
    App, Error as WebError, HttpRequest,
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::from_fn,
    web,
};
use tokio::sync::Semaphore;

pub use self::openapi::document as openapi_document;
use crate::{
    auth::{Authenticator, LinkLimit, Origins},
    bus::Bus,
    clock::Clock,
    config::SmsConfig,
    delivery::{Delivery, PresenceBoard, address::Addresses, email::Mailer, links::LinkSigner, web_push::WebPush},
    domain::plan::Router,
    error::{Error, Result},
    live::Live,
    store::Store,
    telemetry::Metrics,
};

/// What handlers share. One per server.
pub struct AppState {
    /// Values of the configuration that handlers need.
    pub options: HttpOptions,
    /// The truth.
    pub store: Store,
    /// Tells the other nodes.
    pub bus: Bus,
    /// The sessions of this node.
    pub live: Arc<Live>,
    /// Decides who hears of an event: `explain` asks it without storing anything.
    pub router: Arc<dyn Router>,
    /// Who is calling.
    pub auth: Arc<Authenticator>,
    /// Wakes devices.
    pub push: Arc<WebPush>,
    /// The account for text messages: its token signs what Twilio tells.
    pub sms: Option<SmsConfig>,
    /// Where webhooks may lead.
    pub webhook_addresses: Addresses,
    /// The way of emails; none while `email.url` is off.
    pub mailer: Option<Arc<Mailer>>,
    /// Makes and reads the links at the foot of emails.
    pub links: Arc<LinkSigner>,
    /// How many links to sign in with were asked for.
    pub link_limit: Arc<LinkLimit>,
    /// Figures.
    pub metrics: Arc<Metrics>,
    /// Where the time comes from.
    pub clock: Clock,
    /// What goes out beside the bell.
    pub delivery: Delivery,
    /// Where agents are, on whichever node.
    pub presences: Arc<dyn PresenceBoard>,
    /// The process is about to end: readiness fails.
    pub draining: Arc<AtomicBool>,
    /// What `GET /demo/state` answers, in demo mode only; the mailbox page exists with it.
    pub demo: Option<DemoState>,
}

/// Makes the answer of `GET /demo/state`.
pub type DemoState = Arc<dyn Fn() -> serde_json::Value + Send + Sync>;

/// Values of the configuration that handlers need.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// Where browsers and helpdesks reach Bellhop, without a slash at its end.
    pub public_url: String,
    /// Whose pages may talk to it.
    pub origins: Origins,
    /// Bodies above 1 MiB that may be on their way at once; further ones wait for their turn.
    pub large_bodies: Arc<Semaphore>,
}

/// At 16 MiB each, a quarter of a gigabyte: that much memory strangers can make a node hold, and no more.
const LARGE_BODIES: usize = 16;

impl HttpOptions {
    /// From the settings `http.public_url` and `http.allowed_origins`.
    pub fn new(public_url: &str, allowed_origins: &[String]) -> HttpOptions {
        let public_url = public_url.trim_end_matches('/').to_owned();
        let origins = Origins::new(&public_url, allowed_origins);
        HttpOptions { public_url, origins, large_bodies: Arc::new(Semaphore::new(LARGE_BODIES)) }
    }
}

/// The whole application: every route, and around them the headers, the log line and the figures of each answer.
pub fn app(
    state: web::Data<AppState>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = WebError,
        InitError = (),
    >,
> {
    App::new().wrap(from_fn(outer::around)).configure(|config| configure(config, state))
}

/// Adds every route to an application. [`app`] adds what goes around them as well.
pub fn configure(config: &mut web::ServiceConfig, state: web::Data<AppState>) {
    let with_panel = state.demo.is_some();
    config.app_data(state);
    routes::register(config);
    assets::register(config, with_panel);
    if with_panel {
        demo::register(config);
    }
    config.default_service(web::to(assets::fallback));
}

fn state_of(request: &HttpRequest) -> Result<&AppState> {
    let state = request.app_data::<web::Data<AppState>>();
    state.map(|state| &***state).ok_or_else(|| Error::Internal("the application has no state".to_owned()))
}
