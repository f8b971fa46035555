//! Starts a server: its address, its database, its runner and its routes.

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
use txjobs_store::{DatabaseLock, Store};

use crate::api::AppState;
use crate::args::{ConnectionArgs, ServeArgs};
use crate::clock::{Clock, SharedClock};
use crate::config::Config;
use crate::runner::{self, Runner, RunnerHandle, Shutdown, WorkResolver};
use crate::server::connections::{self, ClientStream, ConnectionLimits};
use crate::server::{ServerOptions, open_files};
use crate::{key, listen, output, signals};

/// The maximum time for responses in progress after the start of the shutdown.
const MAX_RESPONSE_TIME: Duration = Duration::from_secs(10);
/// The longest time for killed processes to end on an immediate shutdown.
const MAX_KILL_TIME: Duration = Duration::from_secs(1);

/// A server that has its address and its database, and serves no requests yet.
#[derive(Debug)]
pub struct Server {
    /// The configuration.
    pub config: Config,
    /// The store. No other server uses it.
    pub store: Store,
    arguments: ServeArgs,
    listener: TcpListener,
    limits: ConnectionLimits,
    lock: DatabaseLock,
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
    /// Binds the address, reads the configuration with `load`, and opens the database.
    ///
    /// Everything that can fail because of wrong arguments happens before the first change of the database.
    ///
    /// # Errors
    ///
    /// Fails with a sentence that names the cause and the remedy.
    pub async fn open(arguments: ServeArgs, load: impl FnOnce(&Path) -> Result<Config>) -> Result<Self> {
        let address = arguments.listen.resolve().await?;
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
        let limits = connection_limits(&arguments.connections, arguments.concurrency)?;
        let listener = listen::bind(address).await?;
        let config = load(&arguments.database.config.config)?;
        ensure!(
            !arguments.demo || !config.organizations.is_empty(),
            "--demo needs an organization for its key. Name a configuration with --config."
        );
        let lock = DatabaseLock::acquire(&arguments.database.database).await?;
        let store = Store::open(&arguments.database.database).await?;
        Ok(Self { config, store, arguments, listener, limits, lock })
    }

    /// Stores the organizations and jobs of the configuration.
    ///
    /// # Errors
    ///
    /// Fails if the store fails, or if a job id belongs to the history of another organization.
    pub async fn declare_jobs(&self) -> Result<()> {
        let declared = self.store.declare(&self.config.declared()).await;
        declared.context("The jobs of the configuration could not be written to the database")
    }

    /// Serves requests and runs jobs until a signal ends the server.
    ///
    /// # Errors
    ///
    /// Fails if the runs of an earlier server cannot be ended, or if signals cannot be received.
    pub async fn run<L>(self, parts: ServerParts<L>) -> Result<()>
    where
        L: Listener<Addr = SocketAddr>,
        L::Io: ClientStream,
    {
        let Self { config, store, arguments, listener, limits, lock } = self;
        let ServerParts { clock, resolver, router, listener: wrap, announcements } = parts;
        warn_of_start_problems(&config);
        runner::recover(&store, &clock, &*resolver)
            .await
            .context("The runs of an earlier gateway could not be ended")?;
        let demo_key = match arguments.demo {
            true => Some(add_demo_key(&config, &store).await?),
            false => None,
        };
        let address = listener.local_addr()?;
        let shutdown = Shutdown::default();
        let handle = RunnerHandle::default();
        let runner = Runner::new(
            store.clone(),
            Arc::clone(&clock),
            handle.clone(),
            resolver,
            arguments.concurrency.into(),
            shutdown.clone(),
        );
        let name = match arguments.demo {
            true => config.organizations[0].name.clone(),
            false => "Gateway".to_owned(),
        };
        let options = ServerOptions { name, console: arguments.console, demo_key: demo_key.clone() };
        let state = AppState::new(store.clone(), clock, handle, config.key_header);
        let router = router(state, &options);

        signals::shut_down_on_signals(&shutdown)?;
        announce(address, demo_key.as_ref(), &announcements);
        let graceful = &shutdown.graceful;
        let connections = async {
            tokio::select! {
                () = connections::serve(wrap(listener), router, limits, graceful.clone()) => {}
                () = async { graceful.cancelled().await; tokio::time::sleep(MAX_RESPONSE_TIME).await } => {}
            }
        };
        let everything = async { tokio::join!(connections, runner.work()) };
        tokio::select! {
            ((), ()) = everything => {}
            () = async { shutdown.immediate.cancelled().await; tokio::time::sleep(MAX_KILL_TIME).await } => {}
        }
        store.close().await;
        drop(lock);
        Ok(())
    }
}

/// Logs the jobs that cannot start. In the background, because a folder on a file server that does not respond would block
/// the start.
fn warn_of_start_problems(config: &Config) {
    let config = config.clone();
    tokio::task::spawn_blocking(move || {
        config.start_problems().iter().for_each(|problem| tracing::warn!("{problem}"));
    });
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

async fn add_demo_key(config: &Config, store: &Store) -> Result<ApiKey> {
    let name = &config.organizations[0].name;
    let organization =
        store.organization_id(name).await?.context("The organization is missing in the store")?;
    let key = key::generate().context("The operating system provided no random bytes")?;
    store.accept_demo_key(organization, key::hash(key.expose()));
    Ok(key)
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
