//! Sends emails, over SMTP or into a folder.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::{
    message::{Mailbox as Address, dkim::DkimConfig},
    transport::smtp::client::{Certificate, TlsParameters, TlsVersion},
};

use super::{
    answer,
    compose::{self, Email, EmailAddress, Sender},
    letter::Letter,
    mailbox::Mailbox,
    message::{self, Unfit, Wire},
    plain,
    pool::{Line, Pool, goodbye},
    smtp::{self, Broken, Progress},
};
use crate::{
    clock::Clock,
    config::{EmailConfig, EmailTransport, SmtpServer},
    delivery::{
        Outcome,
        templates::{Fault, Filled},
    },
    domain::{Id, snapshot::Snapshot},
    error::{Error, Result},
};

/// How long a mail server is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For one email, everything included.
    pub total: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience { connect: Duration::from_secs(10), total: Duration::from_secs(30) }
    }
}

/// The way of emails. One per server; shared by all who send.
pub struct Mailer {
    sender: Sender,
    dkim: Option<Arc<DkimConfig>>,
    transport: Transport,
    patience: Patience,
    clock: Clock,
    /// Stored templates that failed, logged once each. `std::sync::Mutex`: held for a look-up, never across an await.
    faults: Mutex<HashSet<(Id, i64)>>,
}

enum Transport {
    Smtp { server: SmtpServer, tls: Box<TlsParameters>, pool: Pool },
    File(PathBuf),
}

impl Mailer {
    /// Reads keys and certificates; connects to nothing yet.
    ///
    /// # Errors
    /// [`Error::Config`] when the sender, the key or the certificates cannot be read.
    pub fn new(config: &EmailConfig, clock: Clock) -> Result<Mailer> {
        Mailer::with_patience(config, clock, Patience::default())
    }

    /// The same with other limits of time.
    ///
    /// # Errors
    /// As [`Mailer::new`].
    pub fn with_patience(config: &EmailConfig, clock: Clock, patience: Patience) -> Result<Mailer> {
        let transport = match &config.transport {
            EmailTransport::Smtp(server) => Transport::Smtp {
                tls: Box::new(tls(server, config.ca_file.as_deref())?),
                server: server.clone(),
                pool: Pool::default(),
            },
            EmailTransport::File(folder) => Transport::File(folder.clone()),
        };
        let dkim = config.dkim.as_ref().map(message::dkim).transpose()?.map(Arc::new);
        Ok(Mailer { sender: sender(&config.from)?, dkim, transport, patience, clock, faults: Mutex::default() })
    }

    /// Whom emails come from.
    pub fn sender(&self) -> &Sender {
        &self.sender
    }

    /// Writes an email with the templates in force. A stored one that fails is logged, once for each version, and the
    /// shipped one takes its place.
    pub fn compose(&self, letter: &Letter, snapshot: &Snapshot) -> Email {
        let (email, fault) = compose::compose(letter, &self.sender, &snapshot.templates);
        if let Some(fault) = fault {
            self.note(fault);
        }
        email
    }

    /// Writes an email whose texts are filled in already: a template that is being tried.
    pub fn write(&self, letter: &Letter, filled: Filled) -> Email {
        compose::email(letter, &self.sender, filled)
    }

    /// Sends one email, once: whether and when it is tried again is for the caller. Never longer than the limit of time.
    pub async fn send(&self, email: &Email) -> Outcome {
        // Encoding and signing take milliseconds, which no socket of this thread should wait for.
        let (copy, dkim, now) = (email.clone(), self.dkim.clone(), self.clock.now());
        let made = tokio::task::spawn_blocking(move || message::wire(&copy, dkim.as_deref(), now)).await;
        let wire = match made.unwrap_or_else(|error| Err(Unfit::Message(error.to_string()))) {
            Ok(wire) => wire,
            Err(Unfit::Address) => {
                let detail = "it is no email address".to_owned();
                return Outcome::Gone { why: "address_invalid", detail };
            }
            Err(Unfit::Message(detail)) => return Outcome::Failed { why: "message_invalid", detail },
        };
        match &self.transport {
            Transport::Smtp { server, tls, pool } => {
                let progress = Progress::new();
                let sent = self.over_smtp(server, tls, pool, &wire, &progress);
                let Ok((outcome, line)) = tokio::time::timeout(self.patience.total, sent).await else {
                    return answer::late(progress.step());
                };
                // Outside the limit of time: the outcome is known, whatever becomes of the connection.
                match line {
                    Some(line) if matches!(outcome, Outcome::Sent { .. }) => pool.keep(line).await,
                    Some(line) => goodbye(line).await,
                    None => {}
                }
                outcome
            }
            Transport::File(folder) => {
                let (folder, name) = (folder.clone(), file_name(&email.message_id, self.clock.now()));
                let written = tokio::task::spawn_blocking(move || write(&folder, &name, &wire.bytes));
                match written.await {
                    Ok(Ok(name)) => Outcome::Sent { provider_id: Some(name) },
                    Ok(Err(error)) => Outcome::Later { why: "file_failed", detail: error.to_string(), after: None },
                    Err(error) => Outcome::Later { why: "file_failed", detail: error.to_string(), after: None },
                }
            }
        }
    }

    /// What it wrote so far, where it writes into a folder.
    pub fn mailbox(&self) -> Option<Mailbox> {
        match &self.transport {
            Transport::File(folder) => Some(Mailbox::of(folder.clone())),
            Transport::Smtp { .. } => None,
        }
    }

    /// Ends idle connections in good order.
    pub async fn close(&self) {
        if let Transport::Smtp { pool, .. } = &self.transport {
            pool.close().await;
        }
    }

    async fn over_smtp(
        &self,
        server: &SmtpServer,
        tls: &TlsParameters,
        pool: &Pool,
        wire: &Wire,
        progress: &Progress,
    ) -> (Outcome, Option<Line>) {
        let _turn = pool.turn().await;
        let mut idle = None;
        // Servers end idle connections without a word: each is asked first.
        while let Some(mut line) = pool.take() {
            if smtp::answers(&mut line).await {
                idle = Some(line);
                break;
            }
        }
        let opened = match idle {
            Some(line) => Ok(line),
            None => smtp::open(server, tls, self.patience.connect, progress).await,
        };
        let mut line = match opened {
            Ok(line) => line,
            Err(error) => return (answer::broken(progress.step(), &error), None),
        };
        let outcome = match smtp::hand_over(&mut line, wire, progress).await {
            Ok(response) => answer::sent(&response),
            Err(error) => answer::broken(progress.step(), &Broken::Smtp(error)),
        };
        (outcome, Some(line))
    }

    fn note(&self, fault: Fault) {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        if faults.insert((fault.name.clone(), fault.version)) {
            let Fault { name, version, error } = fault;
            tracing::error!(template = %name, version, %error, "a stored template fails; the shipped one is used");
        }
    }
}

/// The server's certificate must be good for its name, by the system's authorities and those of `email.ca_file`. There is
/// no setting that switches this off.
fn tls(server: &SmtpServer, ca_file: Option<&Path>) -> Result<TlsParameters> {
    let wrong = |error: &dyn std::fmt::Display| Error::Config(format!("email.ca_file: {error}"));
    let mut parameters = TlsParameters::builder(server.host.clone()).set_min_tls_version(TlsVersion::Tlsv12);
    if let Some(file) = ca_file {
        let pem = std::fs::read(file).map_err(|error| wrong(&format!("{}: {error}", file.display())))?;
        parameters = parameters.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| wrong(&error))?);
    }
    parameters.build().map_err(|error| Error::Config(format!("email.url: TLS cannot be set up: {error}")))
}

fn sender(from: &str) -> Result<Sender> {
    let parsed: Address =
        from.parse().map_err(|_| Error::Config("email.from must be an address, or `Name <address>`".to_owned()))?;
    let host = parsed.email.domain().trim_matches(['[', ']']).to_owned();
    let name = plain::line(parsed.name.as_deref().unwrap_or(""), plain::MAX_NAME_CHARS);
    Ok(Sender { from: EmailAddress { name, address: parsed.email.to_string() }, host })
}

/// The time first, so that a folder lists them in order; the same email a second time gets a file of its own.
fn file_name(message_id: &str, now: i64) -> String {
    let id = message_id.trim_matches(['<', '>']).split('@').next().unwrap_or("");
    let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(80).collect();
    format!("{now}-{id}-{:08x}.eml", rand::random::<u32>())
}

/// Under another name first: whoever looks into the folder finds whole messages only. Readable by their owner alone.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<String> {
    std::fs::create_dir_all(folder)?;
    let hidden = folder.join(format!(".{name}.part"));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&hidden)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    match written.and_then(|()| std::fs::rename(&hidden, folder.join(name))) {
        Ok(()) => Ok(name.to_owned()),
        Err(error) => {
            // Half a file is of no use; when it cannot be removed either, it is hidden and named so.
            let _ = std::fs::remove_file(&hidden);
            Err(error)
        }
    }
}
