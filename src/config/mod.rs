//! Documented defaults compiled in, a file over them, the environment over that; validated once into values that
//! cannot contradict each other.

mod limits;
mod outgoing;
mod raw;

use std::collections::HashMap;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};

use outgoing::outgoing;
use raw::{Raw, RawAuth, RawHttp, RawStore};

pub use self::{
    limits::Limits,
    outgoing::{
        BeamsConfig, DkimConfig, EmailConfig, EmailTransport, OneSignalConfig, OutgoingConfig, SmsConfig, SmtpServer,
        WebPushConfig, WebhooksConfig,
    },
    raw::DEFAULTS,
};
use crate::error::{Error, Result};

/// All settings, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the default store lives.
    pub data_dir: PathBuf,
    /// A tracing filter.
    pub log: String,
    /// The web server.
    pub http: HttpConfig,
    /// The store.
    pub store: StoreConfig,
    /// The bus.
    pub bus: BusUrl,
    /// Who is who.
    pub auth: AuthConfig,
    /// What live connections may cost.
    pub live: Limits,
    /// What can be sent beside the bell.
    pub outgoing: OutgoingConfig,
    /// Legal, but worth a line at start-up.
    pub warnings: Vec<String>,
}

/// The web server.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where browsers and helpdesks reach it, without a slash at its end.
    pub public_url: String,
    /// Origins of other pages that may talk to it.
    pub allowed_origins: Vec<String>,
    /// Threads; at least one.
    pub workers: usize,
}

/// The store.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// Where it is.
    pub url: StoreUrl,
    /// Reading connections at most.
    pub readers: u32,
    /// Bring the tables up to date at start.
    pub migrate: bool,
    /// Days that events are kept.
    pub events_days: u32,
}

/// Where the store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// A file on this machine.
    Sqlite(PathBuf),
    /// A PostgreSQL connection URL, password included: never logged.
    Postgres(String),
}

/// Which bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BusUrl {
    /// One node.
    Local,
    /// Several nodes; `redis://…` or `rediss://…`, password included: never logged.
    Redis(String),
}

/// How people and programs prove who they are.
#[derive(Debug, Clone)]
pub struct AuthConfig {
    /// How agents' tokens are signed.
    pub tokens: TokenConfig,
    /// An API key with every scope, if one was given.
    pub admin_key: Option<String>,
    /// How long a session of the bundled pages lasts.
    pub session_ttl_ms: i64,
}

/// How agents' tokens are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenConfig {
    /// HS256 with the secret given, or the store's own.
    Secret(Option<String>),
    /// Keys of an identity provider.
    Jwks {
        /// Where the keys are.
        source: JwksConfig,
        /// `iss` that a token must carry.
        issuer: String,
        /// `aud` that a token must carry.
        audience: String,
        /// Names of the algorithms accepted.
        algorithms: Vec<String>,
    },
}

/// Where an identity provider's keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JwksConfig {
    /// An address.
    Url(String),
    /// A file.
    File(PathBuf),
}

/// Shorter secrets can be guessed offline from one token.
const SHORTEST_SECRET: usize = 32;

impl Config {
    /// Reads and checks: defaults, `file` if given, the process' environment.
    ///
    /// # Errors
    /// [`Error::Config`] with the name of the setting at fault.
    pub fn load(file: Option<&Path>) -> Result<Config> {
        Config::from_parts(file, std::env::vars().collect())
    }

    /// The same with an environment of the caller's.
    ///
    /// # Errors
    /// [`Error::Config`] with the name of the setting at fault.
    pub fn from_parts(file: Option<&Path>, environment: HashMap<String, String>) -> Result<Config> {
        let raw = Raw::read(file, environment)?;
        let data_dir = PathBuf::from(&raw.data_dir);
        let mut warnings = Vec::new();
        let http = http(raw.http)?;
        let public = url::Url::parse(&http.public_url).ok();
        let host = public.as_ref().and_then(url::Url::host_str).unwrap_or("localhost");
        let outgoing = outgoing(raw.email, raw.web_push, raw.sms, raw.webhooks, host, &mut warnings)?;
        let config = Config {
            http,
            store: store(raw.store, &data_dir)?,
            bus: BusUrl::parse(&raw.bus.url)?,
            auth: auth(raw.auth)?,
            live: raw.live,
            log: raw.log,
            data_dir,
            outgoing,
            warnings,
        };
        config.check_together()
    }

    fn check_together(mut self) -> Result<Config> {
        if self.live.ping_every_ms < 100 || self.live.page_entries < 1 || self.live.poll_entries < 1 {
            return Err(Error::Config("live.ping_every_ms must be at least 100, and pages at least 1".to_owned()));
        }
        if self.live.connects_per_second < 1 || self.live.connect_burst < 1 || self.live.memory_budget_bytes < 1 << 20 {
            let text = "live.connects_per_second and live.connect_burst must be at least 1, \
                        live.memory_budget_bytes at least 1048576";
            return Err(Error::Config(text.to_owned()));
        }
        if matches!((&self.store.url, &self.bus), (StoreUrl::Sqlite(_), BusUrl::Redis(_))) {
            let text = "bus.url is Redis, but the store is SQLite, which one node alone can use";
            self.warnings.push(text.to_owned());
        }
        if !self.http.listen.ip().is_loopback() && self.http.public_url.starts_with("http://") {
            let text = "http.listen is open to the network and http.public_url is not https: tokens travel in the clear \
                        unless a proxy in front speaks TLS";
            self.warnings.push(text.to_owned());
        }
        Ok(self)
    }
}

impl StoreUrl {
    /// Reads `sqlite://PATH` or `postgres://…`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<StoreUrl> {
        match text.split_once("://") {
            Some(("sqlite", path)) if !path.is_empty() => Ok(StoreUrl::Sqlite(PathBuf::from(path))),
            Some(("postgres" | "postgresql", _)) => Ok(StoreUrl::Postgres(text.to_owned())),
            _ => Err(wrong_scheme("store.url", "sqlite:// or postgres://", text)),
        }
    }

    /// What may be logged of it.
    pub fn shown(&self) -> String {
        match self {
            StoreUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
            StoreUrl::Postgres(_) => "postgres://…".to_owned(),
        }
    }
}

impl BusUrl {
    /// Reads `local`, `redis://…` or `rediss://…`.
    ///
    /// # Errors
    /// When it is none of them.
    pub fn parse(text: &str) -> Result<BusUrl> {
        match text.split_once("://") {
            None if text == "local" => Ok(BusUrl::Local),
            Some(("redis" | "rediss", _)) => Ok(BusUrl::Redis(text.to_owned())),
            _ => Err(wrong_scheme("bus.url", "local, redis:// or rediss://", text)),
        }
    }
}

fn wrong_scheme(setting: &str, wanted: &str, got: &str) -> Error {
    // Only the scheme: the rest may hold a password.
    let got =
        got.split_once("://").map_or("something without a scheme".to_owned(), |(scheme, _)| format!("`{scheme}://…`"));
    Error::Config(format!("{setting} must be or start with {wanted}; got {got}"))
}

fn http(raw: RawHttp) -> Result<HttpConfig> {
    let listen = raw.listen.to_socket_addrs().ok().and_then(|mut found| found.next());
    let listen = listen
        .ok_or_else(|| Error::Config(format!("http.listen must be an address and a port; got `{}`", raw.listen)))?;
    let public_url = match raw.public_url.trim_end_matches('/') {
        "" => format!("http://{listen}"),
        url if url.starts_with("http://") || url.starts_with("https://") => url.to_owned(),
        url => return Err(wrong_scheme("http.public_url", "http:// or https://", url)),
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    // One is for the thread that writes.
    let workers = if raw.workers == 0 { cores.saturating_sub(1).max(1) } else { raw.workers };
    Ok(HttpConfig { listen, public_url, allowed_origins: list(&raw.allowed_origins), workers })
}

fn store(raw: RawStore, data_dir: &Path) -> Result<StoreConfig> {
    let url = match raw.url.as_str() {
        "" => StoreUrl::Sqlite(data_dir.join("bellhop.db")),
        url => StoreUrl::parse(url)?,
    };
    if raw.readers == 0 || raw.events_days == 0 {
        return Err(Error::Config("store.readers and store.events_days must be at least 1".to_owned()));
    }
    Ok(StoreConfig { url, readers: raw.readers, migrate: raw.migrate, events_days: raw.events_days })
}

fn auth(raw: RawAuth) -> Result<AuthConfig> {
    let jwks = match (raw.jwks_url.as_str(), raw.jwks_file.as_str()) {
        ("", "") => None,
        (url, "") => Some(JwksConfig::Url(url.to_owned())),
        ("", file) => Some(JwksConfig::File(PathBuf::from(file))),
        _ => return Err(Error::Config("give auth.jwks_url or auth.jwks_file, not both".to_owned())),
    };
    let tokens = match jwks {
        Some(_) if !raw.jwt_secret.is_empty() => {
            return Err(Error::Config("give auth.jwt_secret or a JWKS, not both".to_owned()));
        }
        Some(_) if raw.issuer.is_empty() || raw.audience.is_empty() => {
            return Err(Error::Config("with a JWKS, auth.issuer and auth.audience are required".to_owned()));
        }
        Some(source) => {
            let algorithms = list(&raw.algorithms);
            TokenConfig::Jwks { source, issuer: raw.issuer, audience: raw.audience, algorithms }
        }
        None => TokenConfig::Secret(secret(raw.jwt_secret)?),
    };
    let admin_key = Some(raw.admin_key).filter(|key| !key.is_empty());
    if admin_key.as_ref().is_some_and(|key| key.len() < SHORTEST_SECRET / 2) {
        return Err(Error::Config("auth.admin_key must have at least 16 characters".to_owned()));
    }
    Ok(AuthConfig { tokens, admin_key, session_ttl_ms: i64::from(raw.session_hours.max(1)) * 3_600_000 })
}

fn secret(given: String) -> Result<Option<String>> {
    match given.len() {
        0 => Ok(None),
        length if length < SHORTEST_SECRET => Err(Error::Config(format!(
            "auth.jwt_secret must have at least {SHORTEST_SECRET} characters; it has {length}"
        ))),
        _ => Ok(Some(given)),
    }
}

fn list(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| item.trim_end_matches('/').to_owned())
        .collect()
}
