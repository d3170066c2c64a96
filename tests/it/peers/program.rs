//! Programs of others: one that answers a line for each line, one that serves Twilio's own description of its API.
//! `scripts/peers` installs what they need.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use serde_json::Value;

use super::{free_port, within};

/// Ends with the test.
pub struct LineProgram {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl LineProgram {
    /// The libraries of Twilio and of Standard Webhooks, in Python.
    pub fn libraries() -> LineProgram {
        let python = root().join(".run/peers/sms/bin/python");
        LineProgram::start(&python, &root().join("tests/peers/sms/peer.py"))
    }

    /// Twilio's own count of segments, in JavaScript.
    pub fn segments() -> LineProgram {
        installed(&root().join("tests/peers/sms/node_modules"));
        LineProgram::start(Path::new("node"), &root().join("tests/peers/sms/segments.mjs"))
    }

    fn start(program: &Path, script: &Path) -> LineProgram {
        if program.is_absolute() {
            installed(program);
        }
        let mut command = Command::new(program);
        let mut child = command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        LineProgram { child, to, from }
    }

    pub fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.to, "{question}").unwrap();
        let mut answer = String::new();
        self.from.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|_| panic!("the program said {answer:?} to {question}"))
    }
}

impl Drop for LineProgram {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Prism, which refuses what Twilio's description does not allow. Ends with the test.
pub struct Prism {
    pub url: String,
    child: Child,
}

impl Prism {
    pub async fn start() -> Prism {
        let prism = root().join("tests/peers/sms/node_modules/@stoplight/prism-cli/dist/index.js");
        installed(&prism);
        let port = free_port();
        let mut child = Command::new("node")
            .arg(&prism)
            .args(["mock", "--errors", "--host", "127.0.0.1", "--port", &port.to_string()])
            .arg(root().join("tests/data/twilio_messages.openapi.json"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        within(Duration::from_secs(60), "Prism listens", || {
            assert!(child.try_wait().unwrap().is_none(), "Prism ended by itself");
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        })
        .await;
        Prism { url: format!("http://127.0.0.1:{port}"), child }
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    if child.kill().is_ok() {
        child.wait().unwrap();
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn installed(what: &Path) {
    assert!(what.exists(), "{} is missing: scripts/peers installs it", what.display());
}
