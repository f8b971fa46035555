//! The metrics of a program, which are kept and served only if the arguments name an address.

use std::convert::Infallible;
use std::net::SocketAddr;

use anyhow::Result;
use axum::Router;
use uuid::Uuid;

use super::runs::RunMetrics;
use super::server::MetricsServer;
use super::source::MetricsSource;
use crate::listen::Listen;

/// The metrics of the process. By default nothing is kept.
#[derive(Debug, Default)]
pub struct Metrics {
    server: Option<MetricsServer>,
}

impl Metrics {
    /// Listens on an address that is not the API's, if there is one.
    ///
    /// # Errors
    ///
    /// Fails with a sentence that names the cause and the remedy.
    pub async fn bind(listen: Option<&Listen>, api: Option<SocketAddr>) -> Result<Self> {
        let server = match listen {
            Some(listen) => Some(MetricsServer::bind(listen, api).await?),
            None => None,
        };
        Ok(Self { server })
    }

    /// Returns whether metrics are kept.
    pub fn is_enabled(&self) -> bool {
        self.server.is_some()
    }

    /// Returns the metrics of the runs of jobs: the id of each, the name of its organization, and its own name.
    pub fn of_runs<'a>(&self, jobs: impl IntoIterator<Item = (Uuid, &'a str, &'a str)>) -> RunMetrics {
        if self.is_enabled() { RunMetrics::new(jobs) } else { RunMetrics::default() }
    }

    /// Returns the line that announces the address, if there is one.
    ///
    /// # Errors
    ///
    /// Fails if the system does not tell the address.
    pub fn announcement(&self) -> Result<Option<String>> {
        self.server.as_ref().map(MetricsServer::announcement).transpose()
    }

    /// Serves pages at the address of the metrics, if there is one.
    pub fn add_pages(&mut self, pages: Router) {
        if let Some(server) = &mut self.server {
            server.add_pages(pages);
        }
    }

    /// Serves the metrics, with those of the source, as long as this is polled.
    pub async fn serve_forever(self, source: Option<MetricsSource>) -> Infallible {
        match self.server {
            Some(server) => server.serve_forever(source).await,
            None => std::future::pending().await,
        }
    }
}
