//! Posts events, one a request or many, over connections that stay open.

use std::{
    cell::RefCell,
    collections::VecDeque,
    ops::Range,
    rc::Rc,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
    time::{sleep, timeout},
};

use crate::{
    server::Server,
    tally::{Outcome, Tally},
    target::Target,
};

const PATIENCE: Duration = Duration::from_secs(20);
/// How long after the last post an accepted event may still arrive before it counts as lost.
const DRAIN: Duration = Duration::from_secs(5);
/// Connections that post batches: enough that one is always waiting while others are answered.
pub const BATCH_PUBLISHERS: usize = 4;
/// Events in a batch where only their number counts.
const BATCH: usize = 100;
/// Connections that post where there are no batches.
const SINGLE_PUBLISHERS: usize = 64;
/// Connections of the open loop: enough that at its rate one is nearly always free.
const OPEN_CONNECTIONS: usize = 64;

/// Every publisher posts its next events, so many in a request, as soon as the last were answered.
pub async fn closed_loop(
    target: &Target,
    tally: &Tally,
    publishers: usize,
    events: usize,
    length: Duration,
) -> Result<Outcome, String> {
    let cost = target.cost()?;
    let began = Instant::now();
    let publisher = |at: usize| async move {
        let mut connection = Connection::open(target.publish_to(at as u64)).await?;
        while began.elapsed() < length {
            let now = Instant::now();
            let events: Vec<(u64, usize)> = (0..events).map(|_| tally.next(now)).collect();
            connection.post(tally, &events, 0).await?;
        }
        Ok::<_, String>(())
    };
    try_join_all((0..publishers).map(publisher)).await?;
    finish(target, tally, began, cost.cpu_seconds).await
}

/// So many events for each of these agents, in turns, as fast as the server takes them, and each so much longer than it
/// need be. Returns when all were accepted.
pub async fn give(
    target: &Target,
    tally: &Tally,
    agents: Range<usize>,
    each: usize,
    padding: usize,
) -> Result<(), String> {
    let in_batches = target.kind.is_bellhop();
    let (publishers, at_once) = if in_batches { (BATCH_PUBLISHERS, BATCH) } else { (SINGLE_PUBLISHERS, 1) };
    let left = RefCell::new((0..each).flat_map(|_| agents.clone()));
    let publisher = |at: usize| {
        let left = &left;
        async move {
            let mut connection = Connection::open(target.publish_to(at as u64)).await?;
            loop {
                let now = Instant::now();
                let next = |agent| (tally.next_for(now, agent), agent);
                let events: Vec<(u64, usize)> = left.borrow_mut().by_ref().take(at_once).map(next).collect();
                if events.is_empty() {
                    return Ok::<_, String>(());
                }
                connection.post(tally, &events, padding).await?;
            }
        }
    };
    try_join_all((0..publishers).map(publisher)).await.map(|_| ())
}

/// Waits until what was accepted has arrived; not for ever.
pub async fn drained(tally: &Tally, patience: Duration) {
    let end = Instant::now() + patience;
    while !tally.is_complete() && Instant::now() < end {
        sleep(Duration::from_millis(10)).await;
    }
}

/// So many events a second, whether the server keeps up or not: an event that waits for a free connection is late.
pub async fn open_loop(target: &Target, tally: &Tally, rate: u64, length: Duration) -> Result<Outcome, String> {
    let cost = target.cost()?;
    let began = Instant::now();
    let due = Due { waiting: RefCell::default(), more: Notify::new(), is_over: RefCell::new(false) };
    let due = Rc::new(due);
    let publisher = |at: usize| {
        let due = due.clone();
        async move {
            let mut connection = Connection::open(target.publish_to(at as u64)).await?;
            while let Some(since) = due.next().await {
                connection.post(tally, &[tally.next(since)], 0).await?;
            }
            Ok::<_, String>(())
        }
    };
    let publishers = try_join_all((0..OPEN_CONNECTIONS).map(publisher));
    let (published, ()) = tokio::join!(publishers, due.schedule(rate, length));
    published?;
    finish(target, tally, began, cost.cpu_seconds).await
}

async fn finish(target: &Target, tally: &Tally, began: Instant, cpu_before: f64) -> Result<Outcome, String> {
    drained(tally, DRAIN).await;
    Ok(tally.close(began, target.cost()?.cpu_seconds - cpu_before))
}

/// Events whose time has come.
struct Due {
    waiting: RefCell<VecDeque<Instant>>,
    more: Notify,
    is_over: RefCell<bool>,
}

impl Due {
    /// Each millisecond, what is due by then. The time counts from when it was noticed: the timer's own grain
    /// is not the server's.
    async fn schedule(&self, rate: u64, length: Duration) {
        let began = Instant::now();
        let mut made = 0;
        while began.elapsed() < length {
            let now = Instant::now();
            let wanted = (began.elapsed().as_secs_f64() * rate as f64) as u64;
            while made < wanted {
                self.waiting.borrow_mut().push_back(now);
                self.more.notify_one();
                made += 1;
            }
            sleep(Duration::from_millis(1)).await;
        }
        *self.is_over.borrow_mut() = true;
        self.more.notify_waiters();
    }

    async fn next(&self) -> Option<Instant> {
        loop {
            let notified = self.more.notified();
            if let Some(since) = self.waiting.borrow_mut().pop_front() {
                return Some(since);
            }
            if *self.is_over.borrow() {
                return None;
            }
            notified.await;
        }
    }
}

/// A keep-alive connection with one request at a time.
pub struct Connection {
    server: Server,
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    /// Opens it.
    pub async fn open(server: Server) -> Result<Connection, String> {
        let stream = TcpStream::connect(server.addr).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        Ok(Connection { server, stream, answer: vec![0; 256 * 1024] })
    }

    /// Whom it leads to.
    pub fn server(&self) -> Server {
        self.server
    }

    /// Posts these events, by number and agent, in one request.
    async fn post(&mut self, tally: &Tally, events: &[(u64, usize)], padding: usize) -> Result<(), String> {
        let request = match events {
            [(number, agent)] => self.server.post(*agent, *number, padding),
            several => self.server.post_batch(several, padding),
        };
        self.ask(&request).await?;
        events.iter().for_each(|(_, agent)| tally.accepted(*agent));
        Ok(())
    }

    /// Sends a request and waits for the whole answer, which has to be a yes.
    pub async fn ask(&mut self, request: &[u8]) -> Result<(), String> {
        timeout(PATIENCE, self.exchange(request)).await.map_err(|_| "a request was not answered in time".to_owned())?
    }

    async fn exchange(&mut self, request: &[u8]) -> Result<(), String> {
        self.stream.write_all(request).await.map_err(|error| error.to_string())?;
        let mut length = 0;
        loop {
            let read = self.stream.read(&mut self.answer[length..]).await.map_err(|error| error.to_string())?;
            if read == 0 {
                return Err("the server closed a publisher's connection".to_owned());
            }
            length += read;
            if let Some(whole) = whole_answer(&self.answer[..length])? {
                return whole;
            }
        }
    }
}

/// Whether the answer is all there, and then whether it was a yes.
fn whole_answer(bytes: &[u8]) -> Result<Option<Result<(), String>>, String> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..end]).map_err(|error| error.to_string())?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .ok_or_else(|| format!("no length in {head}"))?;
    if bytes.len() < end + 4 + length {
        return Ok(None);
    }
    let is_yes = head.starts_with("HTTP/1.1 20");
    Ok(Some(is_yes.then_some(()).ok_or_else(|| String::from_utf8_lossy(bytes).into_owned())))
}
