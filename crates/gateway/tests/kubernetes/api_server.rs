//! Starts the API server of the stand-in.

use axum::serve::Listener;
use serde_json::Value;

use crate::cluster::Cluster;
use crate::routes;
use crate::tls::TlsListener;

/// Starts a cluster whose pods begin with this status.
pub async fn start(first_status: Value) -> Cluster {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let cluster = Cluster::new(first_status, format!("http://{}", listener.local_addr().unwrap()));
    let app = routes::router(cluster.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    cluster
}

/// Starts a cluster like [`start`] with TLS, and returns its certificate as PEM.
pub async fn start_tls(first_status: Value) -> (Cluster, String) {
    let (listener, certificate) = TlsListener::bind().await;
    let cluster = Cluster::new(first_status, format!("https://{}", listener.local_addr().unwrap()));
    let app = routes::router(cluster.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (cluster, certificate)
}
