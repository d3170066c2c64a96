//! What a mail server's answer, or its silence, means for the email.
//!
//! SMTP has no way to ask whether a message was taken: where the answer to the final dot is missing, the server may have it
//! or not. Whoever sends it again sends it with the same Message-ID, by which receivers can drop the second one.

use lettre::transport::smtp::{
    Error as SmtpError,
    response::{Response, Severity},
};

use super::{
    plain::without_addresses,
    smtp::{Broken, Step},
};
use crate::delivery::Outcome;

/// The server took it.
pub fn sent(response: &Response) -> Outcome {
    let said = response.message().collect::<Vec<_>>().join(" ");
    Outcome::Sent { provider_id: queue_id(&said) }
}

/// Postfix says `Ok: queued as 4XyZ`, Exim `OK id=1abc-2`, Sendmail `… Message accepted for delivery`, Amazon `Ok 0100018…`,
/// Google `2.0.0 OK  1700000000 a1-2b.3 - gsmtp`. The id is for a person who looks into the server's log.
fn queue_id(said: &str) -> Option<String> {
    let words: Vec<&str> = said.split_whitespace().collect();
    let after = |mark: &str| words.iter().position(|word| word.eq_ignore_ascii_case(mark)).map(|at| &words[at + 1..]);
    let named = words.iter().find_map(|word| word.strip_prefix("id="));
    let queued = after("queued").and_then(|rest| rest.iter().find(|word| !word.eq_ignore_ascii_case("as")).copied());
    let alone = || match words.as_slice() {
        [.., ok, id] if ok.eq_ignore_ascii_case("ok") => Some(*id),
        _ => None,
    };
    let id = named.or(queued).or_else(alone)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    Some(id).filter(|id| !id.is_empty() && id.len() <= 100 && id.chars().all(fits)).map(str::to_owned)
}

/// The conversation ended at `step` with this.
pub fn broken(step: Step, broken: &Broken) -> Outcome {
    match broken {
        Broken::InTheClear => Outcome::Misconfigured {
            why: "encryption_missing",
            detail: "the server offers no STARTTLS, and a password is sent encrypted only".to_owned(),
        },
        Broken::Smtp(error) => match error.status() {
            Some(code) if code.severity == Severity::PermanentNegativeCompletion => refused(step, error),
            Some(_) => Outcome::Later { why: "server_busy", detail: said(error), after: None },
            None => cut(step, error),
        },
    }
}

/// Nothing came within the time there was.
pub fn late(step: Step) -> Outcome {
    match step {
        Step::Answer => unknown("the server did not answer in time after the whole message was sent".to_owned()),
        step => Outcome::Later {
            why: "timeout",
            detail: format!("the server did not answer in time ({step:?})"),
            after: None,
        },
    }
}

/// 5xx: it will not be otherwise the next time.
fn refused(step: Step, error: &SmtpError) -> Outcome {
    let (detail, code) = (said(error), error.status().map_or(0, u16::from));
    match step {
        // 530, 534, 535, 538: the server wants another sign-in than it got, at whichever step it says so (RFC 4954 §6).
        _ if step == Step::SignIn || matches!(code, 530 | 534 | 535 | 538) => {
            Outcome::Misconfigured { why: "authentication_refused", detail }
        }
        Step::Connect => Outcome::Misconfigured { why: "server_refused", detail },
        Step::From => Outcome::Misconfigured { why: "sender_refused", detail },
        Step::To if is_nobody(code, error) => Outcome::Gone { why: "address_unknown", detail },
        Step::To => Outcome::Failed { why: "recipient_refused", detail },
        _ => Outcome::Failed { why: "message_refused", detail },
    }
}

/// Whether there is no such mailbox: 5.1.x of the recipient, 5.2.1 (disabled) (RFC 3463 §3); without such a code 550 and 551
/// (RFC 5321 §4.2.3). 5.7.x, a policy, says nothing about the address.
fn is_nobody(code: u16, error: &SmtpError) -> bool {
    match enhanced(error) {
        // 5.1.7 and 5.1.8 speak of the sender's address.
        Some((1, detail)) => !matches!(detail, 7 | 8),
        Some((2, 1)) => true,
        Some(_) => false,
        None => matches!(code, 550 | 551),
    }
}

/// The second and third number of an enhanced status code at the beginning of what was said: `5.1.1`.
fn enhanced(error: &SmtpError) -> Option<(u16, u16)> {
    let said = std::error::Error::source(error)?.to_string();
    let mut numbers = said.split_whitespace().next()?.split('.').map(str::parse::<u16>);
    match (numbers.next(), numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(5)), Some(Ok(subject)), Some(Ok(detail)), None) => Some((subject, detail)),
        _ => None,
    }
}

/// No answer: the connection broke, could not be made, or something was said that is no SMTP.
fn cut(step: Step, error: &SmtpError) -> Outcome {
    let detail = said(error);
    if step == Step::Answer {
        return unknown(detail);
    }
    if let Some(why) = handshake(error) {
        return Outcome::Misconfigured { why, detail };
    }
    if step == Step::SignIn && error.is_client() {
        return Outcome::Misconfigured { why: "authentication_refused", detail };
    }
    Outcome::Later { why: if step == Step::Connect { "unreachable" } else { "connection_broke" }, detail, after: None }
}

/// The handshake failed by what one of the sides is, and not by the network: our side does not trust the server, or the
/// two have no TLS in common.
fn handshake(error: &SmtpError) -> Option<&'static str> {
    /// `SSL_R_CERTIFICATE_VERIFY_FAILED`, the low bits of OpenSSL's code.
    const VERIFY_FAILED: std::ffi::c_ulong = 134;
    const REASON: std::ffi::c_ulong = 0x7f_ffff;
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(stack) =
            error.downcast_ref::<openssl::error::ErrorStack>().filter(|stack| !stack.errors().is_empty())
        {
            let refused = stack.errors().iter().any(|error| error.code() & REASON == VERIFY_FAILED);
            return Some(if refused { "certificate_refused" } else { "encryption_failed" });
        }
        cause = error.source();
    }
    None
}

fn unknown(detail: String) -> Outcome {
    Outcome::Unknown { why: "answer_missing", detail }
}

/// The server's own words, code first, or the machine's.
fn said(error: &SmtpError) -> String {
    let cause = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    match error.status() {
        Some(code) => without_addresses(&format!("{code} {cause}")),
        None => without_addresses(&cause),
    }
}

#[cfg(test)]
mod tests {
    use super::queue_id;

    #[test]
    fn the_id_is_what_servers_call_it() {
        for (said, id) in [
            ("2.0.0 Ok: queued as 4XyZ12", Some("4XyZ12")),
            ("OK id=1abc-2-3", Some("1abc-2-3")),
            ("Ok 0100018f-aa.b", Some("0100018f-aa.b")),
            ("2.6.0 Message accepted", None),
            ("OK: message queued", None),
            ("", None),
            ("Ok: queued as <script>", None),
        ] {
            assert_eq!(queue_id(said).as_deref(), id, "{said}");
        }
    }
}
