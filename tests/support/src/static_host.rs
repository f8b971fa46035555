//! A static host for the console. It serves files below a path, without rewriting and without additional headers.

use axum::Router;
use axum::routing::get;
use tower_http::services::ServeDir;

use crate::program::root;
use crate::server_thread::ServerThread;

/// A server of `web/dist`. It stops when it is dropped.
#[derive(Debug)]
pub struct StaticHost {
    _thread: ServerThread,
    address: String,
}

impl StaticHost {
    /// Serves the console at `path`.
    #[must_use]
    pub fn start(path: &str) -> Self {
        let files = Router::new().nest_service(path, ServeDir::new(root().join("web/dist")));
        Self::serve(files, path)
    }

    /// Serves the console, but never responds to requests for `config.json`.
    #[must_use]
    pub fn without_config_response() -> Self {
        let files = Router::new()
            .route("/config.json", get(std::future::pending::<()>))
            .fallback_service(ServeDir::new(root().join("web/dist")));
        Self::serve(files, "")
    }

    fn serve(files: Router, path: &str) -> Self {
        let thread = ServerThread::start(|listener| async { axum::serve(listener, files).await });
        Self { address: format!("{}{path}/", thread.address), _thread: thread }
    }

    /// Returns the address of the console with a trailing slash.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}
