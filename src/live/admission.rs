//! Who may have a session: token, agent, limits; and the ids that sessions go by.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::{
    Credential, Live,
    bye::{Bye, Reason},
    figures::Counted,
    handle::{Handle, Transport},
    message::Hello,
    registry::Registration,
    session::{Opening, Session},
};
use crate::{
    auth::{AgentClaim, Caller, require_agent},
    bus::Bus,
    domain::{Id, Millis},
    error::{Error, Result},
};

/// Characters of device names that are kept for the log.
const MAX_DEVICE_CHARS: usize = 64;

/// An agent with a session: everything that belongs to it, given back when it is dropped.
pub struct Admitted {
    /// The logic.
    pub session: Session,
    /// In the registry.
    pub registration: Registration,
    /// When the token ends.
    pub expires_at: Millis,
    /// Names the browser, for the log.
    pub device: Option<Id>,
    _listening: Listening,
    _counted: Counted,
}

/// A subscription at the bus; ends when dropped.
struct Listening {
    bus: Bus,
    agent: Id,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.bus.unsubscribe(&self.agent);
    }
}

impl Live {
    /// Whom a credential speaks for; they must be an active agent.
    ///
    /// # Errors
    /// Which goodbye the client gets.
    pub(super) async fn identify(&self, credential: Option<Credential>, caller: Caller) -> Result<AgentClaim, Reason> {
        let Some(credential) = credential else { return Err(self.refused(&Error::Unauthorized)) };
        let claim = (self.options().check)(credential, caller).await.map_err(|error| self.refused(&error))?;
        match require_agent(&self.options().store, &claim.agent).await {
            Ok(()) => Ok(claim),
            Err(Error::Unauthorized) => Err(Reason::Inactive),
            Err(error) => Err(self.refused(&error)),
        }
    }

    fn refused(&self, error: &Error) -> Reason {
        match error {
            Error::Unauthorized | Error::Forbidden(_) => {
                self.figures().auth_failed();
                Reason::Unauthorized
            }
            Error::TooMany { .. } => Reason::TooManyMessages,
            error => {
                tracing::warn!(%error, "a session could not be authenticated");
                Reason::Unavailable
            }
        }
    }

    /// Gives an agent a session when its turn has come: registered first, then listening at the bus, so that nothing falls
    /// between these and the first page of the store.
    ///
    /// # Errors
    /// Which goodbye the client gets.
    pub(super) async fn admit(&self, claim: AgentClaim, hello: Hello, transport: Transport) -> Result<Admitted, Bye> {
        // Who comes back has been waiting already.
        if let Err(wait) = self.gate().pass(hello.since.is_some()).await {
            self.figures().refused("crowd");
            return Err(Reason::Crowded.bye_in(wait));
        }
        let registry = self.registry();
        if registry.is_draining() {
            return Err(Reason::Draining.bye_within(self.limits().drain_window_ms, registry.scatter()));
        }
        let id = self.new_session_id(&claim.agent);
        let registration = registry.register(Handle::new(id.clone(), claim.agent.clone(), transport, hello.screen));
        let bus = self.options().bus.clone();
        bus.subscribe(&claim.agent).await;
        let opening = Opening { session: id, ping_every_ms: self.limits().ping_every_ms };
        Ok(Admitted {
            session: Session::begin(Some(opening), hello.since, hello.epoch),
            registration,
            expires_at: claim.expires_at,
            device: hello.device.map(|device| device.chars().take(MAX_DEVICE_CHARS).collect::<String>().into()),
            _listening: Listening { bus, agent: claim.agent },
            _counted: self.figures().session(transport),
        })
    }

    pub(super) fn new_session_id(&self, agent: &Id) -> Id {
        self.inner.ids.make(agent)
    }

    /// The session of that id, if it is the agent's and lives here.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is somebody else's, or was not made by this installation. `Ok(None)`: it is theirs,
    /// but ended, or lives on another node.
    pub(super) fn session_of(&self, agent: &Id, session: &str) -> Result<Option<Arc<Handle>>> {
        if !self.inner.ids.belongs(session, agent) {
            return Err(Error::NotFound("session"));
        }
        Ok(self.registry().find(agent, session))
    }
}

/// Makes and checks session ids. An id names its agent by a keyed hash, so that every node knows whose it is without
/// asking the others.
pub struct SessionIds {
    key: Hmac<Sha256>,
}

impl SessionIds {
    /// Ids under a secret that all nodes share.
    pub fn new(secret: &str) -> SessionIds {
        let key = Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
        SessionIds { key }
    }

    /// A new id for a session of `agent`.
    pub fn make(&self, agent: &str) -> Id {
        let nonce = uuid::Uuid::new_v4().simple().to_string();
        format!("{nonce}.{}", self.tag(&nonce, agent)).into()
    }

    /// Whether an id was made for `agent`.
    pub fn belongs(&self, id: &str, agent: &str) -> bool {
        let Some((nonce, tag)) = id.split_once('.') else { return false };
        self.tag(nonce, agent).as_bytes().ct_eq(tag.as_bytes()).into()
    }

    fn tag(&self, nonce: &str, agent: &str) -> String {
        let mut mac = self.key.clone();
        // A label of its own: the secret also signs other things.
        mac.update(format!("live session\n{nonce}\n{agent}").as_bytes());
        hex::encode(&mac.finalize().into_bytes()[..12])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_id_belongs_to_its_agent_on_every_node_and_to_nobody_else() {
        let (here, there) = (SessionIds::new("secret"), SessionIds::new("secret"));
        let id = here.make("ana");
        assert!(there.belongs(&id, "ana"));
        assert!(!there.belongs(&id, "ben"));
        assert!(!SessionIds::new("another").belongs(&id, "ana"));
        assert!(!there.belongs("made-up", "ana") && !there.belongs("made.up", "ana"));
        assert_ne!(id, here.make("ana"));
    }
}
