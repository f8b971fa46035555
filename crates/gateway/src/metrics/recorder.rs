//! The recorder that keeps the metrics of the process.

use anyhow::{Context, Result};
use metrics::{describe_gauge, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::{notifications, relay, requests, runs, schedules};

const BUILD_INFO: &str = "txjobs_build_info";

/// Installs the recorder of the process. Everything that was recorded before is lost.
///
/// # Errors
///
/// Fails if the process has a recorder already.
pub(super) fn install() -> Result<PrometheusHandle> {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(runs::DURATION.to_owned()), &runs::DURATION_BUCKETS)?
        .set_buckets_for_metric(Matcher::Full(requests::DURATION.to_owned()), &requests::DURATION_BUCKETS)?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).ok().context("The process has a recorder of metrics already")?;
    runs::describe();
    relay::describe();
    requests::describe();
    schedules::describe();
    notifications::describe();
    describe_gauge!(BUILD_INFO, "The version of the gateway. The value is always 1.");
    gauge!(BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(handle)
}
