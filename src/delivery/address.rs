//! Where requests to addresses that users gave may go: https and public addresses, looked at after DNS resolution, so
//! that what was checked is what is connected to. An administrator can name exceptions.
//!
//! [`Addresses::check`] looks at the URL itself, [`PublicResolver`] at what its name resolves to. A client needs both, no
//! redirects and no proxy: see [`Addresses::client`].

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::error::{Error, Result};

/// Longest address: what servers take at least (RFC 9110, section 4.1).
const MAX_URL_BYTES: usize = 8_000;

/// Which addresses requests may go to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addresses {
    allowed: Vec<Allowed>,
}

/// An exception.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Allowed {
    /// `http` only where the exception says so.
    scheme: String,
    host: String,
    /// Any where none is given.
    port: Option<u16>,
}

impl Addresses {
    /// With exceptions: `hooks.internal` (https, any port) or `http://127.0.0.1:9099` (exactly that).
    ///
    /// # Errors
    /// [`Error::Config`] for one that cannot be read; `setting` names it.
    pub fn new(allowed: &[String], setting: &str) -> Result<Addresses> {
        let read = |text: &String| Allowed::read(text).ok_or_else(|| unreadable(setting, text));
        Ok(Addresses { allowed: allowed.iter().map(read).collect::<Result<_>>()? })
    }

    /// Whether a request may go there, as far as the URL tells.
    ///
    /// # Errors
    /// What is wrong with it, for the person who gave it.
    pub fn check(&self, url: &str) -> Result<Url, &'static str> {
        if url.len() > MAX_URL_BYTES {
            return Err("is too long");
        }
        let url = Url::parse(url).map_err(|_| "is not an address")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("may not hold a user or password");
        }
        if self.allowed.iter().any(|allowed| allowed.fits(&url)) {
            return Ok(url);
        }
        if url.scheme() != "https" {
            return Err("must begin with https://");
        }
        match url.host() {
            Some(Host::Domain(name)) if is_local_name(name) => Err("is not a public address"),
            Some(Host::Domain(_)) => Ok(url),
            Some(Host::Ipv4(ip)) if is_public(ip.into()) => Ok(url),
            Some(Host::Ipv6(ip)) if is_public(ip.into()) => Ok(url),
            _ => Err("is not a public address"),
        }
    }

    /// A client that connects to nothing else: no redirects, no proxy, names resolved by [`PublicResolver`].
    ///
    /// # Errors
    /// [`Error::Internal`] when TLS cannot be set up.
    pub fn client(&self, connect: Duration, total: Duration) -> Result<reqwest::Client> {
        reqwest::Client::builder()
            .connect_timeout(connect)
            .timeout(total)
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would resolve the name itself, and connect to whatever that gives.
            .no_proxy()
            .dns_resolver(PublicResolver { addresses: self.clone() })
            .user_agent(concat!("Bellhop/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Error::Internal(format!("no HTTP client could be made: {error}")))
    }

    fn allows_name(&self, name: &str) -> bool {
        self.allowed.iter().any(|allowed| allowed.host == name)
    }
}

impl Allowed {
    fn read(text: &str) -> Option<Allowed> {
        let (with_scheme, full) = match text.contains("://") {
            true => (true, text.to_owned()),
            false => (false, format!("https://{text}")),
        };
        let url = Url::parse(&full).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.username().is_empty();
        let port = if with_scheme { url.port_or_known_default() } else { url.port() };
        let host = url.host_str().filter(|_| is_bare)?.to_owned();
        Some(Allowed { scheme: url.scheme().to_owned(), host, port })
    }

    fn fits(&self, url: &Url) -> bool {
        self.scheme == url.scheme()
            && url.host_str() == Some(&self.host)
            && (self.port.is_none() || self.port == url.port_or_known_default())
    }
}

fn unreadable(setting: &str, text: &str) -> Error {
    Error::Config(format!("{setting}: `{text}` is neither a host nor http(s)://host:port"))
}

/// Names that never mean a public address, whoever resolves them.
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let of = |zone: &str| name == zone || name.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.'));
    !name.contains('.') || ["localhost", "local", "internal", "home.arpa", "onion"].into_iter().any(of)
}

/// Resolves names by the system, and leaves out what is not public. A name that the configuration allows is resolved
/// as it is.
#[derive(Debug, Clone, Default)]
pub struct PublicResolver {
    addresses: Addresses,
}

/// A name that leads to no public address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotPublic;

impl fmt::Display for NotPublic {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("the host has no public address")
    }
}

impl std::error::Error for NotPublic {}

/// Whether a request failed for an error of that type, however deep it lies.
pub fn is_because_of<T: std::error::Error + 'static>(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(|error| error.is::<T>())
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let is_allowed = self.addresses.allows_name(name.as_str());
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|found| is_allowed || is_public(found.ip())).collect();
            if public.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the public internet's: no private, loopback, link-local, shared (CGNAT), unique local,
/// multicast, documentation or reserved one, and none that carries such an IPv4 address inside (IANA's special-purpose
/// registries).
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match inner_v4(ip) {
            Some(inner) => is_public_v4(inner),
            None => is_public_v6(ip),
        },
    }
}

/// The same of an IPv4 address.
pub fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        // Shared address space, benchmarks, protocol assignments, 6to4 relays, and what nobody has.
        || (a == 100 && b & 0xc0 == 64)
        || (a == 198 && b & 0xfe == 18)
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || a >= 240)
}

/// Of IPv6 only what is given out (2000::/3) is public, without the parts of it that are for other things.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let special = match a {
        // Protocol assignments (Teredo, ORCHID, benchmarks), documentation.
        0x2001 => b < 0x0200 || b == 0x0db8,
        0x3fff => b < 0x1000,
        // Segment routing, and what was the 6bone.
        0x5f00 | 0x3ffe => true,
        _ => false,
    };
    a & 0xe000 == 0x2000 && !special
}

/// The IPv4 address inside: mapped, compatible, translated (NAT64) and 6to4.
fn inner_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match ip.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => Some(v4(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(v4(high, low)),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        for ip in ["1.1.1.1", "93.184.216.34", "100.63.255.255", "100.128.0.1", "172.32.0.1", "198.20.0.1"] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in ["2606:4700::1111", "2a00:1450:4001:800::200e", "64:ff9b::1.1.1.1", "::ffff:1.1.1.1"] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:0:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a00:1::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn only_https_to_public_hosts_passes() {
        let addresses = Addresses::default();
        for url in [
            "https://example.com/hook",
            "https://example.com:8443/a?b=c",
            "https://1.1.1.1/",
            "https://[2606:4700::1111]/",
        ] {
            assert!(addresses.check(url).is_ok(), "{url}");
        }
        for url in [
            "http://example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "javascript:1",
            "example.com",
            "",
            "https://user@example.com/",
            "https://user:pass@example.com/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://printer.local/",
            "https://db.internal/",
            "https://intranet/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[fd00::1]/",
            "https://169.254.169.254/latest",
            "https://１２７.0.0.1/",
            "https://10.0.0.1:443/",
        ] {
            assert!(addresses.check(url).is_err(), "{url}");
        }
        assert!(addresses.check(&format!("https://example.com/{}", "a".repeat(MAX_URL_BYTES))).is_err());
    }

    #[test]
    fn exceptions_are_just_what_they_say() {
        let allowed = ["http://127.0.0.1:9099".to_owned(), "hooks.internal".to_owned(), "10.0.0.7:8443".to_owned()];
        let addresses = Addresses::new(&allowed, "webhooks.allowed_hosts").unwrap();
        for url in [
            "http://127.0.0.1:9099/hook",
            "https://hooks.internal/",
            "https://hooks.internal:444/",
            "https://10.0.0.7:8443/",
        ] {
            assert!(addresses.check(url).is_ok(), "{url}");
        }
        for url in [
            "http://127.0.0.1:9098/",
            "https://127.0.0.1:9099/",
            "http://hooks.internal/",
            "https://a.hooks.internal/",
            "https://10.0.0.7/",
            "http://user@127.0.0.1:9099/",
            "http://127.0.0.1/",
        ] {
            assert!(addresses.check(url).is_err(), "{url}");
        }
        for wrong in ["", "ftp://a", "http://a/path", "a b"] {
            assert!(Addresses::new(&[wrong.to_owned()], "webhooks.allowed_hosts").is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_not_connected_to_unless_it_is_allowed() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (connect, total) = (Duration::from_secs(2), Duration::from_secs(2));
        let url = format!("http://localhost:{port}/");
        let refused = Addresses::default().client(connect, total).unwrap().get(&url).send().await.unwrap_err();
        assert!(is_because_of::<NotPublic>(&refused), "{refused:?}");
        let nobody_came = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(nobody_came.is_err());
        let allowed = Addresses::new(&[format!("http://localhost:{port}")], "webhooks.allowed_hosts").unwrap();
        let client = allowed.client(connect, total).unwrap();
        let asking = tokio::spawn(async move { client.get(&url).send().await.map(drop) });
        listener.accept().await.unwrap();
        asking.abort();
    }
}
