//! The routes of the admin API.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::middleware;
use axum::routing::{get, post};
use tower_http::set_header::SetResponseHeaderLayer;
use txjobs_gateway::server::{Reference, reference_router};

use super::guard::{Guard, check_request};
use super::state::AdminState;
use super::{behavior, clock, error, faults, journal, reset, seed};

/// The maximum size of a request body in bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// The reference page and the OpenAPI document of the admin API.
static REFERENCE: Reference = Reference {
    page: include_str!(concat!(env!("OUT_DIR"), "/admin_reference.html")),
    spec: include_str!("../../admin.yaml"),
};

/// Returns all routes under `/admin`.
pub fn router(state: AdminState, guard: Guard) -> Router {
    let routes = Router::new()
        .route("/reset", post(reset::handle))
        .route("/seed", post(seed::handle))
        .route("/clock", get(clock::get).put(clock::set).delete(clock::reset))
        .route("/clock/advance", post(clock::advance))
        .route("/faults", get(faults::list).post(faults::add).delete(faults::remove_all))
        .route("/faults/{fault_id}", get(faults::get).delete(faults::remove))
        .route("/journal", get(journal::search).delete(journal::clear))
        .route("/behavior", get(behavior::get).put(behavior::set).delete(behavior::reset))
        .method_not_allowed_fallback(async || error::method_not_allowed())
        .fallback(async || error::unknown_path())
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(guard, check_request))
        .layer(SetResponseHeaderLayer::overriding(CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .with_state(state);
    // The reference is public and needs no token.
    Router::new().nest("/admin", routes).nest("/admin", reference_router(&REFERENCE))
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use axum::response::Response;
    use tower::ServiceExt;

    use super::*;

    /// Serves the page under `/admin`, beside a console.
    async fn get(path: &str) -> Response {
        let root = Router::new().route("/", axum::routing::get(async || "The console."));
        let app = root.nest("/admin", reference_router(&REFERENCE));
        app.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn text(response: Response) -> String {
        String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().into()).unwrap()
    }

    #[tokio::test]
    async fn every_link_of_the_reference_has_a_target() {
        let page = text(get("/admin/docs").await).await;
        assert!(page.contains("id=\"add_fault\""));
        let links = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        let mut count = 0;
        for link in links.filter(|link| !link.starts_with(['#', 'h'])) {
            let path = match link.strip_prefix("../") {
                Some(above) => format!("/{above}"),
                None => format!("/admin/{}", link.trim_start_matches("./")),
            };
            assert_eq!(get(&path).await.status(), 200, "{link}");
            count += 1;
        }
        assert!(count >= 5, "{count}");
        assert_eq!(text(get("/admin/docs/openapi.yaml").await).await, REFERENCE.spec);
    }
}
