//! The figures of live connections, looked up by label once and not for each frame.

use std::sync::Arc;

use prometheus::{IntCounter, IntGauge};

use super::{
    handle::{Handle, Transport},
    protocol::{Frame, FrameKind},
};
use crate::{clock::Clock, telemetry::Metrics};

/// Counters of this module, by kind.
pub struct Figures {
    metrics: Arc<Metrics>,
    frames: [IntCounter; FrameKind::ALL.len()],
    sessions: [IntGauge; 3],
}

impl Figures {
    /// The counters in `metrics`.
    pub fn new(metrics: &Arc<Metrics>) -> Figures {
        let sessions = [Transport::WebSocket, Transport::Sse, Transport::Polling];
        Figures {
            frames: FrameKind::ALL.map(|kind| metrics.frames.with_label_values(&[kind.as_str()])),
            sessions: sessions.map(|transport| metrics.sessions.with_label_values(&[transport.as_str()])),
            metrics: metrics.clone(),
        }
    }

    /// A frame is handed to a connection.
    pub fn frame(&self, frame: &Frame) {
        self.frames[frame.kind as usize].inc();
    }

    /// A session is there until the answer is dropped.
    pub fn session(&self, transport: Transport) -> Counted {
        let gauge = self.sessions[transport as usize].clone();
        gauge.inc();
        Counted(gauge)
    }

    /// How many polling sessions there are: nobody holds on to those.
    pub fn polling_sessions(&self, count: usize) {
        self.sessions[Transport::Polling as usize].set(count as i64);
    }

    /// The store is read to catch up.
    pub fn resync(&self, why: &str) {
        self.metrics.resyncs.with_label_values(&[why]).inc();
    }

    /// A connection was not let in.
    pub fn refused(&self, why: &str) {
        self.metrics.connections_refused.with_label_values(&[why]).inc();
    }

    /// Somebody could not say who they are.
    pub fn auth_failed(&self) {
        self.metrics.auth_failures.inc();
    }

    /// A frame of an event accepted at `accepted_us` is handed to a connection.
    pub fn sent(&self, accepted_us: i64, clock: &Clock) {
        if accepted_us > 0 {
            self.metrics.accept_to_frame.observe(seconds_since(accepted_us, clock));
        }
    }

    /// A device confirmed everything up to `seq`.
    pub fn acked(&self, handle: &Handle, seq: i64, clock: &Clock) {
        if let Some(accepted_us) = handle.timed_ack(seq) {
            self.metrics.accept_to_ack.observe(seconds_since(accepted_us, clock));
        }
    }
}

/// Counts as one session until it is dropped.
pub struct Counted(IntGauge);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn seconds_since(at_us: i64, clock: &Clock) -> f64 {
    clock.now_us().saturating_sub(at_us).max(0) as f64 / 1e6
}
