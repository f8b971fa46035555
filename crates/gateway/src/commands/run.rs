//! `run`: runs jobs as a further node, without serving the API.

use std::sync::Arc;

use anyhow::{Result, ensure};
use txjobs_store::Database;

use crate::args::RunArgs;
use crate::clock::Clock;
use crate::database::open_exclusive;
use crate::metrics::{Metrics, MetricsSource};
use crate::output::print;
use crate::reload::{ConfigSource, DeclaredJobs, ReloadTargets, Reloader};
use crate::runner::{RunnerHandle, Shutdown};
use crate::running_node::{NodeParts, RunningNode};
use crate::server::health_router;
use crate::signals;

/// Runs jobs without serving requests, until a signal ends the node.
///
/// # Errors
///
/// Fails with a sentence that names the cause and the remedy.
pub async fn run(arguments: RunArgs, source: ConfigSource, clock: impl Clock + 'static) -> Result<()> {
    let RunArgs { database, metrics, node } = arguments;
    ensure!(
        matches!(database.store.database, Database::Postgres(_)),
        "`run` is for further nodes of a PostgreSQL database, and a SQLite file has only one node. Use `serve`, which runs the \
         jobs as well, or name a PostgreSQL database with --database."
    );
    let mut metrics = Metrics::bind(metrics.metrics_listen.as_ref(), None).await?;
    let config = source.load()?;
    ensure!(
        config.relay.is_none(),
        "The configuration has `[relay]`, and a relay runs no jobs. Use `serve`."
    );
    let store = open_exclusive(&database.store.database).await?;
    let shutdown = Shutdown::default();
    // `serve` has these pages at the address of the API.
    metrics.add_pages(health_router(Arc::clone(&store), shutdown.graceful.clone()));
    let run_metrics = metrics.of_runs(config.job_names());
    let (clock, handle, jobs) = (Arc::new(clock), RunnerHandle::default(), DeclaredJobs::new(&config));
    let parts = NodeParts {
        clock: clock.clone(),
        handle: handle.clone(),
        resolver: Arc::new(jobs.clone()),
        shutdown: shutdown.clone(),
        metrics: run_metrics.clone(),
    };
    let running = RunningNode::start(&config, Arc::clone(&store), node.options(), parts).await?;
    let requests = signals::handle_signals(&shutdown)?;
    let targets = ReloadTargets {
        store: Arc::clone(&store),
        clock: clock.clone(),
        handle,
        jobs,
        schedules: running.schedules.clone(),
        notifications: running.notifications.clone(),
        runnable: running.runnable.clone().map(|runnable| (runnable, node.labels)),
        cleaner: None,
        metrics: run_metrics.clone(),
    };
    let reloader = Reloader::new(source, config, targets);
    let announcements = std::iter::once("running jobs".to_owned()).chain(metrics.announcement()?);
    print(&announcements.map(|line| line + "\n").collect::<String>())?;
    let metrics_source = MetricsSource {
        store: Arc::clone(&store),
        runs: run_metrics,
        schedules: running.schedules.clone(),
        clock,
    };
    let idle = running.idle.clone();
    let other = async {
        tokio::select! {
            never = metrics.serve_forever(Some(metrics_source)) => match never {},
            never = reloader.reload_forever(requests) => match never {},
            () = idle.cancelled() => {}
        }
    };
    running.work_until_shutdown(other).await;
    store.close().await;
    Ok(())
}
