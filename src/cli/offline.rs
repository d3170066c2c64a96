//! Commands that open the store beside a running server, or without one: tokens, keys, epochs.

use std::sync::Arc;

use crate::{
    app,
    auth::{self, active_agent},
    clock::Clock,
    config::Config,
    domain::{
        Id,
        plan::{Facts, Plan, Router},
        snapshot::Scope,
        time,
    },
    error::{Error, Result},
    store::{Store, StoreOptions},
    telemetry::Metrics,
};

/// These commands post no events.
struct NoEvents;

impl Router for NoEvents {
    fn route(&self, _: Facts<'_>) -> Plan {
        Plan::default()
    }
}

/// Opens the store that the settings name.
pub(super) async fn open(config: &Config) -> Result<Store> {
    Store::open(StoreOptions {
        url: app::prepare(&config.store.url)?,
        clock: Clock::System,
        router: Arc::new(NoEvents),
        on_commit: Arc::new(|_| {}),
        metrics: Metrics::new()?,
        migrate: config.store.migrate,
        readers: 1,
    })
    .await
}

/// Prints a token for an agent.
pub async fn token(config: Config, agent: String, ttl_ms: i64) -> Result<()> {
    let store = open(&config).await?;
    let token = app::authenticator(&config, &store, Clock::System)?.issue(&agent, ttl_ms)?;
    if active_agent(&store.snapshot(), &agent).is_none() {
        eprintln!("bellhop: there is no active agent `{agent}` yet: the token is refused until there is one");
    }
    println!("{token}");
    store.close().await;
    Ok(())
}

/// Makes a key and prints it, once.
pub async fn create_key(config: Config, name: String, scopes: Vec<Scope>) -> Result<()> {
    let store = open(&config).await?;
    let (key, secret) = auth::create_key(&store, &name, scopes, Clock::System.now()).await?;
    eprintln!("bellhop: key {} for {name}, shown this once:", key.id);
    println!("{secret}");
    store.close().await;
    Ok(())
}

/// Prints id, time, scopes and name of each key.
pub async fn list_keys(config: Config) -> Result<()> {
    let store = open(&config).await?;
    for key in auth::list_keys(&store.snapshot()) {
        let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope_name(*scope)).collect();
        println!("{}\t{}\t{}\t{}", key.id, time::to_rfc3339(key.created_at), scopes.join(","), key.name);
    }
    store.close().await;
    Ok(())
}

/// Refuses a key from now on, on every node.
pub async fn revoke_key(config: Config, id: String) -> Result<()> {
    let store = open(&config).await?;
    let id: Id = id.into();
    if !auth::list_keys(&store.snapshot()).iter().any(|key| key.id == id) {
        return Err(Error::NotFound("key"));
    }
    auth::revoke_key(&store, &id).await?;
    println!("revoked {id}");
    store.close().await;
    Ok(())
}

/// Renews the store's epoch.
pub async fn new_epoch(config: Config) -> Result<()> {
    let store = open(&config).await?;
    println!("{}", store.new_epoch().await?);
    store.close().await;
    Ok(())
}

fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Events => "events",
        Scope::Admin => "admin",
    }
}
