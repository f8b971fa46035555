//! Responses of servers that are not the Jobs API, or fail.

use axum::body::Body;
use axum::http::{Method, Response};

use crate::fake_server::FakeRequest;

/// Returns the response that the first segment of the path selects: a status like `/429/…`, `/page/…` for an HTML page, or
/// `/half/…` for JSON that ends early. Pages of other origins may read it.
#[must_use]
pub fn odd_response(request: &FakeRequest) -> Response<Body> {
    let response = Response::builder()
        .header("access-control-allow-origin", "*")
        .header("access-control-allow-headers", "apikey")
        .header("access-control-expose-headers", "retry-after");
    if request.method == Method::OPTIONS {
        return response.body(Body::empty()).unwrap();
    }
    let kind = request.path().split('/').nth(1).unwrap_or_default();
    let (status, body) = match kind.parse::<u16>() {
        Ok(status) => (status, r#"{"Message":"Because of the moon."}"#),
        Err(_) if kind == "page" => (200, "<!doctype html><title>Welcome</title>"),
        Err(_) if kind == "half" => (200, r#"[{"Id":"3f2b8c1e-5d47"#),
        Err(_) => (404, ""),
    };
    response.status(status).header("retry-after", "30").body(Body::from(body)).unwrap()
}
