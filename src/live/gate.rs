//! The gate in front of new sessions. After a deployment, or when a network comes back, everybody connects at once, and
//! each costs a page of the store: they are let in at a rate that leaves room for what goes on, those who come back before
//! those who are new. A short queue waits; who would wait longer is told when to come back, each at another time.

use std::{collections::VecDeque, sync::Mutex, time::Duration};

use prometheus::IntGauge;
use tokio::{
    sync::{Notify, oneshot},
    time::{Instant, sleep},
};

use super::{handle::lock, throttle::Throttle};
use crate::config::Limits;

/// How often the queue moves on.
const TURN: Duration = Duration::from_millis(5);
/// Nobody is sent away for longer: beyond this, returns are laid over each other.
const LONGEST: Duration = Duration::from_secs(60);

/// Either the turn has come, or when to come back.
type Verdict = Result<(), Duration>;

/// See the module.
pub struct Gate {
    /// How many may wait.
    room: usize,
    /// How long the last of them waits.
    patience: Duration,
    /// Between two sessions.
    step: Duration,
    // `std::sync::Mutex`: held for a moment, never across an await.
    line: Mutex<Line>,
    arrived: Notify,
    waiting: IntGauge,
}

struct Line {
    bucket: Throttle,
    returning: VecDeque<oneshot::Sender<Verdict>>,
    fresh: VecDeque<oneshot::Sender<Verdict>>,
    /// When the one who was sent away last comes back.
    last_return: Instant,
}

impl Gate {
    /// A gate with the rate, burst and patience of the settings; `waiting` shows how many wait. [`Gate::serve`] has to run
    /// beside it.
    pub fn new(limits: &Limits, waiting: IntGauge) -> Gate {
        let rate = limits.connects_per_second.max(1);
        let patience = Duration::from_millis(limits.connect_wait_ms);
        let now = Instant::now();
        Gate {
            room: (f64::from(rate) * patience.as_secs_f64()) as usize,
            patience,
            step: Duration::from_secs(1) / rate,
            line: Mutex::new(Line {
                bucket: Throttle::new(rate, limits.connect_burst, now),
                returning: VecDeque::new(),
                fresh: VecDeque::new(),
                last_return: now,
            }),
            arrived: Notify::new(),
            waiting,
        }
    }

    /// Waits for one's turn. `returning`: it had a session before.
    ///
    /// # Errors
    /// After how long to come back, when it would have to wait too long.
    pub async fn pass(&self, returning: bool) -> Verdict {
        let turn = {
            let mut line = lock(&self.line);
            let now = Instant::now();
            line.forget_the_gone();
            if line.nobody_before(returning) && line.bucket.take(now) {
                return Ok(());
            }
            if line.len() >= self.room {
                let back = self.return_of(&mut line, now);
                let given_up = if returning { line.fresh.pop_back() } else { None };
                let Some(given_up) = given_up else { return Err(back) };
                // Its connection may have ended meanwhile, which comes to the same.
                let _ = given_up.send(Err(back));
            }
            let (turn, comes) = oneshot::channel();
            if returning {
                line.returning.push_back(turn)
            } else {
                line.fresh.push_back(turn)
            }
            self.waiting.set(line.len() as i64);
            comes
        };
        self.arrived.notify_one();
        // Lost only with the whole node.
        turn.await.unwrap_or(Err(self.patience))
    }

    /// Lets those in who wait. Runs until it is dropped.
    pub async fn serve(&self) {
        loop {
            self.arrived.notified().await;
            while self.let_in() {
                sleep(TURN).await;
            }
        }
    }

    /// Lets in as many as the rate allows; whether somebody still waits.
    fn let_in(&self) -> bool {
        let mut line = lock(&self.line);
        let now = Instant::now();
        line.forget_the_gone();
        while line.len() > 0 && line.bucket.take(now) {
            if let Some(next) = line.next() {
                // It left in this very moment: its place in the rate is lost, no more.
                let _ = next.send(Ok(()));
            }
            line.forget_the_gone();
        }
        self.waiting.set(line.len() as i64);
        line.len() > 0
    }

    /// After how long one more may come back: when those who wait have been let in, and then one after the other.
    fn return_of(&self, line: &mut Line, now: Instant) -> Duration {
        let first = now + self.patience.max(TURN);
        let after_the_last = line.last_return + self.step;
        let at = if after_the_last > now + LONGEST { first } else { after_the_last.max(first) };
        line.last_return = at;
        at - now
    }
}

impl Line {
    fn len(&self) -> usize {
        self.returning.len() + self.fresh.len()
    }

    fn nobody_before(&self, returning: bool) -> bool {
        self.returning.is_empty() && (returning || self.fresh.is_empty())
    }

    fn next(&mut self) -> Option<oneshot::Sender<Verdict>> {
        self.returning.pop_front().or_else(|| self.fresh.pop_front())
    }

    /// Whoever waits no longer at the head of the line takes nobody's turn.
    fn forget_the_gone(&mut self) {
        for queue in [&mut self.returning, &mut self.fresh] {
            while queue.front().is_some_and(oneshot::Sender::is_closed) {
                queue.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// 100 a second, 10 at once, and 50 may wait.
    fn gate() -> Arc<Gate> {
        let limits = Limits { connects_per_second: 100, connect_burst: 10, connect_wait_ms: 500, ..Limits::default() };
        let gate = Arc::new(Gate::new(&limits, IntGauge::new("waiting", "sessions").expect("the name is a name")));
        let serving = gate.clone();
        drop(tokio::spawn(async move { serving.serve().await }));
        gate
    }

    /// So many at once; what became of each, and when.
    async fn crowd(
        gate: &Arc<Gate>,
        returning: bool,
        count: usize,
    ) -> Vec<tokio::task::JoinHandle<(Verdict, Duration)>> {
        let began = Instant::now();
        let come = |_| {
            let gate = gate.clone();
            tokio::spawn(async move { (gate.pass(returning).await, began.elapsed()) })
        };
        let all = (0..count).map(come).collect();
        tokio::task::yield_now().await;
        all
    }

    async fn outcome(crowd: Vec<tokio::task::JoinHandle<(Verdict, Duration)>>) -> (Vec<Duration>, Vec<Duration>) {
        let (mut entered, mut sent_away) = (Vec::new(), Vec::new());
        for one in crowd {
            match one.await.expect("nobody breaks off") {
                (Ok(()), after) => entered.push(after),
                (Err(back), _) => sent_away.push(back),
            }
        }
        (entered, sent_away)
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_enters_at_the_rate_and_the_rest_is_spread() {
        let gate = gate();
        let (entered, mut sent_away) = outcome(crowd(&gate, false, 200).await).await;
        assert_eq!((entered.len(), sent_away.len()), (60, 140));
        assert_eq!(entered.iter().filter(|after| after.is_zero()).count(), 10, "the burst");
        let last = entered.iter().max().expect("some entered");
        assert!((490..=600).contains(&last.as_millis()), "{last:?}");
        sent_away.sort();
        sent_away.dedup();
        assert_eq!(sent_away.len(), 140, "each at another time");
        let span = sent_away[139] - sent_away[0];
        assert!((1_380..=1_400).contains(&span.as_millis()), "as the rate takes them: {span:?}");
        assert!(sent_away[0] >= Duration::from_millis(500), "and not before those who wait are in");
        assert_eq!(gate.waiting.get(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_back_enters_before_who_is_new_and_takes_their_place() {
        let gate = gate();
        let fresh = crowd(&gate, false, 60).await;
        let returning = crowd(&gate, true, 30).await;
        let (returned, sent_away) = outcome(returning).await;
        assert_eq!((returned.len(), sent_away.len()), (30, 0));
        let (entered, sent_away) = outcome(fresh).await;
        assert_eq!((entered.len(), sent_away.len()), (30, 30), "the last of the new ones make room");
        let last_returned = returned.into_iter().max();
        let waited: Vec<_> = entered.into_iter().filter(|after| !after.is_zero()).collect();
        assert!(waited.into_iter().min() >= last_returned);
    }

    #[tokio::test(start_paused = true)]
    async fn who_left_while_waiting_takes_nobodys_turn() {
        let gate = gate();
        let gone = crowd(&gate, true, 60).await;
        gone.iter().for_each(tokio::task::JoinHandle::abort);
        tokio::task::yield_now().await;
        let began = Instant::now();
        assert_eq!(gate.pass(true).await, Ok(()));
        assert!(began.elapsed() < Duration::from_millis(50), "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn returns_are_never_further_away_than_a_minute() {
        let gate = gate();
        let (_, sent_away) = outcome(crowd(&gate, false, 7_000).await).await;
        assert!(sent_away.iter().all(|back| *back <= LONGEST + Duration::from_millis(1)));
    }
}
