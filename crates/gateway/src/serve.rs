//! Starts a server: its address, its database, its runner and its routes.

use std::fmt::{self, Debug, Formatter};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axum::serve::Listener;
use axum::{Router, middleware};
use tokio::net::TcpListener;
use txjobs_sdk::ApiKey;
use txjobs_store::{Database, OrganizationId, SharedStore};

use crate::api::{AppState, DemoKey};
use crate::args::{ConnectionArgs, ServeArgs};
use crate::clock::{Clock, SharedClock};
use crate::config::Config;
use crate::metrics::{Metrics, record_request};
use crate::node::NodeOptions;
use crate::retention::RunCleaner;
use crate::runner::{RunnerHandle, Shutdown, WorkResolver};
use crate::running_node::{NodeParts, RunningNode};
use crate::server::connections::{self, ClientStream, ConnectionLimits};
use crate::server::{ServerOptions, open_files};
use crate::{key, listen, output, signals};

/// The maximum time for responses in progress after the end of the last run at a shutdown.
const MAX_RESPONSE_TIME: Duration = Duration::from_secs(10);
/// The longest time to write the last uses of keys at the end.
const MAX_WRITE_TIME: Duration = Duration::from_secs(2);

/// A server that has its address and its database, and serves no requests yet.
#[derive(Debug)]
pub struct Server {
    /// The configuration.
    pub config: Config,
    store: SharedStore,
    arguments: ServeArgs,
    listener: TcpListener,
    metrics: Metrics,
    limits: ConnectionLimits,
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
        }
    }

    /// Replaces the listener.
    pub fn with_listener<L>(self, listener: fn(TcpListener) -> L) -> ServerParts<L> {
        let Self { clock, resolver, router, announcements, .. } = self;
        ServerParts { clock, resolver, router, listener, announcements }
    }
}

impl<L> ServerParts<L> {
    /// Adds a line to those that the server prints at its start.
    #[must_use]
    pub fn with_announcement(mut self, line: String) -> Self {
        self.announcements.push(line);
        self
    }
}

impl<L> Debug for ServerParts<L> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerParts").field("clock", &self.clock).finish_non_exhaustive()
    }
}

impl Server {
    /// Binds the address, reads the configuration with `load`, and opens the database with `open_store`.
    ///
    /// Everything that can fail because of wrong arguments happens before the first change of the database.
    ///
    /// # Errors
    ///
    /// Fails with a sentence that names the cause and the remedy.
    pub async fn open(
        arguments: ServeArgs,
        load: impl FnOnce(&Path) -> Result<Config>,
        open_store: impl AsyncFnOnce(&Database) -> Result<SharedStore>,
    ) -> Result<Self> {
        let address = arguments.listen.resolve("--listen").await?;
        ensure!(
            !arguments.demo || address.ip().is_loopback(),
            "--demo gives its key to everyone who can connect to {address}, so it serves loopback addresses only. \
             Leave --demo out, or listen on 127.0.0.1."
        );
        if let Some(directory) = &arguments.console {
            ensure_console(directory)?;
        }
        if !address.ip().is_loopback() {
            tracing::warn!(
                "{address} is reachable by others and uses plain HTTP: put a proxy with TLS in front of it"
            );
        }
        let limits = connection_limits(&arguments.connections, arguments.node.concurrency)?;
        let listener = listen::bind(address, "--listen").await?;
        let metrics = Metrics::bind(arguments.metrics.metrics_listen.as_ref(), Some(address)).await?;
        let config = load(&arguments.database.config.config)?;
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
        Ok(Self { config, store, arguments, listener, metrics, limits })
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
        let Self { config, store, arguments, listener, metrics, limits } = self;
        let ServerParts { clock, resolver, router, listener: wrap, mut announcements } = parts;
        let run_metrics = metrics.of_runs(config.job_names());
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
        let address = listener.local_addr()?;
        let name = match arguments.demo {
            true => config.organizations[0].name.clone(),
            false => "Gateway".to_owned(),
        };
        let demo = demo_key.as_ref().map(|(_, key)| key.clone());
        let options = ServerOptions { name, console: arguments.console, demo_key: demo.clone() };
        let cleaner = RunCleaner::new(&config, Arc::clone(&store), Arc::clone(&clock));
        let mut state = AppState::new(Arc::clone(&store), clock, handle, config.key_header);
        let key_uses = state.key_uses.clone();
        state.demo_key = demo_key.map(|(organization, key)| DemoKey::new(organization, &key));
        state.run_metrics = run_metrics.clone();
        state.stopping = shutdown.graceful.clone();
        let mut router = router(state, &options);
        if metrics.is_enabled() {
            router = router.layer(middleware::from_fn(record_request));
        }
        announcements.extend(metrics.announcement()?);

        signals::shut_down_on_signals(&shutdown)?;
        announce(address, demo.as_ref(), &announcements);
        // Until the runs have ended, clients can read their ends, and a proxy can see that the gateway is no longer ready.
        let idle = &node.idle.clone();
        let connections = async {
            tokio::select! {
                () = connections::serve(wrap(listener), router, limits, idle.clone()) => {}
                never = key_uses.write_forever() => match never {},
                never = cleaner.clean_forever() => match never {},
                never = metrics.serve_forever(Arc::clone(&store), run_metrics) => match never {},
                () = async { idle.cancelled().await; tokio::time::sleep(MAX_RESPONSE_TIME).await } => {}
            }
        };
        node.work_until_shutdown(connections).await;
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

/// Returns the limits of connections, within the limit of open files.
fn connection_limits(arguments: &ConnectionArgs, concurrency: u16) -> Result<ConnectionLimits> {
    Ok(ConnectionLimits {
        max_connections: open_files::max_connections(arguments.max_connections, concurrency)?,
        header_timeout: arguments.header_timeout,
        body_timeout: arguments.body_timeout,
        idle_timeout: arguments.idle_timeout,
        write_timeout: arguments.write_timeout,
    })
}

/// Returns a new key and its organization, which is the first one of the configuration.
async fn create_demo_key(config: &Config, store: &SharedStore) -> Result<(OrganizationId, ApiKey)> {
    let name = &config.organizations[0].name;
    let organization =
        store.organization_id(name).await?.context("The organization is missing in the store")?;
    let key = key::generate().context("The operating system provided no random bytes")?;
    Ok((organization, key))
}

/// Prints the lines that other programs read. A reader that has closed the pipe is not an error.
fn announce(address: SocketAddr, demo_key: Option<&ApiKey>, more: &[String]) {
    let mut lines = format!("listening on http://{address}\n");
    if let Some(key) = demo_key {
        lines.push_str(&format!("demo key: {}\n", key.expose()));
    }
    for line in more {
        lines.push_str(&format!("{line}\n"));
    }
    if let Err(error) = output::print(&lines) {
        tracing::warn!("{error:#}");
    }
}
