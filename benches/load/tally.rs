//! What was posted, to whom, what arrived, and how long it took.

use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, Instant},
};

use crate::socket::Hears;

/// An event by its number.
#[derive(Debug, Clone, Copy)]
struct Posted {
    agent: usize,
    /// When its time began to count.
    due: Instant,
    /// How often it arrived.
    arrivals: u32,
}

/// Event numbers start here in every run; a number leads to its agent, its time and its fate.
#[derive(Debug, Default)]
struct Sheet {
    events: Vec<Posted>,
    /// Where the running loop's numbers begin.
    first: usize,
    /// Accepted by the server in the running loop, and delivered of it.
    accepted: u64,
    delivered: u64,
    /// Accepted and not arrived, of all loops, among the agents that are waited for. A frame may be quicker than its
    /// answer: then it is below zero for a moment.
    missing: i64,
    /// Times from due to frame, of the running loop, in nanoseconds.
    latencies: Vec<u64>,
    last_arrival: Option<Instant>,
    /// Frames that came to an agent they were not for.
    strayed: u64,
    /// By agent, the number of the last entry; and how many came after one that is newer.
    last_seq: Vec<u64>,
    disordered: u64,
}

/// Shared by publishers and subscribers of one thread.
#[derive(Debug, Clone)]
pub struct Tally {
    agents: usize,
    /// Agents below this number are not waited for, and their times do not count.
    patient: usize,
    sheet: Rc<RefCell<Sheet>>,
}

/// What came of one loop.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outcome {
    /// Accepted by the server.
    pub accepted: u64,
    /// Accepted and not delivered to who was waited for.
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
    /// For so many agents, of whom the first `patient` are not waited for.
    pub fn new(agents: usize, patient: usize) -> Tally {
        let sheet = Sheet { last_seq: vec![0; agents], ..Sheet::default() };
        Tally { agents, patient, sheet: Rc::new(RefCell::new(sheet)) }
    }

    /// The next event: its number and whom it is for. `due` is when its time starts to count.
    /// Agents take turns in a stride that is prime, so that neighbours in time are no neighbours in the store.
    pub fn next(&self, due: Instant) -> (u64, usize) {
        let agent = self.sheet.borrow().events.len().wrapping_mul(7_919) % self.agents;
        (self.next_for(due, agent), agent)
    }

    /// The next event, for that agent: its number.
    pub fn next_for(&self, due: Instant, agent: usize) -> u64 {
        let mut sheet = self.sheet.borrow_mut();
        sheet.events.push(Posted { agent, due, arrivals: 0 });
        sheet.events.len() as u64 - 1
    }

    /// The server took one for that agent.
    pub fn accepted(&self, agent: usize) {
        let mut sheet = self.sheet.borrow_mut();
        if agent >= self.patient {
            sheet.accepted += 1;
            sheet.missing += 1;
        }
    }

    /// Whether everything that was accepted has arrived at those who are waited for.
    pub fn is_complete(&self) -> bool {
        self.sheet.borrow().missing <= 0
    }

    /// How many events have not arrived, of all that were posted to anybody; how often one came twice; and how often an
    /// agent was told of an older one after a newer.
    pub fn total(&self) -> (u64, u64, u64) {
        let sheet = self.sheet.borrow();
        let lost = sheet.events.iter().filter(|event| event.arrivals == 0).count() as u64;
        let doubled = sheet.events.iter().map(|event| u64::from(event.arrivals.saturating_sub(1))).sum();
        (lost, doubled, sheet.disordered)
    }

    /// Ends the loop that began at `began`; `cpu` is what the server used meanwhile, in seconds.
    pub fn close(&self, began: Instant, cpu: f64) -> Outcome {
        let mut sheet = self.sheet.borrow_mut();
        let mut sorted = std::mem::take(&mut sheet.latencies);
        sorted.sort_unstable();
        let took = sheet.last_arrival.map_or(Duration::ZERO, |last| last.saturating_duration_since(began));
        let doubled = sheet.events[sheet.first..].iter().filter(|event| event.arrivals > 1).count() as u64;
        let (accepted, delivered) = (std::mem::take(&mut sheet.accepted), std::mem::take(&mut sheet.delivered));
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
}

impl Hears for Tally {
    fn heard(&self, agent: usize, number: u64, seq: Option<u64>) {
        let now = Instant::now();
        let mut sheet = self.sheet.borrow_mut();
        sheet.last_arrival = Some(now);
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        let Some(event) = sheet.events.get_mut(number).filter(|event| event.agent == agent) else {
            sheet.strayed += 1;
            return;
        };
        event.arrivals += 1;
        let event = *event;
        if let Some(seq) = seq {
            sheet.disordered += u64::from(event.arrivals == 1 && seq <= sheet.last_seq[agent]);
            sheet.last_seq[agent] = sheet.last_seq[agent].max(seq);
        }
        if event.arrivals > 1 || agent < self.patient {
            return;
        }
        sheet.missing -= 1;
        if number >= sheet.first {
            sheet.delivered += 1;
            sheet.latencies.push(nanos_of(now.duration_since(event.due)));
        }
    }
}

/// In whole nanoseconds, to be sorted.
pub fn nanos_of(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The value that `share` of the sorted values, in nanoseconds, do not exceed: in milliseconds.
pub fn at(sorted: &[u64], share: f64) -> f64 {
    let place = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(place.saturating_sub(1)).map_or(f64::NAN, |nanos| *nanos as f64 / 1e6)
}
