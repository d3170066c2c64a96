//! An email becomes the bytes that go over the wire: headers encoded and folded, two parts, a DKIM signature.

use std::time::{Duration, UNIX_EPOCH};

use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Mailbox, MultiPart, SinglePart,
        dkim::{DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey},
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use openssl::pkey::PKey;

use super::compose::{Email, EmailAddress};
use crate::{
    config::DkimConfig as DkimSettings,
    domain::Millis,
    error::{Error, Result},
};

/// Characters of a line of a header before it is folded (RFC 5322 §2.1.1).
const LINE_CHARS: usize = 76;

/// Headers that a signature covers, where a message has them (RFC 6376 §5.4.1; RFC 8058 §4 wants the last two).
const SIGNED: [&str; 13] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "In-Reply-To",
    "References",
    "List-ID",
    "Auto-Submitted",
    "Precedence",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
];

/// A message and whom the server is told it goes to.
pub struct Wire {
    /// From and to.
    pub envelope: Envelope,
    /// The message, lines ended by CRLF, ASCII only.
    pub bytes: Vec<u8>,
}

/// Why an email cannot become a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Unfit {
    /// The recipient's address is none.
    Address,
    /// Something else is wrong with it: a fault of ours.
    Message(String),
}

/// The email as a message of that time.
pub fn wire(email: &Email, dkim: Option<&DkimConfig>, now: Millis) -> Result<Wire, Unfit> {
    let from = mailbox(&email.from).ok_or_else(|| Unfit::Message("the sender's address is none".to_owned()))?;
    let to = mailbox(&email.to).ok_or(Unfit::Address)?;
    let date = UNIX_EPOCH + Duration::from_millis(u64::try_from(now).unwrap_or(0));
    let builder = Message::builder()
        .from(from)
        .to(to)
        .subject(&*email.subject)
        .date(date)
        .message_id(Some(email.message_id.clone()));
    let parts = MultiPart::alternative().singlepart(part(ContentType::TEXT_PLAIN, &email.text));
    let parts = parts.singlepart(part(ContentType::TEXT_HTML, &email.html));
    let mut message = builder.multipart(parts).map_err(|error| Unfit::Message(error.to_string()))?;
    for (name, value) in &email.headers {
        let encoded = folded(name, value).ok_or_else(|| Unfit::Message(format!("{name} holds what no header may")))?;
        let name = HeaderName::new_from_ascii_str(name);
        message.headers_mut().insert_raw(HeaderValue::dangerous_new_pre_encoded(name, value.clone(), encoded));
    }
    if let Some(dkim) = dkim {
        message.sign(dkim);
    }
    Ok(Wire { envelope: message.envelope().clone(), bytes: message.formatted() })
}

/// Lines end as they travel before the library sees them: it would move the rest of the text for each one.
fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder().header(kind).body(text.replace("\r\n", "\n").replace('\n', "\r\n"))
}

/// None when the address is none. A domain in letters beyond ASCII is written as DNS knows it, which needs nothing of the
/// servers on the way.
pub fn mailbox(of: &EmailAddress) -> Option<Mailbox> {
    let (local, domain) = of.address.rsplit_once('@')?;
    let ascii = match domain.is_ascii() {
        true => domain.to_owned(),
        false => match url::Host::parse(domain).ok()? {
            url::Host::Domain(domain) => domain,
            _ => return None,
        },
    };
    let is_odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '"');
    if local.contains(is_odd) || ascii.contains(is_odd) {
        return None;
    }
    let address = Address::new(local, ascii).ok()?;
    Some(Mailbox::new(Some(of.name.clone()).filter(|name| !name.is_empty()), address))
}

/// A value of visible ASCII and blanks, folded at blanks; none for any other: what ends a line would begin a header.
fn folded(name: &str, value: &str) -> Option<String> {
    if !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return None;
    }
    let mut encoded = String::with_capacity(value.len() + 8);
    let mut column = name.len() + 2;
    for word in value.split(' ').filter(|word| !word.is_empty()) {
        if !encoded.is_empty() {
            let breaks = column + 1 + word.len() > LINE_CHARS;
            encoded.push_str(if breaks { "\r\n " } else { " " });
            column = if breaks { 1 } else { column + 1 };
        }
        encoded.push_str(word);
        column += word.len();
    }
    Some(encoded)
}

/// Reads the key and says how messages are signed.
///
/// # Errors
/// [`Error::Config`] when the key is neither PEM (RSA) nor base64 of 32 bytes (Ed25519). Never with anything of the key.
pub fn dkim(settings: &DkimSettings) -> Result<DkimConfig> {
    let (key, algorithm) = match settings.private_key.contains("-----BEGIN") {
        true => (rsa_key(&settings.private_key)?, DkimSigningAlgorithm::Rsa),
        false => (settings.private_key.trim().to_owned(), DkimSigningAlgorithm::Ed25519),
    };
    let key = DkimSigningKey::new(&key, algorithm).map_err(|_| wrong_key())?;
    let headers = SIGNED.iter().map(|name| HeaderName::new_from_ascii_str(name)).collect();
    let relaxed =
        DkimCanonicalization { header: DkimCanonicalizationType::Relaxed, body: DkimCanonicalizationType::Relaxed };
    Ok(DkimConfig::new(settings.selector.clone(), settings.domain.clone(), key, headers, relaxed))
}

/// PKCS#1, which the signer reads, out of PKCS#1 or PKCS#8. In the environment a PEM's lines may be written as `\n`.
fn rsa_key(pem: &str) -> Result<String> {
    let pem = pem.replace("\\n", "\n");
    let key = PKey::private_key_from_pem(pem.as_bytes()).and_then(|key| key.rsa()).map_err(|_| wrong_key())?;
    let pkcs1 = key.private_key_to_pem().map_err(|_| wrong_key())?;
    String::from_utf8(pkcs1).map_err(|_| wrong_key())
}

fn wrong_key() -> Error {
    Error::Config("email.dkim_private_key must be a PEM of an RSA key, or base64 of an Ed25519 seed".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    fn email(to: &str, subject: &str, headers: Vec<(&'static str, String)>) -> Email {
        let address = |name: &str, address: &str| EmailAddress { name: name.to_owned(), address: address.to_owned() };
        Email {
            message_id: "<1@bell.example>".to_owned(),
            from: address("Bell", "bell@bell.example"),
            to: address("Ana \"A\" Lima, Müller", to),
            subject: subject.to_owned(),
            text: ".\nHällo".to_owned(),
            html: "<p>Hi</p>".to_owned(),
            headers,
        }
    }

    #[test]
    fn no_header_can_be_slipped_in() {
        let sneaky = vec![("References", "<a@b>\r\nBcc: eve@evil.example".to_owned())];
        assert!(matches!(wire(&email("ana@example.org", "Hi", sneaky), None, 0), Err(Unfit::Message(_))));
        for to in [
            "ana",
            "",
            "ana@",
            "a\r\nRCPT TO:<eve@evil.example>@x",
            "ana@ex ample.org",
            "<ana@example.org>",
            "a,b@x.example",
        ] {
            assert_eq!(wire(&email(to, "Hi", Vec::new()), None, 0).err(), Some(Unfit::Address), "{to}");
        }
        let wire = wire(&email("ana@example.org", "Hi\r\nBcc: eve@evil.example", Vec::new()), None, 0).unwrap();
        let text = String::from_utf8(wire.bytes).unwrap();
        assert!(!text.contains("\r\nBcc:"), "{text}");
    }

    #[test]
    fn it_is_ascii_in_short_lines_with_the_text_first() {
        let links = vec![("List-Unsubscribe", format!("<https://bell.example/l/{}>", "x".repeat(300)))];
        let wire = wire(&email("ana@exämple.org", &"Grüße 👋 ".repeat(25), links), None, 1_795_165_200_000).unwrap();
        let text = String::from_utf8(wire.bytes).unwrap();
        assert!(text.is_ascii() && text.lines().all(|line| line.len() < 400), "{text}");
        assert!(
            text.contains("Date: Fri, 20 Nov 2026 09:00:00 +0000") && text.contains("ana@xn--exmple-cua.org"),
            "{text}"
        );
        assert!(text.find("text/plain").unwrap() < text.find("text/html").unwrap());
        assert_eq!(folded("X-A", &"word ".repeat(40)).unwrap().lines().map(str::len).max(), Some(75));
    }

    #[test]
    fn a_key_that_is_none_is_a_setting_that_is_wrong_and_not_repeated_in_the_error() {
        for key in ["secretsecret", "-----BEGIN PRIVATE KEY-----\nsecretsecret\n-----END PRIVATE KEY-----"] {
            let (domain, selector) = ("bell.example".to_owned(), "one".to_owned());
            let error = dkim(&DkimSettings { domain, selector, private_key: key.to_owned() }).unwrap_err().to_string();
            assert!(error.contains("dkim_private_key") && !error.contains("secretsecret"), "{error}");
        }
    }
}
