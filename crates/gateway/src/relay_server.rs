//! Starts a server that relays to a service. It has no node and runs no jobs.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Router, middleware::from_fn_with_state};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::api::{self, ApiError, AppState, DemoKey};
use crate::clock::SharedClock;
use crate::config::{KeySource, RelayConfig};
use crate::dns::SystemLookup;
use crate::metrics::MetricsSource;
use crate::notifier::spawn_notifier;
use crate::notify::Notifications;
use crate::relay::{Access, Archive, Callers, HeldKey, Relay, Upstream, Watch, relay_router};
use crate::reload::{ConfigSource, report_changes_forever};
use crate::retention::clean_organization_forever;
use crate::runner::{RunnerHandle, Shutdown};
use crate::schedule::Schedules;
use crate::serve::{MAX_WRITE_TIME, Server, create_demo_key};
use crate::server::{self, RelayedService, ServerOptions};
use crate::signals;

/// The path under which the archive is served with the contract's paths.
const ARCHIVE_PATH: &str = "/archive";

impl Server {
    /// Relays requests until a signal ends the server. `file` is the configuration, of whose changes it says that they need a
    /// restart. A reload reads the key of the service again.
    ///
    /// # Errors
    ///
    /// Fails if the key of the service cannot be read, if the store fails, or if signals cannot be received.
    pub async fn run_relay(self, clock: SharedClock, file: ConfigSource) -> Result<()> {
        let Self { config, store, arguments, http } = self;
        let current = config.clone();
        let relay = config.relay.clone().context("The configuration has no relay")?;
        ensure!(
            !arguments.no_runner,
            "A relay runs no jobs, so --no-runner has no meaning for it. Leave it out."
        );
        ensure!(
            !arguments.demo || relay.key != KeySource::Caller,
            "--demo gives the console a key of the gateway, and with `callers_key` each caller needs a key of the service. Use \
             `key_env` or `key_file`, or leave --demo out."
        );
        let key = HeldKey::read(&relay.key)?.map(Arc::new);
        let upstream = Arc::new(Upstream::new(&relay, Arc::new(SystemLookup))?);
        let name = config.organizations[0].name.clone();
        let run_metrics = http.metrics.of_runs([]);
        let (archive, entries) =
            Archive::open(Arc::clone(&store), Arc::clone(&clock), run_metrics.clone(), &name).await?;
        let organization = (name.clone(), archive.organization);
        let channels = config.channel_set();
        let declared = store.declare_channels(&channels.declared(), clock.now()).await;
        declared.context("The notifications of the configuration could not be written to the database")?;
        let notifications = Notifications::default();
        notifications.set(channels);
        let service = Relay {
            upstream,
            key,
            archive: relay.archive.then(|| Arc::clone(&archive)),
            callers: Callers::default(),
            max_response_bytes: relay.max_response_bytes,
        };
        let demo_key = match arguments.demo {
            true => Some(create_demo_key(&config, &store).await?),
            false => None,
        };
        let demo = demo_key.as_ref().map(|(_, key)| key.clone());
        let shutdown = Shutdown::default();
        let mut state =
            AppState::new(Arc::clone(&store), Arc::clone(&clock), RunnerHandle::default(), config.key_header);
        state.demo_key = demo_key.map(|(organization, key)| DemoKey::new(organization, &key));
        state.stopping = shutdown.graceful.clone();
        let key_uses = state.key_uses.clone();
        let options = ServerOptions {
            name,
            console: arguments.console,
            demo_key: demo.clone(),
            relay: Some(RelayedService {
                address: relay.upstream_address().to_owned(),
                archive: relay.archive.then_some(ARCHIVE_PATH),
            }),
        };
        let router = router(&service, &relay, state, &options);

        let requests = signals::handle_signals(&shutdown)?;
        let demo = demo.map(|key| format!("demo key: {}", key.expose()));
        let announcement = format!("relaying to {}", relay.upstream_address());
        http.announce(&demo.into_iter().chain([announcement]).collect::<Vec<_>>())?;
        let watch = relay.watch.and_then(|interval| Watch::new(&service, Arc::clone(&clock), interval));
        let poll = async {
            match &watch {
                Some(watch) => watch.poll_forever().await,
                None => std::future::pending().await,
            }
        };
        let read_key_again = {
            let key = service.key.clone();
            move || key.iter().for_each(|key| key.read_again())
        };
        let reload = report_changes_forever(file, current, requests.clone(), read_key_again);
        let source = MetricsSource {
            store: Arc::clone(&store),
            runs: run_metrics,
            schedules: Schedules::default(),
            clock: Arc::clone(&clock),
        };
        let stop_notifier = CancellationToken::new();
        let notifying = spawn_notifier(
            Arc::clone(&store),
            Arc::clone(&clock),
            RunnerHandle::default(),
            notifications,
            stop_notifier.clone(),
        );
        tokio::select! {
            () = http.serve(router, std::convert::identity, Some(source), requests, shutdown.graceful.clone()) => {}
            never = reload => match never {},
            never = archive.work_forever(entries) => match never {},
            never = poll => match never {},
            never = key_uses.write_forever() => match never {},
            never = clean_organization_forever(organization, config.retention, Arc::clone(&store), clock) => match never {},
            () = shutdown.immediate.cancelled() => {}
        }
        stop_notifier.cancel();
        let _ = tokio::join!(timeout(MAX_WRITE_TIME, key_uses.write()), notifying);
        store.close().await;
        Ok(())
    }
}

/// Returns all routes of a relay.
fn router(service: &Relay, config: &RelayConfig, state: AppState, options: &ServerOptions) -> Router {
    let pages = server::pages(&state, options, Router::new());
    let mut routes = pages.merge(api::router(relay_router(service), state.clone()));
    if config.archive {
        let archive = api::operations().layer(middleware::from_fn(refuse_changes));
        routes = routes.nest(ARCHIVE_PATH, api::router(archive, state));
    }
    let access = Access::new(&config.origins, &config.hosts);
    server::with_compression_and_trace(routes.layer(from_fn_with_state(access, Access::check)))
}

async fn refuse_changes(request: Request, next: Next) -> Response {
    if request.method() == Method::POST {
        let message =
            "The archive is read-only. Send this request to the relay, which has no /archive in its path.";
        return ApiError::new(StatusCode::METHOD_NOT_ALLOWED, message).into_response();
    }
    next.run(request).await
}
