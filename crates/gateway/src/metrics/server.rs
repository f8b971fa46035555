//! The listener of the metrics.

use std::convert::Infallible;
use std::fmt::{self, Debug, Formatter};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, ensure};
use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::page;
use super::recorder;
use super::source::MetricsSource;
use crate::listen::{self, Listen};
use crate::server::connections::{self, ConnectionLimits};

const OPTION: &str = "--metrics-listen";

/// Few, because only servers of metrics connect.
const LIMITS: ConnectionLimits = ConnectionLimits {
    max_connections: 8,
    header_timeout: Duration::from_secs(10),
    body_timeout: Duration::from_secs(10),
    idle_timeout: Duration::from_secs(120),
    write_timeout: Duration::from_secs(30),
};

/// The time between two passes over the recorded times, which otherwise take memory until the next request.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// A server of metrics that has its address, and serves no requests yet.
pub struct MetricsServer {
    listener: TcpListener,
    recorded: PrometheusHandle,
    /// The pages beside the metrics.
    pages: Router,
}

impl MetricsServer {
    /// Listens on an address that is not the API's, and starts to record metrics.
    ///
    /// # Errors
    ///
    /// Fails with a sentence that names the cause and the remedy.
    pub async fn bind(listen: &Listen, api: Option<SocketAddr>) -> Result<Self> {
        let address = listen.resolve(OPTION).await?;
        ensure!(
            Some(address) != api || address.port() == 0,
            "{address} is the address of the API. Choose another one for the metrics with {OPTION}."
        );
        if !address.ip().is_loopback() {
            tracing::warn!(
                "the metrics at {address} are reachable by others: they need no key, and contain the names of organizations and jobs"
            );
        }
        let listener = listen::bind(address, OPTION).await?;
        Ok(Self { listener, recorded: recorder::install()?, pages: Router::new() })
    }

    /// Returns the line that announces the address.
    ///
    /// # Errors
    ///
    /// Fails if the system does not tell the address.
    pub fn announcement(&self) -> Result<String> {
        Ok(format!("metrics on http://{}{}", self.listener.local_addr()?, page::PATH))
    }

    /// Serves pages beside the metrics.
    pub fn add_pages(&mut self, pages: Router) {
        self.pages = std::mem::take(&mut self.pages).merge(pages);
    }

    /// Serves the metrics, with those of the source, as long as this is polled.
    pub async fn serve_forever(self, source: Option<MetricsSource>) -> Infallible {
        let Self { listener, recorded, pages } = self;
        let router = page::router(recorded.clone(), source.clone()).merge(pages);
        let serve = connections::serve(listener, None, router, LIMITS, CancellationToken::new());
        let load = async {
            match source {
                Some(MetricsSource { store, runs, .. }) => runs.load_forever(&*store).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = serve => {}
            never = load => match never {},
            never = run_upkeep(&recorded) => match never {},
        }
        std::future::pending().await
    }
}

impl Debug for MetricsServer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsServer").field("listener", &self.listener).finish_non_exhaustive()
    }
}

async fn run_upkeep(recorded: &PrometheusHandle) -> Infallible {
    loop {
        tokio::time::sleep(UPKEEP_INTERVAL).await;
        recorded.run_upkeep();
    }
}
