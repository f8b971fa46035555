//! The address of a server, and the rules for connections to it.

use reqwest::{Url, redirect};

use crate::{base_url, local_host::is_local, proxy::proxy_for};

/// The address of a server that a user typed, and the rules of this crate for connections to it.
///
/// A [`Client`](crate::Client) uses the same rules. Use this type to examine a connection before a key is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAddress {
    url: Url,
}

impl ServerAddress {
    /// Parses a domain as [`Client::builder`](crate::Client::builder) does.
    ///
    /// # Errors
    ///
    /// Returns the problem, as a clause without the domain, which may contain a password.
    pub fn parse(domain: &str) -> Result<Self, String> {
        base_url::parse(domain).map(|url| Self { url })
    }

    /// Returns the URL to which the path of a request is appended.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns whether the server is on this machine. Requests to this machine never use a proxy.
    pub fn is_local(&self) -> bool {
        is_local(&self.url)
    }

    /// Returns whether requests cross a network without encryption: the URL uses plain http and is not on this machine.
    pub fn is_cleartext(&self) -> bool {
        self.url.scheme() == "http" && !self.is_local()
    }

    /// Returns the host and port of the proxy that requests use, without its user and password.
    pub fn proxy(&self) -> Option<String> {
        proxy_for(&self.url)
    }

    /// Returns a builder of an HTTP client with the proxy and TLS rules of this crate. The HTTP client sends no key, follows no
    /// redirects, and repeats no request.
    pub fn http_client(&self) -> reqwest::ClientBuilder {
        #[cfg(feature = "rustls")]
        // Fails only if the program has already installed a provider, which is then used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder();
        // A proxy could read the key, and for a proxy `localhost` is another machine.
        let builder = if self.is_local() { builder.no_proxy() } else { builder };
        // A lost connection must not send a POST twice.
        builder.redirect(redirect::Policy::none()).retry(reqwest::retry::never())
    }
}
