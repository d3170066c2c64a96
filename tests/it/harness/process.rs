//! The binary itself, as a process that a test may kill at any instant and start again on the same store and port.

use std::{
    collections::HashMap,
    fs::File,
    io::{ErrorKind, Write},
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use super::{ADMIN_KEY, JWT_SECRET, SOON, eventually};

/// A `bellhop serve` on a store and port of its own.
pub struct Process {
    folder: tempfile::TempDir,
    addr: SocketAddr,
    settings: HashMap<String, String>,
    /// Its log goes into its folder.
    logs_to_disk: bool,
    /// Its folder is a disk of its own of so many MiB, gone when it ends.
    disk: Option<u32>,
    child: Option<Child>,
}

impl Process {
    /// Starts it and waits until it is ready.
    pub async fn start(settings: &[(&str, &str)]) -> Process {
        let mut process = Process::prepared(settings);
        process.run().await;
        process
    }

    /// The same with its log on the disk that its store is on.
    pub async fn logging_to_its_disk() -> Process {
        let mut process = Process::prepared(&[]);
        process.logs_to_disk = true;
        process.run().await;
        process
    }

    /// The same on a disk of its own of so many MiB, log included. None where this system lets nobody mount one.
    pub async fn on_a_disk_of(mebibytes: u32) -> Option<Process> {
        let mut mount = Command::new("unshare");
        mount.args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).stderr(Stdio::null());
        if !mount.status().is_ok_and(|status| status.success()) {
            return None;
        }
        let mut process = Process::prepared(&[]);
        process.disk = Some(mebibytes);
        process.run().await;
        Some(process)
    }

    fn prepared(settings: &[(&str, &str)]) -> Process {
        // The port is ours for the whole test, over every restart: nobody else asks for this one by number.
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        Process {
            folder: tempfile::tempdir().expect("a folder can be made"),
            addr: listener.local_addr().expect("a listener has an address"),
            settings: settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            logs_to_disk: false,
            disk: None,
            child: None,
        }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    fn pid(&self) -> u32 {
        self.child.as_ref().expect("it runs").id()
    }

    /// How many files it has open, sockets included.
    pub fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.pid())).expect("the process is there").count()
    }

    /// Sets one of its limits while it runs, as `prlimit` has it: `nofile=64:` for the soft one alone.
    pub fn limit(&self, limit: &str) {
        let pid = self.pid().to_string();
        let set = Command::new("prlimit").args(["--pid", &pid, &format!("--{limit}")]).status();
        assert!(set.expect("prlimit is there (package util-linux)").success(), "prlimit refused {limit}");
    }

    /// Writes to its disk until there is no space left.
    pub fn fill_disk(&self) {
        let mut filler = File::create(self.filler()).expect("the disk takes a file");
        let full = std::iter::repeat_with(|| filler.write_all(&[0; 4_096])).find_map(Result::err);
        assert_eq!(full.expect("no disk is endless").kind(), ErrorKind::StorageFull);
    }

    /// Takes that back.
    pub fn free_disk(&self) {
        std::fs::remove_file(self.filler()).expect("the file is there");
    }

    /// As seen from outside its mounts.
    fn filler(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{}/filler", self.pid(), self.folder.path().display()))
    }

    /// How much memory it holds, what it shares with others counted in part (`Pss`).
    pub fn proportional_bytes(&self) -> u64 {
        let path = format!("/proc/{}/smaps_rollup", self.pid());
        kib(&std::fs::read_to_string(path).expect("the process is there"), "Pss:")
    }

    /// How much memory it holds (`VmRSS`).
    pub fn resident_bytes(&self) -> u64 {
        let pid = self.pid();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process is there");
        kib(&status, "VmRSS:")
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
        // Another build of the same, where one is named: `make soak` takes the release.
        let program =
            std::env::var("BELLHOP_TEST_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_bellhop").to_owned());
        let mut command = match self.disk {
            // A write beyond a limit is an error as on a full disk, and not a signal.
            None => {
                let mut command = Command::new("bash");
                command.args(["-c", "trap '' XFSZ; exec \"$0\" serve", &program]);
                command
            }
            Some(mebibytes) => {
                let script = "mount -t tmpfs -o size=\"$1\" none \"$2\" && exec \"$0\" serve 2>\"$2/log\"";
                let mut command = Command::new("unshare");
                command.args(["-rm", "bash", "-c", script, &program, &format!("{mebibytes}m")]).arg(self.folder.path());
                command
            }
        };
        command
            .env("BELLHOP_HTTP__LISTEN", self.addr.to_string())
            .env("BELLHOP_DATA_DIR", self.folder.path())
            .env("BELLHOP_AUTH__ADMIN_KEY", ADMIN_KEY)
            .env("BELLHOP_AUTH__JWT_SECRET", JWT_SECRET)
            .env("BELLHOP_LOG", "warn")
            .envs(&self.settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        if self.logs_to_disk {
            let log = File::create(self.folder.path().join("log")).expect("the folder takes a log");
            command.stderr(log);
        }
        self.child = Some(command.spawn().expect("the binary can be started"));
        let ready = format!("http://{}/readyz", self.addr);
        eventually("the hub is ready", SOON, || async {
            reqwest::get(&ready).await.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
    }
}

/// A figure of the kernel's, in bytes.
fn kib(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)).expect("the kernel tells");
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number of KiB");
    kib * 1024
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
