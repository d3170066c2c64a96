//! The commands: `serve`, `demo`, `check-config`, `default-config`, `token`, `keys`, `new-epoch`,
//! `export`, `import`, `trace`.
//!
//! Standard output carries what the command was asked for, standard error the logs; the exit code is 0 or 1.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks on these")]

mod demo;
mod offline;
mod serve;
mod trace;
mod transfer;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::{
    config::{Config, DEFAULTS},
    domain::snapshot::Scope,
    error::{Error, Result},
    telemetry,
};

/// A notification hub for helpdesks: rings the right bell at once, and loses nothing on the way.
#[derive(Debug, Parser)]
#[command(name = "bellhop", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(WithConfig),
    /// Run the server on a throw-away store, with sample agents and a pretend helpdesk. Loopback only.
    Demo {
        /// Address and port; loopback only.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
    },
    /// Read the settings and say what is wrong with them.
    CheckConfig(WithConfig),
    /// Print the commented defaults.
    DefaultConfig,
    /// Print a token for an agent.
    Token {
        /// The agent's id.
        #[arg(long)]
        agent: String,
        /// How long it is good for: 45s, 30m, 8h, 7d.
        #[arg(long, default_value = "8h", value_parser = parse_ttl)]
        ttl: i64,
        #[command(flatten)]
        with: WithConfig,
    },
    /// API keys of helpdesks and administrators.
    #[command(subcommand)]
    Keys(Keys),
    /// Give the store a new epoch, so that every client starts anew: after a backup was restored.
    NewEpoch(WithConfig),
    /// Print directory, settings, preferences and watches, a line each.
    Export(WithConfig),
    /// Store what `export` printed, from standard input.
    Import(WithConfig),
    /// Print the way of one event, from its acceptance to each attempt to reach somebody.
    Trace {
        /// The event's id.
        event: String,
        /// Its source, where several sources have an event of that id.
        #[arg(long)]
        source: Option<String>,
        #[command(flatten)]
        with: WithConfig,
    },
}

#[derive(Debug, clap::Args)]
struct WithConfig {
    /// Settings over the defaults; the environment goes over both.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Keys {
    /// Make a key; it is printed once.
    Create {
        /// What it is for.
        #[arg(long)]
        name: String,
        /// What it may do; may be given twice.
        #[arg(long, value_enum, required = true)]
        scope: Vec<KeyScope>,
        #[command(flatten)]
        with: WithConfig,
    },
    /// Show the keys, never their secrets.
    List(WithConfig),
    /// Refuse a key from now on.
    Revoke {
        /// As `keys list` shows it.
        id: String,
        #[command(flatten)]
        with: WithConfig,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum KeyScope {
    Events,
    Admin,
}

impl From<KeyScope> for Scope {
    fn from(scope: KeyScope) -> Scope {
        match scope {
            KeyScope::Events => Scope::Events,
            KeyScope::Admin => Scope::Admin,
        }
    }
}

/// Runs the command that the command line names.
pub fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bellhop: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::DefaultConfig => {
            print!("{DEFAULTS}");
            Ok(())
        }
        Command::CheckConfig(with) => check(&with),
        Command::Demo { listen } => {
            telemetry::init_logs("warn,bellhop=info")?;
            wait_for(demo::demo(listen))
        }
        Command::Serve(with) => {
            let config = with.load()?;
            telemetry::init_logs(&config.log)?;
            wait_for(serve::serve(config))
        }
        Command::Token { agent, ttl, with } => wait_for(offline::token(with.load()?, agent, ttl)),
        Command::Keys(Keys::Create { name, scope, with }) => {
            let scopes = scope.into_iter().map(Scope::from).collect();
            wait_for(offline::create_key(with.load()?, name, scopes))
        }
        Command::Keys(Keys::List(with)) => wait_for(offline::list_keys(with.load()?)),
        Command::Keys(Keys::Revoke { id, with }) => wait_for(offline::revoke_key(with.load()?, id)),
        Command::NewEpoch(with) => wait_for(offline::new_epoch(with.load()?)),
        Command::Export(with) => wait_for(transfer::export(with.load()?)),
        Command::Import(with) => wait_for(transfer::import(with.load()?)),
        Command::Trace { event, source, with } => wait_for(trace::trace(with.load()?, event, source)),
    }
}

impl WithConfig {
    fn load(&self) -> Result<Config> {
        Config::load(self.config.as_deref())
    }
}

fn check(with: &WithConfig) -> Result<()> {
    let config = with.load()?;
    for warning in &config.warnings {
        println!("warning: {warning}");
    }
    println!("the settings are sound: listen {}, store {}", config.http.listen, config.store.url.shown());
    Ok(())
}

/// Runs one command's future. Requests are served by threads of their own; what runs here are the jobs beside them.
fn wait_for<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("jobs")
        .enable_all()
        .build()
        .map_err(|error| Error::Internal(format!("the runtime could not be started: {error}")))?;
    runtime.block_on(work)
}

fn parse_ttl(text: &str) -> Result<i64, String> {
    let (number, unit) = text.split_at(text.len() - text.chars().next_back().map_or(0, char::len_utf8));
    let unit_ms = match unit {
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err("a number and s, m, h or d, for example 8h".to_owned()),
    };
    match number.parse::<i64>() {
        Ok(number) if (1..=100_000).contains(&number) => Ok(number * unit_ms),
        _ => Err("a number from 1 to 100000 and s, m, h or d, for example 8h".to_owned()),
    }
}
