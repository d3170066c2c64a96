//! What operators see: structured logs, and figures in Prometheus' text format.
//!
//! The figures live in a value of their own and not in process-wide statics, so that several servers
//! fit into one test.

use std::sync::Arc;

use prometheus::{
    Encoder, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};

use crate::error::{Error, Result};

/// All figures of one server.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Registry,
    /// Events answered 202, by `status` (accepted, duplicate).
    pub events: IntCounterVec,
    /// Notifications stored.
    pub notifications: IntCounter,
    /// Units of work in one commit.
    pub commit_units: Histogram,
    /// Seconds from the start of a transaction to its commit.
    pub commit_seconds: Histogram,
    /// Seconds until the log is on the disk, of SQLite.
    pub sync_seconds: Histogram,
    /// Live sessions, by `transport` (websocket, sse, polling).
    pub sessions: IntGaugeVec,
    /// Connections that were not let in, by `why` (full, memory, crowd, draining).
    pub connections_refused: IntCounterVec,
    /// Bytes in buffers and queues that count under the memory budget.
    pub buffered_bytes: IntGauge,
    /// Sessions that wait for their turn to begin.
    pub connects_waiting: IntGauge,
    /// Frames sent, by `type`.
    pub frames: IntCounterVec,
    /// Seconds from the acceptance of an event until its frame is handed to the socket.
    pub accept_to_frame: Histogram,
    /// Seconds from the acceptance of an event until a device confirmed it.
    pub accept_to_ack: Histogram,
    /// Times a session had to read the store to catch up, by `why`.
    pub resyncs: IntCounterVec,
    /// 1 while the bus is up, 0 while degraded.
    pub bus_up: IntGauge,
    /// Failed authentications.
    pub auth_failures: IntCounter,
    /// Requests to adapters, by `kind` and `outcome`.
    pub hooks: IntCounterVec,
    /// HTTP answers, by status `class` (2xx, 4xx, 5xx).
    pub responses: IntCounterVec,
}

const LATENCY: &[f64] =
    &[0.000_25, 0.000_5, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
const SIZES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0];

impl Metrics {
    /// Fresh figures, all zero.
    ///
    /// # Errors
    /// When two figures have the same name, which only a change of this function can cause.
    pub fn new() -> Result<Arc<Metrics>> {
        let registry = Registry::new();
        let make = Maker { registry: &registry };
        let metrics = Metrics {
            events: make.counters("events_total", "Events answered 202.", "status")?,
            notifications: make.counter("notifications_total", "Notifications stored.")?,
            commit_units: make.histogram("commit_units", "Units of work in one commit.", SIZES)?,
            commit_seconds: make.histogram("commit_seconds", "Seconds that a transaction takes.", LATENCY)?,
            sync_seconds: make.histogram("sync_seconds", "Seconds until SQLite's log is on the disk.", LATENCY)?,
            sessions: make.gauges("sessions", "Live sessions.", "transport")?,
            connections_refused: make.counters("connections_refused_total", "Connections not let in.", "why")?,
            buffered_bytes: make.gauge("buffered_bytes", "Bytes that count under the memory budget.")?,
            connects_waiting: make.gauge("connects_waiting", "Sessions that wait for their turn to begin.")?,
            frames: make.counters("frames_total", "Frames sent.", "type")?,
            accept_to_frame: make.histogram("accept_to_frame_seconds", "Seconds from acceptance to frame.", LATENCY)?,
            accept_to_ack: make.histogram(
                "accept_to_ack_seconds",
                "Seconds from acceptance to acknowledgement.",
                LATENCY,
            )?,
            resyncs: make.counters("resyncs_total", "Times a session read the store to catch up.", "why")?,
            bus_up: make.gauge("bus_up", "1 while the bus is up, 0 while degraded.")?,
            auth_failures: make.counter("auth_failures_total", "Failed authentications.")?,
            hooks: make.counters2("hooks_total", "Requests to adapters.", ["kind", "outcome"])?,
            responses: make.counters("http_responses_total", "HTTP answers.", "class")?,
            registry: registry.clone(),
        };
        Ok(Arc::new(metrics))
    }

    /// The figures in Prometheus' text format.
    ///
    /// # Errors
    /// When a figure cannot be written, which would be a fault of the library.
    pub fn render(&self) -> Result<String> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text).map_err(internal)?;
        String::from_utf8(text).map_err(|error| Error::Internal(error.to_string()))
    }
}

struct Maker<'a> {
    registry: &'a Registry,
}

impl Maker<'_> {
    fn keep<C: prometheus::core::Collector + Clone + 'static>(&self, made: prometheus::Result<C>) -> Result<C> {
        let figure = made.map_err(internal)?;
        self.registry.register(Box::new(figure.clone())).map_err(internal)?;
        Ok(figure)
    }

    fn counter(&self, name: &str, help: &str) -> Result<IntCounter> {
        self.keep(IntCounter::with_opts(opts(name, help)))
    }

    fn counters(&self, name: &str, help: &str, label: &str) -> Result<IntCounterVec> {
        self.keep(IntCounterVec::new(opts(name, help), &[label]))
    }

    fn counters2(&self, name: &str, help: &str, labels: [&str; 2]) -> Result<IntCounterVec> {
        self.keep(IntCounterVec::new(opts(name, help), &labels))
    }

    fn gauge(&self, name: &str, help: &str) -> Result<IntGauge> {
        self.keep(IntGauge::with_opts(opts(name, help)))
    }

    fn gauges(&self, name: &str, help: &str, label: &str) -> Result<IntGaugeVec> {
        self.keep(IntGaugeVec::new(opts(name, help), &[label]))
    }

    fn histogram(&self, name: &str, help: &str, buckets: &[f64]) -> Result<Histogram> {
        let named = HistogramOpts { common_opts: opts(name, help), buckets: buckets.to_vec() };
        self.keep(Histogram::with_opts(named))
    }
}

fn opts(name: &str, help: &str) -> Opts {
    Opts::new(name, help).namespace("bellhop")
}

fn internal(error: prometheus::Error) -> Error {
    Error::Internal(error.to_string())
}

/// Sends logs to standard error: plain lines on a terminal, JSON elsewhere. `filter` as `tracing` writes it (`info,bellhop=debug`).
///
/// # Errors
/// When the filter cannot be read.
pub fn init_logs(filter: &str) -> Result<()> {
    use std::io::IsTerminal;
    let filter = tracing_subscriber::EnvFilter::try_new(filter)
        .map_err(|error| Error::Config(format!("log: {filter:?} is not a tracing filter: {error}")))?;
    // Where the log's own disk is full, a complaint on standard error would fail as well, in a panic.
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    let installed = if std::io::stderr().is_terminal() { builder.try_init() } else { builder.json().try_init() };
    // A second server in the same process keeps the first one's subscriber.
    if let Err(error) = installed {
        tracing::debug!(%error, "logs were already set up");
    }
    Ok(())
}
