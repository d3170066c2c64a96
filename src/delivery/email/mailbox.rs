//! A folder of emails as a mailbox: what `email.url = file://…` wrote, listed and read. For the demo; nothing is trusted
//! that lies there, and no more is read than a page can show.

use std::{
    fs::File,
    io::{ErrorKind, Read, Result},
    path::{Path, PathBuf},
};

use mail_parser::{Address, Message, MessageParser};

use crate::domain::Millis;

/// Emails listed at most, newest first.
const MAX_LISTED: usize = 200;
/// Files looked at: a folder with more lists those that the system names first.
const MAX_FILES: usize = 20_000;
/// Bytes of headers read of each; ours have a tenth of it.
const MAX_HEADER_BYTES: u64 = 64 << 10;
/// Bytes of one email; what is longer is shown up to there.
const MAX_MAIL_BYTES: u64 = 4 << 20;
/// Characters of an id: the name that the mailer gives has at most 110.
const MAX_ID_CHARS: usize = 160;
const ENDING: &str = ".eml";

/// Emails in a folder.
#[derive(Debug, Clone)]
pub struct Mailbox {
    folder: PathBuf,
}

/// An email in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Names it: letters, digits, `-` and `_`.
    pub id: String,
    /// Whom it comes from: `Name <address>`, or the address.
    pub from: String,
    /// Whom it goes to.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// When it was sent.
    pub at: Millis,
}

/// An email's two bodies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The HTML as it was sent: a whole page, to be shown where nothing of it can act.
    pub html: String,
    /// The plain text.
    pub text: String,
}

impl Mailbox {
    /// Of that folder; it may not be there yet.
    pub(super) fn of(folder: PathBuf) -> Mailbox {
        Mailbox { folder }
    }

    /// What it holds, newest first, at most 200. Reads files: not for a thread that sockets wait for.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list(&self) -> Result<Vec<Listed>> {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            // Nothing was sent yet.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let names = entries.take(MAX_FILES).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut ids: Vec<(Millis, String)> =
            names.filter_map(|name| sent_at(name.strip_suffix(ENDING)?).map(|at| (at, name))).collect();
        ids.sort_unstable_by(|one, other| other.cmp(one));
        ids.truncate(MAX_LISTED);
        // Who moves a file away meanwhile takes it off the list.
        Ok(ids.into_iter().filter_map(|(at, name)| self.listed(at, &name).ok().flatten()).collect())
    }

    /// One email; none where there is none of that id.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn read(&self, id: &str) -> Result<Option<Mail>> {
        if sent_at(id).is_none() {
            return Ok(None);
        }
        let bytes = match start_of(&self.folder.join(format!("{id}{ENDING}")), MAX_MAIL_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(message) = MessageParser::default().parse(&bytes) else { return Ok(None) };
        let body = |found: Option<std::borrow::Cow<'_, str>>| found.map(|text| text.into_owned()).unwrap_or_default();
        Ok(Some(Mail { html: body(message.body_html(0)), text: body(message.body_text(0)) }))
    }

    fn listed(&self, at: Millis, name: &str) -> Result<Option<Listed>> {
        let bytes = start_of(&self.folder.join(name), MAX_HEADER_BYTES)?;
        Ok(MessageParser::default().parse_headers(&bytes).map(|message| Listed {
            id: name.trim_end_matches(ENDING).to_owned(),
            from: shown(message.from()),
            to: shown(message.to()),
            subject: subject(&message),
            at,
        }))
    }
}

fn subject(message: &Message<'_>) -> String {
    message.subject().unwrap_or_default().to_owned()
}

fn shown(address: Option<&Address<'_>>) -> String {
    let Some(first) = address.and_then(Address::first) else { return String::new() };
    let plain = first.address().unwrap_or_default();
    match first.name() {
        Some(name) if !name.is_empty() => format!("{name} <{plain}>"),
        _ => plain.to_owned(),
    }
}

/// When an email of that id was sent, by the number that it begins with; none for what the mailer did not name.
fn sent_at(id: &str) -> Option<Millis> {
    let is_plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let (number, _) = id.split_once('-')?;
    number.parse().ok().filter(|_| is_plain && id.len() <= MAX_ID_CHARS)
}

fn start_of(file: &Path, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    const MAIL: &str = "From: Bell <bell@example.com>\r\nTo: ana@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\
        Content-Type: multipart/alternative; boundary=B\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\nPlain\r\n--B\r\n\
        Content-Type: text/html\r\n\r\n<p>Rich</p>\r\n--B--\r\n";

    #[test]
    fn a_folder_is_listed_newest_first_and_no_other_file_is_reached() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::of(folder.path().join("mails"));
        assert_eq!(mailbox.list().unwrap(), [], "nothing was sent yet");
        std::fs::create_dir(&mailbox.folder).unwrap();
        for name in ["1000-a-1.eml", "999-b-2.eml", "2000-c-3.eml", ".3000-d-4.eml.part", "notes.eml", "4000-x.txt"] {
            std::fs::write(mailbox.folder.join(name), MAIL).unwrap();
        }
        std::fs::write(folder.path().join("1-secret.eml"), MAIL).unwrap();
        let listed = mailbox.list().unwrap();
        assert_eq!(listed.iter().map(|mail| &*mail.id).collect::<Vec<_>>(), ["2000-c-3", "1000-a-1", "999-b-2"]);
        let Listed { from, to, subject, at, .. } = &listed[0];
        let expected = ("Bell <bell@example.com>", "ana@example.com", "Grüße", 2_000);
        assert_eq!((from.as_str(), to.as_str(), subject.as_str(), *at), expected);
        let mail = mailbox.read("999-b-2").unwrap().unwrap();
        assert_eq!((mail.text.trim(), mail.html.trim()), ("Plain", "<p>Rich</p>"));
        for id in ["998-b-2", "../1-secret", "notes", "", "1-secret/../../1-secret", &"1-x".repeat(100)] {
            assert_eq!(mailbox.read(id).unwrap(), None, "{id}");
        }
    }

    #[test]
    fn a_long_list_ends_after_two_hundred() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..250 {
            std::fs::write(folder.path().join(format!("{number}-a.eml")), MAIL).unwrap();
        }
        let listed = Mailbox::of(folder.path().to_owned()).list().unwrap();
        assert_eq!((listed.len(), &*listed[0].id), (200, "249-a"));
    }
}
