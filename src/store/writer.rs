//! The way to the writers: hands them requests, and work that is a transaction of its own.

mod thread;
mod turns;

use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::{Sender, TrySendError};
use tokio::sync::oneshot;

use self::{thread::Writer, turns::Turns};
use super::{
    checkpoint::Log,
    connection::Conn,
    memory::Memory,
    request::{Answer, Request},
    shared::{Shared, start_thread},
    teller::Teller,
};
use crate::{
    domain::{Id, nudge::InboxChange},
    error::{Error, Result},
};

/// Requests that wait: enough for a burst of every connected producer, few enough to be gone within a second or two.
const QUEUE: usize = 8_192;
/// Writers on PostgreSQL: their commits overlap where much is waiting.
const PG_WRITERS: usize = 3;

/// Work that is a transaction of its own: edits, watches, retention. Leaves behind the changes it made, and how to
/// answer its caller once they are told.
pub type Work = Box<dyn FnOnce(&mut Conn, &mut Memory) -> (Vec<InboxChange>, Box<dyn FnOnce() + Send>) + Send>;

enum Job {
    Group(Request, oneshot::Sender<Result<Answer>>),
    Alone(Work),
}

/// The way to the writers. Cheap to clone; the writers end when the last clone is gone.
#[derive(Clone)]
pub struct Writers {
    queue: Sender<Job>,
    shared: Arc<Shared>,
}

impl Writers {
    /// Starts the writing threads, the first on `conn`.
    pub fn start(shared: Arc<Shared>, mut conn: Conn) -> Result<Writers> {
        let (queue, jobs) = crossbeam_channel::bounded(QUEUE);
        let mut log = None;
        let mut writers = PG_WRITERS;
        let mut turns = Some(Turns::new());
        if let Conn::Sqlite(_) = conn {
            let (ours, copying) = Log::of(shared.url.clone());
            start_thread("log-copier", &shared, copying)?;
            (log, turns, writers) = (Some(ours), None, 1);
        }
        shared.durability.take_over(&mut conn)?;
        let mut first = Some(conn);
        for number in 0..writers {
            let (teller, telling) = Teller::new(shared.clone());
            start_thread(&format!("teller-{number}"), &shared, telling)?;
            let writer = Writer {
                jobs: jobs.clone(),
                shared: shared.clone(),
                conn: first.take(),
                log: log.take(),
                teller,
                turns: turns.clone(),
                turn: None,
                acks_at: Instant::now(),
                owes_acks: false,
                memory: Memory::default(),
            };
            start_thread(&format!("writer-{number}"), &shared, move || writer.run())?;
        }
        Ok(Writers { queue, shared })
    }

    /// Hands a request over and waits for its commit.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the queue is full or the store does not answer: the outcome is then unknown.
    pub async fn submit(&self, request: Request) -> Result<Answer> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Group(request, reply))?;
        // The transaction has limits of its own; a reply is lost only with the writer's thread.
        answer.await.map_err(|_| Error::Unavailable { reason: "the writer ended".to_owned() })?
    }

    /// Runs a transaction of its own on a writer's connection.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn, &mut Memory) -> Result<(T, Vec<InboxChange>)> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let alone: Work = Box::new(move |conn, memory| {
            let (result, changes) = match work(conn, memory) {
                Ok((value, changes)) => (Ok(value), changes),
                Err(error) => (Err(error), Vec::new()),
            };
            // A caller who went away hears nothing of it; what was written stays written.
            (changes, Box::new(move || drop(reply.send(result))) as Box<dyn FnOnce() + Send>)
        });
        self.send(Job::Alone(alone))?;
        answer.await.map_err(|_| Error::Unavailable { reason: "the writer ended".to_owned() })?
    }

    fn send(&self, job: Job) -> Result<()> {
        self.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::Unavailable { reason: "too much is waiting to be written".to_owned() },
            TrySendError::Disconnected(_) => Error::Unavailable { reason: "the writer ended".to_owned() },
        })
    }

    /// Notes an acknowledgement; it is written with one of the next transactions.
    pub fn ack(&self, agent: &Id, seq: i64) {
        self.shared.note_ack(agent, seq);
    }
}
