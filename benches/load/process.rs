//! A server's processes: started in a folder of their own, watched through `/proc`, ended when dropped.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A process with its children, and the folder it writes to.
pub struct Children {
    child: Child,
    folder: PathBuf,
}

/// CPU time that all processes used so far.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// In seconds, user and system.
    pub cpu_seconds: f64,
}

impl Children {
    /// Starts it with a fresh folder; its output goes there.
    pub fn spawn(mut command: Command, folder: &Path) -> Result<Children, String> {
        fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        let log = File::create(folder.join("output.log")).map_err(|error| error.to_string())?;
        let errors = log.try_clone().map_err(|error| error.to_string())?;
        let program = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(log).stderr(errors);
        let child = command.spawn().map_err(|error| format!("{program} cannot be started: {error}"))?;
        Ok(Children { child, folder: folder.to_owned() })
    }

    /// Proportional set size of all of them, in bytes: pages they share count once.
    pub fn memory(&self) -> Result<u64, String> {
        let of = |pid: u32| -> Result<u64, String> {
            let rollup = read(&format!("/proc/{pid}/smaps_rollup"))?;
            let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).ok_or("smaps_rollup has no Pss")?;
            let kilobytes = line.trim().trim_end_matches(" kB").parse::<u64>().map_err(|error| error.to_string())?;
            Ok(kilobytes * 1024)
        };
        self.pids()?.into_iter().map(of).sum()
    }

    /// What they cost so far.
    pub fn cost(&self) -> Result<Cost, String> {
        let of = |pid: u32| -> Result<f64, String> {
            let stat = read(&format!("/proc/{pid}/stat"))?;
            // After the program's name in brackets; utime and stime are fields 14 and 15 of the whole line.
            let after = stat.rsplit_once(") ").ok_or("stat has no name")?.1;
            let ticks: u64 = after.split(' ').skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
            Ok(ticks as f64 / 100.0)
        };
        let cpu_seconds = self.pids()?.into_iter().map(of).sum::<Result<f64, String>>()?;
        Ok(Cost { cpu_seconds })
    }

    /// The end of what they wrote.
    pub fn last_words(&self) -> String {
        let text = fs::read_to_string(self.folder.join("output.log")).unwrap_or_default();
        text.lines().rev().take(3).collect::<Vec<_>>().join(" / ")
    }

    fn pids(&self) -> Result<Vec<u32>, String> {
        let pid = self.child.id();
        let children = read(&format!("/proc/{pid}/task/{pid}/children"))?;
        let children = children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok());
        Ok(std::iter::once(pid).chain(children).collect())
    }
}

fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}

impl Drop for Children {
    /// Asks first, so that nginx takes its workers along; then kills.
    fn drop(&mut self) {
        let asked = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        let end = Instant::now() + Duration::from_secs(15);
        while asked.is_ok() && Instant::now() < end && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait().map(|_| ())) {
            eprintln!("process {} was not ended: {error}", self.child.id());
        }
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            eprintln!("{} was not removed: {error}", self.folder.display());
        }
    }
}
