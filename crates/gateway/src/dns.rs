//! Resolves the name of another server, and refuses addresses to which this one must not connect.

use std::fmt::{self, Debug};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::addresses::AddressPolicy;

/// Finds the addresses of a name.
pub trait Lookup: Debug + Send + Sync {
    /// Returns the addresses of a name.
    fn lookup(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// Asks the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let addresses = tokio::net::lookup_host((name, 0)).await?;
            Ok(addresses.map(|address| address.ip()).collect())
        })
    }
}

/// Resolves names once for each connection, which then uses these addresses only. So an answer that changes afterwards has no effect.
#[derive(Clone, Debug)]
pub(crate) struct CheckedResolver {
    pub lookup: Arc<dyn Lookup>,
    pub policy: AddressPolicy,
}

/// The error of a name with an address that is refused.
#[derive(Debug)]
pub(crate) struct AddressRefused {
    address: IpAddr,
    requirement: &'static str,
}

impl fmt::Display for AddressRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "its name leads to {}, which is not {}", self.address, self.requirement)
    }
}

impl std::error::Error for AddressRefused {}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = self.lookup.lookup(name.as_str().to_owned());
        let policy = self.policy.clone();
        Box::pin(async move {
            let addresses = addresses.await?;
            // One refused address refuses the name: its owner could otherwise lead some of the connections to it.
            if let Some(&address) = addresses.iter().find(|address| !policy.allows(**address)) {
                return Err(AddressRefused { address, requirement: policy.requirement() }.into());
            }
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}
