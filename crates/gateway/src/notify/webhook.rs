//! A webhook.

use std::fmt::{self, Debug, Formatter};
use std::net::IpAddr;

use anyhow::{Result, anyhow, ensure};
use axum::http::HeaderName;
use reqwest::Url;

use super::template::{JsonTemplate, Template};
use crate::addresses::AddressPolicy;
use crate::request_secrets::{SecretSource, SecretValues};

/// The addresses to which webhooks connect: not those of metadata services.
pub(crate) const ADDRESSES: AddressPolicy = AddressPolicy { allowed: Vec::new(), has_private: true };

/// A request that tells of an event.
#[derive(Clone, PartialEq)]
pub struct Webhook {
    /// The address, which is a secret.
    pub url: Template,
    /// The headers besides those of every request.
    pub headers: Vec<(HeaderName, Template)>,
    /// The body. `None`: all values of the notification.
    pub body: Option<JsonTemplate>,
    /// Whether plain HTTP to other machines is allowed.
    pub allow_http: bool,
}

/// Does not write the address, which is a secret.
impl Debug for Webhook {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Webhook")
    }
}

impl Webhook {
    /// Returns the places of the secrets in it.
    pub fn secrets(&self) -> Vec<SecretSource> {
        let headers = self.headers.iter().flat_map(|(_, value)| value.secrets());
        let body = self.body.iter().flat_map(JsonTemplate::secrets);
        self.url.secrets().chain(headers).cloned().chain(body).collect()
    }

    /// Returns the address.
    ///
    /// # Errors
    ///
    /// Fails if it is none to which a request may be sent. The error does not contain it.
    pub(crate) fn address(&self, secrets: &SecretValues) -> Result<Url> {
        let text = self.url.render(|_| "".into(), secrets);
        // The usual errors repeat the address.
        let url = Url::parse(&text).map_err(|error| {
            anyhow!("`url` is not a URL ({error}). Copy the whole address of the webhook, which begins with https://, or write \"${{env:NAME}}\" for a variable")
        })?;
        ensure!(
            matches!(url.scheme(), "https" | "http") && url.has_host(),
            "`url` does not begin with https://. Copy the whole address of the webhook"
        );
        let literal = url.host_str().and_then(literal_address);
        let is_here = url.host_str() == Some("localhost")
            || literal.is_some_and(|address| address.to_canonical().is_loopback());
        ensure!(
            url.scheme() == "https" || is_here || self.allow_http,
            "`url` would get the messages without encryption. Write https://, or allow_http = true in `webhook` if the network is \
             safe"
        );
        ensure!(
            url.username().is_empty() && url.password().is_none(),
            "`url` contains a user or a password. Write the header Authorization in `headers` instead"
        );
        ensure!(
            literal.is_none_or(|address| ADDRESSES.allows(address)),
            "`url` has an address that is not {}. Write the address of the webhook",
            ADDRESSES.requirement()
        );
        Ok(url)
    }
}

/// Returns the address of a host that is one. Its name is not resolved.
fn literal_address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}
