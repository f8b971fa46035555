//! Requests to the API server of a cluster.

use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use axum::http::{Method, Request};
use futures::AsyncReadExt;
use humantime::format_duration;
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::List;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Event, Pod};
use kube::{Client, Config};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::cluster_error::{ClusterError, excerpt};
use super::config::read_config;
use super::credential_program::replace_program;
use crate::http_client::install_tls;
use crate::kubernetes_job::pod_log::LogStream;
use crate::kubernetes_job::settings::ClusterSource;

/// The longest time of a request, and of the beginning of a log.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest time for reading files of the configuration.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Credentials are replaced this long before they expire, so that they do not expire on their way.
const EXPIRY_MARGIN: SignedDuration = SignedDuration::from_secs(60);
/// The largest response that is not a log.
const MAX_RESPONSE_BYTES: u64 = 16 * 1024 * 1024;

/// A namespace of a cluster. It has no `Debug`, because it has credentials.
pub(in crate::kubernetes_job) struct Cluster {
    config: Config,
    connection: Mutex<Connection>,
    pub namespace: String,
}

/// A client with credentials that may expire.
struct Connection {
    client: Client,
    expires_at: Option<Timestamp>,
}

impl Cluster {
    /// Reads the address of the cluster and the credentials. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Fails if the configuration of the cluster cannot be read. The error contains no secret.
    pub async fn open(source: &ClusterSource, namespace: Option<&str>) -> Result<Self> {
        install_tls();
        let (source, handle) = (source.clone(), Handle::current());
        // The files may be those of a file server that does not respond.
        let read = tokio::task::spawn_blocking(move || handle.block_on(read_config(&source)));
        let mut config = tokio::time::timeout(READ_TIMEOUT, read).await.map_err(|_| {
            anyhow!("its files could not be read within {}", format_duration(READ_TIMEOUT))
        })???;
        // Requests are repeated by the job, which says so in its log.
        config.default_retry = false;
        if config.cluster_url.host().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]")) {
            config.proxy_url = None;
        }
        let namespace = namespace.unwrap_or(&config.default_namespace).to_owned();
        ensure!(
            is_name(&namespace),
            "the namespace {namespace:?} of the context is not a valid name. Name one with `namespace`"
        );
        let connection = Connection::open(&config).await.map_err(|error| anyhow!("{}", error.cause()))?;
        Ok(Self { config, connection: Mutex::new(connection), namespace })
    }

    /// Returns the address of the API server, without a password.
    pub fn address(&self) -> String {
        let url = &self.config.cluster_url;
        let host = url.authority().map(axum::http::uri::Authority::as_str).unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or_default();
        format!("{}://{host}{}", url.scheme_str().unwrap_or("https"), url.path().trim_end_matches('/'))
    }

    /// Creates a Job.
    pub async fn create_job(&self, object: &Value) -> Result<Job, ClusterError> {
        // The server knows the fields of its version, and refuses others.
        let path = format!("{}?fieldValidation=Strict", self.jobs());
        self.send(Method::POST, &path, Some(object)).await
    }

    /// Returns a Job.
    pub async fn get_job(&self, name: &str) -> Result<Job, ClusterError> {
        self.send(Method::GET, &format!("{}/{name}", self.jobs()), None).await
    }

    /// Deletes a Job and then, in the foreground, its pods. `uid` prevents that another Job of this name is deleted.
    pub async fn delete_job(&self, name: &str, uid: Option<&str>) -> Result<(), ClusterError> {
        let mut options =
            json!({ "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Foreground" });
        if let Some(uid) = uid {
            options["preconditions"] = json!({ "uid": uid });
        }
        let path = format!("{}/{name}", self.jobs());
        self.send::<Value>(Method::DELETE, &path, Some(&options)).await.map(drop)
    }

    /// Returns the newest pod with these labels.
    pub async fn newest_pod(&self, selector: &str) -> Result<Option<Pod>, ClusterError> {
        let selector = utf8_percent_encode(selector, NON_ALPHANUMERIC);
        let path = format!("/api/v1/namespaces/{}/pods?labelSelector={selector}", self.namespace);
        let list: List<Pod> = self.send(Method::GET, &path, None).await?;
        let named = list.items.into_iter().filter(|pod| pod.metadata.name.as_deref().is_some_and(is_name));
        Ok(named.max_by(|a, b| a.metadata.creation_timestamp.cmp(&b.metadata.creation_timestamp)))
    }

    /// Returns the message of the newest warning about an object, if the account may read events.
    pub async fn newest_warning(&self, uid: &str) -> Option<String> {
        let selector = format!("involvedObject.uid={uid},type=Warning");
        let selector = utf8_percent_encode(&selector, NON_ALPHANUMERIC);
        let path = format!("/api/v1/namespaces/{}/events?fieldSelector={selector}", self.namespace);
        let list: List<Event> = self.send(Method::GET, &path, None).await.ok()?;
        let newest = list.items.into_iter().max_by(|a, b| a.last_timestamp.cmp(&b.last_timestamp))?;
        let message = excerpt(&newest.message.unwrap_or_default());
        Some(format!("{}: {message}", newest.reason.unwrap_or_default()))
    }

    /// Opens the log of a container, whose lines begin with their times. `since` is a second since 1970.
    pub async fn open_log(
        &self,
        pod: &str,
        container: &str,
        since: Option<i64>,
        is_followed: bool,
    ) -> Result<LogStream, ClusterError> {
        let container = utf8_percent_encode(container, NON_ALPHANUMERIC);
        let mut path = format!(
            "/api/v1/namespaces/{}/pods/{pod}/log?container={container}&timestamps=true&follow={is_followed}",
            self.namespace
        );
        if let Some(since) = since.and_then(|second| u64::try_from(second).ok()) {
            let time = std::time::UNIX_EPOCH + Duration::from_secs(since);
            let time = humantime::format_rfc3339_seconds(time).to_string();
            path.push_str(&format!("&sinceTime={}", utf8_percent_encode(&time, NON_ALPHANUMERIC)));
        }
        let client = self.client().await?;
        let opened = client.request_stream(request(Method::GET, &path, None)?);
        match tokio::time::timeout(REQUEST_TIMEOUT, opened).await {
            Ok(stream) => Ok(Box::pin(stream?)),
            Err(_) => Err(ClusterError::timed_out(REQUEST_TIMEOUT)),
        }
    }

    fn jobs(&self) -> String {
        format!("/apis/batch/v1/namespaces/{}/jobs", self.namespace)
    }

    /// Returns a client with credentials that are valid.
    async fn client(&self) -> Result<Client, ClusterError> {
        let mut connection = self.connection.lock().await;
        if connection.expires_at.is_some_and(|time| time <= Timestamp::now() + EXPIRY_MARGIN) {
            *connection = Connection::open(&self.config).await?;
        }
        Ok(connection.client.clone())
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, ClusterError> {
        let client = self.client().await?;
        let request = request(method, path, body)?;
        // kube's own function would log a response that cannot be decoded, with the environment of the containers.
        let receive = async {
            let stream = client.request_stream(request).await?;
            let mut bytes = Vec::new();
            let read = std::pin::pin!(stream.take(MAX_RESPONSE_BYTES)).read_to_end(&mut bytes).await;
            read.map_err(|error| ClusterError::Unavailable(format!("the connection failed: {error}")))?;
            serde_json::from_slice(&bytes).map_err(|_| {
                ClusterError::Unavailable("the response is not what the API promises".to_owned())
            })
        };
        match tokio::time::timeout(REQUEST_TIMEOUT, receive).await {
            Ok(result) => result,
            Err(_) => Err(ClusterError::timed_out(REQUEST_TIMEOUT)),
        }
    }
}

impl Connection {
    /// Gets the credentials. Nothing is sent to the cluster yet.
    async fn open(config: &Config) -> Result<Self, ClusterError> {
        let mut config = config.clone();
        let expires_at = replace_program(&mut config.auth_info).await.map_err(ClusterError::Unavailable)?;
        // It reads the files of certificates and tokens.
        let open = tokio::task::spawn_blocking(|| Client::try_from(config));
        let client = match tokio::time::timeout(READ_TIMEOUT, open).await {
            // Its error may contain an excerpt of a key.
            Ok(Ok(client)) => client?,
            // A panic, for example about a token with a line end.
            Ok(Err(_)) => {
                return Err(ClusterError::Unavailable("the credentials are not valid".to_owned()));
            }
            Err(_) => return Err(ClusterError::timed_out(READ_TIMEOUT)),
        };
        Ok(Self { client, expires_at })
    }
}

fn request(method: Method, path: &str, body: Option<&Value>) -> Result<Request<Vec<u8>>, ClusterError> {
    let builder = Request::builder().method(method).uri(path).header("accept", "application/json");
    let request = match body {
        Some(body) => builder.header("content-type", "application/json").body(body.to_string().into_bytes()),
        None => builder.body(Vec::new()),
    };
    request.map_err(|error| ClusterError::Unavailable(format!("the request cannot be written: {error}")))
}

/// Returns whether the text can be a name in the path of a request.
pub(in crate::kubernetes_job) fn is_name(text: &str) -> bool {
    let is_allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    !text.is_empty() && text.len() <= 253 && text.bytes().all(is_allowed) && !text.starts_with('.')
}
