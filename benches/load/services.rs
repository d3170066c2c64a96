//! A PostgreSQL and a Redis of a run's own, as `scripts/services` makes them, but durable.

use std::{fs, path::Path, process::Command};

use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt};

use crate::process::{Folder, cpu_seconds_of};

/// Both; gone when dropped.
pub struct Services {
    folder: Folder,
    postgres_url: String,
    redis_url: String,
}

/// What both did since they were started.
#[derive(Debug, Clone, Copy)]
pub struct Work {
    /// CPU seconds of PostgreSQL with its processes.
    pub postgres_s: f64,
    /// CPU seconds of Redis.
    pub redis_s: f64,
    /// What PostgreSQL wrote to its log: what it can take of that in a second bounds its commits.
    pub log_bytes: f64,
}

#[derive(QueryableByName)]
struct Log {
    #[diesel(sql_type = BigInt)]
    log_bytes: i64,
}

impl Services {
    /// Starts them.
    pub fn start() -> Result<Services, String> {
        let folder = Folder::new()?;
        let mut services = Services { folder, postgres_url: String::new(), redis_url: String::new() };
        services.script("start")?;
        let env = fs::read_to_string(services.path().join("env")).map_err(|error| error.to_string())?;
        let of = |name: &str| {
            let line = env.lines().find_map(|line| line.strip_prefix(&format!("export {name}=")));
            line.map(str::to_owned).ok_or_else(|| format!("scripts/services says no {name}"))
        };
        services.postgres_url = of("BELLHOP_TEST_POSTGRES_URL")?;
        services.redis_url = of("BELLHOP_TEST_REDIS_URL")?;
        Ok(services)
    }

    /// What a node has to be told.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("BELLHOP_STORE__URL", self.postgres_url.clone()), ("BELLHOP_BUS__URL", self.redis_url.clone())]
    }

    /// What they did so far.
    pub fn work(&self) -> Result<Work, String> {
        let of = |place: &str| -> Result<f64, String> {
            let file = self.path().join(place);
            let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            let pid = text.lines().next().and_then(|line| line.trim().parse().ok());
            cpu_seconds_of(pid.ok_or_else(|| format!("{} holds no number", file.display()))?)
        };
        let mut conn = PgConnection::establish(&self.postgres_url).map_err(|error| error.to_string())?;
        let asked = sql_query("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint AS log_bytes");
        let log: Log = asked.get_result(&mut conn).map_err(|error| error.to_string())?;
        let (postgres_s, redis_s) = (of("postgres/data/postmaster.pid")?, of("redis/pid")?);
        Ok(Work { postgres_s, redis_s, log_bytes: log.log_bytes as f64 })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn script(&self, what: &str) -> Result<(), String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/services");
        let mut command = Command::new(script);
        let output = command.arg(what).arg(self.path()).env("BELLHOP_SERVICES_FSYNC", "on").output();
        let output = output.map_err(|error| format!("scripts/services: {error}"))?;
        let wrong = || format!("scripts/services {what}: {}", String::from_utf8_lossy(&output.stderr).trim());
        output.status.success().then_some(()).ok_or_else(wrong)
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        if let Err(error) = self.script("stop") {
            eprintln!("PostgreSQL and Redis were not ended: {error}");
        }
    }
}
