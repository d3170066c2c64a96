//! One conversation with a mail server (RFC 5321), step by step, so that it is known at each failure what the server can
//! have taken.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use lettre::transport::smtp::{
    Error as SmtpError,
    authentication::{Credentials, Mechanism},
    client::{AsyncSmtpConnection, TlsParameters},
    commands::{Data, Mail, Noop, Rcpt},
    extension::ClientId,
    response::Response,
};

use super::{message::Wire, pool::Line};
use crate::config::SmtpServer;

/// The message goes out in pieces of so many bytes.
const PIECE_BYTES: usize = 16 * 1024;

/// How far a conversation came. What the server answers to is known by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Step {
    /// Connecting, greeting, TLS.
    Connect,
    /// Signing in.
    SignIn,
    /// `MAIL FROM`.
    From,
    /// `RCPT TO`.
    To,
    /// `DATA`, and the message up to the dot.
    Message,
    /// The dot was sent, or is being sent: the server may have taken the message.
    Answer,
}

/// The step, seen from outside while the conversation goes on: a time limit asks how far it came.
#[derive(Debug)]
pub struct Progress(AtomicU8);

impl Progress {
    /// At the beginning.
    pub fn new() -> Progress {
        Progress(AtomicU8::new(Step::Connect as u8))
    }

    fn at(&self, step: Step) {
        self.0.store(step as u8, Ordering::SeqCst);
    }

    /// How far it came.
    pub fn step(&self) -> Step {
        match self.0.load(Ordering::SeqCst) {
            0 => Step::Connect,
            1 => Step::SignIn,
            2 => Step::From,
            3 => Step::To,
            4 => Step::Message,
            _ => Step::Answer,
        }
    }
}

/// Why a conversation did not come to its end.
#[derive(Debug)]
pub enum Broken {
    /// The server refused, or the connection broke.
    Smtp(SmtpError),
    /// The server offers no encryption, and a password would travel in the clear.
    InTheClear,
}

impl From<SmtpError> for Broken {
    fn from(error: SmtpError) -> Broken {
        Broken::Smtp(error)
    }
}

/// Connects, encrypts where the server offers it, and signs in where there is a password.
pub async fn open(
    server: &SmtpServer,
    tls: &TlsParameters,
    connect_within: Duration,
    progress: &Progress,
) -> Result<Line, Broken> {
    progress.at(Step::Connect);
    let hello = ClientId::default();
    let address = (server.host.as_str(), server.port);
    let wrapped = server.encrypted.then(|| tls.clone());
    let mut connection =
        AsyncSmtpConnection::connect_tokio1(address, Some(connect_within), &hello, wrapped, None).await?;
    if connection.can_starttls() {
        connection.starttls(tls.clone(), &hello).await?;
    }
    if let Some((user, password)) = &server.credentials {
        if !connection.is_encrypted() && !is_this_machine(&server.host) {
            return Err(Broken::InTheClear);
        }
        progress.at(Step::SignIn);
        let credentials = Credentials::new(user.clone(), password.clone());
        connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await?;
    }
    Ok(Line::new(connection))
}

/// Whether an idle connection is still good.
pub async fn answers(line: &mut Line) -> bool {
    line.connection.command(Noop).await.is_ok()
}

/// Hands one message over; returns what the server said when it took it.
pub async fn hand_over(line: &mut Line, wire: &Wire, progress: &Progress) -> Result<Response, SmtpError> {
    let connection = &mut line.connection;
    progress.at(Step::From);
    connection.command(Mail::new(wire.envelope.from().cloned(), Vec::new())).await?;
    progress.at(Step::To);
    for to in wire.envelope.to() {
        connection.command(Rcpt::new(to.clone(), Vec::new())).await?;
    }
    progress.at(Step::Message);
    connection.command(Data).await?;
    let mut pieces = wire.bytes.chunks(PIECE_BYTES);
    // Asked for the piece after the last one only when all of them are written: what follows is the dot.
    let pieces = std::iter::from_fn(|| {
        let piece = pieces.next();
        if piece.is_none() {
            progress.at(Step::Answer);
        }
        piece
    });
    connection.message_iter(pieces).await
}

/// A password may travel in the clear within one machine.
fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_this_machine;

    #[test]
    fn only_this_machine_is_this_machine() {
        for (host, is_it) in [
            ("localhost", true),
            ("127.0.0.1", true),
            ("[::1]", true),
            ("127.0.0.1.example", false),
            ("10.0.0.1", false),
        ] {
            assert_eq!(is_this_machine(host), is_it, "{host}");
        }
    }
}
