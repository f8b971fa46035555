//! The settings of a job that runs in a Kubernetes cluster.

use std::path::PathBuf;
use std::time::Duration;

use regex::RegexSet;
use serde_json::Value;

use super::link::LinkTemplate;

/// A job whose runs are Jobs of a Kubernetes cluster.
#[derive(Clone, Debug)]
pub struct KubernetesJob {
    /// Where the address of the cluster and the credentials come from.
    pub cluster: ClusterSource,
    /// The namespace. `None`: that of the service account or of the context.
    pub namespace: Option<String>,
    /// What it runs, for people: an image, or a file.
    pub description: String,
    /// The Job of each run, as an object of batch/v1 without a name.
    pub object: Value,
    /// The container whose log and exit code count.
    pub container: String,
    /// The longest time of a run.
    pub timeout: Duration,
    /// How long a pod may take until its containers start.
    pub start_timeout: Duration,
    /// How long Kubernetes keeps an ended Job.
    pub keep: Duration,
    /// The address of a page about the run.
    pub link: Option<LinkTemplate>,
    /// The patterns of lines with the severity error.
    pub error: RegexSet,
    /// The patterns of lines with the severity warning.
    pub warning: RegexSet,
    /// The exit codes with which a run completes.
    pub completed: Vec<i32>,
}

/// Where the address of a cluster and the credentials come from.
#[derive(Clone, Debug, Default)]
pub struct ClusterSource {
    /// The kubeconfig file. `None`: the service account of the gateway's own pod, or else the files of `KUBECONFIG`.
    pub kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig file. `None`: its current one.
    pub context: Option<String>,
}
