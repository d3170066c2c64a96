//! Everything of a session that has a time: silence, a slow reader, the end of the token, pauses. One timer for all.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::{clock::Clock, config::Limits, domain::Millis, live::bye::Reason};

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
    pub(super) fn new(expires_at: Millis, clock: Clock, limits: &Limits) -> Clockwork {
        let now = Instant::now();
        let mut clockwork = Clockwork {
            clock,
            patience: limits.patience(),
            warning_ms: limits.expiry_warning_ms,
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
        if self.timer.as_mut().poll(cx).is_ready() {
            self.timer.as_mut().reset(deadline);
            return Poll::Ready(());
        }
        // Words of the client move the deadline away all the time: the timer is touched only when it would be late.
        if deadline < self.timer.deadline() {
            self.timer.as_mut().reset(deadline);
            return self.timer.as_mut().poll(cx);
        }
        Poll::Pending
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

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    const NEVER: Millis = i64::MAX;

    fn clockwork(expires_at: Millis) -> (Clockwork, Clock) {
        let clock = Clock::manual(0);
        (Clockwork::new(expires_at, clock.clone(), &Limits::default()), clock)
    }

    /// Sleeps until something may be due. Both clocks move: time is paused, and passes when nothing else happens.
    async fn tick(clockwork: &mut Clockwork, clock: &Clock, slow_at: Option<Instant>, listening: bool) {
        let began = Instant::now();
        poll_fn(|cx| clockwork.poll(cx, slow_at, listening)).await;
        clock.advance(i64::try_from(began.elapsed().as_millis()).expect("a short while"));
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_a_session_after_two_heartbeats_and_each_word_puts_that_off() {
        let (mut clockwork, clock) = clockwork(NEVER);
        let began = Instant::now();
        tokio::time::sleep(Duration::from_secs(30)).await;
        clockwork.heard(Instant::now());
        while clockwork.overdue(None, true).is_none() {
            tick(&mut clockwork, &clock, None, true).await;
        }
        assert_eq!(clockwork.overdue(None, true), Some(Reason::Silent));
        assert_eq!(began.elapsed().as_secs(), 80);
        assert_eq!(clockwork.overdue(None, false), None, "nobody is expected to speak on a stream of events");
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_is_given_two_heartbeats() {
        let (mut clockwork, clock) = clockwork(NEVER);
        let slow_at = Some(Instant::now() + Duration::from_secs(50));
        let began = Instant::now();
        tick(&mut clockwork, &clock, slow_at, false).await;
        assert_eq!(began.elapsed().as_secs(), 50);
        assert_eq!(clockwork.overdue(slow_at, false), Some(Reason::TooSlow));
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_warned_of_a_minute_before_its_end_once_and_again_after_its_renewal() {
        let (mut clockwork, clock) = clockwork(600_000);
        let warned_at = async |clockwork: &mut Clockwork| {
            while !clockwork.take_warning() {
                tick(clockwork, &clock, None, false).await;
            }
            clock.now() / 1_000
        };
        assert_eq!(warned_at(&mut clockwork).await, 540);
        clockwork.renew(1_200_000);
        assert_eq!(warned_at(&mut clockwork).await, 1_140);
        while clockwork.overdue(None, false).is_none() {
            assert!(!clockwork.take_warning(), "once");
            tick(&mut clockwork, &clock, None, false).await;
        }
        assert_eq!((clockwork.overdue(None, false), clock.now() / 1_000), (Some(Reason::TokenExpired), 1_200));
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_starts_anew_when_its_turn_comes_and_further_removals_do_not_put_that_off() {
        let (mut clockwork, clock) = clockwork(NEVER);
        clockwork.start_anew_later(7, 3_000);
        assert_eq!(clockwork.take_reset(), None);
        tokio::time::sleep(Duration::from_secs(2)).await;
        clockwork.start_anew_later(9, 3_000);
        let began = Instant::now();
        tick(&mut clockwork, &clock, None, true).await;
        assert_eq!((began.elapsed().as_secs(), clockwork.take_reset()), (1, Some(9)));
        assert_eq!(clockwork.take_reset(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_failed_is_left_alone_for_a_moment() {
        let (mut clockwork, clock) = clockwork(NEVER);
        clockwork.pause(0.5);
        assert!(clockwork.is_pausing());
        let began = Instant::now();
        tick(&mut clockwork, &clock, None, true).await;
        assert_eq!(began.elapsed().as_millis(), 1_500);
        assert!(!clockwork.is_pausing());
    }
}
