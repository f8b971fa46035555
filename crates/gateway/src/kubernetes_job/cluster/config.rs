//! Reads where the API server is, and the credentials.

use anyhow::{Context, Result, anyhow};
use kube::Config;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};

use crate::kubernetes_job::settings::ClusterSource;

/// Returns the configuration of the cluster.
///
/// # Errors
///
/// Fails if it cannot be read. The error contains no secret.
pub(super) async fn read_config(source: &ClusterSource) -> Result<Config> {
    let options = KubeConfigOptions { context: source.context.clone(), ..KubeConfigOptions::default() };
    if let Some(path) = &source.kubeconfig {
        let file = format!("the kubeconfig file {} cannot be used", path.display());
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
