//! The keys of the table. They are the same in a build without Kubernetes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use toml::Spanned;

use crate::config::duration::ConfigDuration;

/// The keys that a manifest replaces.
pub(super) const IMAGE_KEYS: [&str; 7] =
    ["args", "command", "environment", "image", "image_pull_secrets", "resources", "service_account"];

/// A Job of a Kubernetes cluster, either of an image or of a manifest. The gateway must be built with the feature `kubernetes`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    rename = "Kubernetes",
    extend("oneOf" = [{ "required": ["image"], "not": { "required": ["manifest"] } }, { "required": ["manifest"], "not": { "anyOf": image_keys_schema() } }])
)]
#[cfg_attr(not(feature = "kubernetes"), expect(dead_code, reason = "this build has no Kubernetes"))]
pub(in crate::config) struct KubernetesTable {
    /// The image of the container.
    #[schemars(with = "Option<String>", length(min = 1))]
    pub image: Option<Spanned<String>>,
    /// The program and its first arguments.
    #[schemars(extend("x-default" = "that of the image"))]
    pub command: Option<Vec<String>>,
    /// The arguments.
    #[schemars(extend("x-default" = "those of the image"))]
    pub args: Option<Vec<String>>,
    /// Environment variables.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub environment: Option<Spanned<BTreeMap<String, String>>>,
    /// What the container requests.
    pub resources: Option<ResourcesTable>,
    /// The service account of the pod.
    #[schemars(with = "Option<String>", extend("x-default" = "that of the namespace"))]
    pub service_account: Option<Spanned<String>>,
    /// The names of secrets with which the image is pulled.
    #[schemars(with = "Option<Vec<String>>", extend("x-default" = "none"))]
    pub image_pull_secrets: Option<Vec<Spanned<String>>>,
    /// Instead of an image: a YAML file with a Job of `batch/v1`, or with its `spec.template`. The path is relative to the file.
    #[schemars(with = "Option<PathBuf>")]
    pub manifest: Option<Spanned<PathBuf>>,
    /// The container whose log and exit code count.
    #[schemars(with = "Option<String>", extend("x-default" = "the first one"))]
    pub container: Option<Spanned<String>>,
    /// The namespace.
    #[schemars(with = "Option<String>", extend("x-default" = "that of the manifest, of the gateway's pod, or of the context"))]
    pub namespace: Option<Spanned<String>>,
    /// A kubeconfig file, relative to the file.
    #[schemars(extend(
        "x-default" = "in a cluster, the service account of the gateway's pod; else the files of `KUBECONFIG`, or `~/.kube/config`"
    ))]
    pub kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig file.
    #[schemars(extend("x-default" = "its current one"))]
    pub context: Option<String>,
    /// How long a pod may take to start, including the wait for a node and the download of the image.
    #[schemars(with = "Option<ConfigDuration>", extend("default" = "10m"))]
    pub start_timeout: Option<Spanned<ConfigDuration>>,
    /// How long Kubernetes keeps the Job and the pod after the end, at least a minute. A manifest can set another default.
    #[schemars(with = "Option<ConfigDuration>", extend("default" = "1h"))]
    pub keep: Option<Spanned<ConfigDuration>>,
    /// The link to the run for people: a URL with the variables `{namespace}`, `{job_name}`, and `{pod}`.
    #[schemars(with = "Option<String>")]
    pub link: Option<Spanned<String>>,
}

/// What a container requests. The memory is also its limit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "KubernetesResources")]
#[cfg_attr(not(feature = "kubernetes"), expect(dead_code, reason = "this build has no Kubernetes"))]
pub(in crate::config) struct ResourcesTable {
    /// The processors that the container requests, like `"500m"` or `"2"`.
    pub cpu: Option<String>,
    /// The memory that the container requests, which is also its limit, like `"512Mi"` or `"4Gi"`.
    pub memory: Option<String>,
}

fn image_keys_schema() -> Vec<Value> {
    IMAGE_KEYS.into_iter().map(|name| json!({ "required": [name] })).collect()
}
