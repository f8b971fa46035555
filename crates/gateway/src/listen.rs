//! Parses and resolves the address to serve.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;

use anyhow::{Result, anyhow};
use tokio::net::{TcpListener, lookup_host};

const EXAMPLES: &str = "8400, :8400, localhost:8400, 127.0.0.1:8400, [::1]:8400, or 0.0.0.0:8400 for every address of this machine";

/// The address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// An address and a port.
    Address(SocketAddr),
    /// A host name and a port.
    Name(String, u16),
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(Self::Address(address));
        }
        let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
        let Ok(port) = port.parse() else {
            return Err(format!("name a port from 0 to 65535, like {EXAMPLES}"));
        };
        match host {
            // Without an address, other machines must not reach it.
            "" => Ok(Self::Address(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port))),
            name if is_name(name) => Ok(Self::Name(name.to_owned(), port)),
            _ => Err(format!("write an address like {EXAMPLES}")),
        }
    }
}

/// Returns whether the text is a host name that can be resolved.
fn is_name(text: &str) -> bool {
    text.split('.').all(|label| {
        !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || !b.is_ascii())
    })
    // Digits and dots that are no address are a mistyped address.
    && !text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

impl Listen {
    /// Resolves the address. If a name has several, returns the first IPv4 address if there is one: clients that try IPv6
    /// first fall back to IPv4, and not every client tries IPv6. `option` is the argument to name in errors.
    ///
    /// # Errors
    ///
    /// Fails if the name has no address.
    pub async fn resolve(&self, option: &str) -> Result<SocketAddr> {
        let (name, port) = match self {
            Self::Address(address) => return Ok(*address),
            Self::Name(name, port) => (name, *port),
        };
        let found = lookup_host((name.as_str(), port)).await;
        let found: Vec<_> = found
            .map_err(|error| {
                anyhow!("The address of {name} cannot be found: {error}. Give {option} one like {EXAMPLES}.")
            })?
            .collect();
        let first = found.iter().find(|address| address.is_ipv4()).or(found.first());
        first.copied().ok_or_else(|| anyhow!("{name} has no address. Give {option} one like {EXAMPLES}."))
    }
}

/// Listens on an address. `option` is the argument to name in errors.
///
/// # Errors
///
/// Fails if the system does not allow it. The error names the remedy.
pub async fn bind(address: SocketAddr, option: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "{address} is in use by another program. Stop that one, or choose another port with {option} \
             (port 0 takes a free one)."
        ),
        _ => anyhow!("{address} cannot be listened on: {error}. Choose another address with {option}."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn address_in_every_form_is_resolved() {
        for (text, expected) in [
            ("8400", "127.0.0.1:8400"),
            (":8400", "127.0.0.1:8400"),
            ("0", "127.0.0.1:0"),
            ("localhost:8400", "127.0.0.1:8400"),
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("0.0.0.0:8400", "0.0.0.0:8400"),
            ("[::1]:8400", "[::1]:8400"),
            ("[::]:65535", "[::]:65535"),
        ] {
            let listen: Listen = text.parse().unwrap();
            assert_eq!(listen.resolve("--listen").await.unwrap().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn invalid_address_is_refused_with_examples() {
        for text in [
            "",
            ":",
            "localhost",
            "127.0.0.1",
            "0.0.0.0",
            "::1",
            "[::1]",
            "65536",
            "-1",
            "localhost:",
            "localhost:http",
            "localhost:65536",
            "256.0.0.1:8400",
            "127.0.0.1.:8400",
            "http://localhost:8400",
            "a b:8400",
            "::1:8400",
            "*:8400",
            "localhost:8400/",
            " 8400",
            "[localhost]:8400",
        ] {
            let error = text.parse::<Listen>().unwrap_err();
            assert!(
                error.contains("8400, :8400, localhost:8400, 127.0.0.1:8400, [::1]:8400"),
                "{text}: {error}"
            );
        }
    }

    #[tokio::test]
    async fn unknown_name_is_refused() {
        let listen: Listen = "no-such-host.invalid:8400".parse().unwrap();
        let error = listen.resolve("--listen").await.unwrap_err().to_string();
        assert!(error.starts_with("The address of no-such-host.invalid cannot be found"), "{error}");
    }
}
