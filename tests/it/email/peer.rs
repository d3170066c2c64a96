//! The mail server of the tests and the reader of mail: `tests/peers/email`.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bellhop::config::SmtpServer;
use serde_json::Value;

const LIMIT: Duration = Duration::from_secs(10);

/// A mail server; ends with the test.
pub struct MailServer {
    child: Child,
    said: Arc<(Mutex<Vec<Value>>, Condvar)>,
    pub port: u16,
}

impl MailServer {
    /// One that takes what is sent, unencrypted and without a password.
    pub fn start() -> MailServer {
        MailServer::start_with(&[])
    }

    /// As `tests/peers/email/server.js` says of these words.
    pub fn start_with(options: &[&str]) -> MailServer {
        let script = folder().join("server.js");
        assert!(folder().join("node_modules").exists(), "the mail server is not installed: run scripts/packages");
        let mut child = Command::new("node")
            .arg(script)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node must be installed");
        let said: Arc<(Mutex<Vec<Value>>, Condvar)> = Arc::default();
        let (heard, out) = (said.clone(), BufReader::new(child.stdout.take().unwrap()));
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                heard.0.lock().unwrap().push(serde_json::from_str(&line).unwrap());
                heard.1.notify_all();
            }
        });
        let mut server = MailServer { child, said, port: 0 };
        let port = server.wait_for("port", 1).remove(0)["port"].as_u64().unwrap();
        server.port = u16::try_from(port).unwrap();
        server
    }

    /// How a mailer reaches it.
    pub fn server(&self) -> SmtpServer {
        SmtpServer { encrypted: false, host: "127.0.0.1".to_owned(), port: self.port, credentials: None }
    }

    /// As `email.url` has it.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The lines with that member, when there are at least `count`.
    pub fn wait_for(&self, member: &str, count: usize) -> Vec<Value> {
        let (lines, changed) = &*self.said;
        let with = |lines: &[Value]| lines.iter().filter(|line| !line[member].is_null()).cloned().collect::<Vec<_>>();
        let lines = lines.lock().unwrap();
        let waited = changed.wait_timeout_while(lines, LIMIT, |lines| with(lines).len() < count).unwrap();
        let found = with(&waited.0);
        assert!(found.len() >= count, "the mail server said only {:?}", found.len());
        found
    }

    /// The lines with that member so far.
    pub fn said(&self, member: &str) -> Vec<Value> {
        self.said.0.lock().unwrap().iter().filter(|line| !line[member].is_null()).cloned().collect()
    }

    /// The messages that it took, when there are at least `count`: raw.
    pub fn messages(&self, count: usize) -> Vec<Vec<u8>> {
        let lines = self.wait_for("raw", count);
        lines.iter().map(|line| STANDARD.decode(line["raw"].as_str().unwrap()).unwrap()).collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What Python makes of a message.
pub struct Read(pub Value);

impl Read {
    pub fn header(&self, name: &str) -> &str {
        self.0["headers"][name].as_str().unwrap_or("")
    }

    pub fn text(&self) -> &str {
        self.0["contents"][0].as_str().unwrap()
    }

    pub fn html(&self) -> &str {
        self.0["contents"][1].as_str().unwrap()
    }

    /// Nothing is wrong with it.
    #[track_caller]
    pub fn assert_valid(&self) {
        assert_eq!(self.0["defects"], serde_json::json!([]), "{}", self.0);
        assert_eq!(self.0["type"], "multipart/alternative");
        assert_eq!(self.0["parts"], serde_json::json!(["text/plain", "text/html"]));
        assert_eq!((&self.0["ascii"], &self.0["bare_line_ends"]), (&Value::Bool(true), &Value::from(0)));
        assert!(self.0["longest_line"].as_u64().unwrap() < 998);
        let names = self.0["names"].as_array().unwrap();
        let mut once: Vec<String> = names.iter().map(|name| name.as_str().unwrap().to_lowercase()).collect();
        once.sort();
        let all = once.len();
        once.dedup();
        assert_eq!(all, once.len(), "every header stands once: {names:?}");
    }
}

/// Has Python read a message; with a key's name and record in DNS it also verifies the signature.
pub fn read(raw: &[u8], key: Option<(&str, &str)>) -> Read {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(".run/peers/email/bin/python");
    assert!(python.exists(), "Python's packages are not installed: run scripts/packages");
    let mut command = Command::new(python);
    command.arg(folder().join("read.py"));
    if let Some((name, record)) = key {
        command.args([name, record]);
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(raw).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "Python could not read the message");
    Read(serde_json::from_slice(&output.stdout).unwrap())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/email")
}
