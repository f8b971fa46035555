//! `GET /docs`: a specification for people, and as a file. What it says is public, so it wants no key.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;

/// A specification and its page.
pub(super) struct Reference {
    /// Made by the build script.
    page: &'static str,
    spec: &'static str,
}

pub(super) static CONTRACT: Reference = Reference {
    page: include_str!(concat!(env!("OUT_DIR"), "/docs.html")),
    spec: include_str!("../../../../openapi.yaml"),
};

/// Below `/admin`: its page knows that the gateway's root is one step up.
pub(super) static ADMIN: Reference = Reference {
    page: include_str!(concat!(env!("OUT_DIR"), "/admin_docs.html")),
    spec: include_str!("../../admin.yaml"),
};

/// The console's colors, so that both look like one thing.
const STYLE: &str =
    concat!(include_str!("../../../../web/styles/tokens.css"), include_str!("docs/style.css"));
const ICON: &str = include_str!("../../../../web/favicon.svg");

/// The page loads its style and its icon from here, and nothing else from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page and what it loads. Its links are relative, so it can be nested anywhere.
pub(super) fn router(reference: &'static Reference) -> Router {
    Router::new()
        .route("/docs", get(async || answer("text/html; charset=utf-8", reference.page)))
        // The links of the page are relative to the address without a slash at its end.
        .route("/docs/", get(async || Redirect::permanent("../docs")))
        .route("/docs/style.css", get(async || answer("text/css; charset=utf-8", STYLE)))
        .route("/docs/icon.svg", get(async || answer("image/svg+xml", ICON)))
        .route("/docs/openapi.yaml", get(async || answer("application/yaml", reference.spec)))
}

fn answer(content_type: &'static str, content: &'static str) -> impl IntoResponse {
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

    /// As it is served: the contract's at the root, the other one below.
    async fn get(path: &str) -> Response {
        let root = Router::new().route("/", axum::routing::get(async || "The console."));
        let app = root.merge(router(&CONTRACT)).nest("/admin", router(&ADMIN));
        app.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn text(response: Response) -> String {
        String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().into()).unwrap()
    }

    #[tokio::test]
    async fn each_page_leads_and_asks_only_to_where_something_is() {
        for (base, mine) in [("/", "execute_job"), ("/admin/", "add_fault")] {
            let answer = get(&format!("{base}docs")).await;
            assert_eq!(answer.headers()[CONTENT_SECURITY_POLICY], POLICY);
            let page = text(answer).await;
            assert!(page.contains(&format!("id=\"{mine}\"")), "{base}");
            let links = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
            let mut seen = 0;
            for link in links.filter(|link| !link.starts_with(['#', 'h'])) {
                let path = match link.strip_prefix("../") {
                    Some(above) => format!("/{above}"),
                    None => format!("{base}{}", link.trim_start_matches("./")),
                };
                assert_eq!(get(&path).await.status(), 200, "{base}docs: {link}");
                seen += 1;
            }
            assert!(seen >= 5, "{seen}");
        }
    }

    #[tokio::test]
    async fn each_page_is_beside_its_own_file() {
        for (path, reference) in [("/docs", &CONTRACT), ("/admin/docs", &ADMIN)] {
            assert_eq!(text(get(&format!("{path}/openapi.yaml")).await).await, reference.spec);
            let slash = get(&format!("{path}/")).await;
            assert_eq!(
                (slash.status().as_u16(), slash.headers()["location"].as_bytes()),
                (308, &b"../docs"[..])
            );
        }
    }
}
