//! The binary itself, as a process that a test may kill at any instant and start again on the same store and port.

use std::{
    collections::HashMap,
    net::{SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
};

use super::{ADMIN_KEY, JWT_SECRET, SOON, eventually};

/// A `bellhop serve` on a store and port of its own.
pub struct Process {
    folder: tempfile::TempDir,
    addr: SocketAddr,
    settings: HashMap<String, String>,
    child: Option<Child>,
}

impl Process {
    /// Starts it and waits until it is ready.
    pub async fn start(settings: &[(&str, &str)]) -> Process {
        // The port is ours for the whole test, over every restart: nobody else asks for this one by number.
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let mut process = Process {
            folder: tempfile::tempdir().expect("a folder can be made"),
            addr: listener.local_addr().expect("a listener has an address"),
            settings: settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            child: None,
        };
        drop(listener);
        process.run().await;
        process
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How much memory it holds (`VmRSS`).
    pub fn resident_bytes(&self) -> u64 {
        let pid = self.child.as_ref().expect("it runs").id();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process is there");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the kernel tells");
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number of KiB");
        kib * 1024
    }

    /// Ends it at once, as a power cut would (`SIGKILL`).
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("a child can be killed");
            child.wait().expect("a killed child ends");
        }
    }

    /// Starts it again and waits until it is ready.
    pub async fn run(&mut self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bellhop"));
        command
            .arg("serve")
            .env("BELLHOP_HTTP__LISTEN", self.addr.to_string())
            .env("BELLHOP_DATA_DIR", self.folder.path())
            .env("BELLHOP_AUTH__ADMIN_KEY", ADMIN_KEY)
            .env("BELLHOP_AUTH__JWT_SECRET", JWT_SECRET)
            .env("BELLHOP_LOG", "warn")
            .envs(&self.settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        self.child = Some(command.spawn().expect("the binary can be started"));
        let ready = format!("http://{}/readyz", self.addr);
        eventually("the hub is ready", SOON, || async {
            reqwest::get(&ready).await.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
