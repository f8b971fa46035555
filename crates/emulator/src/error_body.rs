//! The bodies of error responses.

use axum::Json;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use txjobs_sdk::{ApiKey, types};

/// A kind of error body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ErrorBody {
    /// The body of the contract.
    #[default]
    Message,
    /// The body of the contract in camel case.
    CamelMessage,
    /// Problem details (RFC 9457).
    Problem,
    /// Plain text.
    Plain,
    /// The web page of a proxy, without the message.
    Html,
    /// A web page with the same title for every error, whose text has the message.
    HtmlMessage,
    /// No body.
    Empty,
}

/// Writes the errors of one request.
#[derive(Clone, Debug)]
pub struct ErrorWriter {
    /// The kind of body, unless a fault requests another one.
    pub body: ErrorBody,
    /// The request's API key, if errors repeat it.
    pub echoed_key: Option<ApiKey>,
}

impl ErrorWriter {
    /// Returns a response with the default kind of body.
    pub fn respond(&self, status: StatusCode, message: &str) -> Response {
        self.respond_with(self.body, status, message)
    }

    /// Returns a response with this kind of body, or without a body if the status has none.
    pub fn respond_with(&self, body: ErrorBody, status: StatusCode, message: &str) -> Response {
        if has_no_body(status) {
            return (status, Body::empty()).into_response();
        }
        let title = status.canonical_reason().unwrap_or("Error");
        let message = match &self.echoed_key {
            Some(key) => format!("{message} The request had the API key {}.", key.expose()),
            None => message.to_owned(),
        };
        let (content_type, body) = match body {
            ErrorBody::Message => return (status, Json(types::ErrorBody { message })).into_response(),
            ErrorBody::CamelMessage => return (status, Json(json!({ "message": message }))).into_response(),
            ErrorBody::Problem => {
                let problem = json!({
                    "type": "about:blank", "title": title, "status": status.as_u16(), "detail": message,
                });
                ("application/problem+json", problem.to_string())
            }
            ErrorBody::Plain => ("text/plain; charset=utf-8", format!("{message}\n")),
            ErrorBody::Html => ("text/html; charset=utf-8", self.proxy_page(status, title)),
            ErrorBody::HtmlMessage => ("text/html; charset=utf-8", application_page(status, &message)),
            ErrorBody::Empty => return (status, Body::empty()).into_response(),
        };
        (status, [(CONTENT_TYPE, HeaderValue::from_static(content_type))], body).into_response()
    }

    /// Returns the page of a proxy, which knows the request and not the message.
    fn proxy_page(&self, status: StatusCode, title: &str) -> String {
        let heading = format!("{} {title}", status.as_u16());
        let request = match &self.echoed_key {
            Some(key) => format!("<pre>apiKey: {}</pre>", escaped(key.expose())),
            None => String::new(),
        };
        format!(
            "<!doctype html>\n<html><head><title>{heading}</title></head>\n\
             <body><center><h1>{heading}</h1></center>{request}<hr><center>proxy</center></body></html>\n"
        )
    }
}

/// Returns whether HTTP allows no body with this status.
pub fn has_no_body(status: StatusCode) -> bool {
    [StatusCode::NO_CONTENT, StatusCode::RESET_CONTENT, StatusCode::NOT_MODIFIED].contains(&status)
}

/// Returns an application's error page: the title is the same for every error, the text has the message.
fn application_page(status: StatusCode, message: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Application error</title>\n\
         <style>body {{ font-family: sans-serif }} h2 {{ color: #800000 }}</style>\n\
         <script>document.documentElement.className = 'js';</script></head>\n\
         <body>\n<!-- error {status} -->\n<h2>Something went wrong</h2>\n<p>{}</p>\n</body>\n</html>\n",
        escaped(message),
        status = status.as_u16(),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use axum::body::{HttpBody, to_bytes};

    use super::*;

    const KINDS: [ErrorBody; 7] = [
        ErrorBody::Message,
        ErrorBody::CamelMessage,
        ErrorBody::Problem,
        ErrorBody::Plain,
        ErrorBody::Html,
        ErrorBody::HtmlMessage,
        ErrorBody::Empty,
    ];

    #[test]
    fn status_without_a_body_has_no_body_of_any_kind() {
        let writer = ErrorWriter { body: ErrorBody::Message, echoed_key: None };
        for status in [StatusCode::NO_CONTENT, StatusCode::RESET_CONTENT, StatusCode::NOT_MODIFIED] {
            for body in KINDS {
                let response = writer.respond_with(body, status, "message");
                assert!(response.body().is_end_stream(), "{status} {body:?}");
                assert!(response.headers().get(CONTENT_TYPE).is_none(), "{status} {body:?}");
            }
        }
    }

    #[tokio::test]
    async fn every_body_repeats_the_key_only_if_that_is_enabled() {
        for (echoed_key, count) in [(ApiKey::new("a-key-for-tests-only").ok(), 1), (None, 0)] {
            let writer = ErrorWriter { body: ErrorBody::Message, echoed_key };
            for kind in KINDS {
                let response = writer.respond_with(kind, StatusCode::BAD_REQUEST, "message");
                let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
                let expected = if kind == ErrorBody::Empty { 0 } else { count };
                let text = String::from_utf8(body.to_vec()).unwrap();
                assert_eq!(text.matches("a-key-for-tests-only").count(), expected, "{kind:?}: {text}");
            }
        }
    }
}
