//! `run`: runs jobs as a further node, without serving the API.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, ensure};
use txjobs_store::Database;

use crate::args::RunArgs;
use crate::clock::Clock;
use crate::config::Config;
use crate::database::open_exclusive;
use crate::metrics::{Metrics, MetricsSource};
use crate::output::print;
use crate::runner::{RunnerHandle, Shutdown};
use crate::running_node::{NodeParts, RunningNode};
use crate::signals;

/// Runs jobs without serving requests, until a signal ends the node.
///
/// # Errors
///
/// Fails with a sentence that names the cause and the remedy.
pub async fn run(
    arguments: RunArgs,
    load: impl FnOnce(&Path) -> Result<Config>,
    clock: impl Clock + 'static,
) -> Result<()> {
    let RunArgs { database, metrics, node } = arguments;
    ensure!(
        matches!(database.store.database, Database::Postgres(_)),
        "`run` is for further nodes of a PostgreSQL database, and a SQLite file has only one node. Use `serve`, which runs the \
         jobs as well, or name a PostgreSQL database with --database."
    );
    let metrics = Metrics::bind(metrics.metrics_listen.as_ref(), None).await?;
    let config = load(&database.config.config)?;
    let store = open_exclusive(&database.store.database).await?;
    let shutdown = Shutdown::default();
    let run_metrics = metrics.of_runs(config.job_names());
    let parts = NodeParts {
        clock: Arc::new(clock),
        handle: RunnerHandle::default(),
        resolver: Arc::new(config.jobs_by_id()),
        shutdown: shutdown.clone(),
        metrics: run_metrics.clone(),
    };
    let running = RunningNode::start(&config, Arc::clone(&store), node.options(), parts).await?;
    signals::handle_signals(&shutdown)?;
    let announcements = std::iter::once("running jobs".to_owned()).chain(metrics.announcement()?);
    print(&announcements.map(|line| line + "\n").collect::<String>())?;
    let source = MetricsSource { store: Arc::clone(&store), runs: run_metrics };
    let idle = running.idle.clone();
    let other = async {
        tokio::select! {
            never = metrics.serve_forever(Some(source)) => match never {},
            () = idle.cancelled() => {}
        }
    };
    running.work_until_shutdown(other).await;
    store.close().await;
    Ok(())
}
