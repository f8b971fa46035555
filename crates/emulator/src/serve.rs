//! `serve`: starts the gateway as an emulator.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use axum::Router;
use clap::Args;
use txjobs_gateway::api::{self, AppState};
use txjobs_gateway::args::{DEFAULT_CONFIG, ServeArgs};
use txjobs_gateway::config::{self, Config};
use txjobs_gateway::http_server::HttpServer;
use txjobs_gateway::serve::{Server, ServerParts};
use txjobs_gateway::server::{self, ServerOptions};
use txjobs_store::{Database, SharedStore, SqliteStore};

use crate::admin::{self, AdminState, Guard};
use crate::clock::AdjustableClock;
use crate::emulator::Emulator;
use crate::fault_listener::FaultListener;
use crate::fixtures::{FixtureResolver, FixtureStore};
use crate::history::sqlite_file;
use crate::layers::{with_inner_layer, with_outer_layer};
use crate::script::EmulatorJob;
use crate::token;

/// The arguments of `serve`.
#[derive(Clone, Debug, Args)]
pub struct EmulatorArgs {
    #[command(flatten)]
    serve: ServeArgs,
    /// Read the token of the admin API from standard input, up to its end
    #[arg(long)]
    pub admin_token_stdin: bool,
    /// Let other machines use the admin API
    #[arg(long)]
    admin_remote: bool,
}

/// Serves requests until a signal ends the emulator.
///
/// # Errors
///
/// Fails with a sentence that names the cause and the remedy.
pub async fn run(arguments: EmulatorArgs) -> Result<()> {
    let EmulatorArgs { serve, admin_token_stdin, admin_remote } = arguments;
    let address = serve.listen.resolve("--listen").await?;
    ensure!(
        admin_remote || address.ip().is_loopback(),
        "The admin API lets everybody who has its token change everything, so the emulator serves loopback addresses only. \
         Listen on 127.0.0.1, or add --admin-remote."
    );
    let token = token::read_or_generate(admin_token_stdin)?;
    let mut sqlite = None;
    let open_store = async |database: &Database| {
        let store = SqliteStore::open_exclusive(sqlite_file(database)?).await?;
        sqlite = Some(store.clone());
        Ok(Arc::new(store) as SharedStore)
    };
    let http = HttpServer::bind(&serve).await?;
    let config = load_config(&serve.database.config.config)?;
    let server = Server::open(serve, http, config, open_store).await?;
    let store = sqlite.context("The server was opened without its database")?;
    // Before the server declares its jobs: an incomplete organization must not keep its name from the configuration.
    let fixtures = FixtureStore::open(store.clone()).await?;

    let clock = AdjustableClock::new();
    let emulator = Emulator::new(clock.clone());
    let guard = Guard::new(&token, admin_remote);
    let resolver = FixtureResolver::new(server.config.jobs_by_id(), fixtures.clone());
    let router =
        move |state, options: &ServerOptions| router(&emulator, store, fixtures, guard, state, options);
    let parts = ServerParts::new(clock, resolver, router)
        .with_listener(FaultListener)
        .with_announcement(format!("admin token: {}", token.expose()));
    server.run(parts).await
}

/// Reads the configuration. Without the default file, the emulator has the organizations that the admin API creates.
fn load_config(path: &Path) -> Result<Config> {
    let is_optional = path == Path::new(DEFAULT_CONFIG) && !path.exists();
    if is_optional {
        return Ok(Config::empty());
    }
    let config = config::load::<EmulatorJob>(path)?;
    ensure!(
        config.relay.is_none(),
        "The configuration has `[relay]`, and the emulator does not relay. Use txjobs-gateway."
    );
    Ok(config)
}

/// Returns all routes: those of the gateway within the layers of the emulator, and the admin API.
fn router(
    emulator: &Emulator,
    store: SqliteStore,
    fixtures: FixtureStore,
    guard: Guard,
    mut state: AppState,
    options: &ServerOptions,
) -> Router {
    // A test suite may send as many wrong keys as it needs. The admin API has a rate limit of its own.
    state.failed_attempts = None;
    let key_header = state.key_header.clone();
    let admin = admin::router(AdminState { app: state.clone(), emulator: emulator.clone(), fixtures }, guard);
    let pages = server::pages(&state, options, admin);
    let operations = with_inner_layer(emulator, &state, store, api::operations());
    let router = pages.merge(api::router(operations, state));
    server::with_compression_and_trace(with_outer_layer(emulator, key_header, router))
}
