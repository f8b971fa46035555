//! The console's files, and the security headers of pages.

mod files;

use std::path::Path;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use txjobs_sdk::paths;

/// Allows code and styles of the console's own files only, and requests to this origin, to https and to this machine.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' data:; \
     connect-src 'self' https: http://localhost:* http://127.0.0.1:*; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Serves the console's files, or a page with the command that builds them. Unknown paths go to `not_found`.
pub(super) fn console_router(console: Option<&Path>, not_found: Router) -> Router {
    match console {
        Some(directory) => files::files_router(directory, not_found).layer(middleware::from_fn(caching)),
        None => Router::new().route("/", get(async || without_console())).fallback_service(not_found),
    }
}

fn without_console() -> String {
    format!(
        "This is a txjobs gateway: the TimeXtender Jobs API on your own machine.\n\
         The API begins at {} and needs a key: txjobs-gateway keys create --help\n\
         Its reference is at /docs\n\
         To serve the console here, start the gateway with --console DIR.\n",
        paths::LIST_JOBS.template
    )
}

pub(super) fn with_security_headers(router: Router) -> Router {
    router.layer(middleware::map_response(async |mut response: Response| {
        for (name, value) in HEADERS {
            response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
        }
        response
    }))
}

/// Adds cache control. A file with its hash in its name never changes. Other files are validated at each request.
async fn caching(request: Request, next: Next) -> Response {
    let name = request.uri().path().rsplit('/').next().unwrap_or_default();
    let value = if is_hashed(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = next.run(request).await;
    let value = if response.status().is_client_error() { "no-cache" } else { value };
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static(value));
    response
}

/// `txjobs-console-0123456789abcdef_bg.wasm`, as trunk names files; a hash with leading zeros is shorter.
fn is_hashed(name: &str) -> bool {
    name.split(['-', '_', '.']).any(|part| part.len() >= 12 && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::is_hashed;

    #[test]
    fn name_with_a_hash_is_recognized() {
        assert!(is_hashed("txjobs-console-0123456789abcdef_bg.wasm"));
        assert!(is_hashed("style-89abcdef01234567.css") && is_hashed("style-9abcdef01234567.css"));
        for name in ["", "index.html", "config.json", "txjobs-console.js", "facade.css"] {
            assert!(!is_hashed(name), "{name}");
        }
    }
}
