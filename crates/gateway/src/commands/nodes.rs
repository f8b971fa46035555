//! `nodes`: lists the nodes of a database.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use txjobs_store::Node;

use crate::args::DatabaseArgs;
use crate::clock::{Micros, timestamp};
use crate::config::Config;
use crate::database::open_beside_gateway;
use crate::output::{note, print_table};

/// Lists the nodes that take part, and those that were gone recently.
///
/// # Errors
///
/// Fails with a sentence that names the cause and the remedy.
pub async fn run(arguments: &DatabaseArgs, load: impl FnOnce() -> Result<Config>) -> Result<()> {
    let store = open_beside_gateway(&arguments.store.database).await?;
    let nodes = store.nodes().await?;
    let now = store.time().await?;
    store.close().await;
    let header = ["id", "name", "version", "started", "state", "runs", "labels"];
    print_table(header, &nodes.iter().map(|node| row(node, now)).collect::<Vec<_>>())?;
    if nodes.iter().all(|node| node.gone_at.is_some()) {
        note("No node takes part. Start one: txjobs-gateway serve");
        return Ok(());
    }
    // Without a configuration, there is nothing to compare with.
    if let Ok(config) = load() {
        jobs_without_node(&config, &nodes).iter().for_each(|problem| note(problem));
    }
    Ok(())
}

/// Returns a sentence for each job that no node can run.
fn jobs_without_node(config: &Config, nodes: &[Node]) -> Vec<String> {
    let runs_jobs = |node: &&Node| node.gone_at.is_none() && node.info.concurrency > 0;
    let labels: Vec<BTreeSet<&str>> = nodes
        .iter()
        .filter(runs_jobs)
        .map(|node| node.info.labels.iter().map(String::as_str).collect())
        .collect();
    let can_run = |job: &crate::config::Job| {
        labels.iter().any(|labels| job.runs_on.iter().all(|label| labels.contains(label.as_str())))
    };
    let problem = |(organization, job): (&crate::config::Organization, &crate::config::Job)| {
        (!can_run(job)).then(|| {
            let wanted = if job.runs_on.is_empty() {
                "runs jobs".to_owned()
            } else {
                format!("has the labels {}", job.runs_on.join(", "))
            };
            format!("The job \"{}\" of \"{}\" waits: no node {wanted}.", job.name, organization.name)
        })
    };
    config.jobs().filter_map(problem).collect()
}

fn row(node: &Node, now: Micros) -> [String; 7] {
    let info = &node.info;
    let state = match node.gone_at {
        Some(time) => format!("gone since {}", timestamp(time)),
        None => format!("seen {} ago", ago(now.saturating_sub(node.seen_at))),
    };
    let runs = match info.concurrency {
        0 => "no jobs".to_owned(),
        limit => format!("{} of {limit} runs", node.running),
    };
    let labels = if info.labels.is_empty() { "-".to_owned() } else { info.labels.join(",") };
    let started_at = timestamp(node.started_at).to_string();
    [node.id.to_string(), info.name.clone(), info.version.clone(), started_at, state, runs, labels]
}

fn ago(micros: Micros) -> humantime::FormattedDuration {
    let seconds = u64::try_from(micros / 1_000_000).unwrap_or_default();
    humantime::format_duration(Duration::from_secs(seconds))
}
