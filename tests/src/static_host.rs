//! A static host that knows nothing of the console: files below a path, no rewriting, no headers of ours.

use axum::{Router, routing::get};
use tower_http::services::ServeDir;

use crate::root;

/// Serves `web/dist` until the runtime of the test ends.
#[derive(Debug)]
pub struct StaticHost {
    address: String,
}

impl StaticHost {
    /// Serves the console at `path`.
    pub async fn start(path: &str) -> Self {
        let files = Router::new().nest_service(path, ServeDir::new(root().join("web/dist")));
        Self::serve(files, path).await
    }

    /// Serves the console, but never responds to requests for `config.json`.
    pub async fn without_config_response() -> Self {
        let files = Router::new()
            .route("/config.json", get(std::future::pending::<()>))
            .fallback_service(ServeDir::new(root().join("web/dist")));
        Self::serve(files, "").await
    }

    async fn serve(files: Router, path: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}{path}/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, files).await });
        Self { address }
    }

    /// Returns the address of the console with a trailing slash.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}
