//! What a live connection may cost, and how patient the server is. All of it settings.

use std::time::Duration;

use serde::Deserialize;

use crate::domain::Millis;

/// Limits and rhythms of live connections. Times in milliseconds, sizes in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// How long a socket may take to say `hello`.
    pub hello_within_ms: u64,
    /// Between two heartbeats. Who is silent, or reads nothing, for two of them is gone.
    pub ping_every_ms: u64,
    /// The largest WebSocket frame, and the largest message made of several, that a client may send.
    pub max_frame_bytes: usize,
    /// Messages a second that a client may send in the long run.
    pub messages_per_second: u32,
    /// Messages that a client may send at once.
    pub message_burst: u32,
    /// Sessions of one agent on one node; one more ends the oldest.
    pub sessions_per_agent: usize,
    /// Connections of all agents on one node. A process here may open 20,000 files.
    pub sessions_per_node: usize,
    /// Bytes that buffers and queues may take before further connections are refused.
    pub memory_budget_bytes: usize,
    /// Sessions that may begin a second in the long run.
    pub connects_per_second: u32,
    /// Sessions that may begin at once.
    pub connect_burst: u32,
    /// How long a session may wait for its turn to begin; who would wait longer is told when to come back.
    pub connect_wait_ms: u64,
    /// Entries that a session reads from the store at a time.
    pub page_entries: i64,
    /// Entries in one answer to a poll.
    pub poll_entries: i64,
    /// How long a polling session lives after its last request.
    pub poll_session_ms: i64,
    /// Window over which a drain spreads goodbyes and returns.
    pub drain_window_ms: u64,
    /// Window over which sessions start anew after a removal of entries.
    pub reset_window_ms: u64,
    /// Someone without a live session for so long is away.
    pub away_after_ms: i64,
    /// Someone whose last input is so long ago is no longer active.
    pub active_within_ms: i64,
    /// How long before a token expires its session is warned.
    pub expiry_warning_ms: i64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            hello_within_ms: 10_000,
            ping_every_ms: 25_000,
            max_frame_bytes: 64 * 1024,
            messages_per_second: 50,
            message_burst: 200,
            sessions_per_agent: 20,
            sessions_per_node: 18_000,
            memory_budget_bytes: 256 << 20,
            connects_per_second: 8_000,
            connect_burst: 4_000,
            connect_wait_ms: 3_000,
            page_entries: 100,
            poll_entries: 1_000,
            poll_session_ms: 75_000,
            drain_window_ms: 5_000,
            reset_window_ms: 5_000,
            away_after_ms: 20_000,
            active_within_ms: 120_000,
            expiry_warning_ms: 60_000,
        }
    }
}

impl Limits {
    /// Two heartbeats: the patience with a client that is silent or does not read.
    pub fn patience(&self) -> Duration {
        Duration::from_millis(self.ping_every_ms.saturating_mul(2))
    }

    /// Whether an input at `at` still makes someone active at `now`.
    pub fn is_recent(&self, at: Millis, now: Millis) -> bool {
        now.saturating_sub(at) <= self.active_within_ms
    }
}
