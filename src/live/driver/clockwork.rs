//! Everything of a session that has a time: silence, a slow reader, the end of the token, pauses. One timer for all.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::{
    clock::Clock,
    domain::Millis,
    live::{LiveOptions, bye::Reason},
};

/// The longest sleep: a token's end further away is looked at again then.
const LONGEST: Duration = Duration::from_secs(3600);
/// After the store failed, this long plus a share of it, so that waiting sessions do not come back at once.
const PAUSE: Duration = Duration::from_secs(1);

/// The deadlines of one session.
pub(super) struct Clockwork {
    clock: Clock,
    patience: Duration,
    warning_ms: i64,
    last_heard: Instant,
    expires_at: Millis,
    warned: bool,
    /// When to look at the token's end again.
    look_at: Instant,
    /// Entries below the number were removed: start anew then.
    reset: Option<(Instant, i64)>,
    paused_until: Option<Instant>,
    timer: Pin<Box<Sleep>>,
}

impl Clockwork {
    pub(super) fn new(expires_at: Millis, options: &LiveOptions) -> Clockwork {
        let now = Instant::now();
        let mut clockwork = Clockwork {
            clock: options.clock.clone(),
            patience: options.limits.patience(),
            warning_ms: options.limits.expiry_warning_ms,
            last_heard: now,
            expires_at,
            warned: false,
            look_at: now,
            reset: None,
            paused_until: None,
            timer: Box::pin(sleep_until(now + LONGEST)),
        };
        clockwork.look_again();
        clockwork
    }

    /// The client said something.
    pub(super) fn heard(&mut self, now: Instant) {
        self.last_heard = now;
    }

    /// The token was replaced.
    pub(super) fn renew(&mut self, expires_at: Millis) {
        self.expires_at = expires_at;
        self.warned = false;
        self.look_again();
    }

    /// Entries below `floor_seq` were removed; the session starts anew after `wait_ms`.
    pub(super) fn start_anew_later(&mut self, floor_seq: i64, wait_ms: u64) {
        let at = self.reset.map_or_else(|| Instant::now() + Duration::from_millis(wait_ms), |(at, _)| at);
        self.reset = Some((at, floor_seq));
    }

    /// The store failed: wait a moment. `share`: 0 to 1.
    pub(super) fn pause(&mut self, share: f64) {
        self.paused_until = Some(Instant::now() + PAUSE.mul_f64(1.0 + share));
    }

    /// Whether the store is left alone for the moment.
    pub(super) fn is_pausing(&self) -> bool {
        self.paused_until.is_some_and(|until| Instant::now() < until)
    }

    /// Ready when something may be due. `listening`: silence counts.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, slow_at: Option<Instant>, listening: bool) -> Poll<()> {
        let deadline = self.deadline(slow_at, listening);
        // Words of the client move the deadline away all the time: the timer is touched only when it would be late,
        // or has gone off.
        if deadline < self.timer.deadline() || self.timer.is_elapsed() {
            self.timer.as_mut().reset(deadline);
        }
        self.timer.as_mut().poll(cx)
    }

    fn deadline(&self, slow_at: Option<Instant>, listening: bool) -> Instant {
        let silent_at = listening.then(|| self.last_heard + self.patience);
        let reset_at = self.reset.map(|(at, _)| at);
        let now = Instant::now();
        let paused_until = self.paused_until.filter(|until| *until > now);
        [silent_at, slow_at, reset_at, paused_until].into_iter().flatten().fold(self.look_at, Instant::min)
    }

    /// Why the session ends now, if it does.
    pub(super) fn overdue(&mut self, slow_at: Option<Instant>, listening: bool) -> Option<Reason> {
        let now = Instant::now();
        if self.clock.now() >= self.expires_at {
            return Some(Reason::TokenExpired);
        }
        if slow_at.is_some_and(|at| at <= now) {
            return Some(Reason::TooSlow);
        }
        (listening && self.last_heard + self.patience <= now).then_some(Reason::Silent)
    }

    /// Whether the client is to be warned that its token ends; once per token.
    pub(super) fn take_warning(&mut self) -> bool {
        let due = !self.warned && self.clock.now() >= self.expires_at.saturating_sub(self.warning_ms);
        self.warned |= due;
        self.look_again();
        due
    }

    /// The floor below which the session starts anew now, if it does.
    pub(super) fn take_reset(&mut self) -> Option<i64> {
        let now = Instant::now();
        self.reset.take_if(|(at, _)| *at <= now).map(|(_, floor_seq)| floor_seq)
    }

    fn look_again(&mut self) {
        let next = if self.warned { self.expires_at } else { self.expires_at.saturating_sub(self.warning_ms) };
        let wait = u64::try_from(next.saturating_sub(self.clock.now())).unwrap_or(0);
        self.look_at = Instant::now() + Duration::from_millis(wait).min(LONGEST);
    }
}
