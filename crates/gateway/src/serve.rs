//! Starts a server of the contract: its database, its node with a runner, and its routes.

use std::fmt::{self, Debug, Formatter};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::serve::Listener;
use tokio::net::TcpListener;
use txjobs_sdk::ApiKey;
use txjobs_store::{Database, OrganizationId, SharedStore};

use crate::api::{AppState, DemoKey};
use crate::args::ServeArgs;
use crate::clock::{Clock, SharedClock};
use crate::config::Config;
use crate::http_server::HttpServer;
use crate::metrics::MetricsSource;
use crate::node::NodeOptions;
use crate::reload::{ConfigSource, DeclaredJobs, ReloadTargets, Reloader};
use crate::retention::RunCleaner;
use crate::runner::{RunnerHandle, Shutdown, WorkResolver};
use crate::running_node::{NodeParts, RunningNode};
use crate::server::ServerOptions;
use crate::server::connections::ClientStream;
use crate::{key, signals};

/// The longest time to write the last uses of keys at the end.
pub(crate) const MAX_WRITE_TIME: Duration = Duration::from_secs(2);

/// A server that has its addresses and its database, and serves no requests yet.
#[derive(Debug)]
pub struct Server {
    /// The configuration.
    pub config: Config,
    pub(crate) store: SharedStore,
    pub(crate) arguments: ServeArgs,
    pub(crate) http: HttpServer,
}

/// Builds all routes.
type BuildRouter = Box<dyn FnOnce(AppState, &ServerOptions) -> Router + Send>;

/// The parts of a server that differ between programs.
pub struct ServerParts<L> {
    clock: SharedClock,
    resolver: Arc<dyn WorkResolver>,
    router: BuildRouter,
    listener: fn(TcpListener) -> L,
    announcements: Vec<String>,
    reload: Option<(ConfigSource, DeclaredJobs)>,
}

impl ServerParts<TcpListener> {
    /// Creates the parts of a server that accepts plain TCP connections.
    pub fn new(
        clock: impl Clock + 'static,
        resolver: impl WorkResolver + 'static,
        router: impl FnOnce(AppState, &ServerOptions) -> Router + Send + 'static,
    ) -> Self {
        Self {
            clock: Arc::new(clock),
            resolver: Arc::new(resolver),
            router: Box::new(router),
            listener: std::convert::identity,
            announcements: Vec::new(),
            reload: None,
        }
    }

    /// Replaces the listener.
    pub fn with_listener<L>(self, listener: fn(TcpListener) -> L) -> ServerParts<L> {
        let Self { clock, resolver, router, announcements, reload, .. } = self;
        ServerParts { clock, resolver, router, listener, announcements, reload }
    }
}

impl<L> ServerParts<L> {
    /// Adds a line to those that the server prints at its start.
    #[must_use]
    pub fn with_announcement(mut self, line: String) -> Self {
        self.announcements.push(line);
        self
    }

    /// Replaces the configuration when its file changes. The resolver must be these jobs.
    #[must_use]
    pub fn with_reload(mut self, source: ConfigSource, jobs: DeclaredJobs) -> Self {
        self.reload = Some((source, jobs));
        self
    }
}

impl<L> Debug for ServerParts<L> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerParts").field("clock", &self.clock).finish_non_exhaustive()
    }
}

impl Server {
    /// Checks the arguments, and opens the database with `open_store`.
    ///
    /// Everything that can fail because of wrong arguments happens before the first change of the database.
    ///
    /// # Errors
    ///
    /// Fails with a sentence that names the cause and the remedy.
    pub async fn open(
        arguments: ServeArgs,
        http: HttpServer,
        config: Config,
        open_store: impl AsyncFnOnce(&Database) -> Result<SharedStore>,
    ) -> Result<Self> {
        let address = http.address();
        ensure!(
            !arguments.demo || address.ip().is_loopback(),
            "--demo gives its key to everyone who can connect to {address}, so it serves loopback addresses only. \
             Leave --demo out, or listen on 127.0.0.1."
        );
        if let Some(directory) = &arguments.console {
            ensure_console(directory)?;
        }
        ensure!(
            !arguments.demo || !config.organizations.is_empty(),
            "--demo needs an organization for its key. Name a configuration with --config."
        );
        let database = &arguments.database.store.database;
        ensure!(
            !arguments.no_runner || matches!(database, Database::Postgres(_)),
            "With --no-runner, other nodes run the jobs, and a SQLite file has only one node. Use a PostgreSQL database, or leave \
             --no-runner out."
        );
        let store = open_store(database).await?;
        Ok(Self { config, store, arguments, http })
    }

    /// Serves requests and runs jobs until a signal ends the server.
    ///
    /// # Errors
    ///
    /// Fails if the jobs cannot be stored, if the runs of an earlier server cannot be ended, or if signals cannot be received.
    pub async fn run<L>(self, parts: ServerParts<L>) -> Result<()>
    where
        L: Listener<Addr = SocketAddr>,
        L::Io: ClientStream,
    {
        let Self { config, store, arguments, http } = self;
        let ServerParts { clock, resolver, router, listener, announcements, reload } = parts;
        let run_metrics = http.metrics.of_runs(config.job_names());
        let shutdown = Shutdown::default();
        let handle = RunnerHandle::default();
        let node_options = NodeOptions {
            concurrency: if arguments.no_runner { 0 } else { arguments.node.concurrency },
            ..arguments.node.options()
        };
        let parts = NodeParts {
            clock: Arc::clone(&clock),
            handle: handle.clone(),
            resolver,
            shutdown: shutdown.clone(),
            metrics: run_metrics.clone(),
        };
        let node = RunningNode::start(&config, Arc::clone(&store), node_options, parts).await?;
        let demo_key = match arguments.demo {
            true => Some(create_demo_key(&config, &store).await?),
            false => None,
        };
        let name = match arguments.demo {
            true => config.organizations[0].name.clone(),
            false => "Gateway".to_owned(),
        };
        let demo = demo_key.as_ref().map(|(_, key)| key.clone());
        let options = ServerOptions { name, console: arguments.console, demo_key: demo.clone(), relay: None };
        let cleaner = RunCleaner::new(&config, Arc::clone(&store), Arc::clone(&clock));
        let reloader = reload.map(|(source, jobs)| {
            let targets = ReloadTargets {
                store: Arc::clone(&store),
                clock: Arc::clone(&clock),
                handle: handle.clone(),
                jobs,
                schedules: node.schedules.clone(),
                notifications: node.notifications.clone(),
                runnable: node.runnable.clone().map(|runnable| (runnable, arguments.node.labels.clone())),
                cleaner: Some(cleaner.clone()),
                metrics: run_metrics.clone(),
            };
            Reloader::new(source, config.clone(), targets)
        });
        let mut state = AppState::new(Arc::clone(&store), Arc::clone(&clock), handle, config.key_header)
            .with_schedules(node.schedules.clone());
        let key_uses = state.key_uses.clone();
        state.demo_key = demo_key.map(|(organization, key)| DemoKey::new(organization, &key));
        state.run_metrics = run_metrics.clone();
        state.stopping = shutdown.graceful.clone();
        let router = router(state, &options);

        let requests = signals::handle_signals(&shutdown)?;
        let demo = demo.map(|key| format!("demo key: {}", key.expose()));
        http.announce(&demo.into_iter().chain(announcements).collect::<Vec<_>>())?;
        let source = MetricsSource {
            store: Arc::clone(&store),
            runs: run_metrics,
            schedules: node.schedules.clone(),
            clock,
        };
        // Until the runs have ended, clients can read their ends, and a proxy can see that the gateway is no longer ready.
        let idle = node.idle.clone();
        let reload = async {
            match reloader {
                Some(reloader) => reloader.reload_forever(requests.clone()).await,
                None => std::future::pending().await,
            }
        };
        let other = async {
            tokio::select! {
                () = http.serve(router, listener, Some(source), requests.clone(), idle) => {}
                never = reload => match never {},
                never = key_uses.write_forever() => match never {},
                never = cleaner.clean_forever() => match never {},
            }
        };
        node.work_until_shutdown(other).await;
        let _ = tokio::time::timeout(MAX_WRITE_TIME, key_uses.write()).await;
        store.close().await;
        Ok(())
    }
}

/// Fails if the folder is not that of a console.
fn ensure_console(directory: &Path) -> Result<()> {
    let index = directory.join("index.html");
    ensure!(
        index.is_file(),
        "The console's folder {} has no index.html. Build the console first.",
        directory.display()
    );
    Ok(())
}

/// Returns a new key and its organization, which is the first one of the configuration.
pub(crate) async fn create_demo_key(
    config: &Config,
    store: &SharedStore,
) -> Result<(OrganizationId, ApiKey)> {
    let name = &config.organizations[0].name;
    let organization =
        store.organization_id(name).await?.context("The organization is missing in the store")?;
    let key = key::generate().context("The operating system provided no random bytes")?;
    Ok((organization, key))
}
