//! Serves a router at an address, and its metrics at another one. It knows nothing of nodes and jobs.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::serve::Listener;
use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::args::{ConnectionArgs, ServeArgs};
use crate::metrics::{Metrics, MetricsSource, record_request};
use crate::reload_requests::ReloadRequests;
use crate::server::connections::{self, ClientStream, ConnectionLimits};
use crate::server::open_files;
use crate::tls::Tls;
use crate::{listen, output};

/// The maximum time for responses in progress after the server has been stopped.
const MAX_RESPONSE_TIME: Duration = Duration::from_secs(10);

/// A server that has its addresses, and serves no requests yet.
#[derive(Debug)]
pub struct HttpServer {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Tls>,
    /// The metrics of the process.
    pub metrics: Metrics,
    limits: ConnectionLimits,
}

impl HttpServer {
    /// Listens on the addresses of the arguments.
    ///
    /// # Errors
    ///
    /// Fails with a sentence that names the cause and the remedy.
    pub async fn bind(arguments: &ServeArgs) -> Result<Self> {
        let address = arguments.listen.resolve("--listen").await?;
        let tls = match arguments.tls.files() {
            Some((certificate, key)) => Some(Tls::load(certificate, key)?),
            None => None,
        };
        if tls.is_none() && !address.ip().is_loopback() {
            tracing::warn!(
                "{address} is reachable by others and uses plain HTTP: use --tls-certificate and --tls-key, or put a proxy with TLS \
                 in front of it"
            );
        }
        let limits = connection_limits(&arguments.connections, arguments.node.concurrency)?;
        let listener = listen::bind(address, "--listen").await?;
        let metrics = Metrics::bind(arguments.metrics.metrics_listen.as_ref(), Some(address)).await?;
        let address = listener.local_addr().context("The system does not tell the address of the server")?;
        Ok(Self { listener, address, tls, metrics, limits })
    }

    /// Returns the address, with the port that the system chose for port 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Prints the lines that other programs read: the addresses, and these lines between them. A reader that has closed the pipe
    /// is not an error.
    ///
    /// # Errors
    ///
    /// Fails if the system does not tell the address of the metrics.
    pub fn announce(&self, more: &[String]) -> Result<()> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let mut lines = format!("listening on {scheme}://{}\n", self.address);
        for line in more.iter().chain(&self.metrics.announcement()?) {
            lines.push_str(&format!("{line}\n"));
        }
        if let Err(error) = output::print(&lines) {
            tracing::warn!("{error:#}");
        }
        Ok(())
    }

    /// Serves the router with connections of the wrapped listener until `stop` is canceled, and then ends the responses in
    /// progress. The certificate is read again on each of the requests, too. `source` has the metrics that the process does not
    /// keep itself.
    pub(crate) async fn serve<L>(
        self,
        router: Router,
        wrap_listener: fn(TcpListener) -> L,
        source: Option<MetricsSource>,
        reload: ReloadRequests,
        stop: CancellationToken,
    ) where
        L: Listener<Addr = SocketAddr>,
        L::Io: ClientStream,
    {
        let Self { listener, tls, metrics, limits, .. } = self;
        let router = match metrics.is_enabled() {
            true => router.layer(middleware::from_fn(record_request)),
            false => router,
        };
        let reload_certificate = async {
            match tls.clone() {
                Some(tls) => tls.reload_forever(reload).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = connections::serve(wrap_listener(listener), tls.clone(), router, limits, stop.clone()) => {}
            never = reload_certificate => match never {},
            never = metrics.serve_forever(source) => match never {},
            () = async { stop.cancelled().await; tokio::time::sleep(MAX_RESPONSE_TIME).await } => {}
        }
    }
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
