//! The commands, run as a person would: the real program, on a folder of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{SOON, eventually};

/// The program with nothing but its own settings.
fn bellhop(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellhop"));
    command.env_clear().env("BELLHOP_DATA_DIR", folder).env("BELLHOP_HTTP__LISTEN", "127.0.0.1:0");
    command
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

/// A server of its own; ends with the test.
struct Served {
    child: Child,
    base: String,
    said: String,
}

impl Served {
    fn start(command: &mut Command) -> Served {
        let mut child = command.arg("serve").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let base = loop {
            let line = lines.next().expect("the server ended before it listened").unwrap();
            if let Some((_, base)) = line.split_once("listens on ") {
                break base.to_owned();
            }
            said += &line;
        };
        Served { child, base, said }
    }

    /// SIGTERM; answers the exit code.
    fn terminate(&mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let ended = self.child.kill().and_then(|()| self.child.wait());
        assert!(ended.is_ok(), "the server could not be ended: {ended:?}");
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build().unwrap()
}

async fn post_event(base: &str, key: &str, id: &str) -> reqwest::Response {
    let event = json!({"specversion": "1.0", "id": id, "source": "/helpdesk", "type": "ticket.assigned",
                       "data": {"ticket": {"id": "HD-1", "number": "1"}, "assigned": {"agents": ["ana"]}}});
    client().post(format!("{base}/api/v1/events")).bearer_auth(key).json(&event).send().await.unwrap()
}

#[test]
fn default_config_prints_settings_that_check_config_accepts() {
    let folder = tempfile::tempdir().unwrap();
    let printed = run(bellhop(folder.path()).arg("default-config"));
    assert!(printed.status.success());
    let file = folder.path().join("bellhop.toml");
    std::fs::write(&file, &printed.stdout).unwrap();
    let checked = run(bellhop(folder.path()).args(["check-config", "--config"]).arg(&file));
    assert!(checked.status.success(), "{}", text(&checked.stderr));
}

#[test]
fn a_wrong_setting_is_named_and_the_exit_code_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = [
        ("BELLHOP_STORE__URL", "mysql://root@localhost/x", "store.url"),
        ("BELLHOP_BUS__URL", "amqp://localhost", "bus.url"),
        ("BELLHOP_HTTP__LISTEN", "everywhere", "http.listen"),
        ("BELLHOP_HTTP__PUBLIC_URL", "ftp://desk", "http.public_url"),
        ("BELLHOP_AUTH__JWT_SECRET", "short", "auth.jwt_secret"),
        ("BELLHOP_AUTH__JWKS_URL", "https://id.example.com/jwks", "auth.issuer"),
        ("BELLHOP_EMAIL__URL", "pigeon://coop", "email.url"),
        ("BELLHOP_LIVE__PING_EVERY_MS", "soon", "ping_every_ms"),
        ("BELLHOP_LIVE__TYPO", "1", "typo"),
    ];
    for (name, value, setting) in wrong {
        let checked = run(bellhop(folder.path()).arg("check-config").env(name, value));
        let complaint = text(&checked.stderr);
        assert_eq!(checked.status.code(), Some(1), "{name}={value}");
        assert!(complaint.contains(setting), "{name}={value}: {complaint}");
        assert!(!complaint.contains("root@"), "a password may stand there: {complaint}");
    }
}

#[tokio::test]
async fn first_start_prints_an_admin_key_once_and_it_works() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Served::start(&mut bellhop(folder.path()));
    let key = first.said.split_whitespace().find(|word| word.starts_with("bh_")).expect("a key").to_owned();
    let directory = json!({"agents": [{"id": "ana", "name": "Ana"}]});
    let url = format!("{}/api/v1/directory", first.base);
    let put = client().put(url).bearer_auth(&key).json(&directory).send().await.unwrap();
    assert!(put.status().is_success(), "{}", put.status());
    assert_eq!(post_event(&first.base, &key, "evt-1").await.status(), 202);
    assert_eq!(first.terminate(), Some(0));
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&folder.path().join("bellhop.db").metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let second = Served::start(&mut bellhop(folder.path()));
    assert!(!second.said.contains("bh_"), "shown twice: {}", second.said);
    let again: Value = post_event(&second.base, &key, "evt-1").await.json().await.unwrap();
    assert_eq!(again["results"][0]["status"], "duplicate");
}

#[tokio::test]
async fn keys_are_made_listed_and_revoked_beside_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(&mut bellhop(folder.path()));
    let made = run(bellhop(folder.path()).args(["keys", "create", "--name", "desk", "--scope", "events"]));
    let key = text(&made.stdout);
    assert_eq!(post_event(&served.base, &key, "evt-1").await.status(), 202);
    let admin_only = client().get(format!("{}/api/v1/settings", served.base)).bearer_auth(&key).send().await.unwrap();
    assert_eq!(admin_only.status(), 403);
    let listed = text(&run(bellhop(folder.path()).args(["keys", "list"])).stdout);
    assert!(listed.contains("desk") && !listed.contains(&key), "{listed}");
    let line = listed.lines().find(|line| line.ends_with("desk")).unwrap();
    let id = line.split('\t').next().unwrap();
    assert!(run(bellhop(folder.path()).args(["keys", "revoke", id])).status.success());
    assert_eq!(post_event(&served.base, &key, "evt-2").await.status(), 401);
    assert_eq!(run(bellhop(folder.path()).args(["keys", "revoke", "nobody"])).status.code(), Some(1));
}

#[tokio::test]
async fn a_token_opens_the_agents_inbox() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(bellhop(folder.path()).env("BELLHOP_AUTH__ADMIN_KEY", "an admin key of the tests"));
    let directory = json!({"agents": [{"id": "ana", "name": "Ana"}]});
    let url = format!("{}/api/v1/directory", served.base);
    client().put(url).bearer_auth("an admin key of the tests").json(&directory).send().await.unwrap();
    let token = text(&run(bellhop(folder.path()).args(["token", "--agent", "ana", "--ttl", "5m"])).stdout);
    let me = client().get(format!("{}/api/v1/me", served.base)).bearer_auth(&token).send().await.unwrap();
    assert_eq!(me.json::<Value>().await.unwrap()["agent"]["name"], "Ana");
    assert_eq!(
        run(bellhop(folder.path()).args(["token", "--agent", "ana", "--ttl", "forever"])).status.code(),
        Some(2)
    );
}

#[test]
fn a_new_epoch_is_another_one_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let first = text(&run(bellhop(folder.path()).arg("new-epoch")).stdout);
    let second = text(&run(bellhop(folder.path()).arg("new-epoch")).stdout);
    assert!(first != second && !second.is_empty());
}

#[test]
fn what_one_installation_exports_another_imports() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let lines = "{\"agent\":{\"id\":\"ana\",\"name\":\"Ana\"}}\n\
                 {\"watch\":{\"agent\":\"ana\",\"ticket\":\"HD-1\",\"active\":true,\"auto\":false}}\n";
    let import = |folder: &Path, lines: &[u8]| {
        let file = folder.join("lines");
        std::fs::write(&file, lines).unwrap();
        run(bellhop(folder).arg("import").stdin(std::fs::File::open(file).unwrap()))
    };
    let imported = import(ours.path(), lines.as_bytes());
    assert_eq!(text(&imported.stdout), "imported 2 lines", "{}", text(&imported.stderr));
    let exported = run(bellhop(ours.path()).arg("export"));
    assert_eq!(String::from_utf8_lossy(&exported.stdout), lines, "{}", text(&exported.stderr));
    assert!(import(theirs.path(), &exported.stdout).status.success());
    assert_eq!(run(bellhop(theirs.path()).arg("export")).stdout, exported.stdout);
    let refused = import(theirs.path(), b"{\"agent\":{\"id\":\"ana\",\"role\":\"wizard\"}}");
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("wizard"), "{}", text(&refused.stderr));
}

#[test]
fn the_demo_refuses_to_be_reached_from_outside() {
    let folder = tempfile::tempdir().unwrap();
    let refused = run(bellhop(folder.path()).args(["demo", "--listen", "0.0.0.0:0"]));
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("loopback"));
}

#[test]
fn a_taken_address_and_a_folder_that_cannot_be_made_are_said_plainly() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = run(bellhop(folder.path()).arg("serve").env("BELLHOP_HTTP__LISTEN", &address));
    assert!(text(&refused.stderr).contains("http.listen"), "{}", text(&refused.stderr));
    std::fs::write(folder.path().join("file"), "").unwrap();
    let impossible = folder.path().join("file/below");
    let refused = run(bellhop(&impossible).arg("serve"));
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("store.url"), "{}", text(&refused.stderr));
}

/// The sample assigns a ticket to Ben.
async fn the_mailbox_shows_what_was_emailed(base: &str) {
    let get = async |path: &str| client().get(format!("{base}/demo/mailbox{path}")).send().await.unwrap();
    let to_ben = async || {
        let listed: Value = get("").await.json().await.unwrap();
        let items = listed["items"].as_array().unwrap().clone();
        items.into_iter().find(|mail| mail["to"] == "Ben Okafor <ben@example.com>")
    };
    eventually("Ben has an email", SOON, async || to_ben().await.is_some()).await;
    let mail = to_ben().await.unwrap();
    assert_eq!(mail["subject"], "New ticket assigned: #000123 - Cannot log in after the password reset");
    assert_eq!(mail["from"], "Bellhop <bellhop@example.com>");
    assert!(mail["date"].as_str().unwrap().ends_with('Z'), "{mail}");
    let path = format!("/{}", mail["id"].as_str().unwrap());
    let page = get(&path).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("sandbox allow-popups ") && policy.contains("default-src 'none'"), "{policy}");
    assert!(!policy.contains("allow-scripts") && !policy.contains("allow-same-origin"), "{policy}");
    let view = format!("{base}/panel?ticket=HD-00123");
    assert!(page.text().await.unwrap().contains(&view));
    let text = get(&format!("{path}/text")).await;
    assert_eq!(text.headers()["content-type"], "text/plain; charset=utf-8");
    assert!(text.text().await.unwrap().contains(&format!("View Ticket: {view}")));
    assert_eq!(get("/1-none").await.status(), 404);
    let rebound =
        client().get(format!("{base}/demo/mailbox{path}")).header("host", "evil.example").send().await.unwrap();
    assert_eq!(rebound.status(), 404);
}

#[tokio::test]
async fn the_demo_has_people_tickets_and_rung_bells() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo =
        bellhop(folder.path()).args(["demo", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    let line = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("/panel"))).unwrap().unwrap();
    let base = line.split_whitespace().last().unwrap().trim_end_matches("/panel").to_owned();
    let state: Value = client().get(format!("{base}/demo/state")).send().await.unwrap().json().await.unwrap();
    let rebound = client().get(format!("{base}/demo/state")).header("host", "evil.example:8080").send().await.unwrap();
    assert_eq!(rebound.status(), 404);
    let token = state["agents"][0]["token"].as_str().unwrap();
    let me: Value =
        client().get(format!("{base}/api/v1/me")).bearer_auth(token).send().await.unwrap().json().await.unwrap();
    assert!(me["counts"]["unread"].as_i64().unwrap() > 0, "{me}");
    the_mailbox_shows_what_was_emailed(&base).await;
    demo.kill().unwrap();
    demo.wait().unwrap();
    let mut rest = String::new();
    for line in lines {
        rest += &line.unwrap();
    }
    assert!(rest.contains("API key"), "{rest}");
}
