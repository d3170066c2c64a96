//! `bellhop serve`: the server, until it is told to end.

use std::net::TcpListener;

use tokio::{
    net::TcpSocket,
    signal::unix::{SignalKind, signal},
};

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

/// Connections that may wait to be accepted. The usual 128 is a moment's worth when every client of a node that ended
/// comes back at once, and who finds no room tries again only after a second.
const BACKLOG: u32 = 4_096;

/// Takes the address that the settings name. Called within a runtime.
///
/// # Errors
/// [`Error::Config`] when it is taken or not ours.
pub fn listen(config: &Config) -> Result<TcpListener> {
    let address = config.http.listen;
    let listening = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // A restart must not wait for the old connections to time out.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)?.into_std()
    };
    listening().map_err(|error: std::io::Error| Error::Config(format!("http.listen: {address}: {error}")))
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
