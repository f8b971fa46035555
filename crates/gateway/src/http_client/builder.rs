//! The settings of each client.

use reqwest::{Client, ClientBuilder, redirect};

use crate::dns::CheckedResolver;

/// Returns the builder of a client that sends each request once, to a checked address, and follows no redirect.
pub(crate) fn builder(resolver: CheckedResolver) -> ClientBuilder {
    install_tls();
    Client::builder()
        .http1_only()
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        // A proxy would connect to addresses that nobody has checked, and see plain requests.
        .no_proxy()
        .referer(false)
        .user_agent(concat!("txjobs-gateway/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(resolver)
}

/// Selects the cryptography of connections to other servers.
pub(crate) fn install_tls() {
    // Fails only if the program has already installed a provider, which is then used.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
