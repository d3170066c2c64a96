//! Connections to the mail server that are kept for the next email, few and not for long.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};

/// Connections at one time: mail servers count them by client, and refuse at some ten.
const CONNECTIONS: usize = 4;
/// How long an idle one is kept: below what servers give.
const IDLE: Duration = Duration::from_secs(30);
/// Emails on one connection; servers end it at some hundred.
const EMAILS: u32 = 50;
/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// The connections.
pub struct Pool {
    /// `std::sync::Mutex`: held to push or pop, never across an await.
    idle: Mutex<Vec<Line>>,
    turns: Semaphore,
}

/// One connection, ready for an email.
pub struct Line {
    /// The connection.
    pub connection: AsyncSmtpConnection,
    since: Instant,
    sent: u32,
}

impl Default for Pool {
    fn default() -> Pool {
        Pool { idle: Mutex::default(), turns: Semaphore::new(CONNECTIONS) }
    }
}

impl Line {
    /// A fresh one.
    pub fn new(connection: AsyncSmtpConnection) -> Line {
        Line { connection, since: Instant::now(), sent: 0 }
    }
}

impl Pool {
    /// Waits until there may be one more connection.
    pub async fn turn(&self) -> SemaphorePermit<'_> {
        self.turns.acquire().await.expect("the semaphore is never closed")
    }

    /// An idle connection that may still be open; the youngest first, so that the others grow old and end.
    pub fn take(&self) -> Option<Line> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|line| line.since.elapsed() < IDLE);
        idle.pop()
    }

    /// Keeps a connection on which an email was just taken.
    pub async fn keep(&self, mut line: Line) {
        line.sent += 1;
        if line.sent >= EMAILS {
            goodbye(line).await;
            return;
        }
        line.since = Instant::now();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// Ends every idle connection.
    pub async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for line in idle {
            goodbye(line).await;
        }
    }
}

/// Ends a connection in good order, or not: what was to be said on it has been said.
pub async fn goodbye(mut line: Line) {
    if tokio::time::timeout(GOODBYE, line.connection.abort()).await.is_err() {
        tracing::debug!("a mail server did not take the end of a connection in time");
    }
}
