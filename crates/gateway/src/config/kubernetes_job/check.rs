//! Checks the table.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value, json};
use toml::Spanned;

use super::image::image_object;
use super::manifest;
use super::names::{MAX_LABEL, check_name, checked_name};
use super::run_settings::RunSettings;
use super::table::{IMAGE_KEYS, KubernetesTable};
use crate::config::duration::ConfigDuration;
use crate::config::location::At;
use crate::kubernetes_job::{ClusterSource, KubernetesJob, LinkTemplate};

/// The longest time of a run, if the file sets none. Without one, a cluster that has vanished would be followed forever.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);
const DEFAULT_START_TIMEOUT: Duration = Duration::from_secs(10 * 60);
const DEFAULT_KEEP: Duration = Duration::from_secs(60 * 60);
/// The gateway must be able to read how a Job has ended.
const MIN_KEEP: Duration = Duration::from_secs(60);

/// Checks the table, and reads the manifest. Relative paths start at `directory`.
///
/// # Errors
///
/// Fails if a setting or the manifest is invalid.
pub(super) fn check(mut table: KubernetesTable, run: RunSettings, directory: &Path) -> Result<KubernetesJob> {
    let (mut object, description) = object(&mut table, directory)?;
    let container = match table.container {
        Some(name) => checked_container(name, &object)?,
        None => container_names(&object).next().unwrap_or_default().to_owned(),
    };
    let manifest_namespace = object["metadata"]["namespace"].as_str().map(str::to_owned);
    if let Some(name) = &manifest_namespace {
        check_name("metadata.namespace", name, MAX_LABEL)?;
    }
    let namespace = match table.namespace {
        Some(name) => Some(checked_name("namespace", name, MAX_LABEL)?),
        None => manifest_namespace,
    };
    let start_timeout =
        table.start_timeout.map(|time| at_least("start_timeout", &time, Duration::from_secs(1)));
    let keep = table.keep.map(|time| at_least("keep", &time, MIN_KEEP)).transpose()?;
    let spec = &mut object["spec"];
    let timeout = run.timeout.or_else(|| seconds(&spec["activeDeadlineSeconds"])).unwrap_or(DEFAULT_TIMEOUT);
    let keep = keep.or_else(|| seconds(&spec["ttlSecondsAfterFinished"])).unwrap_or(DEFAULT_KEEP);
    ensure!(
        keep >= MIN_KEEP,
        "`spec.ttlSecondsAfterFinished` of the manifest is less than a minute, in which the gateway may not read how the Job has ended"
    );
    spec["activeDeadlineSeconds"] = json!(timeout.as_secs().max(1));
    spec["ttlSecondsAfterFinished"] = json!(keep.as_secs());
    spec["backoffLimit"] = json!(0);
    let link = table.link.map(|link| LinkTemplate::parse(link.get_ref()).context("`link`").at(link.span()));
    Ok(KubernetesJob {
        cluster: ClusterSource {
            kubeconfig: table.kubeconfig.map(|path| directory.join(path)),
            context: table.context,
        },
        namespace,
        description,
        object,
        container,
        timeout,
        start_timeout: start_timeout.transpose()?.unwrap_or(DEFAULT_START_TIMEOUT),
        keep,
        link: link.transpose()?,
        error: run.error,
        warning: run.warning,
        completed: run.completed,
    })
}

/// Returns the Job without what belongs to a run, and a word about it for people.
fn object(table: &mut KubernetesTable, directory: &Path) -> Result<(Value, String)> {
    let is_set = [
        table.args.is_some(),
        table.command.is_some(),
        table.environment.is_some(),
        table.image.is_some(),
        table.image_pull_secrets.is_some(),
        table.resources.is_some(),
        table.service_account.is_some(),
    ];
    let Some(path) = table.manifest.take() else {
        return image_object(table)?.context("it has nothing to run. Add an `image`, or a `manifest`");
    };
    if let Some((name, _)) = IMAGE_KEYS.into_iter().zip(is_set).find(|(_, is_set)| *is_set) {
        return Err(anyhow!("it has a `manifest` and `{name}`. Write `{name}` in the manifest"))
            .at(path.span());
    }
    let shown = path.get_ref().display().to_string();
    let object = manifest::read(&directory.join(path.get_ref())).at(path.span())?;
    Ok((object, shown))
}

fn container_names(object: &Value) -> impl Iterator<Item = &str> {
    let containers = object["spec"]["template"]["spec"]["containers"].as_array();
    containers.into_iter().flatten().filter_map(|container| container["name"].as_str())
}

fn checked_container(name: Spanned<String>, object: &Value) -> Result<String> {
    let is_known = container_names(object).any(|known| known == name.get_ref());
    let names = container_names(object).collect::<Vec<_>>().join(", ");
    let result = is_known.then_some(()).with_context(|| {
        format!("`container` = {:?} is not a container of the pod, which has: {names}", name.get_ref())
    });
    result.at(name.span())?;
    Ok(name.into_inner())
}

fn at_least(key: &str, time: &Spanned<ConfigDuration>, least: Duration) -> Result<Duration> {
    let ConfigDuration(duration) = *time.get_ref();
    let check = || {
        ensure!(duration >= least, "`{key}` is less than {}", humantime::format_duration(least));
        ensure!(i32::try_from(duration.as_secs()).is_ok(), "`{key}` is longer than Kubernetes can count");
        Ok(duration)
    };
    check().at(time.span())
}

fn seconds(value: &Value) -> Option<Duration> {
    value.as_u64().map(Duration::from_secs)
}
