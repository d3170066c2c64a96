//! `bellhop serve`: the server, until it is told to end.

use std::net::TcpListener;

use tokio::signal::unix::{SignalKind, signal};

use crate::{
    app,
    config::Config,
    error::{Error, Result},
};

/// Serves until SIGTERM or Ctrl-C.
pub async fn serve(config: Config) -> Result<()> {
    let listener = listen(&config)?;
    let shutdown = shutdown_signal()?;
    let running = app::start(config, listener, app::Extras::default()).await?;
    if let Some(key) = &running.first_key {
        println!("The first admin key, shown this once:\n\n    {key}\n");
    }
    println!("Bellhop listens on http://{}", running.addr);
    running.run_until(shutdown).await
}

/// Takes the address that the settings name.
///
/// # Errors
/// [`Error::Config`] when it is taken or not ours.
pub fn listen(config: &Config) -> Result<TcpListener> {
    TcpListener::bind(config.http.listen)
        .map_err(|error| Error::Config(format!("http.listen: {}: {error}", config.http.listen)))
}

/// Completes at SIGTERM or SIGINT. From this call on neither ends the process by itself.
pub fn shutdown_signal() -> Result<impl Future<Output = ()>> {
    let failed = |error: std::io::Error| Error::Internal(format!("signals cannot be heard: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
