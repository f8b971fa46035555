//! Only known headers pass, in both directions.

use axum::http::HeaderValue;
use serde_json::json;
use txjobs_sdk::paths;
use txjobs_test_support::{FakeServer, receive};

use crate::relay::{LOAD, SERVICE_KEY, jobs, json, relay_to};

#[tokio::test]
async fn only_known_headers_of_a_request_pass() {
    let service = FakeServer::start(|_, _| jobs());
    let relay = relay_to(&service, "");
    let mut request = relay.http().get(format!("{}/public/jobs", relay.address()));
    for (name, value) in [
        ("apikey", relay.key()),
        ("if-none-match", "W/\"abc\""),
        ("cookie", "session=secret"),
        ("authorization", "Bearer secret"),
        ("x-forwarded-for", "10.0.0.1"),
        ("x-forwarded-host", "other.example"),
        ("forwarded", "for=10.0.0.1"),
        ("x-real-ip", "10.0.0.1"),
        ("referer", "https://page.example/secret"),
        ("user-agent", "secret"),
        ("accept-language", "de"),
        ("accept-encoding", "br"),
        ("x-api-key", "secret"),
        ("via", "1.1 secret"),
        ("connection", "x-custom"),
        ("x-custom", "secret"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("range", "bytes=0-1"),
    ] {
        request = request.header(name, value);
    }
    assert_eq!(receive(request).await.status, 200);
    let requests = service.requests();
    let headers = &requests[0].headers;
    let mut names: Vec<_> = headers.keys().map(axum::http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-encoding", "apikey", "host", "if-none-match", "user-agent"]);
    assert_eq!(headers["apikey"], SERVICE_KEY);
    assert_eq!(headers["host"], service.address().strip_prefix("http://").unwrap());
    assert!(headers["user-agent"].to_str().unwrap().starts_with("txjobs-gateway/"));
    assert_eq!(headers["accept-encoding"], "gzip");
}

#[tokio::test]
async fn only_known_headers_of_a_response_pass() {
    let service = FakeServer::start(|_, _| {
        let mut response = jobs();
        for (name, value) in [
            ("etag", "W/\"abc\""),
            ("retry-after", "5"),
            ("x-txjobs-extensions", "limit"),
            ("set-cookie", "session=secret"),
            ("server", "secret"),
            ("x-powered-by", "secret"),
            ("location", "https://other.example"),
            ("content-security-policy", "default-src *"),
            ("access-control-allow-origin", "https://other.example"),
            ("access-control-allow-credentials", "true"),
            ("content-disposition", "attachment"),
            ("refresh", "0;url=https://other.example"),
            ("link", "<https://other.example>; rel=preload"),
            ("clear-site-data", "\"*\""),
            ("strict-transport-security", "max-age=31536000"),
        ] {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    });
    let relay = relay_to(&service, "");
    let response = relay.call(paths::list_jobs()).await;
    let mut names: Vec<_> = response.headers.keys().map(axum::http::HeaderName::as_str).collect();
    names.sort_unstable();
    names.retain(|name| *name != "x-request-id");
    assert_eq!(
        names,
        [
            "access-control-allow-origin",
            "access-control-expose-headers",
            "cache-control",
            "content-type",
            "date",
            "etag",
            "retry-after",
            "transfer-encoding",
            "vary",
            "x-content-type-options",
            "x-txjobs-extensions"
        ]
    );
    assert_eq!(response.header("access-control-allow-origin"), "*");
    assert_eq!(response.header("etag"), "W/\"abc\"");
    assert!(!response.header("cache-control").is_empty());
}

#[tokio::test]
async fn unchanged_answer_is_passed_on() {
    let service = FakeServer::start(|_, request| {
        let is_known = request.headers.get("if-none-match").is_some_and(|tag| tag == "W/\"abc\"");
        let mut response = if is_known { json(304, &json!(null)) } else { jobs() };
        response.headers_mut().insert("etag", HeaderValue::from_static("W/\"abc\""));
        response
    });
    let relay = relay_to(&service, "");
    let request = |tag: &str| {
        let request = relay.http().get(format!("{}/public/jobs", relay.address()));
        receive(request.header("apikey", relay.key()).header("if-none-match", tag.to_owned()))
    };
    let known = request("W/\"abc\"").await;
    assert_eq!((known.status, known.header("etag"), &*known.text), (304, "W/\"abc\"", ""));
    assert_eq!(request("W/\"other\"").await.status, 200);
}

/// HTML from the service would run in the pages of the relay.
#[tokio::test]
async fn answer_that_is_not_json_does_not_pass() {
    for content_type in [
        "text/html",
        "text/html; charset=utf-8",
        "image/svg+xml",
        "application/javascript",
        "text/plain",
        "?",
    ] {
        for status in [200, 401, 404, 500, 503] {
            let service = FakeServer::start(move |_, _| {
                let mut response = json(status, &json!(null));
                *response.body_mut() = "<script>alert(1)</script>".into();
                let value = HeaderValue::from_static(content_type);
                response.headers_mut().insert("content-type", value);
                response
            });
            let relay = relay_to(&service, "");
            let response = relay.call(paths::list_jobs()).await;
            let expected = if status == 200 || status == 401 { 502 } else { status };
            let message = response.expect_error(expected);
            assert!(message.contains("127.0.0.1") && !message.contains("script"), "{message}");
            assert_eq!(response.header("content-type"), "application/json");
        }
    }
}

#[tokio::test]
async fn redirect_is_refused_and_its_target_sees_nothing() {
    let other = FakeServer::start(|_, _| jobs());
    for status in [300, 301, 302, 303, 304, 305, 307, 308] {
        for target in [format!("{}/public/jobs", other.address()), "/public/jobs".to_owned(), "//".to_owned()]
        {
            let location = HeaderValue::from_str(&target).unwrap();
            let service = FakeServer::start(move |_, _| {
                let mut response = json(status, &json!(null));
                response.headers_mut().insert("location", location.clone());
                response
            });
            let relay = relay_to(&service, "");
            let message = relay.call(paths::list_jobs()).await.expect_error(502);
            assert!(message.contains("redirect") && message.contains("`upstream`"), "{message}");
            let response = relay.call(paths::execute_job(LOAD.parse().unwrap())).await;
            assert_eq!((response.status, response.header("location")), (504, ""), "unclear");
            assert_eq!(service.requests().len(), 2, "{status} is not followed");
        }
    }
    assert_eq!(other.requests().len(), 0);
}

/// Callers would get the bytes of the encoding as JSON.
#[tokio::test]
async fn answer_in_another_encoding_does_not_pass() {
    let service = FakeServer::start(|_, _| {
        let mut response = jobs();
        response.headers_mut().insert("content-encoding", HeaderValue::from_static("deflate"));
        response
    });
    let relay = relay_to(&service, "");
    relay.call(paths::list_jobs()).await.expect_error(502);
}

#[tokio::test]
async fn post_is_never_conditional() {
    let service = FakeServer::start(|_, _| json(200, &json!({})));
    let relay = relay_to(&service, "");
    let url = format!("{}/public/jobs/{LOAD}/execute", relay.address());
    let request = relay.http().post(url).header("apikey", relay.key()).header("if-none-match", "*");
    assert_eq!(receive(request).await.status, 200);
    assert!(!service.requests()[0].headers.contains_key("if-none-match"));
}
