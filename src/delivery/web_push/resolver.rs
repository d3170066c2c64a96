//! Names of push services become addresses here and nowhere else: what was checked is what is connected to, so that a name
//! cannot be one thing when it is checked and another when it is used (DNS rebinding).

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::{Allowed, is_public};

/// How long a name server may take.
const WITHIN: Duration = Duration::from_secs(5);

/// Looks a name up: the system does, and in tests a table.
pub type LookUp = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// Resolves names to public addresses; those that the administrator named to any.
#[derive(Clone)]
pub(super) struct PublicOnly {
    allowed: Allowed,
    look_up: LookUp,
}

/// A name that leads to a private address.
#[derive(Debug)]
pub(super) struct PrivateAddress;

impl fmt::Display for PrivateAddress {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("the name leads to an address that is not public")
    }
}

impl StdError for PrivateAddress {}

impl PublicOnly {
    pub fn new(allowed: Allowed, look_up: LookUp) -> PublicOnly {
        PublicOnly { allowed, look_up }
    }

    async fn addresses(self, host: String) -> Result<Vec<SocketAddr>, Box<dyn StdError + Send + Sync>> {
        let found = tokio::time::timeout(WITHIN, (self.look_up)(host.clone())).await;
        let found =
            found.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "the name server did not answer in time"))??;
        // One that is not public among others that are is no accident either.
        if !self.allowed.may_be_private(&host) && !found.iter().copied().all(is_public) {
            return Err(Box::new(PrivateAddress));
        }
        Ok(found.into_iter().map(|address| SocketAddr::new(address, 0)).collect())
    }
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = self.clone().addresses(name.as_str().to_owned());
        Box::pin(async move { Ok(Box::new(addresses.await?.into_iter()) as Addrs) })
    }
}

/// The system's resolver.
pub(super) fn system() -> LookUp {
    Arc::new(|host| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}
