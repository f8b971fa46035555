//! Setting up a [`Client`].

use std::time::Duration;

use reqwest::{
    Url,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect,
};

use crate::{
    ApiKey,
    client::Client,
    error, host, paths,
    transport::{SharedGate, Transport, same_origin},
};

/// Sets up a [`Client`]. Get one from [`Client::builder`].
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

/// Why a [`Client`] could not be set up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupError {
    /// The domain is not a host or an `http`/`https` URL.
    Domain(String),
    /// The key header's name is not a header name.
    KeyHeader(String),
    /// The platform's TLS or the HTTP client could not be started.
    Transport(String),
}

impl std::fmt::Display for SetupError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Domain(why) => write!(f, "The domain cannot be used: {why}."),
            Self::KeyHeader(name) => write!(f, "{name:?} cannot be the name of a request header."),
            Self::Transport(why) => write!(f, "The HTTP client could not be started: {why}."),
        }
    }
}

impl std::error::Error for SetupError {}

impl Client {
    /// Sets up a client of the API at `domain` with `key`.
    ///
    /// The domain is a host (`api.example.com`; https is assumed, or http for this machine itself) or a URL, with a
    /// port and a path prefix if there is one.
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

    /// Returns a warning if the API key is sent over a network without encryption: the base URL is plain http and not this
    /// machine.
    pub fn cleartext_key_warning(&self) -> Option<String> {
        let url = Url::parse(&self.baseurl).ok()?;
        if url.scheme() != "http" || host::is_this_machine(&url) {
            return None;
        }
        let host = url.host_str().unwrap_or_default();
        Some(format!(
            "The API key is sent to {host} without encryption, so that others in the network can read it. Use https:// if the server supports it."
        ))
    }
}

impl ClientBuilder {
    /// The request header that carries the key; by default the contract's.
    #[must_use]
    pub fn key_header(mut self, name: impl Into<String>) -> Self {
        self.key_header = name.into();
        self
    }

    /// The longest wait for a connection; by default 10 seconds.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the longest wait for a complete answer; by default 60 seconds. While the server asks for a pause (see
    /// [`retries`](Self::retries)) requests wait before that, up to
    /// [`RetryAfter::MAX_DELAY`](crate::RetryAfter::MAX_DELAY).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how often a GET is sent again after a connection that failed or broke before the answer was complete, after JSON that
    /// ends too early, and after 408, 429, 502, 503 and 504; by default twice, with a growing and uneven pause, or as
    /// long as `Retry-After` says if that is at most five seconds. A POST is never sent again.
    ///
    /// After 429, and after 503 with `Retry-After`, every request of this client and of its clones waits as long as the
    /// server asked, also a POST before it is sent: see [`RateLimitPause`](crate::RateLimitPause).
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// The `User-Agent` of every request.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Builds the client. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`SetupError`] for a domain, a header name or a user agent that cannot be used.
    pub fn build(self) -> Result<Client, SetupError> {
        let base = base_url(&self.domain)?;
        let name =
            HeaderName::try_from(&self.key_header).map_err(|_| SetupError::KeyHeader(self.key_header))?;
        let mut key = HeaderValue::try_from(self.key.expose()).expect("an ApiKey is visible ASCII");
        key.set_sensitive(true);
        #[cfg(feature = "rustls")]
        // Fails only if the program has chosen a provider before, and then that is the one to use.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let headers = HeaderMap::from_iter([(name, key)]);
        let is_local = host::is_this_machine(&base);
        let client = |redirects| {
            let builder = reqwest::Client::builder();
            // A proxy could read the key, and cannot reach this machine.
            let builder = if is_local { builder.no_proxy() } else { builder };
            builder
                .default_headers(headers.clone())
                .connect_timeout(self.connect_timeout)
                .timeout(self.timeout)
                .user_agent(&self.user_agent)
                .redirect(redirects)
                // A lost connection must not send a POST twice.
                .retry(reqwest::retry::never())
                .build()
                .map_err(|e| SetupError::Transport(error::root_cause(&e)))
        };
        let transport = Transport {
            post: client(redirect::Policy::none())?,
            retries: self.retries,
            gate: SharedGate::new(),
            key: self.key,
        };
        let gets = client(same_origin())?;
        let client = Client::new_with_client(base.as_str().trim_end_matches('/'), gets, transport);
        if let Some(warning) = client.cleartext_key_warning() {
            tracing::warn!("{warning}");
        }
        Ok(client)
    }
}

/// The base URL for what a person typed as the domain.
fn base_url(domain: &str) -> Result<Url, SetupError> {
    let domain = domain.trim();
    if domain.is_empty() {
        return Err(SetupError::Domain("it is empty".to_owned()));
    }
    let with_scheme = if domain.contains("://") {
        domain.to_owned()
    } else {
        let url = Url::parse(&format!("http://{domain}"));
        let scheme = if url.is_ok_and(|url| host::is_this_machine(&url)) { "http" } else { "https" };
        format!("{scheme}://{domain}")
    };
    let url = Url::parse(&with_scheme).map_err(|e| SetupError::Domain(e.to_string()))?;
    let problem = match url.scheme() {
        "http" | "https" if !url.username().is_empty() || url.password().is_some() => {
            "it must not carry a password"
        }
        "http" | "https" if url.query().is_some() || url.fragment().is_some() => "it must end with its path",
        "http" | "https" => return Ok(url),
        _ => "only http and https are known",
    };
    Err(SetupError::Domain(problem.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(domain: &str) -> String {
        base_url(domain).map(|url| url.to_string()).unwrap_or_else(|e| e.to_string())
    }

    #[test]
    fn what_a_person_types_as_the_domain() {
        assert_eq!(base("api.example.com"), "https://api.example.com/");
        assert_eq!(base(" api.example.com/prefix/ "), "https://api.example.com/prefix/");
        assert_eq!(base("localhost:8400"), "http://localhost:8400/");
        assert_eq!(base("127.0.0.1:8400/x"), "http://127.0.0.1:8400/x");
        assert_eq!(base("[::1]:8400"), "http://[::1]:8400/");
        assert_eq!(base("[::ffff:127.0.0.1]:8400"), "http://[::ffff:7f00:1]:8400/");
        assert_eq!(base("127.0.0.1.example.com"), "https://127.0.0.1.example.com/");
        assert_eq!(base("http://api.example.com:81"), "http://api.example.com:81/");
        assert!(base("").contains("empty"));
        assert!(base("ftp://x").contains("only http"));
        assert!(base("https://me:pw@x").contains("password") && !base("https://me:pw@x").contains("pw@"));
        assert!(base("https://x?a=b").contains("end with its path"));
        assert!(base("https://").contains("host"));
    }

    #[test]
    fn the_key_is_not_in_the_client_s_debug_output() {
        let client = Client::builder("api.example.com", ApiKey::new("s3cret-key").unwrap());
        assert!(!format!("{client:?}").contains("s3cret"));
        assert!(!format!("{:?}", client.build().unwrap()).contains("s3cret"));
    }

    #[test]
    fn a_header_name_is_checked() {
        let client = Client::builder("x", ApiKey::new("k").unwrap()).key_header("api key");
        assert_eq!(client.build().unwrap_err(), SetupError::KeyHeader("api key".to_owned()));
    }

    #[test]
    fn key_in_clear_text_has_a_warning() {
        let warning = |domain: &str| {
            Client::builder(domain, ApiKey::new("s3cret-key").unwrap())
                .build()
                .unwrap()
                .cleartext_key_warning()
        };
        let words = warning("http://api.example.com:81/x").unwrap();
        assert!(words.contains("api.example.com") && !words.contains("s3cret"), "{words}");
        for domain in ["api.example.com", "http://localhost:8400", "http://[::1]", "127.0.0.1:1"] {
            assert_eq!(warning(domain), None, "{domain}");
        }
    }
}
