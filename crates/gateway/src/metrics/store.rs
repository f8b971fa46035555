//! Metrics that are read from the store when they are asked for.

use std::time::Duration;

use metrics::{describe_gauge, gauge};
use metrics_exporter_prometheus::PrometheusBuilder;
use txjobs_sdk::JobStatusCode;
use txjobs_store::{ChannelState, Result, Store};

use super::notifications;
use crate::store_call::within;

const STORE_UP: &str = "txjobs_store_up";
const RUNNING: &str = "txjobs_runs_running";
const PENDING: &str = "txjobs_runs_pending";
const NODES: &str = "txjobs_nodes";

/// The longest time to read the store. Prometheus waits ten seconds by default.
const MAX_READ_TIME: Duration = Duration::from_secs(5);

/// What the store shows at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct StoreCounts {
    running: usize,
    pending: usize,
    nodes: usize,
}

/// Returns the metrics of the store as text. If the store fails, only that.
pub(super) async fn render(store: &dyn Store) -> String {
    let read = within(MAX_READ_TIME, read(store)).await;
    if let Err(error) = &read {
        tracing::debug!("the metrics of the store could not be read: {error:#}");
    }
    match read {
        Ok((counts, channels)) => render_counts(Some(counts)) + notifications::render(&channels).as_str(),
        Err(_) => render_counts(None),
    }
}

async fn read(store: &dyn Store) -> Result<(StoreCounts, Vec<ChannelState>)> {
    let (unfinished, nodes, channels) =
        tokio::try_join!(store.unfinished_jobs(), store.nodes(), store.channel_states())?;
    let count = |status| unfinished.ids().filter(|job| unfinished.status_of(*job) == status).count();
    let counts = StoreCounts {
        running: count(JobStatusCode::Running),
        pending: count(JobStatusCode::Pending),
        nodes: nodes.iter().filter(|node| node.gone_at.is_none()).count(),
    };
    Ok((counts, channels))
}

/// Uses a recorder of its own: that of the process would keep the values of an earlier moment.
fn render_counts(counts: Option<StoreCounts>) -> String {
    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, || {
        describe_gauge!(STORE_UP, "Whether the database can be read: 1 or 0.");
        gauge!(STORE_UP).set(u32::from(counts.is_some()));
        let Some(StoreCounts { running, pending, nodes }) = counts else { return };
        describe_gauge!(RUNNING, "Jobs with a running run, on all nodes of the database.");
        gauge!(RUNNING).set(running as f64);
        describe_gauge!(PENDING, "Jobs with a pending run and no running one.");
        gauge!(PENDING).set(pending as f64);
        describe_gauge!(NODES, "Nodes of the database that take part.");
        gauge!(NODES).set(nodes as f64);
    });
    recorder.handle().render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failing_store_has_no_counts() {
        let text = render_counts(None);
        let lines: Vec<_> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert_eq!(lines, ["txjobs_store_up 0"]);
        let text = render_counts(Some(StoreCounts { running: 2, pending: 1, nodes: 3 }));
        for line in ["store_up 1", "runs_running 2", "runs_pending 1", "nodes 3"] {
            assert!(text.contains(&format!("\ntxjobs_{line}\n")), "{text}");
        }
    }
}
