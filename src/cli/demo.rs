//! `bellhop demo`: a server on a throw-away store, with sample people and tickets, a pretend helpdesk in the browser, and
//! a mailbox page that shows what was emailed.
//!
//! Everything goes through the same public endpoints as a real helpdesk's: the sample directory and tickets are posted
//! to the server after it started.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::serve::{listen, shutdown_signal};
use crate::{
    app::{self, Demo, Extras},
    config::Config,
    error::{Error, Result},
    http::DemoState,
};

/// People and tickets of the pretend helpdesk.
const SAMPLE: &str = include_str!("demo.json");
/// The demo's API key. It protects nothing: whoever reaches this loopback address may read `/demo/state` as well. A known
/// one makes the README's first command work as it stands there.
const DEMO_KEY: &str = "bellhop-demo-key";
/// Tokens of the sample agents last a working day.
const TOKEN_TTL_MS: i64 = 12 * 3_600_000;

/// Runs the demo until Ctrl-C; then its store is gone.
pub async fn demo(address: SocketAddr) -> Result<()> {
    if !address.ip().is_loopback() {
        return Err(Error::Config("the demo has no passwords: it listens on loopback addresses only".to_owned()));
    }
    let folder = Throwaway::make()?;
    let config = config(address, &folder)?;
    let listener = listen(&config)?;
    let sample = sample(listener.local_addr().map_err(|error| Error::Config(format!("http.listen: {error}")))?)?;
    let shutdown = shutdown_signal()?;
    let state = demo_state(sample.clone());
    let running = app::start(config, listener, Extras { demo: Some(state), ..Extras::default() }).await?;
    post_sample(running.addr, &sample).await?;
    announce(running.addr);
    running.run_until(shutdown).await
}

/// Tickets with the addresses that emails lead to: from a mail program only whole ones lead anywhere.
fn sample(address: SocketAddr) -> Result<Value> {
    let text = SAMPLE.replace("\"/panel?", &format!("\"http://{address}/panel?"));
    serde_json::from_str(&text).map_err(|error| Error::Internal(error.to_string()))
}

fn config(address: SocketAddr, folder: &Throwaway) -> Result<Config> {
    let settings = [
        ("BELLHOP_HTTP__LISTEN", address.to_string()),
        ("BELLHOP_DATA_DIR", folder.0.to_string_lossy().into_owned()),
        ("BELLHOP_AUTH__ADMIN_KEY", DEMO_KEY.to_owned()),
        // A file each, read by the mailbox page.
        ("BELLHOP_EMAIL__URL", format!("file://{}", folder.0.join("mails").display())),
        ("BELLHOP_EMAIL__FROM", "Bellhop <bellhop@example.com>".to_owned()),
        ("BELLHOP_EMAIL__ADMIN", "admin@example.com".to_owned()),
        ("BELLHOP_LIVE__DRAIN_WINDOW_MS", "200".to_owned()),
    ];
    let settings: HashMap<String, String> =
        settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Config::from_parts(None, settings)
}

fn announce(address: SocketAddr) {
    println!(
        "\nBellhop's demo runs at http://{address}/panel\n\n\
         Mailbox:      http://{address}/mailbox\n\
         Phone page:   http://{address}/notifications\n\
         API:          http://{address}/docs\n\
         API key:      {DEMO_KEY}\n\n\
         Nothing is kept: stop it with Ctrl-C and the store is gone.\n"
    );
}

/// Makes the answer of `GET /demo/state`: the sample with a fresh token for each agent.
fn demo_state(sample: Value) -> Box<dyn FnOnce(Demo) -> DemoState + Send> {
    Box::new(move |demo| {
        Arc::new(move || {
            let mut agents = sample["directory"]["agents"].clone();
            for agent in agents.as_array_mut().into_iter().flatten() {
                let id = agent["id"].as_str().map(str::to_owned);
                let token = id.map(|id| demo.auth.issue(&id, TOKEN_TTL_MS));
                match token {
                    Some(Ok(token)) => agent["token"] = Value::String(token),
                    Some(Err(error)) => tracing::error!(%error, "a sample agent has no token"),
                    None => tracing::error!("a sample agent has no id"),
                }
            }
            json!({
                "agents": agents,
                "api_key": DEMO_KEY,
                "tickets": sample["tickets"],
                "customers": sample["directory"]["contacts"],
            })
        })
    })
}

/// Posts the sample directory, and an event for each ticket so that the bells have something in them.
async fn post_sample(address: SocketAddr, sample: &Value) -> Result<()> {
    let http = reqwest::Client::builder().timeout(Duration::from_secs(10)).no_proxy().build().map_err(failed)?;
    let put = http.put(format!("http://{address}/api/v1/directory")).bearer_auth(DEMO_KEY).json(&sample["directory"]);
    expect_success(put.send().await.map_err(failed)?)?;
    let post = http.post(format!("http://{address}/api/v1/events")).bearer_auth(DEMO_KEY).json(&sample["events"]);
    expect_success(post.send().await.map_err(failed)?)
}

fn expect_success(answer: reqwest::Response) -> Result<()> {
    match answer.status() {
        status if status.is_success() => Ok(()),
        status => Err(Error::Internal(format!("the sample data was answered {status}"))),
    }
}

fn failed(error: reqwest::Error) -> Error {
    Error::Internal(format!("the sample data could not be posted: {error}"))
}

/// A folder that goes when the demo ends.
struct Throwaway(std::path::PathBuf);

impl Throwaway {
    fn make() -> Result<Throwaway> {
        let folder = std::env::temp_dir().join(format!("bellhop-demo-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&folder).map_err(|error| Error::Config(format!("{}: {error}", folder.display())))?;
        Ok(Throwaway(folder))
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("bellhop: {} could not be removed: {error}", self.0.display());
        }
    }
}
