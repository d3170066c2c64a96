//! One event to everybody in a department, one after the other: from just before the POST until the last has its frame.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::{sync::Notify, time::timeout};

use crate::{
    figures::{Better, Figures},
    kind::Kind,
    options::Options,
    publish::Connection,
    server::Audience,
    socket::{Hears, Shared},
    stall::Stall,
    subscribers::Subscribers,
    tally::{at, nanos_of},
    target::Target,
};

const PATIENCE: Duration = Duration::from_secs(30);

/// Who has the event of the moment.
struct Crowd {
    number: Cell<u64>,
    arrived: Cell<usize>,
    /// By agent, the last event they heard of.
    last: RefCell<Vec<u64>>,
    doubled: Cell<u64>,
    all: Notify,
}

impl Crowd {
    fn of(agents: usize) -> Crowd {
        let last = RefCell::new(vec![0; agents]);
        Crowd { number: Cell::new(0), arrived: Cell::new(0), last, doubled: Cell::new(0), all: Notify::new() }
    }

    fn expect(&self, number: u64) {
        self.number.set(number);
        self.arrived.set(0);
    }

    async fn all_have_it(&self) {
        while self.arrived.get() < self.last.borrow().len() {
            self.all.notified().await;
        }
    }
}

impl Hears for Crowd {
    fn heard(&self, agent: usize, number: u64, _seq: Option<u64>) {
        let mut last = self.last.borrow_mut();
        if last[agent] >= number {
            return self.doubled.set(self.doubled.get() + 1);
        }
        last[agent] = number;
        if number == self.number.get() {
            self.arrived.set(self.arrived.get() + 1);
            if self.arrived.get() == last.len() {
                self.all.notify_one();
            }
        }
    }
}

/// Starts it with the department alone, which is connected, and posts to it until the time is over.
pub async fn measure(kind: Kind, options: &Options, figures: &mut Figures) -> Result<(), String> {
    let members = options.department;
    let target = Target::start(kind, options, members, Audience::Department).await?;
    let crowd = Rc::new(Crowd::of(members));
    let shared = Shared::new(members, crowd.clone(), Rc::new(Stall::default()));
    let subscribers = Subscribers::connect(&target, members, shared, options.confirm).await?;
    let mut connection = Connection::open(target.publish_to(0)).await?;
    let (warming, mut numbers) = (Instant::now(), 1..);
    for number in numbers.by_ref() {
        if warming.elapsed() > Duration::from_secs(options.warm_up) {
            break;
        }
        tell(&mut connection, &crowd, number).await?;
    }
    let (began, before) = (Instant::now(), target.cost()?.cpu_seconds);
    let (mut took, mut lost) = (Vec::new(), 0);
    for number in numbers {
        if began.elapsed() > options.length() {
            break;
        }
        took.push(tell(&mut connection, &crowd, number).await?);
        lost += (members - crowd.arrived.get()) as u64;
    }
    let cpu = target.cost()?.cpu_seconds - before;
    let (seconds, frames) = (took.iter().sum::<Duration>().as_secs_f64(), (took.len() * members) as f64);
    let mut nanos: Vec<u64> = took.iter().copied().map(nanos_of).collect();
    nanos.sort_unstable();
    let of = format!("one event to {members}");
    figures.add(format!("frames/s, {of}"), frames / seconds, 0, Better::More);
    figures.add(format!("ms until the last has it (median), {of}"), at(&nanos, 0.5), 1, Better::Less);
    figures.add(format!("CPU µs per frame, {of}"), cpu * 1e6 / frames, 2, Better::Less);
    figures.add_fault("lost", lost);
    figures.add_fault("doubled", crowd.doubled.get());
    subscribers.all_open()
}

/// Posts it; how long until everybody had it, or until that was given up.
async fn tell(connection: &mut Connection, crowd: &Crowd, number: u64) -> Result<Duration, String> {
    crowd.expect(number);
    let request = connection.server().post_to_department(number);
    let began = Instant::now();
    let (answered, heard) = tokio::join!(connection.ask(&request), timeout(PATIENCE, crowd.all_have_it()));
    answered?;
    if heard.is_err() {
        eprintln!("event {number} came to {} of the department only", crowd.arrived.get());
    }
    Ok(began.elapsed())
}
