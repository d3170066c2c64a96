//! The application itself, in a thread and a runtime of its own, as it runs in production.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread::JoinHandle,
};

use bellhop::{
    app::{self, Extras},
    clock::Clock,
    config::Config,
};
use tokio::sync::oneshot;

use super::{ADMIN_KEY, FreshDatabase, HubOptions, JWT_SECRET, SOON};

/// Which store a hub is on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Backend {
    /// A file in a folder of its own.
    #[default]
    Sqlite,
    /// A database of its own in the server of the tests.
    Postgres,
}

/// What the store of a hub lives in; goes with the last node that uses it.
struct Ground {
    folder: tempfile::TempDir,
    database: Option<FreshDatabase>,
}

/// A running application.
pub struct Server {
    options: HubOptions,
    ground: Arc<Ground>,
    addr: SocketAddr,
    running: Option<Running>,
}

struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Server {
    /// Starts on a fresh store.
    pub async fn start(options: HubOptions) -> Server {
        let ground = Arc::new(Ground {
            folder: tempfile::tempdir().expect("a folder can be made"),
            database: (options.backend == Backend::Postgres).then(FreshDatabase::create),
        });
        Server::on(options, ground).await
    }

    /// Starts another node on the same store.
    pub async fn second_node(&self) -> Server {
        Server::on(self.options.clone(), self.ground.clone()).await
    }

    async fn on(options: HubOptions, ground: Arc<Ground>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let addr = listener.local_addr().expect("a listener has an address");
        let mut server = Server { options, ground, addr, running: None };
        server.run(listener).await;
        server
    }

    /// Stops in good order and starts again on the same store and port.
    pub async fn restart(&mut self) {
        self.stop();
        let listener = TcpListener::bind(self.addr).expect("the port is still ours");
        self.run(listener).await;
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its clock.
    pub fn clock(&self) -> &Clock {
        &self.options.clock
    }

    /// Whether it was not stopped.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// `/metrics`, without a runtime: for the end of a test.
    pub fn read_metrics(&self) -> String {
        let mut stream = TcpStream::connect(self.addr).expect("the hub listens");
        stream.set_read_timeout(Some(SOON)).expect("the socket takes the option");
        let request = format!("GET /metrics HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.addr);
        stream.write_all(request.as_bytes()).expect("the hub reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the hub answers");
        answer
    }
}

impl Server {
    async fn run(&mut self, listener: TcpListener) {
        let config = Config::from_parts(None, self.settings()).expect("the settings of the tests are right");
        let channels = self.options.channels.clone().map(|channels| channels.0);
        let extras = Extras { clock: self.options.clock.clone(), channels, ..Extras::default() };
        let (stop, stopped) = oneshot::channel::<()>();
        let (started, has_started) = oneshot::channel();
        let serve = async move {
            let running = app::start(config, listener, extras).await.expect("the hub starts");
            started.send(()).expect("the test waits for the start");
            // Whether told or dropped: the test is over.
            running.run_until(async { drop(stopped.await) }).await.expect("the hub ends well");
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime can be made");
        let thread = std::thread::Builder::new().name("hub".to_owned()).spawn(move || runtime.block_on(serve));
        self.running = Some(Running { stop, thread: thread.expect("a thread can be started") });
        has_started.await.expect("the hub starts");
    }

    /// Drains and ends it.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            drop(running.stop);
            let ended = running.thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the hub broke off");
        }
    }

    fn settings(&self) -> HashMap<String, String> {
        let folder = self.ground.folder.path();
        let store = match &self.ground.database {
            Some(database) => database.url(),
            None => format!("sqlite://{}", folder.join("bellhop.db").display()),
        };
        let usual = [
            ("BELLHOP_HTTP__LISTEN", self.addr.to_string()),
            ("BELLHOP_HTTP__WORKERS", "1".to_owned()),
            ("BELLHOP_DATA_DIR", folder.display().to_string()),
            ("BELLHOP_STORE__URL", store),
            ("BELLHOP_BUS__URL", self.options.redis.clone().unwrap_or_else(|| "local".to_owned())),
            ("BELLHOP_AUTH__ADMIN_KEY", ADMIN_KEY.to_owned()),
            ("BELLHOP_AUTH__JWT_SECRET", JWT_SECRET.to_owned()),
            ("BELLHOP_LIVE__DRAIN_WINDOW_MS", "100".to_owned()),
        ];
        let usual = usual.into_iter().map(|(name, value)| (name.to_owned(), value));
        usual.chain(self.options.settings.iter().cloned()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
