//! Churn over time: clients come, read, stall and go while events go on, and the memory that the process holds stays where it
//! is. `make soak` takes half an hour and draws it (`BELLHOP_SOAK_SECONDS`, `BELLHOP_SOAK_OUT`); `make test` a few seconds.

mod plot;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use crate::{
    harness::{Process, lasting_token, put_agents},
    live::line::{Line, ring_at},
};

const AGENTS: usize = 20;
/// Clients that read what comes, for a moment each.
const READERS: usize = 24;
/// Clients that take nothing.
const STALLED: usize = 8;

/// One look at the process.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub at: Duration,
    pub pss_bytes: u64,
    pub sessions: usize,
}

struct Churn {
    hub: Process,
    is_over: AtomicBool,
    sessions: AtomicUsize,
    came: AtomicUsize,
    posted: AtomicUsize,
}

fn seconds() -> Duration {
    let seconds = std::env::var("BELLHOP_SOAK_SECONDS").map_or(6, |text| text.parse().expect("a number of seconds"));
    Duration::from_secs(seconds)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_stays_where_it_is_while_clients_come_and_go() {
    let hub = Process::start(&[("BELLHOP_LIVE__SESSIONS_PER_AGENT", "100")]).await;
    let agents: Vec<String> = (0..AGENTS).map(agent).collect();
    put_agents(hub.addr(), &agents.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let churn = Arc::new(Churn {
        hub,
        is_over: AtomicBool::new(false),
        sessions: AtomicUsize::new(0),
        came: AtomicUsize::new(0),
        posted: AtomicUsize::new(0),
    });
    let mut busy = JoinSet::new();
    (0..READERS).for_each(|number| drop(busy.spawn(read(churn.clone(), number))));
    (0..STALLED).for_each(|number| drop(busy.spawn(stall(churn.clone(), number))));
    busy.spawn(publish(churn.clone()));

    let samples = churn.watch(seconds()).await;
    churn.is_over.store(true, Ordering::SeqCst);
    while let Some(ended) = busy.join_next().await {
        ended.expect("nobody was given what they should not");
    }
    let (came, posted) = (churn.came.load(Ordering::SeqCst), churn.posted.load(Ordering::SeqCst));
    eprintln!("{came} sessions came and went, {posted} events were posted in {:?}", seconds());
    if let Ok(folder) = std::env::var("BELLHOP_SOAK_OUT") {
        plot::write(std::path::Path::new(&folder), &samples, came, posted);
    }
    assert!(came > READERS && posted > 100, "{came} sessions, {posted} events: there was no churn");
    // The first third fills caches; from then on it is the same all the time.
    let third = samples.len() / 3;
    let (early, late) = (median(&samples[third..2 * third]), median(&samples[2 * third..]));
    let allowed = early / 5 + (8 << 20);
    assert!(late <= early + allowed, "it grew from {early} to {late} bytes: {samples:?}");
}

impl Churn {
    /// Looks at the process again and again.
    async fn watch(&self, during: Duration) -> Vec<Sample> {
        let (began, every) = (Instant::now(), (during / 30).min(Duration::from_secs(3)));
        let mut samples = Vec::new();
        while began.elapsed() < during {
            let (pss_bytes, sessions) = (self.hub.proportional_bytes(), self.sessions.load(Ordering::SeqCst));
            samples.push(Sample { at: began.elapsed(), pss_bytes, sessions });
            sleep(every).await;
        }
        samples
    }

    fn goes_on(&self) -> bool {
        !self.is_over.load(Ordering::SeqCst)
    }

    async fn come(&self, mut line: Line, number: usize) -> Line {
        line.hello(&lasting_token(&agent(number)), json!({})).await;
        line.until("synced").await;
        self.came.fetch_add(1, Ordering::SeqCst);
        self.sessions.fetch_add(1, Ordering::SeqCst);
        line
    }

    fn gone(&self, line: Line) {
        drop(line);
        self.sessions.fetch_sub(1, Ordering::SeqCst);
    }
}

fn agent(number: usize) -> String {
    format!("soak-{}", number % AGENTS)
}

/// Comes, reads for a moment, and goes without a word.
async fn read(churn: Arc<Churn>, number: usize) {
    let mut turn = 0;
    while churn.goes_on() {
        let mut line = churn.come(Line::dial_with(churn.hub.addr(), &[]).await, number).await;
        let moment = Duration::from_millis(200 + (number as u64 * 37 + turn * 101) % 1_500);
        let reading = async {
            loop {
                line.any_frame().await;
            }
        };
        // The moment is over, and nothing else ends it.
        assert!(timeout(moment, reading).await.is_err());
        churn.gone(line);
        turn += 1;
    }
}

/// Comes and takes nothing until it goes.
async fn stall(churn: Arc<Churn>, number: usize) {
    while churn.goes_on() {
        let line = churn.come(Line::narrow(churn.hub.addr()).await, number).await;
        sleep(Duration::from_millis(1_500)).await;
        churn.gone(line);
    }
}

/// Twenty events for one agent after the other.
async fn publish(churn: Arc<Churn>) {
    let text = "and so on ".repeat(20);
    for turn in 0.. {
        if !churn.goes_on() {
            return;
        }
        ring_at(churn.hub.addr(), &agent(turn), turn * 20, 20, &text).await;
        churn.posted.fetch_add(20, Ordering::SeqCst);
        sleep(Duration::from_millis(50)).await;
    }
}

fn median(samples: &[Sample]) -> u64 {
    let mut bytes: Vec<u64> = samples.iter().map(|sample| sample.pss_bytes).collect();
    bytes.sort_unstable();
    bytes[bytes.len() / 2]
}
