//! Runs one session on its connection: letters of the bus, words of the client, pages of the store, one timer. One task
//! a connection; nothing in here waits for the socket.

mod client;
mod clockwork;

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::time::Instant;

use self::clockwork::Clockwork;
use super::{
    Live,
    admission::Admitted,
    bye::{Bye, Reason},
    handle::{Handle, Post},
    inbound::{Broken, Inbound, Incoming},
    outlet::Outlet,
    protocol::{Frame, ServerFrame},
    session::Session,
    throttle::Throttle,
    wire::Wire,
};
use crate::{
    auth::{AgentClaim, Caller},
    domain::{
        Id,
        act::{Act, ActOutcome, Op, Selector},
        inbox::Changes,
    },
    error::Result,
};

/// Steps after which other connections of the thread get their turn.
const STEPS_IN_A_ROW: u32 = 64;

/// A session and its connection.
pub(super) struct Driver {
    live: Live,
    admitted: Admitted,
    outlet: Outlet,
    wire: Wire,
    /// None where the client cannot speak: server-sent events.
    inbound: Option<Box<Inbound>>,
    caller: Caller,
    throttle: Throttle,
    /// What the store or the identity provider is doing for this session: one thing at a time.
    work: Option<Pin<Box<dyn Future<Output = Done>>>>,
    /// What the client asked for meanwhile. It is not listened to until this has begun.
    waiting: Option<Box<Wish>>,
    /// The last work was an act: a page that is wanted comes before the next one.
    has_acted: bool,
    /// The ticket on the screen may have notifications to be read.
    view_due: bool,
    clockwork: Clockwork,
}

/// How a driver reaches its client.
pub(super) struct Connection {
    /// The way out.
    pub outlet: Outlet,
    /// How frames look on it.
    pub wire: Wire,
    /// The way in, if there is one.
    pub inbound: Option<Box<Inbound>>,
    /// Where it comes from.
    pub caller: Caller,
}

/// What needs the store or the identity provider.
enum Wish {
    Act(Act),
    Renew(String),
}

/// What came of it.
enum Done {
    Page(Result<Changes>),
    Acted(Option<Id>, Result<ActOutcome>),
    Viewed(Result<ActOutcome>),
    Renewed(Result<AgentClaim, Reason>),
}

enum Step {
    Post(Post),
    Done(Done),
    Client(Result<Incoming, Broken>),
    Room,
    Tick,
    Gone,
}

/// Why it ended, for the log.
type Ended = &'static str;

impl Driver {
    pub(super) fn new(live: Live, admitted: Admitted, connection: Connection) -> Driver {
        let now = Instant::now();
        let limits = live.limits();
        let throttle = Throttle::new(limits.messages_per_second, limits.message_burst, now);
        let clockwork = Clockwork::new(admitted.expires_at, live.options().clock.clone(), limits);
        let Connection { outlet, wire, inbound, caller } = connection;
        Driver {
            live,
            admitted,
            outlet,
            wire,
            inbound,
            caller,
            throttle,
            work: None,
            waiting: None,
            has_acted: false,
            view_due: false,
            clockwork,
        }
    }

    /// Runs until the connection or the session ends.
    pub(super) async fn run(mut self) {
        let began = Instant::now();
        let mut steps = 0;
        let why = loop {
            self.begin_work();
            let step = poll_fn(|cx| self.poll_step(cx)).await;
            if let Some(why) = self.on_step(step) {
                break why;
            }
            steps += 1;
            if steps % STEPS_IN_A_ROW == 0 {
                tokio::task::yield_now().await;
            }
        };
        tracing::info!(
            agent.id = %self.handle().agent,
            session.transport = self.handle().transport.as_str(),
            session.device = self.admitted.device.as_deref(),
            session.duration_ms = began.elapsed().as_millis() as u64,
            session.position = self.session().position(),
            reason = why,
            "session ended"
        );
    }

    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        if self.outlet.is_gone() {
            return Poll::Ready(Step::Gone);
        }
        if let Poll::Ready(post) = self.admitted.registration.handle().poll_post(cx) {
            return Poll::Ready(Step::Post(post));
        }
        if let Some(work) = &mut self.work
            && let Poll::Ready(done) = work.as_mut().poll(cx)
        {
            self.work = None;
            return Poll::Ready(Step::Done(done));
        }
        if self.is_listening()
            && let Some(inbound) = &mut self.inbound
            && let Poll::Ready(incoming) = inbound.poll_next(cx)
        {
            return Poll::Ready(Step::Client(incoming));
        }
        if self.may_read_page() {
            return Poll::Ready(Step::Room);
        }
        self.outlet.watch(cx, self.session().wants_page().is_some() || self.outlet.is_mute());
        let slow_at = self.outlet.too_slow_at(self.live.limits().patience());
        self.clockwork.poll(cx, slow_at, self.inbound.is_some()).map(|()| Step::Tick)
    }

    /// The client is listened to unless it is owed too much: what it asked for last, or answers that it does not read.
    fn is_listening(&self) -> bool {
        self.waiting.is_none() && !self.outlet.is_mute()
    }

    fn on_step(&mut self, step: Step) -> Option<Ended> {
        match step {
            Step::Post(post) => self.on_post(post),
            Step::Done(done) => self.on_done(done),
            Step::Client(Ok(incoming)) => self.on_incoming(incoming),
            Step::Client(Err(broken)) => Some(self.on_broken(broken)),
            Step::Room => None,
            Step::Tick => self.on_tick(),
            Step::Gone => Some("the connection is gone"),
        }
    }

    fn on_post(&mut self, post: Post) -> Option<Ended> {
        for nudge in &post.nudges {
            let room = self.outlet.has_room();
            if let Some(frame) = self.admitted.session.on_nudge(nudge, room) {
                self.handle().told(nudge.seq);
                self.send(&frame);
                self.live.figures().sent(nudge.accepted_us, &self.live.options().clock);
                self.handle().time_ack(nudge.seq, nudge.accepted_us);
            }
            self.view_due |= nudge.alerts;
        }
        self.admitted.session.hear_of(post.missed_seq);
        if let Some(head) = &post.head {
            self.admitted.session.on_head(&head.epoch, head.seq, head.floor_seq);
        }
        if post.removed_seq > 0 {
            let wait_ms = self.live.limits().reset_window_ms as f64 * self.live.registry().scatter();
            self.clockwork.start_anew_later(post.removed_seq, wait_ms as u64);
        }
        if post.ping && !self.session().is_opening() && self.outlet.has_room() {
            let seq = self.session().position();
            self.send(&ServerFrame::Ping { seq }.encode());
        }
        if let Some(bye) = post.bye {
            return Some(self.leave(bye));
        }
        // A clock that jumped, after the machine slept, shows with the next beat and not when the timer ends.
        if post.ping { self.on_tick() } else { None }
    }

    fn on_tick(&mut self) -> Option<Ended> {
        let slow_at = self.outlet.too_slow_at(self.live.limits().patience());
        if let Some(reason) = self.clockwork.overdue(slow_at, self.inbound.is_some()) {
            return Some(self.end(reason));
        }
        if self.clockwork.take_warning() {
            self.complain("auth.expiring", "the token expires soon: send a fresh one with `auth`", None);
        }
        if let Some(floor_seq) = self.clockwork.take_reset() {
            self.admitted.session.on_removal(floor_seq);
        }
        None
    }

    /// Begins what is wanted most, if nothing is under way.
    fn begin_work(&mut self) {
        if self.work.is_some() {
            return;
        }
        let is_pages_turn = self.is_pages_turn();
        if !is_pages_turn && let Some(wish) = self.waiting.take() {
            self.has_acted = true;
            self.work = Some(self.fulfil(*wish));
        } else if !is_pages_turn
            && std::mem::take(&mut self.view_due)
            && let Some(ticket) = self.viewed_ticket()
        {
            self.has_acted = true;
            let act = Act { op: Op::Read, selector: Selector::Ticket { ticket }, until: None, reference: None };
            let (store, agent) = (self.live.options().store.clone(), self.handle().agent.clone());
            self.work = Some(Box::pin(async move { Done::Viewed(store.act(&agent, act).await) }));
        } else if (is_pages_turn || self.may_read_page())
            && let Some(since) = self.session().wants_page()
        {
            self.has_acted = false;
            self.live.figures().resync(self.session().why());
            self.admitted.session.asking();
            let (store, agent) = (self.live.options().store.clone(), self.handle().agent.clone());
            let limit = self.live.limits().page_entries;
            self.work = Some(Box::pin(async move { Done::Page(store.changes(&agent, since, limit).await) }));
        }
    }

    fn fulfil(&self, wish: Wish) -> Pin<Box<dyn Future<Output = Done>>> {
        match wish {
            Wish::Act(act) => {
                let (store, agent) = (self.live.options().store.clone(), self.handle().agent.clone());
                let reference = act.reference.clone();
                Box::pin(async move { Done::Acted(reference, store.act(&agent, act).await) })
            }
            Wish::Renew(token) => {
                let (live, caller) = (self.live.clone(), self.caller);
                Box::pin(
                    async move { Done::Renewed(live.identify(Some(super::Credential::Bearer(token)), caller).await) },
                )
            }
        }
    }

    fn viewed_ticket(&self) -> Option<Id> {
        let now = self.live.options().clock.now();
        self.handle().activity().viewing(self.live.limits(), now).cloned()
    }

    /// A page is read when the last one has left the buffer: one at a time, however slow the reader.
    fn may_read_page(&self) -> bool {
        let idle = self.work.is_none() && !self.clockwork.is_pausing();
        idle && self.session().wants_page().is_some() && self.outlet.is_empty()
    }

    /// Whoever acts faster than the store answers would otherwise never hear of anything again. The answer to the act may
    /// still be waiting; who does not read at all may go on acting.
    fn is_pages_turn(&self) -> bool {
        let wanted = self.has_acted && self.session().wants_page().is_some();
        wanted && !self.clockwork.is_pausing() && self.outlet.has_room()
    }

    fn on_done(&mut self, done: Done) -> Option<Ended> {
        match done {
            Done::Page(Ok(page)) => self.on_page(&page),
            Done::Page(Err(error)) => return self.on_page_failed(&error),
            Done::Acted(reference, Ok(outcome)) => {
                if let Some(frame) = self.admitted.session.on_outcome(reference, &outcome) {
                    self.send(&frame);
                }
            }
            Done::Acted(reference, Err(error)) => self.complain_of(&error, reference.as_deref()),
            Done::Viewed(Ok(_)) => {}
            Done::Viewed(Err(error)) => tracing::warn!(%error, "a viewed ticket could not be read; its next view will"),
            Done::Renewed(renewed) => self.on_renewed(renewed),
        }
        None
    }

    fn on_page(&mut self, page: &Changes) {
        for frame in self.admitted.session.on_page(page) {
            self.send(&frame);
        }
        self.handle().told(self.session().told());
    }

    /// The store is out: who just came comes again later, who is here waits.
    fn on_page_failed(&mut self, error: &crate::error::Error) -> Option<Ended> {
        self.admitted.session.no_page();
        tracing::warn!(%error, agent.id = %self.handle().agent, "a session could not read the store");
        if self.session().is_opening() {
            return Some(self.end(Reason::Unavailable));
        }
        self.clockwork.pause(self.live.registry().scatter());
        None
    }

    fn send(&self, frame: &Frame) {
        self.outlet.write(|to| self.wire.encode(frame, to));
        self.live.figures().frame(frame);
    }

    /// Something is wrong; the connection goes on.
    fn complain(&self, code: &str, message: &str, reference: Option<&str>) {
        self.send(&ServerFrame::Error { code, message, reference }.encode());
    }

    fn end(&self, reason: Reason) -> Ended {
        self.leave(self.live.registry().bye(reason))
    }

    fn leave(&self, bye: Bye) -> Ended {
        self.send(&ServerFrame::Bye(bye).encode());
        self.outlet.write(|to| self.wire.close(bye, to));
        self.outlet.finish();
        bye.why()
    }

    fn session(&self) -> &Session {
        &self.admitted.session
    }

    fn handle(&self) -> &Handle {
        self.admitted.registration.handle()
    }
}
