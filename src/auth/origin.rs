//! Which pages may talk to Bellhop: its own, and those of the helpdesks that embed the bell.

/// The allow-list of origins, read once from the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origins {
    own: String,
    allowed: Vec<String>,
    any: bool,
}

impl Origins {
    /// `public_url` is where browsers reach Bellhop; `allowed` lists origins as browsers send them
    /// (`https://desk.example.com`), or `*` for every page that brings a token.
    pub fn new(public_url: &str, allowed: &[String]) -> Origins {
        let (listed, any): (Vec<&String>, Vec<&String>) = allowed.iter().partition(|origin| *origin != "*");
        Origins {
            own: origin_of(public_url),
            allowed: listed.into_iter().map(|origin| origin_of(origin)).collect(),
            any: !any.is_empty(),
        }
    }

    /// Whether Bellhop is reached over TLS, so that cookies must be.
    pub fn is_secure(&self) -> bool {
        self.own.starts_with("https://")
    }

    /// One of Bellhop's own pages: the public address, or the host that the request itself names. (A cookie belongs
    /// to the host it was given to, so that a page of another host cannot get it sent under this one.)
    pub fn is_own(&self, origin: &str, host: Option<&str>) -> bool {
        let origin = origin.to_ascii_lowercase();
        let same_host = || {
            let (scheme, authority) = origin.split_once("://")?;
            let own_scheme = self.own.split_once("://").map_or("http", |(scheme, _)| scheme);
            Some(scheme == own_scheme && host.is_some_and(|host| host.eq_ignore_ascii_case(authority)))
        };
        origin == self.own || same_host() == Some(true)
    }

    /// On the list by name: such a page may also use the session cookie.
    pub fn is_listed(&self, origin: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        self.allowed.contains(&origin)
    }

    /// May be told answers: own, listed, or any where `*` allows that.
    pub fn is_allowed(&self, origin: &str, host: Option<&str>) -> bool {
        self.any || self.is_listed(origin) || self.is_own(origin, host)
    }

    /// May act under a session cookie: only own and listed pages, and a browser always says which it is.
    pub fn may_use_cookie(&self, origin: Option<&str>, host: Option<&str>) -> bool {
        origin.is_some_and(|origin| self.is_listed(origin) || self.is_own(origin, host))
    }
}

/// Scheme and authority in lower case, without path and default port, as browsers send it.
fn origin_of(url: &str) -> String {
    let url = url.trim().to_ascii_lowercase();
    let Some((scheme, rest)) = url.split_once("://") else {
        return url;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    format!("{scheme}://{}", authority.strip_suffix(default_port).unwrap_or(authority))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(allowed: &[&str]) -> Origins {
        let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        Origins::new("https://bell.example.com/hub", &allowed)
    }

    #[test]
    fn own_pages_and_listed_ones_may_use_the_cookie_and_nobody_else() {
        let origins = origins(&["https://desk.example.com/"]);
        assert!(origins.may_use_cookie(Some("https://bell.example.com"), None));
        assert!(origins.may_use_cookie(Some("https://desk.example.com"), None));
        assert!(origins.may_use_cookie(Some("https://10.0.0.7:8443"), Some("10.0.0.7:8443")));
        assert!(!origins.may_use_cookie(Some("http://10.0.0.7:8443"), Some("10.0.0.7:8443")));
        assert!(!origins.may_use_cookie(Some("https://evil.example"), Some("bell.example.com")));
        assert!(!origins.may_use_cookie(Some("null"), Some("bell.example.com")));
        assert!(!origins.may_use_cookie(None, Some("bell.example.com")));
    }

    #[test]
    fn a_star_lets_every_page_in_that_brings_a_token_and_none_that_brings_a_cookie() {
        let origins = origins(&["*"]);
        assert!(origins.is_allowed("https://anything.example", None));
        assert!(!origins.may_use_cookie(Some("https://anything.example"), None));
    }

    #[test]
    fn a_default_port_is_the_same_origin() {
        assert_eq!(origin_of("https://Desk.example.com:443/x"), "https://desk.example.com");
        assert_eq!(origin_of("http://localhost:8080"), "http://localhost:8080");
    }
}
