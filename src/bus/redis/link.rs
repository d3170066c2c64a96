//! One connection to Redis from birth to loss: two sockets (what is published; what is heard) that live and die
//! together. Listening, hearing and publishing are three loops of one task; the first that ends says why the link did.

use std::{future::Future, time::Duration};

use futures_util::StreamExt;
use redis::{
    AsyncConnectionConfig, Client, Msg, Pipeline, RedisError,
    aio::{MultiplexedConnection, PubSubSink, PubSubStream},
};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use super::{
    Shared,
    outbox::{Out, Reading},
    wire::{self, Message},
};
use crate::domain::Id;

/// How long anything asked of Redis may take: connecting, a confirmation, a batch of publications.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// How long the node may not hear itself before the link counts as dead, half-open ones included.
const HEAR_WITHIN: Duration = Duration::from_secs(3);

/// How often the publisher looks whether the others must compare heads; every fourth time it probes.
const BEAT: Duration = Duration::from_millis(250);

/// Agents named in one SUBSCRIBE: small enough that ten thousand of them do not hold up the messages between.
const CHUNK: usize = 512;

/// Publications sent in one go, by count and by bytes: a batch must be through well within its time.
const BATCH: usize = 1_024;
const BATCH_BYTES: usize = 1 << 20;

/// Why a link ended, or never began.
#[derive(Debug, thiserror::Error)]
pub(super) enum Lost {
    #[error("{0}")]
    Redis(#[from] RedisError),
    #[error("no answer within {} s", ANSWER_WITHIN.as_secs())]
    Slow,
    #[error("the connection was closed")]
    Closed,
    #[error("what this node tells itself did not come back within {} s", HEAR_WITHIN.as_secs())]
    Silent,
}

/// The two sockets.
pub(super) struct Link<'a> {
    publish: MultiplexedConnection,
    /// Opened before anything is put in line for this link.
    outbox: Reading<'a>,
    subscribe: PubSubSink,
    /// Buffers without a bound inside the client; it stays short because hearing never waits for anything.
    hear: PubSubStream,
}

impl<'a> Link<'a> {
    /// Connects and subscribes to everything this node wants.
    pub(super) async fn connect(client: &Client, shared: &'a Shared) -> Result<Link<'a>, Lost> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(ANSWER_WITHIN))
            .set_response_timeout(Some(ANSWER_WITHIN));
        let publish = in_time(client.get_multiplexed_async_connection_with_config(&config)).await?;
        let (mut subscribe, hear) = in_time(client.get_async_pubsub()).await?.split();
        in_time(subscribe.subscribe(&[&shared.channels.control, &shared.channels.probe])).await?;
        shared.interests.begin();
        let outbox = shared.outbox.open().await;
        while !shared.interests.go_up() {
            work_off(&mut subscribe, shared).await?;
        }
        Ok(Link { publish, outbox, subscribe, hear })
    }

    /// Serves until it is lost.
    pub(super) async fn run(self, shared: &Shared) -> Lost {
        let ended = tokio::select! {
            ended = listen(self.subscribe, shared) => ended,
            ended = hear(self.hear, shared) => ended,
            ended = publish(self.publish, self.outbox, shared) => ended,
            () = shared.unconfirmed.notified() => Err(Lost::Slow),
        };
        match ended {
            Ok(never) => match never {},
            Err(lost) => lost,
        }
    }
}

/// A loop that only ends by an error.
enum Never {}

async fn in_time<T>(asked: impl Future<Output = Result<T, RedisError>>) -> Result<T, Lost> {
    Ok(timeout(ANSWER_WITHIN, asked).await.map_err(|_| Lost::Slow)??)
}

/// Keeps Redis informed of whom this node wants to hear of. While one request is under way the next ones gather.
async fn listen(mut redis: PubSubSink, shared: &Shared) -> Result<Never, Lost> {
    loop {
        shared.interests.changed().await;
        while work_off(&mut redis, shared).await? {}
    }
}

/// Tells Redis one chunk of what changed; says whether there was any.
async fn work_off(redis: &mut PubSubSink, shared: &Shared) -> Result<bool, Lost> {
    let channels = |agents: &[Id]| agents.iter().map(|agent| shared.channels.agent(agent)).collect::<Vec<_>>();
    let work = shared.interests.take_work(CHUNK);
    if !work.unsubscribe.is_empty() {
        in_time(redis.unsubscribe(channels(&work.unsubscribe))).await?;
    }
    if !work.subscribe.is_empty() {
        in_time(redis.subscribe(channels(&work.subscribe))).await?;
        shared.interests.confirm(&work.subscribe);
    }
    Ok(!work.unsubscribe.is_empty() || !work.subscribe.is_empty())
}

/// Hands what comes to the sink, and expects to hear itself.
async fn hear(mut messages: PubSubStream, shared: &Shared) -> Result<Never, Lost> {
    let silence = sleep_until(Instant::now() + HEAR_WITHIN);
    tokio::pin!(silence);
    loop {
        tokio::select! {
            message = messages.next() => {
                if on_message(&message.ok_or(Lost::Closed)?, shared) {
                    silence.as_mut().reset(Instant::now() + HEAR_WITHIN);
                }
            }
            () = &mut silence => return Err(Lost::Silent),
        }
    }
}

/// Takes in one message; says whether it was the node's own probe.
fn on_message(message: &Msg, shared: &Shared) -> bool {
    let channel = message.get_channel_name();
    let read = wire::open(message.get_payload_bytes()).and_then(|envelope| {
        let own = envelope.node == shared.node.as_bytes();
        if own && channel != shared.channels.probe {
            // The own sink was told before Redis was.
            return Ok(None);
        }
        envelope.read(shared.channels.agent_of(channel)).map(Some)
    });
    match read {
        Ok(Some(Message::Nudge(nudge))) => shared.sink.on_nudge(&nudge),
        Ok(Some(Message::Control(control))) => shared.sink.on_control(&control),
        Ok(Some(Message::CompareHeads)) => shared.sink.compare_heads(),
        Ok(Some(Message::Probe(_))) => return true,
        Ok(None) => {}
        Err(why) => tracing::debug!(%channel, %why, "a message on the bus was not ours to read"),
    }
    false
}

/// Publishes what waits. Each batch waits for the answer to the one before, so that under load a round trip gathers the
/// next batch, and without load nothing waits at all.
async fn publish(mut redis: MultiplexedConnection, mut outbox: Reading<'_>, shared: &Shared) -> Result<Never, Lost> {
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut beats = 0;
    loop {
        let batch = tokio::select! {
            biased;
            _ = beat.tick() => {
                beats += 1;
                on_beat(beats, shared)
            }
            out = outbox.next() => gather(out.ok_or(Lost::Closed)?, &mut outbox, shared),
        };
        if !batch.is_empty() {
            in_time(batch.query_async::<()>(&mut redis)).await?;
        }
    }
}

fn on_beat(beats: u64, shared: &Shared) -> Pipeline {
    let mut batch = Pipeline::new();
    if beats % 4 == 1 {
        add(&mut batch, &shared.channels.probe, &wire::encode_probe(&shared.node, beats));
    }
    if shared.outbox.take_missed() {
        add(&mut batch, &shared.channels.control, &wire::encode_compare_heads(&shared.node));
    }
    batch
}

/// What waits, up to one batch.
fn gather(first: Out, outbox: &mut Reading<'_>, shared: &Shared) -> Pipeline {
    let mut batch = Pipeline::new();
    let mut bytes = 0;
    let mut next = Some(first);
    while let Some(out) = next {
        match out {
            Out::Nudges(nudges) => {
                for nudge in &nudges {
                    let message = wire::encode_nudge(&shared.node, nudge);
                    bytes += message.len();
                    add(&mut batch, &shared.channels.agent(&nudge.agent), &message);
                }
            }
            Out::Control(control) => {
                add(&mut batch, &shared.channels.control, &wire::encode_control(&shared.node, &control));
            }
        }
        let full = batch.len() >= BATCH || bytes >= BATCH_BYTES;
        next = if full { None } else { outbox.next_waiting() };
    }
    batch
}

fn add(batch: &mut Pipeline, channel: &str, message: &[u8]) {
    batch.cmd("PUBLISH").arg(channel).arg(message).ignore();
}
