//! Web push (RFC 8030, 8291, 8292): messages to browsers that are closed, through the push service of each browser's maker.
//! [`WebPush::send`] sends one and says how that ended; [`note`] keeps it with the subscription. OneSignal and Pusher Beams
//! are for installations that use them already.

mod address;
mod answer;
pub mod beams;
mod keys;
pub mod message;
pub mod onesignal;
mod payload;
mod resolver;
pub mod subscription;
mod vapid;

use std::sync::Arc;
use std::time::Duration;

use reqwest::{ClientBuilder, RequestBuilder, redirect};
use url::Url;
use web_push::{ContentEncoding, SubscriptionInfo, WebPushMessageBuilder};

use self::{address::Allowed, keys::VapidKeys, resolver::PublicOnly, vapid::Vapid};
pub use self::{
    beams::Beams,
    message::{PushMessage, tag},
    onesignal::{OneSignal, WORKER as ONESIGNAL_WORKER},
    resolver::LookUp,
    subscription::{GivenKeys, GivenSubscription},
};
use super::Outcome;
use crate::{
    clock::Clock,
    config::WebPushConfig,
    error::{Error, Result},
    store::{NewPushSubscription, PushSubscription, Store},
};

/// How long a connection, and a whole request, may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// Open connections that wait for the next message, for each push service.
const IDLE_CONNECTIONS: usize = 8;

/// What [`WebPush`] is made of.
pub struct WebPushOptions {
    /// The section `[web_push]`.
    pub config: WebPushConfig,
    /// The store's own VAPID key (`store.secret("vapid")`), for where the configuration gives none.
    pub key: String,
    /// The administrative address.
    pub admin_address: Option<String>,
    /// Where browsers reach Bellhop, without a slash at its end.
    pub public_url: String,
    /// Where the time comes from.
    pub clock: Clock,
    /// Looks names up; none: the system.
    pub look_up: Option<LookUp>,
    /// How long a push service may take; none: 15 s.
    pub answer_within: Option<Duration>,
}

/// Sends pushes. One for the whole server: its connections and signatures are used again.
pub struct WebPush {
    vapid: Vapid,
    allowed: Allowed,
    client: reqwest::Client,
    clock: Clock,
    public_url: String,
    service_worker: String,
    onesignal: Option<OneSignal>,
    beams: Option<Beams>,
}

impl WebPush {
    /// Makes the sender.
    ///
    /// # Errors
    /// [`Error::Config`] for a private key or a host that is none.
    pub fn new(options: WebPushOptions) -> Result<WebPush> {
        let WebPushOptions { config, key, admin_address, public_url, clock, look_up, answer_within } = options;
        let allowed = Allowed::new(&config.allowed_hosts)?;
        let keys = VapidKeys::new(config.private_key.as_deref().unwrap_or(&key))?;
        let subject = vapid::subject(config.subject.as_deref(), admin_address.as_deref(), &public_url);
        let resolver = PublicOnly::new(allowed.clone(), look_up.unwrap_or_else(resolver::system));
        // A proxy would resolve the names itself, and what was checked here would not be what is connected to.
        let client = client(answer_within).no_proxy().dns_resolver(Arc::new(resolver));
        let onesignal = config.onesignal.map(|config| OneSignal::new(config, &public_url, &clock, answer_within));
        let beams = config.beams.map(|config| Beams::new(config, &public_url, &clock, answer_within));
        Ok(WebPush {
            vapid: Vapid::new(keys, subject, clock.clone()),
            allowed,
            client: built(client)?,
            clock,
            public_url,
            service_worker: config.service_worker,
            onesignal: onesignal.transpose()?,
            beams: beams.transpose()?,
        })
    }

    /// The key that browsers subscribe with (`applicationServerKey`), in base64url.
    pub fn public_key(&self) -> &str {
        self.vapid.public_key()
    }

    /// Path of the service worker that shows pushes.
    pub fn service_worker(&self) -> &str {
        &self.service_worker
    }

    /// OneSignal, where it is configured.
    pub fn onesignal(&self) -> Option<&OneSignal> {
        self.onesignal.as_ref()
    }

    /// Pusher Beams, where it is configured.
    pub fn beams(&self) -> Option<&Beams> {
        self.beams.as_ref()
    }

    /// What is legal, but worth a line at start-up.
    pub fn warning(&self) -> Option<&'static str> {
        let text = "web push has no subject that leads to a person: Apple's devices are left out until email.admin, \
                    web_push.subject or an https http.public_url is given";
        (!self.vapid.has_reachable_subject()).then_some(text)
    }

    /// Checks what a browser hands in; `user_agent` as its request said.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the pointer of the member at fault.
    pub fn check(&self, given: GivenSubscription, user_agent: Option<&str>) -> Result<NewPushSubscription> {
        subscription::check(given, user_agent, &self.allowed)
    }

    /// Sends one message to one device. The subscription is left as it is: see [`note`].
    pub async fn send(&self, subscription: &PushSubscription, message: &PushMessage) -> Outcome {
        let url = match self.allowed.check(&subscription.endpoint) {
            Ok(url) => url,
            Err(refusal) => {
                let detail = format!("the subscription's address {refusal}");
                return Outcome::Failed { why: "host_not_allowed", detail };
            }
        };
        if address::is_apple(&url) && !self.vapid.has_reachable_subject() {
            let detail = "Apple wants to know whom to write to: give email.admin or web_push.subject".to_owned();
            return Outcome::Misconfigured { why: "no_subject", detail };
        }
        match self.request(&url, subscription, message) {
            Ok(request) => self.post(&url, request).await,
            Err(outcome) => outcome,
        }
    }

    fn request(
        &self,
        url: &Url,
        subscription: &PushSubscription,
        message: &PushMessage,
    ) -> Result<RequestBuilder, Outcome> {
        let inside = |error: Error| Outcome::Failed { why: "internal", detail: error.to_string() };
        let plaintext = payload::plaintext(message, &self.public_url).map_err(inside)?;
        let authorization = self.vapid.header(&origin(url)).map_err(inside)?;
        let ttl_s = message.ttl_s();
        let mut request = self
            .client
            .post(url.clone())
            .header("authorization", authorization)
            .header("content-encoding", "aes128gcm")
            .header("content-type", "application/octet-stream")
            .header("ttl", ttl_s)
            .header("urgency", message.urgency())
            .header("topic", message.topic());
        if ttl_s == 0 && address::is_windows(url) {
            // Windows keeps messages unless it is told not to, and refuses to keep one for no time.
            request = request.header("x-wns-cache-policy", "no-cache");
        }
        Ok(request.body(encrypted(subscription, &plaintext)?))
    }

    async fn post(&self, url: &Url, request: RequestBuilder) -> Outcome {
        let outcome = match request.send().await {
            Ok(response) => answer::outcome(response, self.clock.now(), address::is_windows(url)).await,
            Err(error) => answer::unanswered(&error),
        };
        if matches!(outcome, Outcome::Misconfigured { .. }) {
            self.vapid.forget(&origin(url));
        }
        outcome
    }
}

/// Keeps with the subscription how an attempt ended: one that the push service does not know any more is forgotten, any
/// other stays, whatever went wrong.
///
/// # Errors
/// When the store cannot be written.
pub async fn note(store: &Store, subscription: &PushSubscription, outcome: &Outcome) -> Result<()> {
    match outcome {
        Outcome::Gone { .. } => store.drop_push(subscription).await,
        outcome => store.note_push(subscription, outcome.why()).await,
    }
}

/// RFC 8291, aes128gcm, with a fresh key pair and salt.
fn encrypted(subscription: &PushSubscription, plaintext: &[u8]) -> Result<Vec<u8>, Outcome> {
    let PushSubscription { endpoint, p256dh, auth, .. } = subscription;
    let info = SubscriptionInfo::new(endpoint, p256dh, auth);
    let mut builder = WebPushMessageBuilder::new(&info);
    builder.set_payload(ContentEncoding::Aes128Gcm, plaintext);
    let built = builder.build().map_err(|error| error.to_string());
    let payload = built.and_then(|message| message.payload.ok_or_else(|| "there is no payload".to_owned()));
    payload.map(|payload| payload.content).map_err(|error| {
        // Keys are checked when they are handed in: these were spoilt since, and stay so.
        Outcome::Gone { why: "subscription_broken", detail: format!("the message cannot be encrypted: {error}") }
    })
}

/// Scheme, host and port: what a push service calls itself (RFC 8292 §2, `aud`).
fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn client(answer_within: Option<Duration>) -> ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!("Bellhop/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_WITHIN)
        .timeout(answer_within.unwrap_or(ANSWER_WITHIN))
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
}

fn built(client: ClientBuilder) -> Result<reqwest::Client> {
    client.build().map_err(|error| Error::Internal(format!("no HTTP client can be made: {error}")))
}
