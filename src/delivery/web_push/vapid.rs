//! The server's signature on each request (RFC 8292): one token for each origin of a push service, used again until an
//! hour before its end.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use url::Host;

use super::keys::{Claims, VapidKeys};
use crate::{clock::Clock, domain::Millis, error::Result};

/// RFC 8292 allows 24 hours; with half of that, clocks may differ by hours.
const LIVES: Millis = 12 * HOUR;
/// One is replaced that long before it ends.
const RENEWED_BEFORE: Millis = HOUR;
const HOUR: Millis = 3_600_000;
/// Push services have some hundred origins (Windows one per region). Above this all are forgotten and signed anew.
const MOST_ORIGINS: usize = 1_000;

/// Signs, and remembers.
#[derive(Debug)]
pub(super) struct Vapid {
    keys: VapidKeys,
    subject: Option<String>,
    clock: Clock,
    /// By origin: the header, and until when it is used. `std::sync::Mutex`: held for a map look-up or one signature,
    /// never across an await.
    headers: Mutex<HashMap<String, (String, Millis)>>,
}

impl Vapid {
    pub fn new(keys: VapidKeys, subject: Option<String>, clock: Clock) -> Vapid {
        Vapid { keys, subject, clock, headers: Mutex::default() }
    }

    pub fn public_key(&self) -> &str {
        self.keys.public()
    }

    /// Whether Apple takes the subject: without one, and with one at localhost or below `.invalid`, it answers 403.
    pub fn has_reachable_subject(&self) -> bool {
        self.subject.as_deref().is_some_and(is_reachable)
    }

    /// The `Authorization` header for a push service.
    pub fn header(&self, origin: &str) -> Result<String> {
        let now = self.clock.now();
        let mut headers = self.headers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((header, until)) = headers.get(origin)
            && now < *until
            // A clock that was set back must not lengthen a token's life.
            && until - now <= LIVES - RENEWED_BEFORE
        {
            return Ok(header.clone());
        }
        let claims = Claims { aud: origin, exp: (now + LIVES) / 1000, sub: self.subject.as_deref() };
        let header = format!("vapid t={},k={}", self.keys.sign(&claims)?, self.keys.public());
        if headers.len() >= MOST_ORIGINS {
            headers.clear();
        }
        headers.insert(origin.to_owned(), (header.clone(), now + LIVES - RENEWED_BEFORE));
        Ok(header)
    }

    /// The push service refused it: the next request carries a fresh one.
    pub fn forget(&self, origin: &str) {
        self.headers.lock().unwrap_or_else(PoisonError::into_inner).remove(origin);
    }
}

/// Whom a push service may write to: what the configuration says, else the administrative address, else the public URL
/// when it is https.
pub(super) fn subject(given: Option<&str>, admin: Option<&str>, public_url: &str) -> Option<String> {
    let admin = admin.map(|address| format!("mailto:{}", bare(address)));
    let page = || public_url.starts_with("https://").then(|| public_url.to_owned());
    given.map(str::to_owned).or(admin).or_else(page)
}

/// `Name <address>` is `address`.
fn bare(address: &str) -> &str {
    address.rsplit_once('<').map_or(address, |(_, rest)| rest.trim_end_matches('>')).trim()
}

fn is_reachable(subject: &str) -> bool {
    let host = match subject.strip_prefix("mailto:") {
        Some(address) => address.rsplit_once('@').and_then(|(_, host)| Host::parse(host).ok()),
        None => url::Url::parse(subject).ok().and_then(|url| url.host().map(|host| host.to_owned())),
    };
    match host {
        Some(Host::Domain(name)) => {
            let top = name.rsplit('.').next().unwrap_or_default();
            name.contains('.') && !["localhost", "invalid", "test", "local", "internal"].contains(&top)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    fn vapid(clock: &Clock) -> Vapid {
        let keys = VapidKeys::new("IQ9Ur0ykXoHS9gzfYX0aBjy9lvdrjx_PFUXmie9YRcY").unwrap();
        Vapid::new(keys, Some("mailto:a@example.com".to_owned()), clock.clone())
    }

    fn claims(header: &str) -> serde_json::Value {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        let token = header.strip_prefix("vapid t=").unwrap().split(',').next().unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn a_token_is_for_one_origin_and_is_renewed_an_hour_before_its_end() {
        let clock = Clock::manual(1_795_165_200_000);
        let vapid = vapid(&clock);
        let first = vapid.header("https://a.example").unwrap();
        let expected = serde_json::json!({"aud": "https://a.example", "exp": 1_795_165_200 + 43_200, "sub": "mailto:a@example.com"});
        assert_eq!(claims(&first), expected);
        assert_ne!(vapid.header("https://b.example").unwrap(), first);
        clock.advance(11 * HOUR - 1);
        assert_eq!(vapid.header("https://a.example").unwrap(), first);
        clock.advance(1);
        assert_ne!(vapid.header("https://a.example").unwrap(), first);
    }

    #[test]
    fn a_refused_token_and_one_from_the_future_are_not_used_again() {
        let clock = Clock::manual(1_795_165_200_000);
        let vapid = vapid(&clock);
        let first = vapid.header("https://a.example").unwrap();
        clock.advance(60_000);
        assert_eq!(vapid.header("https://a.example").unwrap(), first);
        vapid.forget("https://a.example");
        let second = vapid.header("https://a.example").unwrap();
        assert_ne!(second, first);
        clock.advance(-24 * HOUR);
        assert_ne!(vapid.header("https://a.example").unwrap(), second);
    }

    #[test]
    fn tokens_are_kept_for_a_bounded_number_of_origins() {
        let vapid = vapid(&Clock::manual(0));
        vapid.headers.lock().unwrap().extend((0..MOST_ORIGINS).map(|n| (n.to_string(), (String::new(), 1))));
        vapid.header("https://a.example").unwrap();
        assert_eq!(vapid.headers.lock().unwrap().len(), 1);
    }

    #[test]
    fn the_subject_is_the_given_one_else_the_administrator_else_the_page() {
        let https = "https://bell.example.com";
        assert_eq!(subject(Some("https://a"), Some("b@c.de"), https).as_deref(), Some("https://a"));
        assert_eq!(subject(None, Some("Ops <b@c.de>"), https).as_deref(), Some("mailto:b@c.de"));
        assert_eq!(subject(None, None, https).as_deref(), Some(https));
        assert_eq!(subject(None, None, "http://127.0.0.1:8080"), None);
    }

    #[test]
    fn apple_takes_a_subject_that_leads_somewhere() {
        for good in ["mailto:a@example.com", "https://bell.example.com/x"] {
            assert!(is_reachable(good), "{good}");
        }
        for bad in
            ["mailto:a@localhost", "mailto:a@b.invalid", "https://localhost:8080", "https://127.0.0.1", "mailto:a", ""]
        {
            assert!(!is_reachable(bad), "{bad}");
        }
    }
}
