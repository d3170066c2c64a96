//! Assembly: the one place that picks store, bus and channels from the configuration, starts them in the right order
//! and ends them in the right order.
//!
//! Registry before bus (it is the bus's sink), bus before store (each commit nudges), store before the live side.

mod channels;

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use std::time::Duration;

use actix_web::{HttpServer, dev::ServerHandle, web};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::{
    auth::{AuthMode, AuthOptions, Authenticator, JwksSource, create_key},
    bus::{Bus, LocalBus, RedisBus, RedisOptions},
    clock::Clock,
    config::{BusUrl, Config, JwksConfig, OutgoingConfig, StoreUrl, TokenConfig},
    delivery::{
        Channels, ClusterPresences, Delivery, DeliveryOptions, LocalPresences, PresenceBoard, Presences,
        address::Addresses,
        email::Mailer,
        links::LinkSigner,
        webhooks::{self, Webhooks},
    },
    domain::{Id, nudge::InboxChange, plan::Router, snapshot::Scope},
    error::{Error, Result},
    http::{self, AppState, DemoState, HttpOptions},
    live::{self, Live, LiveOptions, Registry, check_with},
    routing::{Engine, channels::Outgoing},
    store::{Store, StoreOptions},
    telemetry::Metrics,
    upkeep::{self, Upkeep},
};

/// Requests under way may take so long after the drain before they are cut off.
const SHUTDOWN_S: u64 = 10;
/// An idle keep-alive connection is closed after this; producers post more often.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long a client may take to send its request line and headers.
const REQUEST_WITHIN: Duration = Duration::from_secs(10);
/// What a connection gathers before it waits for its client, in bytes. Who stops reading costs twice that; a long answer
/// takes a few calls more.
const UNSENT_BYTES: usize = 8 * 1024;

/// What a server may be started with beside its configuration.
#[derive(Default)]
pub struct Extras {
    /// Where the time comes from; the machine's clock by default.
    pub clock: Clock,
    /// Demo mode: makes the answer of `GET /demo/state`.
    pub demo: Option<Box<dyn FnOnce(Demo) -> DemoState + Send>>,
    /// What messages go out through; by default what the configuration names.
    pub channels: Option<Channels>,
}

/// What demo mode works with.
#[derive(Clone)]
pub struct Demo {
    /// Issues the sample agents' tokens.
    pub auth: Arc<Authenticator>,
}

/// A server that runs.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// What its handlers share.
    pub state: web::Data<AppState>,
    /// The first admin key, when this was the store's first start and none was given. Shown once, kept nowhere.
    pub first_key: Option<String>,
    server: ServerHandle,
    serving: JoinHandle<std::io::Result<()>>,
    jobs: Vec<JoinHandle<()>>,
}

/// Runs a server until `shutdown` completes, then drains it.
///
/// # Errors
/// Whatever kept it from starting, or ended it before its time.
pub async fn run(config: Config, listener: TcpListener, shutdown: impl Future<Output = ()>) -> Result<()> {
    let running = start(config, listener, Extras::default()).await?;
    running.run_until(shutdown).await
}

/// Starts a server and returns when it accepts connections.
///
/// # Errors
/// Whatever kept it from starting.
pub async fn start(config: Config, listener: TcpListener, extras: Extras) -> Result<Running> {
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let addr = listener.local_addr().map_err(|error| Error::Config(format!("http.listen: {error}")))?;
    let parts = assemble(&config, extras).await?;
    let first_key = first_key(&config, &parts.state).await?;
    let jobs = start_jobs(&config, &parts);
    let state = parts.state.clone();
    let limits = config.live.clone();
    let server = HttpServer::new(move || http::app(state.clone()))
        .on_connect(move |io, _| live::websocket::on_connect(io, &limits))
        .workers(config.http.workers)
        .keep_alive(KEEP_ALIVE)
        // Who closes a stream of events has left: otherwise that would show only when heartbeats cannot be sent.
        .h1_allow_half_closed(false)
        .client_request_timeout(REQUEST_WITHIN)
        .h1_write_buffer_size(UNSENT_BYTES)
        .max_connections(config.live.sessions_per_node.saturating_add(2_048))
        .backlog(4_096)
        .shutdown_timeout(SHUTDOWN_S)
        .disable_signals()
        .listen(listener)
        .map_err(|error| Error::Config(format!("http.listen: {error}")))?
        .run();
    let handle = server.handle();
    tracing::info!(%addr, store = %config.store.url.shown(), bus = bus_name(&config.bus), "listening");
    Ok(Running { addr, state: parts.state, first_key, server: handle, serving: tokio::spawn(server), jobs })
}

impl Running {
    /// Serves until `shutdown` completes, then drains.
    ///
    /// # Errors
    /// What ended the server before its time.
    pub async fn run_until(mut self, shutdown: impl Future<Output = ()>) -> Result<()> {
        tokio::select! {
            () = shutdown => {}
            ended = &mut self.serving => return Err(Error::Internal(format!("the server ended: {ended:?}"))),
        }
        self.stop().await;
        Ok(())
    }

    /// Drains and ends: readiness fails, sessions are told when to come back, requests under way finish, what was
    /// waiting is written.
    pub async fn stop(self) {
        tracing::info!("draining");
        self.state.draining.store(true, Ordering::SeqCst);
        self.state.live.drain().await;
        self.server.stop(true).await;
        if let Err(error) = self.serving.await {
            tracing::error!(%error, "the server did not end well");
        }
        for job in self.jobs {
            job.abort();
            // An aborted job answers "cancelled"; waiting for it gives its hold on the store back.
            if let Err(error) = job.await
                && !error.is_cancelled()
            {
                tracing::error!(%error, "a job ended in a panic");
            }
        }
        self.state.delivery.finish().await;
        if let Some(mailer) = &self.state.mailer {
            mailer.close().await;
        }
        let store = self.state.store.clone();
        drop(self.state);
        store.close().await;
        tracing::info!("ended");
    }
}

struct Parts {
    state: web::Data<AppState>,
    live: Live,
    node: Id,
    /// Where several nodes share the store.
    cluster: Option<Arc<ClusterPresences>>,
    webhooks: Webhooks,
}

/// What of the configuration decisions depend on.
fn outgoing(config: &Config) -> Outgoing {
    let OutgoingConfig { email, sms, admin_address, .. } = &config.outgoing;
    Outgoing { email: email.is_some(), sms: sms.is_some(), admin_address: admin_address.clone() }
}

async fn assemble(config: &Config, extras: Extras) -> Result<Parts> {
    let node: Id = Uuid::now_v7().to_string().into();
    let mailer = config.outgoing.email.as_ref().map(|email| Mailer::new(email, extras.clock.clone())).transpose()?;
    let mailer = mailer.map(Arc::new);
    let metrics = Metrics::new()?;
    let registry = Registry::new(config.live.clone(), extras.clock.clone());
    let bus = open_bus(&config.bus, &node, registry.clone(), &metrics)?;
    let router: Arc<dyn Router> = Arc::new(Engine::new(outgoing(config)));
    let store = Store::open(StoreOptions {
        url: prepare(&config.store.url)?,
        clock: extras.clock.clone(),
        router: router.clone(),
        on_commit: nudge_with(bus.clone()),
        metrics: metrics.clone(),
        migrate: config.store.migrate,
        readers: config.store.readers,
    })
    .await?;
    let auth = Arc::new(authenticator(config, &store, extras.clock.clone())?);
    let options = HttpOptions::new(&config.http.public_url, &config.http.allowed_origins);
    let push = Arc::new(channels::web_push(config, &store, extras.clock.clone())?);
    let live = Live::new(LiveOptions {
        store: store.clone(),
        bus: bus.clone(),
        registry,
        limits: config.live.clone(),
        clock: extras.clock.clone(),
        metrics: metrics.clone(),
        check: check_with(auth.clone()),
        origins: options.origins.clone(),
    })?;
    let links = Arc::new(LinkSigner::new(&store.secret("link")?, &config.http.public_url, extras.clock.clone())?);
    let carriers =
        channels::channels(config, &store, &extras.clock, &push, mailer.as_ref().map(|mailer| (mailer, &links)))?;
    let is_shared = matches!(config.store.url, StoreUrl::Postgres(_));
    let away_after = config.live.away_after_ms;
    let cluster = is_shared.then(|| {
        let (registry, clock) = (live.registry().clone(), extras.clock.clone());
        Arc::new(ClusterPresences::new(registry, store.clone(), clock, node.clone(), away_after))
    });
    let local = Arc::new(LocalPresences { registry: live.registry().clone(), node: node.clone() });
    let (presences, board): (Arc<dyn Presences>, Arc<dyn PresenceBoard>) = match &cluster {
        Some(cluster) => (cluster.clone(), cluster.clone()),
        None => (local.clone(), local),
    };
    let delivery = Delivery::new(DeliveryOptions {
        store: store.clone(),
        clock: extras.clock.clone(),
        node: node.clone(),
        presences,
        channels: extras.channels.unwrap_or(carriers),
        is_shared,
        emails_by_schedule: config.outgoing.emails_on_schedule,
    });
    let addresses = Addresses::new(&config.outgoing.webhooks.allowed_hosts, "webhooks.allowed_hosts")?;
    let webhooks = Webhooks::new(store.clone(), extras.clock.clone(), &addresses)?;
    let demo = extras.demo.map(|make| make(Demo { auth: auth.clone() }));
    let state = web::Data::new(AppState {
        options,
        store,
        bus,
        live: Arc::new(live.clone()),
        router,
        auth,
        push,
        sms: config.outgoing.sms.clone(),
        webhook_addresses: addresses,
        mailer,
        links,
        link_limit: Arc::default(),
        metrics,
        clock: extras.clock,
        delivery,
        presences: board,
        draining: Arc::new(AtomicBool::new(false)),
        demo,
    });
    Ok(Parts { state, live, node, cluster, webhooks })
}

fn open_bus(url: &BusUrl, node: &Id, registry: Arc<Registry>, metrics: &Arc<Metrics>) -> Result<Bus> {
    match url {
        BusUrl::Local => {
            metrics.bus_up.set(1);
            Ok(Bus::Local(Arc::new(LocalBus::new(registry))))
        }
        BusUrl::Redis(url) => {
            let options =
                RedisOptions { url: url.clone(), node: node.clone(), sink: registry, metrics: metrics.clone() };
            Ok(Bus::Redis(RedisBus::start(options)?))
        }
    }
}

fn bus_name(url: &BusUrl) -> &'static str {
    match url {
        BusUrl::Local => "local",
        BusUrl::Redis(_) => "redis",
    }
}

/// Encodes each change once and hands it to the bus. Runs on the writer's thread.
fn nudge_with(bus: Bus) -> Arc<dyn Fn(Vec<InboxChange>) + Send + Sync> {
    Arc::new(move |changes| bus.publish(changes.iter().map(live::nudge).collect()))
}

/// Makes the folder of an SQLite store, and the file readable by its owner only before anything is in it.
///
/// # Errors
/// [`Error::Config`] when folder or file cannot be made.
pub fn prepare(url: &StoreUrl) -> Result<StoreUrl> {
    if let StoreUrl::Sqlite(path) = url {
        let failed = |error: std::io::Error| Error::Config(format!("store.url: {}: {error}", path.display()));
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut options = std::fs::OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path).map_err(failed)?;
    }
    Ok(url.clone())
}

/// The authenticator that the configuration asks for; secrets that it does not give come from the store.
///
/// # Errors
/// [`Error::Config`] when an algorithm is not known or a key file cannot be read.
pub fn authenticator(config: &Config, store: &Store, clock: Clock) -> Result<Authenticator> {
    let mode = match config.auth.tokens.clone() {
        TokenConfig::Secret(Some(secret)) => AuthMode::Hs256 { secret },
        TokenConfig::Secret(None) => AuthMode::Hs256 { secret: store.secret("jwt")? },
        TokenConfig::Jwks { source, issuer, audience, algorithms } => {
            let source = match source {
                JwksConfig::Url(url) => JwksSource::Url(url),
                JwksConfig::File(path) => JwksSource::File(path),
            };
            let algorithms = algorithms.iter().map(|name| {
                name.parse().map_err(|_| Error::Config(format!("auth.algorithms: `{name}` is not an algorithm")))
            });
            AuthMode::Jwks { source, issuer, audience, algorithms: algorithms.collect::<Result<_>>()? }
        }
    };
    Authenticator::new(AuthOptions {
        mode,
        session_secret: store.secret("session")?,
        session_ttl_ms: config.auth.session_ttl_ms,
        admin_key: config.auth.admin_key.clone(),
        clock,
    })
}

/// Makes the first admin key at the store's first start, unless the configuration gives one.
async fn first_key(config: &Config, state: &AppState) -> Result<Option<String>> {
    let given = config.auth.admin_key.is_some() || !state.store.snapshot().api_keys.is_empty();
    if given || !state.store.first_time("first_admin_key").await? {
        return Ok(None);
    }
    let scopes = vec![Scope::Admin, Scope::Events];
    let (_, key) = create_key(&state.store, "first admin key", scopes, state.clock.now()).await?;
    Ok(Some(key))
}

fn start_jobs(config: &Config, parts: &Parts) -> Vec<JoinHandle<()>> {
    let upkeep = Upkeep {
        store: parts.state.store.clone(),
        clock: parts.state.clock.clone(),
        node: parts.node.clone(),
        events_days: config.store.events_days,
    };
    let sending = parts.state.delivery.loops().into_iter().map(|(name, job)| tokio::spawn(watched(name, job)));
    let mut jobs: Vec<JoinHandle<()>> = sending.collect();
    jobs.extend(parts.cluster.clone().map(|cluster| tokio::spawn(watched("presence", cluster.run()))));
    jobs.extend([
        tokio::spawn(watched("heartbeat", parts.live.clone().heartbeat())),
        tokio::spawn(watched("wake", upkeep::wake_sleepers(upkeep.clone()))),
        tokio::spawn(watched("webhooks", webhooks::run(parts.webhooks.clone()))),
        tokio::spawn(watched("retention", upkeep::remove_settled(upkeep))),
    ]);
    jobs
}

/// These jobs do not end by themselves: one that does is a fault that must be seen.
async fn watched(name: &'static str, job: impl Future<Output = ()>) {
    job.await;
    tracing::error!(job = name, "a job ended by itself");
}
