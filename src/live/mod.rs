//! Live connections: an agent's sessions over WebSocket, server-sent events and polling, all with one logic.
//!
//! In comes what the bus brings and what clients say; out go frames. The registry (agent → sessions) is the bus's sink
//! and posts to the sessions' letter boxes; each session sends what fits its position and reads the store for the rest.

mod bye;
mod message;
mod protocol;
mod selector;

mod alarm;
mod drain;
mod handle;
mod heartbeat;
mod presence;
mod registry;
mod session;

mod admission;
mod budget;
mod driver;
mod figures;
mod gate;
mod outlet;
mod stale_peer;
mod throttle;
mod wire;

mod closing;
mod frame_guard;
#[cfg(test)]
mod fuzz;
mod inbound;
pub mod polling;
pub mod sse;
mod text;
pub mod websocket;

use std::sync::Arc;

use futures_util::future::BoxFuture;

use self::{admission::SessionIds, budget::Budget, figures::Figures, gate::Gate};
pub use self::{
    budget::Share,
    bye::{Bye, Reason},
    handle::Transport,
    message::{ClientMessage, Hello, Report},
    polling::{ChangesPage, Poll},
    presence::{Presence, Seen, Whereabouts},
    protocol::{Changed, Frame, FrameKind, ServerFrame, nudge},
    registry::Registry,
    selector::{ActBody, parse_selector},
    session::{Opening, Session},
    sse::stream,
    websocket::upgrade,
};
pub use crate::config::Limits;
use crate::{
    auth::{AgentClaim, Authenticator, Caller, Origins},
    bus::Bus,
    clock::Clock,
    domain::Id,
    error::{Error, Result},
    store::Store,
    telemetry::Metrics,
};

/// What a client shows to prove who it is. No `Debug`: it must not reach a log.
#[derive(Clone)]
pub enum Credential {
    /// A token of the helpdesk.
    Bearer(String),
    /// The cookie of the bundled pages.
    Cookie(String),
}

/// Tells whom a credential speaks for; counts refusals by the address they come from.
pub type TokenCheck = Arc<dyn Fn(Credential, Caller) -> BoxFuture<'static, Result<AgentClaim>> + Send + Sync>;

/// The check that an [`Authenticator`] makes.
pub fn check_with(auth: Arc<Authenticator>) -> TokenCheck {
    Arc::new(move |credential, caller| {
        let auth = auth.clone();
        Box::pin(async move {
            let claim = match &credential {
                Credential::Bearer(token) => auth.agent(token).await,
                Credential::Cookie(cookie) => auth.session(cookie),
            };
            claim.map_err(|error| if matches!(error, Error::Unauthorized) { auth.failed(caller) } else { error })
        })
    })
}

/// What live connections need from the rest.
#[derive(Clone)]
pub struct LiveOptions {
    /// The truth.
    pub store: Store,
    /// Where nudges come from.
    pub bus: Bus,
    /// The bus's sink.
    pub registry: Arc<Registry>,
    /// What a connection may cost.
    pub limits: Limits,
    /// Where the time comes from.
    pub clock: Clock,
    /// Figures.
    pub metrics: Arc<Metrics>,
    /// Tells whom a token speaks for.
    pub check: TokenCheck,
    /// Which pages may connect.
    pub origins: Origins,
}

/// The live side of a node. Cheap to clone.
#[derive(Clone)]
pub struct Live {
    inner: Arc<Inner>,
}

struct Inner {
    options: LiveOptions,
    ids: SessionIds,
    figures: Figures,
    budget: Budget,
    gate: Gate,
}

impl Live {
    /// Puts the parts together. [`Live::heartbeat`] has to run beside it.
    ///
    /// # Errors
    /// When the store has no secret for session ids.
    pub fn new(options: LiveOptions) -> Result<Live> {
        let ids = SessionIds::new(&options.store.secret("session")?);
        let figures = Figures::new(&options.metrics);
        let budget = Budget::new(options.limits.memory_budget_bytes, options.metrics.buffered_bytes.clone());
        let gate = Gate::new(&options.limits, options.metrics.connects_waiting.clone());
        Ok(Live { inner: Arc::new(Inner { options, ids, figures, budget, gate }) })
    }

    /// The sessions of this node.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.inner.options.registry
    }

    /// Whether an agent is there, as far as this node knows.
    pub fn presence(&self, agent: &Id) -> Presence {
        self.registry().presence(agent)
    }

    /// Counts `bytes` of a buffer or queue under the node's memory budget until the answer is dropped.
    pub fn hold(&self, bytes: usize) -> Share {
        let mut share = self.budget().share();
        share.hold(bytes);
        share
    }

    fn budget(&self) -> &Budget {
        &self.inner.budget
    }

    fn gate(&self) -> &Gate {
        &self.inner.gate
    }

    fn options(&self) -> &LiveOptions {
        &self.inner.options
    }

    fn limits(&self) -> &Limits {
        &self.inner.options.limits
    }

    fn figures(&self) -> &Figures {
        &self.inner.figures
    }
}
