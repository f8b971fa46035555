//! A server that pages may call and that answers as it is told by the first part of the path: `/429/...` with 429.

use axum::{
    Router,
    body::Body,
    http::{Method, Request, Response},
};
use tokio::net::TcpListener;

/// Starts it, and gives its address, `http://127.0.0.1:PORT`.
pub async fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(async |request: Request<Body>| {
        let answer = Response::builder()
            .header("access-control-allow-origin", "*")
            .header("access-control-allow-headers", "apikey")
            .header("access-control-expose-headers", "retry-after");
        if request.method() == Method::OPTIONS {
            return answer.body(Body::empty()).unwrap();
        }
        let kind = request.uri().path().split('/').nth(1).unwrap_or_default();
        let (status, body) = match kind.parse::<u16>() {
            Ok(status) => (status, r#"{"Message":"Because of the moon."}"#),
            Err(_) if kind == "page" => (200, "<!doctype html><title>Welcome</title>"),
            Err(_) if kind == "half" => (200, r#"[{"Id":"3f2b8c1e-5d47"#),
            Err(_) => (404, ""),
        };
        answer.status(status).header("retry-after", "30").body(Body::from(body)).unwrap()
    });
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}
