//! A static host that knows nothing of the console: files below a path, no rewriting, no headers of ours.

use axum::Router;
use tower_http::services::ServeDir;

use crate::root;

/// Serves `web/dist` until the test's runtime ends.
#[derive(Debug)]
pub struct StaticHost {
    address: String,
}

impl StaticHost {
    /// Serves the console below `path`.
    pub async fn start(path: &str) -> Self {
        let files = Router::new().nest_service(path, ServeDir::new(root().join("web/dist")));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}{path}/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, files).await });
        Self { address }
    }

    /// Where the console is, with a slash at the end.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}
