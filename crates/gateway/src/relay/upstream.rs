//! The connections to the service.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Response, Url};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};
use txjobs_sdk::ApiKey;
use txjobs_sdk::operation::{Method, Request};

use super::error::UpstreamError;
use crate::config::RelayConfig;
use crate::dns::{CheckedResolver, Lookup};
use crate::http_client::{self, Cause};
use crate::metrics::record_upstream;

/// The most requests to the service at the same time. Further ones are refused.
const MAX_REQUESTS: usize = 64;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest time without a byte of a response.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// The connections to the service, which the configuration names.
#[derive(Debug)]
pub struct Upstream {
    base: Url,
    key_header: HeaderName,
    timeout: Duration,
    /// For requests that are safe to repeat: a connection that the service has closed meanwhile is replaced by another one.
    reads: Client,
    /// For requests that are sent once, each on a connection of its own. So a failure to connect means that nothing was sent.
    writes: Client,
    slots: Arc<Semaphore>,
}

/// A response whose body has not been read.
#[derive(Debug)]
pub(super) struct UpstreamResponse {
    pub response: Response,
    /// Held until the body has been read.
    pub permit: OwnedSemaphorePermit,
}

impl Upstream {
    /// Creates the clients. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Fails if TLS cannot be used, for instance because the system has no certificates.
    pub fn new(config: &RelayConfig, lookup: Arc<dyn Lookup>) -> Result<Self> {
        let resolver = CheckedResolver { lookup, policy: config.addresses.clone() };
        let builder = || {
            http_client::builder(resolver.clone()).connect_timeout(CONNECT_TIMEOUT).read_timeout(READ_TIMEOUT)
        };
        let context = "the connections to the service cannot use TLS";
        Ok(Self {
            base: config.upstream.clone(),
            key_header: config.key_header.clone(),
            timeout: config.timeout,
            reads: builder().build().context(context)?,
            writes: builder().pool_max_idle_per_host(0).build().context(context)?,
            slots: Arc::new(Semaphore::new(MAX_REQUESTS)),
        })
    }

    /// Returns the host of the service, for people.
    pub fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// Returns the longest time to the head of a response.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Sends a request once and waits for the head of the response.
    pub(super) async fn send(
        &self,
        request: &Request,
        key: &ApiKey,
        headers: HeaderMap,
    ) -> Result<UpstreamResponse, UpstreamError> {
        let result = self.try_send(request, key, headers).await;
        let status = match &result {
            Ok(response) => response.response.status().as_str().to_owned(),
            Err(_) => "error".to_owned(),
        };
        record_upstream(request.operation().id, status);
        result
    }

    async fn try_send(
        &self,
        request: &Request,
        key: &ApiKey,
        headers: HeaderMap,
    ) -> Result<UpstreamResponse, UpstreamError> {
        let permit = Arc::clone(&self.slots).try_acquire_owned().map_err(|_| UpstreamError::Busy)?;
        // The path begins with a slash, and that of the base ends with one.
        let url = format!("{}{}", self.base.as_str().trim_end_matches('/'), request.path_and_query());
        let mut value = HeaderValue::from_str(key.expose()).map_err(|_| UpstreamError::InvalidKey)?;
        value.set_sensitive(true);
        let builder = match request.method() {
            Method::Get => self.reads.get(url),
            Method::Post => self.writes.post(url).header(reqwest::header::CONTENT_LENGTH, 0),
        };
        let sent = builder.headers(headers).header(&self.key_header, value).send();
        let response = timeout_at(Instant::now() + self.timeout, sent).await;
        let response = response.map_err(|_| UpstreamError::TimedOut)??;
        Ok(UpstreamResponse { response, permit })
    }
}

impl From<reqwest::Error> for UpstreamError {
    fn from(error: reqwest::Error) -> Self {
        match Cause::from(error) {
            Cause::AddressRefused(cause) => Self::AddressRefused(cause),
            Cause::NotConnected(cause) => Self::NotConnected(cause),
            Cause::TimedOut => Self::TimedOut,
            Cause::Interrupted(cause) => Self::Interrupted(cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::net::IpAddr;
    use std::sync::Mutex;

    use futures::future::BoxFuture;
    use txjobs_sdk::paths;
    use txjobs_test_support::{FakeResponse, FakeServer, json_response};

    use super::*;
    use crate::addresses::AddressPolicy;
    use crate::config::KeySource;

    /// A resolver whose answer is another one each time.
    #[derive(Debug)]
    struct ChangingLookup(Mutex<Vec<Vec<IpAddr>>>);

    impl Lookup for ChangingLookup {
        fn lookup(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            let answer = self.0.lock().unwrap().remove(0);
            Box::pin(async move { Ok(answer) })
        }
    }

    fn upstream(port: &str, answers: &[&[&str]]) -> Upstream {
        let parse = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        let config = RelayConfig {
            upstream: format!("http://service.example:{port}/").parse().unwrap(),
            key: KeySource::Caller,
            key_header: HeaderName::from_static("apikey"),
            watch: None,
            archive: false,
            addresses: AddressPolicy { allowed: vec!["127.0.0.1/32".parse().unwrap()], has_private: false },
            origins: Vec::new(),
            hosts: Vec::new(),
            timeout: Duration::from_secs(30),
            max_response_bytes: 1_000_000,
        };
        let lookup = ChangingLookup(Mutex::new(answers.iter().map(parse).collect()));
        Upstream::new(&config, Arc::new(lookup)).unwrap()
    }

    async fn send(upstream: &Upstream) -> Result<u16, UpstreamError> {
        let key = ApiKey::new("key").unwrap();
        let response =
            upstream.send(&paths::execute_job(uuid::Uuid::nil().into()), &key, HeaderMap::new()).await?;
        Ok(response.response.status().as_u16())
    }

    /// The second answer is that of an attacker who owns the name (DNS rebinding).
    #[tokio::test]
    async fn answer_of_the_resolver_that_changes_is_checked_again() {
        let service = FakeServer::start(|_, _| FakeResponse::Send(json_response(200, "{}")));
        let port = service.address().rsplit(':').next().unwrap();
        let answers: [&[&str]; 5] = [
            &["127.0.0.1"],
            &["127.0.0.2"],
            &["169.254.169.254"],
            // One of several addresses is enough.
            &["127.0.0.1", "10.0.0.1"],
            &["::ffff:127.0.0.1"],
        ];
        let upstream = upstream(port, &answers);
        assert_eq!(send(&upstream).await.unwrap(), 200);
        for refused in ["127.0.0.2", "169.254.169.254", "10.0.0.1"] {
            let error = send(&upstream).await.unwrap_err();
            assert!(error.describe("service.example").contains(refused), "{error:?}");
            assert!(!error.is_outcome_unknown());
        }
        assert_eq!(send(&upstream).await.unwrap(), 200, "the listed address in another notation");
        assert_eq!(service.requests().len(), 2);
    }

    #[tokio::test]
    async fn name_without_addresses_got_nothing() {
        let error = send(&upstream("1", &[&[]])).await.unwrap_err();
        assert!(matches!(error, UpstreamError::NotConnected(_)), "{error:?}");
    }
}
