//! What push services answer, as outcomes (RFC 8030 §5, and what each vendor does beyond it).

use std::time::Duration;

use reqwest::{
    Response, StatusCode,
    header::{HeaderMap, LOCATION},
};
use serde::de::DeserializeOwned;

use super::resolver::PrivateAddress;
use crate::{
    delivery::{Outcome, address::is_because_of, read_some::read_at_most, retry_after},
    domain::Millis,
};

/// The other side may ask to be left alone that long, and no longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);
/// Of a refusal so much is read, and so much is kept.
const READ_BYTES: usize = 4_096;
const KEPT_CHARS: usize = 200;
/// No word of a sentence is that long: it is a token, a key or an address.
const LONGEST_WORD: usize = 32;

/// The outcome of an answer of a push service.
pub(super) async fn outcome(response: Response, now: Millis, is_windows: bool) -> Outcome {
    let status = response.status();
    let after = retry_after(response.headers(), now);
    if status.is_success() {
        // 201 by the book; some say 200 or 202. A message that was not stored says so in a header of Windows'.
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        return match dropped(response.headers()).filter(|_| is_windows) {
            Some(detail) => Outcome::Failed { why: "dropped", detail },
            None => Outcome::Sent { provider_id: location.map(str::to_owned) },
        };
    }
    let detail = said(response).await;
    match status.as_u16() {
        404 | 410 => Outcome::Gone { why: "subscription_ended", detail },
        401 | 403 => Outcome::Misconfigured { why: "key_refused", detail },
        406 if is_windows => Outcome::Later { why: "rate_limited", detail, after },
        413 => Outcome::Failed { why: "too_large", detail },
        429 => Outcome::Later { why: "rate_limited", detail, after },
        408 | 425 => Outcome::Later { why: "timeout", detail, after },
        // No push service redirects; something on the way there does, and perhaps not for ever.
        300..=399 => Outcome::Later { why: "redirected", detail, after },
        500.. => Outcome::Later { why: "service_error", detail, after },
        _ => Outcome::Failed { why: "refused", detail },
    }
}

/// The outcome of a refusal by a provider that holds the devices itself (OneSignal, Beams).
pub(super) async fn provider(response: Response, now: Millis) -> Outcome {
    let (status, after) = (response.status().as_u16(), retry_after(response.headers(), now));
    let detail = said(response).await;
    match status {
        401 | 403 | 404 => Outcome::Misconfigured { why: "key_refused", detail },
        429 => Outcome::Later { why: "rate_limited", detail, after },
        408 | 425 => Outcome::Later { why: "timeout", detail, after },
        300..=399 => Outcome::Later { why: "redirected", detail, after },
        500.. => Outcome::Later { why: "service_error", detail, after },
        413 => Outcome::Failed { why: "too_large", detail },
        _ => Outcome::Failed { why: "refused", detail },
    }
}

/// The outcome of a request that got no answer.
///
/// Also when the request had been sent whole: perhaps the message was taken, but a repetition has the same topic and the
/// same tag, so it replaces it, at the push service while it waits (RFC 8030 §5.4) and on the screen afterwards.
pub(super) fn unanswered(error: &reqwest::Error) -> Outcome {
    let (why, detail) = if is_because_of::<PrivateAddress>(error) {
        ("private_address", "the push service's name leads to an address that is not public")
    } else if error.is_timeout() {
        ("timeout", "the push service did not answer in time")
    } else if error.is_connect() {
        ("unreachable", "the push service cannot be reached")
    } else {
        ("broken_off", "the connection to the push service broke off")
    };
    Outcome::Later { why, detail: detail.to_owned(), after: None }
}

/// How long to wait, as the answer asks, an hour at most.
pub(super) fn retry_after(headers: &HeaderMap, now: Millis) -> Option<Duration> {
    retry_after::retry_after(headers, now).map(|pause| pause.min(LONGEST_PAUSE))
}

/// Windows takes a message, answers 200 and says in a header that it threw it away.
fn dropped(headers: &HeaderMap) -> Option<String> {
    let is_dropped =
        |name: &str| headers.get(name).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"dropped"));
    is_dropped("x-wns-status").then(|| detail(StatusCode::OK, headers, ""))
}

/// What an answer said, for the person who looks into it.
async fn said(response: Response) -> String {
    let (status, headers) = (response.status(), response.headers().clone());
    detail(status, &headers, &String::from_utf8_lossy(&read_at_most(response, READ_BYTES).await))
}

/// A short answer in JSON; none where it is something else.
pub(super) async fn read<T: DeserializeOwned>(response: Response) -> Option<T> {
    serde_json::from_slice(&read_at_most(response, READ_BYTES).await).ok()
}

/// Windows gives its reasons in headers.
const WINDOWS_REASONS: [&str; 5] = [
    "x-wns-status",
    "x-wns-notificationstatus",
    "x-wns-deviceconnectionstatus",
    "x-wns-error-description",
    "x-wns-msg-id",
];

fn detail(status: StatusCode, headers: &HeaderMap, body: &str) -> String {
    let reasons = WINDOWS_REASONS.iter().filter_map(|name| {
        let value = headers.get(*name)?.to_str().ok()?;
        Some(format!("{name}: {}", harmless(value)))
    });
    let parts = [status.as_u16().to_string()].into_iter().chain(reasons).chain([harmless(body)]);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

/// A few words of what was said, without anything that could be a token, a key or an address.
pub(super) fn harmless(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words = clean.split_whitespace().map(|word| {
        let is_secret = word.chars().count() > LONGEST_WORD || word.contains("://") || word.contains('@');
        if is_secret { "…" } else { word }
    });
    words.collect::<Vec<_>>().join(" ").chars().take(KEPT_CHARS).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use reqwest::header::RETRY_AFTER;

    use super::*;

    /// Wed, 21 Oct 2015 07:28:00 GMT.
    const THEN: Millis = 1_445_412_480_000;

    #[test]
    fn pauses_are_seconds_or_a_date_and_have_a_limit() {
        let asked = |value: &str, now| {
            retry_after(&HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]), now)
                .map(|pause| pause.as_secs())
        };
        assert_eq!(asked("120", 0), Some(120));
        assert_eq!(asked(" 7 ", 0), Some(7));
        assert_eq!(asked("Wed, 21 Oct 2015 07:28:00 GMT", THEN - 90_000), Some(90));
        assert_eq!(asked("Wed, 21 Oct 2015 07:28:00 GMT", THEN + 90_000), Some(0), "that was before");
        assert_eq!(asked("999999999", 0), Some(3_600));
        assert_eq!(asked("Wed, 21 Oct 2065 07:28:00 GMT", THEN), Some(3_600));
        for nonsense in ["", "soon", "-5", "1e9", "99999999999999999999999"] {
            assert_eq!(asked(nonsense, 0), None, "{nonsense}");
        }
    }

    #[test]
    fn what_was_said_holds_no_token_and_no_address() {
        let said = "{\"code\": 403, \"message\": \"bad token eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.abc\" \n at https://x.example/abc by a@b.de}";
        assert_eq!(harmless(said), "{\"code\": 403, \"message\": \"bad token … at … by …");
        assert_eq!(harmless(&"word ".repeat(200)).chars().count(), KEPT_CHARS);
    }
}
