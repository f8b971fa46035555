//! Builds a [`Client`].

use std::{fmt, time::Duration};

use reqwest::{
    Url,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect,
};

use crate::{
    client::Client,
    key::ApiKey,
    paths,
    server_address::ServerAddress,
    transport::{SharedPause, Transport},
    transport_error::root_cause,
};

/// The most redirects that are followed for one request.
const MAX_REDIRECTS: usize = 5;

/// Builds a [`Client`]. Create one with [`Client::builder`].
#[derive(Clone, Debug)]
pub struct ClientBuilder {
    domain: String,
    key: ApiKey,
    key_header: String,
    connect_timeout: Duration,
    timeout: Duration,
    retries: u32,
    user_agent: String,
}

/// The reason why a [`Client`] cannot be built.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupError {
    /// The domain is not a host or an `http` or `https` URL. Contains the reason.
    Domain(String),
    /// The text is not valid as the name of a request header.
    KeyHeader(String),
    /// The HTTP client or its TLS library cannot be initialized.
    Transport(String),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(problem) => write!(f, "The domain is not valid: {problem}."),
            Self::KeyHeader(name) => write!(f, "{name:?} is not a valid name of a request header."),
            Self::Transport(problem) => write!(f, "The HTTP client cannot be initialized: {problem}."),
        }
    }
}

impl std::error::Error for SetupError {}

impl Client {
    /// Creates a builder for a client of the API at `domain`, which authenticates with `key`.
    ///
    /// The domain is a host such as `api.example.com` or an `http` or `https` URL, with an optional port and path prefix. A host
    /// gets https, or http if it is this machine.
    pub fn builder(domain: impl Into<String>, key: ApiKey) -> ClientBuilder {
        ClientBuilder {
            domain: domain.into(),
            key,
            key_header: paths::API_KEY_HEADER.to_owned(),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            retries: 2,
            user_agent: concat!("txjobs/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }

    /// Returns a warning if the API key is sent over a network without encryption: the base URL uses plain http and is not on
    /// this machine.
    pub fn cleartext_key_warning(&self) -> Option<String> {
        let address = ServerAddress::parse(&self.baseurl).ok()?;
        if !address.is_cleartext() {
            return None;
        }
        let host = address.url().host_str().unwrap_or_default();
        Some(format!(
            "The API key is sent to {host} without encryption. Anyone on the network path can read it. Use https:// if the \
             server supports it."
        ))
    }
}

impl ClientBuilder {
    /// Sets the request header that carries the key. The default is the contract's.
    #[must_use]
    pub fn key_header(mut self, name: impl Into<String>) -> Self {
        self.key_header = name.into();
        self
    }

    /// Sets the longest wait for a connection. The default is 10 seconds.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the longest wait for a complete response. The default is 60 seconds. It does not include the pause that the server
    /// asks for (see [`retries`](Self::retries)) of at most [`RetryAfter::MAX_DELAY`](crate::RetryAfter::MAX_DELAY).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the maximum number of retries of a GET request. The default is 2. A POST is never repeated.
    ///
    /// A GET is repeated after a connection that failed or was lost, after incomplete JSON, and after 408, 429, 502, 503, and 504.
    /// The delay grows with each repetition and has jitter. A `Retry-After` of at most five seconds replaces it; after a longer
    /// one the GET is not repeated.
    ///
    /// After 429, and after 503 with `Retry-After`, all requests of this client and its clones wait as long as the server
    /// asked, also a POST before it is sent: see [`RateLimitPause`](crate::RateLimitPause).
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// Sets the `User-Agent` of all requests.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Builds the client. Sends nothing.
    ///
    /// # Errors
    ///
    /// Returns [`SetupError`] for an invalid domain, header name, or user agent.
    pub fn build(self) -> Result<Client, SetupError> {
        let address = ServerAddress::parse(&self.domain).map_err(SetupError::Domain)?;
        let name = HeaderName::try_from(&self.key_header)
            .map_err(|_| SetupError::KeyHeader(self.key_header.clone()))?;
        let mut key = HeaderValue::try_from(self.key.expose()).expect("an ApiKey is visible ASCII");
        key.set_sensitive(true);
        let headers = HeaderMap::from_iter([(name, key)]);
        let build = |redirects| self.build_http_client(&address, &headers, redirects);
        let get_client = build(redirects_within_origin())?;
        let transport = Transport {
            get_client: get_client.clone(),
            post_client: build(redirect::Policy::none())?,
            retries: self.retries,
            pause: SharedPause::new(),
            key: self.key,
        };
        let client =
            Client::new_with_client(address.url().as_str().trim_end_matches('/'), get_client, transport);
        if let Some(warning) = client.cleartext_key_warning() {
            tracing::warn!("{warning}");
        }
        Ok(client)
    }

    fn build_http_client(
        &self,
        address: &ServerAddress,
        headers: &HeaderMap,
        redirects: redirect::Policy,
    ) -> Result<reqwest::Client, SetupError> {
        address
            .http_client()
            .default_headers(headers.clone())
            .connect_timeout(self.connect_timeout)
            .timeout(self.timeout)
            .user_agent(&self.user_agent)
            .redirect(redirects)
            .build()
            .map_err(|error| SetupError::Transport(root_cause(&error)))
    }
}

/// Returns a policy that follows redirects within the same origin. reqwest removes only standard secrets before a redirect to
/// another host, not a header with a custom name.
fn redirects_within_origin() -> redirect::Policy {
    redirect::Policy::custom(|attempt| {
        let first_origin = attempt.previous().first().map(Url::origin);
        if attempt.previous().len() > MAX_REDIRECTS || first_origin != Some(attempt.url().origin()) {
            attempt.stop()
        } else {
            attempt.follow()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_does_not_contain_the_key() {
        let builder = Client::builder("api.example.com", ApiKey::new("s3cret-key").unwrap());
        assert!(!format!("{builder:?}").contains("s3cret"));
        assert!(!format!("{:?}", builder.build().unwrap()).contains("s3cret"));
    }

    #[test]
    fn build_with_invalid_header_name_returns_an_error() {
        let builder = Client::builder("x", ApiKey::new("k").unwrap()).key_header("api key");
        assert_eq!(builder.build().unwrap_err(), SetupError::KeyHeader("api key".to_owned()));
    }

    #[test]
    fn cleartext_key_warning_is_returned_for_remote_http() {
        let warning = |domain: &str| {
            let client = Client::builder(domain, ApiKey::new("s3cret-key").unwrap()).build().unwrap();
            client.cleartext_key_warning()
        };
        let text = warning("http://api.example.com:81/x").unwrap();
        assert!(text.contains("api.example.com") && !text.contains("s3cret"), "{text}");
        for domain in ["api.example.com", "http://localhost:8400", "http://[::1]", "127.0.0.1:1"] {
            assert_eq!(warning(domain), None, "{domain}");
        }
    }
}
