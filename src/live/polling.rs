//! `GET /api/v1/me/changes` and what clients without a socket have to say: acknowledgements and activity.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    Live,
    handle::{Handle, Transport},
    message::Report,
    protocol::Frame,
    session::Session,
};
use crate::{
    domain::{
        Id,
        act::{Act, Op, Selector},
        inbox::Counts,
    },
    error::{Error, Result},
};

/// What a polling client says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::IntoParams)]
pub struct Poll {
    /// The position it holds; none to start at the head.
    pub since: Option<i64>,
    /// The store's epoch at its last poll; none to have only floor and head checked.
    #[param(value_type = Option<String>)]
    pub epoch: Option<Id>,
    /// The session of its last poll.
    #[param(value_type = Option<String>)]
    pub session: Option<Id>,
    /// False for clients that no person looks at.
    pub screen: Option<bool>,
}

/// What it is told.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ChangesPage {
    /// The frames that a resuming session gets: `notification`s and then `synced`, or `reset`.
    #[schema(value_type = Vec<Object>)]
    pub frames: Vec<Box<RawValue>>,
    /// What the client holds after them.
    pub seq: i64,
    /// The store's epoch, to be sent with the next poll.
    #[schema(value_type = String)]
    pub epoch: Id,
    /// There is more: poll again at once, with `seq` as `since`.
    pub more: bool,
    /// Badge and red indicator.
    pub counts: Counts,
    /// Names the session in `/me/ack`, `/me/activity` and the next poll. Lives 75 s.
    #[schema(value_type = String)]
    pub session: Id,
}

impl Live {
    /// What changed after a position, as frames.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn changes(&self, agent: &Id, poll: Poll) -> Result<ChangesPage> {
        let handle = self.polling_session(agent, poll.session, poll.screen.unwrap_or(true));
        let mut session = Session::begin(None, poll.since, poll.epoch);
        let since = session.wants_page().unwrap_or(i64::MAX);
        session.asking();
        let page = self.options().store.changes(agent, since, self.limits().poll_entries).await?;
        let frames = session.on_page(&page);
        handle.told(session.told().max(handle.told_seq()));
        for frame in &frames {
            self.figures().frame(frame);
        }
        Ok(ChangesPage {
            frames: frames.iter().map(raw).collect::<Result<_>>()?,
            seq: session.position(),
            epoch: page.epoch,
            more: session.wants_page().is_some(),
            counts: page.inbox.counts,
            session: handle.id.clone(),
        })
    }

    /// Everything up to `seq` is on the device of a session.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the session is not the agent's, [`Error::Invalid`] when it was never sent so far.
    pub async fn ack(&self, agent: &Id, session: &str, seq: i64, active: bool) -> Result<()> {
        let handle = self.session_of(agent, session)?;
        let told = match &handle {
            Some(handle) => handle.told_seq(),
            // It lives on another node, or ended a moment ago: then what the inbox holds is what may be confirmed.
            None => self.options().store.inbox(agent).await?.1.seq,
        };
        if seq > told {
            return Err(Error::invalid("ack.never_sent", "/seq", "this number was never sent to you"));
        }
        match handle {
            Some(handle) => {
                self.keep_alive(&handle);
                self.note_ack(&handle, seq, active);
            }
            None if active => self.options().store.ack(agent, seq),
            None => {}
        }
        Ok(())
    }

    /// What the person at the screen of a session does.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the session is not the agent's; the store's when a viewed ticket cannot be read.
    pub async fn activity(&self, agent: &Id, session: &str, report: Report) -> Result<()> {
        let found = self.session_of(agent, session)?;
        let handle = found.unwrap_or_else(|| self.polling_session(agent, Some(session.into()), true));
        self.keep_alive(&handle);
        let now = self.options().clock.now();
        handle.report(&report, now);
        if let Some(ticket) = handle.activity().viewing(self.limits(), now).cloned() {
            let act = Act { op: Op::Read, selector: Selector::Ticket { ticket }, until: None, reference: None };
            self.options().store.act(agent, act).await?;
        }
        Ok(())
    }

    /// Takes over an acknowledgement that was checked. Only an active session's moves `acked_seq`.
    pub(super) fn note_ack(&self, handle: &Handle, seq: i64, active: bool) {
        self.figures().acked(handle, seq, &self.options().clock);
        if active && handle.note_ack(seq) {
            self.options().store.ack(&handle.agent, seq);
        }
    }

    /// The client's session, or a new one. A session of this installation that is not here comes from another node,
    /// or slept too long: it goes on here under its name.
    fn polling_session(&self, agent: &Id, session: Option<Id>, screen: bool) -> Arc<Handle> {
        let known = session.map(|id| (self.session_of(agent, &id), id));
        let id = match known {
            Some((Ok(Some(handle)), _)) => {
                self.keep_alive(&handle);
                return handle;
            }
            Some((Ok(None), id)) => id,
            Some((Err(_), _)) | None => self.new_session_id(agent),
        };
        let handle = Handle::new(id, agent.clone(), Transport::Polling, screen);
        self.registry().register_until(handle, self.polling_until())
    }

    fn keep_alive(&self, handle: &Handle) {
        if handle.transport == Transport::Polling {
            handle.live_until(self.polling_until());
        }
    }

    fn polling_until(&self) -> i64 {
        self.options().clock.now() + self.limits().poll_session_ms
    }
}

fn raw(frame: &Frame) -> Result<Box<RawValue>> {
    RawValue::from_string(frame.text.to_string()).map_err(|error| Error::Internal(error.to_string()))
}
