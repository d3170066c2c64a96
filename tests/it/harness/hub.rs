//! One hub of a test: the real application on port 0, with helpers that go through its public interface.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bellhop::{clock::Clock, delivery::Channels, domain::time::to_rfc3339};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{AgentBuilder, Backend, Browser, ClientInbox, Event, SOON, Server, inbox::Counts};

/// The administrator's key of every test hub; may post events too.
pub const ADMIN_KEY: &str = "bh_test-admin-key-0123456789abcdef0123456789abcdef";
/// What the helpdesk of the tests signs its agents' tokens with.
pub const JWT_SECRET: &str = "a secret of the tests that is long enough for HS256";

/// How a hub differs from the usual one.
#[derive(Debug, Clone, Default)]
pub struct HubOptions {
    /// SQLite in a folder of its own unless it says otherwise.
    pub backend: Backend,
    /// Redis between nodes; in-process otherwise. `redis://…/7`: the database's number keeps tests apart.
    pub redis: Option<String>,
    /// The machine's clock unless the test moves its own.
    pub clock: Clock,
    /// Further settings as the environment gives them: `("BELLHOP_LIVE__PING_EVERY_MS", "200")`.
    pub settings: Vec<(String, String)>,
    /// What messages go out through, instead of what the settings name.
    pub channels: Option<TestChannels>,
}

/// Channels of a test; says nothing of them where options are shown.
#[derive(Clone)]
pub struct TestChannels(pub Channels);

impl From<Channels> for TestChannels {
    fn from(channels: Channels) -> TestChannels {
        TestChannels(channels)
    }
}

impl std::fmt::Debug for TestChannels {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("channels of the test")
    }
}

impl HubOptions {
    /// One more setting.
    pub fn with(mut self, name: &str, value: impl ToString) -> HubOptions {
        self.settings.push((name.to_owned(), value.to_string()));
        self
    }
}

/// A running hub.
pub struct TestHub {
    server: Server,
    http: reqwest::Client,
    events: AtomicU32,
}

/// What the hub answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// `Retry-After`, where there is one.
    pub retry_after: Option<String>,
    /// The body; null where it is not JSON.
    pub body: Value,
}

impl TestHub {
    /// The usual hub: SQLite, in-process bus, the machine's clock.
    pub async fn start() -> TestHub {
        TestHub::with(HubOptions::default()).await
    }

    /// On another store.
    pub async fn on(backend: Backend) -> TestHub {
        TestHub::with(HubOptions { backend, ..HubOptions::default() }).await
    }

    /// As the options say.
    pub async fn with(options: HubOptions) -> TestHub {
        let server = Server::start(options).await;
        TestHub { server, http: reqwest::Client::new(), events: AtomicU32::new(0) }
    }

    /// A second node on the same store and bus.
    pub async fn second_node(&self) -> TestHub {
        TestHub { server: self.server.second_node().await, http: self.http.clone(), events: AtomicU32::new(1_000_000) }
    }

    /// Stops it in good order and starts it again on the same store and port.
    pub async fn restart(&mut self) {
        self.server.restart().await;
    }

    /// Stops it in good order while browsers may still be connected; the other nodes go on.
    pub fn stop(&mut self) {
        self.server.stop();
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.server.addr()
    }

    /// Its clock; moves only when the options gave a hand-moved one.
    pub fn clock(&self) -> &Clock {
        self.server.clock()
    }

    /// An agent who is not in the directory yet.
    pub fn agent(&self, id: &str) -> AgentBuilder<'_> {
        AgentBuilder::new(self, id)
    }

    /// A further browser of an agent.
    pub async fn browser(&self, agent: &str) -> Browser {
        Browser::open(self.addr(), agent, token(agent)).await
    }

    /// Puts people and groups into the directory.
    pub async fn directory(&self, body: Value) {
        self.send(Method::PUT, "/api/v1/directory", ADMIN_KEY, Some(body)).await.expect(StatusCode::OK);
    }

    /// Posts an event that is accepted; returns its receipt.
    pub async fn event(&self, event: Event) -> Value {
        let answer = self.try_event(event).await.expect(StatusCode::ACCEPTED);
        answer.body["results"][0].clone()
    }

    /// Posts an event and returns the answer, whatever it is.
    pub async fn try_event(&self, event: Event) -> Answer {
        let id = || format!("evt-{}", self.events.fetch_add(1, Ordering::Relaxed) + 1);
        let body = event.body(id, || to_rfc3339(self.clock().now()));
        self.post("/api/v1/events", body).await
    }

    /// Posts as the helpdesk or an administrator.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, ADMIN_KEY, Some(body)).await
    }

    /// Gets as an administrator.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, ADMIN_KEY, None).await
    }

    /// Gets as an agent.
    pub async fn get_as(&self, agent: &str, path: &str) -> Value {
        self.send(Method::GET, path, &token(agent), None).await.expect(StatusCode::OK).body
    }

    /// Posts as an agent.
    pub async fn post_as(&self, agent: &str, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &token(agent), Some(body)).await
    }

    /// Any request with any credentials.
    pub async fn send(&self, method: Method, path: &str, bearer: &str, body: Option<Value>) -> Answer {
        let mut request =
            self.http.request(method, format!("http://{}{path}", self.addr())).bearer_auth(bearer).timeout(SOON);
        if let Some(body) = body {
            request = request.json(&body);
        }
        Answer::read(request.send().await.expect("the hub answers")).await
    }

    /// The inbox as the store has it; `held` is the head.
    pub async fn inbox_of(&self, agent: &str) -> ClientInbox {
        inbox_at(self.addr(), agent).await
    }

    /// A browser holds what the store has, and the counts are what a recount gives.
    pub async fn assert_same(&self, browser: &mut Browser) {
        browser.settle().await;
        let store = self.inbox_of(&browser.agent).await;
        assert_eq!(browser.inbox.kept(), store.kept(), "{} holds other entries than the store", browser.agent);
        assert_eq!(browser.inbox.counts, store.counts, "{} shows other counts than the store", browser.agent);
        assert_eq!(browser.inbox.held, store.held, "{} holds another position than the store's head", browser.agent);
        let unread = store.kept().values().filter(|e| !(e.read || e.cleared || e.snoozed || e.resolved)).count();
        assert_eq!(store.counts.unread, i64::try_from(unread).expect("a small number"), "the badge is not a recount");
    }

    /// One figure of `/metrics`, all labels summed up; 0 when it is not there.
    pub async fn metric(&self, name: &str) -> f64 {
        let text = self.http.get(format!("http://{}/metrics", self.addr())).send().await.expect("the hub answers");
        sum_of(name, &text.text().await.expect("the figures are text"))
    }
}

impl Answer {
    async fn read(response: reqwest::Response) -> Answer {
        let status = response.status();
        let retry_after = response.headers().get("retry-after").and_then(|v| v.to_str().ok()).map(str::to_owned);
        let text = response.text().await.expect("the body arrives");
        Answer { status, retry_after, body: serde_json::from_str(&text).unwrap_or_default() }
    }

    /// The answer, if it has this status.
    #[track_caller]
    pub fn expect(self, status: StatusCode) -> Answer {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }
}

/// An agent's inbox as the hub at `addr` has it, read over REST page by page; `held` is the head.
pub async fn inbox_at(addr: SocketAddr, agent: &str) -> ClientInbox {
    let http = reqwest::Client::new();
    let mut inbox = ClientInbox::default();
    for status in ["all", "cleared", "snoozed"] {
        let mut before = String::new();
        loop {
            let url = format!("http://{addr}/api/v1/me/notifications?status={status}&limit=100{before}");
            let answer = http.get(url).bearer_auth(token(agent)).timeout(SOON).send().await.expect("the hub answers");
            let page = Answer::read(answer).await.expect(StatusCode::OK).body;
            page["items"].as_array().expect("a page has items").iter().for_each(|entry| inbox.put(entry));
            inbox.held = page["seq"].as_i64().expect("a page has a seq");
            inbox.counts = Counts::of(&page["counts"]);
            let Some(next) = page["next"].as_i64() else { break };
            before = format!("&before={next}");
        }
    }
    inbox
}

/// Puts agents into the directory of the hub at `addr`.
pub async fn put_agents(addr: SocketAddr, ids: &[&str]) {
    let agents: Vec<Value> = ids.iter().map(|id| json!({"id": id, "name": id})).collect();
    let put = reqwest::Client::new().put(format!("http://{addr}/api/v1/directory")).bearer_auth(ADMIN_KEY);
    let answer = put.json(&json!({"agents": agents})).timeout(SOON).send().await.expect("the hub answers");
    Answer::read(answer).await.expect(StatusCode::OK);
}

/// Posts an event, which has to have an id, to the hub at `addr`; it is accepted.
pub async fn post_event(addr: SocketAddr, event: Event) -> Value {
    let body = event.body(|| unreachable!("the event has an id"), || to_rfc3339(Clock::System.now()));
    let post = reqwest::Client::new().post(format!("http://{addr}/api/v1/events")).bearer_auth(ADMIN_KEY);
    let answer = post.json(&body).timeout(SOON).send().await.expect("the hub answers");
    Answer::read(answer).await.expect(StatusCode::ACCEPTED).body["results"][0].clone()
}

/// A token for an agent as the helpdesk signs it, good for an hour.
pub fn token(agent: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970").as_secs();
    signed(&json!({"sub": agent, "iat": now, "exp": now + 3600}))
}

/// One that holds on any clock that a test moves.
pub fn lasting_token(agent: &str) -> String {
    signed(&json!({"sub": agent, "iat": 0, "exp": 4_102_444_800_i64}))
}

fn signed(claims: &Value) -> String {
    let key = EncodingKey::from_secret(JWT_SECRET.as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).expect("the claims can be signed")
}

fn sum_of(name: &str, metrics: &str) -> f64 {
    let is_it = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{']));
    metrics.lines().filter(is_it).filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

impl Drop for TestHub {
    /// Every browser is gone by now: a session that is still open was leaked.
    fn drop(&mut self) {
        if std::thread::panicking() || !self.server.is_running() {
            return;
        }
        let end = Instant::now() + SOON;
        while sum_of("bellhop_sessions", &self.server.read_metrics()) > 0.0 {
            assert!(Instant::now() < end, "a session is still open although every browser is gone");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
