//! Reports about emails that could not be delivered (RFC 3464): whose address, and for good or for now.

use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

/// Recipients read from one report; ours have one each.
const MAX_RECIPIENTS: usize = 50;
/// Reports within reports within mails: further in nobody looks.
const MAX_DEPTH: usize = 4;
/// Bytes of an address (RFC 5321 §4.5.3.1).
const MAX_ADDRESS_BYTES: usize = 254;

/// What a report says about one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounced {
    /// The address, in lower case.
    pub address: String,
    /// There is no such mailbox: no email will ever arrive there. Else this email did not.
    pub is_hard: bool,
    /// The status: `5.1.1`.
    pub status: String,
}

/// The recipients of whom a report says that delivery failed. Empty for reports of delays, deliveries and readings.
///
/// None when the message is no report at all.
pub fn read_report(raw: &[u8]) -> Option<Vec<Bounced>> {
    let message = MessageParser::default().parse(raw)?;
    let status = status_part(&message, 0)?;
    let mut bounced: Vec<Bounced> = groups(&status).iter().filter_map(|fields| bounced(fields)).collect();
    bounced.truncate(MAX_RECIPIENTS);
    Some(bounced)
}

/// The text of the part that is for programs, wherever in the mail it is: a mailbox may have forwarded the report.
fn status_part(message: &Message<'_>, depth: usize) -> Option<String> {
    for part in &message.parts {
        let is_status = part.content_type().is_some_and(|kind| {
            kind.ctype().eq_ignore_ascii_case("message")
                && kind.subtype().is_some_and(|sub| {
                    sub.eq_ignore_ascii_case("delivery-status") || sub.eq_ignore_ascii_case("global-delivery-status")
                })
        });
        if is_status {
            return Some(String::from_utf8_lossy(part.contents()).into_owned());
        }
        if let (PartType::Message(inner), true) = (&part.body, depth < MAX_DEPTH)
            && let Some(found) = status_part(inner, depth + 1)
        {
            return Some(found);
        }
    }
    None
}

/// Groups of fields, separated by empty lines; the first is about the message, each further one about a recipient.
fn groups(status: &str) -> Vec<Vec<(String, String)>> {
    let mut groups: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for line in status.lines() {
        let last = groups.len() - 1;
        if line.trim().is_empty() {
            if !groups[last].is_empty() {
                groups.push(Vec::new());
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = groups[last].last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            groups[last].push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    groups
}

fn bounced(fields: &[(String, String)]) -> Option<Bounced> {
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    if !field("action")?.eq_ignore_ascii_case("failed") {
        return None;
    }
    // The address that we wrote to, where it was forwarded from.
    let address =
        field("original-recipient").and_then(address).or_else(|| field("final-recipient").and_then(address))?;
    let status = field("status").unwrap_or("").split_whitespace().next().unwrap_or("");
    let numbers: Vec<&str> = status.split('.').collect();
    let is_hard = match numbers.as_slice() {
        ["5", "1", detail] => !matches!(*detail, "7" | "8"),
        ["5", "2", "1"] | ["5", "4", "4"] => true,
        _ => false,
    };
    let status: String = status.chars().filter(|c| c.is_ascii_digit() || *c == '.').take(11).collect();
    Some(Bounced { address, is_hard, status })
}

/// `rfc822; ana@example.org`
fn address(value: &str) -> Option<String> {
    let (_, address) = value.split_once(';')?;
    let address = address.trim().trim_matches(['<', '>']).to_lowercase();
    let fits = address.contains('@')
        && address.len() <= MAX_ADDRESS_BYTES
        && !address.chars().any(|c| c.is_control() || c.is_whitespace());
    fits.then_some(address)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    fn report(fields: &str) -> String {
        format!(
            "From: mailer-daemon@mx.example\r\nTo: bell@bell.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\r\n\r\n\
             --B\r\nContent-Type: text/plain\r\n\r\nIt failed.\r\n\
             --B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n{fields}\r\n\
             --B\r\nContent-Type: message/rfc822\r\n\r\nSubject: Hi\r\n\r\nHi\r\n--B--\r\n"
        )
    }

    #[test]
    fn a_failure_is_for_good_or_for_now_and_a_delay_is_none() {
        let read = |status: &str, action: &str| {
            let fields =
                format!("Final-Recipient: rfc822; Ana@Example.org\r\nAction: {action}\r\nStatus: {status}\r\n");
            read_report(report(&fields).as_bytes()).unwrap()
        };
        for (status, is_hard) in
            [("5.1.1", true), ("5.1.8", false), ("5.2.1", true), ("5.2.2", false), ("4.4.7", false)]
        {
            let bounced = Bounced { address: "ana@example.org".to_owned(), is_hard, status: status.to_owned() };
            assert_eq!(read(status, "failed"), [bounced]);
        }
        assert!(read("4.4.1", "delayed").is_empty() && read("2.0.0", "delivered").is_empty());
    }

    #[test]
    fn every_recipient_of_a_report_counts_under_the_address_that_we_wrote_to() {
        let fields = "Original-Recipient: rfc822;ana@example.org\r\nFinal-Recipient: rfc822;ana@inner.example\r\n\
                      Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp;\r\n 550 no such user\r\n\r\n\
                      Final-Recipient: rfc822; ben@example.org\r\nAction: failed\r\nStatus: 5.2.2 (full)";
        let read = read_report(report(fields).as_bytes()).unwrap();
        let read: Vec<(&str, bool, &str)> = read.iter().map(|b| (&*b.address, b.is_hard, &*b.status)).collect();
        assert_eq!(read, [("ana@example.org", true, "5.1.1"), ("ben@example.org", false, "5.2.2")]);
    }

    #[test]
    fn what_is_no_report_is_none_and_hostile_fields_are_left_out() {
        for raw in ["", "Subject: Hi\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed", "\0\u{1}\u{2}"] {
            assert_eq!(read_report(raw.as_bytes()), None);
        }
        for recipient in ["ana", "rfc822; ana", "rfc822; a b@c", &format!("rfc822; {}@x", "a".repeat(300))] {
            let fields = format!("Final-Recipient: {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n");
            assert_eq!(read_report(report(&fields).as_bytes()), Some(Vec::new()), "{recipient}");
        }
        let many = "Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n".repeat(1_000);
        assert_eq!(read_report(report(&many).as_bytes()).unwrap().len(), MAX_RECIPIENTS);
    }
}
