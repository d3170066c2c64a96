//! What a client says on its connection, and what that leads to.

use tokio::time::Instant;

use super::{Driver, Ended, Wish};
use crate::{
    auth::AgentClaim,
    domain::act::Op,
    error::{Error, Result},
    live::{
        bye::Reason,
        inbound::{Broken, Incoming},
        message::{ClientMessage, Report},
        selector::ActBody,
        wire,
    },
};

impl Driver {
    pub(super) fn on_incoming(&mut self, incoming: Incoming) -> Option<Ended> {
        let now = Instant::now();
        self.clockwork.heard(now);
        if !self.throttle.take(now) {
            self.complain("messages.too_many", "more messages a second than this server takes", None);
            return Some(self.end(Reason::TooManyMessages));
        }
        match incoming {
            Incoming::Text(text) => self.on_text(&text),
            Incoming::Ping(payload) => self.outlet.write(|to| wire::pong(&payload, to)),
            Incoming::Part | Incoming::Pong => {}
            Incoming::Binary => return Some(self.on_binary()),
            Incoming::Close(answer) => return Some(self.on_close(answer)),
        }
        None
    }

    fn on_binary(&self) -> Ended {
        self.complain("frame.binary", "frames are JSON text; this one was binary", None);
        self.end(Reason::Binary)
    }

    fn on_close(&self, answer: u16) -> Ended {
        self.outlet.write(|to| wire::close_answer(answer, to));
        self.outlet.finish();
        "the client closed"
    }

    pub(super) fn on_broken(&self, broken: Broken) -> Ended {
        match broken {
            Broken::Gone => "the connection is gone",
            Broken::TooLarge => self.end(Reason::TooLarge),
            Broken::Protocol => self.end(Reason::Framing),
            Broken::NotText => self.end(Reason::NotText),
        }
    }

    fn on_text(&mut self, text: &[u8]) {
        match ClientMessage::parse(text) {
            Ok(message) => self.on_message(message),
            Err(wrong) => self.complain(wrong.code, &wrong.message, wrong.reference.as_deref()),
        }
    }

    fn on_message(&mut self, message: ClientMessage) {
        match message.into_act() {
            Ok((op, body)) => self.on_act(op, *body),
            Err(ClientMessage::Ack { seq, active }) => self.on_ack(seq, active),
            Err(ClientMessage::Activity(report)) => self.on_activity(&report),
            Err(ClientMessage::Sync { since }) => self.admitted.session.sync(since),
            Err(ClientMessage::Auth { token }) => self.waiting = Some(Box::new(Wish::Renew(token))),
            Err(ClientMessage::Hello(_)) => self.complain("hello.again", "you have said hello already", None),
            Err(_) => {}
        }
    }

    fn on_act(&mut self, op: Op, body: ActBody) {
        let reference = body.reference.clone();
        match body.into_act(op, self.session().position()) {
            Ok(act) => self.waiting = Some(Box::new(Wish::Act(act))),
            Err(error) => self.complain_of(&error, reference.as_deref()),
        }
    }

    fn on_ack(&self, seq: i64, active: bool) {
        if self.session().check_ack(seq).is_err() {
            return self.complain("ack.never_sent", "this number was never sent to you", None);
        }
        self.live.note_ack(self.handle(), seq, active);
    }

    fn on_activity(&mut self, report: &Report) {
        let now = self.live.options().clock.now();
        self.handle().report(report, now);
        self.view_due |= report.viewing.is_some();
    }

    /// What could not be done, without what is inside.
    pub(super) fn complain_of(&self, error: &Error, reference: Option<&str>) {
        let inside = matches!(error, Error::Store(_) | Error::Config(_) | Error::Internal(_));
        if inside {
            tracing::error!(%error, agent.id = %self.handle().agent, "an act failed");
        }
        let message = match error {
            _ if inside => "something went wrong inside".to_owned(),
            Error::Unavailable { .. } => "not available at the moment: say it again".to_owned(),
            error => error.to_string(),
        };
        self.complain(error.code(), &message, reference);
    }

    pub(super) fn on_renewed(&mut self, renewed: Result<AgentClaim, Reason>) {
        match renewed {
            Ok(claim) if claim.agent == self.handle().agent => self.clockwork.renew(claim.expires_at),
            Ok(_) => self.complain("auth.other_agent", "this token is of another agent", None),
            Err(reason) => self.complain("auth.refused", reason.as_str(), None),
        }
    }
}
