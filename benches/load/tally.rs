//! What was posted, what arrived, and how long it took.

use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, Instant},
};

/// Event numbers start here in every run; a number leads to its agent, its time and its fate.
#[derive(Debug, Default)]
struct Sheet {
    /// By event number: when it was due, how often it arrived.
    events: Vec<(Instant, u32)>,
    /// Accepted by the server in the loop that is running.
    accepted: u64,
    /// Times from due to frame of the loop that is running, in nanoseconds.
    latencies: Vec<u64>,
    /// Where the running loop's numbers begin.
    first: usize,
    /// When the last frame arrived.
    last_arrival: Option<Instant>,
    /// Frames that came to an agent they were not for.
    strayed: u64,
}

/// Shared by publishers and subscribers of one thread.
#[derive(Debug, Clone)]
pub struct Tally {
    agents: usize,
    sheet: Rc<RefCell<Sheet>>,
}

/// What came of one loop.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outcome {
    /// Accepted by the server.
    pub accepted: u64,
    /// Accepted and not delivered.
    pub lost: u64,
    /// Delivered more than once.
    pub doubled: u64,
    /// Delivered to somebody else.
    pub strayed: u64,
    /// Delivered a second, from the first post to the last frame.
    pub per_second: f64,
    /// Milliseconds from when the event was due until its frame was read: 50, 90, 99, 99.9 of a hundred were faster.
    pub latency_ms: [f64; 4],
    /// Microseconds of CPU time per event.
    pub cpu_us: f64,
}

impl Tally {
    /// For so many agents.
    pub fn new(agents: usize) -> Tally {
        Tally { agents, sheet: Rc::default() }
    }

    /// The next event: its number and whom it is for. `due` is when its time starts to count.
    /// Agents take turns in a stride that is prime, so that neighbours in time are no neighbours in the store.
    pub fn next(&self, due: Instant) -> (u64, usize) {
        let mut sheet = self.sheet.borrow_mut();
        sheet.events.push((due, 0));
        let number = sheet.events.len() - 1;
        (number as u64, self.agent_of(number))
    }

    /// The server took one.
    pub fn accepted(&self) {
        self.sheet.borrow_mut().accepted += 1;
    }

    /// A frame came to an agent.
    pub fn arrived(&self, agent: usize, number: u64) {
        let now = Instant::now();
        let mut sheet = self.sheet.borrow_mut();
        sheet.last_arrival = Some(now);
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        let is_theirs = self.agent_of(number) == agent;
        let Some(event) = sheet.events.get_mut(number).filter(|_| is_theirs) else {
            sheet.strayed += 1;
            return;
        };
        event.1 += 1;
        if event.1 == 1 && number >= sheet.first {
            let took = now.duration_since(sheet.events[number].0);
            sheet.latencies.push(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
        }
    }

    /// Whether everything that was accepted in this loop has arrived.
    pub fn is_complete(&self) -> bool {
        let sheet = self.sheet.borrow();
        sheet.latencies.len() as u64 >= sheet.accepted
    }

    /// Ends the loop that began at `began`; `cpu` is what the server used meanwhile, in seconds.
    pub fn close(&self, began: Instant, cpu: f64) -> Outcome {
        let mut sheet = self.sheet.borrow_mut();
        let mut sorted = std::mem::take(&mut sheet.latencies);
        sorted.sort_unstable();
        let took = sheet.last_arrival.map_or(Duration::ZERO, |last| last.saturating_duration_since(began));
        let doubled = sheet.events[sheet.first..].iter().filter(|event| event.1 > 1).count() as u64;
        let delivered = sorted.len() as u64;
        let accepted = std::mem::take(&mut sheet.accepted);
        sheet.first = sheet.events.len();
        Outcome {
            accepted,
            lost: accepted.saturating_sub(delivered),
            doubled,
            strayed: std::mem::take(&mut sheet.strayed),
            per_second: delivered as f64 / took.as_secs_f64().max(f64::MIN_POSITIVE),
            latency_ms: [0.5, 0.9, 0.99, 0.999].map(|share| at(&sorted, share)),
            cpu_us: cpu * 1e6 / delivered.max(1) as f64,
        }
    }

    fn agent_of(&self, number: usize) -> usize {
        number.wrapping_mul(7_919) % self.agents
    }
}

/// The value that `share` of the sorted values do not exceed, in milliseconds.
fn at(sorted: &[u64], share: f64) -> f64 {
    let place = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(place.saturating_sub(1)).map_or(f64::NAN, |nanos| *nanos as f64 / 1e6)
}
