//! A server's processes: started in a folder, watched through `/proc`, ended when dropped; and the folder itself.

use std::{
    fs::{self, File},
    io::ErrorKind,
    iter::Sum,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// A folder below the build folder: on a disk, where a temporary folder may be memory and make durability free. Gone with
/// what is in it when dropped.
pub struct Folder(PathBuf);

/// A process with its children.
pub struct Children {
    child: Child,
    log: PathBuf,
}

/// CPU time that all processes used so far.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// In seconds, user and system.
    pub cpu_seconds: f64,
}

impl Folder {
    /// A fresh one.
    pub fn new() -> Result<Folder, String> {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let name = format!("load-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Folder(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0)
            && error.kind() != ErrorKind::NotFound
        {
            eprintln!("{} was not removed: {error}", self.0.display());
        }
    }
}

impl Children {
    /// Starts it; its output goes into the folder, named after `name`.
    pub fn spawn(mut command: Command, folder: &Path, name: &str) -> Result<Children, String> {
        let place = folder.join(format!("{name}.log"));
        let log = File::create(&place).map_err(|error| error.to_string())?;
        let errors = log.try_clone().map_err(|error| error.to_string())?;
        let program = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(log).stderr(errors);
        let child = command.spawn().map_err(|error| format!("{program} cannot be started: {error}"))?;
        Ok(Children { child, log: place })
    }

    /// Ends it without a warning (`kill -9`).
    pub fn kill(&mut self) -> Result<(), String> {
        self.child.kill().and_then(|()| self.child.wait()).map(|_| ()).map_err(|error| error.to_string())
    }

    /// Proportional set size of all of them, in bytes: pages they share count once.
    pub fn memory(&self) -> Result<u64, String> {
        let of = |pid: u32| -> Result<u64, String> {
            let rollup = read(&format!("/proc/{pid}/smaps_rollup"))?;
            let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).ok_or("smaps_rollup has no Pss")?;
            let kilobytes = line.trim().trim_end_matches(" kB").parse::<u64>().map_err(|error| error.to_string())?;
            Ok(kilobytes * 1024)
        };
        with_children(self.child.id())?.into_iter().map(of).sum()
    }

    /// What they cost so far.
    pub fn cost(&self) -> Result<Cost, String> {
        Ok(Cost { cpu_seconds: cpu_seconds_of(self.child.id())? })
    }

    /// The end of what they wrote.
    pub fn last_words(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        text.lines().rev().take(3).collect::<Vec<_>>().join(" / ")
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Cost>>(costs: I) -> Cost {
        Cost { cpu_seconds: costs.map(|cost| cost.cpu_seconds).sum() }
    }
}

/// CPU seconds of a process and its children.
pub fn cpu_seconds_of(pid: u32) -> Result<f64, String> {
    let of = |pid: u32| -> Result<f64, String> {
        let stat = read(&format!("/proc/{pid}/stat"))?;
        // After the program's name in brackets; utime and stime are fields 14 and 15 of the whole line.
        let after = stat.rsplit_once(") ").ok_or("stat has no name")?.1;
        let ticks: u64 = after.split(' ').skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        Ok(ticks as f64 / 100.0)
    };
    with_children(pid)?.into_iter().map(of).sum()
}

fn with_children(pid: u32) -> Result<Vec<u32>, String> {
    let children = read(&format!("/proc/{pid}/task/{pid}/children"))?;
    let children = children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok());
    Ok(std::iter::once(pid).chain(children).collect())
}

fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}

impl Drop for Children {
    /// Asks first, so that nginx takes its workers along; then kills.
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let asked = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        let end = Instant::now() + Duration::from_secs(15);
        while asked.is_ok() && Instant::now() < end && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        if let Err(error) = self.kill() {
            eprintln!("process {} was not ended: {error}", self.child.id());
        }
    }
}
