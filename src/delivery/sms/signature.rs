//! `X-Twilio-Signature`: that a request really comes from Twilio.
//!
//! base64(HMAC-SHA1(auth token, URL as Twilio called it + parameters sorted by name, name and value one after the
//! other)). Behind a proxy the URL is what Twilio was told, not what arrived here.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use url::Url;

/// Makes the signature of a request to `url` with these parameters.
pub fn sign(auth_token: &str, url: &str, parameters: &[(String, String)]) -> String {
    STANDARD.encode(digest(auth_token, url, parameters))
}

/// Whether the signature is Twilio's, compared in constant time. Twilio leaves the port out of the URL in some cases and
/// puts it in in others: either will do.
pub fn is_genuine(auth_token: &str, url: &str, parameters: &[(String, String)], given: &str) -> bool {
    let Ok(given) = STANDARD.decode(given.trim()) else { return false };
    let is_it = |url: &str| bool::from(digest(auth_token, url, parameters).as_slice().ct_eq(&given));
    // Every form is computed, whichever fits.
    [Some(url.to_owned()), with_port(url), without_port(url)]
        .into_iter()
        .flatten()
        .fold(false, |so_far, url| is_it(&url) | so_far)
}

fn digest(auth_token: &str, url: &str, parameters: &[(String, String)]) -> Vec<u8> {
    let mut mac = Hmac::<Sha1>::new_from_slice(auth_token.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(url.as_bytes());
    let mut sorted: Vec<&(String, String)> = parameters.iter().collect();
    sorted.sort_unstable();
    // The same name and value twice counts once, as in Twilio's own libraries.
    sorted.dedup();
    for (name, value) in sorted {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    mac.finalize().into_bytes().to_vec()
}

fn with_port(url: &str) -> Option<String> {
    let parsed = Url::parse(url).ok()?;
    if parsed.port().is_some() {
        return None;
    }
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    Some(format!("{scheme}://{}:{}{}", &rest[..end], parsed.port_or_known_default()?, &rest[end..]))
}

fn without_port(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, port) = rest[..end].rsplit_once(':')?;
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    is_port.then(|| format!("{scheme}://{host}{}", &rest[end..]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// The example of Twilio's documentation on securing requests.
    #[test]
    fn the_documented_example_is_signed_as_documented() {
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        let given = parameters(&[
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+12349013030"),
            ("Digits", "1234"),
            ("From", "+12349013030"),
            ("To", "+18005551212"),
        ]);
        assert_eq!(sign("12345", url, &given), "0/KCTR6DLpKmkAf8muzZqo1nDgQ=");
        assert!(is_genuine("12345", url, &given, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="));
    }

    #[test]
    fn whatever_is_changed_is_noticed() {
        let url = "https://hub.example.com/hooks/twilio/status?delivery=d1";
        let given = parameters(&[("MessageSid", "SM1"), ("MessageStatus", "sent")]);
        let signature = sign("token", url, &given);
        assert!(is_genuine("token", url, &given, &signature));
        let reversed: Vec<_> = given.iter().rev().cloned().collect();
        assert!(is_genuine("token", url, &reversed, &signature), "the order does not matter");
        assert!(!is_genuine("other", url, &given, &signature));
        assert!(!is_genuine("token", "https://hub.example.com/hooks/twilio/status?delivery=d2", &given, &signature));
        assert!(!is_genuine("token", url, &given[..1], &signature));
        assert!(!is_genuine(
            "token",
            url,
            &parameters(&[("MessageSid", "SM1"), ("MessageStatus", "failed")]),
            &signature
        ));
        for wrong in ["", "====", "c2hvcnQ=", "not base64"] {
            assert!(!is_genuine("token", url, &given, wrong), "{wrong}");
        }
    }

    #[test]
    fn the_port_may_be_said_or_left_out() {
        let (plain, ported) = ("https://hub.example.com/a?b=c", "https://hub.example.com:443/a?b=c");
        assert!(is_genuine("token", plain, &[], &sign("token", ported, &[])));
        assert!(is_genuine("token", ported, &[], &sign("token", plain, &[])));
        assert!(!is_genuine("token", plain, &[], &sign("token", "https://hub.example.com:8443/a?b=c", &[])));
        assert_eq!(without_port("https://[::1]:8/a").as_deref(), Some("https://[::1]/a"));
        assert_eq!(without_port("https://hub.example.com/a:1"), None);
    }
}
