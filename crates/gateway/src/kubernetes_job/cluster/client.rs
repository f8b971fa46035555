//! Requests to the API server of a cluster.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use axum::http::{Method, Request};
use futures::AsyncReadExt;
use k8s_openapi::List;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Event, Pod};
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::cluster_error::{ClusterError, excerpt};
use crate::http_client::install_tls;
use crate::kubernetes_job::pod_log::LogStream;
use crate::kubernetes_job::settings::ClusterSource;

/// The longest time of a request, and of the beginning of a log.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest response that is not a log.
const MAX_RESPONSE_BYTES: u64 = 16 * 1024 * 1024;

/// A namespace of a cluster. It has no `Debug`, because it has credentials.
pub(in crate::kubernetes_job) struct Cluster {
    client: Client,
    pub namespace: String,
}

impl Cluster {
    /// Reads the address of the cluster and the credentials. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Fails if the configuration of the cluster cannot be read. The error contains no secret.
    pub async fn open(source: &ClusterSource, namespace: Option<&str>) -> Result<Self> {
        install_tls();
        let mut config = read_config(source).await?;
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
        // Its error may contain an excerpt of a key.
        let client =
            Client::try_from(config).map_err(|error| anyhow!("{}", ClusterError::from(error).cause()))?;
        Ok(Self { client, namespace })
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
        let opened = self.client.request_stream(request(Method::GET, &path, None)?);
        match tokio::time::timeout(REQUEST_TIMEOUT, opened).await {
            Ok(stream) => Ok(Box::pin(stream?)),
            Err(_) => Err(ClusterError::timed_out(REQUEST_TIMEOUT)),
        }
    }

    fn jobs(&self) -> String {
        format!("/apis/batch/v1/namespaces/{}/jobs", self.namespace)
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, ClusterError> {
        let request = request(method, path, body)?;
        // kube's own function would log a response that cannot be decoded, with the environment of the containers.
        let receive = async {
            let stream = self.client.request_stream(request).await?;
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

fn request(method: Method, path: &str, body: Option<&Value>) -> Result<Request<Vec<u8>>, ClusterError> {
    let builder = Request::builder().method(method).uri(path).header("accept", "application/json");
    let request = match body {
        Some(body) => builder.header("content-type", "application/json").body(body.to_string().into_bytes()),
        None => builder.body(Vec::new()),
    };
    request.map_err(|error| ClusterError::Unavailable(format!("the request cannot be written: {error}")))
}

/// Returns the configuration of the cluster.
async fn read_config(source: &ClusterSource) -> Result<Config> {
    let options = KubeConfigOptions { context: source.context.clone(), ..KubeConfigOptions::default() };
    if let Some(path) = &source.kubeconfig {
        let file = format!("the kubeconfig file {} cannot be used", path.display());
        // The file is small, and kube itself reads those of KUBECONFIG in the same way.
        let kubeconfig =
            Kubeconfig::read_from(path).map_err(kubeconfig_error).with_context(|| file.clone())?;
        let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
        return config.map_err(kubeconfig_error).context(file);
    }
    if std::env::var_os("KUBERNETES_SERVICE_HOST").is_some() && source.context.is_none() {
        return Config::incluster().context("the service account of this pod cannot be read");
    }
    Config::from_kubeconfig(&options).await.map_err(kubeconfig_error).context(
        "this process is not in a cluster, and its kubeconfig file cannot be used. Name one with `kubeconfig` or KUBECONFIG",
    )
}

/// Returns the error without an excerpt of the file, which has secrets.
fn kubeconfig_error(error: KubeconfigError) -> anyhow::Error {
    match error {
        KubeconfigError::Parse(_) => anyhow!("it is not valid YAML, or not a kubeconfig file"),
        error => error.into(),
    }
}

/// Returns whether the text can be a name in the path of a request.
pub(in crate::kubernetes_job) fn is_name(text: &str) -> bool {
    let is_allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    !text.is_empty() && text.len() <= 253 && text.bytes().all(is_allowed) && !text.starts_with('.')
}
