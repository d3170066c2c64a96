//! What can be sent beside the bell, and through whom.

use std::path::PathBuf;

use url::Url;

use super::{
    list,
    raw::{RawEmail, RawSms, RawWebPush, RawWebhooks},
    wrong_scheme,
};
use crate::{
    domain::sms::normalize,
    error::{Error, Result},
};

/// Where text messages are handed in, unless the configuration names another place.
const TWILIO: &str = "https://api.twilio.com";

/// What can be sent beside the bell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutgoingConfig {
    /// Emails.
    pub email: Option<EmailConfig>,
    /// Emails wait for a scheduler.
    pub emails_on_schedule: bool,
    /// The administrative address.
    pub admin_address: Option<String>,
    /// Web push; always there, since its keys are made at first start.
    pub web_push: WebPushConfig,
    /// Text messages.
    pub sms: Option<SmsConfig>,
    /// What other programs are told.
    pub webhooks: WebhooksConfig,
}

/// How emails leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailConfig {
    /// By which way.
    pub transport: EmailTransport,
    /// Whom they come from: `Bellhop <bellhop@example.com>` or an address.
    pub from: String,
    /// Signs them, where a key is given.
    pub dkim: Option<DkimConfig>,
    /// Further authorities that mail servers' certificates may be signed by, PEM.
    pub ca_file: Option<PathBuf>,
}

/// By which way emails leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmailTransport {
    /// A mail server.
    Smtp(SmtpServer),
    /// A file each in this folder: for the demo and for tests.
    File(PathBuf),
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpServer {
    /// `smtps://`: encrypted from the first byte. Else by STARTTLS where the server offers it.
    pub encrypted: bool,
    /// Its name or address.
    pub host: String,
    /// 587, or 465 where it is encrypted, unless the setting says otherwise.
    pub port: u16,
    /// Name and password: never logged.
    pub credentials: Option<(String, String)>,
}

/// A DKIM key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DkimConfig {
    /// The domain that signs.
    pub domain: String,
    /// The selector under which the public key stands in the domain's DNS.
    pub selector: String,
    /// The private key, PEM (RSA, PKCS#1 or PKCS#8) or base64 of an Ed25519 seed: never logged.
    pub private_key: String,
}

/// Web push.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebPushConfig {
    /// The VAPID private key, 32 bytes in base64url; the store's own where none is given. Never logged.
    pub private_key: Option<String>,
    /// Whom a push service may write to: `mailto:` or `https:`.
    pub subject: Option<String>,
    /// Hosts beside the known push services to which messages may go; `*.example.com` for all below it, `http://…` where
    /// plain http is meant. They may have private addresses.
    pub allowed_hosts: Vec<String>,
    /// Path of the service worker on the origin of the page that registers it.
    pub service_worker: String,
    /// OneSignal.
    pub onesignal: Option<OneSignalConfig>,
    /// Pusher Beams.
    pub beams: Option<BeamsConfig>,
}

/// An app at OneSignal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneSignalConfig {
    /// Where it is reached.
    pub url: String,
    /// The app's id.
    pub app_id: String,
    /// The app's API key: never logged.
    pub api_key: String,
    /// The origin that the app is set up for; none: Bellhop's own.
    pub origin: Option<String>,
    /// Path of its service worker there.
    pub service_worker: String,
}

/// An instance of Pusher Beams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeamsConfig {
    /// Where it is reached; the instance's own host where empty.
    pub url: String,
    /// The instance.
    pub instance_id: String,
    /// Its primary key: never logged.
    pub primary_key: String,
}

/// An account for text messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsConfig {
    /// Where it is reached, without a slash at its end.
    pub url: String,
    /// The account.
    pub account_sid: String,
    /// Its token: never logged.
    pub auth_token: String,
    /// A number in E.164, an alphanumeric sender, or a messaging service (`MG…`).
    pub from: String,
    /// Longer texts are cut.
    pub max_segments: u32,
}

/// What other programs are told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhooksConfig {
    /// Hosts, or `http(s)://host:port`, that may be called though they are not public.
    pub allowed_hosts: Vec<String>,
}

/// Checks what is given; a channel that is given by half is a mistake, not a channel that is off. `host` stands in the
/// address that emails come from where none is given.
pub(super) fn outgoing(
    mut email: RawEmail,
    push: RawWebPush,
    sms: RawSms,
    webhooks: RawWebhooks,
    host: &str,
    warnings: &mut Vec<String>,
) -> Result<OutgoingConfig> {
    for (name, address) in [("email.from", &email.from), ("email.admin", &email.admin)] {
        if !address.is_empty() && !address.contains('@') {
            return Err(Error::Config(format!("{name} must be an email address")));
        }
    }
    let admin_address = given(&email.admin);
    let webhooks = WebhooksConfig { allowed_hosts: list(&webhooks.allowed_hosts) };
    if email.url != "off" && email.from.is_empty() {
        email.from = format!("Bellhop <bellhop@{host}>");
        warnings.push(format!("email.from is not given: emails come from bellhop@{host}"));
    }
    Ok(OutgoingConfig {
        emails_on_schedule: email.on_schedule,
        email: emails(email)?,
        admin_address,
        web_push: web_push(push)?,
        sms: texts(sms)?,
        webhooks,
    })
}

fn emails(raw: RawEmail) -> Result<Option<EmailConfig>> {
    let transport = match raw.url.split_once("://") {
        None if raw.url == "off" => return Ok(None),
        Some(("smtp" | "smtps", _)) => EmailTransport::Smtp(smtp_server(&raw.url)?),
        Some(("file", folder)) if !folder.is_empty() => EmailTransport::File(PathBuf::from(folder)),
        _ => return Err(wrong_scheme("email.url", "off, smtp://, smtps:// or file://", &raw.url)),
    };
    let dkim = match (given(&raw.dkim_domain), given(&raw.dkim_selector), given(&raw.dkim_private_key)) {
        (None, None, None) => None,
        (Some(domain), Some(selector), Some(private_key)) => Some(DkimConfig { domain, selector, private_key }),
        _ => {
            let names = "email.dkim_domain, email.dkim_selector and email.dkim_private_key";
            return Err(Error::Config(format!("{names} are given together or not at all")));
        }
    };
    Ok(Some(EmailConfig { transport, from: raw.from, dkim, ca_file: given(&raw.ca_file).map(PathBuf::from) }))
}

/// Never repeats the address in an error: there is a password in it.
fn smtp_server(text: &str) -> Result<SmtpServer> {
    let wrong = |why: &str| {
        let form = "smtp://user:password@host:port, with reserved characters in percent notation";
        Error::Config(format!("email.url {why}; it has the form {form}"))
    };
    let url = url::Url::parse(text).map_err(|error| wrong(&format!("is no address ({error})")))?;
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("names no server"))?;
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("has something behind the server"));
    }
    let decoded = |part: &str| {
        let decoded = percent_encoding::percent_decode_str(part).decode_utf8();
        decoded.map(String::from).map_err(|_| wrong("holds a name or password that is no text"))
    };
    let credentials = match (url.username(), url.password()) {
        ("", None) => None,
        (user, Some(password)) => Some((decoded(user)?, decoded(password)?)),
        _ => return Err(wrong("names a user without a password")),
    };
    let encrypted = url.scheme() == "smtps";
    let port = url.port().unwrap_or(if encrypted { 465 } else { 587 });
    Ok(SmtpServer { encrypted, host: host.to_owned(), port, credentials })
}

fn web_push(raw: RawWebPush) -> Result<WebPushConfig> {
    if !raw.subject.is_empty() && !raw.subject.starts_with("mailto:") && !raw.subject.starts_with("https://") {
        return Err(Error::Config("web_push.subject must start with mailto: or https://".to_owned()));
    }
    if !is_path(&raw.service_worker) {
        return Err(Error::Config("web_push.service_worker must be a path, `/sw.js` for example".to_owned()));
    }
    if !is_path(&raw.onesignal_service_worker) || !raw.onesignal_service_worker.ends_with(".js") {
        let message = "web_push.onesignal_service_worker must be a path, `/OneSignalSDKWorker.js` for example";
        return Err(Error::Config(message.to_owned()));
    }
    for (name, url) in [("onesignal_url", &raw.onesignal_url), ("beams_url", &raw.beams_url)] {
        if !url.is_empty() && !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(wrong_scheme(&format!("web_push.{name}"), "https:// or http://", url));
        }
    }
    let onesignal = match (given(&raw.onesignal_app_id), given(&raw.onesignal_api_key)) {
        (None, None) => None,
        (Some(app_id), Some(api_key)) => Some(OneSignalConfig {
            url: raw.onesignal_url,
            app_id,
            api_key,
            origin: given(&raw.onesignal_origin).map(|url| site(&url)).transpose()?,
            service_worker: raw.onesignal_service_worker,
        }),
        _ => return Err(both("web_push.onesignal_app_id", "web_push.onesignal_api_key")),
    };
    let beams = match (given(&raw.beams_instance_id), given(&raw.beams_primary_key)) {
        (None, None) => None,
        (Some(instance_id), Some(primary_key)) => Some(BeamsConfig { url: raw.beams_url, instance_id, primary_key }),
        _ => return Err(both("web_push.beams_instance_id", "web_push.beams_primary_key")),
    };
    Ok(WebPushConfig {
        private_key: given(&raw.private_key),
        subject: given(&raw.subject),
        allowed_hosts: list(&raw.allowed_hosts),
        service_worker: raw.service_worker,
        onesignal,
        beams,
    })
}

fn is_path(text: &str) -> bool {
    text.starts_with('/') && !text.starts_with("//")
}

/// The origin of a site's address.
fn site(url: &str) -> Result<String> {
    let wrong =
        || Error::Config(format!("web_push.onesignal_origin must be like https://desk.example.com; got `{url}`"));
    let parsed = Url::parse(url).map_err(|_| wrong())?;
    let is_origin = matches!(parsed.scheme(), "https" | "http") && parsed.path() == "/" && parsed.query().is_none();
    is_origin.then(|| parsed.origin().ascii_serialization()).ok_or_else(wrong)
}

fn texts(raw: RawSms) -> Result<Option<SmsConfig>> {
    if raw.account_sid.is_empty() {
        return Ok(None);
    }
    if raw.auth_token.is_empty() || raw.from.is_empty() {
        return Err(Error::Config("with sms.account_sid, sms.auth_token and sms.from are required".to_owned()));
    }
    let url = match raw.url.trim_end_matches('/') {
        "" => TWILIO.to_owned(),
        url if url.starts_with("https://") || url.starts_with("http://") => url.to_owned(),
        url => return Err(wrong_scheme("sms.url", "https:// or http://", url)),
    };
    if !is_sender(&raw.from) {
        return Err(Error::Config(
            "sms.from must be a number (+15550100123), a name of up to 11 letters, digits and spaces, or MG…"
                .to_owned(),
        ));
    }
    if !(1..=10).contains(&raw.max_segments) {
        return Err(Error::Config("sms.max_segments must be 1 to 10".to_owned()));
    }
    let RawSms { account_sid, auth_token, from, max_segments, .. } = raw;
    Ok(Some(SmsConfig { url, account_sid, auth_token, from, max_segments }))
}

/// A number in E.164, a messaging service, or a name with a letter in it.
fn is_sender(from: &str) -> bool {
    let is_name = from.len() <= 11 && from.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
    let is_service = from.len() == 34 && from.starts_with("MG") && from.bytes().all(|b| b.is_ascii_alphanumeric());
    normalize(from).as_deref() == Some(from) || is_service || is_name && from.bytes().any(|b| b.is_ascii_alphabetic())
}

fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn both(one: &str, other: &str) -> Error {
    Error::Config(format!("{one} and {other} are given together or not at all"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;
    use crate::testkit::covers;

    #[test]
    fn a_mail_server_is_read_out_of_its_address() {
        for (url, encrypted, host, port, credentials) in [
            ("smtp://mail.example", false, "mail.example", 587, None),
            ("smtps://u:p@mail.example", true, "mail.example", 465, Some(("u", "p"))),
            ("smtp://127.0.0.1:2525/", false, "127.0.0.1", 2525, None),
            (
                "smtps://me%40gmail.com:abcd efgh ijkl mnop@smtp.gmail.com:465",
                true,
                "smtp.gmail.com",
                465,
                Some(("me@gmail.com", "abcd efgh ijkl mnop")),
            ),
            (
                "smtp://apikey:SG.a%2Fb@smtp.sendgrid.net:587",
                false,
                "smtp.sendgrid.net",
                587,
                Some(("apikey", "SG.a/b")),
            ),
        ] {
            let credentials = credentials.map(|(user, password)| (user.to_owned(), password.to_owned()));
            let expected = SmtpServer { encrypted, host: host.to_owned(), port, credentials };
            assert_eq!(smtp_server(url).unwrap(), expected, "{url}");
        }
        covers(&["R-177", "R-179", "R-180"]);
    }

    #[test]
    fn an_address_that_is_wrong_is_refused_without_its_password() {
        for url in [
            "smtp://",
            "smtp://user@mail.example",
            "smtp://u:hunter2@mail.example/x",
            "smtp://u:hunter2@mail.example?tls=insecure",
            "smtp://u:hunter2@mail.example:99999",
            "smtp://u:hunter2%ff@mail.example",
        ] {
            let error = smtp_server(url).unwrap_err().to_string();
            assert!(error.starts_with("email.url") && !error.contains("hunter2"), "{error}");
        }
    }
}
