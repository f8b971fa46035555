//! `GET /docs`: a specification as a page and as a file. It is public and needs no key.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;

/// A specification and its page.
#[derive(Clone, Copy, Debug)]
pub struct Reference {
    /// The page, which the build script generates.
    pub page: &'static str,
    /// The specification.
    pub spec: &'static str,
}

/// The contract.
pub(super) static CONTRACT: Reference = Reference {
    page: include_str!(concat!(env!("OUT_DIR"), "/reference.html")),
    spec: include_str!("../../../../openapi.yaml"),
};

/// The console's colors and the styles of the page.
const STYLE: &str =
    concat!(include_str!("../../../../web/styles/tokens.css"), include_str!("reference/style.css"));
const ICON: &str = include_str!("../../../../web/favicon.svg");

/// The page loads its style and its icon from its own server, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Serves the page and its files. Its links are relative, so that it can be nested under any path.
pub fn reference_router(reference: &'static Reference) -> Router {
    Router::new()
        .route("/docs", get(async || asset("text/html; charset=utf-8", reference.page)))
        // The links of the page are relative to the address without a slash at its end.
        .route("/docs/", get(async || Redirect::permanent("../docs")))
        .route("/docs/style.css", get(async || asset("text/css; charset=utf-8", STYLE)))
        .route("/docs/icon.svg", get(async || asset("image/svg+xml", ICON)))
        .route("/docs/openapi.yaml", get(async || asset("application/yaml", reference.spec)))
}

fn asset(content_type: &'static str, content: &'static str) -> impl IntoResponse {
    let headers =
        [(CONTENT_TYPE, content_type), (CONTENT_SECURITY_POLICY, POLICY), (CACHE_CONTROL, "no-cache")];
    (headers, content)
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use axum::response::Response;
    use tower::ServiceExt;

    use super::*;

    /// Serves the page at the root and under a prefix.
    async fn get(path: &str) -> Response {
        let root = Router::new().route("/", axum::routing::get(async || "The console."));
        let app = root.merge(reference_router(&CONTRACT)).nest("/below", reference_router(&CONTRACT));
        app.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn text(response: Response) -> String {
        String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().into()).unwrap()
    }

    #[tokio::test]
    async fn every_link_of_the_page_has_a_target() {
        let response = get("/docs").await;
        assert_eq!(response.headers()[CONTENT_SECURITY_POLICY], POLICY);
        let page = text(response).await;
        assert!(page.contains("id=\"execute_job\""));
        let links = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        let mut count = 0;
        for link in links.filter(|link| !link.starts_with(['#', 'h'])) {
            let path = format!("/{}", link.trim_start_matches("./"));
            assert_eq!(get(&path).await.status(), 200, "{link}");
            count += 1;
        }
        assert!(count >= 5, "{count}");
    }

    #[tokio::test]
    async fn page_is_beside_its_specification() {
        for path in ["/docs", "/below/docs"] {
            assert_eq!(text(get(&format!("{path}/openapi.yaml")).await).await, CONTRACT.spec);
            let slash = get(&format!("{path}/")).await;
            assert_eq!(
                (slash.status().as_u16(), slash.headers()["location"].as_bytes()),
                (308, &b"../docs"[..])
            );
        }
    }
}
