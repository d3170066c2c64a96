//! Where pushes may go: to the known push services and to the hosts that the administrator named, and nowhere else. A
//! browser names the address, and whoever can sign in can pretend to be a browser: without this, Bellhop would post to
//! any machine that it can reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::{
    delivery::address::is_public_v4,
    error::{Error, Result},
};

/// Chrome, Edge on other systems, Opera, Samsung; Firefox; Safari; Edge on Windows. `*.` stands for one label or more.
const KNOWN: [&str; 6] = [
    "fcm.googleapis.com",
    "android.googleapis.com",
    "updates.push.services.mozilla.com",
    "*.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
];

/// Longer endpoints than any push service's.
const LONGEST: usize = 2_048;

/// The hosts to which pushes may go.
#[derive(Debug, Clone)]
pub(super) struct Allowed {
    named: Vec<Named>,
}

/// A host that the administrator named (`web_push.allowed_hosts`).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    scheme: &'static str,
    host: String,
    /// None: any.
    port: Option<u16>,
}

/// Why an address is not one that pushes go to: the end of a sentence.
pub(super) type Refusal = &'static str;

impl Allowed {
    /// From `web_push.allowed_hosts`: `push.example.com` and `*.example.com` (https, any port), `push.example.com:8443`,
    /// or with a scheme, `http://127.0.0.1:9099`, where plain http is meant. Such hosts may have private addresses.
    ///
    /// # Errors
    /// [`Error::Config`] for what is no host.
    pub fn new(named: &[String]) -> Result<Allowed> {
        Ok(Allowed { named: named.iter().map(|text| Named::parse(text)).collect::<Result<_>>()? })
    }

    /// The address of a subscription, if pushes may go there.
    pub fn check(&self, endpoint: &str) -> Result<Url, Refusal> {
        if endpoint.len() > LONGEST {
            return Err("is longer than any push service's");
        }
        let url = Url::parse(endpoint).map_err(|_| "is not an address")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not hold a user or password");
        }
        let host = url.host_str().ok_or("has no host")?;
        if self.named.iter().any(|named| named.covers(url.scheme(), host, url.port_or_known_default())) {
            return Ok(url);
        }
        if url.scheme() != "https" {
            return Err("must be https");
        }
        // An address in figures is in nobody's list.
        if url.port().is_some() || !KNOWN.iter().any(|known| matches(known, host)) {
            return Err("is not at a push service that is known here; an administrator may add its host to \
                        web_push.allowed_hosts");
        }
        Ok(url)
    }

    /// Whether this host may have a private address: the administrator named it.
    pub fn may_be_private(&self, host: &str) -> bool {
        self.named.iter().any(|named| matches(&named.host, host))
    }
}

impl Named {
    fn parse(text: &str) -> Result<Named> {
        let wrong = || Error::Config(format!("web_push.allowed_hosts: `{text}` is no host"));
        let (scheme, rest) = match text.split_once("://") {
            None => ("https", text),
            Some(("https", rest)) => ("https", rest),
            Some(("http", rest)) => ("http", rest),
            Some(_) => return Err(wrong()),
        };
        let (wildcard, rest) = rest.strip_prefix("*.").map_or(("", rest), |rest| ("*.", rest));
        let url = Url::parse(&format!("{scheme}://{rest}")).map_err(|_| wrong())?;
        let bare = matches!(url.path(), "/" | "") && url.query().is_none() && url.username().is_empty();
        let host = url.host_str().filter(|host| bare && !host.contains('*')).ok_or_else(wrong)?;
        if !wildcard.is_empty() && !matches!(url.host(), Some(Host::Domain(_))) {
            return Err(wrong());
        }
        // In plain http only the very port that was meant, its usual one where none is given.
        let port = if scheme == "http" { url.port_or_known_default() } else { url.port() };
        Ok(Named { scheme, host: format!("{wildcard}{host}"), port })
    }

    fn covers(&self, scheme: &str, host: &str, port: Option<u16>) -> bool {
        self.scheme == scheme && (self.port.is_none() || self.port == port) && matches(&self.host, host)
    }
}

fn matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(parent) => host.strip_suffix(parent).is_some_and(|below| below.len() > 1 && below.ends_with('.')),
        None => pattern == host,
    }
}

/// Whether this is Apple's push service, which is stricter than the others about who writes.
pub(super) fn is_apple(url: &Url) -> bool {
    url.host_str().is_some_and(|host| matches("*.push.apple.com", host))
}

/// Whether this is Windows' push service, which has answers of its own.
pub(super) fn is_windows(url: &Url) -> bool {
    url.host_str().is_some_and(|host| matches("*.notify.windows.com", host))
}

/// Whether anybody on the internet can have this address (IANA special-purpose registries): not a private, shared,
/// loopback, link-local, multicast, documentation, benchmark, tunnelled or reserved one.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Of 2000::/3, which is all that is given out, what is neither documentation nor a way to hide another address in. A
/// network that speaks IPv6 only reaches the others through 64:ff9b::/96 (RFC 6052): there the inner address counts.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Protocol assignments with Teredo, documentation, 6to4, documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    fn allowed(named: &[&str]) -> Allowed {
        Allowed::new(&named.iter().map(|&text| text.to_owned()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn browsers_push_services_are_known_and_nothing_that_looks_like_them() {
        let allowed = allowed(&[]);
        for good in [
            "https://fcm.googleapis.com/fcm/send/abc",
            "https://fcm.googleapis.com:443/fcm/send/abc",
            "https://FCM.googleapis.com/fcm/send/abc",
            "https://updates.push.services.mozilla.com/wpush/v2/abc",
            "https://eu.push.services.mozilla.com/wpush/v2/abc",
            "https://web.push.apple.com/abc",
            "https://wns2-par02p.notify.windows.com/w/?token=abc",
        ] {
            assert!(allowed.check(good).is_ok(), "{good}");
        }
        for bad in [
            "http://fcm.googleapis.com/fcm/send/abc",
            "https://fcm.googleapis.com:8443/fcm/send/abc",
            "https://fcm.googleapis.com.evil.example/abc",
            "https://fcm.googleapis.com./abc",
            "https://evilpush.apple.com/abc",
            "https://push.apple.com/abc",
            "https://.push.apple.com/abc",
            "https://notify.windows.com.evil.example/",
            "https://user@fcm.googleapis.com/abc",
            "https://fcm.googleapis.com@evil.example/abc",
            "https://evil.example\\@fcm.googleapis.com/abc",
            "https://127.0.0.1/abc",
            "https://2130706433/abc",
            "https://0x7f.1/abc",
            "https://[::1]/abc",
            "https://169.254.169.254/latest/meta-data",
            "https://8.8.8.8/abc",
            "ftp://fcm.googleapis.com/abc",
            "file:///etc/passwd",
            "fcm.googleapis.com",
            "",
        ] {
            assert!(allowed.check(bad).is_err(), "{bad}");
        }
        assert!(allowed.check(&format!("https://fcm.googleapis.com/{}", "x".repeat(LONGEST))).is_err());
    }

    #[test]
    fn an_administrator_adds_hosts_with_scheme_and_port_as_meant() {
        let allowed =
            allowed(&["push.example.com", "*.corp.example", "up.example:8443", "http://127.0.0.1:9099", "http://p"]);
        for (address, good) in [
            ("https://push.example.com/x", true),
            ("https://push.example.com:8443/x", true),
            ("http://push.example.com/x", false),
            ("https://a.b.corp.example/x", true),
            ("https://corp.example/x", false),
            ("https://up.example:8443/x", true),
            ("https://up.example/x", false),
            ("http://127.0.0.1:9099/x", true),
            ("http://127.0.0.1:9098/x", false),
            ("https://127.0.0.1:9099/x", false),
            ("http://p/x", true),
            ("http://p:81/x", false),
        ] {
            assert_eq!(allowed.check(address).is_ok(), good, "{address}");
        }
        assert!(allowed.may_be_private("push.example.com") && allowed.may_be_private("a.corp.example"));
        assert!(!allowed.may_be_private("fcm.googleapis.com"));
        for wrong in ["", "ftp://x", "a b", "x/path", "*.127.0.0.1", "https://u@x", "*", "http://"] {
            assert!(Allowed::new(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_addresses_that_anybody_can_have_are_public() {
        for public in [
            "8.8.8.8",
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.254",
            "2a00:1450:4001::1",
            "2606:4700::1111",
            "2001:200::1",
            "64:ff9b::8.8.8.8",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for special in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.1.2.3",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:8.8.8.8",
            "::ffff:127.0.0.1",
            "::8.8.8.8",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff:1::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(!is_public(special.parse().unwrap()), "{special}");
        }
    }
}
